// The memory controller at work (mm/memcontrol.c: try_charge_memcg): charging a group and all above it, giving back, reclaiming what can be read again, slowing down
// above memory.high, and calling the OOM killer. Simpler: a protected group's cache (memory.min, memory.low) is reclaimed as others' is, and there is no swap.
import type { Task } from '../task.ts'
import { sigBit, SIGKILL } from '../../abi/signal.ts'
import { NSEC_PER_MSEC, NSEC_PER_SEC } from '../clock.ts'
import { MEM_USABLE_KB } from '../fs/proc/machine-info.ts'
import type { Cgroup } from './cgroup.ts'
import type { MemoryEvent, MemoryKind } from './memory-state.ts'
import { outOfMemory } from './oom.ts'

const PAGE = 4096

/** Counts an event for a group, and in memory.events of those above. */
export function countEvent(group: Cgroup, event: MemoryEvent): void {
  group.memory.localEvents[event]++
  for (const above of group.lineage()) above.memory.events[event]++
}

export const limitOf = (group: Cgroup): number => (group.parent === undefined ? MEM_USABLE_KB * 1024 : group.has('memory') ? group.memory.max : Infinity)

/** The lowest group that these bytes would not fit into. */
function fullGroup(group: Cgroup, bytes: number): Cgroup | undefined {
  for (const above of group.lineage()) if (above.memory.usage + bytes > limitOf(above)) return above
  return undefined
}

function count(group: Cgroup, bytes: number, kind: MemoryKind): void {
  for (const { memory } of group.lineage()) {
    memory.usage += bytes
    memory.stat[kind] += bytes
    if (kind === 'shmem') memory.stat.file += bytes
    if (memory.usage > memory.peak) memory.peak = memory.usage
  }
}

export function uncharge(group: Cgroup, bytes: number, kind: MemoryKind): void {
  if (bytes > 0) count(group, -bytes, kind)
}

const isDying = (task: Task): boolean => task.isExiting || (task.signals.pending & sigBit(SIGKILL)) !== 0n

/** Charges bytes for a task to a group. False when there is no room and nobody left to kill; the task itself may have been sent SIGKILL. */
export function chargeMemory(task: Task, group: Cgroup, bytes: number, kind: MemoryKind): boolean {
  for (;;) {
    const full = fullGroup(group, bytes)
    if (full === undefined) break
    if (isDying(task)) return false
    if (full.parent !== undefined) countEvent(full, 'max')
    if (reclaim(full, full.memory.usage + bytes - limitOf(full)) > 0) continue
    if (full.parent !== undefined) countEvent(full, 'oom')
    const victim = outOfMemory(full, task)
    if (victim === undefined || victim === task) return false
  }
  count(group, bytes, kind)
  group.memory.pageFaults += Math.ceil(bytes / PAGE)
  holdBelowHigh(task, group, bytes)
  return true
}

/** Gives back pages that the disk has as well, of a group and those below it, until `wanted` bytes are free. Answers how many were. */
export function reclaim(group: Cgroup, wanted: number): number {
  let freed = 0
  for (const below of group.subtree()) {
    for (const cache of [...below.memory.cache]) {
      if (freed >= wanted) return freed
      freed += cache.drop(below)
    }
  }
  return freed
}

/** mem_cgroup_handle_over_high: who grows above memory.high sleeps, the longer the further above, up to two seconds each time. */
function holdBelowHigh(task: Task, group: Cgroup, bytes: number): void {
  let pause = 0
  for (const above of group.lineage()) {
    const { memory } = above
    if (memory.usage <= memory.high || !above.has('memory')) continue
    countEvent(above, 'high')
    reclaim(above, memory.usage - memory.high)
    const over = (memory.usage - memory.high) / Math.max(memory.high, PAGE)
    if (over > 0) pause = Math.max(pause, Math.min(2 * NSEC_PER_SEC, over * over * 64 * NSEC_PER_SEC * (bytes / PAGE / 32)))
  }
  if (pause >= NSEC_PER_MSEC) task.kernel.scheduler.delay(task, pause)
}

/** Writing memory.max: what is above it must go, cache first, then processes. */
export function shrinkToMax(group: Cgroup, writer: Task): void {
  while (group.memory.usage > group.memory.max) {
    if (reclaim(group, group.memory.usage - group.memory.max) > 0) continue
    countEvent(group, 'oom')
    if (outOfMemory(group, writer) === undefined) return
  }
}
