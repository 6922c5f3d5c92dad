// open(2): flags, creation, permission, and the file that comes of it (fs/namei.c: path_openat, do_open, may_open; fs/open.c).
import { Errno } from '../../abi/errno.ts'
import {
  O_ACCMODE, O_APPEND, O_CLOEXEC, O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_PATH, O_RDONLY, O_TMPFILE, O_TRUNC, O_WRONLY,
} from '../../abi/fcntl.ts'
import { isBlk, isChr, isFifo, isLnk, isReg, isSock, S_IFMT, S_IFREG, S_ISVTX } from '../../abi/stat.ts'
import { openFifo } from '../fs/pipe-file.ts'
import type { Task } from '../task.ts'
import { checkNewPath, checkPath } from '../security/apparmor/mediate.ts'
import { addDentry, lookupChild } from './dentry.ts'
import { openDevice } from './devices.ts'
import { File } from './file.ts'
import { createInode, mayCreate } from './name-create.ts'
import type { Path } from './path.ts'
import { isTooLong, LOOKUP_DIRECTORY, LOOKUP_FOLLOW, pathLookup, PathWalk } from './path-walk.ts'
import { isAppendOnly, isNodev, isReadOnly, MAY_READ, MAY_WRITE, permission, refuse, wantWrite } from './permissions.ts'
import { truncateInode } from './attributes.ts'
import { sysctlNumber } from './vfs-sysctl.ts'

/** The flags that only matter while opening. */
const OPEN_ONLY = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC
const PATH_FLAGS = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
const TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY

/** An O_PATH file: a place in the tree, on which no file operation works. */
class PathFile extends File {
  override read(): never {
    throw Errno.EBADF
  }
  override write(): never {
    throw Errno.EBADF
  }
  override seek(): never {
    throw Errno.EBADF
  }
  override readdir(): never {
    throw Errno.EBADF
  }
  override ioctl(): never {
    throw Errno.EBADF
  }
}

function accessMask(flags: number): number {
  const mode = flags & O_ACCMODE
  const mask = mode === O_RDONLY ? MAY_READ : mode === O_WRONLY ? MAY_WRITE : MAY_READ | MAY_WRITE
  return (flags & O_TRUNC) !== 0 ? mask | MAY_WRITE : mask
}

/** openat(2) up to the descriptor. `mode` is what a new file gets before the umask. */
export function openPath(task: Task, dirfd: number, path: string, flags: number, mode: number): File {
  if ((flags & O_PATH) !== 0) return openPathOnly(task, dirfd, path, flags & PATH_FLAGS)
  if ((flags & TMPFILE_BIT) !== 0) return openUnnamed(task, dirfd, path, flags, mode)
  if ((flags & O_CREAT) !== 0) return openCreating(task, dirfd, path, flags, mode)
  const lookup = ((flags & O_NOFOLLOW) === 0 ? LOOKUP_FOLLOW : 0) | ((flags & O_DIRECTORY) !== 0 ? LOOKUP_DIRECTORY : 0)
  return openExisting(task, pathLookup(task, dirfd, path, lookup), flags)
}

function openPathOnly(task: Task, dirfd: number, path: string, flags: number): File {
  const lookup = ((flags & O_NOFOLLOW) === 0 ? LOOKUP_FOLLOW : 0) | ((flags & O_DIRECTORY) !== 0 ? LOOKUP_DIRECTORY : 0)
  return new PathFile(pathLookup(task, dirfd, path, lookup), flags)
}

/** O_CREAT: the last component may be missing, also behind a symbolic link. */
function openCreating(task: Task, dirfd: number, path: string, flags: number, mode: number): File {
  const walk = new PathWalk(task, dirfd, path)
  let text = path
  for (;;) {
    const { parent, last, trailingSlash } = walk.toParent(text)
    if (last === '' || last === '.' || last === '..') throw Errno.EISDIR
    if (trailingSlash) throw Errno.EISDIR
    if (isTooLong(last)) throw Errno.ENAMETOOLONG
    const child = lookupChild(task, parent.dentry, last)
    if (child === undefined) return openNew(task, parent, last, flags, mode)
    if (!isLnk(child.inode.mode) || (flags & (O_NOFOLLOW | O_EXCL)) !== 0) {
      const found = crossMounts({ mount: parent.mount, dentry: child })
      if ((flags & O_EXCL) !== 0) throw Errno.EEXIST
      if (found.dentry.inode.isDir) throw Errno.EISDIR
      return openExisting(task, found, flags)
    }
    const target = walk.readLink({ mount: parent.mount, dentry: child }, true)
    if (target === undefined) {
      if (walk.dentry.inode.isDir) throw Errno.EISDIR
      return openExisting(task, walk.path, flags)
    }
    text = target
  }
}

function crossMounts(path: Path): Path {
  let { mount, dentry } = path
  for (;;) {
    const child = dentry.mountsHere === undefined ? undefined : mount.childAt(dentry)
    if (child === undefined) return { mount, dentry }
    mount = child
    dentry = child.root
  }
}

function openNew(task: Task, parent: Path, name: string, flags: number, mode: number): File {
  if ((flags & O_DIRECTORY) !== 0) throw Errno.EINVAL
  wantWrite(task, parent)
  mayCreate(task, parent)
  checkNewPath(task, 'mknod', parent, name, 'c')
  const inode = createInode(task, parent.dentry.inode, name, S_IFREG | (mode & 0o7777 & ~task.fs.umask))
  const path = { mount: parent.mount, dentry: addDentry(parent.dentry, name, inode) }
  return makeFile(task, path, flags)
}

