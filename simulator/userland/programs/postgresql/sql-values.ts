// Types and values of the small SQL: numbers, text, booleans, null; how they are shown and compared.
import { SqlError } from './protocol.ts'

export type Cell = string | number | boolean | null
export type TypeName = 'integer' | 'bigint' | 'text' | 'boolean' | 'double precision' | 'timestamp with time zone' | 'character varying' | 'name' | 'unknown'
/** `limit`: characters of a character varying. */
export interface TypeOf { readonly type: TypeName; readonly limit?: number }
export interface Column extends TypeOf { readonly name: string; readonly isNotNull?: boolean; readonly isKey?: boolean; readonly isSerial?: boolean; readonly default?: Cell }
/** The numbers of the types in pg_type. */
export const TYPE_OIDS: Readonly<Record<TypeName, number>> = {
  'integer': 23, 'bigint': 20, 'text': 25, 'boolean': 16, 'double precision': 701, 'timestamp with time zone': 1184, 'character varying': 1043, 'name': 19, 'unknown': 25,
}
const ALIASES: Readonly<Record<string, TypeName>> = {
  int: 'integer', int4: 'integer', integer: 'integer', serial: 'integer', bigint: 'bigint', int8: 'bigint', bigserial: 'bigint', text: 'text', varchar: 'character varying',
  'character varying': 'character varying', bool: 'boolean', boolean: 'boolean', float8: 'double precision', 'double precision': 'double precision', timestamptz: 'timestamp with time zone',
  'timestamp with time zone': 'timestamp with time zone', name: 'name',
}
/** Real, and not simulated: their values would look like those of another type. */
export const OTHER_TYPES: ReadonlySet<string> = new Set(`smallint int2 smallserial numeric decimal real float float4 char character bpchar timestamp date time timetz interval uuid json jsonb bytea
  inet cidr macaddr money bit varbit xml point line box path polygon circle oid regclass regproc regtype tsvector tsquery`.split(/\s+/))
export const typeNamed = (word: string): TypeName | undefined => ALIASES[word.toLowerCase()]

export function shownCell(cell: Cell): string | null {
  if (cell === null) return null
  return typeof cell === 'boolean' ? (cell ? 't' : 'f') : String(cell)
}

/** A value for a column: what is too long loses only spaces. @throws {SqlError} */
export function stored(cell: Cell, { type, limit = Infinity }: TypeOf): Cell {
  const value = castTo(cell, type)
  if (typeof value !== 'string' || [...value].length <= limit) return value
  const chars = [...value]
  if (chars.slice(limit).some((ch) => ch !== ' ')) throw new SqlError('22001', `value too long for type ${type}(${limit})`)
  return chars.slice(0, limit).join('')
}

/** The value as the type has it. @throws {SqlError} */
export function castTo(cell: Cell, type: TypeName): Cell {
  if (cell === null) return null
  const text = shownCell(cell) ?? ''
  const invalid = (): SqlError => new SqlError('22P02', `invalid input syntax for type ${type}: "${text}"`)
  switch (type) {
    case 'integer': case 'bigint': {
      if (typeof cell === 'boolean') return cell ? 1 : 0
      if (!/^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) || (typeof cell === 'string' && text.includes('.'))) throw invalid()
      const n = Math.round(Number(text))
      if (type === 'integer' && (n > 2147483647 || n < -2147483648)) throw new SqlError('22003', 'integer out of range')
      return n
    }
    case 'double precision': {
      if (text.trim() === '' || Number.isNaN(Number(text))) throw invalid()
      return Number(text)
    }
    case 'boolean': {
      const word = text.trim().toLowerCase()
      if (['t', 'true', 'yes', 'on', '1'].includes(word)) return true
      if (['f', 'false', 'no', 'off', '0'].includes(word)) return false
      throw invalid()
    }
    case 'timestamp with time zone': {
      if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/.test(text)) return text
      throw /\d|^\s*(now|today|tomorrow|yesterday|epoch|-?infinity|allballs)\s*$/i.test(text) ? new SqlError('0A000', `the time "${text}" may be real, but is not simulated here`) : new SqlError('22007', `invalid input syntax for type ${type}: "${text}"`)
    }
    default: return typeof cell === 'boolean' ? String(cell) : text
  }
}

/** Below 0, 0, above 0; null if one is null. */
export function compareCells(a: Cell, b: Cell): number | null {
  if (a === null || b === null) return null
  if (typeof a === 'number' || typeof b === 'number') {
    const [x, y] = [Number(castTo(a, 'double precision')), Number(castTo(b, 'double precision'))]
    return x < y ? -1 : x > y ? 1 : 0
  }
  const [x, y] = [typeof a === 'boolean' || typeof b === 'boolean' ? String(castTo(a, 'boolean')) : a, typeof a === 'boolean' || typeof b === 'boolean' ? String(castTo(b, 'boolean')) : b]
  return x < y ? -1 : x > y ? 1 : 0
}
