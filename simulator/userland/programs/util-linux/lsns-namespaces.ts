// What lsns(8) knows: for each process in /proc the inodes of its namespaces, their parents and owners by ioctl_ns(2), and who leads each.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_DIRECTORY, O_RDONLY } from '../../../abi/fcntl.ts'
import { type NetlinkDatagram, NETLINK_ROUTE } from '../../../abi/netlink.ts'
import { NS_GET_PARENT, NS_GET_USERNS } from '../../../abi/termios.ts'
import type { NsType } from '../../../abi/sched.ts'
import { call } from '../../libc/syscall.ts'
import { close, fstat, open, readDir, readFile } from '../../libc/unistd.ts'

/** The order in which lsns looks at the types. */
export const LSNS_TYPES: readonly NsType[] = ['mnt', 'net', 'pid', 'uts', 'ipc', 'user', 'cgroup', 'time']

export interface NsProcess {
  readonly pid: number
  readonly ppid: number
  readonly uid: number
  readonly command: string
  /** Inode by type; a type that may not be read is absent. */
  readonly namespaces: ReadonlyMap<NsType, number>
  readonly netnsid: string
  parent: NsProcess | undefined
}

export interface Namespace {
  readonly ino: number
  readonly type: NsType
  readonly parent: number
  readonly owner: number
  readonly processes: NsProcess[]
  /** The one with the lowest PID. */
  leader: NsProcess
}

interface Kin { readonly parent: number; readonly owner: number }

export interface NsWorld {
  readonly processes: readonly NsProcess[]
  /** By inode number. */
  readonly namespaces: readonly Namespace[]
}

export function* readNamespaces(types: ReadonlySet<NsType>): Flow<NsWorld> {
  const entries = yield* readDir('/proc')
  const pids = isErr(entries) ? [] : entries.filter((e) => /^\d+$/.test(e.name)).map((e) => Number(e.name))
  const kin = new Map<number, Kin>()
  const netnsids = new Map<number, string>()
  const processes: NsProcess[] = []
  for (const pid of pids) {
    const process = yield* readNsProcess(pid, types, kin, netnsids)
    if (process) processes.push(process)
  }
  const byPid = new Map(processes.map((p) => [p.pid, p]))
  for (const p of processes) p.parent = byPid.get(p.ppid)
  return { processes, namespaces: collect(processes, kin) }
}

function collect(processes: readonly NsProcess[], kin: ReadonlyMap<number, Kin>): Namespace[] {
  const found = new Map<number, Namespace>()
  for (const process of processes) {
    for (const [type, ino] of process.namespaces) {
      const ns = found.get(ino)
      if (!ns) found.set(ino, { ino, type, parent: kin.get(ino)?.parent ?? 0, owner: kin.get(ino)?.owner ?? 0, processes: [process], leader: process })
      else {
        ns.processes.push(process)
        if (process.pid < ns.leader.pid) ns.leader = process
      }
    }
  }
  return [...found.values()].sort((a, b) => a.ino - b.ino)
}

function* readNsProcess(pid: number, types: ReadonlySet<NsType>, kin: Map<number, Kin>, netnsids: Map<number, string>): Flow<NsProcess | undefined> {
  const dir = yield* open(`/proc/${pid}`, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  if (isErr(dir)) return undefined
  const owner = yield* fstat(dir)
  const stat = yield* readFile(`/proc/${pid}/stat`)
  if (isErr(owner) || isErr(stat)) {
    yield* close(dir)
    return undefined
  }
  const namespaces = new Map<NsType, number>()
  for (const type of LSNS_TYPES) {
    if (!types.has(type)) continue
    const st = yield* call('newfstatat', dir, `ns/${type}`, 0)
    if (isErr(st)) continue
    namespaces.set(type, st.ino)
    if (!kin.has(st.ino)) kin.set(st.ino, yield* readKin(dir, type))
  }
  yield* close(dir)
  const net = namespaces.get('net')
  if (net !== undefined && !netnsids.has(net)) netnsids.set(net, yield* readNetnsid(pid))
  const close1 = stat.lastIndexOf(')')
  const ppid = Number(stat.slice(close1 + 2).split(' ')[1])
  return {
    pid, ppid, uid: owner.uid, command: yield* commandLine(pid, stat.slice(stat.indexOf('(') + 1, close1)), namespaces,
    netnsid: net === undefined ? '' : (netnsids.get(net) ?? ''), parent: undefined,
  }
}

function* commandLine(pid: number, comm: string): Flow<string> {
  const text = yield* readFile(`/proc/${pid}/cmdline`)
  return isErr(text) || text === '' ? comm : text.replace(/\0+$/, '').replaceAll('\0', ' ')
}

function* readKin(dir: number, type: NsType): Flow<Kin> {
  const fd = yield* call('openat', dir, `ns/${type}`, O_RDONLY, 0)
  if (isErr(fd)) return { parent: 0, owner: 0 }
  const parent = type === 'pid' || type === 'user' ? yield* relative(fd, NS_GET_PARENT) : 0
  const owner = yield* relative(fd, NS_GET_USERNS)
  yield* close(fd)
  return { parent, owner }
}

/** The inode of what an nsfs ioctl opens; 0 if it lies outside what the caller may see. */
function* relative(fd: number, request: number): Flow<number> {
  const other = yield* call('ioctl', fd, request)
  if (isErr(other) || typeof other !== 'number') return 0
  const st = yield* fstat(other)
  yield* close(other)
  return isErr(st) ? 0 : st.ino
}

/** The id by which our network namespace knows that of a process. */
function* readNetnsid(pid: number): Flow<string> {
  const fd = yield* call('socket', 'netlink', 'raw', NETLINK_ROUTE)
  if (isErr(fd)) return 'unassigned'
  let id = -1
  const sent = yield* call('sendmsg', fd, { type: 'RTM_GETNSID', flags: 0, pid })
  if (!isErr(sent)) {
    const answer = yield* call('recvmsg', fd, 0)
    if (!isErr(answer)) for (const reply of answer as NetlinkDatagram) if (reply.type === 'RTM_NEWNSID') id = reply.nsid
  }
  yield* close(fd)
  return id < 0 ? 'unassigned' : String(id)
}
