// The memory of a process (struct mm_struct): what it began with, which its program decides, and what it has mapped since. Threads and a vfork's child share one.
// Each piece stays charged to the group that the process was in when it took it. Simpler: memory is touched when it is mapped, and a fork copies it at once.
import type { Cgroup } from '../cgroup/cgroup.ts'
import { chargeMemory, uncharge } from '../cgroup/memory.ts'
import type { MemoryKind } from '../cgroup/memory-state.ts'
import type { Task } from '../task.ts'

interface Charge {
  readonly group: Cgroup
  readonly kind: MemoryKind
  bytes: number
}

/** MEMCG_CHARGE_BATCH, 64 pages */
const CHARGE_BATCH = 64 * 4096
/** mmap's area grows downwards from here. */
const MMAP_BASE = 0x7f_8000_0000_00

export class Mm {
  users = 1
  /** Mapped areas by address. */
  readonly areas = new Map<number, number>()
  #charges: Charge[] = []
  #mapped = 0
  #touched = 0
  #nextAddress = MMAP_BASE

  /** Bytes in mapped areas, on top of what the program takes by itself. */
  get mapped(): number {
    return this.#mapped
  }
  /** How many of them are in memory. */
  get touched(): number {
    return this.#touched
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

  /** Answers the address. */
  map(length: number): number {
    this.#nextAddress -= length
    this.areas.set(this.#nextAddress, length)
    this.#mapped += length
    return this.#nextAddress
  }
  /** Page faults on a new area: takes its memory piece by piece, so that who fills a group up is seen to. False when it ran out. */
  touch(task: Task, length: number): boolean {
    for (let left = length; left > 0; left -= CHARGE_BATCH) {
      const bytes = Math.min(left, CHARGE_BATCH)
      if (!this.charge(task, bytes, 'anon')) return false
      this.#touched += bytes
    }
    return true
  }
  unmap(address: number): void {
    const length = this.areas.get(address) ?? 0
    this.areas.delete(address)
    this.#mapped -= length
    this.#touched -= Math.min(length, this.#touched)
    this.#give(length)
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
    const copy = new Mm()
    for (const [address, length] of this.areas) copy.areas.set(address, length)
    copy.#mapped = this.#mapped
    copy.#nextAddress = this.#nextAddress
    return copy
  }

  /** exit_mmap, and the OOM reaper: gives everything back. */
  release(): void {
    for (const { group, kind, bytes } of this.#charges) uncharge(group, bytes, kind)
    this.#charges = []
    this.areas.clear()
    this.#mapped = this.#touched = 0
  }
}

/** exit_mm: the last to use it gives it back. */
export function releaseMemory(task: Task): void {
  if (--task.mm.users === 0) task.mm.release()
}
