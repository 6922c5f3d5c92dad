// netfilter of one network namespace: its rules and the generation they have, and what stands at the five hooks because of them. Connection tracking and NAT are
// there only while a rule needs them.
import type { NftLoad } from '../../../abi/nf-tables.ts'
import type { IpVersion } from '../../../lib/ip.ts'
import type { HookContext, HookName, Verdict } from '../hooks.ts'
import type { NetNamespace } from '../net-namespace.ts'
import { Conntrack } from './conntrack.ts'
import { runBaseChain } from './evaluate.ts'
import { isNatDone, manipOf, setupNat, translate } from './nat.ts'
import type { Chain, Rule, Ruleset, Table } from './ruleset.ts'

/** NF_IP_PRI_… */
const CONNTRACK = -200, NAT_DST = -100, NAT_SRC = 100, CONFIRM = 0x7fffffff
const HOOKS = { prerouting: 'PREROUTING', input: 'INPUT', forward: 'FORWARD', output: 'OUTPUT', postrouting: 'POSTROUTING' } as const satisfies Record<string, HookName>

const familiesOf = (table: Table): readonly IpVersion[] => (table.family === 'ip' ? ['inet'] : table.family === 'ip6' ? ['inet6'] : table.family === 'inet' ? ['inet', 'inet6'] : [])

const CT_MATCHES: ReadonlySet<string> = new Set(['conntrack', 'connmark', 'connlimit'])
const CT_TARGETS: ReadonlySet<string> = new Set(['SNAT', 'DNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP', 'CONNMARK', 'CT'])
const loadsCt = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  return (value as { kind?: string }).kind === 'ct' || Object.values(value).some(loadsCt)
}
function needsTracking(rule: Rule): boolean {
  return rule.expressions.some((e) => {
    if (e.kind === 'match') return CT_MATCHES.has(e.match.name)
    if (e.kind === 'target') return CT_TARGETS.has(e.target.name)
    return e.kind === 'nat' || e.kind === 'masq' || e.kind === 'redir' || e.kind === 'set-ct' || e.kind === 'connlimit' || e.kind === 'notrack' || loadsCt(e)
  })
}
interface TableNeeds { readonly tracking: boolean; readonly nat: boolean }

export class Netfilter {
  readonly net: NetNamespace
  readonly conntrack: Conntrack
  /** Only a whole batch replaces it. */
  ruleset: Ruleset = new Map()
  /** Counts batches (nft_net.base_seq), with the process that sent the last one. */
  generation = 1
  lastChange = { pid: 0, name: '' }
  #undo: (() => void)[] = []
  #registered = ''
  /** What a table needs; tables are never changed, only replaced. */
  readonly #needs = new WeakMap<Table, TableNeeds>()
  readonly #numbers = new WeakMap<NftLoad, { last: number }>()

  constructor(net: NetNamespace) {
    this.net = net
    this.conntrack = new Conntrack(net)
  }

  /** The next number of an `numgen inc`. */
  nextNumber(of: NftLoad): number {
    const counter = this.#numbers.get(of) ?? { last: -1 }
    this.#numbers.set(of, counter)
    return ++counter.last
  }

  commit(ruleset: Ruleset, pid: number, name: string): void {
    this.ruleset = ruleset
    this.generation++
    this.lastChange = { pid, name }
    this.#register()
  }