/** O_TMPFILE: a regular file without a name in the directory's file system. */
function openUnnamed(task: Task, dirfd: number, path: string, flags: number, mode: number): File {
  if ((flags & O_TMPFILE) !== O_TMPFILE || (accessMask(flags) & MAY_WRITE) === 0) throw Errno.EINVAL
  const parent = pathLookup(task, dirfd, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY)
  wantWrite(task, parent)
  mayCreate(task, parent)
  const inode = createInode(task, parent.dentry.inode, undefined, S_IFREG | (mode & 0o7777 & ~task.fs.umask))
  inode.nlink = 0
  const dentry = addDentry(parent.dentry, `#${inode.ino}`, inode)
  parent.dentry.setChild(dentry.name, undefined)
  dentry.isUnlinked = true
  return makeFile(task, { mount: parent.mount, dentry }, flags & ~O_TMPFILE)
}

/** do_open of something that is there. */
function openExisting(task: Task, path: Path, flags: number): File {
  const { inode } = path.dentry
  if ((flags & O_CREAT) !== 0) mayCreateInSticky(task, path)
  const truncates = (flags & O_TRUNC) !== 0 && isReg(inode.mode)
  if (truncates) wantWrite(task, path)
  mayOpen(task, path, flags)
  if (isSock(inode.mode)) throw Errno.ENXIO
  if ((accessMask(flags) & MAY_WRITE) !== 0 && isReg(inode.mode)) {
    if (isReadOnly(path.mount)) wantWrite(task, path)
    if (inode.writeCount < 0) throw Errno.ETXTBSY
  }
  const file = makeFile(task, path, flags)
  if (truncates) truncateInode(task, inode, 0)
  return file
}

/** may_open: what the type of the object and its permissions forbid. */
function mayOpen(task: Task, path: Path, flags: number): void {
  const { inode } = path.dentry
  const mask = accessMask(flags)
  if (isLnk(inode.mode)) throw Errno.ELOOP
  if (inode.isDir && (mask & MAY_WRITE) !== 0) throw Errno.EISDIR
  if ((isChr(inode.mode) || isBlk(inode.mode)) && isNodev(path.mount)) refuse(task, path, 'nodev', Errno.EACCES, mask)
  permission(task, path, mask)
  checkPath(task, 'open', path, openMask(flags))
  if (isAppendOnly(inode) && (((mask & MAY_WRITE) !== 0 && (flags & O_APPEND) === 0) || (flags & O_TRUNC) !== 0)) refuse(task, path, 'immutable', Errno.EPERM, mask)
}

/** aa_map_file_to_perms: what opening asks of AppArmor. */
function openMask(flags: number): string {
  const mask = accessMask(flags)
  const write = (mask & MAY_WRITE) === 0 ? '' : (flags & O_APPEND) !== 0 && (flags & O_TRUNC) === 0 ? 'a' : 'w'
  return `${write}${(mask & MAY_READ) !== 0 ? 'r' : ''}${(flags & O_CREAT) !== 0 ? 'c' : ''}`
}

/** may_create_in_sticky: fs.protected_regular and fs.protected_fifos. */
function mayCreateInSticky(task: Task, path: Path): void {
  const { inode } = path.dentry
  const dir = path.dentry.parent.inode
  const level = isReg(inode.mode) ? sysctlNumber(task.kernel, 'fs.protected_regular') : isFifo(inode.mode) ? sysctlNumber(task.kernel, 'fs.protected_fifos') : 0
  if (level === 0 || (dir.mode & S_ISVTX) === 0 || inode.uid === dir.uid || inode.uid === task.cred.fsuid) return
  if ((dir.mode & 0o002) !== 0 || ((dir.mode & 0o020) !== 0 && level >= 2)) refuse(task, path, 'protected-link', Errno.EACCES, MAY_WRITE)
}

/** do_dentry_open: dispatches on the file type. */
function makeFile(task: Task, path: Path, flags: number): File {
  const { inode } = path.dentry
  const kept = flags & ~OPEN_ONLY
  const file = openByType(task, path, kept | (flags & O_NOCTTY))
  file.flags = kept
  if (isReg(inode.mode) && file.canWrite && file.inode === inode) {
    file.countsAsWriter = true
    inode.writeCount++
    path.mount.writers++
    path.mount.sb.writers++
  }
  return file
}

function openByType(task: Task, path: Path, flags: number): File {
  const { inode } = path.dentry
  const format = inode.mode & S_IFMT
  if (isChr(format) || isBlk(format)) return openDevice(task, path, flags)
  if (isFifo(format)) return openFifo(task, path, flags)
  return inode.open(task, path, flags)
}

/** Gives an open file the lowest free descriptor. Throws EMFILE, and the file is closed again. */
export function installFile(task: Task, file: File, cloexec: boolean): number {
  try {
    return task.files.install(task.files.lowestFree(fdLimit(task)), file, cloexec)
  } catch (error) {
    file.release()
    throw error
  }
}
/** RLIMIT_NOFILE */
export const fdLimit = (task: Task): number => task.rlimits.get('NOFILE')?.soft ?? Infinity
