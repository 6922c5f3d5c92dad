// Files and what is in them: open(2), read(2), write(2), lseek(2), truncate(2), ioctl(2).
import { Errno } from '../abi/errno.ts'
import { AT_FDCWD, O_CLOEXEC, O_NONBLOCK, O_RDWR } from '../abi/fcntl.ts'
import { FS_APPEND_FL, FS_EXTENT_FL, FS_IMMUTABLE_FL, FS_IOC_GETFLAGS, FS_IOC_SETFLAGS } from '../abi/fs-flags.ts'
import { CAP_LINUX_IMMUTABLE } from '../abi/capability.ts'
import { isDir, isFifo, isReg } from '../abi/stat.ts'
import { FIONREAD } from '../abi/termios.ts'
import { capable } from '../kernel/cred/ns-capable.ts'
import { memfdPath } from '../kernel/fs/anon.ts'
import { makePipe } from '../kernel/fs/pipe-file.ts'
import { diskOf } from '../kernel/fs/disk.ts'
import { MemoryFile, writeBack } from '../kernel/fs/tmpfs-file.ts'
import { MemoryRegular } from '../kernel/fs/tmpfs-inode.ts'
import type { Task } from '../kernel/task.ts'
import { truncateInode, truncatePath } from '../kernel/vfs/attributes.ts'
import type { File } from '../kernel/vfs/file.ts'
import type { Inode } from '../kernel/vfs/inode.ts'
import { fdLimit, installFile, openPath } from '../kernel/vfs/file-open.ts'
import { LOOKUP_FOLLOW, pathLookup } from '../kernel/vfs/path-walk.ts'
import { isAppendOnly, ownerOrCapable, refuse, wantWrite } from '../kernel/vfs/permissions.ts'
import { touchChanged } from '../kernel/vfs/time.ts'
import { isKFlow, type KFlow, type Sleepable } from '../kernel/wait-queue.ts'
import type { Handlers } from './handlers.ts'

/** MAX_RW_COUNT */
const MAX_COUNT = 0x7ffff000

function readable(task: Task, fd: number): File {
  const file = task.files.require(fd)
  if (!file.canRead) throw Errno.EBADF
  return file
}
function writable(task: Task, fd: number): File {
  const file = task.files.require(fd)
  if (!file.canWrite) throw Errno.EBADF
  return file
}

/** Waits until the other end is there, then gives the file its number. */
function* finishOpen(task: Task, file: File, opening: KFlow<void>, cloexec: boolean): KFlow<number> {
  let isOpen = false
  try {
    yield* opening
    isOpen = true
  } finally {
    if (!isOpen) file.release()
  }
  return installFile(task, file, cloexec)
}

/** What every file of a kind of file system has set; attrFlags holds what differs. */
const usualFlags = (inode: Inode): number => (inode.sb.type.name === 'ext4' ? FS_EXTENT_FL : 0)

/** chattr(1): immutable and append-only need CAP_LINUX_IMMUTABLE. */
function setInodeFlags(task: Task, file: File, flags: number): 0 {
  const { inode, path } = file
  wantWrite(task, path)
  if (!ownerOrCapable(task, inode)) refuse(task, path, 'owner', Errno.EPERM)
  const guarded = FS_IMMUTABLE_FL | FS_APPEND_FL
  if (((flags ^ inode.attrFlags) & guarded) !== 0 && !capable(task, CAP_LINUX_IMMUTABLE)) refuse(task, path, 'capability', Errno.EPERM)
  inode.beforeSetAttr(task)
  inode.attrFlags = flags ^ usualFlags(inode)
  touchChanged(inode)
  return 0
}

function ioctl(task: Task, file: File, request: number, arg: unknown): Sleepable<unknown> {
  const { inode } = file
  if (file.isPathOnly) throw Errno.EBADF
  if (isReg(inode.mode) || isDir(inode.mode)) {
    if (request === FS_IOC_GETFLAGS && inode.hasAttrFlags) return inode.attrFlags ^ usualFlags(inode)
    if (request === FS_IOC_SETFLAGS && inode.hasAttrFlags) return setInodeFlags(task, file, Number(arg))
    if (request === FIONREAD && isReg(inode.mode)) return Math.max(0, inode.size - file.pos)
  }
  return file.ioctl(task, request, arg)
}

