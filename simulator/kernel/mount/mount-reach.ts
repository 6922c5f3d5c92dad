// Small questions about where mounts are (fs/namespace.c).
import type { Task } from '../task.ts'
import type { Dentry } from '../vfs/dentry.ts'
import type { Path } from '../vfs/path.ts'
import type { Mount } from './mount.ts'

/** check_mnt: is it in the caller's mount namespace? */
export const isOurs = (task: Task, mount: Mount): boolean => mount.ns === task.nsproxy.mnt

/** is_path_reachable: can one get from `root` down to (mount, dentry)? */
export function isReachable(mount: Mount, dentry: Dentry, root: Path): boolean {
  let m = mount
  let d = dentry
  while (m !== root.mount && m.hasParent) {
    d = m.mountpoint
    m = m.parent
  }
  return m === root.mount && d.isBelow(root.dentry)
}

/** The mount that covers a place completely, as far up as they are stacked. */
export function topOf(path: Path): Path {
  let { mount, dentry } = path
  for (;;) {
    const above = dentry.mountsHere === undefined ? undefined : mount.childAt(dentry)
    if (above === undefined) return { mount, dentry }
    mount = above
    dentry = above.root
  }
}

/** has_locked_children: mounts below `dentry` that hide something from this namespace. */
export function hasLockedChildren(mount: Mount, dentry: Dentry): boolean {
  for (const child of mount.children) if (child.isLocked && child.mountpoint.isBelow(dentry)) return true
  return false
}
