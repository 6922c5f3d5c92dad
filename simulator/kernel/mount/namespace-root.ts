// Where a mount namespace's tree starts for whoever enters it: the topmost mount on its root (fs/namespace.c: mntns_install), and the chroot test.
import { KernelBug } from '../kernel-bug.ts'
import type { Task } from '../task.ts'
import { type Path, samePath } from '../vfs/path.ts'
import type { MountNamespace } from './mount-namespace.ts'

/** The root path of a namespace, mounts stacked on `/` followed. */
export function namespaceRootPath(ns: MountNamespace): Path {
  let mount = ns.root
  if (mount === undefined) throw new KernelBug('a mount namespace without a root')
  for (let above = mount.childAt(mount.root); above !== undefined; above = mount.childAt(mount.root)) mount = above
  return { mount, dentry: mount.root }
}

/** current_chrooted: is the task's root anything but its mount namespace's root? */
export function isChrooted(task: Task): boolean {
  return !samePath(task.fs.root, namespaceRootPath(task.nsproxy.mnt))
}
