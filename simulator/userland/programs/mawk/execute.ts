// Running AWK statements, functions, rules, and the main input.
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { exit } from '../../libc/crt.ts'
import { InStream } from '../../libc/stdio.ts'
import { call } from '../../libc/syscall.ts'
import { close, open } from '../../libc/unistd.ts'
import type { AwkFunction, Expr, Redirect, Rule, Statement } from './ast.ts'
import { formatValues } from './builtins.ts'
import { argument, arrayOf, evaluate, store, subscript } from './evaluate.ts'
import { unescape } from './lexer.ts'
import { AwkRuntimeError } from './record.ts'
import { type Runtime, Variable } from './runtime.ts'
import { RecordReader, toBytes, utf8 } from './streams.ts'
import { fromInput, numberText, toBoolean, toNumber, type Value } from './values.ts'

/** How a statement ends when it does not simply end. */
type Outcome = undefined | 'break' | 'continue' | 'next' | 'nextfile' | { readonly returned: Value } | { readonly exit: number | undefined }

const WORK_SLICE = 2000

export function* execute(rt: Runtime, s: Statement): Flow<Outcome> {
  if (++rt.work % WORK_SLICE === 0) yield* call('cpu', WORK_SLICE)
  switch (s.kind) {
    case 'block':
      for (const part of s.body) {
        const outcome = yield* execute(rt, part)
        if (outcome !== undefined) return outcome
      }
      return undefined
    case 'expression':
      yield* evaluate(rt, s.value)
      return undefined
    case 'print':
    case 'printf':
      yield* print(rt, s)
      return undefined
    case 'if':
      if (toBoolean(yield* evaluate(rt, s.test))) return yield* execute(rt, s.yes)
      return s.no === undefined ? undefined : yield* execute(rt, s.no)
    case 'while':
    case 'do':
    case 'for':
      return yield* loop(rt, s)
    case 'forin': {
      const array = arrayOf(rt, s.array)
      for (const key of array.keys()) {
        yield* store(rt, s.target, key)
        const outcome = yield* execute(rt, s.body)
        if (outcome === 'break') break
        if (outcome !== undefined && outcome !== 'continue') return outcome
      }
      return undefined
    }
    case 'delete': {
      const array = arrayOf(rt, s.array)
      if (s.subscripts === undefined) array.clear()
      else array.delete((yield* subscript(rt, s.subscripts)).key)
      return undefined
    }
    case 'exit':
      return { exit: s.value === undefined ? undefined : toNumber(yield* evaluate(rt, s.value)) & 0xff }
    case 'return':
      return { returned: s.value === undefined ? undefined : yield* evaluate(rt, s.value) }
    default:
      return s.kind
  }
}

function* loop(rt: Runtime, s: Extract<Statement, { readonly kind: 'while' | 'do' | 'for' }>): Flow<Outcome> {
  if (s.kind === 'for' && s.init !== undefined) yield* execute(rt, s.init)
  for (let first = true; ; first = false) {
    const untested = (s.kind === 'do' && first) || s.test === undefined
    if (!untested && s.test !== undefined && !toBoolean(yield* evaluate(rt, s.test))) return undefined
    const outcome = yield* execute(rt, s.body)
    if (outcome === 'break') return undefined
    if (outcome !== undefined && outcome !== 'continue') return outcome
    if (s.kind === 'for' && s.step !== undefined) yield* execute(rt, s.step)
  }
}

function* print(rt: Runtime, s: Extract<Statement, { readonly kind: 'print' | 'printf' }>): Flow<void> {
  const values: Value[] = []
  for (const arg of s.args) values.push(yield* evaluate(rt, arg))
  const ofmt = rt.textOf('OFMT')
  const shown = (v: Value): string => (typeof v === 'number' ? numberText(v, ofmt) : rt.text(v))
  const text =
    s.kind === 'printf' ? formatValues(rt, values, 'printf') : (s.args.length === 0 ? rt.record.text : values.map(shown).join(rt.textOf('OFS'))) + rt.textOf('ORS')
  const stream = s.redirect === undefined ? rt.c.stdout : yield* openOutput(rt, s.redirect)
  yield* stream.write(toBytes(text))
  if (stream.error !== undefined && s.redirect === undefined) exit(2)
}

function* openOutput(rt: Runtime, redirect: Redirect): Flow<Runtime['c']['stdout']> {
  const name = rt.text(yield* evaluate(rt, redirect.target))
  const stream = yield* rt.streams.output(redirect.kind, name)
  if (stream !== undefined) return stream
  yield* rt.c.stdout.flush()
  yield* rt.c.stderr.write(`${rt.c.name}: cannot open "${utf8(name)}" for output (${rt.streams.lastError})\n`)
  return exit(2)
}

/** Calls a user function: arguments first, then fresh locals. */
export function* callFunction(rt: Runtime, fn: AwkFunction, args: readonly Expr[]): Flow<Value> {
  const frame: Variable[] = []
  for (const arg of args) frame.push(yield* argument(rt, arg))
  while (frame.length < fn.params.length) frame.push(new Variable())
  if (++rt.depth > 1000) throw new AwkRuntimeError('function call nesting too deep (over 1000)')
  const saved = rt.frame
  rt.frame = frame
  const outcome = yield* execute(rt, fn.body)
  rt.frame = saved
  rt.depth--
  if (typeof outcome === 'object' && 'returned' in outcome) return outcome.returned
  if (outcome !== undefined) throw new Leave(outcome)
  return undefined
}

