// The freezer (kernel/cgroup/freezer.c): tasks of a frozen subtree stop before their next step and notice nothing. They can still be killed, and moved out.
import type { Cgroup } from './cgroup.ts'

export function isFrozen(group: Cgroup): boolean {
  for (let above: Cgroup | undefined = group; above?.parent !== undefined; above = above.parent) if (above.values.get('cgroup.freeze') === '1') return true
  return false
}

/** Writes cgroup.freeze; who thaws by it runs again. */
export function freeze(group: Cgroup, flag: string): void {
  const { scheduler } = group.kernel
  group.values.set('cgroup.freeze', flag)
  group.kernel.trace.emit('cgroup.freeze', undefined, { group: group.path, frozen: flag === '1' })
  if (flag === '1') scheduler.yieldCpu()
  else for (const below of group.subtree()) for (const task of below.tasks) scheduler.refreeze(task)
}
