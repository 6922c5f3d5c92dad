// MD5 (RFC 1321), SHA-1, SHA-224, SHA-256 (FIPS 180-4) and POSIX cksum's CRC, over bytes that come in pieces.

export interface Digest {
  update(bytes: Uint8Array): void
  /** The digest; nothing may be added afterwards. */
  hex(): string
}

type Block = (state: Uint32Array, block: DataView, at: number) => void

const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n))
const fraction = (x: number): number => Math.floor((x - Math.floor(x)) * 2 ** 32)

/** Collects 64-byte blocks and pads the last with the length in bits. */
class BlockDigest implements Digest {
  readonly #state: Uint32Array
  readonly #process: Block
  readonly #littleEndian: boolean
  readonly #words: number
  readonly #buffer = new Uint8Array(64)
  #filled = 0
  #length = 0

  constructor(initial: readonly number[], process: Block, littleEndian: boolean, words: number) {
    this.#state = Uint32Array.from(initial)
    this.#process = process
    this.#littleEndian = littleEndian
    this.#words = words
  }

  update(bytes: Uint8Array): void {
    this.#length += bytes.length
    let at = 0
    if (this.#filled > 0) {
      at = Math.min(64 - this.#filled, bytes.length)
      this.#buffer.set(bytes.subarray(0, at), this.#filled)
      this.#filled += at
      if (this.#filled < 64) return
      this.#process(this.#state, new DataView(this.#buffer.buffer), 0)
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (; at + 64 <= bytes.length; at += 64) this.#process(this.#state, view, at)
    this.#buffer.set(bytes.subarray(at))
    this.#filled = bytes.length - at
  }

  hex(): string {
    const bits = this.#length * 8
    const padding = new Uint8Array((this.#filled < 56 ? 56 : 120) - this.#filled + 8)
    padding[0] = 0x80
    const view = new DataView(padding.buffer)
    const [high, low] = [Math.floor(bits / 2 ** 32), bits >>> 0]
    view.setUint32(padding.length - 8, this.#littleEndian ? low : high, this.#littleEndian)
    view.setUint32(padding.length - 4, this.#littleEndian ? high : low, this.#littleEndian)
    this.update(padding)
    const out = new DataView(new ArrayBuffer(4 * this.#words))
    for (let i = 0; i < this.#words; i++) out.setUint32(4 * i, this.#state[i], this.#littleEndian)
    return Array.from(new Uint8Array(out.buffer), (b) => b.toString(16).padStart(2, '0')).join('')
  }
}

const PRIMES = Array.from({ length: 312 }, (_, i) => i).filter((n) => n > 1 && !Array.from({ length: Math.floor(Math.sqrt(n)) + 1 }, (_, d) => d).some((d) => d > 1 && n % d === 0))
const K256 = Uint32Array.from(PRIMES.slice(0, 64), (p) => fraction(Math.cbrt(p)))
const MD5_K = Uint32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32))
const MD5_SHIFTS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]

const md5Block: Block = (state, block, at) => {
  let [a, b, c, d] = state
  for (let i = 0; i < 64; i++) {
    const round = i >> 4
    const f = round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d)
    const g = round === 0 ? i : round === 1 ? (5 * i + 1) % 16 : round === 2 ? (3 * i + 5) % 16 : (7 * i) % 16
    const next = (b + rotate((a + f + MD5_K[i] + block.getUint32(at + 4 * g, true)) | 0, MD5_SHIFTS[round][i % 4])) | 0
    ;[a, d, c, b] = [d, c, b, next]
  }
  state[0] += a
  state[1] += b
  state[2] += c
  state[3] += d
}

const sha1Block: Block = (state, block, at) => {
  const w = new Int32Array(80)
  for (let i = 0; i < 16; i++) w[i] = block.getInt32(at + 4 * i)
  for (let i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1)
  let [a, b, c, d, e] = state
  for (let i = 0; i < 80; i++) {
    const round = Math.floor(i / 20)
    const f = round === 0 ? (b & c) | (~b & d) : round === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d
    const k = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][round]
    const next = (rotate(a, 5) + f + e + k + w[i]) | 0
    ;[e, d, c, b, a] = [d, c, rotate(b, 30), a, next]
  }
  ;[a, b, c, d, e].forEach((v, i) => { state[i] += v })
}

const sha256Block: Block = (state, block, at) => {
  const w = new Int32Array(64)
  for (let i = 0; i < 16; i++) w[i] = block.getInt32(at + 4 * i)
  for (let i = 16; i < 64; i++) {
    const s0 = rotate(w[i - 15], 25) ^ rotate(w[i - 15], 14) ^ (w[i - 15] >>> 3)
    const s1 = rotate(w[i - 2], 15) ^ rotate(w[i - 2], 13) ^ (w[i - 2] >>> 10)
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0
  }
  let [a, b, c, d, e, f, g, h] = state
  for (let i = 0; i < 64; i++) {
    const t1 = (h + (rotate(e, 26) ^ rotate(e, 21) ^ rotate(e, 7)) + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0
    const t2 = ((rotate(a, 30) ^ rotate(a, 19) ^ rotate(a, 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  ;[a, b, c, d, e, f, g, h].forEach((v, i) => { state[i] += v })
}

const INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
const SHA224 = [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4]

export const md5 = (): Digest => new BlockDigest(INITIAL, md5Block, true, 4)
export const sha1 = (): Digest => new BlockDigest([...INITIAL, 0xc3d2e1f0], sha1Block, false, 5)
export const sha224 = (): Digest => new BlockDigest(SHA224, sha256Block, false, 7)
export const sha256 = (): Digest => new BlockDigest(PRIMES.slice(0, 8).map((p) => fraction(Math.sqrt(p))), sha256Block, false, 8)

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i << 24
  for (let k = 0; k < 8; k++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc >>> 0
})
const crcByte = (crc: number, byte: number): number => ((crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ byte) & 0xff]) >>> 0

/** cksum's CRC: over the bytes, then over their number. */
export class Cksum {
  length = 0
  #crc = 0

  update(bytes: Uint8Array): void {
    for (const byte of bytes) this.#crc = crcByte(this.#crc, byte)
    this.length += bytes.length
  }

  value(): number {
    let crc = this.#crc
    for (let n = this.length; n > 0; n = Math.floor(n / 256)) crc = crcByte(crc, n % 256)
    return ~crc >>> 0
  }
}
