// Evaluating AWK expressions.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { call } from '../../libc/syscall.ts'
import type { AwkArray } from './arrays.ts'
import type { ArrayName, Expr, Lvalue } from './ast.ts'
import { callBuiltin, substitute } from './builtins.ts'
import { callFunction, readMain } from './execute.ts'
import { AwkRuntimeError, regexFor, splitByRegex, splitText } from './record.ts'
import { type Runtime, Variable } from './runtime.ts'
import { compareValues, fromInput, toBoolean, toNumber, type Value } from './values.ts'

const truth = (b: boolean): number => (b ? 1 : 0)

export function arrayOf(rt: Runtime, array: ArrayName): AwkArray {
  return variableOf(rt, array).array
}

export function variableOf(rt: Runtime, name: ArrayName): Variable {
  return name.local === undefined ? rt.global(name.name) : rt.frame[name.local]
}

/** An element's key as text, and as a number when it was given as a whole one. */
export function* subscript(rt: Runtime, subscripts: readonly Expr[]): Flow<{ readonly key: string; readonly number: number | undefined }> {
  const values: Value[] = []
  for (const s of subscripts) values.push(yield* evaluate(rt, s))
  if (values.length > 1) return { key: values.map((v) => rt.text(v)).join(rt.textOf('SUBSEP')), number: undefined }
  const [value] = values
  const whole = typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2147483647
  return { key: rt.text(value), number: whole ? value : undefined }
}

export function* evaluate(rt: Runtime, e: Expr): Flow<Value> {
  switch (e.kind) {
    case 'number':
    case 'string':
      return e.value
    case 'regex':
      return truth(regexFor(e.source).test(rt.record.text))
    case 'variable':
      return e.local === undefined ? rt.getScalar(e.name) : rt.frame[e.local].value
    case 'field':
      return rt.record.field(Math.trunc(toNumber(yield* evaluate(rt, e.index))))
    case 'element': {
      const { key, number } = yield* subscript(rt, e.subscripts)
      return arrayOf(rt, e.array).get(key, number)
    }
    case 'in':
      return truth(arrayOf(rt, e.array).has((yield* subscript(rt, e.subscripts)).key))
    case 'group':
      return yield* evaluate(rt, e.items[0])
    case 'conditional':
      return yield* evaluate(rt, toBoolean(yield* evaluate(rt, e.test)) ? e.yes : e.no)
    case 'logical': {
      const left = toBoolean(yield* evaluate(rt, e.left))
      if (left === (e.op === '||')) return truth(left)
      return truth(toBoolean(yield* evaluate(rt, e.right)))
    }
    case 'unary': {
      const value = yield* evaluate(rt, e.operand)
      return e.op === '!' ? truth(!toBoolean(value)) : e.op === '-' ? -toNumber(value) : toNumber(value)
    }
    case 'binary':
      return binary(rt, e.op, yield* evaluate(rt, e.left), yield* evaluate(rt, e.right))
    case 'match': {
      const text = rt.text(yield* evaluate(rt, e.text))
      return truth(regexFor(yield* patternText(rt, e.pattern)).test(text) !== e.negated)
    }
    case 'assign':
      return yield* assign(rt, e.op, e.target, e.value)
    case 'step': {
      const old = toNumber(yield* evaluate(rt, e.target))
      yield* store(rt, e.target, old + e.delta)
      return e.prefix ? old + e.delta : old
    }
    case 'call': {
      const fn = rt.program.functions.get(e.name)
      return fn === undefined ? undefined : yield* callFunction(rt, fn, e.args)
    }
    case 'builtin':
      return yield* builtin(rt, e.name, e.args)
    case 'getline':
      return yield* getline(rt, e)
  }
}

function binary(rt: Runtime, op: string, left: Value, right: Value): Value {
  switch (op) {
    case ' ': return rt.text(left) + rt.text(right)
    case '+': return toNumber(left) + toNumber(right)
    case '-': return toNumber(left) - toNumber(right)
    case '*': return toNumber(left) * toNumber(right)
    case '/': return toNumber(left) / toNumber(right)
    case '%': return toNumber(left) % toNumber(right)
    case '^': return toNumber(left) ** toNumber(right)
  }
  const order = compareValues(left, right, rt.textOf('CONVFMT'))
  switch (op) {
    case '<': return truth(order < 0)
    case '<=': return truth(order <= 0)
    case '==': return truth(order === 0)
    case '!=': return truth(order !== 0)
    case '>': return truth(order > 0)
    default: return truth(order >= 0)
  }
}

function* assign(rt: Runtime, op: string, target: Lvalue, expr: Expr): Flow<Value> {
  let value = yield* evaluate(rt, expr)
  if (op !== '') value = binary(rt, op, yield* evaluate(rt, target), value)
  yield* store(rt, target, value)
  return value
}

export function* store(rt: Runtime, target: Lvalue, value: Value): Flow<void> {
  if (target.kind === 'field') rt.record.setField(Math.trunc(toNumber(yield* evaluate(rt, target.index))), value)
  else if (target.kind === 'element') {
    const { key, number } = yield* subscript(rt, target.subscripts)
    arrayOf(rt, target.array).set(key, number, value)
  } else if (target.local === undefined) rt.setScalar(target.name, value)
  else rt.frame[target.local].value = value
}

