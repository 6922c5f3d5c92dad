// Bytes and text. UTF-8 by hand: neither TextEncoder nor Buffer is part of the language, and both are slow for the short strings of a terminal.

/** UTF-8 bytes of a string. Lone surrogates that stand for raw bytes (U+DC80…U+DCFF, see decodeUtf8) become those bytes again. */
export function encodeUtf8(text: string): Uint8Array {
  let size = text.length
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c > 0x7f) size += c > 0x7ff ? 2 : 1
  }
  const out = new Uint8Array(size)
  let at = 0
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i)
    if (c < 0x80) out[at++] = c
    else if (c < 0x800) {
      out[at++] = 0xc0 | (c >> 6)
      out[at++] = 0x80 | (c & 0x3f)
    } else if (c >= 0xdc80 && c <= 0xdcff) out[at++] = c & 0xff
    else {
      if (c >= 0xd800 && c < 0xdc00 && i + 1 < text.length) {
        const low = text.charCodeAt(i + 1)
        if (low >= 0xdc00 && low < 0xe000) {
          c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)
          i++
          out[at++] = 0xf0 | (c >> 18)
          out[at++] = 0x80 | ((c >> 12) & 0x3f)
          out[at++] = 0x80 | ((c >> 6) & 0x3f)
          out[at++] = 0x80 | (c & 0x3f)
          continue
        }
      }
      out[at++] = 0xe0 | (c >> 12)
      out[at++] = 0x80 | ((c >> 6) & 0x3f)
      out[at++] = 0x80 | (c & 0x3f)
    }
  }
  return at === size ? out : out.subarray(0, at)
}

/** Text of UTF-8 bytes. A byte that is not UTF-8 becomes U+DC00 + byte (as Python's surrogateescape), so that nothing is lost on the way back. */
export function decodeUtf8(bytes: Uint8Array): string {
  const length = bytes.length
  let out = ''
  // UTF-16 units, never more than there are bytes.
  const units = new Array<number>(Math.min(length, MOST_UNITS))
  let count = 0
  for (let i = 0; i < length; ) {
    if (count > MOST_UNITS - 2) {
      out += String.fromCharCode.apply(null, units.slice(0, count))
      count = 0
    }
    const b = bytes[i]
    if (b < 0x80) {
      units[count++] = b
      i++
      continue
    }
    const size = sequenceLength(b)
    const code = i + size <= length ? decodeSequence(bytes, i, size) : -1
    if (code < 0) {
      units[count++] = 0xdc00 + b
      i++
      continue
    }
    if (code > 0xffff) {
      units[count++] = 0xd800 + ((code - 0x10000) >> 10)
      units[count++] = 0xdc00 + ((code - 0x10000) & 0x3ff)
    } else units[count++] = code
    i += size
  }
  if (count < units.length) units.length = count
  return out + String.fromCharCode.apply(null, units)
}

/** How many units are made into a string at once. */
const MOST_UNITS = 4000

/** Bytes of the sequence that a byte leads; 1 for one that leads none. */
const sequenceLength = (lead: number): number => (lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 1)

/** The character of a sequence; below 0 if it is not UTF-8: a byte that doesn't continue it, more bytes than needed, a surrogate, or too large. */
function decodeSequence(bytes: Uint8Array, from: number, size: number): number {
  if (size === 1) return -1
  let code = bytes[from] & (0x7f >> size)
  for (let k = 1; k < size; k++) {
    const next = bytes[from + k]
    if ((next & 0xc0) !== 0x80) return -1
    code = (code << 6) | (next & 0x3f)
  }
  if (size === 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) return -1
  return size === 4 && (code < 0x10000 || code > 0x10ffff) ? -1 : code
}

export const EMPTY_BYTES = new Uint8Array(0)

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]
  let size = 0
  for (const p of parts) size += p.length
  const out = new Uint8Array(size)
  let at = 0
  for (const p of parts) {
    out.set(p, at)
    at += p.length
  }
  return out
}
