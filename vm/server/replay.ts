// What has been sent and may have been lost: the end of a stream, kept until the other side says that it has come.

export class ReplayBuffer {
  #chunks: Uint8Array[] = []
  /** Count of the stream's bytes before the first chunk. */
  #from = 0
  #size = 0

  /** Bytes kept. */
  get size(): number {
    return this.#size
  }

  /** Bytes of the stream so far. */
  get end(): number {
    return this.#from + this.#size
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#chunks.push(bytes)
    this.#size += bytes.length
  }

  /** The other side has `received` bytes of the stream: they are no longer needed. False if that can't be. */
  acknowledge(received: number): boolean {
    if (!Number.isSafeInteger(received) || received < this.#from || received > this.end) return false
    let drop = received - this.#from
    while (drop > 0) {
      const [first] = this.#chunks
      if (first === undefined) break
      const n = Math.min(drop, first.length)
      if (n === first.length) this.#chunks.shift()
      else this.#chunks[0] = first.subarray(n)
      drop -= n
    }
    this.#size -= received - this.#from
    this.#from = received
    return true
  }

  /** What has not been acknowledged. */
  get pending(): readonly Uint8Array[] {
    return this.#chunks
  }
}
