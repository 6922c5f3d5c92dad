// What a rule can look at (src/payload.c, proto.c, meta.c, ct.c): the words for it, where it is in a packet, and which protocol must be checked before.
import type { CtKey, MetaKey, NftLoad } from '../../../abi/nf-tables.ts'
import * as t from './datatype.ts'
import type { DataType } from './datatype.ts'

/** A header that comes after another one only if a field before says so. */
export interface Need { readonly layer: 'network' | 'transport'; readonly name: string; /** nfproto or l4proto */ readonly value: string }
export interface Selector {
  readonly text: string
  readonly load: NftLoad
  readonly type: DataType
  readonly need?: Need
  /** Bits within the load, where a field is no whole byte. */
  readonly mask?: { readonly bits: number; readonly shift: number }
}
type Field = readonly [name: string, offset: number, length: number, type: DataType]
interface Header { readonly base: 'link' | 'network' | 'transport'; readonly need?: Need; readonly fields: readonly Field[] }

const IP: Need = { layer: 'network', name: 'ip', value: '02' }, IP6: Need = { layer: 'network', name: 'ip6', value: '0a' }
const l4 = (name: string, n: number): Need => ({ layer: 'transport', name, value: t.hexOf(n, 1) })
const PORTS: readonly Field[] = [['sport', 0, 2, t.inetService], ['dport', 2, 2, t.inetService]]
export const HEADERS: ReadonlyMap<string, Header> = new Map<string, Header>([
  ['ether', { base: 'link', fields: [['daddr', 0, 6, t.etherAddr], ['saddr', 6, 6, t.etherAddr], ['type', 12, 2, t.etherType]] }],
  ['ip', {
    base: 'network', need: IP,
    fields: [['length', 2, 2, t.integer(2)], ['id', 4, 2, t.integer(2)], ['frag-off', 6, 2, t.integer(2)], ['ttl', 8, 1, t.integer(1)], ['protocol', 9, 1, t.inetProto], ['checksum', 10, 2, t.integer(2)],
      ['saddr', 12, 4, t.ipv4Addr], ['daddr', 16, 4, t.ipv4Addr]],
  }],
  ['ip6', { base: 'network', need: IP6, fields: [['length', 4, 2, t.integer(2)], ['nexthdr', 6, 1, t.inetProto], ['hoplimit', 7, 1, t.integer(1)], ['saddr', 8, 16, t.ipv6Addr], ['daddr', 24, 16, t.ipv6Addr]] }],
  ['icmp', {
    base: 'transport', need: l4('icmp', 1),
    fields: [['type', 0, 1, t.icmpType], ['code', 1, 1, t.icmpCode], ['checksum', 2, 2, t.integer(2)], ['id', 4, 2, t.integer(2)], ['sequence', 6, 2, t.integer(2)], ['mtu', 6, 2, t.integer(2)]],
  }],
  ['icmpv6', { base: 'transport', need: l4('icmpv6', 58), fields: [['type', 0, 1, t.icmpv6Type], ['code', 1, 1, t.icmpv6Code], ['id', 4, 2, t.integer(2)], ['sequence', 6, 2, t.integer(2)]] }],
  ['tcp', {
    base: 'transport', need: l4('tcp', 6),
    fields: [...PORTS, ['sequence', 4, 4, t.integer(4)], ['ackseq', 8, 4, t.integer(4)], ['flags', 13, 1, t.tcpFlag], ['window', 14, 2, t.integer(2)], ['checksum', 16, 2, t.integer(2)], ['urgptr', 18, 2, t.integer(2)]],
  }],
  ['udp', { base: 'transport', need: l4('udp', 17), fields: [...PORTS, ['length', 4, 2, t.integer(2)], ['checksum', 6, 2, t.integer(2)]] }],
  ['udplite', { base: 'transport', need: l4('udplite', 136), fields: PORTS }],
  ['sctp', { base: 'transport', need: l4('sctp', 132), fields: PORTS }],
  ['dccp', { base: 'transport', need: l4('dccp', 33), fields: PORTS }],
  ['th', { base: 'transport', fields: PORTS }],
])
/** Fields that are some bits of a byte. */
const BIT_FIELDS: ReadonlyMap<string, Selector> = new Map<string, Selector>([
  ['ip dscp', { text: 'ip dscp', load: { kind: 'payload', base: 'network', offset: 1, length: 1 }, type: t.dscp, need: IP, mask: { bits: 0xfc, shift: 2 } }],
  ['ip version', { text: 'ip version', load: { kind: 'payload', base: 'network', offset: 0, length: 1 }, type: t.integer(1), need: IP, mask: { bits: 0xf0, shift: 4 } }],
  ['ip hdrlength', { text: 'ip hdrlength', load: { kind: 'payload', base: 'network', offset: 0, length: 1 }, type: t.integer(1), need: IP, mask: { bits: 0x0f, shift: 0 } }],
])
export function headerField(header: string, field: string): Selector | undefined {
  const bits = BIT_FIELDS.get(`${header} ${field}`)
  if (bits !== undefined) return bits
  const h = HEADERS.get(header)
  const f = h?.fields.find(([name]) => name === field)
  if (h === undefined || f === undefined) return undefined
  return { text: `${header} ${field}`, load: { kind: 'payload', base: h.base, offset: f[1], length: f[2] }, type: f[3], ...(h.need && { need: h.need }) }
}

