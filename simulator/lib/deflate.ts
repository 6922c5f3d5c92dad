// DEFLATE compression (RFC 1951) with fixed Huffman codes and a short hash search: simple, and good enough for the archives of a lesson.

const WINDOW = 32768
const MIN_MATCH = 3
const MAX_MATCH = 258
const CHAIN = 16

class BitWriter {
  readonly #bytes: number[] = []
  #bits = 0
  #count = 0

  bits(value: number, n: number): void {
    this.#bits |= value << this.#count
    this.#count += n
    while (this.#count >= 8) {
      this.#bytes.push(this.#bits & 0xff)
      this.#bits >>>= 8
      this.#count -= 8
    }
  }
  /** Huffman codes go out with their highest bit first. */
  code(value: number, n: number): void {
    let reversed = 0
    for (let i = 0; i < n; i++) reversed |= ((value >> i) & 1) << (n - 1 - i)
    this.bits(reversed, n)
  }
  finish(): Uint8Array {
    if (this.#count > 0) this.#bytes.push(this.#bits & 0xff)
    return Uint8Array.from(this.#bytes)
  }
}

function literal(out: BitWriter, symbol: number): void {
  if (symbol < 144) out.code(0x30 + symbol, 8)
  else if (symbol < 256) out.code(0x190 + symbol - 144, 9)
  else if (symbol < 280) out.code(symbol - 256, 7)
  else out.code(0xc0 + symbol - 280, 8)
}

function match(out: BitWriter, length: number, distance: number): void {
  if (length === MAX_MATCH) literal(out, 285)
  else {
    const l = length - MIN_MATCH
    const extra = l < 8 ? 0 : Math.floor(Math.log2(l)) - 2
    literal(out, 257 + extra * 4 + (l >> extra))
    out.bits(l & ((1 << extra) - 1), extra)
  }
  const d = distance - 1
  const extra = d < 4 ? 0 : Math.floor(Math.log2(d)) - 1
  out.code(extra * 2 + (d >> extra), 5)
  out.bits(d & ((1 << extra) - 1), extra)
}

export function deflate(data: Uint8Array): Uint8Array {
  const out = new BitWriter()
  out.bits(1, 1)
  out.bits(1, 2)
  const seen = new Map<number, number[]>()
  const key = (i: number): number => data[i] | (data[i + 1] << 8) | (data[i + 2] << 16)
  const remember = (i: number): void => {
    if (i + MIN_MATCH > data.length) return
    const list = seen.get(key(i))
    if (list === undefined) seen.set(key(i), [i])
    else {
      list.push(i)
      if (list.length > CHAIN) list.shift()
    }
  }
  for (let i = 0; i < data.length; ) {
    let best = 0
    let from = 0
    for (const candidate of i + MIN_MATCH <= data.length ? (seen.get(key(i)) ?? []) : []) {
      if (i - candidate > WINDOW) continue
      let length = MIN_MATCH
      while (length < MAX_MATCH && i + length < data.length && data[candidate + length] === data[i + length]) length++
      if (length >= best) {
        best = length
        from = candidate
      }
    }
    if (best < MIN_MATCH) {
      literal(out, data[i])
      remember(i++)
      continue
    }
    match(out, best, i - from)
    for (const end = i + best; i < end; i++) remember(i)
  }
  literal(out, 256)
  return out.finish()
}