  #needsOf(table: Table): TableNeeds {
    const known = this.#needs.get(table)
    if (known !== undefined) return known
    const nat = [...table.chains.values()].some((c) => c.base?.type === 'nat')
    const needs = { nat, tracking: nat || [...table.chains.values()].some((c) => c.rules.some(needsTracking)) }
    this.#needs.set(table, needs)
    return needs
  }
  /** Puts functions at the hooks for all base chains, if something about these has changed. */
  #register(): void {
    const bases: { readonly table: Table; readonly chain: Chain; readonly family: IpVersion }[] = []
    const tracking = new Set<IpVersion>()
    const nat = new Set<IpVersion>()
    for (const table of this.ruleset.values()) {
      if (table.dormant) continue
      const needs = this.#needsOf(table)
      for (const family of familiesOf(table)) {
        if (needs.tracking) tracking.add(family)
        if (needs.nat) nat.add(family)
        for (const chain of table.chains.values()) if (chain.base !== undefined && chain.base.type !== 'nat') bases.push({ table, chain, family })
      }
    }
    const signature = [...bases.map(({ table, chain, family }) => `${family} ${table.family} ${table.name}\0${chain.name}\0${chain.base?.hook ?? ''} ${chain.base?.priority ?? 0}`), ...[...tracking].map((f) => `ct ${f}`), ...[...nat].map((f) => `nat ${f}`)].join('\n')
    if (signature === this.#registered) return
    this.#registered = signature
    for (const undo of this.#undo) undo()
    this.#undo = []
    for (const family of tracking) this.#addTracking(family)
    for (const { table, chain, family } of bases) {
      const hook = chain.base === undefined || !(chain.base.hook in HOOKS) ? undefined : HOOKS[chain.base.hook as keyof typeof HOOKS]
      if (hook !== undefined) this.#add(family, hook, chain.base?.priority ?? 0, (context) => this.#runChain(`${table.family} ${table.name}`, chain.name, context))
    }
    for (const family of nat) this.#addNat(family)
  }
  #add(family: IpVersion, hook: HookName, priority: number, run: (context: HookContext) => Verdict): void {
    this.#undo.push(this.net.hooks.register(family, hook, priority, run))
  }
  #runChain(key: string, name: string, context: HookContext): Verdict {
    const table = this.ruleset.get(key)
    const chain = table?.chains.get(name)
    return table === undefined || chain === undefined ? 'accept' : runBaseChain(this.net, table, chain, context)
  }
  #addTracking(family: IpVersion): void {
    for (const hook of ['PREROUTING', 'OUTPUT'] as const) this.#add(family, hook, CONNTRACK, (context) => this.conntrack.track(context))
    for (const hook of ['INPUT', 'POSTROUTING'] as const) this.#add(family, hook, CONFIRM, (context) => this.conntrack.confirm(context))
  }
  #addNat(family: IpVersion): void {
    for (const hook of ['PREROUTING', 'OUTPUT'] as const) this.#add(family, hook, NAT_DST, (context) => this.#nat(family, context))
    for (const hook of ['POSTROUTING', 'INPUT'] as const) this.#add(family, hook, NAT_SRC, (context) => this.#nat(family, context))
  }
  /** nf_nat_inet_fn: the first packet asks the NAT chains, and is bound to what it has where none decides. */
  #nat(family: IpVersion, context: HookContext): Verdict {
    const track = context.packet.nfct
    const connection = track?.connection
    if (track === undefined || connection === undefined) return 'accept'
    const manip = manipOf(context.hook)
    if (track.state === 'NEW' && !isNatDone(connection, manip)) {
      for (const [table, chain] of this.#natChains(family, context.hook)) {
        const verdict = runBaseChain(this.net, table, chain, context)
        if (verdict !== 'accept') return verdict
        if (isNatDone(connection, manip)) break
      }
      if (!isNatDone(connection, manip)) setupNat(this.net, this.conntrack, connection, manip, { min: undefined, max: undefined, ports: undefined, random: false })
    }
    translate(context)
    return 'accept'
  }
  #natChains(family: IpVersion, hook: HookName): (readonly [Table, Chain])[] {
    const found: (readonly [Table, Chain])[] = []
    for (const table of this.ruleset.values()) {
      if (table.dormant || !familiesOf(table).includes(family)) continue
      for (const chain of table.chains.values()) if (chain.base?.type === 'nat' && chain.base.hook.toUpperCase() === hook) found.push([table, chain])
    }
    return found.sort(([, a], [, b]) => (a.base?.priority ?? 0) - (b.base?.priority ?? 0))
  }
}
