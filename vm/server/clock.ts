// Time, passed in: limits and queues are tested without waiting for them.

export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number
  /** Calls back once after `ms` milliseconds; answers what cancels it. */
  after(ms: number, callback: () => void): () => void
}

export const realClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
