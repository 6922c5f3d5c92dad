// DEFLATE decompression (RFC 1951), plain and readable. Answers undefined for data that is not DEFLATE.

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577]
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13]
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

class Corrupt extends Error {}

interface Huffman { readonly counts: readonly number[]; readonly symbols: readonly number[] }

function huffman(lengths: readonly number[]): Huffman {
  const counts = new Array<number>(16).fill(0)
  for (const length of lengths) counts[length]++
  counts[0] = 0
  const offsets = [0, 0]
  for (let i = 1; i < 15; i++) offsets[i + 1] = offsets[i] + counts[i]
  const symbols: number[] = []
  lengths.forEach((length, symbol) => {
    if (length !== 0) symbols[offsets[length]++] = symbol
  })
  return { counts, symbols }
}

const FIXED_LITERALS = huffman(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)))
const FIXED_DISTANCES = huffman(new Array<number>(30).fill(5))

class BitReader {
  readonly #data: Uint8Array
  position: number
  #bits = 0
  #count = 0

  constructor(data: Uint8Array, position: number) {
    this.#data = data
    this.position = position
  }
  bits(n: number): number {
    while (this.#count < n) {
      if (this.position >= this.#data.length) throw new Corrupt()
      this.#bits |= this.#data[this.position++] << this.#count
      this.#count += 8
    }
    const value = this.#bits & ((1 << n) - 1)
    this.#bits >>>= n
    this.#count -= n
    return value
  }
  align(): void {
    this.#bits = 0
    this.#count = 0
  }
  byte(): number {
    if (this.position >= this.#data.length) throw new Corrupt()
    return this.#data[this.position++]
  }
  symbol({ counts, symbols }: Huffman): number {
    let code = 0
    let first = 0
    let index = 0
    for (let length = 1; length < 16; length++) {
      code |= this.bits(1)
      const count = counts[length]
      if (code - count < first) return symbols[index + (code - first)]
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw new Corrupt()
  }
}

function dynamicCodes(reader: BitReader): readonly [Huffman, Huffman] {
  const literals = reader.bits(5) + 257
  const distances = reader.bits(5) + 1
  const count = reader.bits(4) + 4
  const lengths = new Array<number>(19).fill(0)
  for (let i = 0; i < count; i++) lengths[ORDER[i]] = reader.bits(3)
  const codes = huffman(lengths)
  const all: number[] = []
  while (all.length < literals + distances) {
    const symbol = reader.symbol(codes)
    if (symbol < 16) all.push(symbol)
    else {
      const value = symbol === 16 ? (all[all.length - 1] ?? 0) : 0
      const repeat = symbol === 16 ? 3 + reader.bits(2) : symbol === 17 ? 3 + reader.bits(3) : 11 + reader.bits(7)
      for (let i = 0; i < repeat; i++) all.push(value)
    }
  }
  return [huffman(all.slice(0, literals)), huffman(all.slice(literals, literals + distances))]
}

/** Inflates from `start`; `end` is where the compressed data stopped. */
export function inflate(data: Uint8Array, start = 0): { readonly data: Uint8Array; readonly end: number } | undefined {
  const reader = new BitReader(data, start)
  const out: number[] = []
  try {
    for (let last = false; !last; ) {
      last = reader.bits(1) === 1
      const type = reader.bits(2)
      if (type === 3) return undefined
      if (type === 0) {
        reader.align()
        const size = reader.byte() | (reader.byte() << 8)
        reader.byte()
        reader.byte()
        for (let i = 0; i < size; i++) out.push(reader.byte())
        continue
      }
      const [literals, distances] = type === 1 ? [FIXED_LITERALS, FIXED_DISTANCES] : dynamicCodes(reader)
      for (;;) {
        const symbol = reader.symbol(literals)
        if (symbol === 256) break
        if (symbol < 256) {
          out.push(symbol)
          continue
        }
        const length = LENGTH_BASE[symbol - 257] + reader.bits(LENGTH_EXTRA[symbol - 257])
        const code = reader.symbol(distances)
        const distance = DISTANCE_BASE[code] + reader.bits(DISTANCE_EXTRA[code])
        if (distance > out.length) return undefined
        for (let i = 0; i < length; i++) out.push(out[out.length - distance])
      }
    }
  } catch (thrown) {
    if (thrown instanceof Corrupt) return undefined
    throw thrown
  }
  return { data: Uint8Array.from(out), end: reader.position }
}
