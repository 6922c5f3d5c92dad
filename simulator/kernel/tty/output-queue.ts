// What a terminal has printed and its other side has not taken yet. Bounded: writers sleep while it is full.
import { EMPTY_BYTES } from '../../lib/bytes.ts'

const LIMIT = 65536
/** What has left the driver's own buffer and can't be called back by ^C. */
const ALREADY_SENT = 4096

export class OutputQueue {
  #chunk = new Uint8Array(1024)
  #used = 0
  #whenTaken: () => void = () => {}
  /** Called after output has been added. */
  onOutput: (() => void) | undefined

  get length(): number {
    return this.#used
  }
  /** How many more bytes a writer may add. Echo is not limited. */
  get room(): number {
    return Math.max(0, LIMIT - this.#used)
  }
  whenTaken(action: () => void): void {
    this.#whenTaken = action
  }

  push(byte: number): void {
    if (this.#used === this.#chunk.length) {
      const grown = new Uint8Array(this.#chunk.length * 2)
      grown.set(this.#chunk)
      this.#chunk = grown
    }
    this.#chunk[this.#used++] = byte
  }
  notify(): void {
    if (this.#used > 0) this.onOutput?.()
  }

  /** Takes up to `count` bytes. */
  take(count = Infinity): Uint8Array {
    if (this.#used === 0) return EMPTY_BYTES
    const part = this.#chunk.slice(0, Math.min(count, this.#used))
    this.#chunk.copyWithin(0, part.length, this.#used)
    this.#used -= part.length
    this.#whenTaken()
    return part
  }

  /** tty_driver_flush_buffer */
  flush(): void {
    if (this.#used <= ALREADY_SENT) return
    this.#used = ALREADY_SENT
    this.#whenTaken()
  }
}
