// A mount (fs/mount.h): one appearance of a file system's subtree in a mount namespace.
import type { Dentry } from '../vfs/dentry.ts'
import type { SuperBlock } from '../vfs/super-block.ts'
import type { MountNamespace } from './mount-namespace.ts'

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
  readonly children = new Set<Mount>()
  #pins = 0

  constructor(id: number, sb: SuperBlock, root: Dentry, source: string, flags: number) {
    this.id = id
    this.sb = sb
    this.root = root
    this.source = source
    this.flags = flags
    this.parent = this
    this.mountpoint = root
  }

  /** Open files, working directories and roots that keep it busy. */
  pin(): void {
    this.#pins++
  }
  unpin(): void {
    this.#pins--
  }
  get pins(): number {
    return this.#pins
  }
}
