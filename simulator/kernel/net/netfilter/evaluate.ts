// Running a packet through the rules of a base chain (net/netfilter/nf_tables_core.c: nft_do_chain).
import { Errno, isErr } from '../../../abi/errno.ts'
import type { Hex, NftExpr, NftLoad, NftVerdict } from '../../../abi/nf-tables.ts'
import { NSEC_PER_SEC } from '../../clock.ts'
import type { HookContext, Verdict } from '../hooks.ts'
import type { NetNamespace } from '../net-namespace.ts'
import { packetLength } from '../packet.ts'
import { load, View } from './load.ts'
import { logPacket } from './nf-log.ts'
import { rejectCode } from './reject.ts'
import type { Chain, ExprState, Rule, SetObject, Table } from './ruleset.ts'
import { addElements, findElement } from './set.ts'
import { matches } from './xt-match.ts'
import { bindNat, masquerade, redirect, runTarget, setMark, setMss } from './xt-target.ts'
import type { NatChoice } from './nat.ts'

/** What an expression says: nothing (next one), that the rule doesn't fit, or where to go. */
type Outcome = undefined | 'break' | NftVerdict | 'stolen'
const ACCEPT: NftVerdict = { code: 'accept' }, DROP: NftVerdict = { code: 'drop' }
const DEFAULT_BURST = 5

function compare(op: Extract<NftExpr, { readonly kind: 'cmp' }>['op'], value: Hex, data: Hex): boolean {
  const left = value.length > data.length ? value.slice(0, data.length) : value
  switch (op) {
    case 'eq': return left === data
    case 'neq': return left !== data
    case 'lt': return left < data
    case 'lte': return left <= data
    case 'gt': return left > data
    case 'gte': return left >= data
  }
}
/** nft_limit_eval: a bucket of nanoseconds that fills as time goes by. */
export function takeToken(e: Extract<NftExpr, { readonly kind: 'limit' }>, state: ExprState, now: number, bytes: number): boolean {
  const perUnit = e.unit * NSEC_PER_SEC
  const cost = e.type === 'packets' ? perUnit / e.rate : (perUnit * bytes) / e.rate
  const full = e.type === 'packets' ? (perUnit / e.rate) * (e.burst === 0 ? DEFAULT_BURST : e.burst) : (perUnit * (e.rate + e.burst)) / e.rate
  const tokens = state.tokens < 0 ? full : Math.min(full, state.tokens + (now - state.last))
  state.last = now
  const isWithin = tokens >= cost
  state.tokens = isWithin ? tokens - cost : tokens
  return isWithin
}
const numberOf = (view: View, what: NftLoad | undefined): number | undefined => {
  const value = what === undefined ? undefined : load(view, what)
  return value === undefined ? undefined : Number.parseInt(value, 16)
}
function portsOf(view: View, min: NftLoad | undefined, max: NftLoad | undefined): NatChoice['ports'] {
  const from = numberOf(view, min)
  return from === undefined ? undefined : { from, to: numberOf(view, max) ?? from }
}
function runNat(e: Extract<NftExpr, { readonly kind: 'nat' | 'masq' | 'redir' }>, view: View): Outcome {
  const ports = portsOf(view, e.portMin, e.portMax)
  const random = e.random === true || e.fullyRandom === true
  if (e.kind !== 'nat') return (e.kind === 'masq' ? masquerade(view, ports, random) : redirect(view, ports, random)) === 'drop' ? DROP : ACCEPT
  const address = (what: NftLoad | undefined): bigint | undefined => {
    const value = what === undefined ? undefined : load(view, what)
    return value === undefined ? undefined : BigInt(`0x${value}`)
  }
  const min = address(e.min)
  if (e.min !== undefined && min === undefined) return 'break'
  bindNat(view, e.type === 'snat' ? 'source' : 'destination', { min, max: address(e.max) ?? min, ports, random })
  return ACCEPT
}
function dynset(e: Extract<NftExpr, { readonly kind: 'dynset' }>, view: View): Outcome {
  const key = load(view, e.key)
  const set = view.table.sets.get(e.set)
  if (key === undefined || set === undefined) return 'break'
  const { now } = view.net.kernel.clock
  const old = findElement(set, key, now)
  if (e.op === 'delete' || (e.op === 'update' && old !== undefined)) set.elements.delete(key)
  let element = e.op === 'update' ? undefined : old
  if (e.op !== 'delete' && element === undefined) {
    const [inner] = e.exprs
    try {
      const added: SetObject = addElements(set, [{ key, ...(e.timeout === undefined ? {} : { timeout: e.timeout }), ...(inner?.kind === 'counter' ? { counter: { packets: 0, bytes: 0 } } : {}) }], false, now)
      set.elements = added.elements
      set.sorted = undefined
    } catch (error) {
      if (error === Errno.ENFILE || isErr(error)) return 'break'
      throw error
    }
    element = findElement(set, key, now)
  }
  const state = element?.state
  if (state !== undefined) {
    state.packets++
    state.bytes += packetLength(view.packet)
  }
  return undefined
}

