// Changing what stat(2) shows: chmod, chown, utimes, truncate (fs/attr.c: setattr_prepare, notify_change; fs/open.c), and the
// privileges a file loses when it changes hands or content (setuid, setgid, file capabilities).
import { CAP_CHOWN, CAP_FSETID } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { isReg, S_IFMT, S_ISGID, S_ISUID } from '../../abi/stat.ts'
import { inGroup } from '../cred/cred.ts'
import { fromKgid, fromKuid, INVALID_ID, type Kgid, type Kuid, makeKgid, makeKuid } from '../cred/ids.ts'
import { capable, nsCapable } from '../cred/ns-capable.ts'
import { checkPath } from '../security/apparmor/mediate.ts'
import type { Task } from '../task.ts'
import type { Inode } from './inode.ts'
import type { Path } from './path.ts'
import { isAppendOnly, isImmutable, MAY_WRITE, mayAccess, ownerOrCapable, permission, privilegedWrtInode, refuse, wantWrite } from './permissions.ts'
import { now, touchChanged } from './time.ts'

const S_IXGRP = 0o010
export const XATTR_CAPABILITY = 'security.capability'

function mayChangeAttributes(task: Task, path: Path): void {
  const { inode } = path.dentry
  wantWrite(task, path)
  if (isImmutable(inode) || isAppendOnly(inode)) refuse(task, path, 'immutable', Errno.EPERM)
}

/** The file's ids must be ones its file system can store, unless they are being replaced. */
function mustHaveStorableIds(inode: Inode, uid: Kuid, gid: Kgid): void {
  const ns = inode.sb.userNs
  if (fromKuid(ns, uid) === undefined || fromKgid(ns, gid) === undefined) throw Errno.EOVERFLOW
}

/** chmod(2). A setgid bit is dropped silently for a group the caller isn't in. */
export function changeMode(task: Task, path: Path, mode: number): void {
  const { inode } = path.dentry
  mayChangeAttributes(task, path)
  checkPath(task, 'chmod', path, 'w')
  mustHaveStorableIds(inode, inode.uid, inode.gid)
  if (!ownerOrCapable(task, inode)) refuse(task, path, 'owner', Errno.EPERM)
  inode.beforeSetAttr(task)
  let bits = mode & 0o7777
  if ((bits & S_ISGID) !== 0 && !inGroup(task.cred, inode.gid) && !privilegedWrtInode(task, inode, CAP_FSETID)) bits &= ~S_ISGID
  inode.mode = (inode.mode & S_IFMT) | bits
  touchChanged(inode)
}

/** chown(2): ids as the caller's user namespace numbers them; -1 leaves one alone. */
export function changeOwner(task: Task, path: Path, uid: number, gid: number): void {
  const { inode } = path.dentry
  const ns = task.cred.userNs
  const newUid = uid === INVALID_ID || uid === -1 ? undefined : makeKuid(ns, uid)
  const newGid = gid === INVALID_ID || gid === -1 ? undefined : makeKgid(ns, gid)
  wantWrite(task, path)
  if ((newUid === undefined && uid !== INVALID_ID && uid !== -1) || (newGid === undefined && gid !== INVALID_ID && gid !== -1)) throw Errno.EINVAL
  if (isImmutable(inode) || isAppendOnly(inode)) refuse(task, path, 'immutable', Errno.EPERM)
  mustHaveStorableIds(inode, newUid ?? inode.uid, newGid ?? inode.gid)
  checkPath(task, 'chown', path, 'w')
  if (newUid !== undefined && !mayGiveUid(task, inode, newUid)) refuse(task, path, 'owner', Errno.EPERM)
  if (newGid !== undefined && !mayGiveGid(task, inode, newGid)) refuse(task, path, 'owner', Errno.EPERM)
  inode.beforeSetAttr(task)
  if (!inode.isDir) dropPrivileges(task, inode, true)
  if (newUid !== undefined) inode.uid = newUid
  if (newGid !== undefined) inode.gid = newGid
  touchChanged(inode)
}

