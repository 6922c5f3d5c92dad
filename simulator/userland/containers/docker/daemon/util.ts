// Small things every part of the daemon needs: ids, time stamps, directories, running a program.
import { type Errno, Errno as E, isErr } from '../../../../abi/errno.ts'
import { O_CLOEXEC, O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY } from '../../../../abi/fcntl.ts'
import { CLOCK_REALTIME } from '../../../../abi/sched.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../../lib/bytes.ts'
import { sha256 } from '../../../../lib/digest.ts'
import { call } from '../../../libc/syscall.ts'
import { gmtime } from '../../../libc/time.ts'
import { close, execvpe, lstat, mkdir, open, readDir, rmdir, unlink, waitpid, writeAll } from '../../../libc/unistd.ts'
import { isDir } from '../../../../abi/stat.ts'

export const hex = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')

/** 64 hexadecimal digits; never all digits in the first twelve, as Docker's stringid takes care. */
export function* newId(): Flow<string> {
  for (;;) {
    const bytes = yield* call('getrandom', 32)
    const id = isErr(bytes) ? '' : hex(bytes)
    if (!/^\d{12}/.test(id)) return id
  }
}

export function sha256Hex(data: string | Uint8Array): string {
  const digest = sha256()
  digest.update(typeof data === 'string' ? encodeUtf8(data) : data)
  return digest.hex()
}

export interface Instant {
  /** seconds since 1970 */
  readonly sec: number
  readonly nsec: number
}
export const ZERO_TIME = '0001-01-01T00:00:00Z'

export function* now(): Flow<Instant> {
  const t = yield* call('clock_gettime', CLOCK_REALTIME)
  return isErr(t) ? { sec: 0, nsec: 0 } : t
}

const two = (n: number): string => String(n).padStart(2, '0')
/** time.RFC3339Nano in UTC */
export function rfc3339({ sec, nsec }: Instant, keepZeros = false): string {
  const t = gmtime(sec)
  const nine = String(nsec).padStart(9, '0')
  const fraction = keepZeros ? nine : nine.replace(/0+$/, '')
  return `${t.year}-${two(t.month + 1)}-${two(t.day)}T${two(t.hour)}:${two(t.min)}:${two(t.sec)}${fraction === '' ? '' : `.${fraction}`}Z`
}
export function* timestamp(): Flow<string> {
  return rfc3339(yield* now())
}

/** mkdir -p; the last component gets `mode`. */
export function* mkdirAll(path: string, mode = 0o755, uid = 0, gid = 0): Flow<Errno | undefined> {
  const there = yield* lstat(path)
  if (!isErr(there)) return undefined
  const parent = path.slice(0, path.lastIndexOf('/'))
  if (parent !== '') {
    const failed = yield* mkdirAll(parent, 0o755)
    if (failed !== undefined) return failed
  }
  const made = yield* mkdir(path, mode)
  if (isErr(made) && made !== E.EEXIST) return made
  yield* call('fchmodat', -100, path, mode)
  if (uid !== 0 || gid !== 0) yield* call('fchownat', -100, path, uid, gid, 0)
  return undefined
}

/** rm -rf */
export function* removeAll(path: string): Flow<void> {
  const st = yield* lstat(path)
  if (isErr(st)) return
  if (!isDir(st.mode)) {
    yield* unlink(path)
    return
  }
  const entries = yield* readDir(path)
  if (!isErr(entries)) for (const { name } of entries) if (name !== '.' && name !== '..') yield* removeAll(`${path}/${name}`)
  yield* rmdir(path)
}

/** Writes a whole file with exactly this mode. */
export function* putFile(path: string, data: string | Uint8Array, mode = 0o644): Flow<Errno | undefined> {
  const fd = yield* open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
  if (isErr(fd)) return fd
  yield* call('fchmod', fd, mode)
  const n = yield* writeAll(fd, typeof data === 'string' ? encodeUtf8(data) : data)
  yield* close(fd)
  return isErr(n) ? n : undefined
}
/** An empty file unless something is there. */
export function* touchFile(path: string, mode = 0o755): Flow<void> {
  const fd = yield* open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
  if (!isErr(fd)) yield* close(fd)
}

export interface RunResult {
  readonly status: number
  readonly output: string
}

/** Runs a program and waits for it; output and errors together. Everything else waits with us: only for short ones. */
export function* runProgram(argv: readonly string[], options: { readonly cwd?: string; readonly env?: readonly string[]; readonly dropsErrors?: boolean } = {}): Flow<RunResult> {
  const pipe = yield* call('pipe2', O_CLOEXEC)
  if (isErr(pipe)) return { status: 127, output: pipe.message }
  const [output, input] = pipe
  const pid = yield* call('clone', 0, function* () {
    const null0 = yield* open('/dev/null', O_RDWR)
    if (!isErr(null0)) yield* call('dup2', null0, 0)
    yield* call('dup2', input, 1)
    yield* call('dup2', options.dropsErrors === true && !isErr(null0) ? null0 : input, 2)
    yield* call('close_range', 3, 4294967295, 0)
    if (options.cwd !== undefined) yield* call('chdir', options.cwd)
    const error = yield* execvpe(argv[0], argv, options.env ?? ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'])
    yield* writeAll(2, encodeUtf8(`exec: "${argv[0]}": ${error.message}\n`))
    return 127
  })
  yield* close(input)
  if (isErr(pid)) return { status: 127, output: pid.message }
  const parts: Uint8Array[] = []
  for (;;) {
    const part = yield* call('read', output, 65536)
    if (isErr(part) || part.length === 0) break
    parts.push(part)
  }
  yield* close(output)
  const ended = yield* waitpid(pid)
  const word = isErr(ended) ? 127 << 8 : ended.status
  return { status: (word & 0x7f) === 0 ? (word >> 8) & 0xff : 128 + (word & 0x7f), output: decodeUtf8(concatBytes(parts)) }
}
