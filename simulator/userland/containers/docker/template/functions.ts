// The functions of templates: Go's predefined ones and those docker's templates package adds (json, split, join, title, lower, upper, pad, truncate, table).
import { GoFloat, GoMap, GoSlice, type GoValue, isTrue, printValue, toJson, typeName } from './value.ts'
import { formatVerbs } from './printf.ts'

/** Thrown by a function: its message goes behind `error calling NAME: `. */
export class CallError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

export interface TemplateFunction {
  readonly least: number
  /** undefined: any number */
  readonly most?: number
  readonly run: (args: readonly GoValue[]) => GoValue
}

const fixed = (count: number, run: (args: readonly GoValue[]) => GoValue): TemplateFunction => ({ least: count, most: count, run })
const many = (least: number, run: (args: readonly GoValue[]) => GoValue): TemplateFunction => ({ least, run })
const text = (v: GoValue): string => {
  if (typeof v !== 'string') throw new CallError(`wrong type for value; expected string; got ${typeName(v)}`)
  return v
}
const integer = (v: GoValue): number => {
  if (typeof v !== 'number') throw new CallError(`wrong type for value; expected int; got ${typeName(v)}`)
  return v
}

function index(args: readonly GoValue[]): GoValue {
  let item = args[0]
  for (const key of args.slice(1)) {
    if (item === undefined) throw new CallError('index of untyped nil')
    if (item instanceof GoSlice || typeof item === 'string') {
      if (typeof key !== 'number') throw new CallError(`cannot index slice/array with type ${typeName(key)}`)
      const length = typeof item === 'string' ? item.length : item.items.length
      if (key < 0 || key >= length) throw new CallError(`index out of range: ${key}`)
      item = typeof item === 'string' ? item.charCodeAt(key) : item.items[key]
    } else if (item instanceof GoMap) {
      if (typeof key !== 'string') throw new CallError(`value has type ${typeName(key)}; should be string`)
      item = item.entries.get(key) ?? zeroOf(item)
    } else throw new CallError(`can't index item of type ${typeName(item)}`)
  }
  return item
}
/** What a map answers for a key it hasn't. */
const zeroOf = (map: GoMap): GoValue => (map.type.endsWith(']string') ? '' : map.type.includes('][]') ? new GoSlice([], '', true) : undefined)

function slice(args: readonly GoValue[]): GoValue {
  const [item, from = 0, to] = args
  if (!(item instanceof GoSlice) && typeof item !== 'string') throw new CallError(`can't slice item of type ${typeName(item)}`)
  const length = typeof item === 'string' ? item.length : item.items.length
  const start = integer(from)
  const end = to === undefined ? length : integer(to)
  for (const i of [start, end]) if (i < 0 || i > length) throw new CallError(`index out of range: ${i}`)
  if (start > end) throw new CallError(`invalid slice index: ${start} > ${end}`)
  return typeof item === 'string' ? item.slice(start, end) : new GoSlice(item.items.slice(start, end), item.type)
}

function length(v: GoValue): number {
  if (typeof v === 'string') return v.length
  if (v instanceof GoSlice) return v.items.length
  if (v instanceof GoMap) return v.entries.size
  if (v === undefined) throw new CallError('len of nil pointer')
  throw new CallError(`len of type ${typeName(v)}`)
}

const kindOf = (v: GoValue): string => (v === undefined ? 'nil' : typeof v === 'object' ? (v instanceof GoFloat ? 'float' : 'other') : typeof v)
const plain = (v: GoValue): string | number | boolean | undefined => (v instanceof GoFloat ? v.value : typeof v === 'object' ? printValue(v) : v)

function equal(args: readonly GoValue[]): boolean {
  const [a, ...rest] = args
  if (kindOf(a) === 'other') throw new CallError('non-comparable type')
  return rest.some((b) => {
    if (kindOf(a) !== kindOf(b)) {
      if (a === undefined || b === undefined) return false
      throw new CallError('incompatible types for comparison')
    }
    return plain(a) === plain(b)
  })
}
function less(a: GoValue, b: GoValue): boolean {
  if (kindOf(a) !== kindOf(b)) throw new CallError('incompatible types for comparison')
  if (typeof a === 'boolean' || kindOf(a) === 'other' || a === undefined) throw new CallError('invalid type for comparison')
  return (plain(a) ?? '') < (plain(b) ?? '')
}

/** fmt.Sprint: blanks only between operands of which neither is a string. */
const sprint = (args: readonly GoValue[]): string =>
  args.map((v, i) => (i > 0 && typeof v !== 'string' && typeof args[i - 1] !== 'string' ? ' ' : '') + printValue(v)).join('')
const escapeHtml = (s: string): string => s.replace(/[&<>"'\0]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', '\'': '&#39;' })[c] ?? '\ufffd')
const escapeJs = (s: string): string => s.replace(/[\\'"<>&=\n\r\t]/g, (c) => ({ '\\': '\\\\', '\'': '\\\'', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' })[c] ?? `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)

export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['and', many(1, (args) => args.find((v) => !isTrue(v)) ?? args[args.length - 1])],
  ['or', many(1, (args) => args.find(isTrue) ?? args[args.length - 1])],
  ['not', fixed(1, ([v]) => !isTrue(v))],
  ['len', fixed(1, ([v]) => length(v))],
  ['index', many(1, index)],
  ['slice', many(1, slice)],
  ['eq', many(2, equal)],
  ['ne', fixed(2, (args) => !equal(args))],
  ['lt', fixed(2, ([a, b]) => less(a, b))],
  ['le', fixed(2, ([a, b]) => less(a, b) || equal([a, b]))],
  ['gt', fixed(2, ([a, b]) => !less(a, b) && !equal([a, b]))],
  ['ge', fixed(2, ([a, b]) => !less(a, b))],
  ['print', many(0, sprint)],
  ['println', many(0, (args) => `${args.map((v) => printValue(v)).join(' ')}\n`)],
  ['printf', many(1, ([format, ...args]) => formatVerbs(text(format), args))],
  ['html', many(0, (args) => escapeHtml(sprint(args)))],
  ['js', many(0, (args) => escapeJs(sprint(args)))],
  ['urlquery', many(0, (args) => encodeURIComponent(sprint(args)).replace(/%20/g, '+'))],
  ['json', fixed(1, ([v]) => toJson(v))],
  ['split', fixed(2, ([s, by]) => new GoSlice(text(s).split(text(by)), '[]string'))],
  ['join', fixed(2, ([list, by]) => {
    if (!(list instanceof GoSlice)) throw new CallError(`wrong type for value; expected []string; got ${typeName(list)}`)
    return list.items.map((v) => printValue(v)).join(text(by))
  })],
  ['title', fixed(1, ([s]) => text(s).replace(/(^|[^\p{L}\p{N}_'])(\p{L})/gu, (_, before: string, c: string) => before + c.toUpperCase()))],
  ['lower', fixed(1, ([s]) => text(s).toLowerCase())],
  ['upper', fixed(1, ([s]) => text(s).toUpperCase())],
  ['pad', fixed(3, ([s, before, after]) => (text(s) === '' ? '' : ' '.repeat(integer(before)) + text(s) + ' '.repeat(integer(after))))],
  ['truncate', fixed(2, ([s, n]) => text(s).slice(0, integer(n)))],
])

