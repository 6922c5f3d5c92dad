// Bytes as letters and back: base64 and base32 (RFC 4648).

export interface Alphabet {
  readonly letters: string
  /** Bits of a letter; a group of letters is the least that makes whole bytes. */
  readonly bits: number
  readonly group: number
}

export const BASE64: Alphabet = { letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', bits: 6, group: 4 }
export const BASE32: Alphabet = { letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', bits: 5, group: 8 }

export function encode(bytes: Uint8Array, a: Alphabet): string {
  let out = ''
  let [value, have] = [0, 0]
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff
    have += 8
    while (have >= a.bits) {
      have -= a.bits
      out += a.letters[(value >> have) & (2 ** a.bits - 1)]
    }
  }
  if (have > 0) out += a.letters[(value << (a.bits - have)) & (2 ** a.bits - 1)]
  return out + '='.repeat((a.group - (out.length % a.group)) % a.group)
}

/** The bytes up to the first thing that can't be; `valid` tells whether that was the end. */
export function decode(text: string, a: Alphabet): { readonly bytes: Uint8Array; readonly valid: boolean } {
  const out: number[] = []
  let [value, have, at] = [0, 0, 0]
  for (; at < text.length; at++) {
    const digit = a.letters.indexOf(text[at])
    if (digit < 0) break
    value = ((value << a.bits) | digit) & 0xffff
    have += a.bits
    if (have >= 8) {
      have -= 8
      out.push((value >> have) & 0xff)
    }
  }
  const padding = /^=*/.exec(text.slice(at))?.[0].length ?? 0
  return { bytes: Uint8Array.from(out), valid: at + padding === text.length && text.length % a.group === 0 && padding < a.group }
}
