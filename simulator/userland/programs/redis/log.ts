// redis-server's log lines: process number, role (M: it serves, C: a child, or not yet serving), time to the millisecond, weight, words.
import { isErr } from '../../../abi/errno.ts'
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { gmtime } from '../../libc/time.ts'
import { writeAll } from '../../libc/unistd.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (n: number): string => String(n).padStart(2, '0')

/** ms since 1970 */
export function* realtimeMs(): Flow<number> {
  const time = yield* call('clock_gettime', CLOCK_REALTIME)
  return isErr(time) ? 0 : time.sec * 1000 + Math.floor(time.nsec / 1e6)
}
export function* ownPid(): Flow<number> {
  const pid = yield* call('getpid')
  return isErr(pid) ? 0 : pid
}

export class Log {
  /** `C` until it serves, and in a child. */
  role: 'C' | 'M'
  readonly fd: number

  constructor(role: 'C' | 'M', fd: number) {
    this.role = role
    this.fd = fd
  }

  /** `weight`: `#` warning, `*` notice. */
  *say(weight: '#' | '*', text: string): Flow<void> {
    const ms = yield* realtimeMs()
    const t = gmtime(Math.floor(ms / 1000))
    const time = `${two(t.day)} ${MONTHS[t.month]} ${t.year} ${two(t.hour)}:${two(t.min)}:${two(t.sec)}.${String(ms % 1000).padStart(3, '0')}`
    yield* this.raw(`${yield* ownPid()}:${this.role} ${time} ${weight} ${text}\n`)
  }
  *raw(text: string): Flow<void> {
    yield* writeAll(this.fd, encodeUtf8(text))
  }
}
