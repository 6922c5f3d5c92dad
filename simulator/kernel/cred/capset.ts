// capset(2) and the prctl(2) operations on capability sets, securebits and ambient capabilities (security/commoncap.c).
import { CAP_LAST, CAP_SETPCAP, capBit, type CapSets } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import {
  PR_CAP_AMBIENT_CLEAR_ALL, PR_CAP_AMBIENT_IS_SET, PR_CAP_AMBIENT_LOWER, PR_CAP_AMBIENT_RAISE, SECBIT_KEEP_CAPS, SECBIT_NO_CAP_AMBIENT_RAISE,
} from '../../abi/sched.ts'
import type { Task } from '../task.ts'
import { commitCred } from './commit.ts'
import { nsCapable } from './ns-capable.ts'

const isSubset = (a: bigint, b: bigint): boolean => (a & ~b) === 0n

/** cap_capset: nothing new in permitted, effective within permitted, inheritable within what one has or may give. */
export function capset(task: Task, sets: Pick<CapSets, 'inheritable' | 'permitted' | 'effective'>): 0 {
  const { cred } = task
  const { inheritable, permitted, effective } = sets
  const mayAny = nsCapable(task, cred.userNs, CAP_SETPCAP)
  if (!mayAny && !isSubset(inheritable, cred.inheritable | cred.permitted)) throw Errno.EPERM
  if (!isSubset(inheritable, cred.inheritable | cred.bounding)) throw Errno.EPERM
  if (!isSubset(permitted, cred.permitted)) throw Errno.EPERM
  if (!isSubset(effective, permitted)) throw Errno.EPERM
  commitCred(task, { ...cred, inheritable, permitted, effective, ambient: cred.ambient & permitted & inheritable })
  return 0
}

/** PR_CAPBSET_DROP */
export function dropBounding(task: Task, cap: number): 0 {
  if (!nsCapable(task, task.cred.userNs, CAP_SETPCAP)) throw Errno.EPERM
  if (cap < 0 || cap > CAP_LAST) throw Errno.EINVAL
  commitCred(task, { ...task.cred, bounding: task.cred.bounding & ~capBit(cap) })
  return 0
}

/** PR_CAP_AMBIENT */
export function ambient(task: Task, operation: number, cap: number): number {
  const { cred } = task
  if (operation === PR_CAP_AMBIENT_CLEAR_ALL) {
    commitCred(task, { ...cred, ambient: 0n })
    return 0
  }
  if (cap < 0 || cap > CAP_LAST) throw Errno.EINVAL
  const bit = capBit(cap)
  if (operation === PR_CAP_AMBIENT_IS_SET) return (cred.ambient & bit) === 0n ? 0 : 1
  if (operation === PR_CAP_AMBIENT_LOWER) {
    commitCred(task, { ...cred, ambient: cred.ambient & ~bit })
    return 0
  }
  if (operation !== PR_CAP_AMBIENT_RAISE) throw Errno.EINVAL
  if ((cred.permitted & bit) === 0n || (cred.inheritable & bit) === 0n || (cred.securebits & SECBIT_NO_CAP_AMBIENT_RAISE) !== 0) throw Errno.EPERM
  commitCred(task, { ...cred, ambient: cred.ambient | bit })
  return 0
}

const LOCK_BITS = 0xaa
const ALL_BITS = 0xff

/** PR_SET_SECUREBITS: locked bits stay, locks stay, and CAP_SETPCAP is needed. */
export function setSecurebits(task: Task, bits: number): 0 {
  const { cred } = task
  const old = cred.securebits
  const lockedChange = ((old & LOCK_BITS) >> 1) & (old ^ bits)
  if (lockedChange !== 0 || (old & LOCK_BITS & ~bits) !== 0 || (bits & ~ALL_BITS) !== 0 || !nsCapable(task, cred.userNs, CAP_SETPCAP)) throw Errno.EPERM
  commitCred(task, { ...cred, securebits: bits })
  return 0
}

/** PR_SET_KEEPCAPS */
export function setKeepCaps(task: Task, on: number): 0 {
  const { cred } = task
  if (on > 1) throw Errno.EINVAL
  if ((cred.securebits & (SECBIT_KEEP_CAPS << 1)) !== 0) throw Errno.EPERM
  commitCred(task, { ...cred, securebits: on === 1 ? cred.securebits | SECBIT_KEEP_CAPS : cred.securebits & ~SECBIT_KEEP_CAPS })
  return 0
}
