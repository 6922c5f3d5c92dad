// Evaluating jq filters: every filter is a generator of outputs, each with the path that leads to it where there is one.
import { callBuiltin, formatText, PRELUDE } from './builtins.ts'
import { type Filter, FilterError, parseFilter } from './parser.ts'
import { compare, isArray, isObject, isTrue, type Json, toJson, typeOf } from './value.ts'

export interface Output {
  readonly value: Json
  readonly path: readonly Json[] | undefined
}
export type Outputs = Generator<Output, void, void>

/** jq's run-time error; `value` is what `catch` gets. */
export class JqError {
  readonly value: Json
  constructor(value: Json) {
    this.value = value
  }
  get message(): string {
    return typeof this.value === 'string' ? this.value : `${toJson(this.value)} (not a string)`
  }
}

interface Definition {
  readonly params: readonly string[]
  readonly body: Filter
  env: Env
}
interface Closure {
  readonly filter: Filter
  readonly env: Env
}

/** Variables and functions in scope. */
export class Env {
  readonly #parent: Env | undefined
  readonly variables = new Map<string, Json>()
  readonly functions = new Map<string, Definition | Closure>()
  /** the inputs not read yet */
  readonly inputs: Iterator<Json> | undefined

  constructor(parent: Env | undefined, inputs?: Iterator<Json>) {
    this.#parent = parent
    this.inputs = inputs ?? parent?.inputs
  }

  variable(name: string): Json | undefined {
    return this.variables.get(name) ?? (this.variables.has(name) ? null : this.#parent?.variable(name))
  }

  find(name: string): Definition | Closure | undefined {
    return this.functions.get(name) ?? this.#parent?.find(name)
  }
}

/** A scope with the functions that jq defines in its own language. */
export function standardEnv(inputs: Iterator<Json>): Env {
  const env = new Env(undefined, inputs)
  for (let f = parseFilter(PRELUDE); f.kind === 'def'; f = f.rest) env.functions.set(f.name, { params: f.params, body: f.body, env })
  return env
}

/** A value in an error message: its type and the beginning of its text. */
export const describe = (v: Json): string => {
  const text = toJson(v)
  return `${typeOf(v)} (${text.length > 14 ? `${text.slice(0, 11)}...` : text})`
}

/** Functions that are used but not defined; checked before anything runs. */
export function checkCalls(f: Filter, env: Env, known: readonly string[] = []): void {
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(visit)
    else if (typeof part === 'object' && part !== null && 'kind' in part) checkCalls(part as Filter, env, known)
  }
  if (f.kind === 'def') {
    checkCalls(f.body, env, [...known, f.name, ...f.params.map((p) => `${p.replace(/^\$/, '')}/0`)])
    return checkCalls(f.rest, env, [...known, f.name])
  }
  if (f.kind === 'call') {
    const name = `${f.name}/${f.args.length}`
    if (!known.includes(name) && env.find(name) === undefined && !callBuiltin.names.has(name)) throw new FilterError(`${name} is not defined`)
  }
  Object.values(f).forEach(visit)
}

