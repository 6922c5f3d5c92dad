// One mount as libmount does it: resolve the paths, make the calls in order (mount, flags of a bind, propagation), explain a failure.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, type Errno, isErr } from '../../../abi/errno.ts'
import { O_APPEND, O_CLOEXEC, O_CREAT, O_WRONLY } from '../../../abi/fcntl.ts'
import { MS_BIND, MS_MOVE, MS_RDONLY, MS_REC, MS_REMOUNT, MS_SILENT } from '../../../abi/mount.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { getpwuid } from '../../libc/pwd.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { call } from '../../libc/syscall.ts'
import { close, mkdir, open, readFile, writeAll } from '../../libc/unistd.ts'
import { explainMountError } from './mount-errors.ts'
import { parseMountOptions, type ParsedOptions } from './mount-options.ts'

/** Exit status of a failed mount or umount call. */
export const MNT_EX_FAIL = 32, MNT_EX_SOMEOK = 64

export interface MountJob {
  readonly source: string | undefined
  readonly target: string
  readonly fstype: string | undefined
  readonly options: string
  readonly fake: boolean
  readonly verbose: boolean
  /** Make the mount point first, with this mode. */
  readonly mkdir: number | undefined
  /** The word of fstab that lets users mount it. */
  readonly userMount: string | undefined
}

/** Gives up the setuid privilege of mount and umount; from then on the kernel decides. */
export function* dropPrivileges(): Flow<void> {
  const uid = (yield* call('getuid')) as number
  if (uid === 0 || (yield* call('geteuid')) !== 0) return
  yield* call('setgid', (yield* call('getgid')) as number)
  yield* call('setuid', uid)
}

/** The directories above a path, topmost first: `/a`, `/a/b` for `/a/b/c`. */
export const parentsOf = (path: string): string[] => path.split('/').slice(1, -1).map((_, i, parts) => `/${parts.slice(0, i + 1).join('/')}`)

interface Failure {
  readonly errno: Errno
  readonly flags: number
  readonly propagation: boolean
  readonly fstype: string | undefined
}

export function* mountOne(c: Crt, job: MountJob): Flow<number> {
  const uid = (yield* call('getuid')) as number
  if (uid !== 0 && job.userMount === undefined) yield* dropPrivileges()
  const options = parseMountOptions(job.options)
  if (options.words.includes('loop')) {
    yield* warn(c, `${job.target}: mount failed: ${E.EPERM.message}.`)
    return MNT_EX_FAIL
  }
  if (job.mkdir !== undefined || options.words.some((w) => /^X-mount\.mkdir/.test(w))) yield* makeMountPoint(job.target, job.mkdir ?? 0o755)
  const target = yield* resolved(job.target)
  const isPath = (options.flags & (MS_BIND | MS_MOVE)) !== 0 || job.fstype === undefined || job.source?.startsWith('/')
  const source = job.source !== undefined && isPath ? yield* resolved(job.source) : job.source
  const failure = job.fake ? undefined : yield* perform(job, source, target, options)
  if (failure) {
    const why = yield* explainMountError({ source, target, ...failure })
    yield* warn(c, `${target}: ${why}.`)
    yield* c.stderr.write('       dmesg(1) may have more information after failed mount system call.\n')
    return MNT_EX_FAIL
  }
  if (uid !== 0 && job.userMount !== undefined) yield* recordUser(source ?? 'none', target, uid)
  if (job.verbose) yield* c.stdout.write(`${c.name}: ${success(source ?? 'none', target, options)}\n`)
  return 0
}

function success(source: string, target: string, { flags, propagation }: ParsedOptions): string {
  if ((flags & MS_MOVE) !== 0) return `${source} moved to ${target}.`
  if ((flags & MS_BIND) !== 0 && (flags & MS_REMOUNT) === 0) return `${source} bound on ${target}.`
  return flags === 0 && propagation.length > 0 ? `${target} propagation flags changed.` : `${source} mounted on ${target}.`
}

function* resolved(path: string): Flow<string> {
  const real = yield* canonicalize(path)
  return isErr(real) ? path : real
}

function* makeMountPoint(path: string, mode: number): Flow<void> {
  for (const dir of [...parentsOf(path), path]) yield* mkdir(dir, mode)
}

function* perform(job: MountJob, source: string | undefined, target: string, options: ParsedOptions): Flow<Failure | undefined> {
  const { flags, data } = options
  const fail = (errno: Errno, at = flags, propagation = false): Failure => ({ errno, flags: at, propagation, fstype: job.fstype })
  const onlyPropagation = options.propagation.length > 0 && flags === 0 && source === undefined
  if (!onlyPropagation) {
    const isNew = (flags & (MS_BIND | MS_MOVE | MS_REMOUNT)) === 0
    const result = yield* isNew ? mountNew(source, target, job.fstype, flags, data) : call('mount', source ?? 'none', target, (flags & MS_REMOUNT) !== 0 ? (job.fstype ?? '') : '', flags, data)
    if (isErr(result)) return fail(result, (result === E.EACCES || result === E.EROFS) && isNew ? flags | MS_RDONLY : flags)
    const more = flags & ~(MS_BIND | MS_REC | MS_SILENT)
    // The first call of a bind mount ignores other flags; a second one sets them, on the topmost mount only.
    if ((flags & MS_BIND) !== 0 && (flags & MS_REMOUNT) === 0 && more !== 0) {
      const set = yield* call('mount', 'none', target, '', MS_REMOUNT | MS_BIND | more, '')
      if (isErr(set)) return fail(set, flags, true)
    }
  }
  for (const change of options.propagation) {
    const changed = yield* call('mount', 'none', target, '', change, '')
    if (isErr(changed)) return fail(changed, change, true)
  }
  return undefined
}

/**
 * A new file system; read-only if its device can't be written; if no type is known, each type that needs a device until one fits,
 * of several types the first that does.
 */
function* mountNew(source: string | undefined, target: string, fstype: string | undefined, flags: number, data: string): Flow<0 | Errno> {
  const types = fstype === undefined || fstype === 'auto' ? yield* deviceTypes() : fstype.split(',')
  let last: Errno = E.ENODEV
  for (const type of types) {
    let result = yield* call('mount', source ?? 'none', target, type, flags, data)
    if ((result === E.EROFS || result === E.EACCES) && (flags & MS_RDONLY) === 0) result = yield* call('mount', source ?? 'none', target, type, flags | MS_RDONLY, data)
    if (!isErr(result)) return 0
    last = result
    if (result !== E.EINVAL && result !== E.ENODEV) return result
  }
  return last
}

function* deviceTypes(): Flow<readonly string[]> {
  const text = yield* readFile('/proc/filesystems')
  return isErr(text) ? [] : text.split('\n').filter((line) => line.startsWith('\t')).map((line) => line.trim())
}

/** Who mounted it, for umount: the mount options that only user space knows. */
function* recordUser(source: string, target: string, uid: number): Flow<void> {
  const user = yield* getpwuid(uid)
  yield* mkdir('/run/mount', 0o755)
  const fd = yield* open('/run/mount/utab', O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
  if (isErr(fd)) return
  yield* writeAll(fd, encodeUtf8(`SRC=${source} TARGET=${target} ROOT=/ OPTS=user=${user?.name ?? uid}\n`))
  yield* close(fd)
}
