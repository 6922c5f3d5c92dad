// The gzip file format (RFC 1952).
import { concatBytes, decodeUtf8 } from './bytes.ts'
import { deflate } from './deflate.ts'
import { inflate } from './inflate.ts'

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

/** CRC-32 of ISO 3309 */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

const word = (n: number): Uint8Array => Uint8Array.of(n & 0xff, (n >>> 8) & 0xff, (n >>> 16) & 0xff, (n >>> 24) & 0xff)

/** With `name`, the file's own name and its time in seconds are kept in the header. */
export function gzip(data: Uint8Array, name?: Uint8Array, mtime = 0): Uint8Array {
  const kept = name === undefined ? [] : [name, Uint8Array.of(0)]
  return concatBytes([Uint8Array.of(0x1f, 0x8b, 8, name === undefined ? 0 : 8), word(mtime), Uint8Array.of(0, 3), ...kept, deflate(data), word(crc32(data)), word(data.length)])
}

export const isGzip = (data: Uint8Array): boolean => data[0] === 0x1f && data[1] === 0x8b

/** All members of a gzip file, unpacked; undefined if it isn't one or is damaged. */
export function gunzip(data: Uint8Array): Uint8Array | undefined {
  const parts: Uint8Array[] = []
  let at = 0
  while (at < data.length) {
    const start = bodyStart(data, at)
    const result = start === undefined ? undefined : inflate(data, start)
    if (result === undefined || result.end + 8 > data.length) return undefined
    const crc = word(crc32(result.data))
    if (crc.some((byte, i) => byte !== data[result.end + i])) return undefined
    parts.push(result.data)
    at = result.end + 8
  }
  return concatBytes(parts)
}

/** What the header says: the file's name and time, and how many bytes it takes. */
export function gzipHeader(data: Uint8Array): { readonly name: string | undefined; readonly mtime: number; readonly length: number } {
  const named = (data[3] & 8) !== 0
  const mtime = (data[4] | (data[5] << 8) | (data[6] << 16) | (data[7] << 24)) >>> 0
  const end = data.indexOf(0, 10)
  return { name: named ? decodeUtf8(data.subarray(10, end)) : undefined, mtime, length: bodyStart(data, 0) ?? 10 }
}

function bodyStart(data: Uint8Array, from: number): number | undefined {
  if (data[from] !== 0x1f || data[from + 1] !== 0x8b || data[from + 2] !== 8) return undefined
  const flags = data[from + 3]
  let at = from + 10
  if ((flags & 4) !== 0) at += 2 + data[at] + data[at + 1] * 256
  for (const bit of [8, 16]) if ((flags & bit) !== 0) at = data.indexOf(0, at) + 1
  return (flags & 2) !== 0 ? at + 2 : at
}
