// The workers: one burns processor time, one takes memory and gives it back, one forks. Each counts what it has done in memory shared with the parent.
import { Errno, isErr } from '../../../abi/errno.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import { SIGKILL, WIFEXITED, WTERMSIG } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { waitpid } from '../../libc/unistd.ts'
import type { Kind, Plan } from './options.ts'

/** Shared with the parent. */
export interface Counter { ops: number; isOver: boolean }

/** µs of one pass of the cpu worker's methods, and of writing a megabyte. */
const PASS = 3000, PER_MEGABYTE = 3000
const PROT_READ_WRITE = 3, MAP_PRIVATE_ANONYMOUS = 0x22
/** Passes over the memory are counted page by page, this many to a million bytes. */
const OPS_PER_MEGABYTE = 16
const RETRY_NS = 10_000_000

export function* runWorker(c: Crt, kind: Kind, plan: Plan, instances: number, counter: Counter, limit: number): Flow<number> {
  yield* call('proctitle', `stress-ng-${kind} [${kind === 'vm' ? 'wait' : 'run'}]`)
  const goesOn = (): boolean => !counter.isOver && counter.ops < limit
  if (kind === 'cpu') {
    while (goesOn()) {
      yield* call('cpu', PASS)
      counter.ops++
    }
    return 0
  }
  if (kind === 'fork') {
    while (goesOn()) {
      const pid = yield* forkChild(c, function* () {
        return 0
      })
      if (isErr(pid)) yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: 0, nsec: RETRY_NS })
      else {
        yield* waitpid(pid)
        counter.ops++
      }
    }
    return 0
  }
  return yield* guardMemory(c, plan, Math.floor(plan.vmBytes / instances / 4096) * 4096, counter, goesOn)
}

/** The memory is taken in a child: whom the kernel kills for it is replaced, unless --oomable. */
function* guardMemory(c: Crt, plan: Plan, bytes: number, counter: Counter, goesOn: () => boolean): Flow<number> {
  while (goesOn()) {
    const pid = yield* forkChild(c, () => useMemory(plan, bytes, counter, goesOn))
    if (isErr(pid)) {
      yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: 0, nsec: RETRY_NS })
      continue
    }
    let waited = yield* waitpid(pid)
    while (waited === Errno.EINTR) {
      yield* call('kill', pid, SIGKILL)
      waited = yield* waitpid(pid)
    }
    if (isErr(waited)) return 1
    if (WIFEXITED(waited.status)) return 0
    if (WTERMSIG(waited.status) !== SIGKILL || plan.isOomable) return 0
  }
  return 0
}
function* useMemory(plan: Plan, bytes: number, counter: Counter, goesOn: () => boolean): Flow<number> {
  yield* call('proctitle', 'stress-ng-vm [run]')
  let address: number | Errno | undefined
  while (goesOn()) {
    address ??= yield* call('mmap', 0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0)
    if (isErr(address)) {
      address = undefined
      yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: 0, nsec: RETRY_NS })
      continue
    }
    yield* call('cpu', Math.max(1, Math.ceil(bytes / 1048576 * PER_MEGABYTE)))
    counter.ops += Math.max(1, Math.round(bytes / 1048576 * OPS_PER_MEGABYTE))
    if (plan.vmHang !== undefined) yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: plan.vmHang === 0 ? 1e9 : plan.vmHang, nsec: 0 })
    if (plan.keepsMemory) continue
    yield* call('munmap', address, bytes)
    address = undefined
  }
  return 0
}
