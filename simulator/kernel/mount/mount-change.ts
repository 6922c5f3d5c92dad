// The other uses of mount(2): bind, remount, move, change of propagation (fs/namespace.c), and umount2(2).
import { CAP_SYS_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { AT_FDCWD } from '../../abi/fcntl.ts'
import {
  MNT_DETACH, MNT_EXPIRE, MNT_FORCE, MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_NOSYMFOLLOW, MS_PRIVATE, MS_RDONLY, MS_REC, MS_RELATIME, MS_SHARED,
  MS_SILENT, MS_SLAVE, MS_STRICTATIME, MS_UNBINDABLE, UMOUNT_NOFOLLOW,
} from '../../abi/mount.ts'
import { capable, nsCapable } from '../cred/ns-capable.ts'
import { isMountNsLoop, isNsDentry } from '../fs/nsfs.ts'
import { checkUnmount } from '../security/apparmor/mount-rules.ts'
import type { Task } from '../task.ts'
import type { Path } from '../vfs/path.ts'
import { pathString } from '../vfs/path-string.ts'
import { LOOKUP_FOLLOW, pathLookup } from '../vfs/path-walk.ts'
import { refuse } from '../vfs/permissions.ts'
import { attachMount, graftTree, mountpointOf } from './mount-attach.ts'
import { cloneMount, copyTree } from './mount-copy.ts'
import { ATIME_MASK, mayMount, mountFlags, SB_FLAGS } from './mount-create.ts'
import { isBusy, umountTree } from './mount-detach.ts'
import { changePropagation, containsUnbindable, type PropagationType } from './mount-propagation.ts'
import { hasLockedChildren, isOurs, topOf } from './mount-reach.ts'
import { type Mount, mountTree } from './mount.ts'

const SETTABLE = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW | ATIME_MASK

/** do_loopback: shows `source`'s subtree at `path` too. */
export function bindMount(task: Task, source: string, path: Path, recurse: boolean): void {
  if (source === '') throw Errno.EINVAL
  const old = pathLookup(task, AT_FDCWD, source, LOOKUP_FOLLOW)
  if (isMountNsLoop(task, old.dentry)) throw Errno.EINVAL
  const at = mountpointOf(path)
  if (!isOurs(task, at.mount) || old.mount.isUnbindable) throw Errno.EINVAL
  if (!isOurs(task, old.mount) && !isNsDentry(old.dentry)) throw Errno.EINVAL
  if (!recurse && hasLockedChildren(old.mount, old.dentry)) throw Errno.EINVAL
  const tree = recurse ? copyTree(task.kernel, old.mount, old.dentry, { mountNsFiles: true }) : cloneMount(task.kernel, old.mount, old.dentry, {})
  tree.isLocked = false
  graftTree(task, tree, at)
}

function mustBeMountRoot(task: Task, { mount, dentry }: Path): void {
  if (!isOurs(task, mount) || dentry !== mount.root) throw Errno.EINVAL
}

/** can_change_locked_flags */
function mayChangeFlags(task: Task, path: Path, flags: number): void {
  const { mount } = path
  const cleared = mount.lockedFlags & (MS_RDONLY | MS_NODEV | MS_NOSUID | MS_NOEXEC) & ~flags
  const atimeChanged = (mount.lockedFlags & MS_NOATIME) !== 0 && ((mount.flags ^ flags) & ATIME_MASK) !== 0
  if (cleared !== 0 || atimeChanged) refuse(task, path, 'capability', Errno.EPERM)
}

/** The per-mount flags of a remount: the access time choice stays unless the call makes one. */
function remountFlags(mount: Mount, flags: number): number {
  const own = mountFlags(flags)
  if ((flags & (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)) !== 0) return own
  return (own & ~ATIME_MASK) | (mount.flags & ATIME_MASK)
}

function setFlags(task: Task, path: Path, flags: number): void {
  const { mount } = path
  mount.flags = (mount.flags & ~SETTABLE) | flags
  if (task.kernel.trace.enabled) task.kernel.trace.emit('mount.change', task, { mount: mount.id, ns: mount.ns?.ino, at: pathString(path, task.fs.root), flags: mount.flags })
}

/** do_reconfigure_mnt: remount,bind changes this mount only. */
export function remountBind(task: Task, path: Path, flags: number): void {
  mustBeMountRoot(task, path)
  const own = remountFlags(path.mount, flags)
  mayChangeFlags(task, path, own)
  if ((own & MS_RDONLY) !== 0 && (path.mount.flags & MS_RDONLY) === 0 && path.mount.writers > 0) throw Errno.EBUSY
  setFlags(task, path, own)
}

/** do_remount: changes the superblock, that is for every mount of it, and this mount's flags. */
export function remountSuper(task: Task, path: Path, flags: number, data: string): void {
  mustBeMountRoot(task, path)
  const { sb } = path.mount
  const own = remountFlags(path.mount, flags)
  mayChangeFlags(task, path, own)
  if (!nsCapable(task, sb.userNs, CAP_SYS_ADMIN)) refuse(task, path, 'capability', Errno.EPERM)
  if ((flags & MS_RDONLY) !== 0 && (sb.flags & MS_RDONLY) === 0 && sb.writers > 0) throw Errno.EBUSY
  sb.remount(task, data, flags)
  sb.flags = (sb.flags & ~SB_FLAGS) | (flags & SB_FLAGS)
  setFlags(task, path, own)
}

/** do_change_type by path, for boot. */
export function changePropagationOf(task: Task, target: string, flags: number): void {
  changeType(task, pathLookup(task, AT_FDCWD, target, LOOKUP_FOLLOW), flags)
}

/** do_change_type: exactly one of shared, private, slave, unbindable; with MS_REC for the whole tree. */
export function changeType(task: Task, { mount, dentry }: Path, flags: number): void {
  if (dentry !== mount.root) throw Errno.EINVAL
  const type = flags & ~(MS_REC | MS_SILENT)
  if (type !== MS_SHARED && type !== MS_PRIVATE && type !== MS_SLAVE && type !== MS_UNBINDABLE) throw Errno.EINVAL
  const { kernel } = task
  for (const m of (flags & MS_REC) !== 0 ? [...mountTree(mount)] : [mount]) changePropagation(kernel, m, type as PropagationType)
  kernel.trace.emit('mount.propagation', task, { mount: mount.id, ns: mount.ns?.ino, type: TYPE_NAMES.get(type), recursive: (flags & MS_REC) !== 0 })
}
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([[MS_SHARED, 'shared'], [MS_PRIVATE, 'private'], [MS_SLAVE, 'slave'], [MS_UNBINDABLE, 'unbindable']])

/** do_move_mount */
export function moveMount(task: Task, source: string, path: Path): void {
  if (source === '') throw Errno.EINVAL
  const old = pathLookup(task, AT_FDCWD, source, LOOKUP_FOLLOW)
  const at = mountpointOf(path)
  const { mount } = old
  if (!isOurs(task, at.mount) || !mount.hasParent || !isOurs(task, mount) || mount.isLocked) throw Errno.EINVAL
  if (old.dentry !== mount.root || at.dentry.inode.isDir !== old.dentry.inode.isDir) throw Errno.EINVAL
  if (mount.parent.isShared || (at.mount.isShared && containsUnbindable(mount))) throw Errno.EINVAL
  for (const m of mountTree(mount)) if (isMountNsLoop(task, m.root)) throw Errno.ELOOP
  for (let m = at.mount; m.hasParent; m = m.parent) if (m === mount) throw Errno.ELOOP
  attachMount(task, mount, at, true)
}

/** umount2(2) */
export function unmount(task: Task, target: string, flags: number): void {
  if ((flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW)) !== 0) throw Errno.EINVAL
  const path = topOf(pathLookup(task, AT_FDCWD, target, (flags & UMOUNT_NOFOLLOW) !== 0 ? 0 : LOOKUP_FOLLOW))
  const { mount } = path
  if (!mayMount(task)) refuse(task, path, 'capability', Errno.EPERM)
  checkUnmount(task, path)
  if (path.dentry !== mount.root || !isOurs(task, mount) || mount.isLocked) throw Errno.EINVAL
  if ((flags & MNT_FORCE) !== 0 && !capable(task, CAP_SYS_ADMIN)) refuse(task, path, 'capability', Errno.EPERM)
  if ((flags & MNT_EXPIRE) !== 0) {
    if ((flags & (MNT_FORCE | MNT_DETACH)) !== 0 || mount === task.fs.root.mount) throw Errno.EINVAL
    throw isBusy(mount) ? Errno.EBUSY : Errno.EAGAIN
  }
  if (mount === task.fs.root.mount && (flags & MNT_DETACH) === 0) {
    makeRootReadOnly(task, path)
    return
  }
  const isLazy = (flags & MNT_DETACH) !== 0
  if (!isLazy && isBusy(mount)) {
    task.kernel.trace.emit('mount.busy', task, { mount: mount.id, pins: mount.pins, children: [...mount.children].map((m) => m.id) })
    throw Errno.EBUSY
  }
  const ns = mount.ns?.ino
  const at = pathString(path, task.fs.root)
  const gone = umountTree(mount, { propagate: true, sync: !isLazy })
  task.kernel.trace.emit('mount.umount', task, { mount: mount.id, ns, at, lazy: isLazy, propagated: gone.length - 1 })
}

/** do_umount_root: `umount /` only makes the file system read-only. */
function makeRootReadOnly(task: Task, path: Path): void {
  const { sb } = path.mount
  if (!nsCapable(task, sb.userNs, CAP_SYS_ADMIN)) refuse(task, path, 'capability', Errno.EPERM)
  if ((sb.flags & MS_RDONLY) !== 0) return
  if (sb.writers > 0) throw Errno.EBUSY
  sb.flags |= MS_RDONLY
}
