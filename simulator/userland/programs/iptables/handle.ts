// What iptables does with the kernel's tables (iptables/nft.c): a copy of them (nft-cache.c), changes gathered and sent as one batch, and the words of its errors.
import { Errno, isErr } from '../../../abi/errno.ts'
import type { IpFamily } from '../../../abi/netlink.ts'
import type { NfFamily, NftChain, NftChange, NftRule } from '../../../abi/nf-tables.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { Nfnl } from '../../libc/nfnetlink.ts'
import { BUILTIN_TABLES, type BuiltinChain, isCompatible, isForeignBase } from './decode.ts'
import { RESOURCE_PROBLEM, XtError } from './types.ts'

export interface CachedRule { readonly handle: number | undefined; readonly rule: Pick<NftRule, 'expressions'>; /** Its place in the batch, while it is only there. */ readonly message?: number }
export interface CachedChain {
  name: string
  /** Not in the kernel: shown as if it were empty. */
  readonly fake: boolean
  chain: NftChain
  rules: CachedRule[]
}
export interface CachedTable { readonly chains: Map<string, CachedChain>; exists: boolean }
/** What a change is called in errors: `RULE_APPEND failed (…): rule in chain INPUT`. */
interface Label { readonly type: string; readonly what: string }

/** A command that fails with `errno` after the function that decides its text (nft_strerror). */
export class NftFailure {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
export const NO_CHAIN = 'No chain/target/match by that name', BAD_POLICY = 'Bad policy name'

export class Handle {
  readonly family: IpFamily
  readonly nf: NfFamily
  readonly #nl = new Nfnl()
  readonly tables = new Map<string, CachedTable>()
  readonly #batch: NftChange[] = []
  readonly #labels: Label[] = []
  #isLoaded = false

  constructor(family: IpFamily) {
    this.family = family
    this.nf = family === 'inet' ? 'ip' : 'ip6'
  }

