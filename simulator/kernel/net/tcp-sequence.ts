// Sequence numbers of TCP: 32 bits that wrap around (RFC 9293 3.4), and the bytes that came before the ones in front of them.
import { ByteQueue } from '../../lib/byte-queue.ts'

export const seqAdd = (seq: number, n: number): number => (seq + n) >>> 0
/** How far `a` is ahead of `b`; negative where it is behind. */
export const seqDiff = (a: number, b: number): number => (a - b) | 0

interface Piece { readonly seq: number; readonly data: Uint8Array }

/** Received bytes: those in order wait for the reader, those ahead of a gap for what fills it. */
export class ReceiveQueue {
  readonly ready = new ByteQueue()
  /** Sorted by sequence number, without overlaps. */
  #ahead: Piece[] = []
  next: number
  constructor(next: number) {
    this.next = next
  }
  get hasGap(): boolean {
    return this.#ahead.length > 0
  }
  /** Takes the part of a segment that is new and fits into a window of `room` bytes. Answers how many bytes have come in order with it. */
  insert(seq: number, data: Uint8Array, room: number): number {
    const skip = Math.max(0, seqDiff(this.next, seq))
    const end = Math.min(data.length, seqDiff(seqAdd(this.next, room), seq))
    if (end <= skip) return 0
    this.#keep(seqAdd(seq, skip), data.subarray(skip, end))
    let moved = 0
    while (this.#ahead.length > 0 && this.#ahead[0].seq === this.next) {
      const piece = this.#ahead.shift() as Piece
      this.ready.push(piece.data)
      this.next = seqAdd(this.next, piece.data.length)
      moved += piece.data.length
    }
    return moved
  }
  #keep(seq: number, data: Uint8Array): void {
    const kept: Piece[] = []
    let start = seq
    let rest = data
    for (const piece of this.#ahead) {
      const before = seqDiff(piece.seq, start)
      if (rest.length > 0 && before > 0) {
        const part = rest.subarray(0, before)
        kept.push({ seq: start, data: part })
        start = seqAdd(start, part.length)
        rest = rest.subarray(part.length)
      }
      const covered = Math.max(0, Math.min(rest.length, seqDiff(seqAdd(piece.seq, piece.data.length), start)))
      start = seqAdd(start, covered)
      rest = rest.subarray(covered)
      kept.push(piece)
    }
    if (rest.length > 0) kept.push({ seq: start, data: rest })
    this.#ahead = kept
  }
  clear(): void {
    this.ready.clear()
    this.#ahead = []
  }
}
