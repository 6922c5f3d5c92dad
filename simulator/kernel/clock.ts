// The virtual clock: nanoseconds since boot. It moves only when the scheduler says so: a little for work done, or to the next deadline when nobody can run.

interface Timer { readonly at: number; readonly seq: number; readonly fire: () => void; cancelled: boolean }

export const NSEC_PER_SEC = 1e9
export const NSEC_PER_MSEC = 1e6
export const NSEC_PER_USEC = 1e3

export class Clock {
  #now = 0
  #seq = 0
  readonly #heap: Timer[] = []
  /** milliseconds since 1970 at boot; CLOCK_REALTIME = this + monotonic */
  realtimeOffsetMs: number

  constructor(bootTimeMs: number) {
    this.realtimeOffsetMs = bootTimeMs
  }

  /** CLOCK_MONOTONIC in nanoseconds */
  get now(): number {
    return this.#now
  }
  /** CLOCK_REALTIME in milliseconds since 1970, with fractions */
  get realtimeMs(): number {
    return this.realtimeOffsetMs + this.#now / NSEC_PER_MSEC
  }

  /** Calls `fire` when the clock reaches `at`. Answers a function that cancels it. Equal times fire in the order they were asked for. */
  at(at: number, fire: () => void): () => void {
    const timer: Timer = { at, seq: this.#seq++, fire, cancelled: false }
    this.#push(timer)
    return () => {
      timer.cancelled = true
    }
  }

  get nextDeadline(): number | undefined {
    while (this.#heap.length > 0 && this.#heap[0].cancelled) this.#pop()
    return this.#heap[0]?.at
  }

  /** Moves time forward and fires what is due. */
  advance(to: number): void {
    if (to > this.#now) this.#now = to
    for (;;) {
      const next = this.nextDeadline
      if (next === undefined || next > this.#now) return
      this.#pop().fire()
    }
  }

  #before(a: Timer, b: Timer): boolean {
    return a.at < b.at || (a.at === b.at && a.seq < b.seq)
  }
  #push(timer: Timer): void {
    const heap = this.#heap
    let i = heap.length
    heap.push(timer)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.#before(timer, heap[parent])) break
      heap[i] = heap[parent]
      i = parent
    }
    heap[i] = timer
  }
  #pop(): Timer {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop() as Timer
    if (heap.length > 0) {
      let i = 0
      for (;;) {
        let child = 2 * i + 1
        if (child >= heap.length) break
        if (child + 1 < heap.length && this.#before(heap[child + 1], heap[child])) child++
        if (!this.#before(heap[child], last)) break
        heap[i] = heap[child]
        i = child
      }
      heap[i] = last
    }
    return top
  }
}
