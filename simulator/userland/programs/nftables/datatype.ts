// Types of values (src/datatype.c, src/proto.c, src/ct.c, src/meta.c): how they are written, how many bytes they are, the words for them.
import type { Hex } from '../../../abi/nf-tables.ts'
import type { Link } from '../../../abi/netlink.ts'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../../lib/ip.ts'
import type { Protocols, Services } from '../../libc/getservent.ts'
import type { HostEntry } from '../../libc/netdb.ts'
import { NftError, type Span } from './source.ts'

/** What names values can have on this machine. */
export interface Names {
  readonly services: Services
  readonly protocols: Protocols
  readonly hosts: readonly HostEntry[]
  readonly links: readonly Link[]
  readonly users: ReadonlyMap<string, number>
  readonly groups: ReadonlyMap<string, number>
}
export interface DataType {
  /** As in set declarations. */
  readonly name: string
  readonly title: string
  readonly bytes: number
  /** A list `a,b` means any of these bits. */
  readonly isFlags?: boolean
  parse(text: string, at: Span, names: Names): Hex
  format(value: Hex, names: Names): string
}

export const hexOf = (n: number | bigint, bytes: number): Hex => n.toString(16).padStart(bytes * 2, '0')
export const numberOf = (value: Hex): number => Number.parseInt(value, 16)
const isNumber = (text: string): boolean => /^(0[xX][0-9a-fA-F]+|\d+)$/.test(text)
const maxOf = (bytes: number): number => 2 ** (8 * Math.min(bytes, 6)) - 1

export function parseNumber(text: string, bytes: number, at: Span): Hex {
  const n = Number(text)
  if (n > maxOf(bytes)) throw new NftError(`Value ${text} exceeds valid range 0-${maxOf(bytes)}`, at)
  return hexOf(n, bytes)
}
function symbols(name: string, title: string, bytes: number, table: readonly (readonly [string, number])[], error: string, more: Partial<DataType> = {}): DataType {
  return {
    name, title, bytes,
    parse(text, at) {
      const found = table.find(([word]) => word === text)
      if (found !== undefined) return hexOf(found[1], bytes)
      if (isNumber(text)) return parseNumber(text, bytes, at)
      throw new NftError(error, at)
    },
    format: (value) => table.find(([, n]) => n === numberOf(value))?.[0] ?? String(numberOf(value)),
    ...more,
  }
}
export const integer = (bytes: number): DataType => ({
  name: 'integer', title: 'integer', bytes,
  parse(text, at) {
    if (!isNumber(text)) throw new NftError('Could not parse integer', at)
    return parseNumber(text, bytes, at)
  },
  format: (value) => String(numberOf(value)),
})

