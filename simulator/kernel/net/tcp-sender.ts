// The sending half of a TCP connection (tcp_output.c, the acknowledging side of tcp_input.c): what waits, what is on its way, when it is sent again.
// Knows sequence numbers and bytes, no headers. Loss is found by timeout or three duplicate acknowledgements; then it goes back to the first missing byte.
import { ByteQueue } from '../../lib/byte-queue.ts'
import { EMPTY_BYTES } from '../../lib/bytes.ts'
import { seqAdd, seqDiff } from './tcp-sequence.ts'
import { CongestionWindow, RetransmitTimeout } from './tcp-timing.ts'

const DUPLICATES_MEAN_LOSS = 3
const DEFAULT_MSS = 536

export interface Outgoing {
  readonly seq: number
  readonly data: Uint8Array
  readonly fin: boolean
  readonly push: boolean
}
/** What a deadline that has come asks for. */
export type TimeoutKind = 'retransmit' | 'probe'

export class TcpSender {
  /** Oldest unacknowledged number, next to send (behind `max` while sending again), and the first never sent. */
  una: number
  next: number
  max: number
  /** What the peer takes, in bytes, and the most it ever took. */
  window = 0
  maxWindow = 0
  /** Largest segment, options already off. */
  mssLimit = DEFAULT_MSS
  noDelay = false
  readonly rto = new RetransmitTimeout()
  readonly cwnd = new CongestionWindow()
  /** When to send again what is unanswered, or to ask a closed window. */
  deadline: number | undefined
  /** Timeouts in a row without progress. */
  retries = 0
  retransmitted = 0
  acked = 0
  readonly #queue = new ByteQueue()
  #queueSeq: number
  #isFinQueued = false
  #duplicates = 0
  #recover: number
  #timed: { readonly end: number; readonly at: number } | undefined
  /** The end of the last small segment (Minshall's variant of Nagle's rule). */
  #smallEnd: number

  constructor(initial: number) {
    this.una = this.next = this.max = this.#recover = this.#smallEnd = initial
    this.#queueSeq = seqAdd(initial, 1)
  }

