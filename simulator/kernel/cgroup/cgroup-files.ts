// The files of a cgroup directory (Documentation/admin-guide/cgroup-v2.rst): core files, and those of the controllers its parent grants.
import { Errno } from '../../abi/errno.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import { CAP_SYS_ADMIN } from '../../abi/capability.ts'
import type { Cred } from '../cred/cred.ts'
import type { Task } from '../task.ts'
import { type Cgroup, type Controller, findCgroup, rootCgroup } from './cgroup.ts'
import { countOrMax, cpuMax, flag, ioWeight, limitOrMax, memory, ranged } from './cgroup-values.ts'

export interface CgroupFile {
  readonly mode: number
  /** Which directories have it: all of them, all but the root, or only the root. */
  readonly where: 'all' | 'below' | 'root'
  readonly controller?: Controller
  show(group: Cgroup, reader: Task): string
  store?(group: Cgroup, writer: Task, text: string, opener: Cred): void
}

const writeOnly = (): never => {
  throw Errno.EINVAL
}
const pressure = (): string => ['some', 'full'].map((kind) => `${kind} avg10=0.00 avg60=0.00 avg300=0.00 total=0\n`).join('')
const zeros = (names: string, separator = ' '): string => names.split(' ').map((name) => `${name}${separator}0\n`).join('')

/** A setting with a default, kept as text. */
function setting(name: string, controller: Controller | undefined, initial: string, check: (text: string, old: string) => string, where: CgroupFile['where'] = 'below'): [string, CgroupFile] {
  return [name, {
    mode: 0o644, where, controller, show: (group) => `${group.values.get(name) ?? initial}\n`,
    store: (group, _writer, text) => group.values.set(name, check(text.trim(), group.values.get(name) ?? initial)),
  }]
}
const fixed = (name: string, controller: Controller | undefined, text: string | ((group: Cgroup) => string), where: CgroupFile['where'] = 'below', mode = 0o444): [string, CgroupFile] =>
  [name, { mode, where, controller, show: (group) => (typeof text === 'string' ? text : text(group)), ...(mode === 0o644 ? { store: () => {} } : {}) }]

function listMembers(group: Cgroup, reader: Task): string {
  const numbers = group.members.filter((t) => t.isAlive || t.state === 'zombie').map((t) => t.numberIn(reader.pidNs)).sort((a, b) => a - b)
  return numbers.map((n) => `${n}\n`).join('')
}

/** cgroup_procs_write: both ends must lie below the writer's cgroup namespace (nsdelegate), and the writer must rule the way between them. */
function moveProcess(group: Cgroup, writer: Task, text: string, opener: Cred): void {
  const number = text.trim()
  if (!/^-?\d+$/.test(number) || Number(number) < 0) throw Errno.EINVAL
  const task = Number(number) === 0 ? writer : writer.pidNs.find(Number(number))?.task
  if (task === undefined || !task.isAlive) throw Errno.ESRCH
  const from = findCgroup(group.kernel, task.cgroup) ?? rootCgroup(group.kernel)
  const nsRoot = findCgroup(group.kernel, writer.nsproxy.cgroup.root) ?? rootCgroup(group.kernel)
  if (!nsRoot.contains(from) || !nsRoot.contains(group)) throw Errno.ENOENT
  let common: Cgroup = from
  while (!common.contains(group)) common = common.parent ?? rootCgroup(group.kernel)
  if (!mayWriteProcs(common, writer, opener)) throw Errno.EACCES
  group.attach(task)
}
const owners = new WeakMap<Cgroup, (cred: Cred) => boolean>()
/** The file system tells who may write a group's cgroup.procs. */
export function setProcsPermission(group: Cgroup, may: (cred: Cred) => boolean): void {
  owners.set(group, may)
}
function mayWriteProcs(group: Cgroup, writer: Task, opener: Cred): boolean {
  const may = owners.get(group)
  return may === undefined || may(opener) || nsCapable(writer, writer.kernel.initUserNs, CAP_SYS_ADMIN)
}

const PROCS: CgroupFile = { mode: 0o644, where: 'all', show: listMembers, store: moveProcess }
const MEMORY_STAT = 'anon file kernel kernel_stack pagetables sec_pagetables percpu sock vmalloc shmem zswap zswapped file_mapped file_dirty file_writeback swapcached anon_thp file_thp shmem_thp ' +
  'inactive_anon active_anon inactive_file active_file unevictable slab_reclaimable slab_unreclaimable slab pgfault pgmajfault'