export const ipv4Addr: DataType = {
  name: 'ipv4_addr', title: 'IPv4 address', bytes: 4,
  parse(text, at, { hosts }) {
    // glibc counts ::1 as 127.0.0.1 where IPv4 is asked for.
    const named = hosts.filter((h) => [h.name, ...h.aliases].includes(text)).map((h) => (h.addr === '::1' ? '127.0.0.1' : h.addr)).filter((a) => !a.includes(':'))
    if (named.length > 1) throw new NftError('Hostname resolves to multiple addresses', at)
    const n = parseIpv4(text) ?? parseIpv4(named.at(0) ?? '')
    if (n === undefined) throw new NftError(`Could not resolve hostname: ${/^[\d.]+$/.test(text) ? 'Name or service not known' : 'Temporary failure in name resolution'}`, at)
    return hexOf(n, 4)
  },
  format: (value) => formatIpv4(numberOf(value)),
}
export const ipv6Addr: DataType = {
  name: 'ipv6_addr', title: 'IPv6 address', bytes: 16,
  parse(text, at, { hosts }) {
    const n = parseIpv6(text) ?? parseIpv6(hosts.find((h) => [h.name, ...h.aliases].includes(text) && h.addr.includes(':'))?.addr ?? '')
    if (n === undefined) throw new NftError(`Could not resolve hostname: ${/^[\d.:]+$/.test(text) ? 'Name or service not known' : 'Temporary failure in name resolution'}`, at)
    return hexOf(n, 16)
  },
  format: (value) => formatIpv6(BigInt(`0x${value}`)),
}
export const etherAddr: DataType = {
  name: 'ether_addr', title: 'Ethernet address', bytes: 6,
  parse(text, at) {
    if (!/^([0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}$/.test(text)) throw new NftError('syntax error, unexpected string', at)
    return text.split(':').map((b) => b.toLowerCase().padStart(2, '0')).join('')
  },
  format: (value) => (value.match(/../g) ?? []).join(':'),
}
export const inetService: DataType = {
  name: 'inet_service', title: 'internet network service', bytes: 2,
  parse(text, at, { services }) {
    if (isNumber(text)) {
      if (Number(text) > 65535) throw new NftError('Service out of range', at)
      return hexOf(Number(text), 2)
    }
    const port = services.port(text)
    if (port === undefined) throw new NftError('Could not resolve service: Servname not supported for ai_socktype', at)
    return hexOf(port, 2)
  },
  format: (value) => String(numberOf(value)),
}
export const inetProto: DataType = {
  name: 'inet_proto', title: 'Internet protocol', bytes: 1,
  parse(text, at, { protocols }) {
    if (isNumber(text)) return parseNumber(text, 1, at)
    const n = text === 'icmpv6' ? 58 : protocols.number(text)
    if (n === undefined) throw new NftError('Could not resolve protocol name', at)
    return hexOf(n, 1)
  },
  format: (value, { protocols }) => protocols.name(numberOf(value)) ?? String(numberOf(value)),
}
const textOf = (value: Hex): string => (value.match(/../g) ?? []).filter((b) => b !== '00').map((b) => String.fromCharCode(Number.parseInt(b, 16))).join('')
const IFNAMSIZ = 16
export const ifname: DataType = {
  name: 'ifname', title: 'network interface name', bytes: IFNAMSIZ,
  /** A name that ends with `*` is shorter than sixteen bytes: it only compares what is before. */
  parse(text, at) {
    if (text.length >= IFNAMSIZ) throw new NftError(`String exceeds maximum length of ${IFNAMSIZ}`, at)
    const hex = [...(text.endsWith('*') ? text.slice(0, -1) : text)].map((ch) => hexOf(ch.charCodeAt(0), 1)).join('')
    return text.endsWith('*') ? hex : hex.padEnd(IFNAMSIZ * 2, '0')
  },
  format: (value) => `"${textOf(value)}${value.length < IFNAMSIZ * 2 ? '*' : ''}"`,
}
export const ifaceIndex: DataType = {
  name: 'iface_index', title: 'network interface index', bytes: 4,
  parse(text, at, { links }) {
    const link = links.find((l) => l.name === text)
    if (link === undefined) {
      if (isNumber(text)) return parseNumber(text, 4, at)
      throw new NftError('Interface does not exist', at)
    }
    return hexOf(link.index, 4)
  },
  format: (value, { links }) => {
    const link = links.find((l) => l.index === numberOf(value))
    return link === undefined ? String(numberOf(value)) : `"${link.name}"`
  },
}
export const mark: DataType = { ...integer(4), name: 'mark', title: 'packet mark', format: (value) => `0x${value}` }
const ids = (name: string, title: string, table: (names: Names) => ReadonlyMap<string, number>, error: string): DataType => ({
  name, title, bytes: 4,
  parse(text, at, names) {
    if (isNumber(text)) return parseNumber(text, 4, at)
    const id = table(names).get(text)
    if (id === undefined) throw new NftError(error, at)
    return hexOf(id, 4)
  },
  format: (value) => String(numberOf(value)),
})
export const uid = ids('uid', 'user ID', (n) => n.users, 'User does not exist')
export const gid = ids('gid', 'group ID', (n) => n.groups, 'Group does not exist')

const bits = (...names: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] => names
const flagType = (name: string, title: string, bytes: number, table: readonly (readonly [string, number])[], error: string): DataType => symbols(name, title, bytes, table, error, {
  isFlags: true,
  format(value) {
    const n = numberOf(value)
    const known = table.filter(([, bit]) => bit !== 0 && (n & bit) !== 0).sort(([, a], [, b]) => a - b)
    return known.length === 0 ? `0x${n.toString(16)}` : known.map(([word]) => word).join(',')
  },
})
export const ctState = flagType('ct_state', 'conntrack state', 4, bits(['invalid', 1], ['new', 8], ['established', 2], ['related', 4], ['untracked', 64]), 'Could not parse conntrack state')
export const ctStatus = flagType('ct_status', 'conntrack status', 4, bits(['expected', 1], ['seen-reply', 2], ['assured', 4], ['confirmed', 8], ['snat', 16], ['dnat', 32], ['dying', 512]), 'Could not parse conntrack status')
export const tcpFlag = flagType('tcp_flag', 'TCP flag', 1, bits(['fin', 1], ['syn', 2], ['rst', 4], ['psh', 8], ['ack', 16], ['urg', 32], ['ecn', 64], ['cwr', 128]), 'Could not parse TCP flag')
export const ctDir = symbols('ct_dir', 'conntrack direction', 1, [['original', 0], ['reply', 1]], 'Could not parse conntrack direction')
export const nfProto = symbols('nf_proto', 'netfilter protocol', 1, [['ipv4', 2], ['ipv6', 10]], 'Could not parse netfilter protocol')
export const pktType = symbols('pkt_type', 'packet type', 1, [['host', 0], ['unicast', 0], ['broadcast', 1], ['multicast', 2], ['other', 3]], 'Could not parse packet type')
export const etherType = symbols('ether_type', 'Ethernet protocol', 2, [['ip', 0x0800], ['arp', 0x0806], ['ip6', 0x86dd], ['vlan', 0x8100]], 'Could not parse Ethernet protocol', {
  format: (value) => ({ '0800': 'ip', '0806': 'arp', '86dd': 'ip6', '8100': 'vlan' } as Record<string, string>)[value] ?? `0x${value}`,
})
export const icmpType = symbols('icmp_type', 'ICMP type', 1, [
  ['echo-reply', 0], ['destination-unreachable', 3], ['source-quench', 4], ['redirect', 5], ['echo-request', 8], ['router-advertisement', 9], ['router-solicitation', 10], ['time-exceeded', 11],
  ['parameter-problem', 12], ['timestamp-request', 13], ['timestamp-reply', 14], ['info-request', 15], ['info-reply', 16], ['address-mask-request', 17], ['address-mask-reply', 18],
], 'Could not parse ICMP type')
export const ICMP_CODES = [['net-unreachable', 0], ['host-unreachable', 1], ['prot-unreachable', 2], ['port-unreachable', 3], ['net-prohibited', 9], ['host-prohibited', 10], ['admin-prohibited', 13], ['frag-needed', 4]] as const
export const icmpCode = symbols('icmp_code', 'icmp code', 1, ICMP_CODES, 'Could not parse icmp code')
export const icmpv6Type = symbols('icmpv6_type', 'ICMPv6 type', 1, [
  ['destination-unreachable', 1], ['packet-too-big', 2], ['time-exceeded', 3], ['parameter-problem', 4], ['echo-request', 128], ['echo-reply', 129], ['mld-listener-query', 130],
  ['mld-listener-report', 131], ['mld-listener-done', 132], ['mld-listener-reduction', 132], ['nd-router-solicit', 133], ['nd-router-advert', 134], ['nd-neighbor-solicit', 135], ['nd-neighbor-advert', 136],
  ['nd-redirect', 137], ['router-renumbering', 138], ['mld2-listener-report', 143],
], 'Could not parse ICMPv6 type')
export const ICMPV6_CODES = [['no-route', 0], ['admin-prohibited', 1], ['addr-unreachable', 3], ['port-unreachable', 4], ['policy-fail', 5], ['reject-route', 6]] as const
export const icmpv6Code = symbols('icmpv6_code', 'icmpv6 code', 1, ICMPV6_CODES, 'Could not parse icmpv6 code')
export const ICMPX_CODES = [['no-route', 0], ['port-unreachable', 1], ['host-unreachable', 2], ['admin-prohibited', 3]] as const
export const fibAddrType = symbols('fib_addrtype', 'fib address type', 4, [
  ['unspec', 0], ['unicast', 1], ['local', 2], ['broadcast', 3], ['anycast', 4], ['multicast', 5], ['blackhole', 6], ['unreachable', 7], ['prohibit', 8],
], 'Could not parse fib address type')
export const boolean = symbols('boolean', 'boolean type', 1, [['exists', 1], ['missing', 0]], 'Could not parse boolean type')
export const devgroup: DataType = { ...integer(4), name: 'devgroup', title: 'devgroup name' }
export const dscp: DataType = symbols('dscp', 'Differentiated Services Code Point', 1, [
  ['cs0', 0], ['cs1', 8], ['cs2', 16], ['cs3', 24], ['cs4', 32], ['cs5', 40], ['cs6', 48], ['cs7', 56], ['be', 0], ['af11', 10], ['af12', 12], ['af13', 14], ['af21', 18], ['af22', 20], ['af23', 22],
  ['af31', 26], ['af32', 28], ['af33', 30], ['af41', 34], ['af42', 36], ['af43', 38], ['va', 44], ['ef', 46],
], 'Could not parse Differentiated Services Code Point')

/** By name, for declarations of sets. */
export const TYPES: ReadonlyMap<string, DataType> = new Map([
  ipv4Addr, ipv6Addr, etherAddr, inetService, inetProto, ifname, ifaceIndex, mark, uid, gid, ctState, ctStatus, ctDir, nfProto, pktType, etherType, icmpType, icmpCode, icmpv6Type, icmpv6Code, fibAddrType,
  tcpFlag, devgroup, dscp,
].map((t) => [t.name, t]))

/** milliseconds of `1h30m`, or a plain number of seconds. */
export function parseTime(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  let total = 0
  let rest = text
  for (const match of text.matchAll(/(\d+)(ms|[dhms])/g)) {
    total += Number(match[1]) * ({ d: 86400000, h: 3600000, m: 60000, s: 1000, ms: 1 } as Record<string, number>)[match[2]]
    rest = rest.replace(match[0], '')
  }
  return rest === '' ? total : undefined
}
export function formatTime(ms: number): string {
  let text = ''
  let left = ms
  for (const [unit, size] of [['d', 86400000], ['h', 3600000], ['m', 60000], ['s', 1000], ['ms', 1]] as const) {
    const n = Math.floor(left / size)
    left -= n * size
    if (n > 0) text += `${n}${unit}`
  }
  return text === '' ? '0s' : text
}
