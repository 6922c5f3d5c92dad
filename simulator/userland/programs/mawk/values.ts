// AWK's values: numbers, strings, and text from input that looks like a number. Text is bytes, one character (U+0000…U+00FF) each.
import { formatOne } from './format.ts'

/** Input that may be compared as a number. */
export class NumericText {
  readonly text: string
  readonly number: number
  constructor(text: string, number: number) {
    this.text = text
    this.number = number
  }
}

/** undefined is a variable never assigned: both "" and 0. */
export type Value = number | string | NumericText | undefined

const MAX_INT = 2147483647
const NUMBER = /^[ \t\n\r\f\v]*[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)/i

/** strtod(3): the number a text begins with, else 0. */
export function parseNumber(text: string): number {
  const m = NUMBER.exec(text)
  if (m === null) return 0
  const t = m[0].trim().toLowerCase()
  const negative = t.startsWith('-')
  const digits = t.replace(/^[-+]/, '')
  const value = digits.startsWith('inf') ? Infinity : digits === 'nan' ? NaN : Number(digits)
  return negative ? -value : value
}

/** A field, or a word from the command line: text, and a number as well if all of it is one. */
export function fromInput(text: string): Value {
  const m = NUMBER.exec(text)
  return m !== null && text.slice(m[0].length).trim() === '' ? new NumericText(text, parseNumber(text)) : text
}

export const toNumber = (v: Value): number => (typeof v === 'number' ? v : v === undefined ? 0 : typeof v === 'string' ? parseNumber(v) : v.number)

/** A number as text: whole numbers of 32 bits as they are, others by CONVFMT or OFMT. */
export function numberText(n: number, format: string): string {
  if (Number.isInteger(n) && Math.abs(n) <= MAX_INT) return String(n === 0 ? 0 : n)
  return formatOne(format, n)
}

export const toText = (v: Value, format: string): string => (typeof v === 'string' ? v : v === undefined ? '' : typeof v === 'number' ? numberText(v, format) : v.text)

export const toBoolean = (v: Value): boolean => (typeof v === 'number' ? v !== 0 : v === undefined ? false : typeof v === 'string' ? v !== '' : v.number !== 0)

/** <0, 0, >0: as numbers if both sides are, else as text. */
export function compareValues(a: Value, b: Value, format: string): number {
  if (typeof a !== 'string' && typeof b !== 'string') {
    const [x, y] = [toNumber(a), toNumber(b)]
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : NaN
  }
  const [s, t] = [toText(a, format), toText(b, format)]
  return s < t ? -1 : s > t ? 1 : 0
}
