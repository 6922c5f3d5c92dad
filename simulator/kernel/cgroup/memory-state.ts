// What the memory controller keeps for one group (mm/memcontrol.c: struct mem_cgroup). All figures are bytes, of this group and everything below it.
import type { PageCache } from '../mm/page-cache.ts'

/** What memory is used for, as memory.stat has it; shmem is counted in file as well. */
export type MemoryKind = 'anon' | 'file' | 'shmem' | 'kernel_stack' | 'pagetables'
export type MemoryEvent = 'low' | 'high' | 'max' | 'oom' | 'oom_kill' | 'oom_group_kill'
export const MEMORY_EVENTS: readonly MemoryEvent[] = ['low', 'high', 'max', 'oom', 'oom_kill', 'oom_group_kill']

const noEvents = (): Record<MemoryEvent, number> => ({ low: 0, high: 0, max: 0, oom: 0, oom_kill: 0, oom_group_kill: 0 })

export class MemoryState {
  usage = 0
  peak = 0
  max = Infinity
  high = Infinity
  min = 0
  low = 0
  swapMax = Infinity
  swapHigh = Infinity
  oomGroup = false
  readonly stat: Record<MemoryKind, number> = { anon: 0, file: 0, shmem: 0, kernel_stack: 0, pagetables: 0 }
  pageFaults = 0
  /** memory.events, and memory.events.local without those below. */
  readonly events = noEvents()
  readonly localEvents = noEvents()
  /** Pages of files on the disk that were charged to this very group: the first to go when memory is short. */
  readonly cache = new Set<PageCache>()

  /** The controller was taken back. */
  forgetLimits(): void {
    this.max = this.high = this.swapMax = this.swapHigh = Infinity
    this.min = this.low = 0
    this.oomGroup = false
  }
}
