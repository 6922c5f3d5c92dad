// Makes a World of what the agent printed: the same conventions as the simulated machine's, so that facts, floor plan and text twin can't
// tell them apart. Known gaps: sockets as holders of a network namespace, and sysfs mounts as such, are not counted.
import { mapInward } from '../../lab/world.ts'
import type { NsId, NsType, World, WorldMount, WorldNamespace, WorldProcess } from '../../lab/world.ts'
import { RAW_NS_ORDER } from './raw-world.ts'
import type { NsNumbers, RawNamespace, RawProcess, RawWorld } from './raw-world.ts'
import { chainsOf, linksOf, routesOf } from './world-of-net.ts'
import { mountsOf, nsMounts } from './world-of-mounts.ts'
import type { NsMount } from './world-of-mounts.ts'

const OVERFLOW_ID = 65534
const FULL_CAPS = '000001ffffffffff'
const NO_CAPS = '0000000000000000'
/** Namespaces that the kernel itself holds. */
const BUILT_IN: ReadonlySet<NsType> = new Set(['user', 'pid', 'uts', 'ipc', 'cgroup', 'time'])

export function worldOf(raw: RawWorld): World {
  const initial = namespacesOf(raw.initial)
  const sorted = raw.namespaces.toSorted((a, b) => a.id - b.id)
  const byId = new Map(sorted.map((ns) => [ns.id, ns]))
  const processes = processesOf(raw, initial, byId)
  const nsfs = new Map<NsId, readonly NsMount[]>(sorted.filter(({ mountinfo }) => mountinfo !== undefined).map(({ id, mountinfo = '' }) => [id, nsMounts(mountinfo)]))
  const holders = countHolders(raw, initial, processes, [...nsfs.values()].flat())
  const mountedAt = (id: NsId): string[] => [...new Set((nsfs.get(initial.mnt) ?? []).filter(({ ns }) => ns === id).map(({ target }) => target))]
  const nets = sorted.flatMap(({ id, net }) => (net === undefined ? [] : [{ id, net }]))
  return {
    time: raw.time, initial, processes,
    namespaces: sorted.map((ns) => {
      const paths = mountedAt(ns.id)
      return { ...namespaceOf(ns, byId), holders: holders.get(ns.id) ?? {}, ...(paths.length > 0 ? { mountedAt: paths } : {}) }
    }),
    mounts: Object.fromEntries(sorted.flatMap(({ id, mountinfo }): [NsId, WorldMount[]][] => (mountinfo === undefined ? [] : [[id, mountsOf(mountinfo, raw.procs)]]))),
    links: Object.fromEntries(nets.map(({ id, net }) => [id, linksOf(id, net)])),
    routes: Object.fromEntries(nets.map(({ id, net }) => [id, routesOf(net)])),
    chains: Object.fromEntries(nets.filter(({ net }) => net.chains.length > 0).map(({ id, net }) => [id, chainsOf(net)])),
    cgroups: raw.cgroups.toSorted((a, b) => (a.path < b.path ? -1 : 1)), users: Object.fromEntries(raw.users.toReversed()),
  }
}

function namespacesOf(numbers: NsNumbers, others?: Readonly<Record<NsType, NsId>>): Record<NsType, NsId> {
  return Object.fromEntries(RAW_NS_ORDER.map((type, i) => [type, numbers[i] ?? others?.[type] ?? 0])) as Record<NsType, NsId>
}

// ---- processes

function processesOf(raw: RawWorld, initial: Readonly<Record<NsType, NsId>>, byId: ReadonlyMap<NsId, RawNamespace>): WorldProcess[] {
  const all = raw.processes.filter(({ pid }) => pid !== raw.agent).toSorted((a, b) => a.pid - b.pid)
  const byPid = new Map(all.map((process) => [process.pid, process]))
  return all.map((process) => {
    const ppid = process.ppid === raw.agent ? raw.init : process.ppid
    return process.kernel === 1 ? kernelThread(process, ppid, initial) : userProcess(process, ppid, byPid, initial, byId)
  })
}

const stateOf = (letter: string): WorldProcess['state'] => {
  const state = letter.toUpperCase()
  return state === 'R' || state === 'T' || state === 'Z' || state === 'D' ? state : state === 'X' ? 'Z' : 'S'
}

function kernelThread({ pid, comm, state, pids = [pid] }: RawProcess, ppid: number, initial: Readonly<Record<NsType, NsId>>): WorldProcess {
  return {
    pid, pids, ppid, ppidInside: ppid, comm, argv: [], state: stateOf(state), uid: 0, euid: 0, gid: 0, uidInside: 0, gidInside: 0,
    ns: initial, nsForChildren: { pid: initial.pid, time: initial.time }, pgid: 0, sid: 0, isKernelThread: true,
    caps: { inheritable: NO_CAPS, permitted: FULL_CAPS, effective: FULL_CAPS, bounding: FULL_CAPS, ambient: NO_CAPS }, noNewPrivs: false, cgroup: '/', cwd: '/', root: '/',
  }
}

/** `unshare --pid` without `--fork`: until a first child is born in the new PID namespace, the kernel tells its number to nobody. */
const UNBORN: NsId = 0

