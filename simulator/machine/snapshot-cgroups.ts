// The World's control groups, with the limits that are set.
import { type Cgroup, rootCgroup } from '../kernel/cgroup/cgroup.ts'
import { NSEC_PER_USEC } from '../kernel/clock.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { WorldCgroup } from './world.ts'

function limitsOf({ pids, memory, cpu }: Cgroup): WorldCgroup['limits'] {
  const counts: readonly (readonly [string, number])[] = [['pids.max', pids.max], ['memory.max', memory.max], ['memory.high', memory.high]]
  return {
    ...Object.fromEntries(counts.filter(([, limit]) => limit < Infinity).map(([file, limit]) => [file, String(limit)])),
    ...(cpu.quota === undefined ? {} : { 'cpu.max': `${cpu.quota / NSEC_PER_USEC} ${cpu.period / NSEC_PER_USEC}` }),
  }
}

export function snapshotCgroups(kernel: Kernel): readonly WorldCgroup[] {
  const below = [...rootCgroup(kernel).subtree()].filter(({ parent }) => parent !== undefined)
  return below.map((group) => ({ path: group.path, limits: limitsOf(group) })).sort((a, b) => (a.path < b.path ? -1 : 1))
}