/** The expression in an operand that is matched against: a literal as it stands, anything else by its text. */
function* patternText(rt: Runtime, pattern: Expr): Flow<string> {
  return pattern.kind === 'regex' ? pattern.source : rt.text(yield* evaluate(rt, pattern))
}

function* builtin(rt: Runtime, name: string, args: readonly Expr[]): Flow<Value> {
  switch (name) {
    case 'length': {
      const [arg] = args
      if (arg === undefined) return rt.record.text.length
      if (arg.kind === 'variable' && variableOf(rt, arg).isArray) return arrayOf(rt, arg).size
      break
    }
    case 'split': return yield* split(rt, args)
    case 'sub': case 'gsub': return yield* replace(rt, name === 'gsub', args)
    case 'match': {
      const text = rt.text(yield* evaluate(rt, args[0]))
      const m = regexFor(yield* patternText(rt, args[1])).exec(text)
      rt.setScalar('RSTART', m === undefined ? 0 : m.start + 1)
      rt.setScalar('RLENGTH', m === undefined ? -1 : m.end - m.start)
      return m === undefined ? 0 : m.start + 1
    }
    case 'srand': {
      const previous = rt.previousSeed
      rt.previousSeed = args.length > 0 ? toNumber(yield* evaluate(rt, args[0])) : yield* seconds()
      rt.seed = Math.imul(rt.previousSeed + 1, 0x9e3779b1)
      return previous
    }
    case 'system': return yield* rt.streams.system(rt.text(yield* evaluate(rt, args[0])))
    case 'close': return yield* rt.streams.close(rt.text(yield* evaluate(rt, args[0])))
    case 'fflush': {
      yield* rt.streams.flush()
      return 0
    }
    case 'systime': return yield* seconds()
  }
  const values: Value[] = []
  for (const arg of args) values.push(yield* evaluate(rt, arg))
  if (name === 'strftime' && values.length < 2) values[1] = yield* seconds()
  return callBuiltin(rt, name, values)
}

function* seconds(): Flow<number> {
  const now = yield* call('clock_gettime', 0)
  return isErr(now) ? 0 : now.sec
}

function* split(rt: Runtime, args: readonly Expr[]): Flow<number> {
  const text = rt.text(yield* evaluate(rt, args[0]))
  const [, name, separator] = args
  if (name.kind !== 'variable') throw new AwkRuntimeError('type error in arg(2) in call to split')
  const parts = separator === undefined ? splitText(text, rt.textOf('FS')) : separator.kind === 'regex' ? splitRegex(text, separator.source) : splitText(text, rt.text(yield* evaluate(rt, separator)))
  const array = arrayOf(rt, name)
  array.clear()
  parts.forEach((part, i) => array.set(String(i + 1), i + 1, fromInput(part)))
  return parts.length
}

const splitRegex = (text: string, source: string): string[] => (text === '' ? [] : source === '' ? [...text] : splitByRegex(text, regexFor(source)))

function* replace(rt: Runtime, all: boolean, args: readonly Expr[]): Flow<number> {
  const source = yield* patternText(rt, args[0])
  const replacement = rt.text(yield* evaluate(rt, args[1]))
  const target = args[2] ?? { kind: 'field', index: { kind: 'number', value: 0 } }
  const result = substitute(rt.text(yield* evaluate(rt, target)), source, replacement, all)
  if (result.count > 0 && (target.kind === 'variable' || target.kind === 'field' || target.kind === 'element')) yield* store(rt, target, result.text)
  return result.count
}

/** 1 a record was read, 0 the end, -1 it can't be opened. */
function* getline(rt: Runtime, e: Extract<Expr, { readonly kind: 'getline' }>): Flow<number> {
  let record: string | undefined
  if (e.from === 'main') {
    record = yield* readMain(rt)
    if (record === undefined) return 0
  } else {
    const name = e.source === undefined ? '' : rt.text(yield* evaluate(rt, e.source))
    const reader = yield* e.from === 'file' ? rt.streams.file(name) : rt.streams.command(name)
    if (reader === undefined) return -1
    record = yield* reader.next(rt.textOf('RS'))
    if (record === undefined) return reader.error ? -1 : 0
    if (e.from === 'command') rt.nr++
  }
  if (e.target === undefined) rt.record.set(record)
  else yield* store(rt, e.target, fromInput(record))
  return 1
}

/** Used by callers that pass a bare name, which may be an array: the variable itself, or a new one with the value. */
export function* argument(rt: Runtime, e: Expr): Flow<Variable> {
  if (e.kind === 'variable' && (e.local !== undefined || !['NF', 'NR', 'FNR'].includes(e.name))) {
    const given = variableOf(rt, e)
    if (given.isArray || given.value === undefined) return new Variable(given)
  }
  const variable = new Variable()
  variable.value = yield* evaluate(rt, e)
  return variable
}

