// Credentials (kernel/cred.c, credentials(7)): an immutable value; a task changes its by replacing it (prepare_creds … commit_creds).
import { CAP_EMPTY, CAP_FULL, type CapSet } from '../../abi/capability.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import { GLOBAL_ROOT_GID, GLOBAL_ROOT_UID, type Kgid, type Kuid } from './ids.ts'

export interface Cred {
  readonly uid: Kuid
  readonly euid: Kuid
  readonly suid: Kuid
  readonly fsuid: Kuid
  readonly gid: Kgid
  readonly egid: Kgid
  readonly sgid: Kgid
  readonly fsgid: Kgid
  readonly groups: readonly Kgid[]
  readonly inheritable: CapSet
  readonly permitted: CapSet
  readonly effective: CapSet
  readonly bounding: CapSet
  readonly ambient: CapSet
  readonly securebits: number
  readonly userNs: UserNamespace
}

export function initCred(userNs: UserNamespace): Cred {
  return {
    uid: GLOBAL_ROOT_UID, euid: GLOBAL_ROOT_UID, suid: GLOBAL_ROOT_UID, fsuid: GLOBAL_ROOT_UID,
    gid: GLOBAL_ROOT_GID, egid: GLOBAL_ROOT_GID, sgid: GLOBAL_ROOT_GID, fsgid: GLOBAL_ROOT_GID, groups: [],
    inheritable: CAP_EMPTY, permitted: CAP_FULL, effective: CAP_FULL, bounding: CAP_FULL, ambient: CAP_EMPTY, securebits: 0, userNs,
  }
}

/** in_group_p: is the file-system group or a supplementary group this one? */
export const inGroup = (cred: Cred, gid: Kgid): boolean => cred.fsgid === gid || cred.groups.includes(gid)
/** in_egroup_p */
export const inEffectiveGroup = (cred: Cred, gid: Kgid): boolean => cred.egid === gid || cred.groups.includes(gid)
