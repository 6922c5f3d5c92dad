// What all namespaces have in common (include/linux/ns_common.h): the nsfs inode number, the owner, and who keeps it alive and why.
import { NS_FLAG, type NsType } from '../../abi/sched.ts'
import type { Kernel } from '../kernel.ts'
import type { Dentry } from '../vfs/dentry.ts'
import type { UserNamespace } from './user-namespace.ts'

/** Why a namespace is alive. `task`: a process is in it. `child`: a namespace below it. `owned`: a namespace whose owner it is. */
export type HolderReason = 'task' | 'for-children' | 'open-file' | 'bind-mount' | 'child' | 'owned' | 'socket' | 'super-block' | 'initial'

export abstract class Namespace {
  abstract readonly type: NsType
  readonly kernel: Kernel
  /** nsfs inode number: the namespace's name. */
  readonly ino: number
  /** The user namespace whose capabilities rule it; for a user namespace its parent. Undefined only for the initial user namespace. */
  readonly owner: UserNamespace | undefined
  /** Its name in nsfs, once somebody has looked. */
  dentry: Dentry | undefined
  readonly #holders = new Map<HolderReason, number>()
  #count = 0
  /** Gives back what its maker was charged, see ucounts.ts. */
  uncharge: (() => void) | undefined
  #alive = true

  constructor(kernel: Kernel, owner: UserNamespace | undefined, ino?: number) {
    this.kernel = kernel
    this.owner = owner
    this.ino = ino ?? kernel.nsInos.alloc()
    owner?.hold('owned')
  }

  get flag(): number {
    return NS_FLAG[this.type]
  }
  get isAlive(): boolean {
    return this.#alive
  }
  /** `uts:[4026531838]`, the target of the magic link. */
  get link(): string {
    return `${this.type}:[${this.ino}]`
  }

  hold(reason: HolderReason): this {
    this.#count++
    this.#holders.set(reason, (this.#holders.get(reason) ?? 0) + 1)
    return this
  }

  /** Drops one reference; the last one ends the namespace. */
  release(reason: HolderReason): void {
    const n = this.#holders.get(reason) ?? 0
    if (n <= 0) throw new Error(`kernel BUG: ${this.link} released as ${reason} but not held so`)
    if (n === 1) this.#holders.delete(reason)
    else this.#holders.set(reason, n - 1)
    if (--this.#count > 0) return
    this.#alive = false
    this.kernel.namespaces.delete(this.ino)
    this.uncharge?.()
    this.kernel.trace.emit('ns.end', undefined, { type: this.type, ns: this.ino })
    this.onLastRelease()
    this.kernel.nsInos.free(this.ino)
    this.owner?.release('owned')
  }

  get holders(): ReadonlyMap<HolderReason, number> {
    return this.#holders
  }

  /** Frees what the namespace contains. */
  protected onLastRelease(): void {}
}
