// The memory of a process (struct mm_struct): what it began with, which its program decides, and what it has mapped since. Threads and a vfork's child share one.
// Each piece stays charged to the group that the process was in when it took it. Simpler: memory is touched when it is mapped, and a fork copies it at once.
import type { Cgroup } from '../cgroup/cgroup.ts'
import { chargeMemory, uncharge } from '../cgroup/memory.ts'
import type { MemoryKind } from '../cgroup/memory-state.ts'
import type { Task } from '../task.ts'
import { type Footprint, footprintOf } from './footprint.ts'

interface Charge {
  readonly group: Cgroup
  readonly kind: MemoryKind
  bytes: number
}
interface Area {
  readonly length: number
  /** Bytes of it that are in memory. */
  touched: number
}

const KERNEL_STACK_KB = 16
/** MEMCG_CHARGE_BATCH, 64 pages */
const CHARGE_BATCH = 64 * 4096
/** mmap's area grows downwards from here. */
const MMAP_BASE = 0x7f_8000_0000_00

export class Mm {
  users = 1
  /** What the program takes by itself. */
  readonly footprint: Footprint
  /** Mapped areas by address. */
  readonly #areas = new Map<number, Area>()
  #charges: Charge[] = []
  #mapped = 0
  #nextAddress = MMAP_BASE

  constructor(footprint: Footprint = footprintOf('')) {
    this.footprint = footprint
  }

  /** Bytes in mapped areas, on top of what the program takes by itself. */
  get mapped(): number {
    return this.#mapped
  }
  /** How many of them are in memory. */
  get touched(): number {
    let bytes = 0
    for (const area of this.#areas.values()) bytes += area.touched
    return bytes
  }
  /** All of it in kilobytes: the program, and what it has mapped since it started. */
  get sizes(): Footprint {
    const base = this.footprint
    const more = Math.ceil(this.#mapped / 1024)
    if (more === 0) return base
    const touched = Math.ceil(this.touched / 1024)
    return { ...base, size: base.size + more, rss: base.rss + touched, anon: base.anon + touched, data: base.data + more, pageTables: base.pageTables + 4 * Math.ceil(more / 2048) }
  }
  /** Everything charged. */
  get charged(): number {
    return this.#charges.reduce((n, c) => n + c.bytes, 0)
  }

  /** False when the task's group has no room, even after reclaim and the OOM killer. */
  charge(task: Task, bytes: number, kind: MemoryKind): boolean {
    if (bytes === 0) return true
    const group = task.cgroup
    if (!chargeMemory(task, group, bytes, kind)) return false
    const same = this.#charges.find((c) => c.group === group && c.kind === kind)
    if (same === undefined) this.#charges.push({ group, kind, bytes })
    else same.bytes += bytes
    return true
  }

  /** Charges a new or newly executed process for what its program takes. A killed process gets what it asks for, so that it can die. */
  chargeProgram(task: Task): void {
    const { anon, pageTables } = this.footprint
    const parts: readonly (readonly [MemoryKind, number])[] = [['anon', anon], ['pagetables', pageTables], ['kernel_stack', KERNEL_STACK_KB]]
    for (const [kind, kb] of parts) if (!this.charge(task, kb * 1024, kind)) return
  }

  /** Answers the address. */
  map(length: number): number {
    this.#nextAddress -= length
    this.#areas.set(this.#nextAddress, { length, touched: 0 })
    this.#mapped += length
    return this.#nextAddress
  }
  /** Page faults all over a new area. False when memory ran out. */
  touch(task: Task, address: number): boolean {
    const area = this.#areas.get(address)
    return area === undefined || this.#fill(task, area, area.length)
  }
  /** After fork: touches what the parent has touched. */
  touchAs(task: Task, parent: Mm): void {
    for (const [address, area] of this.#areas) if (!this.#fill(task, area, parent.#areas.get(address)?.touched ?? 0)) return
  }
  /** Takes memory piece by piece, so that who fills a group up is seen to. False when it ran out. */
  #fill(task: Task, area: Area, length: number): boolean {
    for (let left = length; left > 0; left -= CHARGE_BATCH) {
      const bytes = Math.min(left, CHARGE_BATCH)
      if (!this.charge(task, bytes, 'anon')) return false
      area.touched += bytes
    }
    return true
  }
  /** Takes a range of addresses out of all areas that reach into it; what is left on either side stays. */
  unmap(from: number, length: number): void {
    const whole = this.#areas.get(from)
    const hit = whole?.length === length ? [[from, whole] as const] : [...this.#areas].filter(([start, area]) => start < from + length && from < start + area.length)
    for (const [start, area] of hit) {
      this.#areas.delete(start)
      const before = this.#keep(start, area, 0, from - start)
      const after = this.#keep(start, area, from + length - start, area.length)
      this.#mapped -= area.length - before.length - after.length
      this.#give(area.touched - before.touched - after.touched)
    }
  }
  /** Makes an area of a part of another; areas are touched from their beginning. */
  #keep(start: number, area: Area, from: number, to: number): Area {
    const length = Math.max(0, to - from)
    const part = { length, touched: Math.min(length, Math.max(0, area.touched - from)) }
    if (length > 0) this.#areas.set(start + from, part)
    return part
  }

  /** The youngest anonymous memory goes back. */
  #give(bytes: number): void {
    let left = bytes
    for (const charge of this.#charges.toReversed()) {
      if (charge.kind !== 'anon') continue
      const part = Math.min(left, charge.bytes)
      uncharge(charge.group, part, 'anon')
      charge.bytes -= part
      left -= part
    }
    this.#charges = this.#charges.filter((c) => c.bytes > 0)
  }

  /** For fork: the same areas, nothing charged yet. */
  copy(): Mm {
    const copy = new Mm(this.footprint)
    for (const [address, { length }] of this.#areas) copy.#areas.set(address, { length, touched: 0 })
    copy.#mapped = this.#mapped
    copy.#nextAddress = this.#nextAddress
    return copy
  }

  /** exit_mmap, and the OOM reaper: gives everything back. */
  release(): void {
    for (const { group, kind, bytes } of this.#charges) uncharge(group, bytes, kind)
    this.#charges = []
    this.#areas.clear()
    this.#mapped = 0
  }
}

/** exit_mm: the last to use it gives it back. */
export function releaseMemory(task: Task): void {
  if (--task.mm.users === 0) task.mm.release()
}
