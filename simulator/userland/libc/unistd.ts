// Thin wrappers of the file and process calls under their C names, relative to the working directory. See the man page of each.
import type { Heap } from './malloc.ts'
import type { Dirent, Stat } from '../../abi/stat.ts'
import type { Flow, SigAction, WaitResult } from '../../abi/syscalls.ts'
import { AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC, O_DIRECTORY, O_CLOEXEC } from '../../abi/fcntl.ts'
import { TCGETS } from '../../abi/termios.ts'
import { type Errno, Errno as E, isErr } from '../../abi/errno.ts'
import { decodeUtf8, encodeUtf8, concatBytes } from '../../lib/bytes.ts'
import { call, callVia } from './syscall.ts'

export const open = (path: string, flags: number, mode = 0): Flow<number | Errno> => call('openat', AT_FDCWD, path, flags, mode)
export const close = (fd: number): Flow<0 | Errno> => call('close', fd)
export const read = (fd: number, count: number): Flow<Uint8Array | Errno> => call('read', fd, count)
export const stat = (path: string): Flow<Stat | Errno> => call('newfstatat', AT_FDCWD, path, 0)
export const lstat = (path: string): Flow<Stat | Errno> => call('newfstatat', AT_FDCWD, path, AT_SYMLINK_NOFOLLOW)
export const fstat = (fd: number): Flow<Stat | Errno> => call('newfstatat', fd, '', AT_EMPTY_PATH)
export const access = (path: string, mode: number): Flow<0 | Errno> => callVia('access', 'faccessat2', AT_FDCWD, path, mode, 0)
export const readlink = (path: string): Flow<string | Errno> => callVia('readlink', 'readlinkat', AT_FDCWD, path)
export const unlink = (path: string): Flow<0 | Errno> => call('unlinkat', AT_FDCWD, path, 0)
export const rmdir = (path: string): Flow<0 | Errno> => callVia('rmdir', 'unlinkat', AT_FDCWD, path, AT_REMOVEDIR)
/** unlinkat(2) of a directory, as rm(1) makes it. */
export const unlinkDirectory = (path: string): Flow<0 | Errno> => call('unlinkat', AT_FDCWD, path, AT_REMOVEDIR)
export const mkdir = (path: string, mode: number): Flow<0 | Errno> => callVia('mkdir', 'mkdirat', AT_FDCWD, path, mode)
export const symlink = (target: string, path: string): Flow<0 | Errno> => call('symlinkat', target, AT_FDCWD, path)
export const link = (from: string, to: string): Flow<0 | Errno> => call('linkat', AT_FDCWD, from, AT_FDCWD, to, 0)
export const rename = (from: string, to: string): Flow<0 | Errno> => call('renameat2', AT_FDCWD, from, AT_FDCWD, to, 0)
export const chmod = (path: string, mode: number): Flow<0 | Errno> => call('fchmodat', AT_FDCWD, path, mode)
export const chown = (path: string, uid: number, gid: number): Flow<0 | Errno> => call('fchownat', AT_FDCWD, path, uid, gid, 0)
export const lchown = (path: string, uid: number, gid: number): Flow<0 | Errno> => call('fchownat', AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW)
export const waitpid = (pid: number, options = 0): Flow<WaitResult | Errno> => call('wait4', pid, options)
export const kill = (pid: number, sig: number): Flow<0 | Errno> => call('kill', pid, sig)
export const sigaction = (sig: number, handler: SigAction['handler'], flags = 0): Flow<SigAction | Errno> => call('rt_sigaction', sig, { handler, mask: 0n, flags })

/** getcwd(3): ENOENT too for a directory that can't be reached from the root, which the system call names `(unreachable)/…`. */
export function* getcwd(): Flow<string | Errno> {
  const path = yield* call('getcwd')
  return !isErr(path) && !path.startsWith('/') ? E.ENOENT : path
}