export function* run(f: Filter, input: Json, env: Env, path: readonly Json[] | undefined): Outputs {
  switch (f.kind) {
    case 'identity': yield { value: input, path }; return
    case 'breakpoint': return
    case 'recurse': yield* recurse(input, path); return
    case 'literal': yield { value: f.value, path: undefined }; return
    case 'variable': {
      const value = f.name === 'ENV' ? env.variable('ENV') : env.variable(f.name)
      if (value === undefined) throw new FilterError(`$${f.name} is not defined`)
      yield { value, path: undefined }
      return
    }
    case 'string': yield* interpolate(f.parts, 0, '', f.format, input, env); return
    case 'format': yield { value: formatText(f.name, input), path: undefined }; return
    case 'pipe': for (const a of run(f.left, input, env, path)) yield* run(f.right, a.value, env, a.path); return
    case 'comma': yield* run(f.left, input, env, path); yield* run(f.right, input, env, path); return
    case 'index':
      for (const of of run(f.of, input, env, path)) for (const key of run(f.key, input, env, undefined)) yield { value: index(of.value, key.value), path: of.path && [...of.path, key.value] }
      return
    case 'slice': yield* slice(f, input, env, path); return
    case 'iterate': for (const of of run(f.of, input, env, path)) yield* iterate(of); return
    case 'try': yield* attempt(f.body, f.handler, input, env, path); return
    case 'and': case 'or':
      for (const left of run(f.left, input, env, undefined)) {
        if (isTrue(left.value) === (f.kind === 'or')) yield { value: f.kind === 'or', path: undefined }
        else for (const right of run(f.right, input, env, undefined)) yield { value: isTrue(right.value), path: undefined }
      }
      return
    case 'alternative': {
      let found = false
      for (const left of run(f.left, input, env, path)) {
        if (!isTrue(left.value)) continue
        found = true
        yield left
      }
      if (!found) yield* run(f.right, input, env, path)
      return
    }
    case 'operator':
      for (const right of run(f.right, input, env, undefined)) for (const left of run(f.left, input, env, undefined)) yield { value: operate(f.op, left.value, right.value), path: undefined }
      return
    case 'negate':
      for (const of of run(f.of, input, env, undefined)) {
        if (typeof of.value !== 'number') throw new JqError(`${describe(of.value)} cannot be negated`)
        yield { value: -of.value, path: undefined }
      }
      return
    case 'update': yield* update(f.op, f.left, f.right, input, env); return
    case 'if': for (const test of run(f.test, input, env, undefined)) yield* run(isTrue(test.value) ? f.yes : f.no, input, env, path); return
    case 'reduce': case 'foreach':
      for (const init of run(f.init, input, env, undefined)) {
        let state: Json = init.value
        for (const item of run(f.source, input, env, undefined)) {
          const scope = new Env(env)
          scope.variables.set(f.name, item.value)
          let last: Json = null
          for (const out of run(f.step, state, scope, undefined)) {
            last = out.value
            if (f.kind === 'foreach') yield* run(f.extract, last, scope, undefined)
          }
          state = last
        }
        if (f.kind === 'reduce') yield { value: state, path: undefined }
      }
      return
    case 'as':
      for (const item of run(f.source, input, env, undefined)) {
        const scope = new Env(env)
        scope.variables.set(f.name, item.value)
        yield* run(f.body, input, scope, path)
      }
      return
    case 'def': {
      const scope = new Env(env)
      scope.functions.set(f.name, { params: f.params, body: f.body, env: scope })
      yield* run(f.rest, input, scope, path)
      return
    }
    case 'array': yield { value: f.of === undefined ? [] : Array.from(run(f.of, input, env, undefined), (o) => o.value), path: undefined }; return
    case 'object': yield* object(f.entries, 0, new Map(), input, env); return
    case 'call': yield* callFunction(f, input, env, path)
  }
}

function* interpolate(parts: readonly (string | Filter)[], at: number, text: string, format: string | undefined, input: Json, env: Env): Outputs {
  if (at === parts.length) {
    yield { value: text, path: undefined }
    return
  }
  const part = parts[at]
  if (typeof part === 'string') yield* interpolate(parts, at + 1, text + part, format, input, env)
  else for (const out of run(part, input, env, undefined)) yield* interpolate(parts, at + 1, text + formatText(format ?? '@text', out.value), format, input, env)
}

function* object(entries: readonly (readonly [Filter, Filter])[], at: number, made: ReadonlyMap<string, Json>, input: Json, env: Env): Outputs {
  if (at === entries.length) {
    yield { value: made, path: undefined }
    return
  }
  for (const key of run(entries[at][0], input, env, undefined)) {
    if (typeof key.value !== 'string') throw new JqError(`Object keys must be strings`)
    for (const value of run(entries[at][1], input, env, undefined)) yield* object(entries, at + 1, new Map([...made, [key.value, value.value]]), input, env)
  }
}

function* recurse(value: Json, path: readonly Json[] | undefined): Outputs {
  yield { value, path }
  for (const child of isArray(value) || isObject(value) ? iterate({ value, path }) : []) yield* recurse(child.value, child.path)
}

function* iterate(of: Output): Outputs {
  const { value, path } = of
  if (isArray(value)) for (const [i, item] of value.entries()) yield { value: item, path: path && [...path, i] }
  else if (isObject(value)) for (const [key, item] of value) yield { value: item, path: path && [...path, key] }
  else throw new JqError(`Cannot iterate over ${value === null ? 'null' : describe(value)}`)
}

