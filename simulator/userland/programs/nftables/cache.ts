// nft's copy of the kernel's rules (src/cache.c), and the batch it sends.
import { type Errno, isErr } from '../../../abi/errno.ts'
import type { NfFamily, NftChain, NftChange, NftElement, NftObject, NftRule, NftSetInfo, NftTable } from '../../../abi/nf-tables.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { Nfnl } from '../../libc/nfnetlink.ts'
import type { SetText } from './print.ts'

export interface CachedTable {
  readonly table: NftTable
  readonly chains: Map<string, { chain: NftChain; rules: NftRule[] }>
  readonly sets: Map<string, SetText>
  readonly objects: NftObject[]
}
export const keyOf = (family: NfFamily, name: string): string => `${family} ${name}`

export class Cache {
  readonly nl = new Nfnl()
  readonly tables: Map<string, CachedTable>

  constructor() {
    this.tables = new Map()
  }
  /** Reads all; answers why it can't. */
  *load(): Flow<Errno | undefined> {
    this.tables.clear()
    const gen = yield* this.nl.ask({ type: 'NFT_MSG_GETGEN' })
    if (isErr(gen)) return gen
    for (const type of ['NFT_MSG_GETTABLE', 'NFT_MSG_GETCHAIN', 'NFT_MSG_GETSET', 'NFT_MSG_GETOBJ', 'NFT_MSG_GETRULE'] as const) {
      const replies = yield* this.nl.ask({ type })
      if (isErr(replies)) return replies
      for (const r of replies) {
        if (r.type === 'NFT_MSG_NEWTABLE') this.tables.set(keyOf(r.table.family, r.table.name), { table: r.table, chains: new Map(), sets: new Map(), objects: [] })
        else if (r.type === 'NFT_MSG_NEWCHAIN') this.find(r.chain.family, r.chain.table)?.chains.set(r.chain.name, { chain: r.chain, rules: [] })
        else if (r.type === 'NFT_MSG_NEWSET') yield* this.#addSet(r.set)
        else if (r.type === 'NFT_MSG_NEWOBJ') this.find(r.object.family, r.object.table)?.objects.push(r.object)
        else if (r.type === 'NFT_MSG_NEWRULE') this.find(r.rule.family, r.rule.table)?.chains.get(r.rule.chain)?.rules.push(r.rule)
      }
    }
    return undefined
  }
  *#addSet(set: NftSetInfo): Flow<void> {
    const replies = yield* this.nl.ask({ type: 'NFT_MSG_GETSETELEM', family: set.family, table: set.table, set: set.name })
    const elements = isErr(replies) ? [] : replies.flatMap((r): NftElement[] => (r.type === 'NFT_MSG_NEWSETELEM' ? [r.element] : []))
    this.find(set.family, set.table)?.sets.set(set.name, { info: set, elements })
  }
  find(family: NfFamily, name: string): CachedTable | undefined {
    return this.tables.get(keyOf(family, name))
  }
  /** A table that this batch makes. */
  note(family: NfFamily, name: string): CachedTable {
    const known = this.find(family, name)
    if (known !== undefined) return known
    const made: CachedTable = { table: { family, name, handle: 0, use: 0, dormant: false }, chains: new Map(), sets: new Map(), objects: [] }
    this.tables.set(keyOf(family, name), made)
    return made
  }
}

/** The batch, with what each message came from. */
export class BatchList<Origin> {
  readonly changes: NftChange[] = []
  readonly origins: Origin[] = []
  push(change: NftChange, origin: Origin): void {
    this.changes.push(change)
    this.origins.push(origin)
  }
}
