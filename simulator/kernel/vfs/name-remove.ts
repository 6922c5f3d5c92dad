// Removing and moving names: unlink(2), rmdir(2), rename(2) (fs/namei.c: may_delete, do_unlinkat, do_rmdir, do_renameat2).
import { CAP_FOWNER } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { RENAME_EXCHANGE, RENAME_NOREPLACE } from '../../abi/fcntl.ts'
import { S_ISVTX } from '../../abi/stat.ts'
import { detachMounts, isLocalMountpoint } from '../mount/mount-detach.ts'
import { checkNewPath, checkPath } from '../security/apparmor/mediate.ts'
import type { Task } from '../task.ts'
import { type Dentry, dropDentry, lookupChild, moveDentry } from './dentry.ts'
import { mayCreate } from './name-create.ts'
import type { Path } from './path.ts'
import { isTooLong, type ParentPath, pathParent } from './path-walk.ts'
import { hasUnmappedId, isAppendOnly, isImmutable, MAY_EXEC, MAY_WRITE, permission, privilegedWrtInode, refuse, wantWrite } from './permissions.ts'

/** may_delete: the right to take `child` out of `dir`. */
function mayDelete(task: Task, dir: Path, child: Dentry, wantsDir: boolean): void {
  const parent = dir.dentry.inode
  const { inode } = child
  permission(task, dir, MAY_WRITE | MAY_EXEC)
  const what = { mount: dir.mount, dentry: child }
  if (isAppendOnly(parent)) refuse(task, dir, 'immutable', Errno.EPERM, MAY_WRITE)
  const isOthers = (parent.mode & S_ISVTX) !== 0 && inode.uid !== task.cred.fsuid && parent.uid !== task.cred.fsuid
  if (isOthers && !privilegedWrtInode(task, inode, CAP_FOWNER)) refuse(task, what, 'sticky', Errno.EPERM, MAY_WRITE)
  if (isAppendOnly(inode) || isImmutable(inode)) refuse(task, what, 'immutable', Errno.EPERM, MAY_WRITE)
  if (hasUnmappedId(inode)) refuse(task, what, 'unmapped-id', Errno.EPERM, MAY_WRITE)
  if (wantsDir && !inode.isDir) throw Errno.ENOTDIR
  if (!wantsDir && inode.isDir) throw Errno.EISDIR
  if (dir.dentry.isUnlinked) throw Errno.ENOENT
}

function existing(task: Task, { parent, last }: ParentPath): Dentry {
  if (isTooLong(last)) throw Errno.ENAMETOOLONG
  const child = lookupChild(task, parent.dentry, last)
  if (child === undefined) throw Errno.ENOENT
  return child
}

/** A name has gone: mounts on it in other namespaces go too, and its inode if nothing else holds it. */
function forget(task: Task, dentry: Dentry): void {
  dropDentry(dentry)
  detachMounts(task, dentry)
  dentry.inode.evictIfUnused()
}

export function unlinkName(task: Task, dirfd: number, path: string): void {
  const place = pathParent(task, dirfd, path)
  const { parent, last, trailingSlash } = place
  if (last === '' || last === '.' || last === '..') throw Errno.EISDIR
  wantWrite(task, parent)
  const child = existing(task, place)
  if (trailingSlash) throw child.inode.isDir ? Errno.EISDIR : Errno.ENOTDIR
  mayDelete(task, parent, child, false)
  checkPath(task, 'unlink', { mount: parent.mount, dentry: child }, 'd')
  if (isLocalMountpoint(task, child)) throw Errno.EBUSY
  parent.dentry.inode.unlink(task, last, child.inode)
  forget(task, child)
}

export function removeDirectory(task: Task, dirfd: number, path: string): void {
  const place = pathParent(task, dirfd, path)
  const { parent, last } = place
  if (last === '..') throw Errno.ENOTEMPTY
  if (last === '.') throw Errno.EINVAL
  if (last === '') throw Errno.EBUSY
  wantWrite(task, parent)
  const child = existing(task, place)
  mayDelete(task, parent, child, true)
  checkPath(task, 'rmdir', { mount: parent.mount, dentry: child }, 'd')
  if (isLocalMountpoint(task, child)) throw Errno.EBUSY
  parent.dentry.inode.rmdir(task, last, child.inode)
  forget(task, child)
}

export function renameName(task: Task, oldDirfd: number, oldPath: string, newDirfd: number, newPath: string, flags: number): void {
  const unknown = flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)
  if (unknown !== 0 || flags === (RENAME_NOREPLACE | RENAME_EXCHANGE)) throw Errno.EINVAL
  const from = pathParent(task, oldDirfd, oldPath)
  const to = pathParent(task, newDirfd, newPath)
  if (from.parent.mount !== to.parent.mount) throw Errno.EXDEV
  if (!isNormal(from.last)) throw Errno.EBUSY
  if (!isNormal(to.last)) throw (flags & RENAME_NOREPLACE) !== 0 ? Errno.EEXIST : Errno.EBUSY
  wantWrite(task, from.parent)
  const source = existing(task, from)
  if (isTooLong(to.last)) throw Errno.ENAMETOOLONG
  const target = lookupChild(task, to.parent.dentry, to.last)
  if ((flags & RENAME_NOREPLACE) !== 0 && target !== undefined) throw Errno.EEXIST
  if ((flags & RENAME_EXCHANGE) !== 0 && target === undefined) throw Errno.ENOENT
  if (!source.inode.isDir && (from.trailingSlash || ((flags & RENAME_EXCHANGE) === 0 && to.trailingSlash))) throw Errno.ENOTDIR
  if (to.parent.dentry.isBelow(source)) throw Errno.EINVAL
  if (target !== undefined && from.parent.dentry.isBelow(target)) throw (flags & RENAME_EXCHANGE) !== 0 ? Errno.EINVAL : Errno.ENOTEMPTY
  if (target?.inode === source.inode) return
  mayDelete(task, from.parent, source, source.inode.isDir)
  if (target === undefined) mayCreate(task, to.parent)
  else mayDelete(task, to.parent, target, (flags & RENAME_EXCHANGE) !== 0 ? target.inode.isDir : source.inode.isDir)
  if (source.inode.isDir && from.parent.dentry !== to.parent.dentry) permission(task, { mount: from.parent.mount, dentry: source }, MAY_WRITE)
  if (isLocalMountpoint(task, source) || (target !== undefined && isLocalMountpoint(task, target))) throw Errno.EBUSY
  checkPath(task, 'rename_src', { mount: from.parent.mount, dentry: source }, 'wrd')
  checkNewPath(task, 'rename_dest', to.parent, to.last, 'wc', source.inode.isDir)
  const oldDir = from.parent.dentry
  const newDir = to.parent.dentry
  if ((flags & RENAME_EXCHANGE) !== 0 && target !== undefined) {
    oldDir.inode.exchange(task, from.last, source.inode, newDir.inode, to.last, target.inode)
    oldDir.setChild(from.last, undefined)
    newDir.setChild(to.last, undefined)
    moveDentry(source, newDir, to.last)
    target.parent = oldDir
    target.name = from.last
    oldDir.setChild(from.last, target)
    return
  }
  oldDir.inode.rename(task, from.last, source.inode, newDir.inode, to.last, target?.inode)
  if (target !== undefined) forget(task, target)
  moveDentry(source, newDir, to.last)
}

const isNormal = (last: string): boolean => last !== '' && last !== '.' && last !== '..'