  get queued(): number {
    return this.#queue.length
  }
  get hasFinQueued(): boolean {
    return this.#isFinQueued
  }
  get inFlight(): number {
    return seqDiff(this.max, this.una)
  }
  get #queueEnd(): number {
    return seqAdd(this.#queueSeq, this.#queue.length)
  }
  get isFinAcked(): boolean {
    return this.#isFinQueued && seqDiff(this.una, this.#queueEnd) > 0
  }
  get hasUnsent(): boolean {
    return seqDiff(this.#queueEnd, this.max) > 0 || (this.#isFinQueued && seqDiff(this.max, this.#queueEnd) <= 0)
  }
  /** tcp_current_mss: never more than half of the largest window seen. */
  get mss(): number {
    return Math.min(this.mssLimit, Math.max(this.maxWindow > DEFAULT_MSS ? this.maxWindow >> 1 : this.maxWindow, 68))
  }

  push(data: Uint8Array): void {
    this.#queue.push(data)
  }
  queueFin(): void {
    this.#isFinQueued = true
  }
  setWindow(window: number): void {
    this.window = window
    this.maxWindow = Math.max(this.maxWindow, window)
  }

  /** SYN takes a number of its own. */
  sentSyn(now: number): void {
    this.next = seqAdd(this.una, 1)
    if (this.max === this.una) this.#timed = { end: this.next, at: now }
    else this.#timed = undefined
    this.max = this.next
    this.deadline = now + this.rto.current
  }

  /** What may be sent now, piece by piece: the caller sends each one at once. */
  *ready(now: number): Iterable<Outgoing> {
    for (;;) {
      const piece = this.#nextPiece()
      if (piece === undefined) break
      this.#account(piece, now)
      yield piece
    }
    if (this.deadline === undefined && (this.inFlight > 0 || (this.hasUnsent && this.window === 0))) this.deadline = now + this.rto.current
  }
  #nextPiece(): Outgoing | undefined {
    const { mss } = this
    const onWay = seqDiff(this.next, this.una)
    const unsent = seqDiff(this.#queueEnd, this.next)
    const isHeadAgain = onWay === 0 && this.inFlight > 0
    const room = isHeadAgain ? Math.max(this.window, mss) : Math.min(this.window, this.cwnd.size * mss) - onWay
    const length = Math.max(0, Math.min(unsent, mss, room))
    const fin = this.#isFinQueued && length === unsent && seqDiff(this.next, this.#queueEnd) <= 0
    if (length === 0 && !fin) return undefined
    if (length < unsent && length < mss && onWay > 0 && length < this.maxWindow / 2) return undefined
    const isHeld = length > 0 && length < mss && length === unsent && !fin && !this.noDelay && seqDiff(this.#smallEnd, this.una) > 0 && this.next === this.max
    if (isHeld) return undefined
    return { seq: this.next, data: length === 0 ? EMPTY_BYTES : this.#queue.peek(seqDiff(this.next, this.#queueSeq), length), fin, push: length > 0 && length === unsent }
  }
  #account({ seq, data, fin }: Outgoing, now: number): void {
    const end = seqAdd(seq, data.length + (fin ? 1 : 0))
    if (seqDiff(this.max, seq) > 0) this.retransmitted++
    else if (this.#timed === undefined) this.#timed = { end, at: now }
    if (data.length > 0 && data.length < this.mss) this.#smallEnd = end
    this.next = end
    if (seqDiff(end, this.max) > 0) this.max = end
    this.deadline ??= now + this.rto.current
  }

  /** An acceptable acknowledgement. `isPlain`: no data, no change of window with it, so that it may be a duplicate. Answers whether it acknowledged something new. */
  onAck(ack: number, isPlain: boolean, now: number): boolean {
    const fresh = seqDiff(ack, this.una)
    if (fresh <= 0) {
      if (fresh === 0 && isPlain && this.inFlight > 0) this.#onDuplicate()
      return false
    }
    const isLimited = this.inFlight >= (this.cwnd.size >> 1) * this.mss
    this.una = ack
    const bytes = Math.min(Math.max(0, seqDiff(ack, this.#queueSeq)), this.#queue.length)
    this.#queue.drop(bytes)
    this.#queueSeq = seqAdd(this.#queueSeq, bytes)
    if (seqDiff(this.next, ack) < 0) this.next = ack
    if (this.#timed !== undefined && seqDiff(ack, this.#timed.end) >= 0) {
      this.rto.sample(now - this.#timed.at)
      this.#timed = undefined
    }
    this.acked += fresh
    this.retries = 0
    this.rto.backoff = 0
    this.#duplicates = 0
    this.cwnd.onAck(Math.ceil(fresh / this.mss), isLimited)
    this.deadline = this.inFlight > 0 ? now + this.rto.current : undefined
    return true
  }
  #onDuplicate(): void {
    if (++this.#duplicates !== DUPLICATES_MEAN_LOSS || seqDiff(this.una, this.#recover) < 0) return
    this.cwnd.onFastRetransmit(Math.ceil(this.inFlight / this.mss))
    this.#goBack()
  }
  #goBack(): void {
    this.#recover = this.max
    this.#timed = undefined
    this.next = this.una
  }
  /** The peer's window has opened, or it has said again that it hasn't. */
  onWindowUpdate(): void {
    if (this.inFlight > 0) return
    this.retries = 0
    if (this.window === 0) return
    this.deadline = undefined
    this.rto.backoff = 0
  }

  /** The deadline has come. A probe is up to the caller; otherwise everything unanswered is sent again by `ready`. */
  onTimeout(now: number): TimeoutKind {
    this.retries++
    this.rto.backoff = Math.min(this.rto.backoff + 1, 16)
    this.deadline = now + this.rto.current
    if (this.inFlight === 0) return 'probe'
    this.cwnd.onTimeout(Math.ceil(this.inFlight / this.mss))
    this.#goBack()
    if (this.una === seqAdd(this.#queueSeq, -1)) this.retransmitted++
    return 'retransmit'
  }
  stop(): void {
    this.deadline = undefined
    this.#queue.clear()
  }
}
