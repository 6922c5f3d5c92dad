// printf(3) as AWK uses it.
import { toExponentialEven, toFixedEven } from '../../../lib/decimal.ts'

type Argument = { readonly text: string; readonly number: number; readonly isNumber: boolean }

export class FormatError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** Formats; throws FormatError when arguments run out (`name` is printf or sprintf). */
export function format(template: string, args: readonly Argument[], name: string): string {
  let next = 0
  const take = (): Argument => {
    const arg = args[next++]
    if (arg === undefined) throw new FormatError(`not enough arguments passed to ${name}("${template}")`)
    return arg
  }
  return template.replace(/%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?([hlLqjzt]*)([a-zA-Z%]?)/g, (_whole: string, flagText: string, width: string | undefined, precision: string | undefined, _size: string, letter: string) => {
    if (letter === '%') return '%'
    if (!'cdiouxXeEfFgGs'.includes(letter) || letter === '') throw new FormatError(`bad conversion %${letter} in ${name}`)
    let flags = flagText
    let w = width === '*' ? Math.trunc(take().number) : Number(width ?? 0)
    if (w < 0) {
      flags += '-'
      w = -w
    }
    const p = precision === undefined ? undefined : precision === '*' ? Math.trunc(take().number) : Number(precision)
    return convert(take(), letter, flags, w, p)
  })
}

/** One number by a format such as "%.6g". */
export const formatOne = (template: string, n: number): string => format(template, [{ text: String(n), number: n, isNumber: true }], 'sprintf')

function convert(arg: Argument, letter: string, flags: string, width: number, precision: number | undefined): string {
  const left = flags.includes('-')
  const pad = (body: string, sign: string, zeros: boolean): string => {
    const missing = width - body.length - sign.length
    if (missing <= 0) return sign + body
    if (left) return sign + body + ' '.repeat(missing)
    return zeros ? sign + '0'.repeat(missing) + body : ' '.repeat(missing) + sign + body
  }
  if (letter === 's') return pad(precision === undefined ? arg.text : arg.text.slice(0, precision), '', false)
  if (letter === 'c') return pad(arg.isNumber ? String.fromCharCode(Math.trunc(arg.number) & 0xff) : arg.text === '' ? '\0' : arg.text[0], '', false)
  const n = arg.number
  const signOf = (negative: boolean): string => (negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '')
  const zeros = flags.includes('0') && !left
  if ('di'.includes(letter)) {
    const value = Number.isNaN(n) ? -2147483648 : Math.max(-2147483647, Math.min(2147483647, Math.trunc(n)))
    return pad(String(Math.abs(value)).padStart(precision ?? 1, '0'), signOf(value < 0), zeros && precision === undefined)
  }
  if ('ouxX'.includes(letter)) {
    const value = Math.max(0, Math.min(4294967295, Math.trunc(n)))
    const digits = letter === 'o' ? value.toString(8) : letter === 'u' ? String(value) : value.toString(16)
    const prefix = flags.includes('#') && value !== 0 ? (letter === 'o' ? '0' : letter === 'u' ? '' : `0${letter}`) : ''
    const body = (letter === 'X' ? digits.toUpperCase() : digits).padStart(precision ?? 1, '0')
    return pad(body, prefix, zeros && precision === undefined)
  }
  if (!Number.isFinite(n)) {
    const word = Number.isNaN(n) ? 'nan' : 'inf'
    return pad(/[EFG]/.test(letter) ? word.toUpperCase() : word, Number.isNaN(n) ? '-' : signOf(n < 0), false)
  }
  const negative = n < 0 || Object.is(n, -0)
  const body = floating(Math.abs(n), letter, precision ?? 6, flags.includes('#'))
  return pad(body, signOf(negative), zeros)
}

function floating(n: number, letter: string, precision: number, alternate: boolean): string {
  const exponential = (digits: number): string => toExponentialEven(n, Math.min(digits, 100)).replace(/e([-+])(\d)$/, 'e$10$2')
  let out: string
  switch (letter.toLowerCase()) {
    case 'f': out = fixed(n, precision); break
    case 'e': out = exponential(precision); break
    default: {
      const p = precision === 0 ? 1 : precision
      const exponent = n === 0 ? 0 : Number(toExponentialEven(n, p - 1).split('e')[1])
      out = exponent < -4 || exponent >= p ? exponential(p - 1) : fixed(n, p - 1 - exponent)
      if (!alternate) out = out.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '')
    }
  }
  return letter === letter.toUpperCase() ? out.toUpperCase() : out
}

/** toFixed without its limits: 1e21 and more, and up to any number of digits. */
function fixed(n: number, digits: number): string {
  if (n < 1e21) return toFixedEven(n, Math.min(digits, 100))
  return BigInt(n).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '')
}
