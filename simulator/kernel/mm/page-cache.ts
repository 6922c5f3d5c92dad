// Which groups the pages of a file in memory are charged to (mm/filemap.c, mm/shmem.c): to that of whoever touched them first. The last charged are the first given back.
// Simpler: what is kept are amounts, not single pages.
import type { Cgroup } from '../cgroup/cgroup.ts'
import { chargeMemory, uncharge } from '../cgroup/memory.ts'
import type { Task } from '../task.ts'


export class PageCache {
  /** tmpfs has no disk below: its pages stay until the file shrinks. */
  readonly isShmem: boolean
  readonly #owners: { readonly group: Cgroup; bytes: number }[] = []
  #bytes = 0

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
    const last = this.#owners.at(-1)
    if (last?.group === group) last.bytes += bytes
    else this.#owners.push({ group, bytes })
    this.#bytes += bytes
    if (!this.isShmem) group.memory.cache.add(this)
    return true
  }

  /** Gives back down to `keep` bytes. */
  shrinkTo(keep: number): void {
    for (let last = this.#owners.at(-1); last !== undefined && this.#bytes > keep; last = this.#owners.at(-1)) {
      const bytes = Math.min(last.bytes, this.#bytes - keep)
      this.#release(last, bytes)
      if (last.bytes === 0) this.#owners.pop()
    }
  }

  /** Reclaim: the pages of one group go, they can be read from the disk again. Answers how many bytes. */
  drop(group: Cgroup): number {
    let dropped = 0
    for (const owner of this.#owners) {
      if (owner.group !== group) continue
      dropped += owner.bytes
      this.#release(owner, owner.bytes)
    }
    return dropped
  }

  #release(owner: { readonly group: Cgroup; bytes: number }, bytes: number): void {
    uncharge(owner.group, bytes, this.isShmem ? 'shmem' : 'file')
    owner.bytes -= bytes
    this.#bytes -= bytes
    if (owner.bytes === 0) owner.group.memory.cache.delete(this)
  }
}
