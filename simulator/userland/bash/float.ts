// Floating point for printf: decimal text to a binary number of 64 (long double, which bash uses) or 53 bits, and exactly back, rounded half to even as C does.

/** mantissa × 2^exponent, or infinity or not-a-number in `special`. */
export interface Float {
  readonly negative: boolean
  readonly mantissa: bigint
  readonly exponent: number
  readonly special: 'inf' | 'nan' | undefined
}

const bits = (n: bigint): number => (n === 0n ? 0 : n.toString(2).length)

/** numerator / denominator, to the nearest integer, ties to even. */
function divide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const twice = (numerator % denominator) * 2n
  return twice > denominator || (twice === denominator && (quotient & 1n) === 1n) ? quotient + 1n : quotient
}

function ratio(negative: boolean, numerator: bigint, denominator: bigint, precision: number): Float {
  if (numerator === 0n) return { negative, mantissa: 0n, exponent: 0, special: undefined }
  const round = (exponent: number): bigint => (exponent >= 0 ? divide(numerator, denominator << BigInt(exponent)) : divide(numerator << BigInt(-exponent), denominator))
  let exponent = bits(numerator) - bits(denominator) - precision
  if (bits(round(exponent)) > precision) exponent++
  return { negative, mantissa: round(exponent), exponent, special: undefined }
}

/** Parses what strtod(3) takes: decimal or hexadecimal digits, inf, nan. */
export function parseFloatText(text: string, precision: number): Float {
  const m = /^\s*([-+]?)(?:(inf)|(nan)|0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([-+]?\d+))?|(\d*)\.?(\d*)(?:e([-+]?\d+))?)/i.exec(text)
  const negative = m?.[1] === '-'
  const special = m?.[2] !== undefined ? 'inf' : m?.[3] !== undefined ? 'nan' : undefined
  if (!m || special) return { negative, mantissa: 0n, exponent: 0, special }
  const hex = m[4] !== undefined
  const digits = hex ? `${m[4]}${m[5]}` : `${m[7] ?? ''}${m[8] ?? ''}`
  const whole = BigInt(`${hex ? '0x' : ''}${digits === '' ? '0' : digits}`)
  const power = Math.max(-5000, Math.min(5000, Number((hex ? m[6] : m[9]) ?? 0) - (hex ? 4 * m[5].length : (m[8] ?? '').length)))
  const base = hex ? 2n : 10n
  return power >= 0 ? ratio(negative, whole * base ** BigInt(power), 1n, precision) : ratio(negative, whole, base ** BigInt(-power), precision)
}

/** The value times 10^places as an integer. */
function scaled(f: Float, places: number): bigint {
  let numerator = f.mantissa << BigInt(Math.max(0, f.exponent))
  let denominator = 1n << BigInt(Math.max(0, -f.exponent))
  if (places >= 0) numerator *= 10n ** BigInt(places)
  else denominator *= 10n ** BigInt(-places)
  return divide(numerator, denominator)
}

function fixed(f: Float, places: number, point: boolean): string {
  const digits = scaled(f, places).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  return places === 0 ? whole + (point ? '.' : '') : `${whole}.${digits.slice(digits.length - places)}`
}

/** Decimal exponent and the digits of d.ddd with `places` digits after the point. */
function scientific(f: Float, places: number): { digits: string; exponent: number } {
  if (f.mantissa === 0n) return { digits: '0'.repeat(places + 1), exponent: 0 }
  let exponent = Math.floor((bits(f.mantissa) + f.exponent - 1) * Math.LOG10E * Math.LN2) - 1
  let digits = scaled(f, places - exponent).toString()
  for (; digits.length > places + 1; digits = scaled(f, places - exponent).toString()) exponent++
  return { digits, exponent }
}

const withExponent = (digits: string, exponent: number, point: boolean): string =>
  `${digits[0]}${digits.length > 1 || point ? '.' : ''}${digits.slice(1)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`

/** %a: sixteen digits at most, the first with four bits. */
function hexadecimal(f: Float): string {
  if (f.mantissa === 0n) return '0x0p+0'
  const shift = 64 - bits(f.mantissa)
  const digits = (f.mantissa << BigInt(shift)).toString(16).replace(/0+$/, '')
  const exponent = f.exponent - shift + 60
  return `0x${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

/** Without a sign; `conversion` is one of fFeEgGaA, `alternative` the flag #. */
export function formatFloat(f: Float, conversion: string, precision: number, alternative: boolean): string {
  const lower = conversion.toLowerCase()
  let out: string
  if (f.special) out = f.special
  else if (lower === 'f') out = fixed(f, precision, alternative)
  else if (lower === 'a') out = hexadecimal(f)
  else if (lower === 'e') {
    const s = scientific(f, precision)
    out = withExponent(s.digits, s.exponent, alternative)
  } else {
    const p = precision === 0 ? 1 : precision
    const s = scientific(f, p - 1)
    const small = s.exponent < -4 || s.exponent >= p
    out = small ? withExponent(s.digits, s.exponent, alternative) : fixed(f, Math.max(0, p - 1 - s.exponent), alternative)
    if (!alternative && out.includes('.')) out = out.replace(/\.?0+(e|$)/, '$1')
  }
  return conversion === lower ? out : out.toUpperCase()
}
