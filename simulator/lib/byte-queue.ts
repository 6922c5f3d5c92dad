// Bytes that wait in order: pushed at the end, looked at anywhere, taken from the front. Costs no more than the bytes moved.
import { concatBytes, EMPTY_BYTES } from './bytes.ts'

export class ByteQueue {
  #chunks: Uint8Array[] = []
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }
  push(data: Uint8Array): void {
    if (data.length === 0) return
    this.#chunks.push(data)
    this.#length += data.length
  }
  /** Up to `count` bytes from `offset` on, left where they are. */
  peek(offset: number, count: number): Uint8Array {
    const parts: Uint8Array[] = []
    let skip = offset
    let wanted = Math.min(count, this.#length - offset)
    for (let i = this.#head; i < this.#chunks.length && wanted > 0; i++) {
      const chunk = this.#chunks[i]
      if (skip >= chunk.length) {
        skip -= chunk.length
        continue
      }
      const part = chunk.subarray(skip, skip + wanted)
      parts.push(part)
      wanted -= part.length
      skip = 0
    }
    return parts.length === 0 ? EMPTY_BYTES : concatBytes(parts)
  }
  drop(count: number): void {
    let left = Math.min(count, this.#length)
    this.#length -= left
    while (left > 0) {
      const chunk = this.#chunks[this.#head]
      if (chunk.length > left) {
        this.#chunks[this.#head] = chunk.subarray(left)
        break
      }
      left -= chunk.length
      this.#chunks[this.#head++] = EMPTY_BYTES
    }
    if (this.#head > 64 && this.#head * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head)
      this.#head = 0
    }
  }
  take(count: number): Uint8Array {
    const data = this.peek(0, count)
    this.drop(data.length)
    return data
  }
  clear(): void {
    this.#chunks = []
    this.#head = 0
    this.#length = 0
  }
}