function mayGiveUid(task: Task, inode: Inode, uid: Kuid): boolean {
  if (task.cred.fsuid === inode.uid && uid === inode.uid) return true
  return privilegedWrtInode(task, inode, CAP_CHOWN) || (fromKuid(inode.sb.userNs, inode.uid) === undefined && nsCapable(task, inode.sb.userNs, CAP_CHOWN))
}
function mayGiveGid(task: Task, inode: Inode, gid: Kgid): boolean {
  if (task.cred.fsuid === inode.uid && (gid === inode.gid || inGroup(task.cred, gid))) return true
  return privilegedWrtInode(task, inode, CAP_CHOWN) || (fromKgid(inode.sb.userNs, inode.gid) === undefined && nsCapable(task, inode.sb.userNs, CAP_CHOWN))
}

/** Clears setuid, effective setgid and file capabilities. `always`: chown; else only for callers without CAP_FSETID, as write(2) does. */
function dropPrivileges(task: Task, inode: Inode, always: boolean): void {
  let kill = inode.mode & S_ISUID
  const hasSgid = (inode.mode & S_ISGID) !== 0
  if (hasSgid && ((inode.mode & S_IXGRP) !== 0 || (!inGroup(task.cred, inode.gid) && !privilegedWrtInode(task, inode, CAP_FSETID)))) kill |= S_ISGID
  if (kill !== 0 && (always || (isReg(inode.mode) && !capable(task, CAP_FSETID)))) inode.mode &= ~kill
  inode.xattrs?.delete(XATTR_CAPABILITY)
}

/** file_remove_privs: before new content goes into a file. */
export function removePrivileges(task: Task, inode: Inode): void {
  if ((inode.mode & (S_ISUID | S_ISGID)) !== 0 || inode.xattrs?.has(XATTR_CAPABILITY) === true) dropPrivileges(task, inode, false)
}

/** utimensat(2). Setting both to now needs only write permission; anything else the owner. */
export function changeTimes(task: Task, path: Path, atime: number | 'now' | 'omit', mtime: number | 'now' | 'omit'): void {
  const { inode } = path.dentry
  if (atime === 'omit' && mtime === 'omit') return
  wantWrite(task, path)
  const isTouch = atime === 'now' && mtime === 'now'
  if (isImmutable(inode) || (!isTouch && isAppendOnly(inode))) refuse(task, path, 'immutable', Errno.EPERM)
  mustHaveStorableIds(inode, inode.uid, inode.gid)
  if (!ownerOrCapable(task, inode)) {
    if (!isTouch) refuse(task, path, 'owner', Errno.EPERM)
    if (!mayAccess(task, inode, MAY_WRITE)) permission(task, path, MAY_WRITE)
  }
  inode.beforeSetAttr(task)
  const time = now(task.kernel)
  if (atime !== 'omit') inode.atime = atime === 'now' ? time : atime
  if (mtime !== 'omit') inode.mtime = mtime === 'now' ? time : mtime
  inode.ctime = time
}

/** truncate(2) by name. */
export function truncatePath(task: Task, path: Path, length: number): void {
  const { inode } = path.dentry
  if (length < 0) throw Errno.EINVAL
  if (inode.isDir) throw Errno.EISDIR
  if (!isReg(inode.mode)) throw Errno.EINVAL
  wantWrite(task, path)
  permission(task, path, MAY_WRITE)
  checkPath(task, 'truncate', path, 'w')
  if (isAppendOnly(inode)) refuse(task, path, 'immutable', Errno.EPERM, MAY_WRITE)
  if (inode.writeCount < 0) throw Errno.ETXTBSY
  truncateInode(task, inode, length)
}

/** do_truncate: the deed, once it is allowed. */
export function truncateInode(task: Task, inode: Inode, length: number): void {
  const limit = task.rlimits.get('FSIZE')?.soft ?? Infinity
  if (length > inode.size && length > limit) throw Errno.EFBIG
  inode.truncate(task, length)
  removePrivileges(task, inode)
}
