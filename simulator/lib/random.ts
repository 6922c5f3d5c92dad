// Seeded pseudo random numbers (xorshift128+ seeded by splitmix32): the only source of chance in the machine, so that a replay repeats it.

export class Random {
  readonly #state: Uint32Array

  constructor(seed: number) {
    this.#state = new Uint32Array(4)
    let s = seed >>> 0
    for (let i = 0; i < 4; i++) {
      s = (s + 0x9e3779b9) >>> 0
      let z = s
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      this.#state[i] = z ^ (z >>> 15)
    }
  }

  /** 32 random bits */
  u32(): number {
    const s = this.#state
    let t = s[3]
    const first = s[0]
    s[3] = s[2]
    s[2] = s[1]
    s[1] = first
    t ^= t << 11
    t ^= t >>> 8
    s[0] = t ^ first ^ (first >>> 19)
    return s[0]
  }
  /** 0 … n-1 */
  below(n: number): number {
    return this.u32() % n
  }
  bytes(count: number): Uint8Array {
    const out = new Uint8Array(count)
    for (let i = 0; i < count; i++) out[i] = this.u32() & 0xff
    return out
  }
}
