// A mount (fs/mount.h): one appearance of a file system's subtree in a mount namespace.
import { ListHead } from '../../lib/list-head.ts'
import type { Kernel } from '../kernel.ts'
import type { Dentry } from '../vfs/dentry.ts'
import type { SuperBlock } from '../vfs/super-block.ts'
import type { MountNamespace } from './mount-namespace.ts'
import type { PeerGroup } from './peer-group.ts'

const NO_MOUNTS: ReadonlySet<Mount> = new Set<Mount>()

export class Mount {
  readonly id: number
  readonly sb: SuperBlock
  /** The subtree shown. */
  readonly root: Dentry
  /** Where it sits: itself and its own root for the root of a tree. */
  parent: Mount
  mountpoint: Dentry
  /** Undefined once detached. */
  ns: MountNamespace | undefined
  /** What mount -l shows as source. */
  source: string
  /** MS_… per-mount flags: RDONLY NOSUID NODEV NOEXEC NOATIME NODIRATIME RELATIME NOSYMFOLLOW */
  flags: number
  /** MNT_LOCK_…: flags that a less privileged mount namespace may not clear. MS_NOATIME in it stands for the whole atime choice. */
  lockedFlags = 0
  /** MNT_LOCKED: may not be separated from its parent here. */
  isLocked = false
  /** Set when shared. */
  peerGroup: PeerGroup | undefined
  /** mnt_share: the ring of the peer group. */
  readonly share = new ListHead<Mount>(this)
  /** The mount it receives from; with its peers these are one master group. */
  master: Mount | undefined
  /** mnt_slave_list heads the slaves, mnt_slave is this one's place in its master's list. */
  readonly slaves = new ListHead<Mount>(this)
  readonly slaveLink = new ListHead<Mount>(this)
  isUnbindable = false
  /** Files open for writing through it: they forbid remount,bind,ro. */
  writers = 0
  /** Most mounts have nothing mounted in them. */
  #children: Set<Mount> | undefined
  #childAt: Map<Dentry, Mount> | undefined
  readonly #kernel: Kernel
  #pins = 0
  #isDying = false
  #isGone = false

  /** `id` is given only for mounts made at boot and internal ones. */
  constructor(kernel: Kernel, sb: SuperBlock, root: Dentry, source: string, flags: number, id?: number) {
    this.#kernel = kernel
    this.id = id ?? kernel.mountIds.alloc()
    this.sb = sb
    this.root = root
    this.source = source
    this.flags = flags
    this.parent = this
    this.mountpoint = root
    sb.mounts++
    root.inode.hold('bind-mount')
  }

  get isShared(): boolean {
    return this.peerGroup !== undefined
  }
  get hasParent(): boolean {
    return this.parent !== this
  }
  /** In the order they were mounted. */
  get children(): ReadonlySet<Mount> {
    return this.#children ?? NO_MOUNTS
  }
  /** __lookup_mnt: what is mounted on `dentry` as seen through this mount. */
  childAt(dentry: Dentry): Mount | undefined {
    return this.#childAt?.get(dentry)
  }

  /** mnt_set_mountpoint and attach: links it into the tree. */
  attachTo(parent: Mount, mountpoint: Dentry): void {
    this.parent = parent
    this.mountpoint = mountpoint
    parent.#children ??= new Set()
    parent.#children.add(this)
    parent.#childAt ??= new Map()
    parent.#childAt.set(mountpoint, this)
    mountpoint.mountsHere ??= new Set()
    mountpoint.mountsHere.add(this)
  }
  /** unhash_mnt: takes it out of the tree; it becomes the root of its own. */
  detachFromParent(): void {
    if (!this.hasParent) return
    const { parent, mountpoint } = this
    parent.#children?.delete(this)
    if (parent.childAt(mountpoint) === this) parent.#childAt?.delete(mountpoint)
    const here = mountpoint.mountsHere
    here?.delete(this)
    if (here?.size === 0) mountpoint.mountsHere = undefined
    this.parent = this
    this.mountpoint = this.root
  }

  /** Open files, working directories and roots that keep it busy. */
  pin(): void {
    this.#pins++
  }
  unpin(): void {
    this.#pins--
    if (this.#isDying) this.#goIfUnused()
  }
  get pins(): number {
    return this.#pins
  }

  /** The tree has dropped it: it ends now or when its last user does. */
  kill(): void {
    this.#isDying = true
    this.#goIfUnused()
  }
  #goIfUnused(): void {
    if (this.#pins > 0 || this.#isGone) return
    this.#isGone = true
    for (const child of [...this.children]) {
      child.detachFromParent()
      child.kill()
    }
    this.#kernel.mountIds.free(this.id)
    this.root.inode.drop('bind-mount')
    if (--this.sb.mounts === 0) this.sb.onLastUnmount()
  }
}

/** next_mnt: the tree below and with `root`, parents first, children in mount order. */
export function* mountTree(root: Mount): Iterable<Mount> {
  yield root
  for (const child of root.children) yield* mountTree(child)
}