export function index(of: Json, key: Json): Json {
  if (isObject(key) && (isArray(of) || of === null || typeof of === 'string')) return sliceOf(of, key.get('start') ?? null, key.get('end') ?? null)
  if (of === null && (typeof key === 'string' || typeof key === 'number' || key === null)) return null
  if (isObject(of) && typeof key === 'string') return of.get(key) ?? null
  if (isArray(of) && typeof key === 'number') return of[key < 0 ? of.length + Math.floor(key) : Math.floor(key)] ?? null
  if (isArray(of) && isArray(key)) return of.map((_x, i) => i).filter((i) => key.length > 0 && key.every((x, k) => compare(of[i + k] ?? null, x) === 0))
  throw new JqError(`Cannot index ${typeOf(of)} with ${typeof key === 'string' ? `string "${key}"` : typeOf(key)}`)
}

function sliceOf(of: Json, from: Json, to: Json): Json {
  if (of === null) return null
  if (typeof of !== 'string' && !isArray(of)) throw new JqError(`Cannot index ${typeOf(of)} with object`)
  return of.slice(typeof from === 'number' ? Math.floor(from) : undefined, typeof to === 'number' ? Math.ceil(to) : undefined) as Json
}

function* slice(f: Extract<Filter, { readonly kind: 'slice' }>, input: Json, env: Env, path: readonly Json[] | undefined): Outputs {
  const nothing: Filter = { kind: 'literal', value: null }
  for (const of of run(f.of, input, env, path)) {
    for (const to of run(f.to ?? nothing, input, env, undefined)) {
      for (const from of run(f.from ?? nothing, input, env, undefined)) {
        yield { value: sliceOf(of.value, from.value, to.value), path: of.path && [...of.path, new Map([['start', from.value], ['end', to.value]])] }
      }
    }
  }
}

function* attempt(body: Filter, handler: Filter | undefined, input: Json, env: Env, path: readonly Json[] | undefined): Outputs {
  try {
    yield* run(body, input, env, path)
  } catch (thrown) {
    if (!(thrown instanceof JqError)) throw thrown
    if (handler !== undefined) yield* run(handler, thrown.value, env, undefined)
  }
}

export function operate(op: string, a: Json, b: Json): Json {
  switch (op) {
    case '==': return compare(a, b) === 0
    case '!=': return compare(a, b) !== 0
    case '<': return compare(a, b) < 0
    case '<=': return compare(a, b) <= 0
    case '>': return compare(a, b) > 0
    case '>=': return compare(a, b) >= 0
  }
  if (op === '+') {
    if (a === null) return b
    if (b === null) return a
    if (typeof a === 'string' && typeof b === 'string') return a + b
    if (isArray(a) && isArray(b)) return [...a, ...b]
    if (isObject(a) && isObject(b)) return new Map([...a, ...b])
  }
  if (op === '-' && isArray(a) && isArray(b)) return a.filter((x) => !b.some((y) => compare(x, y) === 0))
  if (op === '*' && isObject(a) && isObject(b)) return merge(a, b)
  if (op === '*' && typeof a === 'string' && typeof b === 'number') return b > 0 ? a.repeat(Math.max(1, Math.floor(b))) : null
  if (op === '/' && typeof a === 'string' && typeof b === 'string') return a === '' ? [] : a.split(b)
  if (typeof a === 'number' && typeof b === 'number') {
    if (op === '+') return a + b
    if (op === '-') return a - b
    if (op === '*') return a * b
    if (b === 0 || (op === '%' && Math.trunc(b) === 0)) throw new JqError(`${describe(a)} and ${describe(b)} cannot be divided because the divisor is zero`)
    return op === '/' ? a / b : Math.trunc(a) % Math.abs(Math.trunc(b))
  }
  const verb = new Map([['+', 'added'], ['-', 'subtracted'], ['*', 'multiplied']]).get(op) ?? 'divided'
  throw new JqError(`${describe(a)} and ${describe(b)} cannot be ${verb}`)
}

function merge(a: ReadonlyMap<string, Json>, b: ReadonlyMap<string, Json>): Json {
  const out = new Map(a)
  for (const [key, value] of b) {
    const old = out.get(key) ?? null
    out.set(key, isObject(old) && isObject(value) ? merge(old, value) : value)
  }
  return out
}