/** next, nextfile or exit inside a function: leaves the rule that called it. */
class Leave {
  readonly outcome: Outcome
  constructor(outcome: Outcome) {
    this.outcome = outcome
  }
}

function* guarded(rt: Runtime, flow: Flow<Outcome>): Flow<Outcome> {
  try {
    return yield* flow
  } catch (thrown) {
    if (!(thrown instanceof Leave)) throw thrown
    rt.frame = []
    rt.depth = 0
    return thrown.outcome
  }
}

/** Where the main input stands. */
interface MainInput {
  reader: RecordReader | undefined
  fd: number
  argument: number
  usedFile: boolean
}
const inputs = new WeakMap<Runtime, MainInput>()

function inputOf(rt: Runtime): MainInput {
  let input = inputs.get(rt)
  if (input === undefined) {
    input = { reader: undefined, fd: -1, argument: 1, usedFile: false }
    inputs.set(rt, input)
  }
  return input
}

/** The next record of the files in ARGV, or of standard input if there is none; assignments among them take effect on the way. */
export function* readMain(rt: Runtime): Flow<string | undefined> {
  const input = inputOf(rt)
  for (;;) {
    if (input.reader === undefined && !(yield* openNext(rt, input))) return undefined
    const record = yield* (input.reader as RecordReader).next(rt.textOf('RS'))
    if (record !== undefined) {
      rt.nr++
      rt.fnr++
      return record
    }
    yield* closeInput(input)
  }
}

function* closeInput(input: MainInput): Flow<void> {
  input.reader = undefined
  if (input.fd > 0) yield* close(input.fd)
}

function* openNext(rt: Runtime, input: MainInput): Flow<boolean> {
  const argv = rt.global('ARGV').array
  while (input.argument < toNumber(rt.getScalar('ARGC'))) {
    const key = String(input.argument++)
    const word = argv.has(key) ? rt.text(argv.get(key, undefined)) : ''
    if (word === '') continue
    if (assignWord(rt, word)) continue
    input.usedFile = true
    rt.setScalar('FILENAME', word)
    rt.fnr = 0
    const fd = word === '-' || word === '/dev/stdin' ? 0 : yield* open(utf8(word), O_RDONLY | O_CLOEXEC)
    if (isErr(fd)) {
      yield* rt.c.stdout.flush()
      yield* rt.c.stderr.write(`${rt.c.name}: cannot open ${utf8(word)} (${fd.message})\n`)
      return exit(2)
    }
    input.fd = fd
    input.reader = new RecordReader(fd === 0 ? rt.c.stdin : new InStream(fd))
    return true
  }
  if (input.usedFile) return false
  input.usedFile = true
  input.fd = 0
  input.reader = new RecordReader(rt.c.stdin)
  return true
}

/** `name=value` among the operands or of -v; false if it is no assignment. */
export function assignWord(rt: Runtime, word: string): boolean {
  const m = /^([A-Za-z_]\w*)=([^]*)$/.exec(word)
  if (m === null) return false
  rt.setScalar(m[1], fromInput(unescape(m[2])))
  return true
}

/** Runs the whole program and answers its exit status. */
export function* runProgram(rt: Runtime): Flow<number> {
  let status = 0
  let exited = false
  const run = function* (body: Statement): Flow<Outcome> {
    const outcome = yield* guarded(rt, execute(rt, body))
    if (typeof outcome === 'object' && 'exit' in outcome) {
      exited = true
      status = outcome.exit ?? status
    }
    return outcome
  }
  const rules = rt.program.rules
  for (const rule of rules) if (rule.pattern === 'begin' && !exited) yield* run(rule.body)
  const main = rules.filter((r) => r.pattern !== 'begin' && r.pattern !== 'end')
  const needsInput = main.length > 0 || rules.some((r) => r.pattern === 'end')
  const active = new Set<Rule>()
  while (needsInput && !exited) {
    const record = yield* readMain(rt)
    if (record === undefined) break
    rt.record.set(record)
    for (const rule of main) {
      if (!(yield* applies(rt, rule, active))) continue
      const body: Statement = 'body' in rule && rule.body !== undefined ? rule.body : { kind: 'print', args: [] }
      const outcome = yield* run(body)
      if (outcome === 'nextfile') yield* closeInput(inputOf(rt))
      if (outcome === 'next' || outcome === 'nextfile' || exited) break
    }
  }
  exited = false
  for (const rule of rules) if (rule.pattern === 'end' && !exited) yield* run(rule.body)
  return status
}

function* applies(rt: Runtime, rule: Rule, active: Set<Rule>): Flow<boolean> {
  if (rule.pattern === 'test') return toBoolean(yield* evaluate(rt, rule.test))
  if (rule.pattern !== 'range') return true
  if (!active.has(rule) && !toBoolean(yield* evaluate(rt, rule.from))) return false
  if (toBoolean(yield* evaluate(rt, rule.to))) active.delete(rule)
  else active.add(rule)
  return true
}