function userProcess(process: RawProcess, ppid: number, byPid: ReadonlyMap<number, RawProcess>, initial: Readonly<Record<NsType, NsId>>, byId: ReadonlyMap<NsId, RawNamespace>): WorldProcess {
  const { pid, comm, pids = [pid], uid = [], gid = [], caps = [], nsForChildren = [], cwd = '', root = '' } = process
  const parent = byPid.get(ppid)
  // Of a zombie only some are left; it lived where its parent lives, as well as can be told.
  const ns = namespacesOf(process.ns ?? [], parent?.ns === undefined ? initial : namespacesOf(parent.ns, initial))
  const userNs = byId.get(ns.user)
  const inside = (map: string | undefined, id: number): number => mapInward(rangesOf(map), id) ?? OVERFLOW_ID
  const [euid, egid] = [uid[1] ?? 0, gid[1] ?? 0]
  return {
    pid, pids, ppid, ppidInside: (parent?.pids ?? [ppid])[pids.length - 1] ?? 0, comm, argv: argvOf(process.cmdline ?? ''), state: stateOf(process.state),
    uid: uid[0] ?? 0, euid, gid: gid[0] ?? 0, uidInside: inside(userNs?.uidMap, euid), gidInside: inside(userNs?.gidMap, egid),
    ns, nsForChildren: { pid: nsForChildren[0] ?? (nsForChildren[0] === null && process.ns?.[0] !== null ? UNBORN : ns.pid), time: nsForChildren[1] ?? ns.time },
    pgid: process.pgid ?? 0, sid: process.sid ?? 0, tty: ttyName(process.tty ?? 0), isKernelThread: false,
    caps: { inheritable: caps[0] ?? NO_CAPS, permitted: caps[1] ?? NO_CAPS, effective: caps[2] ?? NO_CAPS, bounding: caps[3] ?? NO_CAPS, ambient: caps[4] ?? NO_CAPS },
    noNewPrivs: process.noNewPrivs === 1, cgroup: process.cgroup ?? '/', cwd: below(cwd, root), root,
  }
}

const argvOf = (cmdline: string): string[] => (cmdline === '' ? [] : cmdline.replace(/\0$/, '').split('\0'))

/** A path as a process with that root sees it. */
function below(path: string, root: string): string {
  if (root === '/' || root === '') return path
  return path === root ? '/' : path.startsWith(`${root}/`) ? path.slice(root.length) : path
}

/** Name of a terminal by its device number in /proc/PID/stat. */
export function ttyName(device: number): string | undefined {
  const major = (device >> 8) & 0xfff
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00)
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`
  if (major === 229) return `hvc${minor}`
  return device === 0 ? undefined : 'console'
}

// ---- namespaces

function rangesOf(map: string | undefined): NonNullable<WorldNamespace['uidMap']> {
  return (map ?? '').split('\n').filter((line) => line.trim() !== '').map((line) => {
    const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number)
    return { inside, outside, count }
  })
}

function levelOf(ns: RawNamespace, byId: ReadonlyMap<NsId, RawNamespace>): number {
  let level = 0
  for (let at = byId.get(ns.parent ?? 0); at !== undefined; at = byId.get(at.parent ?? 0)) level++
  return level
}

/** `monotonic 86400 0` and `boottime 0 0`, in seconds and nanoseconds. */
function offsetOf(offsets: string, clock: string): number {
  const [, seconds = '0', nanoseconds = '0'] = new RegExp(`^${clock}\\s+(-?\\d+)\\s+(\\d+)`, 'm').exec(offsets) ?? []
  return Number(seconds) * 1e9 + Number(nanoseconds)
}

function namespaceOf(ns: RawNamespace, byId: ReadonlyMap<NsId, RawNamespace>): Omit<WorldNamespace, 'holders'> {
  const { id, type } = ns
  const base = { id, type, owner: type === 'user' ? ns.parent : ns.owner }
  switch (type) {
    case 'user':
      return {
        ...base, parent: ns.parent, level: levelOf(ns, byId), uidMap: rangesOf(ns.uidMap), gidMap: rangesOf(ns.gidMap),
        setgroups: ns.setgroups?.startsWith('deny') === true ? 'deny' : 'allow', ownerUid: ns.ownerUid,
      }
    case 'pid': return { ...base, parent: ns.parent, level: levelOf(ns, byId) }
    case 'uts': return { ...base, hostname: ns.hostname, domainname: ns.domainname }
    case 'time': return { ...base, monotonicOffset: offsetOf(ns.offsets ?? '', 'monotonic'), boottimeOffset: offsetOf(ns.offsets ?? '', 'boottime') }
    case 'cgroup': return { ...base, root: ns.root }
    default: return base
  }
}

function countHolders(raw: RawWorld, initial: Readonly<Record<NsType, NsId>>, processes: readonly WorldProcess[], nsfs: readonly NsMount[]): ReadonlyMap<NsId, Readonly<Record<string, number>>> {
  const holders = new Map<NsId, Record<string, number>>()
  const hold = (id: NsId | undefined, reason: string): void => {
    if (id === undefined) return
    const of = holders.get(id) ?? {}
    of[reason] = (of[reason] ?? 0) + 1
    holders.set(id, of)
  }
  for (const type of BUILT_IN) hold(initial[type], 'initial')
  for (const { ns, nsForChildren, state } of processes) {
    if (state === 'Z') continue
    for (const id of Object.values(ns)) hold(id, 'task')
    for (const id of Object.values(nsForChildren)) hold(id, 'for-children')
  }
  for (const { nsFds = [], pid } of raw.processes) if (pid !== raw.agent) for (const id of nsFds) hold(id, 'open-file')
  for (const { ns } of nsfs) hold(ns, 'bind-mount')
  for (const { type, parent, owner } of raw.namespaces) {
    if (type === 'pid') hold(parent, 'child')
    hold(type === 'user' ? parent : owner, 'owned')
  }
  for (const id of Object.values(raw.procs)) hold(id, 'super-block')
  return holders
}
