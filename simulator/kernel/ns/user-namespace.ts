// User namespaces (kernel/user_namespace.c, user_namespaces(7)): id maps, the tree of owners, per-namespace limits.
import type { NsType } from '../../abi/sched.ts'
import type { IdMap, Kgid, Kuid } from '../cred/ids.ts'
import type { Kernel } from '../kernel.ts'
import { Namespace } from './ns-common.ts'

const FULL_MAP: IdMap = [{ first: 0, lowerFirst: 0, kernelFirst: 0, count: 4294967295 }]

export class UserNamespace extends Namespace {
  readonly type = 'user'
  readonly parent: UserNamespace | undefined
  /** 0 for the initial namespace. */
  readonly level: number
  readonly ownerUid: Kuid
  readonly ownerGid: Kgid
  uidMap: IdMap
  gidMap: IdMap
  /** Project ids of disk quotas. */
  projidMap: IdMap
  /** /proc/PID/setgroups */
  setgroupsAllowed: boolean
  /** parent_could_setfcap: the creator had CAP_SETFCAP, so its map may include the parent's uid 0. */
  readonly parentCouldSetfcap: boolean
  /** How many namespaces are charged to each `type:uid` (the ucounts), and the sysctl limits user.max_*_namespaces. */
  readonly counts = new Map<string, number>()
  readonly limits = new Map<NsType, number>()

  constructor(kernel: Kernel, parent: UserNamespace | undefined, ownerUid: Kuid, ownerGid: Kgid, parentCouldSetfcap: boolean, ino?: number) {
    super(kernel, parent, ino)
    this.parent = parent
    this.level = parent === undefined ? 0 : parent.level + 1
    this.ownerUid = ownerUid
    this.ownerGid = ownerGid
    this.parentCouldSetfcap = parentCouldSetfcap
    this.uidMap = parent === undefined ? FULL_MAP : []
    this.gidMap = parent === undefined ? FULL_MAP : []
    this.projidMap = parent === undefined ? FULL_MAP : []
    this.setgroupsAllowed = parent === undefined ? true : parent.setgroupsAllowed
  }

  /** True for the namespace itself and everything below it (in_userns). */
  contains(other: UserNamespace): boolean {
    let ns: UserNamespace | undefined = other
    while (ns !== undefined && ns.level > this.level) ns = ns.parent
    return ns === this
  }
}
