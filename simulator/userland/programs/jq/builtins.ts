// jq's functions: those written in jq itself, and those that need the host language.
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { deletePath, describe, type Env, getPath, JqError, type Output, type Outputs, pathsOf, run, setPath } from './evaluate.ts'
import type { Filter } from './parser.ts'
import { compare, isArray, isObject, isTrue, type Json, JsonError, parseAll, toJson, typeOf } from './value.ts'

/** Definitions in jq, as in its builtin.jq. */
export const PRELUDE = `
def map(f): [.[] | f]; def select(f): if f then . else empty end; def recurse(f): def r: ., (f | r); r; def values: select(. != null);
def nulls: select(. == null); def booleans: select(type == "boolean"); def numbers: select(type == "number"); def strings: select(type == "string");
def arrays: select(type == "array"); def objects: select(type == "object"); def iterables: select(type | . == "array" or . == "object");
def scalars: select(type | . != "array" and . != "object"); def map_values(f): .[] |= f; def recurse_down: recurse;
def to_entries: [keys_unsorted[] as $k | {key: $k, value: .[$k]}];
def from_entries: reduce .[] as $x ({}; . + {($x | if type == "object" then (if has("key") then .key elif has("k") then .k elif has("name") then .name else .Name end) else . end | if type == "string" then . else tojson end): ($x | if has("value") then .value elif has("v") then .v else .Value end)});
def with_entries(f): to_entries | map(f) | from_entries; def del(f): delpaths([path(f)]); def paths: path(..) | select(length > 0);
def paths(f): path(.. | select(f)) | select(length > 0); def leaf_paths: paths(scalars); def add: reduce .[] as $x (null; . + $x);
def any: reduce .[] as $x (false; . or $x); def all: reduce .[] as $x (true; . and $x); def any(f): [.[] | f] | any; def all(f): [.[] | f] | all;
def in(x): . as $k | x | has($k); def inside(x): . as $v | x | contains($v); def range($n): range(0; $n); def first: .[0]; def last: .[-1];
def join($s): reduce .[] as $x (null; (if . == null then "" else . + $s end) + ($x | if . == null then "" elif type == "string" then . elif type | . == "number" or . == "boolean" then tojson else . end)) // "";
def ascii_downcase: explode | map(if 65 <= . and . <= 90 then . + 32 else . end) | implode; def ascii_upcase: explode | map(if 97 <= . and . <= 122 then . - 32 else . end) | implode;
def sort_by(f): sort_by_impl([.[] | [f]]); def group_by(f): group_by_impl([.[] | [f]]); def unique_by(f): [group_by(f)[] | .[0]]; def unique: unique_by(.);
def min_by(f): if length == 0 then null else sort_by(f)[0] end; def max_by(f): if length == 0 then null else sort_by(f)[-1] end; def min: min_by(.); def max: max_by(.);
def sort: sort_by(.); def flatten: flatten(1e9); def todate: strftime("%Y-%m-%dT%H:%M:%SZ"); def env: $ENV; def inputs: repeat_inputs; def until(c; u): def r: if c then . else (u | r) end; r;
def while(c; u): def r: if c then ., (u | r) else empty end; r; def repeat(f): def r: ., (f | r); r; def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;
def test($r): test($r; null); def match($r): match($r; null); def capture($r): match($r; null) | [.captures[] | select(.name != null) | {key: .name, value: .string}] | from_entries;
def scan($r): match($r; "g") | if (.captures | length) > 0 then [.captures[].string] else .string end; def sub($r; s): sub_impl($r; ""; [match($r; null)] | map([.captures[] | select(.name != null) | {key: .name, value: .string}] | from_entries | s));
def gsub($r; s): sub_impl($r; "g"; [match($r; "g")] | map([.captures[] | select(.name != null) | {key: .name, value: .string}] | from_entries | s));
def index($x): indices($x) | .[0]; def rindex($x): indices($x) | .[-1]; def splits($r): split($r; null) | .[]; def isvalid(f): try (f | true) catch false; def first(f): first_impl(f);
def last(f): reduce f as $x (null; $x); def nth($n): .[$n]; def nth($n; f): last(limit($n + 1; f)); def isempty(f): [limit(1; f)] | length == 0; def finites: select(. < 1e308); def normals: .;
def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end; def ascii: [.] | implode; def todate($f): strftime($f); def tostream: path(..) as $p | [$p, getpath($p)]; .
`

const text = (v: Json): string => (typeof v === 'string' ? v : toJson(v))

