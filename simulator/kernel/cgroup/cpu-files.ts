// cpu.*, cpuset.* and pressure (kernel/sched/core.c, kernel/cgroup/cpuset.c, kernel/sched/psi.c). The machine has one CPU and one memory node.
import { Errno } from '../../abi/errno.ts'
import { NSEC_PER_USEC } from '../clock.ts'
import { type CgroupFileEntry, constant, figure, setting } from './cgroup-file.ts'
import type { Cgroup } from './cgroup.ts'
import { cpuMax, integer, ranged, zeroOrOne } from './cgroup-values.ts'
import { NICE_WEIGHTS } from './cpu.ts'
import { checkTrigger, type PsiResource } from './psi.ts'

const usec = (ns: number): number => Math.floor(ns / NSEC_PER_USEC)

function cpuStat(group: Cgroup): string {
  const { user, system } = group.cpu.usage()
  const { periods, timesThrottled, throttledTime, timesBurst, burstTime } = group.cpu
  const own = group.parent === undefined || !group.has('cpu') ? '' : `nr_periods ${periods}\nnr_throttled ${timesThrottled}\nthrottled_usec ${usec(throttledTime)}\nnr_bursts ${timesBurst}\nburst_usec ${usec(burstTime)}\n`
  return `usage_usec ${user + system}\nuser_usec ${user}\nsystem_usec ${system}\n${own}`
}

const weightOf = (group: Cgroup): number => Math.round((group.cpu.effectiveShares * 100) / 1024)
/** The nice value whose weight comes next to the group's. */
function niceOf(group: Cgroup): number {
  const weight = group.cpu.effectiveShares
  let best = Infinity
  for (const [i, w] of NICE_WEIGHTS.entries()) {
    const distance = Math.abs(w - weight)
    if (distance >= best) return i - 1 - 20
    best = distance
  }
  return 19
}
function setShares(group: Cgroup, shares: number): void {
  if (group.cpu.isIdle) throw Errno.EINVAL
  group.cpu.shares = shares
}

function showMax({ cpu }: Cgroup): string {
  return `${cpu.quota === undefined ? 'max' : usec(cpu.quota)} ${usec(cpu.period)}`
}

/** A list of CPUs or nodes where there is only number 0. */
function onlyZero(text: string): string {
  const parts = text === '' ? [] : text.split(',')
  for (const part of parts) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part)
    if (match === null) throw Errno.EINVAL
    if (Number(match[1]) > 0 || Number(match[2] ?? 0) > 0) throw Errno.ERANGE
  }
  return parts.length === 0 ? '' : '0'
}
const cpuList = (name: string, changed?: (group: Cgroup) => void): CgroupFileEntry => setting(name, 'cpuset', (group) => group.values.get(name) ?? '', (group, text) => {
  group.values.set(name, onlyZero(text))
  changed?.(group)
})

const CPUS = 'cpuset.cpus', PARTITION = 'cpuset.cpus.partition'
const PARTITIONS = ['member', 'root', 'isolated']
const cpusOf = (group: Cgroup): string => group.values.get(CPUS) ?? ''
/** update_parent_subparts_cpumask on a machine with one CPU: there are always tasks in the root that need it, so no partition is ever valid. */
function partitionError(group: Cgroup): string {
  const { parent } = group
  if (parent?.parent !== undefined) return (parent.values.get(PARTITION) ?? 'member') === 'member' ? 'Parent is not a partition root' : 'Parent is an invalid partition root'
  return cpusOf(group) === '' ? 'cpuset.cpus is empty' : 'Parent unable to distribute cpu downstream'
}
/** update_prstate: what is an invalid partition already keeps its reason. */
function setPartition(group: Cgroup, wanted: string): void {
  const now = group.values.get(PARTITION) ?? 'member'
  const isShared = (): boolean => [...group.parent?.children.values() ?? []].some((sibling) => sibling !== group && cpusOf(sibling) !== '')
  const error = (): string => (cpusOf(group) === '' ? 'cpuset.cpus is empty' : isShared() ? 'Cpu list in cpuset.cpus not exclusive' : partitionError(group))
  if (wanted === 'member') group.values.delete(PARTITION)
  else group.values.set(PARTITION, now === 'member' ? `${wanted} invalid (${error()})` : now.replace(/^\w+/, wanted))
}
function recheckPartition(group: Cgroup): void {
  const [kind] = (group.values.get(PARTITION) ?? 'member').split(' ')
  if (kind !== 'member') group.values.set(PARTITION, `${kind} invalid (${partitionError(group)})`)
}
const pressure = (resource: PsiResource): CgroupFileEntry => [`${resource}.pressure`, {
  mode: 0o644, where: 'all', show: (group) => group.psi.show(resource, group.kernel.clock.now, group.parent === undefined), store: (_group, _writer, text) => checkTrigger(text),
}]

export const CPU_FILES: readonly CgroupFileEntry[] = [
  figure('cpu.stat', undefined, cpuStat, 'all'),
  setting('cpu.weight', 'cpu', (group) => String(weightOf(group)), (group, text) => setShares(group, Math.round((ranged(1, 10000)(text) * 1024) / 100))),
  setting('cpu.weight.nice', 'cpu', (group) => String(niceOf(group)), (group, text) => setShares(group, NICE_WEIGHTS[ranged(-20, 19)(text) + 20])),
  setting('cpu.max', 'cpu', showMax, (group, text) => {
    const { quota, period } = cpuMax(text, usec(group.cpu.period))
    if (quota !== undefined && group.cpu.burst > quota * NSEC_PER_USEC) throw Errno.EINVAL
    group.cpu.quota = quota === undefined ? undefined : quota * NSEC_PER_USEC
    group.cpu.period = period * NSEC_PER_USEC
    group.kernel.scheduler.quotaChanged(group.cpu)
  }),
  setting('cpu.max.burst', 'cpu', (group) => String(usec(group.cpu.burst)), (group, text) => {
    const burst = integer(text)
    if (burst < 0 || (group.cpu.quota !== undefined && burst > usec(group.cpu.quota))) throw Errno.EINVAL
    group.cpu.burst = burst * NSEC_PER_USEC
  }),
  setting('cpu.idle', 'cpu', (group) => (group.cpu.isIdle ? '1' : '0'), (group, text) => {
    group.cpu.isIdle = zeroOrOne(text, Errno.EINVAL)
    if (!group.cpu.isIdle) group.cpu.shares = 1024
  }),
  cpuList(CPUS, recheckPartition), cpuList('cpuset.mems'), constant('cpuset.cpus.effective', 'cpuset', '0\n', 'all'), constant('cpuset.mems.effective', 'cpuset', '0\n', 'all'),
  setting(PARTITION, 'cpuset', (group) => group.values.get(PARTITION) ?? 'member', (group, text) => {
    if (!PARTITIONS.includes(text)) throw Errno.EINVAL
    setPartition(group, text)
  }),
  pressure('cpu'), pressure('io'), pressure('memory'),
]
