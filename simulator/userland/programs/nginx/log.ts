// nginx's logs: lines with a level for errors, the `combined` format for requests.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { O_APPEND, O_CLOEXEC, O_CREAT, O_WRONLY } from '../../../abi/fcntl.ts'
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { gmtime } from '../../libc/time.ts'
import { close, open, writeAll } from '../../libc/unistd.ts'

export type Level = 'emerg' | 'alert' | 'crit' | 'error' | 'warn' | 'notice'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const two = (n: number): string => String(n).padStart(2, '0')

export function* seconds(): Flow<number> {
  const time = yield* call('clock_gettime', CLOCK_REALTIME)
  return isErr(time) ? 0 : time.sec
}
/** `22/Nov/2026:06:23:52 +0000` */
export function logTime(sec: number): string {
  const t = gmtime(sec)
  return `${two(t.day)}/${MONTHS[t.month]}/${t.year}:${two(t.hour)}:${two(t.min)}:${two(t.sec)} +0000`
}
/** `Sun, 22 Nov 2026 06:23:52 GMT` */
export function httpTime(sec: number): string {
  const t = gmtime(sec)
  return `${DAYS[t.wday]}, ${two(t.day)} ${MONTHS[t.month]} ${t.year} ${two(t.hour)}:${two(t.min)}:${two(t.sec)} GMT`
}

/** `2026/11/22 06:24:12 [warn] 1#1: message` */
export function* errorLine(level: Level, message: string): Flow<string> {
  const t = gmtime(yield* seconds())
  const pid = yield* call('getpid')
  const who = isErr(pid) ? 0 : pid
  return `${t.year}/${two(t.month + 1)}/${two(t.day)} ${two(t.hour)}:${two(t.min)}:${two(t.sec)} [${level}] ${who}#${who}: ${message}\n`
}

/** Log files by name, opened once and again when asked (`nginx -s reopen`). */
export class Logs {
  readonly #fds: Map<string, number>

  constructor() {
    this.#fds = new Map()
  }

  /** Opens a file for appending; undefined if that fails, with the reason for the caller to tell. */
  *open(path: string): Flow<number | Errno> {
    const known = path === 'stderr' || path === '/dev/stderr' ? 2 : this.#fds.get(path)
    if (known !== undefined) return known
    const fd = yield* open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    if (!isErr(fd)) this.#fds.set(path, fd)
    return fd
  }
  *write(path: string, text: string): Flow<void> {
    const fd = yield* this.open(path)
    if (!isErr(fd)) yield* writeAll(fd, encodeUtf8(text))
  }
  *reopen(): Flow<void> {
    const paths = [...this.#fds.keys()]
    for (const fd of this.#fds.values()) yield* close(fd)
    this.#fds.clear()
    for (const path of paths) yield* this.open(path)
  }
}
