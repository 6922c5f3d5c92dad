// xargs(1), GNU findutils 4.9.0: builds command lines from standard input. -P is accepted, but commands run one after the other.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { WEXITSTATUS, WIFEXITED, WIFSIGNALED, WIFSTOPPED, WSTOPSIG, WTERMSIG } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { quoteShell } from '../../../lib/quote.ts'
import { type Crt, envStrings, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { InStream } from '../../libc/stdio.ts'
import { call } from '../../libc/syscall.ts'
import { close, execvpe, open, waitpid } from '../../libc/unistd.ts'
import { XARGS_HELP, XARGS_VERSION } from './help.ts'

export const XARGS_SHORT = '+0a:E:e::i::I:l::L:n:prs:txoP:d:'
export const XARGS_LONG: readonly LongOption[] = [
  { name: 'null', arg: 'none', is: '0' }, { name: 'arg-file', arg: 'required', is: 'a' }, { name: 'delimiter', arg: 'required', is: 'd' }, { name: 'eof', arg: 'optional', is: 'e' },
  { name: 'replace', arg: 'optional', is: 'i' }, { name: 'max-lines', arg: 'optional', is: 'l' }, { name: 'max-args', arg: 'required', is: 'n' },
  { name: 'open-tty', arg: 'none', is: 'o' }, { name: 'interactive', arg: 'none', is: 'p' }, { name: 'no-run-if-empty', arg: 'none', is: 'r' },
  { name: 'max-chars', arg: 'required', is: 's' }, { name: 'verbose', arg: 'none', is: 't' }, { name: 'show-limits', arg: 'none', unsimulated: true },
  { name: 'exit', arg: 'none', is: 'x' }, { name: 'max-procs', arg: 'required', is: 'P' }, { name: 'process-slot-var', arg: 'required', unsimulated: true },
  { name: 'version', arg: 'none' }, { name: 'help', arg: 'none' },
]
export const XARGS_UNSIMULATED = 'po'

interface Options {
  delimiter: number | undefined
  file: string | undefined
  eof: string | undefined
  replace: string | undefined
  maxArgs: number
  maxLines: number
  maxChars: number
  exitIfTooLong: boolean
  noRunIfEmpty: boolean
  verbose: boolean
}

export function* xargs(c: Crt): Flow<number> {
  const o: Options = {
    delimiter: undefined, file: undefined, eof: undefined, replace: undefined, maxArgs: Infinity, maxLines: Infinity, maxChars: 131072, exitIfTooLong: false,
    noRunIfEmpty: false, verbose: false,
  }
  const parsed = getoptLong(c.argv, XARGS_SHORT, XARGS_LONG, XARGS_UNSIMULATED)
  for (const event of parsed.options) {
    if ('error' in event) return yield* refuse(c, event.error)
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'help' || event.opt === 'version') {
      yield* c.stdout.write(event.opt === 'help' ? XARGS_HELP : XARGS_VERSION)
      return 0
    }
    const problem = applyOption(o, event.opt, event.arg)
    if (problem !== undefined && 'warning' in problem) yield* c.stderr.write(`xargs: warning: ${problem.warning}\n`)
    else if (problem !== undefined) return yield* refuse(c, problem.error)
  }
  const fd = o.file === undefined || o.file === '-' ? 0 : yield* open(o.file, O_RDONLY | O_CLOEXEC)
  if (isErr(fd)) {
    yield* c.stderr.write(`xargs: Cannot open input file ‘${o.file}’: ${fd.message}\n`)
    return 1
  }
  const command = parsed.operands.length > 0 ? parsed.operands : ['echo']
  const runner = new Runner(c, o, command)
  const input = new ItemReader(c, fd === 0 ? c.stdin : new InStream(fd), o)
  return yield* o.replace === undefined ? gather(c, o, runner, input) : replaceEach(runner, input, o.replace)
}

function* refuse(c: Crt, message: string): Flow<number> {
  yield* c.stderr.write(`xargs: ${message}\nTry 'xargs --help' for more information.\n`)
  return 1
}

const MODES = new Map([['n', '--max-args'], ['L', '-L'], ['l', '--max-lines/-l'], ['I', '--replace/-I/-i'], ['i', '--replace/-I/-i']])

