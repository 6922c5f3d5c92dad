// Concurrency inside one process as the Go run time does it: goroutines that run until they wait, one network poller for all of them. The programs that
// are written in Go on a real machine (docker, dockerd, containerd's shim) use it. One goroutine runs at a time; a blocking call blocks all, so reads go
// through `read`, which asks the poller first. Simpler than Go: no threads, no preemption, first in first out.
import { type Errno, Errno as E, isErr } from '../../abi/errno.ts'
import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, O_CLOEXEC, POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import type { Flow, SockAddr, SyscallRequest } from '../../abi/syscalls.ts'
import { call } from './syscall.ts'

/** Never reaches the kernel: tells the loop below that the running goroutine waits. */
const PARK: SyscallRequest = { nr: 'sched_yield', args: [] }
const CLOCK_MONOTONIC = 1
const MAX_EVENTS = 128
/** So much a pipe with any room takes at once. */
const PIPE_BUF = 4096

interface Goroutine {
  readonly flow: Generator<SyscallRequest, unknown, unknown>
  isReady: boolean
  fd: number
  events: number
  /** ms on the monotonic clock */
  deadline: number
  /** Has begun to wait since the kernel was last told. */
  isNew: boolean
  /** The descriptor it waited for has been closed. */
  isCut: boolean
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
  #epoll = -1
  /** What the epoll descriptor watches. */
  readonly #watched = new Map<number, number>()

  /** Starts a goroutine; it first runs when the current one waits. */
  go(flow: Flow<void>): void {
    const g: Goroutine = { flow, isReady: true, fd: -1, events: 0, deadline: Infinity, isNew: false, isCut: false }
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

  /** Waits until a goroutine can go on: its descriptor is ready, or its time has come. */
  *#poll(): Flow<void> {
    if (this.#epoll < 0) {
      const fd = yield* call('epoll_create1', O_CLOEXEC)
      if (!isErr(fd)) this.#epoll = fd
    }
    yield* this.#watch()
    if (this.#ready.length > 0) return
    const deadline = Math.min(...[...this.#all].map((g) => g.deadline))
    const timeout = deadline === Infinity ? -1 : Math.max(0, deadline - (yield* monotonicMs()))
    const events = yield* call('epoll_wait', this.#epoll, MAX_EVENTS, timeout)
    for (const { fd, events: got } of isErr(events) ? [] : events) {
      for (const g of this.#all) if (g.fd === fd && (got & (g.events | POLLHUP | POLLERR)) !== 0) this.#wake(g)
    }
    const now = deadline === Infinity ? 0 : yield* monotonicMs()
    for (const g of this.#all) if (g.deadline <= now) this.#wake(g)
  }

  /** Tells the kernel what the waiting goroutines wait for; what it can't watch is as good as ready. */
  *#watch(): Flow<void> {
    const wanted = new Map<number, number>()
    for (const g of this.#all) if (g.fd >= 0) wanted.set(g.fd, (wanted.get(g.fd) ?? 0) | g.events)
    for (const fd of this.#watched.keys()) {
      if (wanted.has(fd)) continue
      yield* call('epoll_ctl', this.#epoll, EPOLL_CTL_DEL, fd, 0)
      this.#watched.delete(fd)
    }
    for (const [fd, all] of wanted) {
      const waiting = [...this.#all].filter((g) => g.fd === fd)
      const added = waiting.filter((g) => g.isNew)
      if (this.#watched.get(fd) === all && added.length === 0) continue
      let events = all
      let done = yield* call('epoll_ctl', this.#epoll, this.#watched.has(fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, events)
      if (done === E.ENOENT) {
        // the number stands for another file now: who waited for the old one waits for nothing
        for (const g of waiting) if (!g.isNew) this.#cut(g)
        events = added.reduce((sum, g) => sum | g.events, 0)
        done = yield* call('epoll_ctl', this.#epoll, EPOLL_CTL_ADD, fd, events)
      } else if (done === E.EEXIST) done = yield* call('epoll_ctl', this.#epoll, EPOLL_CTL_MOD, fd, events)
      for (const g of added) g.isNew = false
      if (isErr(done)) {
        this.#watched.delete(fd)
        for (const g of waiting) this.#wake(g)
      } else this.#watched.set(fd, events)
    }
  }

  #cut(g: Goroutine): void {
    g.isCut = true
    this.#wake(g)
  }
  get #isCut(): boolean {
    return this.#current?.isCut === true
  }

  /** close(2); goroutines that wait for the descriptor go on with EBADF. */
  *close(fd: number): Flow<0 | Errno> {
    for (const g of this.#all) if (g.fd === fd) this.#cut(g)
    // another process may have the file open still, and epoll would go on telling of it
    if (this.#watched.delete(fd)) yield* call('epoll_ctl', this.#epoll, EPOLL_CTL_DEL, fd, 0)
    return yield* call('close', fd)
  }

  *#park(set: Partial<Goroutine>): Flow<void> {
    const g = this.#current
    if (g === undefined) throw new Error('goroutine: nobody runs')
    Object.assign(g, set)
    g.isNew = g.fd >= 0
    g.isCut = false
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

  /** Until the descriptor is ready for `events`, or the time is over. */
  *ready(fd: number, events: number, timeoutMs: number): Flow<void> {
    yield* this.#park({ fd, events, deadline: (yield* monotonicMs()) + timeoutMs })
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
    return this.#isCut ? E.EBADF : yield* call('read', fd, count)
  }

  /** All of it, waiting for room. */
  *write(fd: number, data: Uint8Array): Flow<0 | Errno> {
    let rest = data
    while (rest.length > 0) {
      const room = yield* call('poll', [{ fd, events: POLLOUT }], 0)
      if (!isErr(room) && room[0] === 0) {
        yield* this.#park({ fd, events: POLLOUT })
        if (this.#isCut) return E.EBADF
      }
      const n = yield* call('write', fd, rest.length > PIPE_BUF ? rest.subarray(0, PIPE_BUF) : rest)
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
    return this.#isCut ? E.EBADF : yield* call('accept4', fd, 0)
  }
}

export function* monotonicMs(): Flow<number> {
  const t = yield* call('clock_gettime', CLOCK_MONOTONIC)
  return isErr(t) ? 0 : t.sec * 1000 + t.nsec / 1e6
}
