// Expressions of nf_tables as a rule of iptables (iptables/nft-shared.c: nft_rule_to_iptables_command_state). What another program wrote may have no words here:
// such tables are told to be incompatible (nft.c: nft_is_chain_compatible), before anything is listed.
import type { IpFamily } from '../../../abi/netlink.ts'
import type { NftChain, NftExpr, NftLoad } from '../../../abi/nf-tables.ts'
import type { Inverted, PortRange, TcpMatch } from '../../../abi/xtables.ts'
import { ipBits, ipMask } from '../../../lib/ip.ts'
import { IFNAME_BYTES } from './encode.ts'
import { normalRate } from './match-other.ts'
import { type HostMask, type Interface, type NativeMatch, newRuleState, type RuleState } from './types.ts'

const COMPATIBLE: ReadonlySet<NftExpr['kind']> = new Set(['match', 'target', 'cmp', 'range', 'counter', 'verdict', 'lookup'])
const loadsAreCompatible = (load: NftLoad): boolean => {
  if (load.kind === 'bitwise') return loadsAreCompatible(load.of)
  return load.kind === 'payload' || load.kind === 'meta'
}
export function isCompatible(expressions: readonly NftExpr[]): boolean {
  return expressions.every((e) => {
    if (e.kind === 'limit') return e.type === 'packets' && !e.over
    if (e.kind === 'log') return e.group !== undefined
    if (e.kind === 'cmp' || e.kind === 'range' || e.kind === 'lookup') return loadsAreCompatible(e.left)
    return COMPATIBLE.has(e.kind)
  })
}

function interfaceOf(data: string, invert: boolean): Interface {
  const bytes: readonly string[] = data.match(/../g) ?? []
  const end = bytes.indexOf('00')
  const text = bytes.slice(0, end < 0 ? bytes.length : end).map((b) => String.fromCharCode(Number.parseInt(b, 16))).join('')
  return { name: data.length < IFNAME_BYTES * 2 && end < 0 ? `${text}+` : text, invert }
}
function hostOf(family: IpFamily, left: NftLoad, data: string, invert: boolean): HostMask {
  const bytes = ipBits(family) / 8
  const address = BigInt(`0x${data.padEnd(bytes * 2, '0') || '0'}`)
  const mask = left.kind === 'bitwise' ? BigInt(`0x${left.mask}`) : ipMask(family, data.length * 4)
  return { address, mask, invert }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
class Decoder {
  readonly rule: RuleState

  constructor(family: IpFamily) {
    this.rule = newRuleState(family)
  }
  /** The tcp or udp match that port expressions belong to. */
  #transport(): Mutable<TcpMatch> | Mutable<Extract<NativeMatch, { readonly name: 'udp' }>> | undefined {
    const name = this.rule.protocol === 6 ? 'tcp' : this.rule.protocol === 17 ? 'udp' : undefined
    if (name === undefined) return undefined
    const known = this.rule.matches.find((m) => m.name === name)
    if (known !== undefined && (known.name === 'tcp' || known.name === 'udp')) return known
    const made = { name } as Mutable<TcpMatch>
    this.rule.matches.push(made)
    return made
  }
  #ports(offset: number, ports: Inverted<PortRange>): void {
    const match = this.#transport()
    if (match !== undefined) match[offset === 0 ? 'source' : 'dest'] = ports
  }

  compare(left: NftLoad, data: string, invert: boolean): void {
    const { rule } = this
    const base = left.kind === 'bitwise' ? left.of : left
    if (base.kind === 'meta') {
      if (base.key === 'iifname') rule.input = interfaceOf(data, invert)
      else if (base.key === 'oifname') rule.output = interfaceOf(data, invert)
      else if (base.key === 'l4proto') {
        rule.protocol = Number.parseInt(data, 16)
        rule.protocolInvert = invert
      } else if (base.key === 'mark') rule.matches.push({ name: 'mark', mark: { value: Number.parseInt(data, 16), mask: left.kind === 'bitwise' ? Number.parseInt(left.mask, 16) : 0xffffffff }, invert })
      return
    }
    if (base.kind !== 'payload') return
    const isV4 = rule.family === 'inet'
    if (base.base === 'network') {
      if (base.offset === (isV4 ? 12 : 8)) rule.source = hostOf(rule.family, left, data, invert)
      else if (base.offset === (isV4 ? 16 : 24)) rule.dest = hostOf(rule.family, left, data, invert)
      else if (base.offset === (isV4 ? 9 : 6)) {
        rule.protocol = Number.parseInt(data, 16)
        rule.protocolInvert = invert
      } else if (isV4 && base.offset === 6) rule.fragment = { value: true, invert: !invert }
      return
    }
    if (base.base !== 'transport') return
    if (base.offset === 0 || base.offset === 2) {
      const port = Number.parseInt(data, 16)
      this.#ports(base.offset, { value: { from: port, to: port }, invert })
    } else if (base.offset === 13 && left.kind === 'bitwise') {
      const match = this.#transport()
      if (match?.name === 'tcp') match.flags = { value: { mask: Number.parseInt(left.mask, 16), compare: Number.parseInt(data, 16) }, invert }
    }
  }

  add(e: NftExpr): void {
    const { rule } = this
    switch (e.kind) {
      case 'cmp': return this.compare(e.left, e.data, e.op === 'neq')
      case 'range':
        if (e.left.kind === 'payload' && e.left.base === 'transport') this.#ports(e.left.offset, { value: { from: Number.parseInt(e.from, 16), to: Number.parseInt(e.to, 16) }, invert: e.op === 'neq' })
        return
      case 'counter':
        rule.counters = { packets: e.packets, bytes: e.bytes }
        return
      case 'limit': {
        const [rate, unit] = normalRate(e.rate, e.unit)
        rule.matches.push({ name: 'limit', rate, unit, burst: e.burst })
        return
      }
      case 'match':
        rule.matches.push(e.match)
        return
      case 'target':
        rule.target = e.target
        return
      case 'log':
        rule.target = { name: 'NFLOG', group: e.group ?? 0, prefix: e.prefix ?? '', threshold: e.threshold ?? 0, ...(e.snaplen === undefined ? {} : { size: e.snaplen }) }
        return
      case 'verdict':
        if ('chain' in e.verdict) {
          rule.jump = e.verdict.chain
          rule.goto = e.verdict.code === 'goto'
        } else if (e.verdict.code !== 'continue') rule.target = { name: 'standard', verdict: e.verdict.code === 'accept' ? 'ACCEPT' : e.verdict.code === 'drop' ? 'DROP' : 'RETURN' }
    }
  }
}