export const fileSyscalls = {
  openat(task, dirfd, path, flags, mode) {
    task.files.lowestFree(fdLimit(task))
    const file = openPath(task, dirfd, path, flags, mode)
    const opening = file.afterOpen(task)
    const cloexec = (flags & O_CLOEXEC) !== 0
    return isKFlow(opening) ? finishOpen(task, file, opening, cloexec) : installFile(task, file, cloexec)
  },
  close(task, fd) {
    task.files.close(fd)
    return 0
  },
  close_range(task, first, last, flags) {
    if (first > last || (flags & ~4) !== 0) throw Errno.EINVAL
    for (const [fd] of [...task.files.entries()]) {
      if (fd < first || fd > last) continue
      if ((flags & 4) !== 0) task.files.setCloexec(fd, true)
      else task.files.close(fd)
    }
    return 0
  },
  read(task, fd, count) {
    return readable(task, fd).read(task, Math.min(count, MAX_COUNT))
  },
  pread64(task, fd, count, offset) {
    const file = readable(task, fd)
    if (offset < 0) throw Errno.EINVAL
    return file.pread(task, Math.min(count, MAX_COUNT), offset)
  },
  write(task, fd, data) {
    return writable(task, fd).write(task, data)
  },
  pwrite64(task, fd, data, offset) {
    const file = writable(task, fd)
    if (offset < 0) throw Errno.EINVAL
    return file.pwrite(task, data, offset)
  },
  lseek(task, fd, offset, whence) {
    const file = task.files.require(fd)
    if (isFifo(file.inode.mode)) throw Errno.ESPIPE
    return file.seek(task, offset, whence)
  },
  pipe2(task, flags) {
    if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) throw Errno.EINVAL
    const limit = fdLimit(task)
    const first = task.files.lowestFree(limit)
    const second = task.files.lowestFree(limit, first + 1)
    const [reader, writer] = makePipe(task, flags)
    const cloexec = (flags & O_CLOEXEC) !== 0
    task.files.install(first, reader, cloexec)
    task.files.install(second, writer, cloexec)
    return [first, second]
  },
  ioctl(task, fd, request, arg) {
    return ioctl(task, task.files.require(fd), request, arg)
  },
  truncate(task, path, length) {
    truncatePath(task, pathLookup(task, AT_FDCWD, path, LOOKUP_FOLLOW), length)
    return 0
  },
  ftruncate(task, fd, length) {
    const file = task.files.require(fd)
    if (length < 0) throw Errno.EINVAL
    if (!isReg(file.inode.mode) || !file.canWrite) throw file.isPathOnly ? Errno.EBADF : Errno.EINVAL
    if (isAppendOnly(file.inode)) throw Errno.EPERM
    truncateInode(task, file.inode, length)
    return 0
  },
  fallocate(task, fd, mode, offset, length) {
    const file = task.files.require(fd)
    if (offset < 0 || length <= 0) throw Errno.EINVAL
    if (!file.canWrite) throw Errno.EBADF
    if (isFifo(file.inode.mode)) throw Errno.ESPIPE
    if (isDir(file.inode.mode)) throw Errno.EISDIR
    file.allocate(task, mode, offset, length)
    return 0
  },
  fsync(task, fd) {
    const file = task.files.require(fd)
    if (file.isPathOnly) throw Errno.EBADF
    if (!isReg(file.inode.mode) && !isDir(file.inode.mode)) throw Errno.EINVAL
    if (file.inode instanceof MemoryRegular) writeBack(task, file.inode)
    return 0
  },
  sync(task) {
    for (const regular of diskOf(task.kernel).dirtyFiles) writeBack(task, regular)
    return 0
  },
  memfd_create(task, name, flags) {
    const path = memfdPath(task, name)
    return installFile(task, new MemoryFile(path, O_RDWR, path.dentry.inode as MemoryRegular), (flags & 1) !== 0)
  },
} satisfies Partial<Handlers>
