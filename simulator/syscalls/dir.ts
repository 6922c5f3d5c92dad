// Names and directories: mkdir(2), unlink(2), rename(2), link(2), symlink(2), readlink(2), getdents64(2), chdir(2), chroot(2), getcwd(2).
import { CAP_DAC_READ_SEARCH, CAP_SYS_CHROOT } from '../abi/capability.ts'
import { Errno } from '../abi/errno.ts'
import { AT_EMPTY_PATH, AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_FOLLOW } from '../abi/fcntl.ts'
import { isLnk } from '../abi/stat.ts'
import { nsCapable } from '../kernel/cred/ns-capable.ts'
import { makeDirectory, makeLink, makeNode, makeSymlink } from '../kernel/vfs/name-create.ts'
import { removeDirectory, renameName, unlinkName } from '../kernel/vfs/name-remove.ts'
import { workingDirectory } from '../kernel/vfs/path-string.ts'
import { LOOKUP_DIRECTORY, LOOKUP_EMPTY, LOOKUP_FOLLOW, pathLookup } from '../kernel/vfs/path-walk.ts'
import { MAY_EXEC, permission, refuse } from '../kernel/vfs/permissions.ts'
import { touchAccessed } from '../kernel/vfs/time.ts'
import type { Handlers } from './handlers.ts'

export const dirSyscalls = {
  mkdirat(task, dirfd, path, mode) {
    makeDirectory(task, dirfd, path, mode)
    return 0
  },
  mknodat(task, dirfd, path, mode, dev) {
    makeNode(task, dirfd, path, mode, dev)
    return 0
  },
  unlinkat(task, dirfd, path, flags) {
    if ((flags & ~AT_REMOVEDIR) !== 0) throw Errno.EINVAL
    if ((flags & AT_REMOVEDIR) !== 0) removeDirectory(task, dirfd, path)
    else unlinkName(task, dirfd, path)
    return 0
  },
  renameat2(task, olddirfd, oldpath, newdirfd, newpath, flags) {
    renameName(task, olddirfd, oldpath, newdirfd, newpath, flags)
    return 0
  },
  linkat(task, olddirfd, oldpath, newdirfd, newpath, flags) {
    if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) throw Errno.EINVAL
    if ((flags & AT_EMPTY_PATH) !== 0 && oldpath === '' && !nsCapable(task, task.cred.userNs, CAP_DAC_READ_SEARCH)) throw Errno.ENOENT
    const lookup = ((flags & AT_SYMLINK_FOLLOW) !== 0 ? LOOKUP_FOLLOW : 0) | ((flags & AT_EMPTY_PATH) !== 0 ? LOOKUP_EMPTY : 0)
    makeLink(task, pathLookup(task, olddirfd, oldpath, lookup), newdirfd, newpath)
    return 0
  },
  symlinkat(task, target, dirfd, path) {
    makeSymlink(task, target, dirfd, path)
    return 0
  },
  readlinkat(task, dirfd, path) {
    const found = pathLookup(task, dirfd, path, LOOKUP_EMPTY)
    const { inode } = found.dentry
    if (!isLnk(inode.mode)) throw path === '' ? Errno.ENOENT : Errno.EINVAL
    touchAccessed(found)
    return inode.readlink(task)
  },
  getdents64(task, fd) {
    const file = task.files.require(fd)
    if (file.isPathOnly) throw Errno.EBADF
    return file.readdir(task)
  },
  getcwd(task) {
    const text = workingDirectory(task.fs.cwd, task.fs.root)
    if (text === undefined) throw Errno.ENOENT
    return text
  },
  chdir(task, path) {
    const found = pathLookup(task, AT_FDCWD, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY)
    permission(task, found, MAY_EXEC)
    task.fs.setCwd(found)
    return 0
  },
  fchdir(task, fd) {
    const { path } = task.files.require(fd)
    if (!path.dentry.inode.isDir) throw Errno.ENOTDIR
    permission(task, path, MAY_EXEC)
    task.fs.setCwd(path)
    return 0
  },
  chroot(task, path) {
    const found = pathLookup(task, AT_FDCWD, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY)
    permission(task, found, MAY_EXEC)
    if (!nsCapable(task, task.cred.userNs, CAP_SYS_CHROOT)) refuse(task, found, 'capability', Errno.EPERM)
    task.fs.setRoot(found)
    return 0
  },
  umask(task, mask) {
    const old = task.fs.umask
    task.fs.umask = mask & 0o777
    return old
  },
} satisfies Partial<Handlers>
