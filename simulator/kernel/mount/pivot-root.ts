// pivot_root(2) (fs/namespace.c): the root mount goes to put_old, new_root becomes the root, for everybody whose root it was.
import { Errno } from '../../abi/errno.ts'
import { AT_FDCWD } from '../../abi/fcntl.ts'
import { checkPivotRoot } from '../security/apparmor/mount-rules.ts'
import type { Task } from '../task.ts'
import { type Path, samePath } from '../vfs/path.ts'
import { LOOKUP_DIRECTORY, LOOKUP_FOLLOW, pathLookup } from '../vfs/path-walk.ts'
import { refuse } from '../vfs/permissions.ts'
import { mountpointOf } from './mount-attach.ts'
import { mayMount } from './mount-create.ts'
import { isOurs, isReachable } from './mount-reach.ts'

export function pivotRoot(task: Task, newRoot: string, putOld: string): void {
  const { root } = task.fs
  if (!mayMount(task)) refuse(task, root, 'capability', Errno.EPERM)
  const fresh = pathLookup(task, AT_FDCWD, newRoot, LOOKUP_FOLLOW | LOOKUP_DIRECTORY)
  const old = mountpointOf(pathLookup(task, AT_FDCWD, putOld, LOOKUP_FOLLOW | LOOKUP_DIRECTORY))
  checkPivotRoot(task, fresh)
  const newMount = fresh.mount
  const rootMount = root.mount
  const rootParent = rootMount.parent
  const rootMountpoint = rootMount.mountpoint
  if (old.mount.isShared || newMount.parent.isShared || rootParent.isShared) throw Errno.EINVAL
  if (!isOurs(task, rootMount) || !isOurs(task, newMount) || newMount.isLocked) throw Errno.EINVAL
  if (fresh.dentry.isUnlinked) throw Errno.ENOENT
  if (newMount === rootMount || old.mount === rootMount) throw Errno.EBUSY
  if (root.dentry !== rootMount.root || !rootMount.hasParent || fresh.dentry !== newMount.root || !newMount.hasParent) throw Errno.EINVAL
  if (!isReachable(old.mount, old.dentry, fresh) || !isReachable(newMount, fresh.dentry, root)) throw Errno.EINVAL
  newMount.detachFromParent()
  rootMount.detachFromParent()
  if (rootMount.isLocked) {
    newMount.isLocked = true
    rootMount.isLocked = false
  }
  rootMount.attachTo(old.mount, old.dentry)
  newMount.attachTo(rootParent, rootMountpoint)
  changeRoots(task, root, fresh)
  task.kernel.trace.emit('mount.pivot', task, { ns: newMount.ns?.ino, newRoot: newMount.id, oldRoot: rootMount.id })
}

/** chroot_fs_refs: every process whose root or working directory was the old root gets the new one. */
function changeRoots({ kernel }: Task, from: Path, to: Path): void {
  for (const task of kernel.tasks.values()) {
    if (!task.isAlive) continue
    if (samePath(task.fs.root, from)) task.fs.setRoot(to)
    if (samePath(task.fs.cwd, from)) task.fs.setCwd(to)
  }
}
