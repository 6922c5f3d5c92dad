// Mount namespaces (fs/namespace.c, mount_namespaces(7)): a tree of mounts of their own.
import type { Kernel } from '../kernel.ts'
import { Namespace } from '../ns/ns-common.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import type { Mount } from './mount.ts'
import { umountTree } from './mount-detach.ts'
import { Room } from '../rooms.ts'

export class MountNamespace extends Namespace {
  readonly type = 'mnt'
  /** The rootfs mount (kernel's `rootfs`), below the visible root. */
  root: Mount | undefined
  /** All mounts, in the order mountinfo lists them. */
  readonly mounts = new Set<Mount>()
  /** Rises in the order namespaces are made: a nsfs mount may only be attached in an older namespace than the one it shows. */
  readonly seq: number

  constructor(kernel: Kernel, owner: UserNamespace, ino?: number) {
    super(kernel, owner, ino)
    this.seq = nextSeq(kernel)
  }

  /** put_mnt_ns: unmounts everything. Mounts still in use live on, detached. */
  protected override onLastRelease(): void {
    if (this.root !== undefined) umountTree(this.root, {})
    this.root = undefined
  }
}

const SEQ = new Room<{ last: number }>('mount-namespace-seq')
const nextSeq = (kernel: Kernel): number => ++kernel.rooms.open(SEQ, () => ({ last: 0 })).last
