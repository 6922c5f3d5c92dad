// Floating-point conversions of printf(3): %f %e %g %a, with flags and precision. From doubles, so the last digits of long doubles differ.
import { toExponentialEven, toFixedEven } from '../../../lib/decimal.ts'

export function formatFloat(letter: string, value: number, flags: string, precision: number | undefined): string {
  const negative = value < 0 || Object.is(value, -0)
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const size = Math.abs(value)
  let text: string
  if (Number.isNaN(value)) text = 'nan'
  else if (size === Infinity) text = 'inf'
  else if (/f/i.test(letter)) text = fixed(size, Math.max(0, precision ?? 6))
  else if (/e/i.test(letter)) text = exponential(size, Math.max(0, precision ?? 6))
  else if (/a/i.test(letter)) text = hexadecimal(size)
  else text = general(size, precision === undefined ? 6 : Math.max(1, precision), flags.includes('#'))
  return sign + (/[A-Z]/.test(letter) ? text.toUpperCase() : text)
}

/** toFixed beyond its limits: no more than 100 digits there, and no exponents for large values. */
function fixed(value: number, digits: number): string {
  if (value < 1e21) return digits <= 100 ? toFixedEven(value, digits) : value.toFixed(100) + '0'.repeat(digits - 100)
  return BigInt(value).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '')
}

const exponential = (value: number, digits: number): string => toExponentialEven(value, Math.min(100, digits)).replace(/e([-+])(\d)$/, 'e$10$2')

function general(value: number, digits: number, keepZeros: boolean): string {
  const exponent = value === 0 ? 0 : Number(/e([-+]\d+)$/.exec(toExponentialEven(value, Math.min(100, digits - 1)))?.[1] ?? 0)
  const text = exponent < -4 || exponent >= digits ? exponential(value, digits - 1) : fixed(value, Math.max(0, digits - 1 - exponent))
  if (keepZeros || !text.includes('.')) return text
  return text.replace(/\.?0+(?=e|$)/, '')
}

function hexadecimal(value: number): string {
  if (value === 0) return '0x0p+0'
  let exponent = Math.floor(Math.log2(value))
  let mantissa = value / 2 ** exponent
  while (mantissa >= 2) { mantissa /= 2; exponent++ }
  while (mantissa < 1) { mantissa *= 2; exponent-- }
  return `0x${mantissa.toString(16)}p${exponent < 0 ? '' : '+'}${exponent}`
}
