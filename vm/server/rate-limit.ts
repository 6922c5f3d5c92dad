// Token buckets: so much at once, and so much per second from then on.
import type { Clock } from './clock.ts'

export class Bucket {
  readonly #rate: number
  readonly #burst: number
  readonly #clock: Clock
  #level: number
  #at: number

  /** `rate` per second, `burst` at once. */
  constructor({ rate, burst, clock }: { readonly rate: number; readonly burst: number; readonly clock: Clock }) {
    this.#rate = rate
    this.#burst = burst
    this.#clock = clock
    this.#level = burst
    this.#at = clock.now()
  }

  /** Takes `n` if they are there. */
  take(n = 1): boolean {
    const now = this.#clock.now()
    this.#level = Math.min(this.#burst, this.#level + (now - this.#at) / 1000 * this.#rate)
    this.#at = now
    if (this.#level < n) return false
    this.#level -= n
    return true
  }

  get isFull(): boolean {
    return this.#level + (this.#clock.now() - this.#at) / 1000 * this.#rate >= this.#burst
  }
}

/** A bucket for each address. Those that are full again are forgotten, so that many addresses don't fill the memory. */
export class BucketPerAddress {
  readonly #options: { readonly rate: number; readonly burst: number; readonly clock: Clock }
  readonly #buckets = new Map<string, Bucket>()

  constructor(options: { readonly rate: number; readonly burst: number; readonly clock: Clock }) {
    this.#options = options
  }

  take(address: string): boolean {
    if (this.#buckets.size > 10_000) for (const [old, bucket] of this.#buckets) if (bucket.isFull) this.#buckets.delete(old)
    const bucket = this.#buckets.get(address) ?? new Bucket(this.#options)
    this.#buckets.set(address, bucket)
    return bucket.take()
  }
}
