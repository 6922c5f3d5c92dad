// Who may do what with a file (fs/namei.c: generic_permission, inode_permission; path_resolution(7)): mode bits by the file-system ids,
// then the DAC capabilities, which count only over inodes whose ids are mapped in the caller's user namespace.
import { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { FS_APPEND_FL, FS_IMMUTABLE_FL } from '../../abi/fs-flags.ts'
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY } from '../../abi/mount.ts'
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../abi/stat.ts'
import { type Cred, inGroup } from '../cred/cred.ts'
import { fromKgid, fromKuid } from '../cred/ids.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import { checkDevice } from '../cgroup/device-filter.ts'
import type { Mount } from '../mount/mount.ts'
import type { Task } from '../task.ts'
import { Inode } from './inode.ts'
import type { Path } from './path.ts'
import { pathString } from './path-string.ts'

export const MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4
const S_IXUGO = 0o111

/** What decided against: shown to learners. */
export type RefusalRule = 'mode-bits' | 'owner' | 'capability' | 'read-only' | 'immutable' | 'unmapped-id' | 'noexec' | 'nodev' | 'sticky' | 'protected-link' | 'nosymfollow' | 'file-system'

/** Emits `file.refused` and throws. `what` is the path or inode that was refused. */
export function refuse(task: Task, what: Path | Inode, rule: RefusalRule, error: Errno, mask = 0): never {
  const inode = what instanceof Inode ? what : what.dentry.inode
  const { mode, uid, gid, ino } = inode
  const path = what instanceof Inode ? undefined : pathString(what, task.fs.root)
  task.kernel.trace.emit('file.refused', task, { path, ino, rule, error: error.name, mask, mode, uid, gid, fsuid: task.cred.fsuid, fsgid: task.cred.fsgid })
  throw error
}

/** privileged_wrt_inode_uidgid and ns_capable: the capability counts in the caller's user namespace only if both ids are mapped there. */
export function privilegedWrtInode(task: Task, inode: Inode, cap: number, cred: Cred = task.cred): boolean {
  const ns = cred.userNs
  return fromKuid(ns, inode.uid) !== undefined && fromKgid(ns, inode.gid) !== undefined && nsCapable(task, ns, cap, cred)
}

/** inode_owner_or_capable: the owner, or CAP_FOWNER over a mapped owner. */
export function ownerOrCapable(task: Task, inode: Inode): boolean {
  if (inode.uid === task.cred.fsuid) return true
  return fromKuid(task.cred.userNs, inode.uid) !== undefined && nsCapable(task, task.cred.userNs, CAP_FOWNER)
}

/** Whether the mode bits alone grant `mask` (acl_permission_check). */
function modeBitsGrant(cred: Cred, inode: Inode, mask: number): boolean {
  let mode = inode.mode
  if (inode.uid === cred.fsuid) mode >>= 6
  else if (((mask & (mode ^ (mode >> 3))) & 7) !== 0 && inGroup(cred, inode.gid)) mode >>= 3
  return (mask & ~mode & 7) === 0
}

function genericPermission(task: Task, inode: Inode, mask: number, cred: Cred): boolean {
  if (modeBitsGrant(cred, inode, mask)) return true
  if (inode.isDir) {
    if ((mask & MAY_WRITE) === 0 && privilegedWrtInode(task, inode, CAP_DAC_READ_SEARCH, cred)) return true
    return privilegedWrtInode(task, inode, CAP_DAC_OVERRIDE, cred)
  }
  if (mask === MAY_READ && privilegedWrtInode(task, inode, CAP_DAC_READ_SEARCH, cred)) return true
  return ((mask & MAY_EXEC) === 0 || (inode.mode & S_IXUGO) !== 0) && privilegedWrtInode(task, inode, CAP_DAC_OVERRIDE, cred)
}

interface Refusal { readonly rule: RefusalRule; readonly error: Errno }

function findRefusal(task: Task, inode: Inode, mask: number, cred: Cred): Refusal | undefined {
  if ((mask & MAY_WRITE) !== 0) {
    const format = inode.mode & S_IFMT
    if ((inode.sb.flags & MS_RDONLY) !== 0 && (format === S_IFREG || format === S_IFDIR || format === S_IFLNK)) return { rule: 'read-only', error: Errno.EROFS }
    if ((inode.attrFlags & FS_IMMUTABLE_FL) !== 0) return { rule: 'immutable', error: Errno.EPERM }
    if (hasUnmappedId(inode)) return { rule: 'unmapped-id', error: Errno.EACCES }
  }
  const override = inode.overridePermission(task, mask)
  if (override ?? genericPermission(task, inode, mask, cred)) return undefined
  return { rule: override === undefined ? 'mode-bits' : 'file-system', error: Errno.EACCES }
}

/** inode_permission: throws EROFS, EPERM (immutable) or EACCES. Read-only mounts are wantWrite's business. */
export function permission(task: Task, what: Path | Inode, mask: number, cred: Cred = task.cred): void {
  const inode = what instanceof Inode ? what : what.dentry.inode
  const refusal = findRefusal(task, inode, mask, cred)
  if (refusal !== undefined) refuse(task, what, refusal.rule, refusal.error, mask)
  if ((mask & (MAY_READ | MAY_WRITE)) !== 0) checkDevice(task, inode.mode, inode.rdev, `${(mask & MAY_READ) === 0 ? '' : 'r'}${(mask & MAY_WRITE) === 0 ? '' : 'w'}`)
  inode.extraPermission(task, mask)
}

/** The same as a question, for rules that only depend on whether access would be granted. */
export const mayAccess = (task: Task, inode: Inode, mask: number): boolean => findRefusal(task, inode, mask, task.cred) === undefined

/** HAS_UNMAPPED_ID: an id that the file system, mounted from a user namespace, could not store. */
export const hasUnmappedId = (inode: Inode): boolean => fromKuid(inode.sb.userNs, inode.uid) === undefined || fromKgid(inode.sb.userNs, inode.gid) === undefined

export const isImmutable = (inode: Inode): boolean => (inode.attrFlags & FS_IMMUTABLE_FL) !== 0
export const isAppendOnly = (inode: Inode): boolean => (inode.attrFlags & FS_APPEND_FL) !== 0

/** __mnt_is_readonly */
export const isReadOnly = (mount: Mount): boolean => ((mount.flags | mount.sb.flags) & MS_RDONLY) !== 0

/** mnt_want_write: throws EROFS on a read-only mount or file system. */
export function wantWrite(task: Task, path: Path): void {
  if (isReadOnly(path.mount)) refuse(task, path, 'read-only', Errno.EROFS, MAY_WRITE)
}

/** path_noexec */
export const isNoexec = (mount: Mount): boolean => (mount.flags & MS_NOEXEC) !== 0
/** !mnt_may_suid: setuid bits and file capabilities have no effect, because of nosuid or a file system from another user namespace. */
export function ignoresSetuid(task: Task, mount: Mount): boolean {
  return (mount.flags & MS_NOSUID) !== 0 || mount.ns !== task.nsproxy.mnt || !mount.sb.userNs.contains(task.cred.userNs)
}
/** !may_open_dev: device nodes can't be opened; those a user namespace's file system holds never can. */
export const isNodev = (mount: Mount): boolean => (mount.flags & MS_NODEV) !== 0 || mount.sb.noDevices
