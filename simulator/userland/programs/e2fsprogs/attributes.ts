// Reading and setting attributes as libe2p does: only regular files and directories have them.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, type Errno, isErr } from '../../../abi/errno.ts'
import { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } from '../../../abi/fcntl.ts'
import { FS_IOC_GETFLAGS, FS_IOC_SETFLAGS } from '../../../abi/fs-flags.ts'
import { isDir, isReg } from '../../../abi/stat.ts'
import { call } from '../../libc/syscall.ts'
import { close, lstat, open } from '../../libc/unistd.ts'

function* onFile<T>(path: string, action: (fd: number) => Flow<T | Errno>): Flow<T | Errno> {
  const info = yield* lstat(path)
  if (isErr(info)) return info
  if (!isReg(info.mode) && !isDir(info.mode)) return E.EOPNOTSUPP
  const fd = yield* open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
  if (isErr(fd)) return fd
  const result = yield* action(fd)
  yield* close(fd)
  return result === E.ENOTTY ? E.EOPNOTSUPP : result
}

export const getFlags = (path: string): Flow<number | Errno> =>
  onFile(path, function* (fd) {
    const flags = yield* call('ioctl', fd, FS_IOC_GETFLAGS)
    return isErr(flags) ? flags : Number(flags)
  })

export const setFlags = (path: string, flags: number): Flow<number | Errno> =>
  onFile(path, function* (fd) {
    const done = yield* call('ioctl', fd, FS_IOC_SETFLAGS, flags)
    return isErr(done) ? done : 0
  })
