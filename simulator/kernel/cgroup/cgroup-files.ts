// The files of a cgroup directory (Documentation/admin-guide/cgroup-v2.rst): core files, and those of the controllers its parent grants.
import { CAP_SYS_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import type { Cred } from '../cred/cred.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import { DISK_DEV } from '../fs/disk.ts'
import type { Task } from '../task.ts'
import { type Cgroup, type Controller, findCgroup, rootCgroup } from './cgroup.ts'
import { type CgroupFile, type CgroupFileEntry, constant, figure, setting } from './cgroup-file.ts'
import { isThreaded, makeThreaded, typeOf } from './cgroup-type.ts'
import { memoryLimit, shownLimit, taskLimit, treeLimit, zeroOrOne } from './cgroup-values.ts'
import { CPU_FILES } from './cpu-files.ts'
import { freeze, isFrozen } from './freezer.ts'
import { changeIoMax, parseDevice, showIoMax, showIoStat } from './io.ts'
import { MEMORY_FILES } from './memory-files.ts'

const WHOLE_DISKS = [DISK_DEV]

function listMembers(group: Cgroup, reader: Task, wholeProcesses: boolean): string {
  if (wholeProcesses && isThreaded(group)) throw Errno.EOPNOTSUPP
  const numbers = group.members.map((t) => t.numberIn(reader.pidNs)).sort((a, b) => a - b)
  return numbers.map((n) => `${n}\n`).join('')
}

/** cgroup_procs_write: both ends must lie below the writer's cgroup namespace (nsdelegate), and the writer must rule the way between them. */
function moveTask(group: Cgroup, writer: Task, text: string, opener: Cred, wholeProcess: boolean): void {
  const number = text.trim()
  if (!/^-?\d+$/.test(number) || Number(number) < 0) throw Errno.EINVAL
  const task = Number(number) === 0 ? writer : writer.pidNs.find(Number(number))?.task
  if (task === undefined || !task.isAlive) throw Errno.ESRCH
  const from = task.cgroup
  const nsRoot = findCgroup(group.kernel, writer.nsproxy.cgroup.root) ?? rootCgroup(group.kernel)
  if (!nsRoot.contains(from) || !nsRoot.contains(group)) throw Errno.ENOENT
  let common: Cgroup = from
  while (!common.contains(group)) common = common.parent ?? rootCgroup(group.kernel)
  if (!mayWriteProcs(common, writer, opener)) {
    writer.kernel.trace.emit('cgroup.refused', writer, { controller: 'delegation', group: common.path })
    throw Errno.EACCES
  }
  group.attach(task, wholeProcess)
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

const members = (name: string, wholeProcesses: boolean): CgroupFileEntry => [name, {
  mode: 0o644, where: 'all', show: (group, reader) => listMembers(group, reader, wholeProcesses),
  store: (group, writer, text, opener) => moveTask(group, writer, text, opener, wholeProcesses),
}]
const treeSetting = (name: string): CgroupFileEntry => setting(name, undefined, (group) => group.values.get(name) ?? 'max', (group, text) => group.values.set(name, treeLimit(text)), 'all')

const CORE_FILES: readonly CgroupFileEntry[] = [
  setting('cgroup.type', undefined, typeOf, (group, text) => {
    if (text !== 'threaded') throw Errno.EINVAL
    makeThreaded(group)
  }),
  members('cgroup.procs', true), members('cgroup.threads', false),
  figure('cgroup.controllers', undefined, (group) => `${group.controllers.join(' ')}\n`, 'all'),
  ['cgroup.subtree_control', {
    mode: 0o644, where: 'all', show: (group) => (group.subtreeControl.size === 0 ? '' : `${[...group.subtreeControl].join(' ')}\n`),
    store: (group, _writer, text) => group.changeSubtreeControl(text),
  }],
  figure('cgroup.events', undefined, (group) => `populated ${group.isPopulated ? 1 : 0}\nfrozen ${isFrozen(group) ? 1 : 0}\n`),
  treeSetting('cgroup.max.descendants'), treeSetting('cgroup.max.depth'),
  figure('cgroup.stat', undefined, (group) => `nr_descendants ${group.descendants}\nnr_dying_descendants 0\n`, 'all'),
  setting('cgroup.freeze', undefined, (group) => group.values.get('cgroup.freeze') ?? '0', (group, text) => freeze(group, zeroOrOne(text, Errno.ERANGE) ? '1' : '0')),
  ['cgroup.kill', {
    mode: 0o200, where: 'below',
    show: () => {
      throw Errno.EINVAL
    },
    store: (group, _writer, text) => {
      if (!zeroOrOne(text.trim(), Errno.ERANGE)) throw Errno.ERANGE
      if (isThreaded(group)) throw Errno.EOPNOTSUPP
      group.kill()
    },
  }],
  setting('cgroup.pressure', undefined, (group) => group.values.get('cgroup.pressure') ?? '1', (group, text) => {
    const isOn = zeroOrOne(text, Errno.ERANGE)
    group.values.set('cgroup.pressure', isOn ? '1' : '0')
    group.psi.enable(isOn, group.kernel.clock.now)
  }, 'all'),
]

/** A setting of something that the machine hasn't got: nothing can be written. `disks`: what is written must begin with one of these. */
function refusing(name: string, controller: Controller, where: CgroupFile['where'], error: Errno, disks?: readonly number[]): CgroupFileEntry {
  return [name, {
    mode: 0o644, where, controller, show: () => '', store: (_group, _writer, text) => {
      if (disks !== undefined) parseDevice(text, disks)
      throw error
    },
  }]
}

const IO_FILES: readonly CgroupFileEntry[] = [
  figure('io.stat', 'io', (group) => showIoStat(group, WHOLE_DISKS), 'all'), refusing('io.cost.model', 'io', 'root', Errno.EOPNOTSUPP, WHOLE_DISKS), refusing('io.cost.qos', 'io', 'root', Errno.EOPNOTSUPP, WHOLE_DISKS),
  ['io.max', {
    mode: 0o644, where: 'below', controller: 'io', show: (group) => showIoMax(group.io),
    store: (group, _writer, text) => {
      const { dev, rest } = parseDevice(text, WHOLE_DISKS)
      changeIoMax(group.io, dev, rest)
    },
  }],
  ['io.weight', {
    mode: 0o644, where: 'below', controller: 'io',
    show: ({ io }) => `default ${io.weight}\n`,
    store: ({ io }, _writer, text) => storeIoWeight(io, text.trim()),
  }],
]
function storeIoWeight(io: Cgroup['io'], text: string): void {
  const weight = (digits: string): number => {
    const n = /^\d+$/.test(digits) ? Number(digits) : 0
    if (n < 1 || n > 10000) throw Errno.EINVAL
    return n
  }
  const plain = /^(?:default\s+)?(\d+)$/.exec(text)
  if (plain !== null) {
    io.weight = weight(plain[1])
    return
  }
  // blkg_conf_prep: the disk's queue has no weights (iocost is off)
  parseDevice(text, WHOLE_DISKS)
  throw Errno.EOPNOTSUPP
}

const PIDS_FILES: readonly CgroupFileEntry[] = [
  figure('pids.current', 'pids', ({ pids }) => `${pids.count}\n`), figure('pids.peak', 'pids', ({ pids }) => `${pids.peak}\n`),
  setting('pids.max', 'pids', ({ pids }) => shownLimit(pids.max), ({ pids }, text) => {
    pids.max = taskLimit(text)
  }),
  figure('pids.events', 'pids', ({ pids }) => `max ${pids.refusals}\n`),
]

const HUGE_PAGE = 2 * 1024 * 1024

const OTHER_FILES: readonly CgroupFileEntry[] = [
  ...['current', 'rsvd.current'].map((name) => constant(`hugetlb.2MB.${name}`, 'hugetlb', '0\n')),
  ...['hugetlb.2MB.max', 'hugetlb.2MB.rsvd.max'].map((name) => setting(name, 'hugetlb', (group) => group.values.get(name) ?? 'max', (group, text) => {
    const limit = memoryLimit(text)
    group.values.set(name, limit === Infinity ? 'max' : String(limit - (limit % HUGE_PAGE)))
  })),
  ...['events', 'events.local'].map((name) => constant(`hugetlb.2MB.${name}`, 'hugetlb', 'max 0\n')),
  constant('hugetlb.2MB.numa_stat', 'hugetlb', 'total=0 N0=0\n'), constant('rdma.current', 'rdma', ''), refusing('rdma.max', 'rdma', 'below', Errno.ENODEV),
  constant('misc.capacity', 'misc', '', 'root'), constant('misc.current', 'misc', ''), constant('misc.events', 'misc', ''), refusing('misc.max', 'misc', 'below', Errno.EINVAL),
]

export const CGROUP_FILES: ReadonlyMap<string, CgroupFile> = new Map([...CORE_FILES, ...CPU_FILES, ...IO_FILES, ...MEMORY_FILES, ...PIDS_FILES, ...OTHER_FILES])

/** Does this directory have the file now? */
export function hasFile(group: Cgroup, name: string, file: CgroupFile): boolean {
  const isRoot = group.parent === undefined
  if ((file.where === 'below' && isRoot) || (file.where === 'root' && !isRoot)) return false
  if (/^(?:cpu|io|memory)\.pressure$/.test(name)) return group.values.get('cgroup.pressure') !== '0'
  return file.controller === undefined || isRoot || group.controllers.includes(file.controller)
}
export type { CgroupFile }