export function formatText(name: string, v: Json): string {
  const row = (kind: string): readonly Json[] => {
    if (!isArray(v)) throw new JqError(`${describe(v)} cannot be ${kind}-formatted, only array`)
    return v
  }
  switch (name) {
    case '@text': return text(v)
    case '@json': return toJson(v)
    case '@csv': return row('csv').map((x) => (typeof x === 'string' ? `"${x.replaceAll('"', '""')}"` : x === null ? '' : toJson(x))).join(',')
    case '@tsv': return row('tsv').map((x) => (x === null ? '' : text(x).replace(/[\t\n\r\\]/g, (c) => ({ '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' })[c] ?? c))).join('\t')
    case '@html': return text(v).replace(/[<>&'"]/g, (c) => `&${{ '<': 'lt', '>': 'gt', '&': 'amp', "'": '#39', '"': 'quot' }[c] ?? ''};`)
    case '@uri': return Array.from(encodeUtf8(text(v)), (b) => (/[A-Za-z0-9_.~-]/.test(String.fromCharCode(b)) ? String.fromCharCode(b) : `%${b.toString(16).toUpperCase().padStart(2, '0')}`)).join('')
    case '@sh': return (isArray(v) ? v : [v]).map((x) => (typeof x === 'string' ? `'${x.replaceAll("'", "'\\''")}'` : toJson(x))).join(' ')
    case '@base64': return base64(encodeUtf8(text(v)))
    case '@base64d': return decodeUtf8(unbase64(text(v)))
    default: throw new JqError(`${name.slice(1)} is not a valid format`)
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
function base64(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const n = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    out += ALPHABET[n >> 18] + ALPHABET[(n >> 12) & 63] + (i + 1 < bytes.length ? ALPHABET[(n >> 6) & 63] : '=') + (i + 2 < bytes.length ? ALPHABET[n & 63] : '=')
  }
  return out
}
function unbase64(source: string): Uint8Array {
  const bits = Array.from(source.replace(/=+$/, ''), (c) => ALPHABET.indexOf(c).toString(2).padStart(6, '0')).join('')
  return Uint8Array.from((bits.match(/.{8}/g) ?? []).map((b) => parseInt(b, 2)))
}

type Builtin = (args: readonly Filter[], input: Json, env: Env, path: readonly Json[] | undefined) => Outputs
const out = (value: Json): Output => ({ value, path: undefined })
const plain = (f: (input: Json) => Json): Builtin => function* (_args, input) {
  yield out(f(input))
}
/** A function of the input and the values of its arguments, for every combination of these. */
const strict = (f: (input: Json, ...args: Json[]) => Json): Builtin => function* (args, input, env) {
  const combine = function* (at: number, values: Json[]): Outputs {
    if (at < 0) yield out(f(input, ...values))
    else for (const a of run(args[at], input, env, undefined)) yield* combine(at - 1, [a.value, ...values])
  }
  yield* combine(args.length - 1, [])
}
const needs = (v: Json, type: string, what: string): void => {
  if (typeOf(v) !== type) throw new JqError(`${describe(v)} ${what}`)
}
const math = (f: (n: number) => number): Builtin => plain((v) => {
  if (typeof v !== 'number') throw new JqError(`${describe(v)} number required`)
  return f(v)
})

function contains(a: Json, b: Json): boolean {
  if (isObject(a) && isObject(b)) return [...b].every(([k, v]) => a.has(k) && contains(a.get(k) ?? null, v))
  if (isArray(a) && isArray(b)) return b.every((x) => a.some((y) => contains(y, x)))
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b)
  if (typeOf(a) !== typeOf(b)) throw new JqError(`${describe(a)} and ${describe(b)} cannot have their containment checked`)
  return compare(a, b) === 0
}

function flatten(v: readonly Json[], depth: number): Json[] {
  return v.flatMap((x) => (isArray(x) && depth > 0 ? flatten(x, depth - 1) : [x]))
}

function matches(input: Json, pattern: Json, flags: Json): RegExpExecArray[] {
  if (typeof input !== 'string' || typeof pattern !== 'string') throw new JqError(`${describe(input)} cannot be matched, as it is not a string`)
  const letters = typeof flags === 'string' ? flags : ''
  const regex = new RegExp(pattern.replace(/\(\?P</g, '(?<'), `g${letters.includes('i') ? 'i' : ''}${letters.includes('s') ? 's' : ''}u`)
  const all = [...input.matchAll(regex)] as RegExpExecArray[]
  return letters.includes('g') ? all : all.slice(0, 1)
}

function matchObject(m: RegExpExecArray): Json {
  const names = Object.keys(m.groups ?? {})
  const captures = m.slice(1).map((string, i): Json => new Map<string, Json>([['offset', string === undefined ? -1 : m.index + m[0].indexOf(string)], ['length', string?.length ?? 0], ['string', string ?? null], ['name', names[i] ?? null]]))
  return new Map<string, Json>([['offset', m.index], ['length', m[0].length], ['string', m[0]], ['captures', captures]])
}

function byKeys(input: Json, keys: Json): { readonly key: Json; readonly value: Json }[] {
  if (!isArray(input)) throw new JqError(`${describe(input)} cannot be sorted, as it is not an array`)
  return input.map((value, i) => ({ value, key: isArray(keys) ? keys[i] : null })).sort((a, b) => compare(a.key, b.key))
}

const TABLE = new Map<string, Builtin>([
  ['empty/0', function* () {}],
  ['error/0', function* (_a, input) { throw new JqError(input) }],
  ['error/1', function* (args, input, env) { for (const e of run(args[0], input, env, undefined)) throw new JqError(e.value) }],
  ['not/0', plain((v) => !isTrue(v))], ['type/0', plain(typeOf)], ['tojson/0', plain((v) => toJson(v))], ['tostring/0', plain(text)],
  ['length/0', plain((v) => {
    if (typeof v === 'boolean') throw new JqError(`boolean (${String(v)}) has no length`)
    return v === null ? 0 : typeof v === 'number' ? Math.abs(v) : typeof v === 'string' ? [...v].length : isObject(v) ? v.size : v.length
  })],
  ['utf8bytelength/0', plain((v) => encodeUtf8(text(v)).length)],
  ['keys/0', plain((v) => {
    if (isObject(v)) return [...v.keys()].sort()
    if (isArray(v)) return v.map((_x, i) => i)
    throw new JqError(`${describe(v)} has no keys`)
  })],
  ['keys_unsorted/0', plain((v) => (isObject(v) ? [...v.keys()] : isArray(v) ? v.map((_x, i) => i) : []))],
  ['has/1', strict((v, k) => {
    if (isObject(v) && typeof k === 'string') return v.has(k)
    if (isArray(v) && typeof k === 'number') return k >= 0 && k < v.length
    throw new JqError(`Cannot check whether ${typeOf(v)} has a ${typeof k === 'string' ? 'string' : typeOf(k)} key`)
  })],
  ['contains/1', strict(contains)], ['reverse/0', plain((v) => (typeof v === 'string' ? [...v].reverse().join('') : isArray(v) ? [...v].reverse() : []))],
  ['flatten/1', strict((v, n) => (isArray(v) ? flatten(v, Number(n)) : []))],
  ['range/2', function* (args, input, env) {
    for (const from of run(args[0], input, env, undefined)) for (const to of run(args[1], input, env, undefined)) for (let i = Number(from.value); i < Number(to.value); i++) yield out(i)
  }],
  ['range/3', function* (args, input, env) {
    const [from, to, by] = args.map((a) => Number(run(a, input, env, undefined).next().value?.value ?? 0))
    for (let i = from; by > 0 ? i < to : by < 0 && i > to; i += by) yield out(i)
  }],
  ['tonumber/0', plain((v) => {
    if (typeof v === 'number') return v
    if (typeof v !== 'string' || Number.isNaN(Number(v)) || v.trim() === '') throw new JqError(`${describe(v)} cannot be parsed as a number`)
    return Number(v)
  })],
  ['fromjson/0', plain((v) => {
    try {
      return parseAll(text(v))[0] ?? null
    } catch (thrown) {
      if (thrown instanceof JsonError) throw new JqError(`${thrown.message} (while parsing '${text(v)}')`)
      throw thrown
    }
  })],
  ['explode/0', plain((v) => { needs(v, 'string', 'cannot be exploded'); return Array.from(text(v), (c) => c.codePointAt(0) ?? 0) })],
  ['implode/0', plain((v) => (isArray(v) ? v.map((n) => String.fromCodePoint(Number(n))).join('') : ''))],
  ['startswith/1', strict((v, s) => { if (typeof v !== 'string' || typeof s !== 'string') throw new JqError('startswith() requires string inputs'); return v.startsWith(s) })],
  ['endswith/1', strict((v, s) => { if (typeof v !== 'string' || typeof s !== 'string') throw new JqError('endswith() requires string inputs'); return v.endsWith(s) })],
  ['ltrimstr/1', strict((v, s) => (typeof v === 'string' && typeof s === 'string' && v.startsWith(s) ? v.slice(s.length) : v))],
  ['rtrimstr/1', strict((v, s) => (typeof v === 'string' && typeof s === 'string' && s !== '' && v.endsWith(s) ? v.slice(0, -s.length) : v))],
  ['split/1', strict((v, s) => { if (typeof v !== 'string' || typeof s !== 'string') throw new JqError('split input and separator must be strings'); return v === '' ? [] : v.split(s) })],
  ['split/2', strict((v, r, f) => text(v).split(new RegExp(text(r), typeof f === 'string' && f.includes('i') ? 'iu' : 'u')))],
  ['indices/1', strict((v, x) => {
    if (typeof v === 'string' && typeof x === 'string') {
      const found: number[] = []
      for (let at = v.indexOf(x); at >= 0 && x !== ''; at = v.indexOf(x, at + 1)) found.push(at)
      return found
    }
    return isArray(v) ? v.map((_y, i) => i).filter((i) => compare(v[i], x) === 0) : null
  })],
  ['test/2', strict((v, r, f) => matches(v, r, f).length > 0)],
  ['match/2', function* (args, input, env) {
    for (const r of run(args[0], input, env, undefined)) for (const f of run(args[1], input, env, undefined)) for (const m of matches(input, r.value, f.value)) yield out(matchObject(m))
  }],
  ['sub_impl/3', strict((v, r, f, replacements) => {
    let at = 0
    let made = ''
    for (const [i, m] of matches(v, r, f).entries()) {
      made += text(v).slice(at, m.index) + (isArray(replacements) ? text(replacements[i] ?? '') : '')
      at = m.index + m[0].length
    }
    return made + text(v).slice(at)
  })],
  ['sort_by_impl/1', strict((v, keys) => byKeys(v, keys).map((x) => x.value))],
  ['group_by_impl/1', strict((v, keys) => {
    const groups: Json[][] = []
    let last: Json | undefined
    for (const { key, value } of byKeys(v, keys)) {
      if (last === undefined || compare(last, key) !== 0) groups.push([])
      groups[groups.length - 1].push(value)
      last = key
    }
    return groups
  })],
  ['limit/2', function* (args, input, env, path) {
    for (const n of run(args[0], input, env, undefined)) {
      let left = Number(n.value)
      if (left <= 0) continue
      for (const o of run(args[1], input, env, path)) {
        yield o
        if (--left <= 0) break
      }
    }
  }],
  ['first_impl/1', function* (args, input, env, path) {
    for (const o of run(args[0], input, env, path)) {
      yield o
      return
    }
  }],
  ['path/1', function* (args, input, env) { for (const p of pathsOf(args[0], input, env)) yield out(p) }],
  ['getpath/1', function* (args, input, env, path) {
    for (const p of run(args[0], input, env, undefined)) yield { value: getPath(input, isArray(p.value) ? p.value : []), path: path && isArray(p.value) ? [...path, ...p.value] : undefined }
  }],
  ['setpath/2', strict((v, p, x) => setPath(v, isArray(p) ? p : [], x))],
  ['delpaths/1', strict((v, paths) => [...(isArray(paths) ? paths : [])].sort(compare).reverse().reduce<Json>((at, p) => deletePath(at, isArray(p) ? p : []), v))],
  ['input/0', function* (_args, _input, env) {
    const next = env.inputs?.next()
    if (next === undefined || next.done === true) throw new JqError('break')
    yield out(next.value)
  }],
  ['repeat_inputs/0', function* (_args, _input, env) { for (let n = env.inputs?.next(); n !== undefined && n.done !== true; n = env.inputs?.next()) yield out(n.value) }],
  ['floor/0', math(Math.floor)], ['ceil/0', math(Math.ceil)], ['round/0', math(Math.round)], ['sqrt/0', math(Math.sqrt)], ['fabs/0', math(Math.abs)], ['log/0', math(Math.log)], ['exp/0', math(Math.exp)],
  ['log2/0', math(Math.log2)], ['log10/0', math(Math.log10)], ['pow/2', strict((_v, a, b) => Number(a) ** Number(b))], ['infinite/0', plain(() => Infinity)], ['nan/0', plain(() => NaN)],
  ['isnan/0', plain((v) => Number.isNaN(v))], ['debug/0', plain((v) => v)], ['input_line_number/0', plain(() => 0)], ['halt/0', function* () {}],
])

function* dispatch(name: string, args: readonly Filter[], input: Json, env: Env, path: readonly Json[] | undefined): Outputs {
  const builtin = TABLE.get(`${name}/${args.length}`)
  if (builtin === undefined) throw new JqError(`${name}/${args.length} is not defined`)
  yield* builtin(args, input, env, path)
}

export const callBuiltin = Object.assign(dispatch, { names: TABLE as { has(name: string): boolean } })
