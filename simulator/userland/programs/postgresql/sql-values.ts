// Types and values of the small SQL: numbers, text, booleans, null; how they are shown and compared.
import { SqlError } from './protocol.ts'

export type Cell = string | number | boolean | null
export type TypeName = 'integer' | 'bigint' | 'text' | 'boolean' | 'double precision' | 'timestamp with time zone' | 'name' | 'unknown'
export interface Column { readonly name: string; readonly type: TypeName; readonly isNotNull?: boolean; readonly isKey?: boolean; readonly isSerial?: boolean; readonly default?: Cell }
/** The numbers of the types in pg_type. */
export const TYPE_OIDS: Readonly<Record<TypeName, number>> = {
  'integer': 23, 'bigint': 20, 'text': 25, 'boolean': 16, 'double precision': 701, 'timestamp with time zone': 1184, 'name': 19, 'unknown': 25,
}
const ALIASES: Readonly<Record<string, TypeName>> = {
  int: 'integer', int4: 'integer', integer: 'integer', smallint: 'integer', serial: 'integer', bigint: 'bigint', int8: 'bigint', bigserial: 'bigint', text: 'text', varchar: 'text', char: 'text',
  bool: 'boolean', boolean: 'boolean', float8: 'double precision', double: 'double precision', real: 'double precision', numeric: 'double precision', timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp with time zone', name: 'name',
}
export const typeNamed = (word: string): TypeName | undefined => ALIASES[word.toLowerCase()]

export function shownCell(cell: Cell): string | null {
  if (cell === null) return null
  return typeof cell === 'boolean' ? (cell ? 't' : 'f') : String(cell)
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