const META: readonly (readonly [MetaKey, DataType])[] = [
  ['length', t.integer(4)], ['protocol', t.etherType], ['nfproto', t.nfProto], ['l4proto', t.inetProto], ['priority', t.integer(4)], ['mark', t.mark], ['iif', t.ifaceIndex], ['iifname', t.ifname],
  ['iiftype', t.integer(2)], ['oif', t.ifaceIndex], ['oifname', t.ifname], ['oiftype', t.integer(2)], ['skuid', t.uid], ['skgid', t.gid], ['nftrace', t.integer(1)], ['rtclassid', t.integer(4)],
  ['ibrname', t.ifname], ['obrname', t.ifname], ['pkttype', t.pktType], ['cpu', t.integer(4)], ['iifgroup', t.devgroup], ['oifgroup', t.devgroup], ['cgroup', t.integer(4)], ['random', t.integer(4)],
]
/** Keys that are printed without `meta`. */
const BARE: ReadonlySet<string> = new Set(['iif', 'iifname', 'iiftype', 'oif', 'oifname', 'oiftype', 'iifgroup', 'oifgroup'])
/** Keys that may be written without it. */
export const META_BARE: ReadonlySet<string> = new Set([...BARE, 'mark', 'skuid', 'skgid', 'nftrace', 'rtclassid', 'ibrname', 'obrname', 'pkttype', 'cpu', 'cgroup'])
export function metaKey(key: string): Selector | undefined {
  const found = META.find(([k]) => k === key)
  return found && { text: BARE.has(key) ? key : `meta ${key}`, load: { kind: 'meta', key: found[0] }, type: found[1] }
}
const CT: readonly (readonly [CtKey, DataType, number])[] = [
  ['state', t.ctState, 4], ['direction', t.ctDir, 1], ['status', t.ctStatus, 4], ['mark', t.mark, 4], ['expiration', { ...t.integer(4), name: 'time', parse: (text, at) => {
    const ms = t.parseTime(text)
    return ms === undefined ? t.integer(4).parse(text, at, undefined as never) : t.hexOf(ms, 4)
  }, format: (value) => t.formatTime(t.numberOf(value)) }, 4], ['l3proto', t.nfProto, 1], ['protocol', t.inetProto, 1], ['zone', t.integer(2), 2], ['id', t.integer(4), 4], ['bytes', t.integer(8), 8], ['packets', t.integer(8), 8],
]
export function ctKey(key: string, direction?: 'original' | 'reply', family?: 'ip' | 'ip6'): Selector | undefined {
  const lead = `ct ${direction === undefined ? '' : `${direction} `}${family === undefined ? '' : `${family} `}`
  if (direction !== undefined && (key === 'saddr' || key === 'daddr')) {
    const type = family === 'ip6' ? t.ipv6Addr : t.ipv4Addr
    return { text: `${lead}${key}`, load: { kind: 'ct', key, direction, length: type.bytes, ...(family && { family }) }, type }
  }
  if (direction !== undefined && (key === 'proto-src' || key === 'proto-dst')) return { text: `${lead}${key}`, load: { kind: 'ct', key, direction, length: 2 }, type: t.inetService }
  const found = CT.find(([k]) => k === key)
  return found && { text: `${lead}${key}`, load: { kind: 'ct', key: found[0], length: found[2], ...(direction && { direction }) }, type: found[1] }
}

/** The words for a load, with what is known of the packet's protocol. */
export function selectorOf(load: NftLoad, transport: string | undefined): Selector | undefined {
  if (load.kind === 'meta') return metaKey(load.key)
  if (load.kind === 'ct') return ctKey(load.key, load.direction, load.family)
  if (load.kind === 'fib') return { text: `fib ${load.selectors.join(' . ')} ${load.result}`, load, type: load.result === 'type' ? t.fibAddrType : load.result === 'oif' ? t.ifaceIndex : t.ifname }
  if (load.kind === 'numgen') return { text: `numgen ${load.mode} mod ${load.modulus}${load.offset === 0 ? '' : ` offset ${load.offset}`}`, load, type: t.integer(4) }
  if (load.kind === 'tcpopt') return { text: `tcp option maxseg ${load.present === true ? '' : 'size'}`.trim(), load, type: load.present === true ? t.boolean : t.integer(2) }
  if (load.kind !== 'payload') return undefined
  for (const [name, h] of HEADERS) {
    if (h.base !== load.base || (h.base === 'transport' && name !== (transport ?? 'th'))) continue
    const f = h.fields.find(([, offset, length]) => offset === load.offset && length === load.length)
    if (f !== undefined) return headerField(name, f[0])
    const wider = h.fields.find(([, offset, length, type]) => offset === load.offset && load.length < length && (type.name === 'ipv4_addr' || type.name === 'ipv6_addr'))
    if (wider !== undefined) return headerField(name, wider[0])
  }
  return undefined
}
