// Reading a World: who lives where. Pure lookups, the same for a simulated machine and for a real one that prints the same JSON.
import { NS_TYPES } from '../simulator/abi/sched.ts'
import type { NsType } from '../simulator/abi/sched.ts'
import type { NsId, World, WorldMount, WorldNamespace, WorldProcess } from '../simulator/machine/world.ts'

export { NS_TYPES }
export type { NsType }
export type { NsId, World, WorldMount, WorldNamespace, WorldProcess } from '../simulator/machine/world.ts'

/** What the words for a namespace type are, in prose and drawings. */
export const NS_WORD: Readonly<Record<NsType, string>> = { user: 'user', pid: 'PID', mnt: 'mount', uts: 'UTS', ipc: 'IPC', net: 'network', cgroup: 'cgroup', time: 'time' }
/** The order in which a room's wall is layered, outermost first. */
export const WALL_ORDER: readonly NsType[] = ['user', 'pid', 'mnt', 'uts', 'ipc', 'net', 'cgroup', 'time']

export function namespaceById(world: World, id: NsId): WorldNamespace | undefined {
  return world.namespaces.find((ns) => ns.id === id)
}

/** Types of which the process has another namespace than the host, in the order of a wall. */
export function ownNamespaces(world: World, process: WorldProcess): NsType[] {
  return WALL_ORDER.filter((type) => process.ns[type] !== world.initial[type])
}

/** PID in the process's own namespace. */
export function innerPid(process: WorldProcess): number {
  return process.pids.at(-1) ?? process.pid
}

/** The processes that live in a namespace; zombies no longer do. */
export function occupants(world: World, ns: WorldNamespace): WorldProcess[] {
  return world.processes.filter((process) => process.ns[ns.type] === ns.id && process.state !== 'Z')
}

export function hostnameOf(world: World, process: WorldProcess): string | undefined {
  return namespaceById(world, process.ns.uts)?.hostname
}

/** Depth below the initial namespace of its type (user, pid); 0 for the initial one. */
export function levelOf(world: World, ns: WorldNamespace): number {
  let level = 0
  for (let at: WorldNamespace | undefined = ns; at?.parent !== undefined; at = namespaceById(world, at.parent)) level++
  return level
}

/** The uppermost mount at a path, as processes of that mount namespace see it. */
export function mountAt(world: World, mntns: NsId, target: string): WorldMount | undefined {
  return world.mounts[mntns]?.findLast((mount) => mount.target === target)
}

/** Which PID namespace's processes does this process see under /proc? Undefined where that can't be known. */
export function procView(world: World, process: WorldProcess): NsId | undefined {
  return mountAt(world, process.ns.mnt, '/proc')?.pidns
}

/** The id inside for an id outside (in the initial user namespace); undefined if it has none there. */
export function mapInward(ranges: WorldNamespace['uidMap'], outside: number): number | undefined {
  const range = ranges?.find((each) => outside >= each.outside && outside - each.outside < each.count)
  return range === undefined ? undefined : range.inside + (outside - range.outside)
}

export function userName(world: World, uid: number): string {
  return world.users[uid] ?? String(uid)
}

/** `bash 3421`, the way a process is named in words. */
export function processName(process: WorldProcess): string {
  return `${process.comm} ${process.pid}`
}
