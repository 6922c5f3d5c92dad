// Decimals of doubles as printf(3) rounds them: to the nearest, and a tie (which is exact in binary: 2.25, 100000.5) to the even digit.
// JavaScript's toFixed and toExponential take the larger one.

const isTie = (tail: string): boolean => /^50*$/.test(tail)
const isOdd = (digit: string): boolean => /[13579]/.test(digit)

/** toFixed with C's rounding; at most 100 digits, values below 1e21. */
export function toFixedEven(value: number, digits: number): string {
  const rounded = value.toFixed(digits)
  const exact = value.toFixed(Math.min(100, digits + 60))
  const end = exact.length - Math.min(100, digits + 60) + digits
  if (!Number.isFinite(value) || !isTie(exact.slice(end).replace('.', ''))) return rounded
  const cut = exact.slice(0, end).replace(/\.$/, '')
  return isOdd(cut.at(-1) ?? '0') ? rounded : cut
}

/** toExponential with C's rounding; at most 100 digits. */
export function toExponentialEven(value: number, digits: number): string {
  const rounded = value.toExponential(digits)
  const more = Math.min(100, digits + 60)
  const [mantissa, exponent] = value.toExponential(more).split('e')
  if (!Number.isFinite(value) || more === digits || exponent === undefined) return rounded
  const end = mantissa.length - more + digits
  if (!isTie(mantissa.slice(end).replace('.', ''))) return rounded
  const cut = mantissa.slice(0, end).replace(/\.$/, '')
  return isOdd(cut.at(-1) ?? '0') ? rounded : `${cut}e${exponent}`
}