  /** Reads everything of this family once. */
  *load(): Flow<void> {
    if (this.#isLoaded) return
    this.#isLoaded = true
    const gen = yield* this.#nl.ask({ type: 'NFT_MSG_GETGEN' })
    if (isErr(gen)) throw new XtError(RESOURCE_PROBLEM, `Could not fetch rule set generation id: ${gen === Errno.EPERM ? 'Permission denied (you must be root)' : gen.message}`)
    const chains = yield* this.#nl.ask({ type: 'NFT_MSG_GETCHAIN', family: this.nf })
    const tables = yield* this.#nl.ask({ type: 'NFT_MSG_GETTABLE', family: this.nf })
    const rules = yield* this.#nl.ask({ type: 'NFT_MSG_GETRULE', family: this.nf })
    if (isErr(chains) || isErr(tables) || isErr(rules)) throw new NftFailure('Incompatible with this kernel')
    for (const t of tables) if (t.type === 'NFT_MSG_NEWTABLE') this.tables.set(t.table.name, { chains: new Map(), exists: true })
    for (const c of chains) if (c.type === 'NFT_MSG_NEWCHAIN') this.tables.get(c.chain.table)?.chains.set(c.chain.name, { name: c.chain.name, fake: false, chain: c.chain, rules: [] })
    for (const r of rules) if (r.type === 'NFT_MSG_NEWRULE') this.tables.get(r.rule.table)?.chains.get(r.rule.chain)?.rules.push({ handle: r.rule.handle, rule: r.rule })
  }

  table(name: string): CachedTable {
    const known = this.tables.get(name)
    if (known !== undefined) return known
    const made = { chains: new Map<string, CachedChain>(), exists: false }
    this.tables.set(name, made)
    return made
  }
  chain(table: string, name: string): CachedChain | undefined {
    return this.tables.get(table)?.chains.get(name)
  }
  /** The chains as iptables lists them: its own by their hooks, then the user's by name; those the kernel lacks are made up. */
  listChains(table: string): CachedChain[] {
    const { chains } = this.table(table)
    const builtin = BUILTIN_TABLES.get(table) ?? []
    const own = builtin.map((b) => chains.get(b.name) ?? this.fakeChain(table, b))
    const users = [...chains.values()].filter((c) => c.chain.base === undefined && !builtin.some((b) => b.name === c.name))
    return [...own, ...users.sort((a, b) => (a.name < b.name ? -1 : 1))]
  }
  fakeChain(table: string, b: BuiltinChain): CachedChain {
    return { name: b.name, fake: true, rules: [], chain: { family: this.nf, table, name: b.name, handle: 0, use: 0, base: { type: b.type, hook: b.hook, priority: b.priority, policy: 'accept' } } }
  }
  hasForeignBase(table: string): boolean {
    return [...this.table(table).chains.values()].some((c) => isForeignBase(table, c.chain))
  }
  /** nft_is_table_compatible: `chain` limits the question to one chain. */
  isCompatible(table: string, chain?: string): boolean {
    return [...this.table(table).chains.values()].every((c) => (chain !== undefined && c.name !== chain) || isForeignBase(table, c.chain) || c.rules.every((r) => isCompatible(r.rule.expressions)))
  }

  push(change: NftChange, type: string, what: string): number {
    this.#batch.push(change)
    this.#labels.push({ type, what })
    return this.#batch.length - 1
  }
  addTable(table: string): void {
    const t = this.table(table)
    if (t.exists) return
    t.exists = true
    this.push({ type: 'NEWTABLE', family: this.nf, table, exclusive: false }, 'TABLE_ADD', `table ${table}`)
  }
  /** nft_xt_builtin_init: the table, and the chain if it is one of iptables' own. */
  addBuiltin(table: string, name: string | undefined): void {
    this.addTable(table)
    const b = BUILTIN_TABLES.get(table)?.find((c) => c.name === name)
    const { chains } = this.table(table)
    if (b === undefined || chains.has(b.name)) return
    chains.set(b.name, { ...this.fakeChain(table, b), fake: false })
    this.push({ type: 'NEWCHAIN', family: this.nf, table, chain: b.name, exclusive: false, base: { type: b.type, hook: b.hook, priority: b.priority }, policy: 'accept' }, 'CHAIN_ADD', `chain ${b.name}`)
  }
  addUserChain(table: string, name: string, isNew = true): void {
    this.table(table).chains.set(name, { name, fake: false, rules: [], chain: { family: this.nf, table, name, handle: 0, use: 0, base: undefined } })
    this.push({ type: 'NEWCHAIN', family: this.nf, table, chain: name, exclusive: isNew }, 'CHAIN_USER_ADD', `chain ${name}`)
  }
  /** Whether the chain is there, or would be as soon as somebody needs it. */
  chainExists(table: string, name: string): boolean {
    return this.chain(table, name) !== undefined || (BUILTIN_TABLES.get(table)?.some((b) => b.name === name) ?? false)
  }

  /** Sends the batch. The first refusal ends the program; `line` leads its text in iptables-restore. */
  *commit(line?: (index: number) => number | undefined): Flow<void> {
    if (this.#batch.length === 0) return
    const errors = yield* this.#nl.commit(this.#batch)
    if (isErr(errors)) throw new NftFailure(errors.message)
    const first = errors.at(0)
    if (first === undefined) return
    const label = this.#labels[first.index]
    const number = line?.(first.index)
    throw new XtError(RESOURCE_PROBLEM, `${number === undefined ? ' ' : `\nline ${number}: `}${label.type} failed (${first.errno.message}): ${label.what}`)
  }
  get pending(): number {
    return this.#batch.length
  }
  /** After a commit: what is read next comes from the kernel again. */
  reset(): void {
    this.#batch.length = this.#labels.length = 0
    this.tables.clear()
    this.#isLoaded = false
  }
}
