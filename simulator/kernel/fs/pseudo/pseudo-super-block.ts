// Superblock of file systems whose files are made up by the kernel (proc, sysfs, cgroup2, securityfs, devpts …).
import { makedev, minor, type Statfs } from '../../../abi/stat.ts'
import type { Kernel } from '../../kernel.ts'
import type { UserNamespace } from '../../ns/user-namespace.ts'
import type { Dentry } from '../../vfs/dentry.ts'
import { type FileSystemType, SuperBlock } from '../../vfs/super-block.ts'

export abstract class PseudoSuperBlock extends SuperBlock {
  #lastIno = 0
  readonly #magic: number
  readonly #onGone: (() => void)[] = []

  readonly #ownsDev: boolean

  /** `dev`: a device number fixed at boot; otherwise the lowest free one, given back at the end. */
  constructor(kernel: Kernel, type: FileSystemType, userNs: UserNamespace, magic: number, dev?: number) {
    super(kernel, type, dev ?? makedev(0, kernel.anonDevs.alloc()), userNs)
    this.#magic = magic
    this.#ownsDev = dev === undefined
  }

  /** get_next_ino */
  nextIno(): number {
    return ++this.#lastIno
  }

  statfs(): Statfs {
    return { type: this.#magic, bsize: 4096, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0, namelen: 255, flags: 0 }
  }

  whenGone(action: () => void): void {
    this.#onGone.push(action)
  }
  override onLastUnmount(): void {
    if (this.#ownsDev) this.kernel.anonDevs.free(minor(this.dev))
    for (const action of this.#onGone) action()
  }
}

/** A superblock whose root is given when it is made. */
export class SimplePseudoSuperBlock extends PseudoSuperBlock {
  readonly root: Dentry
  constructor(kernel: Kernel, type: FileSystemType, userNs: UserNamespace, magic: number, makeRoot: (sb: PseudoSuperBlock) => Dentry, dev?: number) {
    super(kernel, type, userNs, magic, dev)
    this.root = makeRoot(this)
  }
}
