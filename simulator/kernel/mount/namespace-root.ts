// Where a mount namespace's tree starts for whoever enters it: the topmost mount on its root (fs/namespace.c: mntns_install), and the chroot test.
import type { Task } from '../task.ts'
import { type Path, samePath } from '../vfs/path.ts'
import type { Mount } from './mount.ts'
import type { MountNamespace } from './mount-namespace.ts'

/** The root path of a namespace, mounts stacked on `/` followed. */
export function namespaceRootPath(ns: MountNamespace): Path {
  let mount = ns.root as Mount
  for (let above = stackedOn(mount); above !== undefined; above = stackedOn(mount)) mount = above
  return { mount, dentry: mount.root }
}

function stackedOn(mount: Mount): Mount | undefined {
  if (mount.root.mountedHere === 0) return undefined
  for (const child of mount.children) if (child.mountpoint === mount.root) return child
  return undefined
}

/** current_chrooted: is the task's root anything but its mount namespace's root? */
export function isChrooted(task: Task): boolean {
  return !samePath(task.fs.root, namespaceRootPath(task.nsproxy.mnt))
}
