// What a client may send into a machine: whole frames of the agent's protocol, of known types and sizes, not too many and not too much at once.
// The guest is the learner's own and may be told anything; this guards the service and the agent's parser, not the guest.
import { encodeFrame, FRAME, FrameReader, ProtocolError } from '../agent/protocol.ts'
import type { Clock } from './clock.ts'
import { Bucket } from './rate-limit.ts'

const KIB = 1024

/** Longest payload of each frame a client may send. QUIESCE is for making images. */
const LONGEST = new Map<number, number>([
  [FRAME.hello, KIB], [FRAME.world, KIB], [FRAME.run, 256 * KIB], [FRAME.open, KIB], [FRAME.input, 64 * KIB], [FRAME.resize, 64], [FRAME.ack, 64],
  [FRAME.kill, 64], [FRAME.clock, KIB], [FRAME.attach, 64],
])
/** Frames a learner sends by doing something: any of them shows that somebody is there. */
const ACTIVITY: ReadonlySet<number> = new Set([FRAME.run, FRAME.open, FRAME.input])

const MOST_WAITING = 512 * KIB

const FRAMES = { rate: 400, burst: 2000 }
const BYTES = { rate: 256 * KIB, burst: 2048 * KIB }

export class Violation extends Error {}

export interface Checked {
  /** Whole frames, to be sent on. */
  readonly frames: readonly Uint8Array[]
  readonly isActivity: boolean
}

export class FrameGuard {
  readonly #frames: Bucket
  readonly #bytes: Bucket
  #reader = new FrameReader()
  /** Bytes of a frame that is not whole yet. */
  #waiting = 0

  constructor(clock: Clock) {
    this.#frames = new Bucket({ ...FRAMES, clock })
    this.#bytes = new Bucket({ ...BYTES, clock })
  }

  /** The stream begins anew. */
  restart(): void {
    this.#reader = new FrameReader()
    this.#waiting = 0
  }

  /** @throws {Violation} */
  check(bytes: Uint8Array): Checked {
    if (!this.#bytes.take(bytes.length)) throw new Violation('too many bytes at once')
    const frames = this.#read(bytes)
    for (const { type, payload } of frames) {
      const longest = LONGEST.get(type)
      if (longest === undefined) throw new Violation(`frames of type ${type} are not taken`)
      if (payload.length > longest) throw new Violation(`a frame of type ${type} with ${payload.length} bytes is too long`)
      if (!this.#frames.take()) throw new Violation('too many frames at once')
    }
    return { frames: frames.map(({ type, id, payload }) => encodeFrame(type, id, payload)), isActivity: frames.some(({ type }) => ACTIVITY.has(type)) }
  }

  #read(bytes: Uint8Array): ReturnType<FrameReader['push']> {
    // The reader believes longer frames than a client may send; this is all that is ever kept for one.
    if (this.#waiting + bytes.length > MOST_WAITING) throw new Violation('a frame is too long')
    try {
      const frames = this.#reader.push(bytes)
      this.#waiting = this.#reader.isAtBoundary ? 0 : this.#waiting + bytes.length - frames.reduce((sum, { payload }) => sum + payload.length + 9, 0)
      return frames
    } catch (error) {
      if (error instanceof ProtocolError) throw new Violation(error.message)
      throw error
    }
  }
}
