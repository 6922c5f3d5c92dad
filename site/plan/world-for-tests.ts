// Builds small Worlds by hand for the plan's tests and the page that explains the drawing.
import type { NsType } from '../../simulator/abi/sched.ts'
import type { World, WorldIdRange, WorldLink, WorldMount, WorldNamespace, WorldProcess } from '../../simulator/machine/world.ts'
import { NS_TYPES } from '../../simulator/abi/sched.ts'

const INITIAL: Readonly<Record<NsType, number>> = {
  time: 4026531834, cgroup: 4026531835, pid: 4026531836, user: 4026531837, uts: 4026531838, ipc: 4026531839, net: 4026531840, mnt: 4026531841,
}
const NO_CAPS = { inheritable: '0', permitted: '0', effective: '0', bounding: '0', ambient: '0' }

export interface ProcessSketch {
  readonly pid: number
  readonly argv: string
  readonly ns?: Partial<Record<NsType, number>>
  /** Host first. */
  readonly pids?: readonly number[]
  readonly uid?: number
  readonly uidInside?: number
  readonly tty?: string
}
export interface NamespaceSketch {
  readonly id: number
  readonly type: NsType
  readonly parent?: number
  readonly hostname?: string
  readonly uidMap?: readonly WorldIdRange[]
  readonly mountedAt?: readonly string[]
  readonly holders?: Readonly<Record<string, number>>
  /** Mounts of a mount namespace beside the host's. */
  readonly mounts?: readonly (readonly [target: string, fstype: string, options?: string])[]
  /** Interfaces of a network namespace beside lo. */
  readonly links?: readonly LinkSketch[]
}
export interface LinkSketch {
  readonly index: number
  readonly name: string
  readonly kind: string
  readonly address?: string
  readonly master?: string
  readonly peer?: { readonly netns: number; readonly index: number }
}
export const HOST_NET = 4026531840

const mount = (id: number, target: string, fstype: string, options = 'rw'): WorldMount =>
  ({ id, parent: 1, target, source: fstype, fstype, dev: `0:${id}`, root: '/', options: options.split(','), propagation: 'private' })

const LO: WorldLink = { index: 1, name: 'lo', kind: 'loopback', mac: '', mtu: 65536, flags: ['UP'], operstate: 'UNKNOWN', addresses: [{ address: '127.0.0.1', prefix: 8, scope: 'host' }] }
const interfaceOf = ({ address, ...sketch }: LinkSketch): WorldLink =>
  ({ mac: '', mtu: 1500, flags: ['UP', 'LOWER_UP'], operstate: 'UP', addresses: address === undefined ? [] : [{ address, prefix: 24, scope: 'global' }], ...sketch })

function process(sketch: ProcessSketch): WorldProcess {
  const argv = sketch.argv.split(' ')
  const uid = sketch.uid ?? 0, uidInside = sketch.uidInside ?? uid
  const ns = { ...INITIAL, ...sketch.ns }
  return {
    pid: sketch.pid, pids: sketch.pids ?? [sketch.pid], ppid: 1, ppidInside: 0, comm: argv[0] ?? '', argv, state: 'S', uid, euid: uid, gid: uid, uidInside, gidInside: uidInside,
    ns, nsForChildren: { pid: ns.pid, time: ns.time }, pgid: sketch.pid, sid: sketch.pid, isKernelThread: false, caps: NO_CAPS, noNewPrivs: false, cgroup: '/', cwd: '/', root: '/',
    ...(sketch.tty === undefined ? {} : { tty: sketch.tty }),
  }
}

export function sketchWorld(processes: readonly ProcessSketch[], namespaces: readonly NamespaceSketch[] = [], hostLinks: readonly LinkSketch[] = [], chains: World['chains'] = {}): World {
  const host = [mount(1, '/', 'ext4'), mount(2, '/proc', 'proc'), mount(3, '/sys', 'sysfs')]
  const initial: WorldNamespace[] = NS_TYPES.map(type => ({ id: INITIAL[type], type, holders: { task: 1 }, ...(type === 'uts' ? { hostname: 'host' } : {}) }))
  const mounts: Record<number, readonly WorldMount[]> = { [INITIAL.mnt]: host }
  for (const each of namespaces) {
    if (each.type === 'mnt') mounts[each.id] = [...host, ...(each.mounts ?? []).map(([target, fstype, options], i) => mount(10 + i, target, fstype, options))]
  }
  return {
    time: 0, initial: INITIAL, processes: processes.map(process),
    namespaces: [...initial, ...namespaces.map(({ mounts: _mounts, links: _links, holders, parent, ...each }) =>
      ({ holders: holders ?? { task: 1 }, ...(each.type === 'pid' || each.type === 'user' ? { parent: parent ?? INITIAL[each.type] } : {}), ...each }))],
    mounts,
    links: {
      [INITIAL.net]: [LO, interfaceOf({ index: 2, name: 'eth0', kind: 'ether', address: '10.0.2.15' }), ...hostLinks.map(interfaceOf)],
      ...Object.fromEntries(namespaces.filter(each => each.type === 'net').map(each => [each.id, [LO, ...(each.links ?? []).map(interfaceOf)]])),
    },
    routes: {}, chains, cgroups: [], users: { 0: 'root', 1000: 'learner', 33: 'www-data', 65534: 'nobody' },
  }
}
