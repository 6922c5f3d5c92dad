// sed's cycle: read a line, run the commands, print, append (GNU sed's execute.c).
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import type { Regex } from '../../../lib/regex.ts'
import { type Crt, envStrings, exit } from '../../libc/crt.ts'
import { InStream } from '../../libc/stdio.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, readFile, readToEnd, waitpid } from '../../libc/unistd.ts'
import type { SedInput, SedOutput } from './files.ts'
import type { Address, Command, ReplacementPart, Script, Substitution } from './script.ts'

export interface Machine {
  readonly c: Crt
  readonly script: Script
  readonly input: SedInput
  readonly stdout: SedOutput
  readonly outputs: ReadonlyMap<string, SedOutput>
  readonly quiet: boolean
  readonly delimiter: string
  readonly lineLength: number
  readonly unbuffered: boolean
}

type Step = 'next' | 'end' | 'delete' | 'restart' | { readonly quit: number; readonly print: boolean } | { readonly jump: number }

/** The pattern and hold space and what waits for the end of the cycle. */
class Cycle {
  space = ''
  complete = true
  hold = ''
  substituted = false
  lastRegex: Regex | undefined
  appended: ({ readonly text: string } | { readonly file: string } | { readonly line: string })[] = []
  readonly readers = new Map<string, InStream | undefined>()
}

/** Runs the script over all input and answers the exit status. */
export function* runScript(m: Machine): Flow<number> {
  const cycle = new Cycle()
  let keep = false
  let lines = 0
  for (;;) {
    if (!keep) {
      const line = yield* m.input.next()
      if (line === undefined) break
      cycle.space = line.text
      cycle.complete = line.complete
    }
    keep = false
    cycle.substituted = false
    if (++lines % 256 === 0) yield* call('cpu', 200)
    const end = yield* runCommands(m, cycle)
    if (typeof end === 'object' && 'quit' in end) {
      if (end.print && !m.quiet) yield* output(m).line(cycle.space, cycle.complete)
      if (end.print) yield* flushAppended(m, cycle)
      yield* m.input.copyRest()
      yield* m.input.finishFile()
      yield* flushAll(m)
      return end.quit
    }
    if (end === 'end' && !m.quiet) yield* output(m).line(cycle.space, cycle.complete)
    if (end === 'restart') keep = true
    yield* flushAppended(m, cycle)
    if (m.unbuffered) yield* m.c.stdout.flush()
  }
  yield* m.input.finishFile()
  yield* flushAll(m)
  return m.input.status
}

const output = (m: Machine): SedOutput => m.input.editing ?? m.stdout

function* flushAll(m: Machine): Flow<void> {
  yield* m.c.stdout.flush()
  for (const file of m.outputs.values()) yield* file.stream.flush()
}

function* flushAppended(m: Machine, cycle: Cycle): Flow<void> {
  const items = cycle.appended
  cycle.appended = []
  for (const item of items) {
    if ('text' in item) yield* output(m).text(item.text)
    else if ('line' in item) yield* output(m).line(item.line, true)
    else {
      const text = item.file === '/dev/stdin' ? yield* readToEnd(0) : yield* readFile(item.file)
      if (!isErr(text)) yield* output(m).text(typeof text === 'string' ? text : decodeUtf8(text))
    }
  }
}

function* runCommands(m: Machine, cycle: Cycle): Flow<Step> {
  const { commands } = m.script
  let steps = 0
  for (let i = 0; i < commands.length; ) {
    if (++steps % 500 === 0) yield* call('cpu', 300)
    const command = commands[i]
    if ((yield* selects(m, cycle, command)) === command.negated) {
      i = command.name === '{' ? command.target : i + 1
      continue
    }
    const step = yield* run(m, cycle, command)
    if (step === 'next') i++
    else if (typeof step === 'object' && 'jump' in step) i = step.jump
    else return step
  }
  return 'end'
}

function* matches(m: Machine, cycle: Cycle, address: Address): Flow<boolean> {
  const line = m.input.lineNumber
  switch (address.kind) {
    case 'line': return line === address.line
    case 'zero': return false
    case 'last': return yield* m.input.isLast()
    case 'step': return address.step === 0 ? line === address.first : line >= address.first && (line - address.first) % address.step === 0
    case 'regex': return (yield* regexOf(m, cycle, address.regex)).test(cycle.space)
  }
}

function* regexOf(m: Machine, cycle: Cycle, regex: Regex | undefined): Flow<Regex> {
  const used = regex ?? cycle.lastRegex
  if (used === undefined) {
    yield* m.c.stderr.write('sed: no previous regular expression\n')
    return exit(1)
  }
  cycle.lastRegex = used
  return used
}