function runExpression(e: NftExpr, state: ExprState | undefined, view: View): Outcome {
  const { net, context } = view
  const fits = (ok: boolean): Outcome => (ok ? undefined : 'break')
  switch (e.kind) {
    case 'cmp': {
      const value = load(view, e.left)
      return fits(value !== undefined && compare(e.op, value, e.data))
    }
    case 'range': {
      const value = load(view, e.left)
      return fits(value !== undefined && (value >= e.from && value <= e.to) === (e.op === 'eq'))
    }
    case 'lookup': {
      const key = load(view, e.left)
      const set = view.table.sets.get(e.set)
      if (key === undefined || set === undefined) return 'break'
      const found = findElement(set, key, net.kernel.clock.now)
      if (found?.state !== undefined) {
        found.state.packets++
        found.state.bytes += packetLength(view.packet)
      }
      return fits((found !== undefined) !== e.invert)
    }
    case 'vmap': {
      const key = load(view, e.key)
      const set = view.table.sets.get(e.set)
      return (key === undefined || set === undefined ? undefined : findElement(set, key, net.kernel.clock.now)?.info.verdict) ?? 'break'
    }
    case 'verdict': return e.verdict
    case 'counter':
      if (state !== undefined) {
        state.packets++
        state.bytes += packetLength(view.packet)
      }
      return undefined
    case 'limit': return fits(state !== undefined && takeToken(e, state, net.kernel.clock.now, packetLength(view.packet)) !== e.over)
    case 'quota': {
      if (state === undefined) return 'break'
      state.bytes += packetLength(view.packet)
      return fits((state.bytes >= e.bytes) === e.over)
    }
    case 'connlimit': return fits(state !== undefined && (state.connections.add(net.netfilter.conntrack, 0n, view.packet.nfct?.connection) > e.count) === e.over)
    case 'log':
      if (e.group === undefined) logPacket(net, context, e.prefix ?? '', e.level ?? 4, e.flags ?? 0)
      return undefined
    case 'reject':
      rejectCode(net, context, e.type, e.code)
      return DROP
    case 'nat':
    case 'masq':
    case 'redir': return runNat(e, view)
    case 'set-meta': {
      const value = numberOf(view, e.value)
      if (value === undefined) return 'break'
      if (e.key === 'mark') setMark(view, value)
      return undefined
    }
    case 'set-ct': {
      const value = numberOf(view, e.value)
      const connection = view.packet.nfct?.connection
      if (value !== undefined && connection !== undefined && e.key === 'mark') connection.mark = value >>> 0
      return undefined
    }
    case 'set-tcpopt':
      if (e.option === 2) setMss(view, e.value.kind === 'rt' ? -1 : numberOf(view, e.value) ?? -1)
      return undefined
    case 'set-payload':
      if (e.base === 'network' && e.offset === (view.packet.family === 'inet' ? 8 : 7)) context.packet = { ...view.packet, ttl: numberOf(view, e.value) ?? view.packet.ttl }
      return undefined
    case 'notrack':
      net.netfilter.conntrack.setUntracked(context)
      return undefined
    case 'objref': return runObject(e, view)
    case 'dynset': return dynset(e, view)
    case 'match': return fits(matches(e.match, view, state))
    case 'target': {
      const verdict = runTarget(e.target, view)
      return verdict === undefined ? undefined : verdict === 'stolen' ? 'stolen' : { code: verdict }
    }
  }
}
function runObject(e: Extract<NftExpr, { readonly kind: 'objref' }>, view: View): Outcome {
  const object = view.table.objects.get(e.name)
  return object === undefined ? 'break' : runExpression(object.expression, object.state, view)
}

function runRule(rule: Rule, view: View): Outcome {
  for (let i = 0; i < rule.expressions.length; i++) {
    const outcome = runExpression(rule.expressions[i], rule.states[i], view)
    if (outcome !== undefined) return outcome
  }
  return 'break'
}

const IPTABLES_TABLES: ReadonlySet<string> = new Set(['filter', 'nat', 'mangle', 'raw', 'security'])
/** `iptables filter`, `nft inet filter`: whose words a rule was written in. */
export function tableTitle(table: Table): string {
  const isIptables = (table.family === 'ip' || table.family === 'ip6') && IPTABLES_TABLES.has(table.name) && [...table.chains.values()].some((c) => c.base !== undefined && c.name === c.base.hook.toUpperCase())
  return isIptables ? `${table.family === 'ip' ? 'iptables' : 'ip6tables'} ${table.name}` : `nft ${table.family} ${table.name}`
}

/** The verdict of a base chain; what isn't accepted gets a reason that names the rule. */
export function runBaseChain(net: NetNamespace, table: Table, base: Chain, context: HookContext): Verdict {
  const view = new View(net, context, table)
  const stack: { readonly chain: Chain; readonly at: number }[] = []
  let chain = base
  let at = 0
  for (;;) {
    if (at >= chain.rules.length) {
      const back = stack.pop()
      if (back === undefined) break
      ;({ chain, at } = back)
      continue
    }
    const rule = chain.rules[at++]
    const outcome = runRule(rule, view)
    if (outcome === undefined || outcome === 'break') continue
    if (outcome === 'stolen') return 'stolen'
    switch (outcome.code) {
      case 'accept':
        context.acceptedBy = `rule ${at} of ${chain.name} (${tableTitle(table)})`
        return 'accept'
      case 'drop':
        context.reason ??= `rule ${at} of ${chain.name} (${tableTitle(table)})`
        return 'drop'
      case 'return': {
        at = chain.rules.length
        break
      }
      case 'jump':
      case 'goto': {
        const next = table.chains.get(outcome.chain)
        if (next === undefined) break
        if (outcome.code === 'jump') stack.push({ chain, at })
        chain = next
        at = 0
      }
    }
  }
  if (base.stats !== undefined) {
    base.stats.packets++
    base.stats.bytes += packetLength(context.packet)
  }
  if (base.base?.policy !== 'drop') return 'accept'
  context.reason ??= `policy DROP of ${base.name} (${tableTitle(table)})`
  return 'drop'
}
