// UTS, IPC, cgroup and time namespaces: uts_namespaces(7), ipc_namespaces(7), cgroup_namespaces(7), time_namespaces(7).
import type { Kernel } from '../kernel.ts'
import { Namespace } from './ns-common.ts'
import type { UserNamespace } from './user-namespace.ts'
import { Rooms } from '../rooms.ts'

export class UtsNamespace extends Namespace {
  readonly type = 'uts'
  hostname: string
  domainname: string

  constructor(kernel: Kernel, owner: UserNamespace, hostname: string, domainname: string, ino?: number) {
    super(kernel, owner, ino)
    this.hostname = hostname
    this.domainname = domainname
  }
}

export class IpcNamespace extends Namespace {
  readonly type = 'ipc'
  /** SysV tables, the mqueue superblock; dropped with the namespace. */
  readonly rooms = new Rooms()
  readonly #onGone: (() => void)[] = []

  /** What a part has to give back when the namespace ends. */
  whenGone(action: () => void): void {
    this.#onGone.push(action)
  }
  protected override onLastRelease(): void {
    this.rooms.clear()
    for (const action of this.#onGone) action()
  }
}

export class CgroupNamespace extends Namespace {
  readonly type = 'cgroup'
  /** Path of the cgroup that is the root here, in the whole hierarchy: `/`, `/user.slice` … */
  readonly root: string

  constructor(kernel: Kernel, owner: UserNamespace, root: string, ino?: number) {
    super(kernel, owner, ino)
    this.root = root
  }
}

export class TimeNamespace extends Namespace {
  readonly type = 'time'
  /** Offsets in nanoseconds added to CLOCK_MONOTONIC and CLOCK_BOOTTIME. */
  monotonicOffset = 0
  boottimeOffset = 0
  /** Set when the first process enters: /proc/PID/timens_offsets is read-only from then on (EACCES). */
  frozen = false
}
