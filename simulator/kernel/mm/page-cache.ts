// Which groups the pages of a file in memory are charged to (mm/filemap.c, mm/shmem.c): to that of whoever touched them first. Given back first is what the group that
// came last has. Simpler: what is kept are amounts, not single pages.
import type { Cgroup } from '../cgroup/cgroup.ts'
import { chargeMemory, uncharge } from '../cgroup/memory.ts'
import type { Task } from '../task.ts'

const PAGE_SIZE = 4096

export class PageCache {
  /** tmpfs has no disk below: its pages stay until the file shrinks. */
  readonly isShmem: boolean
  /** Bytes, never 0, by group in the order they came. */
  readonly #owners = new Map<Cgroup, number>()
  #bytes = 0
  /** What was reclaimed and hasn't been read again since. */
  #evicted = 0

  constructor(isShmem: boolean) {
    this.isShmem = isShmem
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Charges bytes to the task's group. False when that group is full and nothing could be done about it. */
  grow(task: Task, bytes: number): boolean {
    const group = task.cgroup
    if (!chargeMemory(task, group, bytes, this.isShmem ? 'shmem' : 'file')) return false
    this.#own(group, bytes)
    return true
  }

  /** Gives back down to `keep` bytes. */
  shrinkTo(keep: number): void {
    this.#evicted = Math.min(this.#evicted, keep)
    for (const [group, owned] of [...this.#owners].toReversed()) {
      if (this.#bytes <= keep) return
      this.#release(group, Math.min(owned, this.#bytes - keep))
    }
  }

  /** What a group was charged for pages that didn't come after all. */
  giveBack(group: Cgroup, bytes: number): void {
    this.#release(group, Math.min(bytes, this.#owners.get(group) ?? 0))
  }

  /** Reclaim: the pages of one group go, they can be read from the disk again. Answers how many bytes. */
  drop(group: Cgroup, most: number): number {
    const bytes = Math.min(this.#owners.get(group) ?? 0, most)
    this.#release(group, bytes)
    this.#evicted += bytes
    return bytes
  }
  /** So many bytes are read: those that had to go come from the disk again, for the reader's group. */
  readAgain(task: Task, bytes: number): void {
    const missing = Math.min(this.#evicted, Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE)
    if (missing <= 0) return
    this.#evicted -= missing
    this.grow(task, missing)
  }

  /** A group is removed: its pages are those of the group above from now on, which counts them already. */
  rehome(group: Cgroup, above: Cgroup): void {
    const bytes = this.#owners.get(group) ?? 0
    this.#owners.delete(group)
    group.memory.cache.delete(this)
    this.#bytes -= bytes
    if (bytes > 0) this.#own(above, bytes)
  }

  #own(group: Cgroup, bytes: number): void {
    this.#owners.set(group, (this.#owners.get(group) ?? 0) + bytes)
    this.#bytes += bytes
    if (!this.isShmem) group.memory.cache.add(this)
  }
  #release(group: Cgroup, bytes: number): void {
    uncharge(group, bytes, this.isShmem ? 'shmem' : 'file')
    this.#bytes -= bytes
    const left = (this.#owners.get(group) ?? 0) - bytes
    if (left > 0) {
      this.#owners.set(group, left)
      return
    }
    this.#owners.delete(group)
    group.memory.cache.delete(this)
  }
}
