// The order of names in an ext4 directory (fs/ext4/hash.c: half MD4 over the name, seeded per file system; readdir goes by it).
import { encodeUtf8 } from '../../lib/bytes.ts'

/** s_hash_seed of the reference machine's disk. */
const SEED = [0xeb67e2d0, 0x294bfee8, 0x278715b4, 0x41785f7d] as const
const K2 = 0x5a827999
const K3 = 0x6ed9eba1

const rotl = (x: number, s: number): number => (x << s) | (x >>> (32 - s))

/** str2hashbuf_signed: up to 32 bytes as eight words, padded with the length. */
function words(bytes: Uint8Array, at: number, count: number): Int32Array {
  const length = bytes.length - at
  let pad = (length & 0xff) | ((length & 0xff) << 8)
  pad |= pad << 16
  const out = new Int32Array(count)
  const used = Math.min(length, count * 4)
  let word = pad
  let index = 0
  for (let i = 0; i < used; i++) {
    const signed = (bytes[at + i] << 24) >> 24
    word = (signed + (word << 8)) | 0
    if (i % 4 === 3) {
      out[index++] = word
      word = pad
    }
  }
  if (index < count) out[index++] = word
  while (index < count) out[index++] = pad
  return out
}

function halfMd4(buf: Int32Array, input: Int32Array): void {
  let [a, b, c, d] = buf
  const F = (x: number, y: number, z: number): number => z ^ (x & (y ^ z))
  const G = (x: number, y: number, z: number): number => ((x & y) + ((x ^ y) & z)) | 0
  const H = (x: number, y: number, z: number): number => x ^ y ^ z
  const round = (f: (x: number, y: number, z: number) => number, order: readonly number[], shifts: readonly number[], k: number): void => {
    for (let i = 0; i < 8; i++) {
      const x = (input[order[i]] + k) | 0
      const s = shifts[i % 4]
      if (i % 4 === 0) a = rotl((a + f(b, c, d) + x) | 0, s)
      else if (i % 4 === 1) d = rotl((d + f(a, b, c) + x) | 0, s)
      else if (i % 4 === 2) c = rotl((c + f(d, a, b) + x) | 0, s)
      else b = rotl((b + f(c, d, a) + x) | 0, s)
    }
  }
  round(F, [0, 1, 2, 3, 4, 5, 6, 7], [3, 7, 11, 19], 0)
  round(G, [1, 3, 5, 7, 0, 2, 4, 6], [3, 5, 9, 13], K2)
  round(H, [3, 7, 2, 6, 1, 5, 0, 4], [3, 9, 11, 15], K3)
  buf[0] = (buf[0] + a) | 0
  buf[1] = (buf[1] + b) | 0
  buf[2] = (buf[2] + c) | 0
  buf[3] = (buf[3] + d) | 0
}

export interface DirectoryHash { readonly major: number; readonly minor: number }

export function hashName(bytes: Uint8Array, seed: readonly number[]): DirectoryHash {
  const buf = Int32Array.from(seed)
  for (let at = 0; at < bytes.length; at += 32) halfMd4(buf, words(bytes, at, 8))
  const major = (buf[1] & ~1) >>> 0
  return { major: major === 0xfffffffe ? 0xfffffffc : major, minor: buf[2] >>> 0 }
}

export const directoryHash = (name: string): DirectoryHash => hashName(encodeUtf8(name), SEED)
