// Limits on namespaces (kernel/ucount.c, namespaces(7): /proc/sys/user/max_*_namespaces): each is charged to its creator's uid in every user namespace
// from the creating one up to the initial one. Over the limit anywhere: ENOSPC.
import { Errno } from '../../abi/errno.ts'
import type { NsType } from '../../abi/sched.ts'
import type { Kuid } from '../cred/ids.ts'
import type { UserNamespace } from './user-namespace.ts'

/** Default of user.max_*_namespaces on the reference machine's size. */
export const DEFAULT_MAX_NAMESPACES = 1842

/** inc_ucount: charges one namespace of `type`; answers the undo. */
export function chargeNamespace(userNs: UserNamespace, uid: Kuid, type: NsType): () => void {
  const charged: [UserNamespace, string][] = []
  const undo = (): void => {
    for (const [ns, key] of charged) ns.counts.set(key, (ns.counts.get(key) ?? 1) - 1)
  }
  let who = uid
  for (let ns: UserNamespace | undefined = userNs; ns !== undefined; ns = ns.parent) {
    const key = `${type}:${who}`
    const count = ns.counts.get(key) ?? 0
    if (count >= (ns.limits.get(type) ?? DEFAULT_MAX_NAMESPACES)) {
      undo()
      throw Errno.ENOSPC
    }
    ns.counts.set(key, count + 1)
    charged.push([ns, key])
    who = ns.ownerUid
  }
  return undo
}