export function decode(family: IpFamily, expressions: readonly NftExpr[]): RuleState {
  const decoder = new Decoder(family)
  for (const e of expressions) decoder.add(e)
  return decoder.rule
}

export interface BuiltinChain { readonly name: string; readonly type: 'filter' | 'nat' | 'route'; readonly hook: NonNullable<NftChain['base']>['hook']; readonly priority: number }
const chain = (name: string, type: BuiltinChain['type'], priority: number): BuiltinChain => ({ name, type, hook: name.toLowerCase() as BuiltinChain['hook'], priority })
/** Tables and their chains as iptables makes them, in its order. */
export const BUILTIN_TABLES: ReadonlyMap<string, readonly BuiltinChain[]> = new Map([
  ['raw', [chain('PREROUTING', 'filter', -300), chain('OUTPUT', 'filter', -300)]],
  ['mangle', [chain('PREROUTING', 'filter', -150), chain('INPUT', 'filter', -150), chain('FORWARD', 'filter', -150), chain('OUTPUT', 'route', -150), chain('POSTROUTING', 'filter', -150)]],
  ['filter', [chain('INPUT', 'filter', 0), chain('FORWARD', 'filter', 0), chain('OUTPUT', 'filter', 0)]],
  ['security', [chain('INPUT', 'filter', 50), chain('FORWARD', 'filter', 50), chain('OUTPUT', 'filter', 50)]],
  ['nat', [chain('PREROUTING', 'nat', -100), chain('INPUT', 'nat', 100), chain('OUTPUT', 'nat', -100), chain('POSTROUTING', 'nat', 100)]],
])
/** A base chain of somebody else's: another name, hook, type or priority than iptables would use. */
export function isForeignBase(table: string, c: NftChain): boolean {
  const builtin = BUILTIN_TABLES.get(table)?.find((b) => b.name === c.name)
  return c.base !== undefined && (builtin === undefined || c.base.hook !== builtin.hook || c.base.type !== builtin.type || c.base.priority !== builtin.priority)
}
