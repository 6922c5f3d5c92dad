// One batch of changes to the rules (nfnetlink_rcv_batch, nf_tables_api.c). It is applied to a copy; only if no message is refused does the copy take the
// place of the old rules (netfilter.ts). All messages are tried, so that all refusals can be told.
import { Errno } from '../../../abi/errno.ts'
import type { NfFamily, NftChange, NftExpr } from '../../../abi/nf-tables.ts'
import { type Chain, copyTable, newRule, newState, type Rule, type Ruleset, setsOf, stateOf, type Table, tableKey, targetsOf } from './ruleset.ts'
import { addElements, deleteElements } from './set.ts'
import { checkRule, isRestricted, validateTable } from './validate.ts'

const MAX_NAME = 255
type Change<T extends NftChange['type']> = Extract<NftChange, { readonly type: T }>

/** Users of the chains of a table: rules that jump to them and elements of verdict maps. */
export function references(table: Table): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const count = (name: string): void => {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  for (const e of allExpressions(table)) if (e.kind === 'verdict' && 'chain' in e.verdict) count(e.verdict.chain)
  for (const set of table.sets.values()) for (const { info } of set.elements.values()) if (info.verdict !== undefined && 'chain' in info.verdict) count(info.verdict.chain)
  return counts
}
/** Modules that aren't loaded at boot: a name without the family is asked for only after one with it. */
function moduleOf(e: NftExpr, family: NfFamily): { readonly name: string; readonly attempts: number } | undefined {
  if (e.kind === 'limit' || e.kind === 'log' || e.kind === 'quota' || e.kind === 'connlimit' || e.kind === 'objref') return { name: e.kind, attempts: 2 }
  if ((e.kind === 'reject' && family !== 'inet') || e.kind === 'redir') return { name: `${e.kind} ${family}`, attempts: 1 }
  return undefined
}
function* allExpressions(table: Table): Generator<Rule['expressions'][number]> {
  for (const chain of table.chains.values()) for (const rule of chain.rules) yield* rule.expressions
}

export class Batch {
  readonly #tables: Map<string, Table>
  readonly #owned = new Set<Table>()
  readonly #now: number
  /** Which devices there are, for chains that belong to one. */
  readonly #hasDevice: (name: string) => boolean
  readonly #newRules = new Map<number, number>()

  /** Kernel modules that are loaded already; new ones are added. */
  readonly #modules: Set<string>
  readonly #old: Ruleset
  readonly #used = new Map<string, number>()

  constructor(current: Ruleset, now: number, hasDevice: (name: string) => boolean, modules: Set<string> = new Set()) {
    this.#tables = new Map(current)
    this.#old = current
    this.#modules = modules
    this.#now = now
    this.#hasDevice = hasDevice
  }
  get result(): Ruleset {
    return this.#tables
  }

  /** Applies the `index`-th message. Throws why it can't be. */
  apply(change: NftChange, index: number): void {
    switch (change.type) {
      case 'NEWTABLE': return this.#newTable(change)
      case 'DELTABLE': return this.#deleteTable(change)
      case 'NEWCHAIN': return this.#newChain(change)
      case 'DELCHAIN': return this.#deleteChain(change)
      case 'NEWRULE': return this.#newRule(change, index)
      case 'DELRULE': return this.#deleteRule(change)
      case 'NEWSET': return this.#newSet(change)
      case 'DELSET': return this.#deleteSet(change)
      case 'NEWSETELEM': return this.#newElements(change)
      case 'DELSETELEM': return this.#deleteElements(change)
      case 'NEWOBJ': return this.#newObject(change)
      case 'DELOBJ': return this.#deleteObject(change)
    }
  }