/** isatty(3) */
export function* isatty(fd: number): Flow<boolean> {
  return !isErr(yield* call('ioctl', fd, TCGETS))
}

/** Writes all of `data`, as often as write(2) takes only a part. */
export function* writeAll(fd: number, data: Uint8Array): Flow<number | Errno> {
  let done = 0
  while (done < data.length) {
    const n = yield* call('write', fd, done === 0 ? data : data.subarray(done))
    if (isErr(n)) return n
    done += n
  }
  return done
}

/** Reads a descriptor to its end. */
export function* readToEnd(fd: number, heap?: Heap): Flow<Uint8Array | Errno> {
  const parts: Uint8Array[] = []
  for (;;) {
    const part = yield* call('read', fd, 65536)
    if (isErr(part)) return part
    if (part.length === 0) return concatBytes(parts)
    parts.push(part)
    const error = heap === undefined ? undefined : yield* heap.take(part.length)
    if (error !== undefined) return error
  }
}

/** A whole file as text. */
export function* readFile(path: string): Flow<string | Errno> {
  const fd = yield* open(path, O_RDONLY | O_CLOEXEC)
  if (isErr(fd)) return fd
  const data = yield* readToEnd(fd)
  yield* close(fd)
  return isErr(data) ? data : decodeUtf8(data)
}

/** Creates or empties a file and writes text into it in one write. */
export function* writeFile(path: string, text: string, flags = O_WRONLY | O_CREAT | O_TRUNC): Flow<number | Errno> {
  const fd = yield* open(path, flags, 0o666)
  if (isErr(fd)) return fd
  const n = yield* writeAll(fd, encodeUtf8(text))
  const closed = yield* close(fd)
  return isErr(n) ? n : isErr(closed) ? closed : n
}

/** opendir(3) and all its entries in directory order, `.` and `..` included; the descriptor is still open. A directory that has been removed reads as empty. */
export function* openDir(path: string): Flow<{ readonly fd: number; readonly entries: readonly Dirent[] } | Errno> {
  const fd = yield* open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  if (isErr(fd)) return fd
  const entries: Dirent[] = []
  for (;;) {
    const batch = yield* call('getdents64', fd)
    if (batch === E.ENOENT || (!isErr(batch) && batch.length === 0)) return { fd, entries }
    if (isErr(batch)) {
      yield* close(fd)
      return batch
    }
    entries.push(...batch)
  }
}

/** All entries of a directory, read and closed again. */
export function* readDir(path: string): Flow<readonly Dirent[] | Errno> {
  const dir = yield* openDir(path)
  if (isErr(dir)) return dir
  yield* close(dir.fd)
  return dir.entries
}

/** execve(2); a file the kernel doesn't know is given to /bin/sh, as execvp(3) does. */
function* execOrScript(path: string, argv: readonly string[], env: readonly string[]): Flow<Errno> {
  const error = (yield* call('execve', path, argv, env)) as Errno
  if (error !== E.ENOEXEC) return error
  return (yield* call('execve', '/bin/sh', ['/bin/sh', path, ...argv.slice(1)], env)) as Errno
}

/** execvp(3): searches PATH unless the name has a slash. Answers only on failure: the last EACCES seen, else ENOENT. */
export function* execvpe(file: string, argv: readonly string[], env: readonly string[]): Flow<Errno> {
  if (file === '') return E.ENOENT
  if (file.includes('/')) return yield* execOrScript(file, argv, env)
  const path = env.find((e) => e.startsWith('PATH='))?.slice(5) ?? '/bin:/usr/bin'
  let denied: Errno | undefined
  for (const dir of path.split(':')) {
    const error = yield* execOrScript(dir === '' ? file : `${dir}/${file}`, argv, env)
    if (error === E.EACCES) denied = error
    else if (error !== E.ENOENT && error !== E.ENOTDIR) return error
  }
  return denied ?? E.ENOENT
}
