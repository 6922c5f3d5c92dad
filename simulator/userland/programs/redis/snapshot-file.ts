// How a snapshot comes onto the disk (rdb.c, rdbSave).
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { call } from '../../libc/syscall.ts'
import { close, getcwd, open, rename, unlink, writeAll } from '../../libc/unistd.ts'
import { type Log, ownPid } from './log.ts'

/** A new file first, which then takes the old one's name. Answers whether it has. */
export function* writeDump(log: Log, bytes: Uint8Array, target: string): Flow<boolean> {
  const name = `temp-${yield* ownPid()}.rdb`
  const fd = yield* open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  if (isErr(fd)) {
    const cwd = yield* getcwd()
    yield* log.say('#', `Failed opening the temp RDB file ${name} (in server root dir ${isErr(cwd) ? 'unknown' : cwd}) for saving: ${fd.message}`)
    return false
  }
  const written = yield* writeAll(fd, bytes)
  yield* call('fsync', fd)
  yield* close(fd)
  const moved = isErr(written) ? written : yield* rename(name, target)
  if (!isErr(moved)) return true
  yield* unlink(name)
  yield* log.say('#', `Write error saving DB on disk: ${moved.message}`)
  return false
}
