// What a program takes by itself, in kilobytes: measured once on the reference machine, the same for every process that runs it. What it takes beyond is in its Mm.
import type { MemoryKind } from '../cgroup/memory-state.ts'
import type { Task } from '../task.ts'
import type { Mm } from './mm.ts'

export interface Footprint {
  readonly size: number
  readonly rss: number
  readonly anon: number
  readonly data: number
  readonly stack: number
  readonly code: number
  readonly lib: number
  readonly pageTables: number
}
export const NO_MEMORY: Footprint = { size: 0, rss: 0, anon: 0, data: 0, stack: 0, code: 0, lib: 0, pageTables: 0 }
const SMALL: Footprint = { size: 3052, rss: 932, anon: 88, data: 360, stack: 132, code: 20, lib: 1528, pageTables: 44 }
const SHELL: Footprint = { size: 4188, rss: 3432, anon: 404, data: 548, stack: 132, code: 772, lib: 1596, pageTables: 48 }
const DASH: Footprint = { size: 2576, rss: 940, anon: 92, data: 192, stack: 132, code: 84, lib: 1524, pageTables: 44 }
const PROCPS: Footprint = { size: 8088, rss: 3932, anon: 700, data: 1060, stack: 132, code: 72, lib: 4300, pageTables: 56 }
const BY_EXE: ReadonlyMap<string, Footprint> = new Map([['bash', SHELL], ['dash', DASH], ['sh', DASH], ['ps', PROCPS], ['top', PROCPS], ['pgrep', PROCPS]])
const KERNEL_STACK_KB = 16

export const footprintOf = (exe: string): Footprint => BY_EXE.get(exe) ?? SMALL

/** With what the process has mapped since it started. */
export function withMapped(base: Footprint, mm: Mm | undefined): Footprint {
  const more = Math.ceil((mm?.mapped ?? 0) / 1024)
  if (more === 0) return base
  const touched = Math.ceil((mm?.touched ?? 0) / 1024)
  return { ...base, size: base.size + more, rss: base.rss + touched, anon: base.anon + touched, data: base.data + more, pageTables: base.pageTables + 4 * Math.ceil(more / 2048) }
}

const parts = (exe: string): readonly (readonly [MemoryKind, number])[] => {
  const { anon, pageTables } = footprintOf(exe)
  return [['anon', anon * 1024], ['pagetables', pageTables * 1024], ['kernel_stack', KERNEL_STACK_KB * 1024]]
}

/** Charges a new or newly executed process for what its program takes. A killed process gets what it asks for, so that it can die. */
export function chargeFootprint(task: Task, mm: Mm): void {
  for (const [kind, bytes] of parts(task.exe?.dentry.name ?? '')) if (!mm.charge(task, bytes, kind)) return
}
