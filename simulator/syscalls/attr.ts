// What a file is: stat(2), access(2), chmod(2), chown(2), utimensat(2), statfs(2), extended attributes (xattr(7)).
import { Errno } from '../abi/errno.ts'
import { AT_EACCESS, AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../abi/fcntl.ts'
import type { Stat } from '../abi/stat.ts'
import type { Task } from '../kernel/task.ts'
import { changeMode, changeOwner, changeTimes } from '../kernel/vfs/attributes.ts'
import { checkAccess, realIdCred, statfsPath, statPath } from '../kernel/vfs/file-stat.ts'
import type { Path } from '../kernel/vfs/path.ts'
import { LOOKUP_EMPTY, LOOKUP_FOLLOW, pathLookup } from '../kernel/vfs/path-walk.ts'
import { getXattr, listXattrs, removeXattr, setXattr } from '../kernel/vfs/xattr.ts'
import type { Handlers } from './handlers.ts'

function lookupAt(task: Task, dirfd: number, path: string, flags: number): Path {
  const follow = (flags & AT_SYMLINK_NOFOLLOW) === 0 ? LOOKUP_FOLLOW : 0
  return pathLookup(task, dirfd, path, follow | ((flags & AT_EMPTY_PATH) !== 0 ? LOOKUP_EMPTY : 0))
}
const named = (task: Task, path: string, follow: boolean): Path => pathLookup(task, AT_FDCWD, path, follow ? LOOKUP_FOLLOW : 0)
const stat = (task: Task, dirfd: number, path: string, flags: number): Stat => statPath(task, lookupAt(task, dirfd, path, flags))

export const attrSyscalls = {
  newfstatat: stat,
  statx: stat,
  statfs(task, path) {
    return statfsPath(pathLookup(task, AT_FDCWD, path, LOOKUP_FOLLOW))
  },
  fstatfs(task, fd) {
    return statfsPath(task.files.require(fd).path)
  },
  faccessat2(task, dirfd, path, mode, flags) {
    if ((mode & ~7) !== 0) throw Errno.EINVAL
    const cred = (flags & AT_EACCESS) !== 0 ? task.cred : realIdCred(task.cred)
    const own = task.cred
    task.cred = cred
    try {
      const found = lookupAt(task, dirfd, path, flags & ~AT_EACCESS)
      if (mode !== 0) checkAccess(task, found, mode, cred)
    } finally {
      task.cred = own
    }
    return 0
  },
  fchmodat(task, dirfd, path, mode) {
    changeMode(task, pathLookup(task, dirfd, path, LOOKUP_FOLLOW), mode)
    return 0
  },
  fchmod(task, fd, mode) {
    const file = task.files.require(fd)
    if (file.isPathOnly) throw Errno.EBADF
    changeMode(task, file.path, mode)
    return 0
  },
  fchownat(task, dirfd, path, uid, gid, flags) {
    changeOwner(task, lookupAt(task, dirfd, path, flags), uid, gid)
    return 0
  },
  utimensat(task, dirfd, path, atime, mtime, flags) {
    changeTimes(task, lookupAt(task, dirfd, path, flags), atime, mtime)
    return 0
  },
  getxattr(task, path, name, follow) {
    return getXattr(task, named(task, path, follow), name)
  },
  setxattr(task, path, name, value, flags, follow) {
    setXattr(task, named(task, path, follow), name, value, flags)
    return 0
  },
  removexattr(task, path, name, follow) {
    removeXattr(task, named(task, path, follow), name)
    return 0
  },
  listxattr(task, path, follow) {
    return listXattrs(task, named(task, path, follow))
  },
} satisfies Partial<Handlers>
