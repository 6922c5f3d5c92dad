// Groups of processes and groups of threads (kernel/cgroup/cgroup.c, "Threads" in Documentation/admin-guide/cgroup-v2.rst): cgroup.type and what follows from it.
import { Errno } from '../../abi/errno.ts'
import { type Cgroup, type Controller, THREADED } from './cgroup.ts'

export const isThreaded = (group: Cgroup): boolean => group.isThreaded

/** The nearest group above, or itself, that owns the resources. */
export function domainOf(group: Cgroup): Cgroup {
  let domain = group
  while (domain.isThreaded && domain.parent !== undefined) domain = domain.parent
  return domain
}

const isMixable = (group: Cgroup): boolean => group.parent === undefined
const handsOn = (group: Cgroup, threaded: boolean): boolean => [...group.subtreeControl].some((c) => THREADED.has(c) === threaded)

function isThreadRoot(group: Cgroup): boolean {
  if (group.isThreaded) return false
  return [...group.children.values()].some((c) => c.isThreaded) || (group.hasTasks && handsOn(group, true))
}

/** May it be, or become, the root of a threaded subtree? */
export function canBeThreadRoot(group: Cgroup): boolean {
  if (isMixable(group)) return true
  return !group.isThreaded && ![...group.children.values()].some((c) => !c.isThreaded && c.isPopulated) && !handsOn(group, false)
}

/** A domain below a threaded group or a thread root holds nothing until it joins them. */
export function isValidDomain(group: Cgroup): boolean {
  if (group.isThreaded) return false
  for (let above = group.parent; above !== undefined; above = above.parent) if (above.isThreaded || (!isMixable(above) && isThreadRoot(above))) return false
  return true
}

export function typeOf(group: Cgroup): string {
  if (group.isThreaded) return 'threaded'
  if (!isValidDomain(group)) return 'domain invalid'
  return isThreadRoot(group) && !isMixable(group) ? 'domain threaded' : 'domain'
}

/** cgroup_enable_threaded: one way only. Throws EOPNOTSUPP. */
export function makeThreaded(group: Cgroup): void {
  const { parent } = group
  if (group.isThreaded || parent === undefined) return
  const domain = domainOf(parent)
  if (group.isPopulated || handsOn(group, false) || !isValidDomain(domain) || !canBeThreadRoot(domain)) throw Errno.EOPNOTSUPP
  group.isThreaded = true
}

/** cgroup_vet_subtree_control_enable. Throws EOPNOTSUPP for what threads can't share, EBUSY while processes are in the group. */
export function checkNewControllers(group: Cgroup, enable: readonly Controller[]): void {
  if (enable.length === 0) return
  if (!isValidDomain(domainOf(group))) throw Errno.EOPNOTSUPP
  if (isMixable(group)) return
  if (enable.some((c) => !THREADED.has(c))) {
    if (isThreadRoot(group) || group.isThreaded) throw Errno.EOPNOTSUPP
  } else if (canBeThreadRoot(group) || group.isThreaded) return
  if (group.hasTasks) throw Errno.EBUSY
}
