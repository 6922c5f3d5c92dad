// Making names: mkdir(2), mknod(2), symlink(2), link(2) (fs/namei.c: filename_create, may_create, vfs_*; fs/inode.c: inode_init_owner).
import { CAP_FSETID, CAP_MKNOD } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { isBlk, isChr, isReg, S_IFCHR, S_IFBLK, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK, S_ISGID, S_ISUID } from '../../abi/stat.ts'
import { inGroup } from '../cred/cred.ts'
import { fromKgid, fromKuid } from '../cred/ids.ts'
import { checkDevice } from '../cgroup/device-filter.ts'
import { capable } from '../cred/ns-capable.ts'
import { checkNewPath } from '../security/apparmor/mediate.ts'
import type { Task } from '../task.ts'
import { addDentry, type Dentry, lookupChild } from './dentry.ts'
import type { Inode } from './inode.ts'
import type { Path } from './path.ts'
import { isTooLong, type ParentPath, pathParent } from './path-walk.ts'
import {
  hasUnmappedId, isAppendOnly, isImmutable, isReadOnly, MAY_EXEC, MAY_READ, MAY_WRITE, mayAccess, ownerOrCapable, permission, privilegedWrtInode, refuse, wantWrite,
} from './permissions.ts'
import { sysctlNumber } from './vfs-sysctl.ts'

const S_IXGRP = 0o010
const LINK_MAX = 65000

/** may_create: the directory lives, can store the caller's ids, and lets it write. */
export function mayCreate(task: Task, dir: Path): void {
  const { inode, isUnlinked } = dir.dentry
  if (isUnlinked) throw Errno.ENOENT
  const ns = inode.sb.userNs
  if (fromKuid(ns, task.cred.fsuid) === undefined || fromKgid(ns, task.cred.fsgid) === undefined) refuse(task, dir, 'unmapped-id', Errno.EOVERFLOW, MAY_WRITE)
  permission(task, dir, MAY_WRITE | MAY_EXEC)
}

/** inode_init_owner: the creator's ids, or the group of a setgid directory. Without a name the file is left unnamed. */
export function createInode(task: Task, dir: Inode, name: string | undefined, mode: number, rdev = 0): Inode {
  const { fsuid, fsgid } = task.cred
  let gid = fsgid
  let bits = mode
  if ((dir.mode & S_ISGID) !== 0) {
    gid = dir.gid
    if ((mode & S_IFMT) === S_IFDIR) bits |= S_ISGID
    else if ((mode & (S_ISGID | S_IXGRP)) === (S_ISGID | S_IXGRP) && !inGroup(task.cred, gid) && !privilegedWrtInode(task, dir, CAP_FSETID)) bits &= ~S_ISGID
  }
  return name === undefined ? dir.createUnnamed(task, bits, fsuid, gid) : dir.create(task, name, bits, rdev, fsuid, gid)
}

/** filename_create: the place of a new name. Throws EEXIST, and EROFS only if the name is free. `isDir`: a trailing slash is fine. */
function newName(task: Task, dirfd: number, path: string, isDir: boolean): ParentPath {
  const place = pathParent(task, dirfd, path)
  const { parent, last, trailingSlash } = place
  if (last === '' || last === '.' || last === '..') throw Errno.EEXIST
  if (isTooLong(last)) throw Errno.ENAMETOOLONG
  if (lookupChild(task, parent.dentry, last) !== undefined) throw Errno.EEXIST
  if (trailingSlash && !isDir) throw Errno.ENOENT
  if (isReadOnly(parent.mount)) wantWrite(task, parent)
  return place
}

/** mkdirat(2) */
export function makeDirectory(task: Task, dirfd: number, path: string, mode: number): Dentry {
  const { parent, last } = newName(task, dirfd, path, true)
  mayCreate(task, parent)
  checkNewPath(task, 'mkdir', parent, last, 'c', true)
  const inode = createInode(task, parent.dentry.inode, last, S_IFDIR | (mode & 0o1777 & ~task.fs.umask))
  return addDentry(parent.dentry, last, inode)
}

/** mknodat(2): devices need CAP_MKNOD in the initial user namespace. */
export function makeNode(task: Task, dirfd: number, path: string, mode: number, rdev: number): Dentry {
  const format = mode & S_IFMT
  if (format === S_IFDIR) throw Errno.EPERM
  if (![0, S_IFREG, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK].includes(format)) throw Errno.EINVAL
  const { parent, last } = newName(task, dirfd, path, false)
  mayCreate(task, parent)
  const isWhiteout = isChr(mode) && rdev === 0
  if ((isChr(mode) || isBlk(mode)) && !isWhiteout && !capable(task, CAP_MKNOD)) refuse(task, parent, 'capability', Errno.EPERM, MAY_WRITE)
  checkNewPath(task, 'mknod', parent, last, 'c')
  if (!isWhiteout) checkDevice(task, mode, rdev, 'm')
  const type = format === 0 ? S_IFREG : format
  const inode = createInode(task, parent.dentry.inode, last, type | (mode & 0o7777 & ~task.fs.umask), rdev)
  return addDentry(parent.dentry, last, inode)
}

/** symlinkat(2) */
export function makeSymlink(task: Task, target: string, dirfd: number, path: string): void {
  if (target === '') throw Errno.ENOENT
  const { parent, last } = newName(task, dirfd, path, false)
  mayCreate(task, parent)
  checkNewPath(task, 'symlink', parent, last, 'c')
  const dir = parent.dentry.inode
  const gid = (dir.mode & S_ISGID) !== 0 ? dir.gid : task.cred.fsgid
  addDentry(parent.dentry, last, dir.symlink(task, last, target, task.cred.fsuid, gid))
}

/** linkat(2) once the old path is known. */
export function makeLink(task: Task, old: Path, dirfd: number, path: string): void {
  const { parent, last } = newName(task, dirfd, path, false)
  if (old.mount !== parent.mount) throw Errno.EXDEV
  mayLink(task, old)
  mayCreate(task, parent)
  checkNewPath(task, 'link', parent, last, 'l')
  const { inode } = old.dentry
  if (isAppendOnly(inode) || isImmutable(inode)) refuse(task, old, 'immutable', Errno.EPERM)
  if (hasUnmappedId(inode)) refuse(task, old, 'unmapped-id', Errno.EPERM)
  if (inode.isDir) throw Errno.EPERM
  if (inode.nlink === 0 && !old.dentry.isUnlinked) throw Errno.ENOENT
  if (inode.nlink >= LINK_MAX) throw Errno.EMLINK
  parent.dentry.inode.link(task, last, inode)
  addDentry(parent.dentry, last, inode)
}

/** may_linkat (fs.protected_hardlinks): only to one's own files, or plain files one may read and write anyway. */
function mayLink(task: Task, old: Path): void {
  const { inode } = old.dentry
  if (sysctlNumber(task.kernel, 'fs.protected_hardlinks') === 0) return
  const isSafe = isReg(inode.mode) && (inode.mode & S_ISUID) === 0 && (inode.mode & (S_ISGID | S_IXGRP)) !== (S_ISGID | S_IXGRP) && mayAccess(task, inode, MAY_READ | MAY_WRITE)
  if (!isSafe && !ownerOrCapable(task, inode)) refuse(task, old, 'protected-link', Errno.EPERM)
}
