// A rule as expressions of nf_tables (iptables/nft-ipv4.c: nft_ipv4_add; nft.c: add_match, add_target): interfaces, protocol, addresses, matches, counter, action.
import type { Hex, NftExpr, NftLoad } from '../../../abi/nf-tables.ts'
import type { Inverted, PortRange } from '../../../abi/xtables.ts'
import { ipBits } from '../../../lib/ip.ts'
import { bad, type HostMask, type Interface, type MatchInfo, type RuleState } from './types.ts'

export const toHex = (n: number | bigint, bytes: number): Hex => n.toString(16).padStart(bytes * 2, '0')
export const textHex = (text: string): Hex => [...text].map((ch) => toHex(ch.charCodeAt(0), 1)).join('')
export const IFNAME_BYTES = 16

const compare = (left: NftLoad, data: Hex, invert: boolean): NftExpr => ({ kind: 'cmp', op: invert ? 'neq' : 'eq', left, data })

/** `eth+` compares only the letters before the plus. */
function interfaceExpr(key: 'iifname' | 'oifname', { name, invert }: Interface): readonly NftExpr[] {
  if (name === '+') return invert ? [compare({ kind: 'meta', key }, textHex('INVALIDATE').padEnd(IFNAME_BYTES * 2, '0'), false)] : []
  const data = name.endsWith('+') ? textHex(name.slice(0, -1)) : textHex(name).padEnd(IFNAME_BYTES * 2, '0')
  return [compare({ kind: 'meta', key }, data, invert)]
}
function addressExpr({ family }: RuleState, { address, mask, invert }: HostMask, offset: number): NftExpr {
  const bytes = ipBits(family) / 8
  const maskHex = toHex(mask, bytes)
  const whole = /^(?:ff)*/.exec(maskHex)?.[0].length ?? 0
  const data = toHex(address, bytes)
  if (/^0*$/.test(maskHex.slice(whole))) return compare({ kind: 'payload', base: 'network', offset, length: whole / 2 }, data.slice(0, whole), invert)
  const of: NftLoad = { kind: 'payload', base: 'network', offset, length: bytes }
  return compare({ kind: 'bitwise', of, mask: maskHex, xor: '0'.repeat(bytes * 2) }, data, invert)
}
function portExpr(offset: number, ports: Inverted<PortRange> | undefined): readonly NftExpr[] {
  if (ports === undefined) return []
  const left: NftLoad = { kind: 'payload', base: 'transport', offset, length: 2 }
  const { from, to } = ports.value
  return [from === to ? compare(left, toHex(from, 2), ports.invert) : { kind: 'range', op: ports.invert ? 'neq' : 'eq', left, from: toHex(from, 2), to: toHex(to, 2) }]
}
const masked = (of: NftLoad, mask: number, bytes: number): NftLoad => ({ kind: 'bitwise', of, mask: toHex(mask, bytes), xor: '0'.repeat(bytes * 2) })

function matchExprs(m: MatchInfo, rule: RuleState): readonly NftExpr[] {
  if ((m.name === 'tcp' && (rule.protocol !== 6 || rule.protocolInvert)) || (m.name === 'udp' && (rule.protocol !== 17 || rule.protocolInvert))) throw bad(`${m.name.toUpperCase()} match requires '-p ${m.name}'`)
  switch (m.name) {
    case 'tcp': {
      if (m.option !== undefined || (m.flags === undefined && m.source === undefined && m.dest === undefined)) return [{ kind: 'match', match: m }]
      const flags: readonly NftExpr[] = m.flags === undefined ? [] :
        [compare(masked({ kind: 'payload', base: 'transport', offset: 13, length: 1 }, m.flags.value.mask, 1), toHex(m.flags.value.compare, 1), m.flags.invert)]
      return [...flags, ...portExpr(0, m.source), ...portExpr(2, m.dest)]
    }
    case 'udp': return m.source === undefined && m.dest === undefined ? [{ kind: 'match', match: m }] : [...portExpr(0, m.source), ...portExpr(2, m.dest)]
    case 'mark': {
      const meta: NftLoad = { kind: 'meta', key: 'mark' }
      return [compare(m.mark.mask === 0xffffffff ? meta : masked(meta, m.mark.mask, 4), toHex(m.mark.value, 4), m.invert)]
    }
    case 'limit': return [{ kind: 'limit', rate: m.rate, unit: m.unit, burst: m.burst, type: 'packets', over: false }]
    default: return [{ kind: 'match', match: m }]
  }
}
function actionExprs(rule: RuleState): readonly NftExpr[] {
  const { target } = rule
  if (rule.jump !== undefined) return [{ kind: 'verdict', verdict: { code: rule.goto ? 'goto' : 'jump', chain: rule.jump } }]
  if (target === undefined) return []
  if (target.name === 'standard') return [{ kind: 'verdict', verdict: { code: target.verdict === 'DROP' ? 'drop' : target.verdict === 'RETURN' ? 'return' : 'accept' } }]
  if (target.name === 'NFLOG') return [{ kind: 'log', ...(target.prefix === '' ? {} : { prefix: target.prefix }), group: target.group, ...(target.size === undefined ? {} : { snaplen: target.size }), threshold: target.threshold }]
  return [{ kind: 'target', target }]
}

export function encode(rule: RuleState): readonly NftExpr[] {
  const isV4 = rule.family === 'inet'
  const exprs: NftExpr[] = []
  if (rule.input !== undefined) exprs.push(...interfaceExpr('iifname', rule.input))
  if (rule.output !== undefined) exprs.push(...interfaceExpr('oifname', rule.output))
  if (rule.protocol !== 0) exprs.push(compare({ kind: 'meta', key: 'l4proto' }, toHex(rule.protocol, 1), rule.protocolInvert))
  const real = (host: HostMask | undefined): host is HostMask => host !== undefined && (host.mask !== 0n || host.invert)
  if (real(rule.source)) exprs.push(addressExpr(rule, rule.source, isV4 ? 12 : 8))
  if (real(rule.dest)) exprs.push(addressExpr(rule, rule.dest, isV4 ? 16 : 24))
  if (rule.fragment !== undefined) exprs.push(compare(masked({ kind: 'payload', base: 'network', offset: 6, length: 2 }, 0x1fff, 2), '0000', !rule.fragment.invert))
  for (const m of rule.matches) exprs.push(...matchExprs(m, rule))
  exprs.push({ kind: 'counter', ...rule.counters })
  exprs.push(...actionExprs(rule))
  return exprs
}

/** Whether two rules mean the same: all but their counts. */
export function sameRule(a: readonly NftExpr[], b: readonly NftExpr[]): boolean {
  const text = (list: readonly NftExpr[]): string => JSON.stringify(list.filter((e) => e.kind !== 'counter'), (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : typeof v === 'object' && v !== null && !Array.isArray(v) ? sorted(v) : v))
  return text(a) === text(b)
}
const sorted = (o: object): object => Object.fromEntries(Object.entries(o).sort(([x], [y]) => (x < y ? -1 : 1)))
