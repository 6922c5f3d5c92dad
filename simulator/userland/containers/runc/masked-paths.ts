// What a container must not see or write (libcontainer/rootfs_linux.go): covered with /dev/null or an empty tmpfs, or bound read-only over itself.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_REC, MS_REMOUNT } from '../../../abi/mount.ts'
import { call } from '../../libc/syscall.ts'
import { fail, goText, quoted } from '../go-error.ts'

export function* maskPath(path: string): Flow<void> {
  const bound = yield* call('mount', '/dev/null', path, '', MS_BIND, '')
  if (!isErr(bound) || bound === Errno.ENOENT) return
  const covered = bound === Errno.ENOTDIR ? yield* call('mount', 'tmpfs', path, 'tmpfs', MS_RDONLY, '') : bound
  if (isErr(covered)) fail(`can't mask path ${quoted(path)}: mount ${bound === Errno.ENOTDIR ? 'tmpfs' : '/dev/null'}:${path}: ${goText(covered)}`)
}

export function* makeReadonly(path: string): Flow<void> {
  const bound = yield* call('mount', path, path, '', MS_BIND | MS_REC, '')
  if (bound === Errno.ENOENT) return
  if (isErr(bound)) return fail(`can't make ${quoted(path)} read-only: mount ${path}:${path}: ${goText(bound)}`)
  const fs = yield* call('statfs', path)
  const kept = isErr(fs) ? 0 : fs.flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
  const done = yield* call('mount', path, path, '', kept | MS_BIND | MS_REMOUNT | MS_RDONLY, '')
  if (isErr(done)) fail(`can't make ${quoted(path)} read-only: mount ${path}:${path}: ${goText(done)}`)
}
