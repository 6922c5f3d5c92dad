// The one place that decides a capability (security/commoncap.c: cap_capable). The three rules are those of user_namespaces(7):
// 1. "A process has a capability inside a user namespace if it is a member of that namespace and it has the capability in its effective capability set."
// 2. "If a process has a capability in a user namespace, then it has that capability in all child (and further removed descendant) namespaces as well."
// 3. "A process that resides in the parent of the user namespace and whose effective user ID matches the owner of the namespace has all capabilities in the namespace."
import { capBit, CAP_NAMES } from '../../abi/capability.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import { allowsCapability } from '../security/apparmor/mediate.ts'
import type { Task } from '../task.ts'
import type { Cred } from './cred.ts'

export type CapRule = 'effective-set' | 'ancestor' | 'owner' | 'not-in-effective-set' | 'not-an-ancestor'

/** Which rule decides whether `cred` has `cap` over `target`; the last two refuse. */
export function capRule(cred: Cred, target: UserNamespace, cap: number): CapRule {
  let ns = target
  for (;;) {
    if (ns === cred.userNs) {
      if ((cred.effective & capBit(cap)) === 0n) return 'not-in-effective-set'
      return ns === target ? 'effective-set' : 'ancestor'
    }
    if (ns.level <= cred.userNs.level || ns.parent === undefined) return 'not-an-ancestor'
    if (ns.parent === cred.userNs && ns.ownerUid === cred.euid) return 'owner'
    ns = ns.parent
  }
}

/** ns_capable: decides and tells the event stream (`cap.check`) with the rule that decided. `cred` defaults to the task's own. */
export function nsCapable(task: Task, target: UserNamespace, cap: number, cred: Cred = task.cred): boolean {
  const rule = capRule(cred, target, cap)
  let granted = rule === 'effective-set' || rule === 'ancestor' || rule === 'owner'
  task.kernel.trace.emit('cap.check', task, { cap: CAP_NAMES[cap], userns: target.ino, in: cred.userNs.ino, granted, rule })
  if (granted && task.apparmor !== undefined) granted = allowsCapability(task, cap)
  if (granted) task.usedPrivileges = true
  return granted
}

/** capable: over the initial user namespace. */
export const capable = (task: Task, cap: number): boolean => nsCapable(task, task.kernel.initUserNs, cap)