export const CGROUP_FILES: ReadonlyMap<string, CgroupFile> = new Map<string, CgroupFile>([
  ['cgroup.type', { mode: 0o644, where: 'below', show: () => 'domain\n', store: (_g, _w, text) => {
    if (text.trim() !== 'threaded') throw Errno.EINVAL
    throw Errno.EOPNOTSUPP
  } }],
  ['cgroup.procs', PROCS],
  ['cgroup.threads', PROCS],
  fixed('cgroup.controllers', undefined, (group) => `${group.controllers.join(' ')}\n`, 'all'),
  ['cgroup.subtree_control', { mode: 0o644, where: 'all', show: (group) => `${[...group.subtreeControl].join(' ')}\n`, store: (group, _w, text) => group.changeSubtreeControl(text) }],
  fixed('cgroup.events', undefined, (group) => `populated ${group.isPopulated ? 1 : 0}\nfrozen ${group.values.get('cgroup.freeze') ?? 0}\n`),
  setting('cgroup.max.descendants', undefined, 'max', limitOrMax, 'all'),
  setting('cgroup.max.depth', undefined, 'max', limitOrMax, 'all'),
  fixed('cgroup.stat', undefined, (group) => `nr_descendants ${group.descendants}\nnr_dying_descendants 0\n`, 'all'),
  setting('cgroup.freeze', undefined, '0', flag),
  ['cgroup.kill', { mode: 0o200, where: 'below', show: writeOnly, store: (group, _w, text) => {
    if (text.trim() !== '1') throw /^\d+$/.test(text.trim()) ? Errno.ERANGE : Errno.EINVAL
    group.kill()
  } }],
  setting('cgroup.pressure', undefined, '1', flag, 'all'),
  fixed('cpu.pressure', undefined, pressure, 'all', 0o644), fixed('io.pressure', undefined, pressure, 'all', 0o644), fixed('memory.pressure', undefined, pressure, 'all', 0o644),
  fixed('cpu.stat', undefined, (group) => {
    const used = Math.floor(group.members.reduce((n, t) => n + t.utime + t.stime, 0) / 1000)
    return `usage_usec ${used}\nuser_usec ${Math.floor(used / 2)}\nsystem_usec ${Math.ceil(used / 2)}\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\nnr_bursts 0\nburst_usec 0\n`
  }, 'all'),
  setting('cpu.weight', 'cpu', '100', ranged(1, 10000)), setting('cpu.weight.nice', 'cpu', '0', ranged(-20, 19)), setting('cpu.max', 'cpu', 'max 100000', cpuMax),
  setting('cpu.max.burst', 'cpu', '0', ranged(0, 1000000)), setting('cpu.idle', 'cpu', '0', flag),
  fixed('cpuset.cpus.effective', 'cpuset', '0\n', 'all'), fixed('cpuset.mems.effective', 'cpuset', '0\n', 'all'),
  fixed('io.stat', 'io', '', 'all'), fixed('io.cost.model', 'io', '', 'root', 0o644), fixed('io.cost.qos', 'io', '', 'root', 0o644),
  setting('io.max', 'io', '', (text) => text), setting('io.weight', 'io', 'default 100', ioWeight),
  fixed('memory.current', 'memory', (group) => `${group.members.length * 200704}\n`), fixed('memory.peak', 'memory', (group) => `${group.members.length * 200704}\n`),
  setting('memory.min', 'memory', '0', memory), setting('memory.low', 'memory', '0', memory), setting('memory.high', 'memory', 'max', memory), setting('memory.max', 'memory', 'max', memory),
  fixed('memory.events', 'memory', zeros('low high max oom oom_kill oom_group_kill')), fixed('memory.events.local', 'memory', zeros('low high max oom oom_kill oom_group_kill')),
  fixed('memory.stat', 'memory', zeros(MEMORY_STAT), 'all'), fixed('memory.numa_stat', 'memory', zeros('anon file kernel_stack pagetables sec_pagetables shmem', ' N0='), 'all'),
  setting('memory.oom.group', 'memory', '0', flag), ['memory.reclaim', { mode: 0o200, where: 'all', controller: 'memory', show: writeOnly, store: (_g, _w, text) => memory(text.trim()) }],
  fixed('memory.swap.current', 'memory', '0\n'), setting('memory.swap.high', 'memory', 'max', memory), setting('memory.swap.max', 'memory', 'max', memory),
  fixed('memory.swap.events', 'memory', zeros('high max fail')),
  fixed('pids.current', 'pids', (group) => `${countBelow(group)}\n`), fixed('pids.peak', 'pids', (group) => `${countBelow(group)}\n`), setting('pids.max', 'pids', 'max', countOrMax),
  fixed('pids.events', 'pids', (group) => `max ${group.values.get('pids.events') ?? 0}\n`),
  fixed('misc.capacity', 'misc', '', 'root'),
])
function countBelow(group: Cgroup): number {
  let n = group.members.length
  for (const child of group.children.values()) n += countBelow(child)
  return n
}

/** Does this directory have the file now? */
export function hasFile(group: Cgroup, file: CgroupFile): boolean {
  const isRoot = group.parent === undefined
  if ((file.where === 'below' && isRoot) || (file.where === 'root' && !isRoot)) return false
  return file.controller === undefined || isRoot || group.controllers.includes(file.controller)
}
