// Concurrency inside one process as the Go run time does it: goroutines that run until they wait, one network poller for all of them. The programs that
// are written in Go on a real machine (docker, dockerd, containerd's shim) use it. One goroutine runs at a time; a blocking call blocks all, so reads go
// through `read`, which asks the poller first. Simpler than Go: no threads, no preemption, first in first out.
import { type Errno, Errno as E, isErr } from '../../abi/errno.ts'
import { POLLHUP, POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import type { Flow, SockAddr, SyscallRequest } from '../../abi/syscalls.ts'
import { call } from './syscall.ts'

/** Never reaches the kernel: tells the loop below that the running goroutine waits. */
const PARK: SyscallRequest = { nr: 'sched_yield', args: [] }
const CLOCK_MONOTONIC = 1

interface Goroutine {
  readonly flow: Generator<SyscallRequest, unknown, unknown>
  isReady: boolean
  fd: number
  events: number
  /** ms on the monotonic clock */
  deadline: number
}

/** Something goroutines wait for: wake() lets all of them look again. */
export class Signal {
  readonly waiting = new Set<() => void>()
  wake(): void {
    const all = [...this.waiting]
    this.waiting.clear()
    for (const ready of all) ready()
  }
}

export class GoRuntime {
  readonly #all = new Set<Goroutine>()
  #ready: Goroutine[] = []
  #current: Goroutine | undefined

  /** Starts a goroutine; it first runs when the current one waits. */
  go(flow: Flow<void>): void {
    const g: Goroutine = { flow, isReady: true, fd: -1, events: 0, deadline: Infinity }
    this.#all.add(g)
    this.#ready.push(g)
  }

  /** Runs `main` and what it starts; answers main's result, whatever the others still do. */
  *run<T>(main: Flow<T>): Flow<T> {
    const result: { value?: T; isOver: boolean } = { isOver: false }
    this.go((function* () {
      result.value = yield* main
      result.isOver = true
    })())
    while (!result.isOver) {
      const g = this.#ready.shift()
      if (g === undefined) yield* this.#poll()
      else yield* this.#resume(g)
    }
    return result.value as T
  }

  *#resume(g: Goroutine): Flow<void> {
    this.#current = g
    g.isReady = false
    let step = g.flow.next()
    while (step.done !== true) {
      if (step.value === PARK) return
      const answer = yield step.value
      this.#current = g
      step = g.flow.next(answer)
    }
    this.#all.delete(g)
  }

  #wake(g: Goroutine): void {
    if (g.isReady) return
    g.isReady = true
    g.fd = -1
    g.deadline = Infinity
    this.#ready.push(g)
  }

  *#poll(): Flow<void> {
    const watched = [...this.#all].filter((g) => g.fd >= 0)
    const deadline = Math.min(...[...this.#all].map((g) => g.deadline))
    const timeout = deadline === Infinity ? -1 : Math.max(0, deadline - (yield* monotonicMs()))
    const events = yield* call('poll', watched.map((g) => ({ fd: g.fd, events: g.events })), timeout)
    if (!isErr(events)) watched.forEach((g, i) => events[i] !== 0 && this.#wake(g))
    const now = deadline === Infinity ? 0 : yield* monotonicMs()
    for (const g of this.#all) if (g.deadline <= now) this.#wake(g)
  }

  *#park(set: Partial<Goroutine>): Flow<void> {
    const g = this.#current
    if (g === undefined) throw new Error('goroutine: nobody runs')
    Object.assign(g, set)
    yield PARK
  }

  /** Lets the others run. */
  *yield(): Flow<void> {
    const g = this.#current
    if (g !== undefined) this.#wake(g)
    yield PARK
  }

  /** Sleeps until `wake` or, if given, for so many milliseconds. May also return early: look again. */
  *wait(signal: Signal, timeoutMs = Infinity): Flow<void> {
    const g = this.#current
    if (g === undefined) throw new Error('goroutine: nobody runs')
    const ready = (): void => this.#wake(g)
    signal.waiting.add(ready)
    yield* this.#park({ deadline: timeoutMs === Infinity ? Infinity : (yield* monotonicMs()) + timeoutMs })
    signal.waiting.delete(ready)
  }

  *sleep(ms: number): Flow<void> {
    yield* this.#park({ deadline: (yield* monotonicMs()) + ms })
  }

  *readable(fd: number): Flow<void> {
    yield* this.#park({ fd, events: POLLIN | POLLHUP })
  }

  /** Until there is something to read, or somebody wakes the signal. */
  *readableOr(fd: number, signal: Signal): Flow<void> {
    const g = this.#current
    if (g === undefined) throw new Error('goroutine: nobody runs')
    const ready = (): void => this.#wake(g)
    signal.waiting.add(ready)
    yield* this.readable(fd)
    signal.waiting.delete(ready)
  }

  *read(fd: number, count = 65536): Flow<Uint8Array | Errno> {
    yield* this.readable(fd)
    return yield* call('read', fd, count)
  }

  /** All of it, waiting for room. */
  *write(fd: number, data: Uint8Array): Flow<0 | Errno> {
    let rest = data
    while (rest.length > 0) {
      yield* this.#park({ fd, events: POLLOUT })
      const n = yield* call('write', fd, rest.length > 32768 ? rest.subarray(0, 32768) : rest)
      if (isErr(n)) {
        if (n === E.EAGAIN || n === E.EINTR) continue
        return n
      }
      rest = rest.subarray(n)
    }
    return 0
  }

  *accept(fd: number): Flow<{ readonly fd: number; readonly addr: SockAddr | undefined } | Errno> {
    yield* this.readable(fd)
    return yield* call('accept4', fd, 0)
  }
}

export function* monotonicMs(): Flow<number> {
  const t = yield* call('clock_gettime', CLOCK_MONOTONIC)
  return isErr(t) ? 0 : t.sec * 1000 + t.nsec / 1e6
}
