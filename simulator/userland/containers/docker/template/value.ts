// Values as Go's text/template sees them: structs with named fields in order, maps, slices, numbers, strings, booleans, nil. What JSON can't tell
// (the type of a nil slice, a struct from a map) is kept, because fmt prints them differently.

/** A struct or a formatter's context: fields by Go name; `json` is the name in JSON, undefined for a field that JSON leaves out. */
/** A method of one argument, a string. */
export type GoMethod = (argument: string) => GoValue

export class GoStruct {
  readonly type: string
  readonly fields: ReadonlyMap<string, GoField>
  /** Reached through a pointer: what error messages say. */
  readonly isPointer: boolean
  readonly methods: ReadonlyMap<string, GoMethod>
  constructor(type: string, fields: ReadonlyMap<string, GoField>, isPointer = false, methods: ReadonlyMap<string, GoMethod> = new Map()) {
    this.type = type
    this.fields = fields
    this.isPointer = isPointer
    this.methods = methods
  }
}
export interface GoField {
  readonly value: GoValue
  readonly json?: string
  readonly omitEmpty?: boolean
}
/** A map; `isNil` prints alike but is null in JSON. */
export class GoMap {
  readonly entries: ReadonlyMap<string, GoValue>
  readonly type: string
  readonly isNil: boolean
  readonly methods: ReadonlyMap<string, GoMethod>
  constructor(entries: ReadonlyMap<string, GoValue>, type = 'map[string]interface {}', isNil = false, methods: ReadonlyMap<string, GoMethod> = new Map()) {
    this.entries = entries
    this.type = type
    this.isNil = isNil
    this.methods = methods
  }
}
export class GoSlice {
  readonly items: readonly GoValue[]
  readonly type: string
  readonly isNil: boolean
  constructor(items: readonly GoValue[], type = '[]interface {}', isNil = false) {
    this.items = items
    this.type = type
    this.isNil = isNil
  }
}
/** A number that isn't an int: its text as JSON has it (json.Number) or a float64. */
export class GoFloat {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}
/** nil of any pointer or interface type */
export type GoValue = undefined | boolean | number | string | GoFloat | GoStruct | GoMap | GoSlice

export const typeName = (value: GoValue): string => {
  if (value === undefined) return 'nil'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return 'int'
  if (typeof value === 'string') return 'string'
  if (value instanceof GoFloat) return 'float64'
  return value instanceof GoStruct ? `${value.isPointer ? '*' : ''}${value.type}` : value.type
}

const sorted = (map: GoMap): (readonly [string, GoValue])[] => [...map.entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
export const sortedEntries = sorted

const formatFloat = (n: number): string => {
  if (!Number.isFinite(n)) return Number.isNaN(n) ? 'NaN' : n > 0 ? '+Inf' : '-Inf'
  const exponent = n === 0 ? 0 : Math.floor(Math.log10(Math.abs(n)))
  if (exponent < -4 || exponent >= 21) return n.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return String(n)
}

/** fmt's %v */
export function printValue(value: GoValue, depth = 0): string {
  if (value === undefined) return '<nil>'
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  if (value instanceof GoFloat) return formatFloat(value.value)
  if (value instanceof GoSlice) return `[${value.items.map((v) => printValue(v, depth + 1)).join(' ')}]`
  if (value instanceof GoMap) return `map[${sorted(value).map(([k, v]) => `${k}:${printValue(v, depth + 1)}`).join(' ')}]`
  if (value.isPointer && depth > 0) return '0xc000012345'
  return `{${[...value.fields.values()].map((f) => printValue(f.value, depth + 1)).join(' ')}}`
}

const isEmpty = (v: GoValue): boolean =>
  v === undefined || v === false || v === 0 || v === '' || (v instanceof GoFloat && v.value === 0) || (v instanceof GoSlice && v.items.length === 0) || (v instanceof GoMap && v.entries.size === 0)

/** A string as encoding/json writes it without HTML escaping. */
export const quoteJson = (s: string): string => JSON.stringify(s).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`)

/** encoding/json */
export function toJson(value: GoValue): string {
  if (value === undefined) return 'null'
  if (typeof value === 'string') return quoteJson(value)
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  if (value instanceof GoFloat) return formatFloat(value.value)
  if (value instanceof GoSlice) return value.isNil ? 'null' : `[${value.items.map(toJson).join(',')}]`
  if (value instanceof GoMap) return value.isNil ? 'null' : `{${sorted(value).map(([k, v]) => `${quoteJson(k)}:${toJson(v)}`).join(',')}}`
  const escape = value.type.startsWith('formatter.') ? escapeHtml : (text: string): string => text
  const fields = [...value.fields.values()].filter((f) => f.json !== undefined && !(f.omitEmpty === true && isEmpty(f.value)))
  return escape(`{${fields.map((f) => `${quoteJson(f.json ?? '')}:${toJson(f.value)}`).join(',')}}`)
}
/** What json.Marshal does to text in a type's own MarshalJSON. */
const escapeHtml = (text: string): string => text.replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)

/** What decoded JSON is without a type: map[string]interface{} and its like. */
export function fromJson(json: unknown): GoValue {
  if (json === null || json === undefined) return undefined
  if (typeof json === 'string' || typeof json === 'boolean') return json
  if (typeof json === 'number') return Number.isInteger(json) ? json : new GoFloat(json)
  if (Array.isArray(json)) return new GoSlice(json.map(fromJson))
  return new GoMap(new Map(Object.entries(json as Record<string, unknown>).map(([k, v]) => [k, fromJson(v)])))
}

/** text/template's truth: the value is not the empty one of its kind. */
export const isTrue = (v: GoValue): boolean => (v instanceof GoStruct ? true : !isEmpty(v))
