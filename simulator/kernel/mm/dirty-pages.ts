// Written bytes of a file that the disk doesn't have yet (mm/page-writeback.c), by the group that wrote them: it pays for the transfer. Simpler: nothing is written
// back by itself, only by fsync, sync and descriptors opened for it.
import type { Cgroup } from '../cgroup/cgroup.ts'
import { transfer } from '../cgroup/io.ts'

export class DirtyPages {
  #bytes: Map<Cgroup, number> | undefined

  add(group: Cgroup, bytes: number): void {
    this.#bytes ??= new Map()
    this.#bytes.set(group, (this.#bytes.get(group) ?? 0) + bytes)
  }
  clear(): void {
    this.#bytes = undefined
  }
  /** Transfers all of it to the disk; answers how long that takes beyond what an unlimited disk would need, in nanoseconds. */
  flush(dev: number): number {
    let pause = 0
    for (const [group, bytes] of this.#bytes ?? []) pause = Math.max(pause, transfer(group, dev, bytes, true))
    this.clear()
    return pause
  }
}
