// The pids controller (kernel/cgroup/pids.c): how many tasks, zombies included, a subtree has, and how many it may have. Only fork asks; moving in is never refused.
import { Errno } from '../../abi/errno.ts'
import type { Task } from '../task.ts'
import type { Cgroup } from './cgroup.ts'

export class PidsState {
  count = 0
  peak = 0
  max = Infinity
  /** Forks refused in this group, wherever the limit was. */
  refusals = 0
}

/** pids_can_fork. Throws EAGAIN with nothing changed but the figures that tell of it. */
export function checkPids(parent: Task): void {
  const group = parent.cgroup
  for (const above of group.lineage()) {
    const { pids } = above
    if (above.parent === undefined) return
    if (!above.has('pids')) continue
    if (pids.count + 1 > pids.max) {
      if (++group.pids.refusals === 1) group.kernel.printk(6, `cgroup: fork rejected by pids controller in ${group.path}`)
      parent.kernel.trace.emit('cgroup.refused', parent, { controller: 'pids', group: above.path, limit: pids.max })
      throw Errno.EAGAIN
    }
    pids.peak = Math.max(pids.peak, pids.count + 1)
  }
}

/** Counts tasks that come or go, up to the root. */
export function movePids(group: Cgroup, delta: number): void {
  for (const above of group.lineage()) {
    const { pids } = above
    pids.count += delta
    if (pids.count > pids.peak) pids.peak = pids.count
  }
}
