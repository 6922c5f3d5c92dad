// New namespaces for clone(2) and unshare(2) (kernel/nsproxy.c: create_new_namespaces, kernel/user_namespace.c: create_user_ns). Prepared completely before
// anybody uses them; a failure leaves nothing behind.
import { CAP_FULL, CAP_SETFCAP, CAP_SYS_ADMIN, capBit } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUTS, type NsType } from '../../abi/sched.ts'
import type { Cred } from '../cred/cred.ts'
import { fromKgid, fromKuid } from '../cred/ids.ts'
import { capable, nsCapable } from '../cred/ns-capable.ts'
import { mqueueOf } from '../fs/mqueue.ts'
import { copyMountNamespace } from '../mount/copy-mount-namespace.ts'
import { isChrooted } from '../mount/namespace-root.ts'
import { NetNamespace } from '../net/net-namespace.ts'
import type { Task } from '../task.ts'
import type { FsState } from '../vfs/fs-state.ts'
import type { Namespace } from './ns-common.ts'
import type { NsProxy } from './nsproxy.ts'
import { CgroupNamespace, IpcNamespace, TimeNamespace, UtsNamespace } from './other-namespaces.ts'
import { MAX_PID_NS_LEVEL, PidNamespace } from './pid-namespace.ts'
import { chargeNamespace } from './ucounts.ts'
import { UserNamespace } from './user-namespace.ts'

const MAX_USER_NS_LEVEL = 32

/** create_ipc_ns: the kernel mounts the namespace's mqueue file system for itself at once, which takes a mount id and a device number. */
function newIpcNamespace({ kernel, cred }: Task, owner: UserNamespace): IpcNamespace {
  const ns = new IpcNamespace(kernel, owner)
  const mountId = kernel.mountIds.alloc()
  ns.whenGone(() => kernel.mountIds.free(mountId))
  mqueueOf(ns, cred)
  return ns
}

/** create_user_ns: a namespace owned by the caller's effective ids, and the caller's credentials in it: all capabilities, nothing inheritable or ambient. */
export function createUserNamespace(task: Task): { readonly cred: Cred; readonly ns: UserNamespace; readonly undo: () => void } {
  const { kernel, cred } = task
  const parent = cred.userNs
  if (kernel.unprivilegedUserNsClone === 0 && !capable(task, CAP_SYS_ADMIN)) throw Errno.EPERM
  if (parent.level > MAX_USER_NS_LEVEL) throw Errno.ENOSPC
  const uncharge = chargeNamespace(parent, cred.euid, 'user')
  const refused = isChrooted(task) ? 'chroot' : fromKuid(parent, cred.euid) === undefined || fromKgid(parent, cred.egid) === undefined ? 'unmapped' : undefined
  if (refused !== undefined) {
    uncharge()
    kernel.trace.emit('userns.refused', task, { why: refused })
    throw Errno.EPERM
  }
  const ns = kernel.addNamespace(new UserNamespace(kernel, parent, cred.euid, cred.egid, (cred.effective & capBit(CAP_SETFCAP)) !== 0n))
  ns.uncharge = uncharge
  announce(task, ns)
  return { ns, cred: credIn(cred, ns), undo: () => undo(ns) }
}

/** set_cred_user_ns */
export function credIn(cred: Cred, userNs: UserNamespace): Cred {
  return { ...cred, userNs, securebits: 0, inheritable: 0n, permitted: CAP_FULL, effective: CAP_FULL, bounding: CAP_FULL, ambient: 0n }
}

/** Namespaces that it owned, ended before it, may have taken it along. */
const undo = (ns: UserNamespace): void => {
  if (ns.isAlive) drop(ns)
}

const drop = (ns: Namespace): void => {
  ns.hold('task')
  ns.release('task')
}

const announce = (task: Task, ns: Namespace): void => {
  task.kernel.trace.emit('ns.new', task, { type: ns.type, ns: ns.ino, owner: ns.owner?.ino ?? 0 })
}

/** create_new_namespaces for the types in `flags` other than user. `cred` rules and owns; `fs` gets its paths moved into a new mount namespace. */
export function createNamespaces(task: Task, flags: number, cred: Cred, fs: FsState): NsProxy {
  const { kernel, nsproxy: old } = task
  const owner = cred.userNs
  if (!nsCapable(task, owner, CAP_SYS_ADMIN, cred)) throw Errno.EPERM
  const made: Namespace[] = []
  const make = <N extends Namespace>(flag: number, type: NsType, current: N, create: () => N): N => {
    if ((flags & flag) === 0) return current
    const uncharge = chargeNamespace(owner, cred.euid, type)
    try {
      const ns = kernel.addNamespace(create())
      ns.uncharge = uncharge
      made.push(ns)
      return ns
    } catch (error) {
      uncharge()
      throw error
    }
  }
  try {
    const mnt = make(CLONE_NEWNS, 'mnt', old.mnt, () => copyMountNamespace(task, owner, fs))
    const uts = make(CLONE_NEWUTS, 'uts', old.uts, () => new UtsNamespace(kernel, owner, old.uts.hostname, old.uts.domainname))
    const ipc = make(CLONE_NEWIPC, 'ipc', old.ipc, () => newIpcNamespace(task, owner))
    const pidForChildren = make(CLONE_NEWPID, 'pid', old.pidForChildren, () => newPidNamespace(task, owner))
    const cgroup = make(CLONE_NEWCGROUP, 'cgroup', old.cgroup, () => new CgroupNamespace(kernel, owner, task.cgroup.path))
    const net = make(CLONE_NEWNET, 'net', old.net, () => new NetNamespace(kernel, owner))
    const timeForChildren = make(CLONE_NEWTIME, 'time', old.timeForChildren, () => newTimeNamespace(task, owner))
    for (const ns of made) announce(task, ns)
    return { uts, ipc, mnt, net, cgroup, time: old.time, timeForChildren, pidForChildren }
  } catch (error) {
    for (const ns of made) drop(ns)
    throw error
  }
}

/** create_pid_namespace: one level down, only from a task that still lives where its children would. */
function newPidNamespace(task: Task, owner: UserNamespace): PidNamespace {
  const parent = task.nsproxy.pidForChildren
  if (task.pidNs !== parent) throw Errno.EINVAL
  if (parent.level >= MAX_PID_NS_LEVEL) throw Errno.ENOSPC
  if (!parent.owner?.contains(owner)) throw Errno.EINVAL
  return new PidNamespace(task.kernel, owner, parent)
}

function newTimeNamespace(task: Task, owner: UserNamespace): TimeNamespace {
  const ns = new TimeNamespace(task.kernel, owner)
  ns.monotonicOffset = task.nsproxy.time.monotonicOffset
  ns.boottimeOffset = task.nsproxy.time.boottimeOffset
  return ns
}
