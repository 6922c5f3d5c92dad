// The World's processes and namespaces, read from the kernel's objects.
import type { NsType } from '../abi/sched.ts'
import type { CapSet } from '../abi/capability.ts'
import type { Cred } from '../kernel/cred/cred.ts'
import { fromKgidMunged, fromKuidMunged, type IdMap } from '../kernel/cred/ids.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Namespace } from '../kernel/ns/ns-common.ts'
import { CgroupNamespace, TimeNamespace, UtsNamespace } from '../kernel/ns/other-namespaces.ts'
import { PidNamespace } from '../kernel/ns/pid-namespace.ts'
import { UserNamespace } from '../kernel/ns/user-namespace.ts'
import type { Task, TaskState } from '../kernel/task.ts'
import { pathString } from '../kernel/vfs/path-string.ts'
import type { WorldIdRange, WorldNamespace, WorldProcess } from './world.ts'

const hex = (set: CapSet): string => set.toString(16).padStart(16, '0')
const ranges = (map: IdMap): readonly WorldIdRange[] => map.map((e) => ({ inside: e.first, outside: e.kernelFirst, count: e.count }))

/** Namespace of each type that a task is in. */
export function namespacesOf(task: Task): Readonly<Record<NsType, Namespace>> {
  const p = task.nsproxy
  return { cgroup: p.cgroup, ipc: p.ipc, mnt: p.mnt, net: p.net, pid: task.pidNs, time: p.time, user: task.cred.userNs, uts: p.uts }
}

const STATE_LETTERS: Readonly<Record<TaskState, WorldProcess['state']>> = { ready: 'R', sleeping: 'S', stopped: 'T', zombie: 'Z', dead: 'Z' }

const capsOf = (cred: Cred): WorldProcess['caps'] => (
  { inheritable: hex(cred.inheritable), permitted: hex(cred.permitted), effective: hex(cred.effective), bounding: hex(cred.bounding), ambient: hex(cred.ambient) })

const idsOf = ({ cgroup, ipc, mnt, net, pid, time, user, uts }: Readonly<Record<NsType, Namespace>>): Readonly<Record<NsType, number>> => (
  { cgroup: cgroup.ino, ipc: ipc.ino, mnt: mnt.ino, net: net.ino, pid: pid.ino, time: time.ino, user: user.ino, uts: uts.ino })

/** All processes by PID. Most of them share their credentials with others, so those are put into words once. */
export function snapshotProcesses(kernel: Kernel): readonly WorldProcess[] {
  const caps = new Map<Cred, WorldProcess['caps']>()
  const capsOnce = (cred: Cred): WorldProcess['caps'] => {
    const known = caps.get(cred) ?? capsOf(cred)
    caps.set(cred, known)
    return known
  }
  return [...kernel.tasks.values()].sort((a, b) => a.globalPid - b.globalPid).map((task) => snapshotProcess(task, capsOnce(task.cred)))
}

function snapshotProcess(task: Task, caps: WorldProcess['caps']): WorldProcess {
  const { kernel, cred, pidNs } = task
  const init = kernel.initPidNs
  const hostRoot = kernel.initTask?.fs.root ?? task.fs.root
  return {
    pid: task.globalPid, pids: task.pid.numbers.map((n) => n.nr), ppid: task.parent?.numberIn(init) ?? 0, ppidInside: task.parent?.numberIn(pidNs) ?? 0,
    comm: task.comm, argv: task.argv, state: STATE_LETTERS[task.state],
    uid: cred.uid, euid: cred.euid, gid: cred.gid, uidInside: fromKuidMunged(cred.userNs, cred.euid), gidInside: fromKgidMunged(cred.userNs, cred.egid),
    ns: idsOf(namespacesOf(task)), nsForChildren: { pid: task.nsproxy.pidForChildren.ino, time: task.nsproxy.timeForChildren.ino },
    pgid: task.pgrp.numberIn(init), sid: task.session.leader?.numberIn(init) ?? 0, tty: task.session.tty?.name, isKernelThread: task.isKernelThread,
    caps, noNewPrivs: task.noNewPrivs, cgroup: task.cgroup.path,
    cwd: task.isAlive ? pathString(task.fs.cwd, task.fs.root) : '', root: task.isAlive ? pathString(task.fs.root, hostRoot) : '',
  }
}

export function snapshotNamespace(ns: Namespace): WorldNamespace {
  const base = { id: ns.ino, type: ns.type, owner: ns.owner?.ino, holders: Object.fromEntries(ns.holders) }
  if (ns instanceof UserNamespace) {
    return {
      ...base, parent: ns.parent?.ino, level: ns.level, uidMap: ranges(ns.uidMap), gidMap: ranges(ns.gidMap),
      setgroups: ns.setgroupsAllowed ? 'allow' : 'deny', ownerUid: ns.ownerUid,
    }
  }
  if (ns instanceof PidNamespace) return { ...base, parent: ns.parent?.ino, level: ns.level }
  if (ns instanceof UtsNamespace) return { ...base, hostname: ns.hostname, domainname: ns.domainname }
  if (ns instanceof TimeNamespace) return { ...base, monotonicOffset: ns.monotonicOffset, boottimeOffset: ns.boottimeOffset }
  if (ns instanceof CgroupNamespace) return { ...base, root: ns.root }
  return base
}

export function initialNamespaces(kernel: Kernel): Readonly<Record<NsType, number>> {
  const init = kernel.initTask
  if (init === undefined) throw new Error('the machine has not booted')
  return idsOf(namespacesOf(init))
}
