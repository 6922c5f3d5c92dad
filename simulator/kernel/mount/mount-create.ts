// mount(2) of a file system (fs/namespace.c: do_new_mount, do_add_mount, mount_too_revealing).
import { CAP_SYS_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { AT_FDCWD } from '../../abi/fcntl.ts'
import {
  MS_DIRSYNC, MS_LAZYTIME, MS_MANDLOCK, MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_NOSYMFOLLOW, MS_RDONLY, MS_RELATIME, MS_STRICTATIME, MS_SYNCHRONOUS,
} from '../../abi/mount.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { Task } from '../task.ts'
import type { Path } from '../vfs/path.ts'
import { LOOKUP_FOLLOW, pathLookup } from '../vfs/path-walk.ts'
import { refuse } from '../vfs/permissions.ts'
import type { FileSystemType, SuperBlock } from '../vfs/super-block.ts'
import { graftTree, mountpointOf } from './mount-attach.ts'
import { isOurs } from './mount-reach.ts'
import { Mount } from './mount.ts'

/** The flags a mount keeps, as opposed to those of the superblock. */
export const ATIME_MASK = MS_NOATIME | MS_NODIRATIME | MS_RELATIME
export const SB_FLAGS = MS_RDONLY | MS_SYNCHRONOUS | MS_DIRSYNC | MS_MANDLOCK | MS_LAZYTIME

/** Per-mount flags of a mount(2) call: relatime unless something else is asked for. */
export function mountFlags(flags: number): number {
  let own = flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_NOSYMFOLLOW)
  if ((flags & MS_NOATIME) === 0) own |= MS_RELATIME
  if ((flags & MS_STRICTATIME) !== 0) own &= ~(MS_RELATIME | MS_NOATIME)
  return own
}

/** may_mount */
export function mayMount(task: Task): boolean {
  const { owner } = task.nsproxy.mnt
  return owner !== undefined && nsCapable(task, owner, CAP_SYS_ADMIN)
}

/** Mounts a new file system by path, for boot. */
export function mountNew(task: Task, source: string, target: string, type: string, flags: number, data: string): void {
  addFileSystem(task, source, pathLookup(task, AT_FDCWD, target, LOOKUP_FOLLOW), type, flags, data)
}

/** do_new_mount */
export function addFileSystem(task: Task, source: string, path: Path, typeName: string, flags: number, data: string): void {
  const { kernel } = task
  const type = kernel.fsTypes.get(typeName)
  if (type === undefined) throw Errno.ENODEV
  const sb = getSuperBlock(task, type, source, path, flags, data)
  let lockedFlags = 0
  let mount: Mount | undefined
  const own = mountFlags(flags)
  try {
    if (task.nsproxy.mnt.owner !== kernel.initUserNs && sb.usernsVisible) {
      const visible = alreadyVisible(task, sb, own)
      if (visible === undefined) refuse(task, path, 'capability', Errno.EPERM)
      lockedFlags = visible
    }
    const at = mountpointOf(path)
    if (!isOurs(task, at.mount)) throw Errno.EINVAL
    if (at.mount.sb === sb && at.mount.root === at.dentry) throw Errno.EBUSY
    mount = new Mount(kernel, sb, type.rootOf?.(task, sb) ?? sb.root, source === '' ? 'none' : source, own)
    mount.lockedFlags = lockedFlags
    graftTree(task, mount, at)
  } catch (error) {
    if (mount === undefined && sb.mounts === 0) sb.onLastUnmount()
    throw error
  }
}

/** vfs_get_tree: whoever mounts must have CAP_SYS_ADMIN over the user namespace the superblock will belong to. */
function getSuperBlock(task: Task, type: FileSystemType, source: string, path: Path, flags: number, data: string): SuperBlock {
  const { kernel } = task
  const owner = type.userNsMount ? (type.ownerOf?.(task) ?? task.cred.userNs) : kernel.initUserNs
  if (!nsCapable(task, owner, CAP_SYS_ADMIN)) refuse(task, path, 'capability', Errno.EPERM)
  const sb = type.mount(task, source, flags, data)
  if (sb.mounts === 0) {
    sb.flags |= flags & SB_FLAGS
    if (sb.userNs !== kernel.initUserNs) sb.noDevices = true
  }
  return sb
}

/**
 * mnt_already_visible: a user namespace may mount proc or sysfs only where such a file system is already fully visible, with nothing locked over any part of it.
 * Answers the flags that must stay locked, undefined if it isn't.
 */
function alreadyVisible(task: Task, sb: SuperBlock, flags: number): number | undefined {
  for (const mount of task.nsproxy.mnt.mounts) {
    if (mount.sb.type !== sb.type || mount.root !== mount.sb.root) continue
    const locked = mount.lockedFlags | ((mount.sb.flags & MS_RDONLY) !== 0 ? MS_RDONLY : 0)
    if ((locked & MS_RDONLY) !== 0 && (flags & MS_RDONLY) === 0) continue
    if ((locked & MS_NOATIME) !== 0 && ((mount.flags ^ flags) & ATIME_MASK) !== 0) continue
    if ([...mount.children].some((child) => child.isLocked && !child.mountpoint.inode.isPermanentlyEmpty)) continue
    return locked & (MS_RDONLY | MS_NOATIME)
  }
  return undefined
}