function* selects(m: Machine, cycle: Cycle, command: Command): Flow<boolean> {
  const { from, to } = command
  if (from === undefined) return true
  if (to === undefined) return yield* matches(m, cycle, from)
  const line = m.input.lineNumber
  if (!command.active) {
    if (from.kind === 'zero') {
      if (line !== 1) return false
      command.active = true
    } else {
      if (!(yield* matches(m, cycle, from))) return false
      // a line number that is not behind the first line selects just one line
      if (to.kind === 'line' && to.line <= line) return true
      command.endLine = to.kind === 'plus' ? line + to.count : to.kind === 'multiple' ? Math.ceil(line / Math.max(to.of, 1)) * Math.max(to.of, 1) : undefined
      if (command.endLine !== undefined && command.endLine <= line) return true
      command.active = true
      return true
    }
  }
  if (to.kind === 'line' || command.endLine !== undefined) {
    const end = to.kind === 'line' ? to.line : command.endLine ?? line
    if (line >= end) command.active = false
    return line <= end
  }
  if (to.kind !== 'plus' && to.kind !== 'multiple' && (yield* matches(m, cycle, to))) command.active = false
  return true
}

function* run(m: Machine, cycle: Cycle, command: Command): Flow<Step> {
  const newline = m.delimiter
  switch (command.name) {
    case 'a': cycle.appended.push({ text: command.text }); return 'next'
    case 'i': yield* output(m).text(command.text); return 'next'
    case 'c':
      if (command.to === undefined || !command.active) yield* output(m).text(command.text)
      return 'delete'
    case 'd': return 'delete'
    case 'D': {
      const end = cycle.space.indexOf(newline)
      if (end < 0) return 'delete'
      cycle.space = cycle.space.slice(end + 1)
      return 'restart'
    }
    case 'p': yield* output(m).line(cycle.space, cycle.complete); return 'next'
    case 'P': {
      const end = cycle.space.indexOf(newline)
      yield* output(m).line(end < 0 ? cycle.space : cycle.space.slice(0, end), true)
      return 'next'
    }
    case 'n': case 'N': return yield* readMore(m, cycle, command.name === 'N')
    case 'g': cycle.space = cycle.hold; return 'next'
    case 'G': cycle.space += newline + cycle.hold; return 'next'
    case 'h': cycle.hold = cycle.space; return 'next'
    case 'H': cycle.hold += newline + cycle.space; return 'next'
    case 'x': [cycle.space, cycle.hold] = [cycle.hold, cycle.space]; return 'next'
    case 'z': cycle.space = ''; return 'next'
    case '=': yield* output(m).text(`${m.input.lineNumber}\n`); return 'next'
    case 'F': yield* output(m).text(`${m.input.fileName}\n`); return 'next'
    case 'l': yield* output(m).text(visible(cycle.space, command.number ?? m.lineLength)); return 'next'
    case 'q': return { quit: command.number ?? 0, print: true }
    case 'Q': return { quit: command.number ?? 0, print: false }
    case 'b': return { jump: command.target }
    case 't': case 'T': {
      const jump = cycle.substituted === (command.name === 't')
      cycle.substituted = false
      return jump ? { jump: command.target } : 'next'
    }
    case 'r': cycle.appended.push({ file: command.text }); return 'next'
    case 'R': yield* appendLine(cycle, command.text); return 'next'
    case 'w': case 'W': {
      const end = command.name === 'W' ? cycle.space.indexOf(newline) : -1
      yield* (m.outputs.get(command.text) ?? m.stdout).line(end < 0 ? cycle.space : cycle.space.slice(0, end), command.name === 'W' || cycle.complete)
      return 'next'
    }
    case 'y': {
      const table = command.translation
      cycle.space = Array.from(cycle.space, (c) => table?.get(c) ?? c).join('')
      return 'next'
    }
    case 'e':
      if (command.text === '') cycle.space = (yield* shell(m, cycle.space)).replace(/\n$/, '')
      else yield* output(m).text(yield* shell(m, command.text))
      return 'next'
    case 's':
      if (command.substitution !== undefined) yield* substitute(m, cycle, command.substitution)
      return 'next'
    default: return 'next'
  }
}

/** n and N: without a next line GNU sed prints the pattern space and ends. */
function* readMore(m: Machine, cycle: Cycle, append: boolean): Flow<Step> {
  if (yield* noMoreInput(m)) return { quit: m.input.status, print: true }
  if (!append && !m.quiet) yield* output(m).line(cycle.space, cycle.complete)
  const waiting = cycle.appended.length > 0
  if (waiting) yield* flushAppended(m, cycle)
  const line = yield* m.input.next()
  if (line === undefined) return { quit: m.input.status, print: append }
  cycle.space = append ? cycle.space + m.delimiter + line.text : line.text
  cycle.complete = line.complete
  return 'next'
}

