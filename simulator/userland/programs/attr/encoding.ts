// How getfattr and setfattr write attribute values: as text in quotes, 0x… or 0s… (base64).
import { BASE64, decode, encode } from '../../../lib/base64.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'

export type Encoding = 'text' | 'hex' | 'base64'

/** Text only if nearly all of it can be printed (well_enough_printable). */
function isPrintable(value: Uint8Array): boolean {
  const odd = value.filter((byte) => byte < 32 || byte > 126).length
  return value.length >= odd * 8
}

const quoted = (value: Uint8Array): string =>
  `"${Array.from(value, (byte) => {
    const char = String.fromCharCode(byte)
    return byte < 32 || byte > 126 ? `\\${byte.toString(8).padStart(3, '0')}` : char === '"' || char === '\\' ? `\\${char}` : char
  }).join('')}"`

export function encodeValue(value: Uint8Array, wanted: Encoding | undefined): string {
  const encoding = wanted ?? (isPrintable(value) ? 'text' : 'base64')
  if (encoding === 'text') return quoted(value)
  return encoding === 'hex' ? `0x${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}` : `0s${encode(value, BASE64)}`
}

/** What -v gives; undefined if it is not well formed. */
export function decodeValue(text: string): Uint8Array | undefined {
  if (/^0x/i.test(text)) return /^0x([0-9a-f]{2})*$/i.test(text) ? Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) : undefined
  if (/^0s/i.test(text)) return decode(text.slice(2), BASE64).bytes
  const plain = /^"(.*)"$/s.exec(text)?.[1] ?? text
  const parts = plain.match(/\\[0-7]{3}|\\?[^]/gu) ?? []
  const bytes = parts.flatMap((part) => (/^\\[0-7]{3}$/.test(part) ? [Number.parseInt(part.slice(1), 8)] : [...encodeUtf8(part.length > 1 && part.startsWith('\\') ? part.slice(1) : part)]))
  return Uint8Array.from(bytes)
}
