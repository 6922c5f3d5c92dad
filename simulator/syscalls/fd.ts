// Descriptors themselves: dup(2), fcntl(2), flock(2), poll(2).
import { Errno } from '../abi/errno.ts'
import {
  F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_GETFL, F_GETLK, F_SETFD, F_SETFL, F_SETLK, F_SETLKW, FD_CLOEXEC, LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, O_APPEND, O_CLOEXEC,
  O_NONBLOCK, POLLNVAL,
} from '../abi/fcntl.ts'
import { NSEC_PER_MSEC } from '../kernel/clock.ts'
import type { Task } from '../kernel/task.ts'
import type { File } from '../kernel/vfs/file.ts'
import { fdLimit } from '../kernel/vfs/file-open.ts'
import { FileLocks, type RecordLock } from '../kernel/vfs/file-locks.ts'
import type { KFlow, WaitQueue } from '../kernel/wait-queue.ts'
import type { PollFd } from '../abi/syscalls.ts'
import type { Handlers } from './handlers.ts'

const locksOf = (file: File): FileLocks => (file.inode.locks ??= new FileLocks())

function duplicate(task: Task, fd: number, from: number, cloexec: boolean): number {
  const file = task.files.require(fd)
  const limit = fdLimit(task)
  if (from < 0 || from >= limit) throw Errno.EINVAL
  return task.files.install(task.files.lowestFree(limit, from), file.hold(), cloexec)
}

function duplicateTo(task: Task, fd: number, newfd: number, cloexec: boolean): number {
  const file = task.files.require(fd)
  if (newfd < 0 || newfd >= fdLimit(task)) throw Errno.EBADF
  return task.files.install(newfd, file.hold(), cloexec)
}

/** struct flock: what fcntl(2)'s lock commands take. */
interface Flock { readonly type: 'read' | 'write' | 'unlock'; readonly start: number; readonly length: number }

function recordLock(task: Task, file: File, cmd: number, arg: unknown): number | KFlow<number> {
  const { type, start, length } = arg as Flock
  if (start < 0) throw Errno.EINVAL
  const lock: RecordLock = { owner: task.files, pid: task.globalPid, isWrite: type === 'write', start, end: length === 0 ? Infinity : start + length }
  const locks = locksOf(file)
  if (type === 'unlock') {
    locks.clearRecords(lock.owner, lock.start, lock.end)
    return 0
  }
  if (cmd === F_GETLK) return locks.conflict(lock)?.pid ?? 0
  if (type === 'read' ? !file.canRead : !file.canWrite) throw Errno.EBADF
  if (cmd === F_SETLK || locks.conflict(lock) === undefined) {
    locks.setRecord(lock)
    return 0
  }
  return waitForRecord(locks, lock)
}

function* waitForRecord(locks: FileLocks, lock: RecordLock): KFlow<number> {
  while (locks.conflict(lock) !== undefined) yield locks.released
  locks.setRecord(lock)
  return 0
}

function* waitForFlock(locks: FileLocks, file: File, exclusive: boolean): KFlow<0> {
  while (!locks.tryFlock(file, exclusive)) yield locks.released
  return 0
}

function readyEvents(task: Task, fds: readonly PollFd[]): readonly number[] | undefined {
  let any = false
  const events = fds.map(({ fd, events: wanted }) => {
    if (fd < 0) return 0
    const file = task.files.get(fd)
    const got = file === undefined ? POLLNVAL : file.poll(task) & (wanted | 8 | 16)
    if (got !== 0) any = true
    return got
  })
  return any ? events : undefined
}

/** When a poll gives up; kept with the call so that a restart doesn't wait longer. */
class PollDeadline {
  readonly at: number
  constructor(at: number) {
    this.at = at
  }
}

function* waitForEvents(task: Task, fds: readonly PollFd[], timeoutMs: number): KFlow<readonly number[]> {
  const { clock } = task.kernel
  if (!(task.restart instanceof PollDeadline) && timeoutMs >= 0) task.restart = new PollDeadline(clock.now + timeoutMs * NSEC_PER_MSEC)
  const deadline = task.restart instanceof PollDeadline ? task.restart.at : undefined
  for (;;) {
    const ready = readyEvents(task, fds)
    if (ready !== undefined) return ready
    if (deadline !== undefined && clock.now >= deadline) return fds.map(() => 0)
    const queues: WaitQueue[] = []
    for (const { fd } of fds) queues.push(...(task.files.get(fd)?.pollQueues() ?? []))
    yield deadline === undefined ? { queues } : { queues, deadline }
  }
}

export const fdSyscalls = {
  dup(task, fd) {
    return duplicate(task, fd, 0, false)
  },
  dup2(task, fd, newfd) {
    if (fd !== newfd) return duplicateTo(task, fd, newfd, false)
    task.files.require(fd)
    return fd
  },
  dup3(task, fd, newfd, flags) {
    if (fd === newfd || (flags & ~O_CLOEXEC) !== 0) throw Errno.EINVAL
    return duplicateTo(task, fd, newfd, (flags & O_CLOEXEC) !== 0)
  },
  fcntl(task, fd, cmd, arg) {
    const file = task.files.require(fd)
    switch (cmd) {
      case F_DUPFD: return duplicate(task, fd, Number(arg), false)
      case F_DUPFD_CLOEXEC: return duplicate(task, fd, Number(arg), true)
      case F_GETFD: return task.files.isCloexec(fd) ? FD_CLOEXEC : 0
      case F_SETFD:
        task.files.setCloexec(fd, (Number(arg) & FD_CLOEXEC) !== 0)
        return 0
      case F_GETFL: return file.flags
    }
    if (file.isPathOnly) throw Errno.EBADF
    switch (cmd) {
      case F_SETFL:
        file.flags = (file.flags & ~(O_APPEND | O_NONBLOCK)) | (Number(arg) & (O_APPEND | O_NONBLOCK))
        return 0
      case F_GETLK: case F_SETLK: case F_SETLKW: return recordLock(task, file, cmd, arg)
      default: throw Errno.EINVAL
    }
  },
  flock(task, fd, op) {
    const file = task.files.require(fd)
    if (file.isPathOnly) throw Errno.EBADF
    const kind = op & ~LOCK_NB
    const locks = locksOf(file)
    if (kind === LOCK_UN) {
      locks.unflock(file)
      return 0
    }
    if (kind !== LOCK_SH && kind !== LOCK_EX) throw Errno.EINVAL
    if (locks.tryFlock(file, kind === LOCK_EX)) return 0
    if ((op & LOCK_NB) !== 0) throw Errno.EAGAIN
    return waitForFlock(locks, file, kind === LOCK_EX)
  },
  poll(task, fds, timeoutMs) {
    const ready = readyEvents(task, fds)
    if (ready !== undefined) return ready
    return timeoutMs === 0 ? fds.map(() => 0) : waitForEvents(task, fds, timeoutMs)
  },
} satisfies Partial<Handlers>