export function pathsOf(f: Filter, input: Json, env: Env): (readonly Json[])[] {
  return Array.from(run(f, input, env, []), (o) => {
    if (o.path === undefined) throw new JqError(`Invalid path expression with result ${toJson(o.value)}`)
    return o.path
  })
}

export const getPath = (v: Json, path: readonly Json[]): Json => path.reduce<Json>((at, key) => (at === null ? null : index(at, key)), v)

export function setPath(v: Json, path: readonly Json[], value: Json): Json {
  if (path.length === 0) return value
  const [key, ...rest] = path
  if (typeof key === 'string') {
    if (v !== null && !isObject(v)) throw new JqError(`Cannot index ${typeOf(v)} with "${key}"`)
    return new Map([...(v ?? []), [key, setPath(v?.get(key) ?? null, rest, value)]])
  }
  if (v !== null && !isArray(v)) throw new JqError(`Cannot index ${typeOf(v)} with ${typeOf(key)}`)
  const list = [...(v ?? [])]
  if (typeof key === 'number') {
    const at = key < 0 ? list.length + key : key
    if (at < 0) throw new JqError('Out of bounds negative array index')
    while (list.length < at) list.push(null)
    list[at] = setPath(list[at] ?? null, rest, value)
    return list
  }
  const [from, to] = isObject(key) ? [key.get('start'), key.get('end')] : [null, null]
  const start = typeof from === 'number' ? (from < 0 ? list.length + from : from) : 0
  const end = typeof to === 'number' ? (to < 0 ? list.length + to : to) : list.length
  const part = setPath(list.slice(start, end), rest, value)
  list.splice(start, Math.max(0, end - start), ...(isArray(part) ? part : []))
  return list
}

export function deletePath(v: Json, path: readonly Json[]): Json {
  const [key, ...rest] = path
  if (v === null || key === undefined) return null
  if (rest.length > 0) {
    const child = index(v, key)
    return child === null ? v : setPath(v, [key], deletePath(child, rest))
  }
  if (isObject(v) && typeof key === 'string') return new Map([...v].filter(([k]) => k !== key))
  if (isArray(v) && typeof key === 'number') return v.filter((_x, i) => i !== (key < 0 ? v.length + key : key))
  if (isArray(v) && isObject(key)) return setPath(v, [key], [])
  throw new JqError(`Cannot delete field at ${typeof key === 'string' ? 'object' : 'array'} index of ${typeOf(v)}`)
}

function* update(op: string, target: Filter, value: Filter, input: Json, env: Env): Outputs {
  const paths = pathsOf(target, input, env)
  if (op === '|') {
    let out: Json = input
    for (const path of paths) {
      const first = run(value, getPath(out, path), env, undefined).next()
      out = first.done === true ? deletePath(out, path) : setPath(out, path, first.value.value)
    }
    yield { value: out, path: undefined }
    return
  }
  for (const right of run(value, input, env, undefined)) {
    let out: Json = input
    for (const path of paths) {
      const old = getPath(out, path)
      out = setPath(out, path, op === '' ? right.value : op === '//' ? (isTrue(old) ? old : right.value) : operate(op, old, right.value))
    }
    yield { value: out, path: undefined }
  }
}

function* callFunction(f: Extract<Filter, { readonly kind: 'call' }>, input: Json, env: Env, path: readonly Json[] | undefined): Outputs {
  const found = env.find(`${f.name}/${f.args.length}`)
  if (found === undefined) {
    yield* callBuiltin(f.name, f.args, input, env, path)
    return
  }
  if ('filter' in found) {
    yield* run(found.filter, input, found.env, path)
    return
  }
  const bind = function* (at: number, scope: Env): Outputs {
    if (at === found.params.length) {
      yield* run(found.body, input, scope, path)
      return
    }
    const param = found.params[at]
    const name = param.replace(/^\$/, '')
    if (!param.startsWith('$')) {
      scope.functions.set(`${name}/0`, { filter: f.args[at], env })
      yield* bind(at + 1, scope)
      return
    }
    for (const value of run(f.args[at], input, env, undefined)) {
      const inner = new Env(scope)
      inner.variables.set(name, value.value)
      inner.functions.set(`${name}/0`, { filter: f.args[at], env })
      yield* bind(at + 1, inner)
    }
  }
  yield* bind(0, new Env(found.env))
}
