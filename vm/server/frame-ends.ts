// Where frames end in a stream that is passed on unread: a client that begins anew must begin with a whole one.

const LENGTH_BYTES = 4

export class FrameEnds {
  /** Bytes of the current frame that are still to come; its length field is read first. */
  #missing = 0
  #length = 0
  #lengthBytes = 0

  get isAtEnd(): boolean {
    return this.#missing === 0 && this.#lengthBytes === 0
  }

  /** Goes on through `bytes`; answers the first place in it where a frame ends (1 to its length), or undefined. */
  push(bytes: Uint8Array): number | undefined {
    let first: number | undefined
    let at = 0
    while (at < bytes.length) {
      if (this.#missing === 0) {
        this.#length += (bytes[at] ?? 0) * 256 ** this.#lengthBytes
        at++
        if (++this.#lengthBytes < LENGTH_BYTES) continue
        this.#missing = this.#length
        this.#length = 0
        this.#lengthBytes = 0
      } else {
        const step = Math.min(this.#missing, bytes.length - at)
        at += step
        this.#missing -= step
      }
      if (this.#missing === 0) first ??= at
    }
    return first
  }
}
