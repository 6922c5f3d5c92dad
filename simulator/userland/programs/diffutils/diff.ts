// diff(1): compares files line by line, and directories file by file. The script is in edit-script.ts, its forms in diff-output.ts.
// Simpler: no -D, --line-format and their kind; whole files in memory.
import type { Flow } from '../../../abi/syscalls.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import { type Stat, isDir, isReg } from '../../../abi/stat.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { compileRegex } from '../../../lib/regex.ts'
import { type Crt, type Main, exit } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { strftime } from '../../libc/time.ts'
import { close, fstat, isatty, open, readDir, readToEnd, stat } from '../../libc/unistd.ts'
import type { OptionTable } from '../../program-table.ts'
import { COLORED, type Colors, PLAIN, type Side, contextual, edScript, normal, sideBySide, unified } from './diff-output.ts'
import { type Change, editScript } from './edit-script.ts'

const TROUBLE = 2

export const diffOptions: OptionTable = {
  short: '0123456789abBcC:dD:eEfF:hHiI:lL:nNpPqrsS:tTuU:vwW:x:X:yZ', unsimulatedShort: 'DfFHlnpSTtX',
  long: [
    { name: 'normal', arg: 'none' }, { name: 'brief', arg: 'none', is: 'q' }, { name: 'report-identical-files', arg: 'none', is: 's' },
    { name: 'context', arg: 'optional' }, { name: 'unified', arg: 'optional' }, { name: 'ed', arg: 'none', is: 'e' }, { name: 'side-by-side', arg: 'none', is: 'y' },
    { name: 'width', arg: 'required', is: 'W' }, { name: 'suppress-common-lines', arg: 'none' }, { name: 'label', arg: 'required', is: 'L' },
    { name: 'recursive', arg: 'none', is: 'r' }, { name: 'new-file', arg: 'none', is: 'N' }, { name: 'exclude', arg: 'required', is: 'x' },
    { name: 'ignore-case', arg: 'none', is: 'i' }, { name: 'ignore-tab-expansion', arg: 'none', is: 'E', unsimulated: true },
    { name: 'ignore-trailing-space', arg: 'none', is: 'Z' }, { name: 'ignore-space-change', arg: 'none', is: 'b' }, { name: 'ignore-all-space', arg: 'none', is: 'w' },
    { name: 'ignore-blank-lines', arg: 'none', is: 'B' }, { name: 'ignore-matching-lines', arg: 'required', is: 'I' }, { name: 'text', arg: 'none', is: 'a' },
    { name: 'minimal', arg: 'none', is: 'd' }, { name: 'color', arg: 'optional' }, { name: 'rcs', arg: 'none', unsimulated: true },
    { name: 'show-c-function', arg: 'none', unsimulated: true }, { name: 'expand-tabs', arg: 'none', unsimulated: true }, { name: 'help', arg: 'none', unsimulated: true },
    { name: 'version', arg: 'none', is: 'v', unsimulated: true },
  ],
}

interface Task {
  readonly form: 'normal' | 'unified' | 'context' | 'ed' | 'side'
  readonly context: number
  readonly width: number
  readonly onlyChanges: boolean
  readonly labels: readonly string[]
  readonly colors: Colors
  readonly flags: ReadonlySet<string>
  readonly exclude: readonly string[]
  readonly ignoreLines: (line: string) => boolean
  /** The options as they stand in front of file names when directories are compared. */
  readonly spelled: string
}

