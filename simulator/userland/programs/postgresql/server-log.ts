// The server's log on standard error: `%m [%p]`, then severity and words.
import { isErr } from '../../../abi/errno.ts'
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { gmtime } from '../../libc/time.ts'
import { writeAll } from '../../libc/unistd.ts'

const two = (n: number): string => String(n).padStart(2, '0')

/** ms since 1970 */
export function* nowMs(): Flow<number> {
  const time = yield* call('clock_gettime', CLOCK_REALTIME)
  return isErr(time) ? 0 : time.sec * 1000 + Math.floor(time.nsec / 1e6)
}
/** `2026-01-01 09:00:00` */
export function timeText(ms: number): string {
  const t = gmtime(Math.floor(ms / 1000))
  return `${t.year}-${two(t.month + 1)}-${two(t.day)} ${two(t.hour)}:${two(t.min)}:${two(t.sec)}`
}
export function* log(severity: 'LOG' | 'ERROR' | 'FATAL' | 'WARNING' | 'DETAIL' | 'HINT' | 'STATEMENT', text: string): Flow<void> {
  const ms = yield* nowMs()
  const pid = yield* call('getpid')
  yield* writeAll(2, encodeUtf8(`${timeText(ms)}.${String(ms % 1000).padStart(3, '0')} UTC [${isErr(pid) ? 0 : pid}] ${severity}:  ${text}\n`))
}
