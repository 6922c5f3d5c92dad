// Copies of mounts and mount trees (fs/namespace.c: clone_mnt, copy_tree).
import { Errno } from '../../abi/errno.ts'
import { isMountNsFile } from '../fs/nsfs.ts'
import type { Kernel } from '../kernel.ts'
import type { Dentry } from '../vfs/dentry.ts'
import { joinGroup, makeShared } from './mount-propagation.ts'
import { Mount } from './mount.ts'

/** How a copy relates to its original; without options it is a peer if the original is shared, and a slave of the same master. */
export interface CopyOptions {
  /** CL_SLAVE: a slave of the original */
  readonly slave?: boolean
  /** CL_SHARED_TO_SLAVE: a slave of the original if that is shared */
  readonly sharedToSlave?: boolean
  /** CL_MAKE_SHARED */
  readonly makeShared?: boolean
  /** CL_COPY_UNBINDABLE: unbindable mounts are copied too */
  readonly unbindable?: boolean
  /** CL_COPY_MNT_NS_FILE: bind mounts of mount namespaces are copied too */
  readonly mountNsFiles?: boolean
}

/** clone_mnt: a copy that shows the subtree at `root`, not yet attached anywhere. */
export function cloneMount(kernel: Kernel, old: Mount, root: Dentry, options: CopyOptions): Mount {
  const mount = new Mount(kernel, old.sb, root, old.source, old.flags)
  mount.lockedFlags = old.lockedFlags
  mount.isLocked = old.isLocked
  mount.isUnbindable = old.isUnbindable
  if (options.slave === true || (options.sharedToSlave === true && old.isShared)) {
    old.slaves.add(mount.slaveLink)
    mount.master = old
  } else {
    if (old.peerGroup !== undefined && options.sharedToSlave !== true) {
      joinGroup(mount, old.peerGroup)
      old.share.add(mount.share)
    }
    if (old.master !== undefined) {
      old.slaveLink.add(mount.slaveLink)
      mount.master = old.master
    }
  }
  if (options.makeShared === true) makeShared(kernel, mount)
  return mount
}

/** copy_tree: `mount` from `root` down with all that is mounted there. Throws EINVAL or EPERM for what may not be copied. */
export function copyTree(kernel: Kernel, mount: Mount, root: Dentry, options: CopyOptions): Mount {
  if (options.unbindable !== true && mount.isUnbindable) throw Errno.EINVAL
  if (options.mountNsFiles !== true && isMountNsFile(root)) throw Errno.EINVAL
  if (hidesLockedUnbindable(mount, root, options)) throw Errno.EPERM
  const top = cloneMount(kernel, mount, root, options)
  for (const child of [...mount.children]) if (child.mountpoint.isBelow(root)) copyBelow(kernel, child, top, options)
  return top
}

function isSkipped(mount: Mount, options: CopyOptions): boolean {
  return (options.unbindable !== true && mount.isUnbindable) || (options.mountNsFiles !== true && isMountNsFile(mount.root))
}

function copyBelow(kernel: Kernel, mount: Mount, parent: Mount, options: CopyOptions): void {
  if (isSkipped(mount, options)) return
  const copy = cloneMount(kernel, mount, mount.root, options)
  copy.attachTo(parent, mount.mountpoint)
  for (const child of [...mount.children]) copyBelow(kernel, child, copy, options)
}

/** Leaving out an unbindable mount that is locked would reveal what it covers. */
function hidesLockedUnbindable(mount: Mount, root: Dentry, options: CopyOptions): boolean {
  if (options.unbindable === true) return false
  const search = (m: Mount): boolean => (m.isUnbindable ? m.isLocked : [...m.children].some(search))
  return [...mount.children].some((child) => child.mountpoint.isBelow(root) && search(child))
}
