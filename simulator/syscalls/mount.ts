// mount(2), umount2(2), pivot_root(2).
import { Errno } from '../abi/errno.ts'
import { AT_FDCWD } from '../abi/fcntl.ts'
import { MS_BIND, MS_MOVE, MS_PRIVATE, MS_REC, MS_REMOUNT, MS_SHARED, MS_SLAVE, MS_UNBINDABLE } from '../abi/mount.ts'
import { bindMount, changeType, moveMount, remountBind, remountSuper, unmount } from '../kernel/mount/mount-change.ts'
import { addFileSystem, mayMount } from '../kernel/mount/mount-create.ts'
import { pivotRoot } from '../kernel/mount/pivot-root.ts'
import { LOOKUP_FOLLOW, pathLookup } from '../kernel/vfs/path-walk.ts'
import { checkMount } from '../kernel/security/apparmor/mount-rules.ts'
import { refuse } from '../kernel/vfs/permissions.ts'
import type { Handlers } from './handlers.ts'

export const mountSyscalls = {
  mount(task, source, target, fstype, flags, data) {
    const path = pathLookup(task, AT_FDCWD, target, LOOKUP_FOLLOW)
    checkMount(task, path, flags, source, fstype)
    if (!mayMount(task)) refuse(task, path, 'capability', Errno.EPERM)
    if ((flags & MS_REMOUNT) !== 0 && (flags & MS_BIND) !== 0) remountBind(task, path, flags)
    else if ((flags & MS_REMOUNT) !== 0) remountSuper(task, path, flags, data)
    else if ((flags & MS_BIND) !== 0) bindMount(task, source, path, (flags & MS_REC) !== 0)
    else if ((flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)) !== 0) changeType(task, path, flags)
    else if ((flags & MS_MOVE) !== 0) moveMount(task, source, path)
    else addFileSystem(task, source, path, fstype, flags, data)
    return 0
  },
  umount2(task, target, flags) {
    unmount(task, target, flags)
    return 0
  },
  pivot_root(task, newRoot, putOld) {
    pivotRoot(task, newRoot, putOld)
    return 0
  },
} satisfies Partial<Handlers>