function* hint(c: Crt, message: string): Flow<never> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${c.name}: ${message}\n${c.name}: Try '${c.name} --help' for more information.\n`)
  return exit(TROUBLE)
}

export const diff: Main = function* (c) {
  const parsed = getoptLong(c.argv, diffOptions.short, diffOptions.long, diffOptions.unsimulatedShort)
  const flags = new Set<string>()
  let form: Task['form'] = 'normal'
  let [context, width, color] = [3, 130, 'never']
  const [labels, exclude, patterns]: [string[], string[], ((line: string) => boolean)[]] = [[], [], []]
  for (const event of parsed.options) {
    if ('error' in event) return yield* hint(c, event.error)
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    const { opt, arg } = event
    if (opt === 'u' || opt === 'U' || opt === 'unified') form = 'unified'
    else if (opt === 'c' || opt === 'C' || opt === 'context') form = 'context'
    else if (opt === 'e') form = 'ed'
    else if (opt === 'y') form = 'side'
    else if (opt === 'L') labels.push(arg ?? '')
    else if (opt === 'x') exclude.push(arg ?? '')
    else if (opt === 'W') width = Number(arg)
    else if (opt === 'color') color = arg ?? 'auto'
    else if (opt === 'I') {
      const regex = compileRegex(arg ?? '', { syntax: 'basic', dialect: 'grep' })
      if ('error' in regex) return yield* hint(c, `${arg}: ${regex.error}`)
      patterns.push((line) => regex.test(line))
    } else flags.add(opt)
    if (arg !== undefined && /^([UC]|unified|context)$/.test(opt)) {
      if (!/^\d+$/.test(arg)) return yield* hint(c, `invalid context length '${arg}'`)
      context = Number(arg)
    }
    if (/^\d$/.test(opt)) context = Number([...flags].filter((f) => /^\d$/.test(f)).join(''))
  }
  const [first, second, ...more] = parsed.operands
  if (second === undefined) return yield* hint(c, `missing operand after '${c.argv[c.argv.length - 1]}'`)
  if (more.length > 0) return yield* hint(c, `extra operand '${more[0]}'`)
  const colored = color === 'always' || (color === 'auto' && (yield* isatty(1)))
  const spelled = c.argv.slice(1).filter((word) => /^-./.test(word)).join(' ')
  const comparison = new Comparison(c, {
    form, context, width, onlyChanges: flags.has('suppress-common-lines'), labels, colors: colored ? COLORED : PLAIN, flags, exclude,
    ignoreLines: (line) => patterns.some((matches) => matches(line)), spelled,
  })
  return yield* comparison.operands(first, second)
}

class Comparison {
  readonly #c: Crt
  readonly #task: Task

  constructor(c: Crt, task: Task) {
    this.#c = c
    this.#task = task
  }

  *operands(a: string, b: string): Flow<number> {
    const [sa, sb] = [yield* this.#stat(a), yield* this.#stat(b)]
    const bothDirectories = !isErr(sa) && !isErr(sb) && isDir(sa.mode) && isDir(sb.mode)
    if (bothDirectories) return yield* this.#directories(a, b)
    const base = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//s, '')
    if (!isErr(sa) && !isErr(sb) && isDir(sa.mode)) return yield* this.#files(`${a.replace(/\/$/, '')}/${base(b)}`, b)
    if (!isErr(sa) && !isErr(sb) && isDir(sb.mode)) return yield* this.#files(a, `${b.replace(/\/$/, '')}/${base(a)}`)
    return yield* this.#files(a, b)
  }

  #stat(path: string): Flow<Stat | Errno> {
    return path === '-' ? fstat(0) : stat(path)
  }

  *#read(path: string): Flow<{ readonly bytes: Uint8Array; readonly st: Stat } | Errno> {
    const fd = path === '-' ? 0 : yield* open(path, O_RDONLY)
    if (isErr(fd)) return fd
    const st = yield* fstat(fd)
    const bytes = yield* readToEnd(fd)
    if (fd !== 0) yield* close(fd)
    return isErr(st) ? st : isErr(bytes) ? bytes : { bytes, st }
  }

  /** Compares two files; `absent` names a side that is taken for empty (-N). */
  *#files(a: string, b: string, header = '', absent?: 'a' | 'b'): Flow<number> {
    const nothing = { bytes: new Uint8Array(0), st: undefined }
    const [fa, fb] = [absent === 'a' ? nothing : yield* this.#read(a), absent === 'b' ? nothing : yield* this.#read(b)]
    if (isErr(fa)) yield* warn(this.#c, a, fa)
    if (isErr(fb)) yield* warn(this.#c, b, fb)
    if (isErr(fa) || isErr(fb)) return TROUBLE
    const { flags, labels } = this.#task
    yield* call('cpu', Math.ceil((fa.bytes.length + fb.bytes.length) / 200))
    const equal = fa.bytes.length === fb.bytes.length && fa.bytes.every((byte, i) => byte === fb.bytes[i])
    if (!equal && !flags.has('a') && (fa.bytes.includes(0) || fb.bytes.includes(0))) {
      yield* this.#c.stdout.write(flags.has('q') ? `Files ${a} and ${b} differ\n` : `${header}Binary files ${a} and ${b} differ\n`)
      return flags.has('q') ? 1 : TROUBLE
    }
    const label = (name: string, st: Stat | undefined, i: number): string => {
      const ms = st?.mtime ?? 0
      return labels[i] ?? `${name}\t${strftime('%Y-%m-%d %H:%M:%S.%N %z', Math.floor(ms / 1000), Math.round((ms - Math.floor(ms / 1000) * 1000) * 1e6))}`
    }
    const sideA = sideOf(fa.bytes, label(a, fa.st, 0))
    const sideB = sideOf(fb.bytes, label(b, fb.st, 1))
    const changes = equal ? [] : this.#changes(sideA, sideB)
    if (changes.length === 0) {
      if (flags.has('s')) yield* this.#c.stdout.write(`Files ${a} and ${b} are identical\n`)
      else if (this.#task.form === 'side' && !flags.has('q')) yield* this.#c.stdout.write(sideBySide(sideA, sideB, [], this.#task.width, this.#task.onlyChanges))
      return 0
    }
    yield* this.#c.stdout.write(flags.has('q') ? `Files ${a} and ${b} differ\n` : header + this.#show(sideA, sideB, changes))
    return 1
  }

  #show(a: Side, b: Side, changes: readonly Change[]): string {
    const { form, context, width, onlyChanges, colors } = this.#task
    switch (form) {
      case 'unified': return unified(a, b, changes, context, colors)
      case 'context': return contextual(a, b, changes, context, colors)
      case 'ed': return edScript(b, changes)
      case 'side': return sideBySide(a, b, changes, width, onlyChanges)
      case 'normal': return normal(a, b, changes, colors)
    }
  }

  #changes(a: Side, b: Side): readonly Change[] {
    const { flags, ignoreLines } = this.#task
    const key = (side: Side, i: number): string => {
      let text = side.lines[i]
      if (flags.has('w')) text = text.replace(/\s+/g, '')
      else if (flags.has('b')) text = text.replace(/\s+$/, '').replace(/\s+/g, ' ')
      else if (flags.has('Z')) text = text.replace(/\s+$/, '')
      else if (side.incomplete && i === side.lines.length - 1) text += '\n'
      return flags.has('i') ? text.toLowerCase() : text
    }
    const [ka, kb] = [a.lines.map((_, i) => key(a, i)), b.lines.map((_, j) => key(b, j))]
    const changes = editScript(ka.length, kb.length, (i, j) => ka[i] === kb[j])
    const ignorable = (line: string): boolean => (flags.has('B') && line === '') || ignoreLines(line)
    return changes.filter((x) => ![...a.lines.slice(x.aFrom, x.aTo), ...b.lines.slice(x.bFrom, x.bTo)].every(ignorable))
  }

  *#directories(a: string, b: string): Flow<number> {
    const [na, nb] = [yield* this.#names(a), yield* this.#names(b)]
    if (na === undefined || nb === undefined) return TROUBLE
    const { flags } = this.#task
    let status = 0
    for (const name of [...new Set([...na, ...nb])].sort((x, y) => (x < y ? -1 : 1))) {
      const [pa, pb] = [join(a, name), join(b, name)]
      const missing = !na.includes(name) ? 'a' : !nb.includes(name) ? 'b' : undefined
      const [sa, sb] = [missing === 'a' ? undefined : yield* stat(pa), missing === 'b' ? undefined : yield* stat(pb)]
      const directory = [sa, sb].filter((s) => s !== undefined).every((s) => !isErr(s) && isDir(s.mode))
      if (missing !== undefined && !flags.has('N')) {
        yield* this.#c.stdout.write(`Only in ${missing === 'b' ? a : b}: ${name}\n`)
        status = Math.max(status, 1)
      } else if (directory && flags.has('r')) status = Math.max(status, yield* this.#directories(pa, pb))
      else if (directory) yield* this.#c.stdout.write(`Common subdirectories: ${pa} and ${pb}\n`)
      else if (sa !== undefined && sb !== undefined && !isErr(sa) && !isErr(sb) && isDir(sa.mode) !== isDir(sb.mode)) {
        yield* this.#c.stdout.write(`File ${pa} is a ${kind(sa)} while file ${pb} is a ${kind(sb)}\n`)
        status = Math.max(status, 1)
      } else {
        const spelled = this.#task.spelled === '' ? '' : `${this.#task.spelled} `
        status = Math.max(status, yield* this.#files(pa, pb, `diff ${spelled}${pa} ${pb}\n`, missing))
      }
    }
    return status
  }

  *#names(path: string): Flow<readonly string[] | undefined> {
    const all = yield* readDir(path)
    if (isErr(all)) {
      if (this.#task.flags.has('N')) return []
      yield* warn(this.#c, path, all)
      return undefined
    }
    return all.map((e) => e.name).filter((name) => name !== '.' && name !== '..' && !this.#task.exclude.some((p) => fnmatch(p, name)))
  }
}

const join = (directory: string, name: string): string => (directory.endsWith('/') ? directory + name : `${directory}/${name}`)
const kind = (st: Stat): string => (isDir(st.mode) ? 'directory' : isReg(st.mode) ? (st.size === 0 ? 'regular empty file' : 'regular file') : 'special file')

function sideOf(bytes: Uint8Array, label: string): Side {
  const text = decodeUtf8(bytes)
  const incomplete = text !== '' && !text.endsWith('\n')
  const lines = text === '' ? [] : (incomplete ? text : text.slice(0, -1)).split('\n')
  return { lines, incomplete, label }
}
