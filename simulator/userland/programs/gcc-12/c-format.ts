// printf(3)'s formats over values of a C program.
import { toFixedEven } from '../../../lib/decimal.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { bytesOf, toNumber, type Value } from './c-values.ts'

export function format(text: string, args: readonly Value[], strerror: () => string): string {
  let next = 0
  return text.replace(/%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?(?:hh|h|ll|l|z|j|t)?([diouxXcspfgem%])/g, (_all, flags: string, width: string | undefined, precision: string | undefined, kind: string) => {
    if (kind === '%') return '%'
    if (kind === 'm') return strerror()
    const wide = width === '*' ? toNumber(args[next++] ?? 0) : Number(width ?? 0)
    const digits = precision === undefined ? undefined : precision === '*' ? toNumber(args[next++] ?? 0) : Number(precision)
    const value = args[next++] ?? 0
    let out = convert(kind, value, flags, digits)
    if (flags.includes('0') && !flags.includes('-') && kind !== 's' && kind !== 'c') out = out.startsWith('-') ? `-${out.slice(1).padStart(wide - 1, '0')}` : out.padStart(wide, '0')
    return flags.includes('-') ? out.padEnd(wide) : out.padStart(wide)
  })
}

function convert(kind: string, value: Value, flags: string, digits: number | undefined): string {
  if (kind === 's') {
    const text = value === 0 ? '(null)' : decodeUtf8(bytesOf(value))
    return digits === undefined ? text : text.slice(0, digits)
  }
  const n = toNumber(value)
  const unsigned = n < 0 ? n + 2 ** 32 : n
  switch (kind) {
    case 'c': return String.fromCharCode(n & 0xff)
    case 'x': return `${flags.includes('#') ? '0x' : ''}${unsigned.toString(16)}`
    case 'X': return unsigned.toString(16).toUpperCase()
    case 'o': return `${flags.includes('#') ? '0' : ''}${unsigned.toString(8)}`
    case 'u': return String(unsigned)
    case 'p': return value === 0 ? '(nil)' : '0x7ffd00001000'
    case 'f': return toFixedEven(n, digits ?? 6)
    case 'g': case 'e': return String(n)
    default: {
      const text = String(Math.trunc(Math.abs(n))).padStart(digits ?? 0, '0')
      return `${n < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''}${text}`
    }
  }
}
