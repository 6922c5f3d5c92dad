// The event stream: plain data, ids only. Readers (the lens, World diffs, tests) subscribe or drain the ring; with none the cost is one check.

/** One kernel event. `tid` is the host-side PID of the task that caused it, 0 for the kernel itself. `cause` is the seq of the system call it happened in. */
export interface KernelEvent {
  readonly seq: number
  /** nanoseconds since boot */
  readonly time: number
  readonly tid: number
  readonly cause: number
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface EventSource { readonly globalPid: number; readonly currentSyscall: number }

const RING = 16384

export class Emitter {
  readonly #now: () => number
  #events: KernelEvent[] = []
  #seq = 0
  #dropped = 0
  enabled = true
  /** Hear every event as it happens. */
  readonly listeners = new Set<(event: KernelEvent) => void>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** Appends an event and answers its seq. Old events fall off after RING more. */
  emit(name: string, source: EventSource | undefined, data: Readonly<Record<string, unknown>>): number {
    const seq = ++this.#seq
    if (!this.enabled) return seq
    const event: KernelEvent = { seq, time: this.#now(), tid: source?.globalPid ?? 0, cause: source?.currentSyscall ?? 0, name, data }
    this.#events.push(event)
    if (this.listeners.size > 0) for (const listener of this.listeners) listener(event)
    if (this.#events.length > 2 * RING) {
      this.#dropped += this.#events.length - RING
      this.#events = this.#events.slice(-RING)
    }
    return seq
  }

  get lastSeq(): number {
    return this.#seq
  }
  get dropped(): number {
    return this.#dropped
  }

  /** Events after `seq`, oldest first. */
  since(seq: number): readonly KernelEvent[] {
    let at = this.#events.length
    while (at > 0 && this.#events[at - 1].seq > seq) at--
    return this.#events.slice(at)
  }
}