function applyOption(o: Options, opt: string, arg: string | undefined): { readonly error: string } | { readonly warning: string } | undefined {
  const number = (least: number): number | { readonly error: string } => {
    if (arg === undefined || !/^[-+]?\d+$/.test(arg)) return { error: `invalid number "${arg ?? ''}" for -${opt} option` }
    return Number(arg) < least ? { error: `value ${arg} for -${opt} option should be >= ${least}` } : Number(arg)
  }
  const previous = o.replace !== undefined ? '--replace/-I/-i' : o.maxLines !== Infinity ? '-L' : o.maxArgs !== Infinity ? '--max-args' : undefined
  const value = (option: string): string => (option === '--max-args' ? '--max-args' : option === '-L' ? '--max-lines' : '--replace')
  const conflict = (): { readonly warning: string } | undefined => {
    const mine = MODES.get(opt) ?? ''
    if (previous === undefined || previous === mine) return undefined
    return { warning: `options ${previous} and ${mine} are mutually exclusive, ignoring previous ${value(previous)} value` }
  }
  switch (opt) {
    case '0': o.delimiter = 0; return undefined
    case 'a': o.file = arg; return undefined
    case 'd': {
      const code = delimiterCode(arg ?? '')
      if (code === undefined) return { error: `Invalid input delimiter specification ${arg ?? ''}: the delimiter must be either a single character or an escape sequence starting with \\.` }
      o.delimiter = code
      return undefined
    }
    case 'E': case 'e': o.eof = arg === '' ? undefined : arg; return undefined
    case 'I': case 'i': {
      const warning = conflict()
      o.replace = arg ?? '{}'
      o.maxArgs = Infinity
      o.maxLines = Infinity
      return warning
    }
    case 'L': case 'l': {
      const n = arg === undefined ? 1 : number(1)
      if (typeof n === 'object') return n
      const warning = conflict()
      o.maxLines = n
      o.maxArgs = Infinity
      o.replace = undefined
      return warning
    }
    case 'n': {
      const n = number(1)
      if (typeof n === 'object') return n
      // -n 1 goes together with -I
      if (o.replace !== undefined && n === 1) return undefined
      const warning = conflict()
      o.maxArgs = n
      o.maxLines = Infinity
      o.replace = undefined
      return warning
    }
    case 's': {
      const n = number(1)
      if (typeof n === 'object') return n
      o.maxChars = n
      return undefined
    }
    case 'P': {
      const n = number(0)
      return typeof n === 'object' ? n : undefined
    }
    case 'x': o.exitIfTooLong = true; return undefined
    case 'r': o.noRunIfEmpty = true; return undefined
    case 't': o.verbose = true; return undefined
    default: return undefined
  }
}

function delimiterCode(text: string): number | undefined {
  if (text.length === 1) return text.charCodeAt(0)
  const escapes = new Map([['a', 7], ['b', 8], ['f', 12], ['n', 10], ['r', 13], ['t', 9], ['v', 11], ['\\', 92], ['0', 0]])
  if (!text.startsWith('\\')) return undefined
  if (text.length === 2) return escapes.get(text[1])
  const hex = /^\\x([0-9a-fA-F]+)$/.exec(text)
  const octal = /^\\([0-7]+)$/.exec(text)
  return hex !== null ? parseInt(hex[1], 16) : octal !== null ? parseInt(octal[1], 8) : undefined
}

/** Reads items: by a delimiter, by line (-I), or by blanks with quotes. */
class ItemReader {
  readonly #c: Crt
  readonly #input: InStream
  readonly #o: Options
  #queue: { readonly text: string; readonly endsLine: boolean }[] = []
  #ended = false

  constructor(c: Crt, input: InStream, options: Options) {
    this.#c = c
    this.#input = input
    this.#o = options
  }

  /** `endsLine` is true for the last item of an input line, as -L counts them. */
  *next(): Flow<{ readonly text: string; readonly endsLine: boolean } | undefined> {
    while (this.#queue.length === 0 && !this.#ended) yield* this.#fill()
    return this.#queue.shift()
  }

  *#fill(): Flow<void> {
    const delimiter = this.#o.delimiter ?? 10
    const bytes = yield* this.#input.lineBytes(delimiter)
    if (bytes === undefined) {
      this.#ended = true
      return
    }
    const text = decodeUtf8(bytes[bytes.length - 1] === delimiter ? bytes.subarray(0, -1) : bytes)
    if (this.#o.delimiter !== undefined) {
      this.#queue.push({ text, endsLine: true })
      return
    }
    if (text === this.#o.eof) {
      this.#ended = true
      return
    }
    if (this.#o.replace !== undefined) {
      const line = (yield* this.#unquote(text.replace(/^[ \t]+/, ''), false)).join('')
      if (line !== '') this.#queue.push({ text: line, endsLine: true })
      return
    }
    const items = yield* this.#unquote(text, true)
    const eof = this.#o.eof === undefined ? -1 : items.indexOf(this.#o.eof)
    if (eof >= 0) this.#ended = true
    const kept = eof >= 0 ? items.slice(0, eof) : items
    // a trailing blank continues the line for -L
    kept.forEach((item, i) => this.#queue.push({ text: item, endsLine: i === kept.length - 1 && !/[ \t]$/.test(text) }))
  }

  *#unquote(line: string, split: boolean): Flow<string[]> {
    const items: string[] = []
    let item: string | undefined
    for (let i = 0; i < line.length; i++) {
      const ch = line[i]
      if (ch === "'" || ch === '"') {
        const end = line.indexOf(ch, i + 1)
        if (end < 0) {
          yield* this.#c.stdout.flush()
          const kind = ch === '"' ? 'double' : 'single'
          yield* this.#c.stderr.write(`xargs: unmatched ${kind} quote; by default quotes are special to xargs unless you use the -0 option\n`)
          this.#failed = true
          this.#ended = true
          return split ? items : []
        }
        item = (item ?? '') + line.slice(i + 1, end)
        i = end
      } else if (ch === '\\' && i + 1 < line.length) item = (item ?? '') + line[++i]
      else if (split && (ch === ' ' || ch === '\t')) {
        if (item !== undefined) items.push(item)
        item = undefined
      } else item = (item ?? '') + ch
    }
    if (item !== undefined) items.push(item)
    return items
  }

  #failed = false
  get failed(): boolean {
    return this.#failed
  }
}

class Runner {
  readonly #c: Crt
  readonly #o: Options
  readonly command: readonly string[]
  status = 0

