// What the host and the agent in the guest say to each other over one stream of bytes: frames of `u32 LE length of the rest | u8 type |
// u32 LE id | payload`. Requests carry fields separated by NUL bytes, so that the agent, written in C, need not parse anything; answers
// are JSON or bytes. vm/README.md says what each frame means; guest/agent.h has the same numbers.

/** Raised when a frame or an answer changes its meaning, so that an image with an older agent is noticed. */
export const PROTOCOL_VERSION = 2
/** In HELLO's payload, in both directions; the agent looks for it after it has lost its place in the stream. */
export const HELLO_WORD = 'isolab-agent'
/** Bytes of a terminal or a script that may be under way before the guest stops printing. */
export const OUTPUT_WINDOW = 256 * 1024
/** The longest frame that is believed. A World of a machine with many thousand processes is shorter. */
export const MAX_FRAME = 16 * 1024 * 1024

const HEAD = 9

/** Host to guest: 1 to 31; guest to host: from 32. */
export const FRAME = {
  hello: 1, world: 2, run: 3, open: 4, input: 5, resize: 6, ack: 7, kill: 8, clock: 9, quiesce: 10, attach: 11,
  reply: 32, error: 33, output: 34, exit: 35, turn: 36, ran: 37,
} as const

export interface Frame {
  readonly type: number
  /** The request's number, and of everything that comes of it: a terminal and a script keep the number of their OPEN and RUN. 0: of no request. */
  readonly id: number
  readonly payload: Uint8Array
}

export class ProtocolError extends Error {}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function encodeFrame(type: number, id: number, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(HEAD + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, HEAD - 4 + payload.length, true)
  view.setUint8(4, type)
  view.setUint32(5, id, true)
  bytes.set(payload, HEAD)
  return bytes
}

/** Fields of a request, joined by NUL; the last may be bytes, and may then hold NULs itself. */
export function encodeFields(...fields: readonly (string | number | Uint8Array)[]): Uint8Array {
  const parts = fields.map((field) => (field instanceof Uint8Array ? field : encoder.encode(String(field))))
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, Math.max(0, parts.length - 1)))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length + 1
  }
  return bytes
}

export const textOf = (payload: Uint8Array): string => decoder.decode(payload)

/** Cuts a stream into frames, wherever its chunks end. */
export class FrameReader {
  #waiting: Uint8Array[] = []
  #length = 0

  /** Takes a chunk; answers the frames that are complete with it. @throws {ProtocolError} at a length that can't be right */
  push(chunk: Uint8Array): Frame[] {
    this.#waiting.push(chunk)
    this.#length += chunk.length
    const frames: Frame[] = []
    while (this.#length >= 4) {
      const size = this.#peekSize()
      if (size < HEAD - 4 || size > MAX_FRAME) throw new ProtocolError(`a frame of ${size} bytes: the stream is not what it should be`)
      if (this.#length < 4 + size) break
      const all = this.#joined()
      const view = new DataView(all.buffer, all.byteOffset, all.length)
      frames.push({ type: view.getUint8(4), id: view.getUint32(5, true), payload: all.slice(HEAD, 4 + size) })
      this.#waiting = [all.subarray(4 + size)]
      this.#length -= 4 + size
    }
    return frames
  }

  /** Is the stream between two frames? */
  get isAtBoundary(): boolean {
    return this.#length === 0
  }

  #peekSize(): number {
    const head = (this.#waiting[0]?.length ?? 0) >= 4 ? this.#waiting[0] : this.#joined()
    return new DataView(head.buffer, head.byteOffset, head.length).getUint32(0, true)
  }

  /** A long frame comes in many chunks and is joined once, not at every chunk. */
  #joined(): Uint8Array {
    const [first] = this.#waiting
    if (this.#waiting.length === 1 && first !== undefined) return first
    const all = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#waiting) {
      all.set(part, at)
      at += part.length
    }
    this.#waiting = [all]
    return all
  }
}
