// Taking mounts out of the tree (fs/namespace.c: umount_tree, do_umount, __detach_mounts; fs/pnode.c: propagate_umount, propagate_mount_busy).
import type { Task } from '../task.ts'
import type { Dentry } from '../vfs/dentry.ts'
import { leavePropagation, propagation } from './mount-propagation.ts'
import { type Mount, mountTree } from './mount.ts'

export interface UmountHow {
  /** UMOUNT_PROPAGATE: peers and slaves of the parent unmount it too */
  readonly propagate?: boolean
  /** UMOUNT_SYNC: nothing uses it, so all are separated; else locked mounts stay on their parents, hiding what they hide */
  readonly sync?: boolean
  /** UMOUNT_CONNECTED: the tree stays in one piece for those who still have it open */
  readonly connected?: boolean
}

/** umount_tree */
export function umountTree(tree: Mount, how: UmountHow): readonly Mount[] {
  if (how.propagate === true) unlockPropagated(tree)
  const gone = new Set<Mount>(mountTree(tree))
  if (how.propagate === true) for (const mount of propagateUmount([...gone], gone)) gone.add(mount)
  const separated: Mount[] = []
  for (const mount of gone) {
    mount.ns?.mounts.delete(mount)
    mount.ns = undefined
  }
  for (const mount of gone) {
    const staysConnected = mount.hasParent && gone.has(mount.parent) && how.sync !== true && (how.connected === true || mount.isLocked)
    leavePropagation(mount)
    if (staysConnected) continue
    mount.detachFromParent()
    separated.push(mount)
  }
  for (const mount of separated) mount.kill()
  return [...gone]
}

/** Throws away a tree that was never committed to a namespace. */
export function discardTree(tree: Mount): void {
  umountTree(tree, { sync: true })
}

/** propagate_mount_unlock: the copies of an unmounted mount may go, whatever they cover. */
function unlockPropagated(mount: Mount): void {
  for (const m of propagation(mount.parent)) {
    const child = m.childAt(mount.mountpoint)
    if (child !== undefined) child.isLocked = false
  }
}

/** propagate_umount: the corresponding mounts elsewhere, unless something else is mounted in them. One that merely covers them is kept and moves down. */
function propagateUmount(list: readonly Mount[], gone: ReadonlySet<Mount>): readonly Mount[] {
  const umounted = new Set<Mount>()
  const visited = new Set<Mount>()
  /** seen with no children left; locked ones among them stay */
  const marked = new Set<Mount>()
  const restore = new Set<Mount>()
  const isGoing = (mount: Mount): boolean => gone.has(mount) || umounted.has(mount)

  /** __propagate_umount: true if the parent may have become a candidate. */
  const consider = (mount: Mount): boolean => {
    if (isGoing(mount) || marked.has(mount)) return false
    for (const child of mount.children) {
      if (child.mountpoint === mount.root || marked.has(child) || isGoing(child)) continue
      restore.add(mount)
      visited.add(mount)
      return false
    }
    marked.add(mount)
    visited.add(mount)
    if (mount.isLocked) restore.add(mount)
    else {
      umounted.add(mount)
      restore.delete(mount)
    }
    return true
  }

  for (const mount of [...list].reverse()) {
    if (visited.has(mount)) continue
    visited.add(mount)
    for (const m of propagation(mount.parent)) {
      let child = m.childAt(mount.mountpoint)
      if (child === undefined || visited.has(child)) continue
      if (gone.has(child)) {
        visited.add(child)
        continue
      }
      while (consider(child)) {
        child = child.parent
        if (!visited.has(child)) break
      }
    }
  }
  for (const mount of umounted) {
    for (const child of mount.children) {
      if (child.mountpoint === mount.root) restore.add(child)
      else if (!isGoing(child)) {
        restore.delete(child)
        umounted.add(child)
      }
    }
  }
  reparent([...restore].filter((mount) => !isGoing(mount)), isGoing)
  return [...umounted]
}

/** restore_mounts: a mount whose parent goes sits where the parent sat. All new places are found before anything moves. */
function reparent(mounts: readonly Mount[], isGoing: (mount: Mount) => boolean): void {
  const moves = mounts.map((mount) => {
    let { parent, mountpoint } = mount
    while (isGoing(parent) && parent.hasParent) {
      mountpoint = parent.mountpoint
      parent = parent.parent
    }
    return { mount, parent, mountpoint }
  })
  for (const move of moves) {
    let { parent, mountpoint } = move
    if (parent === move.mount.parent) continue
    move.mount.detachFromParent()
    let there = parent.childAt(mountpoint)
    while (there !== undefined && !isGoing(there)) {
      parent = there
      mountpoint = there.root
      there = parent.childAt(mountpoint)
    }
    there?.detachFromParent()
    move.mount.attachTo(parent, mountpoint)
  }
}

/** propagate_mount_busy: in use, or its copies elsewhere are. */
export function isBusy(mount: Mount): boolean {
  if (!mount.hasParent) return mount.pins > 0
  if (mount.children.size > 0 || mount.pins > 0) return true
  for (const m of propagation(mount.parent)) {
    const child = m.childAt(mount.mountpoint)
    if (child === undefined) continue
    const isOnlyCovered = child.children.size === 1 && child.childAt(child.root) !== undefined
    if (child.children.size > 0 && !isOnlyCovered) continue
    if (child.pins > 0) return true
  }
  return false
}

/** is_local_mountpoint: is something mounted here in the caller's namespace? */
export function isLocalMountpoint(task: Task, dentry: Dentry): boolean {
  if (dentry.mountsHere === undefined) return false
  for (const mount of dentry.mountsHere) if (mount.ns === task.nsproxy.mnt) return true
  return false
}

/** detach_mounts: the name is gone, so what other namespaces have mounted on it goes too. */
export function detachMounts(task: Task, dentry: Dentry): void {
  for (const mount of [...(dentry.mountsHere ?? [])]) {
    task.kernel.trace.emit('mount.umount', task, { mount: mount.id, ns: mount.ns?.ino, why: 'mountpoint-removed' })
    if (mount.ns === undefined) {
      mount.detachFromParent()
      mount.kill()
    } else umountTree(mount, { connected: true })
  }
}
