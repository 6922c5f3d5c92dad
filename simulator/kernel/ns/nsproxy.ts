// struct nsproxy (include/linux/nsproxy.h): the namespaces of a task other than user (in its cred) and its own pid namespace (in its Pid). Immutable; swapped whole.
import type { MountNamespace } from '../mount/mount-namespace.ts'
import type { NetNamespace } from '../net/net-namespace.ts'
import type { CgroupNamespace, IpcNamespace, TimeNamespace, UtsNamespace } from './other-namespaces.ts'
import type { PidNamespace } from './pid-namespace.ts'

export interface NsProxy {
  readonly uts: UtsNamespace
  readonly ipc: IpcNamespace
  readonly mnt: MountNamespace
  readonly net: NetNamespace
  readonly cgroup: CgroupNamespace
  readonly time: TimeNamespace
  readonly timeForChildren: TimeNamespace
  readonly pidForChildren: PidNamespace
}

/** Counts a task in (or out of) every namespace of a proxy. */
export function holdProxy(p: NsProxy): NsProxy {
  p.uts.hold('task'); p.ipc.hold('task'); p.mnt.hold('task'); p.net.hold('task'); p.cgroup.hold('task'); p.time.hold('task')
  p.timeForChildren.hold('for-children'); p.pidForChildren.hold('for-children')
  return p
}
export function releaseProxy(p: NsProxy): void {
  p.uts.release('task'); p.ipc.release('task'); p.mnt.release('task'); p.net.release('task'); p.cgroup.release('task'); p.time.release('task')
  p.timeForChildren.release('for-children'); p.pidForChildren.release('for-children')
}
