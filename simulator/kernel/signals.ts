// A task's signal state (struct sighand_struct, sigpending). Sending and delivery are in signal-send.ts and signal-deliver.ts.
import { type SigSet, sigBit } from '../abi/signal.ts'
import type { SigAction } from '../abi/syscalls.ts'

export const DEFAULT_ACTION: SigAction = { handler: 'default', mask: 0n, flags: 0 }

export class SignalState {
  readonly #actions = new Map<number, SigAction>()
  blocked: SigSet = 0n
  pending: SigSet = 0n

  action(sig: number): SigAction {
    return this.#actions.get(sig) ?? DEFAULT_ACTION
  }
  setAction(sig: number, action: SigAction): void {
    if (action.handler === 'default') this.#actions.delete(sig)
    else this.#actions.set(sig, action)
  }
  resetAction(sig: number): void {
    this.#actions.delete(sig)
  }
  /** SigIgn and SigCgt of /proc/PID/status. */
  get ignored(): SigSet {
    let set = 0n
    for (const [sig, a] of this.#actions) if (a.handler === 'ignore') set |= sigBit(sig)
    return set
  }
  get caught(): SigSet {
    let set = 0n
    for (const [sig, a] of this.#actions) if (typeof a.handler === 'function') set |= sigBit(sig)
    return set
  }

  /** fork: same actions and mask, nothing pending. */
  copy(): SignalState {
    const copy = new SignalState()
    for (const [sig, a] of this.#actions) copy.#actions.set(sig, a)
    copy.blocked = this.blocked
    return copy
  }
  /** execve: caught signals go back to default, ignored ones stay ignored. */
  resetCaught(): void {
    for (const [sig, a] of [...this.#actions]) if (typeof a.handler === 'function') this.#actions.delete(sig)
  }
}
