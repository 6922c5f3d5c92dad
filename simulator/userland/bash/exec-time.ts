// The reserved word `time`.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { CLOCK_MONOTONIC } from '../../abi/sched.ts'
import { call } from '../libc/syscall.ts'
import type { Shell } from './state.ts'

interface Times { readonly real: number; readonly user: number; readonly system: number }

export function* startTimer(): Flow<Times> {
  const now = yield* call('clock_gettime', CLOCK_MONOTONIC)
  const own = yield* call('getrusage', false)
  const children = yield* call('getrusage', true)
  const sum = (key: 'utime' | 'stime'): number => (isErr(own) ? 0 : own[key]) + (isErr(children) ? 0 : children[key])
  return { real: isErr(now) ? 0 : now.sec + now.nsec / 1e9, user: sum('utime'), system: sum('stime') }
}

const bashTime = (seconds: number): string => `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`

export function* reportTime(sh: Shell, start: Times, posix: boolean): Flow<void> {
  const end = yield* startTimer()
  const spans = [['real', end.real - start.real], ['user', end.user - start.user], ['sys', end.system - start.system]] as const
  yield* sh.flush()
  const lines = spans.map(([name, t]) => (posix ? `${name} ${t.toFixed(2)}\n` : `${name}\t${bashTime(t)}\n`)).join('')
  yield* sh.write2(posix ? lines : `\n${lines}`)
}
