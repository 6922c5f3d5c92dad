// Peer groups of shared mounts (mount_namespaces(7), SHARED SUBTREES): mounts that see each other's mounts and unmounts.
import type { Kernel } from '../kernel.ts'

export class PeerGroup {
  /** The number behind `shared:` in mountinfo. */
  readonly id: number
  readonly #kernel: Kernel
  #members = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    this.id = kernel.peerGroupIds.alloc()
  }

  get members(): number {
    return this.#members
  }
  join(): void {
    this.#members++
  }
  /** The last to leave gives the number back. */
  leave(): void {
    if (--this.#members === 0) this.#kernel.peerGroupIds.free(this.id)
  }
}
