// netfilter of one network namespace: its rules and the generation they have.
import type { NetNamespace } from '../net-namespace.ts'
import type { Ruleset } from './ruleset.ts'

export class Netfilter {
  readonly net: NetNamespace
  /** Only a whole batch replaces it. */
  ruleset: Ruleset = new Map()
  /** Counts batches (nft_net.base_seq), with the process that sent the last one. */
  generation = 1
  lastChange = { pid: 0, name: '' }

  constructor(net: NetNamespace) {
    this.net = net
  }

  commit(ruleset: Ruleset, pid: number, name: string): void {
    this.ruleset = ruleset
    this.generation++
    this.lastChange = { pid, name }
  }
}