  constructor(c: Crt, o: Options, command: readonly string[]) {
    this.#c = c
    this.#o = o
    this.command = command
  }

  *run(argv: readonly string[]): Flow<void> {
    const { stderr } = this.#c
    if (this.#o.verbose) yield* stderr.write(`${argv.map((w) => quoteShell(w)).join(' ')}\n`)
    const env = envStrings(this.#c.env)
    const pid = yield* call('clone', 0, function* () {
      // commands must not eat the list
      const nothing = yield* open('/dev/null', O_RDONLY)
      if (!isErr(nothing) && nothing !== 0) {
        yield* call('dup2', nothing, 0)
        yield* close(nothing)
      }
      const error = yield* execvpe(argv[0], argv, env)
      yield* stderr.write(`xargs: ${argv[0]}: ${error.message}\n`)
      return error === Errno.ENOENT ? 127 : 126
    })
    if (isErr(pid)) {
      yield* stderr.write(`xargs: cannot fork: ${pid.message}\n`)
      exit(1)
    }
    const result = yield* waitpid(pid)
    if (isErr(result)) return
    const { status } = result
    if (WIFEXITED(status)) {
      const code = WEXITSTATUS(status)
      if (code === 255) yield* this.#abort(`xargs: ${argv[0]}: exited with status 255; aborting\n`, 124)
      if (code === 126 || code === 127) exit(code)
      if (code !== 0) this.status = 123
    } else if (WIFSTOPPED(status)) yield* this.#abort(`xargs: ${argv[0]}: stopped by signal ${WSTOPSIG(status)}\n`, 125)
    else if (WIFSIGNALED(status)) yield* this.#abort(`xargs: ${argv[0]}: terminated by signal ${WTERMSIG(status)}\n`, 125)
  }

  *#abort(message: string, status: number): Flow<void> {
    yield* this.#c.stderr.write(message)
    exit(status)
  }
}

const size = (argv: readonly string[]): number => argv.reduce((n, w) => n + w.length + 1, 0)

function* gather(c: Crt, o: Options, runner: Runner, input: ItemReader): Flow<number> {
  let items: string[] = []
  let lines = 0
  let ran = false
  const flush = function* (): Flow<void> {
    ran = true
    const argv = [...runner.command, ...items]
    items = []
    lines = 0
    yield* runner.run(argv)
  }
  for (let item = yield* input.next(); item !== undefined; item = yield* input.next()) {
    if (size([...runner.command, item.text]) > o.maxChars) {
      yield* c.stderr.write('xargs: argument line too long\n')
      return 1
    }
    if (items.length > 0 && size([...runner.command, ...items, item.text]) > o.maxChars) yield* flush()
    items.push(item.text)
    if (item.endsLine) lines++
    if (items.length >= o.maxArgs || lines >= o.maxLines) yield* flush()
  }
  if (items.length > 0 || (!ran && !o.noRunIfEmpty && !input.failed)) yield* flush()
  return input.failed ? 1 : runner.status
}

function* replaceEach(runner: Runner, input: ItemReader, mark: string): Flow<number> {
  for (let item = yield* input.next(); item !== undefined; item = yield* input.next()) {
    const { text } = item
    yield* runner.run(runner.command.map((word) => word.replaceAll(mark, () => text)))
  }
  return input.failed ? 1 : runner.status
}
