// A mount namespace of one's own (fs/namespace.c: copy_mnt_ns): a copy of the caller's whole tree. Under another user namespace the copies are
// slaves of the originals and locked together.
import type { UserNamespace } from '../ns/user-namespace.ts'
import type { Task } from '../task.ts'
import type { FsState } from '../vfs/fs-state.ts'
import { lockTree } from './mount-attach.ts'
import { copyTree } from './mount-copy.ts'
import { MountNamespace } from './mount-namespace.ts'
import { type Mount, mountTree } from './mount.ts'

/** The new namespace, not yet registered or held; root and working directory of `fs` are moved into it. */
export function copyMountNamespace(task: Task, userNs: UserNamespace, fs: FsState): MountNamespace {
  const { kernel } = task
  const old = task.nsproxy.mnt
  if (old.root === undefined) throw new Error('kernel BUG: a mount namespace without a root')
  const ns = new MountNamespace(kernel, userNs)
  const isLessPrivileged = userNs !== old.owner
  const root = copyTree(kernel, old.root, old.root.root, { unbindable: true, sharedToSlave: isLessPrivileged })
  if (isLessPrivileged) lockTree(root)
  ns.root = root
  for (const mount of mountTree(root)) {
    mount.ns = ns
    ns.mounts.add(mount)
  }
  moveInto(fs, old.root, root)
  return ns
}

/** Root and working directory keep their place: the same directory, through the copy of its mount. */
function moveInto(fs: FsState, oldRoot: Mount, newRoot: Mount): void {
  const twinOf = (mount: Mount): Mount | undefined => {
    if (mount === oldRoot) return newRoot
    if (!mount.hasParent) return undefined
    return twinOf(mount.parent)?.childAt(mount.mountpoint)
  }
  const root = twinOf(fs.root.mount)
  if (root !== undefined) fs.setRoot({ mount: root, dentry: fs.root.dentry })
  const cwd = twinOf(fs.cwd.mount)
  if (cwd !== undefined) fs.setCwd({ mount: cwd, dentry: fs.cwd.dentry })
}
