// The window a TCP connection offers its peer (tcp_select_window, __tcp_select_window): what is free, never taken back once promised.
import { seqAdd, seqDiff } from './tcp-sequence.ts'

const MAX_UNSCALED = 65535

export class ReceiveWindow {
  readonly #space: number
  readonly #mss: number
  #end = 0

  /** `space`: bytes kept for the reader at most. */
  constructor(space: number, mss: number) {
    this.#space = space
    this.#mss = mss
  }
  /** tcp_select_initial_window: whole segments only. */
  initial(optionBytes: number): number {
    const unit = this.#mss - optionBytes
    return Math.min(this.#space > unit ? this.#space - (this.#space % unit) : this.#space, MAX_UNSCALED)
  }
  start(next: number, window: number): void {
    this.#end = seqAdd(next, window)
  }
  /** Bytes from `next` on that the peer has been told it may send. */
  room(next: number): number {
    return Math.max(0, seqDiff(this.#end, next))
  }
  /** As it stands in the header, in units of the scale; counts as promised from now on. */
  select(next: number, unread: number, shift: number): number {
    const free = Math.max(0, this.#space - unread)
    const promised = this.room(next)
    const unit = 1 << shift
    const offer = free < Math.min(this.#mss, this.#space >> 1) ? 0 : free
    const window = Math.min(offer >= promised ? Math.ceil(offer / unit) : Math.floor(promised / unit), MAX_UNSCALED)
    const end = seqAdd(next, window * unit)
    if (seqDiff(end, this.#end) > 0) this.#end = end
    return window
  }
  /** A reader has made room: the peer should know when it is twice what it knows of, and worth a segment. */
  isWorthTelling(next: number, unread: number): boolean {
    const known = this.room(next)
    const free = this.#space - unread
    return free >= 2 * known && free - known >= Math.min(this.#mss, this.#space >> 1)
  }
}
