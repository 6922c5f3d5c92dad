// The monotonic clock in milliseconds.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { call } from '../../libc/syscall.ts'

const CLOCK_MONOTONIC = 1

export function* milliseconds(): Flow<number> {
  const t = yield* call('clock_gettime', CLOCK_MONOTONIC)
  return isErr(t) ? 0 : t.sec * 1000 + t.nsec / 1e6
}
