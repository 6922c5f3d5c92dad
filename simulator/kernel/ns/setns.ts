// setns(2) (kernel/nsproxy.c): enter namespaces given by an nsfs file, or several of a process given by a pidfd.
import { CAP_SYS_ADMIN, CAP_SYS_CHROOT } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { CLONE_NEW_ALL, CLONE_NEWUSER, NS_FLAG } from '../../abi/sched.ts'
import { commitCred } from '../cred/commit.ts'
import type { Cred } from '../cred/cred.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import { NsFile } from '../fs/nsfs.ts'
import { MountNamespace } from '../mount/mount-namespace.ts'
import { namespaceRootPath } from '../mount/namespace-root.ts'
import { NetNamespace } from '../net/net-namespace.ts'
import { PidFile } from '../fs/pidfd.ts'
import type { Task } from '../task.ts'
import type { Path } from '../vfs/path.ts'
import type { File } from '../vfs/file.ts'
import { credIn } from './create-namespaces.ts'
import type { Namespace } from './ns-common.ts'
import { holdProxy, type NsProxy, releaseProxy } from './nsproxy.ts'
import { CgroupNamespace, IpcNamespace, TimeNamespace, UtsNamespace } from './other-namespaces.ts'
import { PidNamespace } from './pid-namespace.ts'
import { UserNamespace } from './user-namespace.ts'

/** What setns is about to install: nothing of it is visible before commit. */
interface NsSet {
  proxy: NsProxy
  cred: Cred
  root: Path | undefined
}

export function setns(task: Task, file: File, flags: number): 0 {
  const set: NsSet = { proxy: task.nsproxy, cred: task.cred, root: undefined }
  if (file instanceof NsFile) {
    if (flags !== 0 && flags !== NS_FLAG[file.ns.type]) throw Errno.EINVAL
    install(task, set, file.ns)
  } else if (file instanceof PidFile) {
    if (flags === 0 || (flags & ~CLONE_NEW_ALL) !== 0) throw Errno.EINVAL
    const target = file.task
    if (target === undefined || !target.isAlive) throw Errno.ESRCH
    const { user, rest } = namespacesOf(target, flags)
    if (user !== undefined && user !== task.cred.userNs) install(task, set, user)
    for (const ns of rest) install(task, set, ns)
  } else throw Errno.EINVAL
  commit(task, set)
  return 0
}

function namespacesOf(target: Task, flags: number): { readonly user: UserNamespace | undefined; readonly rest: readonly Namespace[] } {
  const p = target.nsproxy
  const rest = [p.mnt, p.uts, p.ipc, target.pidNs, p.cgroup, p.net, p.time].filter((ns) => (flags & NS_FLAG[ns.type]) !== 0)
  return { user: (flags & CLONE_NEWUSER) !== 0 ? target.cred.userNs : undefined, rest }
}

/** The `install` operation of each type: who may enter, and what changes. */
function install(task: Task, set: NsSet, ns: Namespace): void {
  const may = (userNs: UserNamespace | undefined, cap = CAP_SYS_ADMIN): boolean => userNs !== undefined && nsCapable(task, userNs, cap, set.cred)
  if (ns instanceof UserNamespace) {
    if (ns === set.cred.userNs) throw Errno.EINVAL
    if (!may(ns)) throw Errno.EPERM
    set.cred = credIn(set.cred, ns)
    return
  }
  if (!may(ns.owner)) throw Errno.EPERM
  if (ns instanceof MountNamespace) {
    if (!may(set.cred.userNs, CAP_SYS_CHROOT) || !may(set.cred.userNs)) throw Errno.EPERM
    set.proxy = { ...set.proxy, mnt: ns }
    set.root = namespaceRootPath(ns)
    return
  }
  if (!may(set.cred.userNs)) throw Errno.EPERM
  if (ns instanceof PidNamespace) {
    if (!task.pidNs.contains(ns)) throw Errno.EINVAL
    set.proxy = { ...set.proxy, pidForChildren: ns }
  } else if (ns instanceof UtsNamespace) set.proxy = { ...set.proxy, uts: ns }
  else if (ns instanceof IpcNamespace) set.proxy = { ...set.proxy, ipc: ns }
  else if (ns instanceof NetNamespace) set.proxy = { ...set.proxy, net: ns }
  else if (ns instanceof CgroupNamespace) set.proxy = { ...set.proxy, cgroup: ns }
  else if (ns instanceof TimeNamespace) {
    ns.frozen = true
    set.proxy = { ...set.proxy, time: ns, timeForChildren: ns }
  }
}

function commit(task: Task, set: NsSet): void {
  if (set.proxy !== task.nsproxy) {
    const old = task.nsproxy
    task.nsproxy = holdProxy(set.proxy)
    releaseProxy(old)
    task.kernel.trace.emit('ns.enter', task, { pid: task.nsproxy.pidForChildren.ino, mnt: task.nsproxy.mnt.ino, uts: task.nsproxy.uts.ino, net: task.nsproxy.net.ino })
  }
  if (set.root !== undefined) {
    task.fs.setRoot(set.root)
    task.fs.setCwd(set.root)
  }
  if (set.cred !== task.cred) commitCred(task, set.cred)
}
