// Copying, chowning and removing directory trees for home directories.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_RDONLY, O_WRONLY } from '../../../abi/fcntl.ts'
import { isDir, isLnk, isReg } from '../../../abi/stat.ts'
import { call } from '../../libc/syscall.ts'
import { chmod, close, lchown, lstat, mkdir, open, readDir, readlink, readToEnd, rmdir, symlink, unlink, writeAll } from '../../libc/unistd.ts'

export function* children(dir: string): Flow<readonly string[]> {
  const entries = yield* readDir(dir)
  return isErr(entries) ? [] : entries.map((e) => e.name).filter((name) => name !== '.' && name !== '..')
}

/** Copies what is in a directory; everything becomes the new owner's. */
export function* copyTree(from: string, to: string, uid: number, gid: number): Flow<void> {
  for (const name of yield* children(from)) {
    const source = `${from}/${name}`
    const target = `${to}/${name}`
    const st = yield* lstat(source)
    if (isErr(st)) continue
    if (isDir(st.mode)) {
      yield* mkdir(target, 0o700)
      yield* copyTree(source, target, uid, gid)
    } else if (isLnk(st.mode)) {
      const link = yield* readlink(source)
      if (!isErr(link)) yield* symlink(link, target)
    } else if (isReg(st.mode)) yield* copyFile(source, target)
    yield* lchown(target, uid, gid)
    if (isLnk(st.mode)) continue
    yield* chmod(target, st.mode & 0o7777)
    yield* call('utimensat', -100, target, st.atime, st.mtime, 0)
  }
}

function* copyFile(from: string, to: string): Flow<void> {
  const input = yield* open(from, O_RDONLY)
  if (isErr(input)) return
  const data = yield* readToEnd(input)
  yield* close(input)
  const output = yield* open(to, O_WRONLY | O_CREAT, 0o600)
  if (isErr(output)) return
  if (!isErr(data)) yield* writeAll(output, data)
  yield* close(output)
}

export function* removeTree(path: string): Flow<boolean> {
  const st = yield* lstat(path)
  if (isErr(st)) return false
  if (!isDir(st.mode)) return !isErr(yield* unlink(path))
  for (const name of yield* children(path)) yield* removeTree(`${path}/${name}`)
  return !isErr(yield* rmdir(path))
}

/** Gives everything a user owned to his new uid. */
export function* chownTree(path: string, from: number, to: number): Flow<void> {
  const st = yield* lstat(path)
  if (isErr(st)) return
  if (st.uid === from) yield* lchown(path, to, -1)
  if (isDir(st.mode)) for (const name of yield* children(path)) yield* chownTree(`${path}/${name}`, from, to)
}
