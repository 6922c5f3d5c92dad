// Copies a directory tree with owners, modes, times, links and devices: a new volume gets what the image has, COPY puts files into a layer.
import { isErr } from '../../../../abi/errno.ts'
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../../abi/fcntl.ts'
import { isDir, isLnk, isReg } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { call } from '../../../libc/syscall.ts'
import { close, lstat, mkdir, open, readDir, readlink, readToEnd, symlink, unlink, writeAll } from '../../../libc/unistd.ts'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Copies one node and what is in it; `owner` replaces everybody's. A directory that is there gets the contents added. */
export function* copyTree(from: string, to: string, owner?: Owner): Flow<void> {
  const st = yield* lstat(from)
  if (isErr(st)) return
  if (isDir(st.mode)) {
    yield* mkdir(to, st.mode & 0o7777)
    const entries = yield* readDir(from)
    for (const { name } of isErr(entries) ? [] : entries) if (name !== '.' && name !== '..') yield* copyTree(`${from}/${name}`, `${to}/${name}`, owner)
  } else if (isLnk(st.mode)) {
    const target = yield* readlink(from)
    yield* unlink(to)
    if (!isErr(target)) yield* symlink(target, to)
  } else if (isReg(st.mode)) {
    const input = yield* open(from, O_RDONLY)
    if (isErr(input)) return
    const data = yield* readToEnd(input)
    yield* close(input)
    const output = yield* open(to, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    if (isErr(output)) return
    if (!isErr(data)) yield* writeAll(output, data)
    yield* close(output)
  } else yield* call('mknodat', -100, to, st.mode, st.rdev)
  yield* call('fchownat', -100, to, owner?.uid ?? st.uid, owner?.gid ?? st.gid, 0x100)
  if (!isLnk(st.mode)) yield* call('fchmodat', -100, to, st.mode & 0o7777)
  yield* call('utimensat', -100, to, 'omit', st.mtime, 0x100)
}