  /** A table of the copy that may be written. */
  #table(family: NfFamily, name: string): Table {
    const key = tableKey(family, name)
    const table = this.#tables.get(key)
    if (table === undefined) throw Errno.ENOENT
    if (this.#owned.has(table)) return table
    const copy = copyTable(table)
    this.#owned.add(copy)
    this.#tables.set(key, copy)
    return copy
  }
  #chain(table: Table, name: string): Chain {
    const chain = table.chains.get(name)
    if (chain === undefined) throw Errno.ENOENT
    return chain
  }
  #setChain(table: Table, chain: Chain, change: Partial<Chain>): void {
    table.chains.set(chain.name, { ...chain, ...change })
  }

  #newTable({ family, table: name, exclusive, dormant }: Change<'NEWTABLE'>): void {
    const key = tableKey(family, name)
    if (this.#tables.has(key)) {
      if (exclusive) throw Errno.EEXIST
      if (dormant !== undefined) this.#table(family, name).dormant = dormant
      return
    }
    if (name.length > MAX_NAME) throw Errno.ERANGE
    let handle = 0
    for (const t of this.#tables.values()) handle = Math.max(handle, t.handle)
    const table: Table = { family, name, handle: handle + 1, dormant: dormant === true, chains: new Map(), sets: new Map(), objects: new Map(), handles: { last: 0 } }
    this.#owned.add(table)
    this.#tables.set(key, table)
  }
  #deleteTable({ family, table: name, handle, ifExists }: Change<'DELTABLE'>): void {
    if (name === undefined && handle === undefined) {
      for (const [key, t] of this.#tables) if (family === undefined || t.family === family) this.#tables.delete(key)
      return
    }
    for (const [key, t] of this.#tables) {
      if (t.family !== family || (name === undefined ? t.handle !== handle : t.name !== name)) continue
      this.#tables.delete(key)
      return
    }
    if (ifExists !== true) throw Errno.ENOENT
  }

  #newChain(change: Change<'NEWCHAIN'>): void {
    const table = this.#table(change.family, change.table)
    if (change.rename !== undefined) return this.#renameChain(table, change.rename, change.chain)
    const old = table.chains.get(change.chain)
    const { base, policy, counters } = change
    if (old !== undefined) {
      if (change.exclusive) throw Errno.EEXIST
      if (base !== undefined && (old.base === undefined || old.base.type !== base.type || old.base.hook !== base.hook || old.base.priority !== base.priority)) throw Errno.EEXIST
      if ((policy !== undefined || counters !== undefined) && old.base === undefined) throw Errno.EOPNOTSUPP
      this.#setChain(table, old, {
        base: old.base === undefined ? undefined : { ...old.base, policy: policy ?? old.base.policy },
        stats: counters === undefined ? old.stats : newState(counters.packets, counters.bytes),
      })
      return
    }
    if (change.chain.length > MAX_NAME) throw Errno.ERANGE
    if (base === undefined && (policy !== undefined || counters !== undefined)) throw Errno.EOPNOTSUPP
    if (base !== undefined) this.#checkBase(table.family, base)
    table.chains.set(change.chain, {
      name: change.chain, handle: this.#nextHandle(table), base: base === undefined ? undefined : { ...base, policy: policy ?? 'accept' },
      stats: counters === undefined ? undefined : newState(counters.packets, counters.bytes), comment: change.comment, rules: [],
    })
  }
  /** nft_chain_parse_hook: which types exist at which hooks of which families. */
  #checkBase(family: NfFamily, base: NonNullable<Change<'NEWCHAIN'>['base']>): void {
    const isIp = family === 'ip' || family === 'ip6' || family === 'inet'
    if (base.type !== 'filter' && !isIp) throw Errno.ENOENT
    if (family === 'netdev' ? base.hook !== 'ingress' && base.hook !== 'egress' : base.hook === 'egress' || (base.hook === 'ingress' && family !== 'inet')) throw Errno.EOPNOTSUPP
    if (family === 'arp' && base.hook !== 'input' && base.hook !== 'output') throw Errno.EOPNOTSUPP
    if (base.type === 'route' && base.hook !== 'output') throw Errno.EOPNOTSUPP
    if (base.type === 'nat' && (base.hook === 'forward' || base.hook === 'ingress')) throw Errno.EOPNOTSUPP
    if (base.type === 'nat' && base.priority <= -200) throw Errno.EOPNOTSUPP
    if (base.hook === 'ingress' || base.hook === 'egress') {
      if (base.devices === undefined || base.devices.length === 0) throw Errno.EINVAL
      if (!base.devices.every(this.#hasDevice)) throw Errno.ENOENT
    }
  }
  #renameChain(table: Table, handle: number, name: string): void {
    const chain = [...table.chains.values()].find((c) => c.handle === handle)
    if (chain === undefined) throw Errno.ENOENT
    if (table.chains.has(name)) throw Errno.EEXIST
    const old = chain.name
    const renamed = [...table.chains.values()].map((c): Chain => ({
      ...c, name: c === chain ? name : c.name,
      rules: c.rules.map((r) => ([...targetsOf(table, r)].includes(old) ? { ...r, expressions: r.expressions.map((e) => (e.kind === 'verdict' && 'chain' in e.verdict && e.verdict.chain === old ? { ...e, verdict: { ...e.verdict, chain: name } } : e)) } : r)),
    }))
    table.chains.clear()
    for (const c of renamed) table.chains.set(c.name, c)
  }
  #deleteChain({ family, table: tableName, chain: name, handle, ifExists, recursive }: Change<'DELCHAIN'>): void {
    const table = this.#table(family, tableName)
    const chain = name === undefined ? [...table.chains.values()].find((c) => c.handle === handle) : table.chains.get(name)
    if (chain === undefined) {
      if (ifExists === true) return
      throw Errno.ENOENT
    }
    const own = chain.rules.reduce((n, r) => n + r.expressions.filter((e) => e.kind === 'verdict' && 'chain' in e.verdict && e.verdict.chain === chain.name).length, 0)
    if ((chain.rules.length > 0 && recursive !== true) || (references(table).get(chain.name) ?? 0) > (recursive === true ? own : 0)) throw Errno.EBUSY
    this.#dropSets(table, chain.rules)
    table.chains.delete(chain.name)
  }

  #newRule(change: Change<'NEWRULE'>, index: number): void {
    const table = this.#table(change.family, change.table)
    const chain = this.#chain(table, change.chain)
    const beside = change.index === undefined ? change.handle : this.#newRules.get(change.index)
    const at = beside === undefined ? -1 : chain.rules.findIndex((r) => r.handle === beside)
    if (beside !== undefined && at < 0) throw Errno.ENOENT
    for (const e of change.expressions) {
      for (const set of setsOf(e)) if (!table.sets.has(set)) throw Errno.ENOENT
      // A comparison of no bytes (`! -s 0.0.0.0/0`).
      if (e.kind === 'cmp' && e.data === '') throw Errno.EINVAL
    }
    this.#loadModules(table, change.expressions)
    const handle = this.#nextHandle(table)
    checkRule(table, chain, change.expressions)
    // A replacing rule uses up a number of its own, and shows that of the old one.
    const rule = newRule(change.mode === 'replace' ? chain.rules[at].handle : handle, change.expressions, change.comment)
    for (const e of change.expressions) if (e.kind === 'dynset') this.#limitSize(table, e.set)
    this.#newRules.set(index, handle)
    const rules = [...chain.rules]
    if (change.mode === 'replace') {
      const old = rules[at]
      rules[at] = rule
      this.#dropSets(table, [old])
    } else if (change.mode === 'insert') rules.splice(Math.max(at, 0), 0, rule)
    else rules.splice(at < 0 ? rules.length : at + 1, 0, rule)
    this.#setChain(table, chain, { rules })
    const jumps = change.expressions.some((e) => e.kind === 'vmap' || (e.kind === 'verdict' && 'chain' in e.verdict))
    // Only what may have become wrong: new jumps, and NAT or REJECT in a chain that others call.
    if (jumps || (chain.base === undefined && change.expressions.some(isRestricted))) validateTable(table)
  }
  #nextHandle(table: Table): number {
    const key = tableKey(table.family, table.name)
    this.#used.set(key, (this.#used.get(key) ?? 0) + 1)
    return ++table.handles.last
  }
  /** The first use of an expression loads its module, and the batch begins again: numbers it had given away are lost, unless the table itself is new. */
  #loadModules(table: Table, expressions: readonly NftExpr[]): void {
    const key = tableKey(table.family, table.name)
    for (const e of expressions) {
      const needed = moduleOf(e, table.family)
      if (needed === undefined || this.#modules.has(needed.name)) continue
      this.#modules.add(needed.name)
      if (this.#old.has(key)) table.handles.last += needed.attempts * ((this.#used.get(key) ?? 0) + 1)
    }
  }
  /** A set that packets fill must not grow without bounds. */
  #limitSize(table: Table, name: string): void {
    const set = table.sets.get(name)
    if (set !== undefined && set.info.size === undefined) table.sets.set(name, { ...set, info: { ...set.info, size: 65535 } })
  }
  #deleteRule({ family, table: tableName, chain: name, handle }: Change<'DELRULE'>): void {
    const table = this.#table(family, tableName)
    const chains = name === undefined ? [...table.chains.values()] : [this.#chain(table, name)]
    for (const chain of chains) {
      const gone = handle === undefined ? chain.rules : chain.rules.filter((r) => r.handle === handle)
      if (handle !== undefined && gone.length === 0) throw Errno.ENOENT
      this.#setChain(table, chain, { rules: handle === undefined ? [] : chain.rules.filter((r) => r.handle !== handle) })
      this.#dropSets(table, gone)
    }
  }
  /** Anonymous sets go with the rule they belong to. */
  #dropSets(table: Table, gone: readonly Rule[]): void {
    for (const rule of gone) for (const e of rule.expressions) for (const name of setsOf(e)) if (table.sets.get(name)?.info.anonymous === true) table.sets.delete(name)
  }

  #newSet({ set, exclusive }: Change<'NEWSET'>): void {
    const table = this.#table(set.family, set.table)
    const old = table.sets.get(set.name)
    if (old !== undefined) {
      if (exclusive || old.info.keyType !== set.keyType || old.info.dataType !== set.dataType || old.info.interval !== set.interval) throw Errno.EEXIST
      return
    }
    table.sets.set(set.name, { info: { ...set, handle: this.#nextHandle(table) }, elements: new Map(), sorted: undefined })
  }
  #deleteSet({ family, table: tableName, set: name, handle, ifExists }: Change<'DELSET'>): void {
    const table = this.#table(family, tableName)
    const set = name === undefined ? [...table.sets.values()].find((s) => s.info.handle === handle) : table.sets.get(name)
    if (set === undefined) {
      if (ifExists === true) return
      throw Errno.ENOENT
    }
    for (const e of allExpressions(table)) for (const used of setsOf(e)) if (used === set.info.name) throw Errno.EBUSY
    table.sets.delete(set.info.name)
  }
  #newElements({ family, table: tableName, set: name, elements, exclusive }: Change<'NEWSETELEM'>): void {
    const table = this.#table(family, tableName)
    const set = table.sets.get(name)
    if (set === undefined) throw Errno.ENOENT
    for (const e of elements) {
      if (e.verdict !== undefined && 'chain' in e.verdict && !table.chains.has(e.verdict.chain)) throw Errno.ENOENT
      if (e.object !== undefined && !table.objects.has(e.object)) throw Errno.ENOENT
    }
    table.sets.set(name, addElements(set, elements, exclusive, this.#now))
    if (elements.some((e) => e.verdict !== undefined && 'chain' in e.verdict)) validateTable(table)
  }
  #deleteElements({ family, table: tableName, set: name, elements, ifExists }: Change<'DELSETELEM'>): void {
    const table = this.#table(family, tableName)
    const set = table.sets.get(name)
    if (set === undefined) throw Errno.ENOENT
    table.sets.set(name, deleteElements(set, elements, ifExists === true, this.#now))
  }

  #newObject({ family, table: tableName, name, state, exclusive }: Change<'NEWOBJ'>): void {
    const table = this.#table(family, tableName)
    if (table.objects.has(name)) {
      if (exclusive) throw Errno.EEXIST
      return
    }
    if (state.kind !== 'counter' && state.kind !== 'quota' && state.kind !== 'limit') throw Errno.EOPNOTSUPP
    table.objects.set(name, { name, type: state.kind, handle: this.#nextHandle(table), expression: state, state: stateOf(state) ?? newState() })
  }
  #deleteObject({ family, table: tableName, name, ifExists }: Change<'DELOBJ'>): void {
    const table = this.#table(family, tableName)
    if (!table.objects.has(name)) {
      if (ifExists === true) return
      throw Errno.ENOENT
    }
    for (const e of allExpressions(table)) if (e.kind === 'objref' && e.name === name) throw Errno.EBUSY
    table.objects.delete(name)
  }
}
