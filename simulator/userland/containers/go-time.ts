// The clock as Go prints it: time.RFC3339 and time.RFC3339Nano, in UTC.
import type { Flow, Timespec } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { CLOCK_REALTIME } from '../../abi/sched.ts'
import { call } from '../libc/syscall.ts'
import { gmtime } from '../libc/time.ts'

const two = (n: number): string => String(n).padStart(2, '0')

/** `2026-11-22T05:45:50Z` */
export function rfc3339(seconds: number): string {
  const t = gmtime(seconds)
  return `${String(t.year).padStart(4, '0')}-${two(t.month + 1)}-${two(t.day)}T${two(t.hour)}:${two(t.min)}:${two(t.sec)}Z`
}

/** The same with the fraction of the second, without trailing zeros. */
export function rfc3339Nano({ sec, nsec }: Timespec): string {
  const fraction = String(nsec).padStart(9, '0').replace(/0+$/, '')
  return fraction === '' ? rfc3339(sec) : rfc3339(sec).replace('Z', `.${fraction}Z`)
}

export function* timeNow(): Flow<Timespec> {
  const time = yield* call('clock_gettime', CLOCK_REALTIME)
  return isErr(time) ? { sec: 0, nsec: 0 } : time
}
