// Small Worlds for unit tests: a host with init and a learner's shell, to which a test adds what it is about.
import { NS_TYPES } from './world.ts'
import type { NsType, World, WorldNamespace, WorldProcess } from './world.ts'

const initial = Object.fromEntries(NS_TYPES.map((type, index) => [type, 4026531834 + index])) as Record<NsType, number>

export function processForTest(pid: number, comm: string, more: Partial<WorldProcess> = {}): WorldProcess {
  return {
    pid, comm, pids: [pid], ppid: 1, ppidInside: 1, argv: [comm], state: 'S', uid: 1000, euid: 1000, gid: 1000, uidInside: 1000, gidInside: 1000,
    ns: initial, nsForChildren: { pid: initial.pid, time: initial.time }, pgid: pid, sid: pid, tty: 'pts/0', isKernelThread: false,
    caps: { inheritable: '0', permitted: '0', effective: '0', bounding: '1ffffffffff', ambient: '0' }, noNewPrivs: false, cgroup: '/', cwd: '/', root: '/', ...more,
  }
}

export function worldForTest(processes: readonly WorldProcess[] = [], namespaces: readonly WorldNamespace[] = [], more: Partial<World> = {}): World {
  const initials = NS_TYPES.map((type): WorldNamespace => ({ id: initial[type], type, holders: { task: 2 }, level: 0, ...(type === 'uts' ? { hostname: 'host' } : {}) }))
  return {
    time: 0, initial, namespaces: [...initials, ...namespaces], users: { 0: 'root', 1000: 'learner' }, links: {}, routes: {}, chains: {}, cgroups: [],
    processes: [processForTest(1, 'init', { uid: 0, euid: 0, uidInside: 0, tty: undefined }), processForTest(500, 'bash'), ...processes],
    mounts: { [initial.mnt]: [{ id: 1, parent: 0, target: '/proc', source: 'proc', fstype: 'proc', dev: '0:20', root: '/', options: ['rw'], propagation: 'shared', pidns: initial.pid }] },
    ...more,
  }
}

/** A namespace that is not the host's, and a process's namespaces with it. */
export function ownForTest(type: NsType, id: number, more: Partial<WorldNamespace> = {}): { readonly ns: WorldNamespace; readonly of: WorldProcess['ns'] } {
  return { ns: { id, type, holders: { task: 1 }, ...more }, of: { ...initial, [type]: id } }
}