const noMoreInput = (m: Machine): Flow<boolean> => m.input.isLast()

function* appendLine(cycle: Cycle, file: string): Flow<void> {
  if (!cycle.readers.has(file)) {
    const fd = yield* open(file, O_RDONLY | O_CLOEXEC)
    cycle.readers.set(file, isErr(fd) ? undefined : new InStream(fd))
  }
  const line = yield* cycle.readers.get(file)?.line() ?? none()
  if (line !== undefined) cycle.appended.push({ line: line.replace(/\n$/, '') })
}
function* none(): Flow<undefined> {
  return undefined
}

function* substitute(m: Machine, cycle: Cycle, s: Substitution): Flow<void> {
  const regex = yield* regexOf(m, cycle, s.regex)
  const text = cycle.space
  let out = ''
  let at = 0
  let count = 0
  let replaced = false
  let previousEnd = -1
  for (let from = 0; from <= text.length; ) {
    const found = regex.exec(text, from)
    if (found === undefined) break
    if (found.start === found.end && found.start === previousEnd) {
      // an empty match right behind the last one
      from = found.end + 1
      continue
    }
    count++
    previousEnd = found.end
    if (count >= s.number) {
      out += text.slice(at, found.start) + expand(s.replacement, [text.slice(found.start, found.end), ...found.groups.map((g) => g ?? '')])
      at = found.end
      replaced = true
      if (!s.global) break
    }
    from = found.end === found.start ? found.end + 1 : found.end
  }
  if (!replaced) return
  cycle.space = out + text.slice(at)
  cycle.substituted = true
  if (s.print === 2) yield* output(m).line(cycle.space, cycle.complete)
  if (s.evaluate) cycle.space = (yield* shell(m, cycle.space)).replace(/\n$/, '')
  if (s.print === 1) yield* output(m).line(cycle.space, cycle.complete)
  if (s.file !== undefined) yield* (s.file === '/dev/stdout' ? output(m) : m.outputs.get(s.file) ?? m.stdout).line(cycle.space, cycle.complete)
}

/** The replacement for one match, with \U \L \u \l \E applied. */
function expand(parts: readonly ReplacementPart[], groups: readonly string[]): string {
  let out = ''
  let mode: 'none' | 'upper' | 'lower' = 'none'
  let first: 'none' | 'upperFirst' | 'lowerFirst' = 'none'
  for (const part of parts) {
    if (part.kind === 'case') {
      if (part.mode === 'upper' || part.mode === 'lower') mode = part.mode
      else if (part.mode === 'end') mode = 'none'
      else if (part.mode === 'upperFirst' || part.mode === 'lowerFirst') first = part.mode
      continue
    }
    let text = part.kind === 'text' ? part.text : groups[part.index] ?? ''
    if (mode !== 'none') text = mode === 'upper' ? text.toUpperCase() : text.toLowerCase()
    if (first !== 'none' && text !== '') {
      text = (first === 'upperFirst' ? text[0].toUpperCase() : text[0].toLowerCase()) + text.slice(1)
      first = 'none'
    }
    out += text
  }
  return out
}

/** Standard output of a command run by sh. */
function* shell(m: Machine, command: string): Flow<string> {
  yield* m.c.stdout.flush()
  const pipe = yield* call('pipe2', O_CLOEXEC)
  if (isErr(pipe)) return ''
  const env = envStrings(m.c.env)
  const pid = yield* call('clone', 0, function* () {
    yield* call('dup2', pipe[1], 1)
    yield* call('execve', '/bin/sh', ['sh', '-c', command], env)
    return 127
  })
  yield* close(pipe[1])
  const data = yield* readToEnd(pipe[0])
  yield* close(pipe[0])
  if (!isErr(pid)) yield* waitpid(pid)
  return isErr(data) ? '' : decodeUtf8(data)
}

const NAMED = new Map([['\\', '\\\\'], ['\x07', '\\a'], ['\b', '\\b'], ['\f', '\\f'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'], ['\v', '\\v']])

/** The l command: escapes, `$` at the end, folded to `length` columns (0 and 1: not at all). */
function visible(text: string, length: number): string {
  const width = length <= 1 ? Infinity : length - 1
  let out = ''
  let column = 0
  for (const char of text) {
    const pieces = NAMED.has(char) ? [NAMED.get(char) ?? ''] : char >= ' ' && char <= '~' ? [char] : Array.from(encodeUtf8(char), (b) => `\\${b.toString(8).padStart(3, '0')}`)
    for (const piece of pieces) {
      if (column + piece.length > width) {
        out += '\\\n'
        column = 0
      }
      out += piece
      column += piece.length
    }
  }
  return `${out}$\n`
}
