// The memory controller at work (mm/memcontrol.c: try_charge_memcg): charging a group and all above it, giving back, reclaiming what can be read again, slowing down
// above memory.high, and calling the OOM killer. There is no swap.
import type { Task } from '../task.ts'
import { sigBit, SIGKILL } from '../../abi/signal.ts'
import { NSEC_PER_MSEC, NSEC_PER_SEC } from '../clock.ts'
import { MEM_USABLE_KB } from '../fs/proc/machine-info.ts'
import type { Kernel } from '../kernel.ts'
import { type Cgroup, rootCgroup } from './cgroup.ts'
import type { MemoryEvent, MemoryKind } from './memory-state.ts'
import { outOfMemory } from './oom.ts'
import { PSI_MEMSTALL } from './psi.ts'

const PAGE = 4096

/** Counts an event for a group, and in memory.events of those above. */
export function countEvent(group: Cgroup, event: MemoryEvent): void {
  group.memory.localEvents[event]++
  for (const above of group.lineage()) above.memory.events[event]++
}

export const limitOf = (group: Cgroup): number => (group.parent === undefined ? MEM_USABLE_KB * 1024 : group.has('memory') ? group.memory.max : Infinity)

/** The lowest group that these bytes would not fit into. */
function fullGroup(group: Cgroup, bytes: number): Cgroup | undefined {
  let above: Cgroup | undefined = group
  while (above !== undefined && above.memory.usage + bytes <= limitOf(above)) above = above.parent
  return above
}

function count(group: Cgroup, bytes: number, kind: MemoryKind): void {
  for (let above: Cgroup | undefined = group; above !== undefined; above = above.parent) {
    const { memory } = above
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

/** Gives back pages that the disk has as well, of a group and those below it, until `wanted` bytes are free: first what nothing protects, then what memory.low asks to spare. Answers how many were. */
export function reclaim(group: Cgroup, wanted: number): number {
  const freed = shrink(group, group, wanted, protection(group, 'min', 'low'))
  return freed >= wanted ? freed : freed + shrink(group, group, wanted - freed, protection(group, 'min'), true)
}

/** vm.drop_caches: everything that the disk has as well. */
export function dropCaches(kernel: Kernel): void {
  for (const group of rootCgroup(kernel).subtree()) for (const cache of [...group.memory.cache]) cache.drop(group, Infinity)
}

/** What is protected of each group below `top`: no more than it uses and than the group above it has; siblings that claim more than that share it by their claims. */
function protection(top: Cgroup, ...kinds: readonly ('min' | 'low')[]): ReadonlyMap<Cgroup, number> {
  const result = new Map<Cgroup, number>()
  const share = (parent: Cgroup, given: number): void => {
    const children = [...parent.children.values()]
    const claimOf = ({ memory }: Cgroup): number => Math.min(memory.usage, Math.max(...kinds.map((kind) => memory[kind])))
    const claims = children.reduce((sum, child) => sum + claimOf(child), 0)
    for (const child of children) {
      const claim = claimOf(child)
      // memory_recursiveprot: what nobody below claims protects all of them by their size
      const rest = given === Infinity ? 0 : Math.max(0, given - claims) * (Math.max(0, child.memory.usage - claim) / Math.max(1, parent.memory.usage - claims))
      const own = (claims <= given ? claim : claim * (given / claims)) + rest
      result.set(child, own)
      if (child.children.size > 0) share(child, own)
    }
  }
  share(top, Infinity)
  return result
}

/** `isLow`: what memory.low protected is taken now, which counts as an event of the group. */
function shrink(top: Cgroup, group: Cgroup, wanted: number, spared: ReadonlyMap<Cgroup, number>, isLow = false): number {
  let freed = 0
  const room = group === top ? Infinity : group.memory.usage - (spared.get(group) ?? 0)
  const own = Math.min(wanted, room)
  if (isLow && own > 0 && group !== top && group.memory.low > 0 && group.memory.usage <= group.memory.low) countEvent(group, 'low')
  for (const cache of [...group.memory.cache]) {
    if (freed >= own) break
    freed += cache.drop(group, room - freed)
  }
  for (const child of group.children.values()) {
    if (freed >= Math.min(wanted, room)) break
    freed += shrink(top, child, Math.min(wanted, room) - freed, spared, isLow)
  }
  return freed
}

/** Pages are charged by the batch (MEMCG_CHARGE_BATCH): the room of one is used up before the next is asked for. */
const BATCH = 64
/** Shorter sleeps aren't worth it. */
const MIN_PAUSE = 10 * NSEC_PER_MSEC

/** mem_cgroup_handle_over_high: who grows above memory.high sleeps, by the square of how far it is above, up to two seconds for each batch. */
function holdBelowHigh(task: Task, group: Cgroup, bytes: number): void {
  let over = 0
  for (let above: Cgroup | undefined = group; above !== undefined; above = above.parent) {
    const { memory } = above
    if (memory.usage <= memory.high || !above.has('memory')) continue
    countEvent(above, 'high')
    reclaim(above, memory.usage - memory.high)
    over = Math.max(over, (memory.usage - memory.high) / Math.max(memory.high, PAGE))
  }
  if (over <= 0) return
  task.pagesOverHigh += Math.max(bytes / PAGE, 1)
  if (task.pagesOverHigh < BATCH) return
  const pause = over * over * 64 * NSEC_PER_SEC * (task.pagesOverHigh / BATCH)
  task.pagesOverHigh = 0
  if (pause > MIN_PAUSE) task.kernel.scheduler.delay(task, Math.min(pause, 2 * NSEC_PER_SEC), PSI_MEMSTALL)
}

/** Writing memory.max: what is above it must go, cache first, then processes. */
export function shrinkToMax(group: Cgroup, writer: Task): void {
  while (group.memory.usage > group.memory.max) {
    if (reclaim(group, group.memory.usage - group.memory.max) > 0) continue
    countEvent(group, 'oom')
    if (outOfMemory(group, writer) === undefined) return
  }
}
