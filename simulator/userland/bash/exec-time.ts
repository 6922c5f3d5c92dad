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

/** TIMEFORMAT: %[digits][l]R, U, S, the percentage %P, and %%. */
function formatTimes(format: string, spans: readonly (readonly [string, number])[]): string {
  const [real, user, system] = spans.map(([, seconds]) => seconds)
  return format.replace(/%(?:%|(\d?)(l?)([RUS])|P)/g, (whole, digits: string | undefined, long: string | undefined, letter: string | undefined) => {
    if (whole === '%%') return '%'
    if (letter === undefined) return (real === 0 ? 0 : ((user + system) / real) * 100).toFixed(2)
    const seconds = letter === 'R' ? real : letter === 'U' ? user : system
    const places = digits === undefined || digits === '' ? 3 : Math.min(3, Number(digits))
    return long === 'l' ? `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(places)}s` : seconds.toFixed(places)
  })
}

export function* reportTime(sh: Shell, start: Times, posix: boolean): Flow<void> {
  const end = yield* startTimer()
  const spans = [['real', end.real - start.real], ['user', end.user - start.user], ['sys', end.system - start.system]] as const
  yield* sh.flush()
  const format = sh.bash && !posix ? sh.vars.get('TIMEFORMAT') : undefined
  if (format !== undefined) {
    const bad = /%\d?l?(.?)/s.exec(format.replace(/%(?:%|\d?l?[RUS]|P)/g, ''))?.[1]
    if (bad !== undefined) yield* sh.error(`TIMEFORMAT: \`${bad}': invalid format character`, '')
    else if (format !== '') yield* sh.write2(`${formatTimes(format, spans)}\n`)
    return
  }
  const lines = spans.map(([name, t]) => (posix ? `${name} ${t.toFixed(2)}\n` : `${name}\t${bashTime(t)}\n`)).join('')
  yield* sh.write2(posix ? lines : `\n${lines}`)
}
