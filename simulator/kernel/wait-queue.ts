// Wait queues and what a sleeping system call yields. A handler that may sleep is a generator in xv6's loop form:
//   while (pipe.isEmpty()) { if (pipe.hasNoWriters()) return EOF; yield pipe.readable }
// It must hold nothing across a yield: a signal may drop it there (the call then fails with EINTR or starts again from its beginning).

/** Something that can be woken: a sleeping task, or a poller. */
export interface Waiter {
  /** Called once; the waiter has been taken off every queue it waited on. */
  wake(): void
}

export class WaitQueue {
  /** Few queues ever have one. */
  #waiters: Set<Waiter> | undefined

  add(waiter: Waiter): void {
    this.#waiters ??= new Set()
    this.#waiters.add(waiter)
  }

  remove(waiter: Waiter): void {
    this.#waiters?.delete(waiter)
  }

  /** Wakes everybody; each looks again at what it waited for. */
  wakeAll(): void {
    if (this.#waiters === undefined || this.#waiters.size === 0) return
    for (const waiter of [...this.#waiters]) waiter.wake()
  }

  get isEmpty(): boolean {
    return this.#waiters === undefined || this.#waiters.size === 0
  }
}

/** What to sleep on: a queue, several, or until a time of the monotonic clock (nanoseconds since boot). Whoever is woken checks again. */
export type WaitFor = WaitQueue | { readonly queues: readonly WaitQueue[]; readonly deadline?: number }

/** A kernel function that may sleep. */
export type KFlow<T> = Generator<WaitFor, T, void>
/** A result, at once or after sleeping. */
export type Sleepable<T> = T | KFlow<T>

export function isKFlow<T>(value: Sleepable<T>): value is KFlow<T> {
  return typeof value === 'object' && value !== null && typeof (value as { next?: unknown }).next === 'function' && typeof (value as { throw?: unknown }).throw === 'function'
}

/** Waits for a sleepable's value inside a KFlow. */
export function* wait<T>(value: Sleepable<T>): KFlow<T> {
  return isKFlow(value) ? yield* value : value
}
