// Matches and targets of iptables in the words of nft (libxtables: the `xlate` functions), for `nft list` of what iptables wrote. undefined: there are no words for it.
import {
  type AddressMask, CT_DNAT, CT_ESTABLISHED, CT_INVALID, CT_NEW, CT_RELATED, CT_SNAT, CT_UNTRACKED, type Inverted, LOG_IPOPT, LOG_MACDECODE, LOG_TCPOPT, LOG_TCPSEQ, LOG_UID, type NatRange,
  type PortRange, type XtMatch, type XtTarget,
} from '../../../abi/xtables.ts'
import { formatIp, type IpVersion, ipMask } from '../../../lib/ip.ts'

const STATES = [['invalid', CT_INVALID], ['new', CT_NEW], ['related', CT_RELATED], ['established', CT_ESTABLISHED], ['untracked', CT_UNTRACKED]] as const
const STATUSES = [['expected', 1], ['seen-reply', 2], ['assured', 4], ['confirmed', 8]] as const
const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`
const range = ({ from, to }: PortRange): string => (from === to ? String(from) : `${from}-${to}`)
const not = (invert: boolean): string => (invert ? '!= ' : '')
const names = (bits: number, table: readonly (readonly [string, number])[]): string => table.filter(([, bit]) => (bits & bit) !== 0).map(([n]) => n).join(',')

function maskText(family: IpVersion, { address, mask }: AddressMask): string {
  const bits = family === 'inet' ? 32 : 128
  for (let n = 0; n <= bits; n++) if (ipMask(family, n) === mask) return n === bits ? formatIp(family, address) : `${formatIp(family, address)}/${n}`
  return `${formatIp(family, address)}/${formatIp(family, mask)}`
}

function conntrack(m: Extract<XtMatch, { readonly name: 'conntrack' }>, family: IpVersion): string {
  const words: string[] = []
  const add = (key: string, option: Inverted<unknown> | undefined, text: string): void => {
    if (option !== undefined) words.push(`ct ${key} ${not(option.invert)}${text}`)
  }
  if (m.direction !== undefined) words.push(`ct direction ${m.direction.toLowerCase()}`)
  add('original protocol', m.proto, String(m.proto?.value ?? 0))
  if (m.state !== undefined) {
    const { value, invert } = m.state
    if ((value & (CT_SNAT | CT_DNAT)) !== 0) words.push(`ct status ${invert ? '! ' : ''}${names(value, [['snat', CT_SNAT], ['dnat', CT_DNAT]])}`)
    if ((value & ~(CT_SNAT | CT_DNAT)) !== 0) words.push(`ct state ${invert ? '! ' : ''}${names(value, STATES)}`)
  }
  add('status', m.status, m.status?.value === 0 ? 'none' : names(m.status?.value ?? 0, STATUSES))
  add('expiration', m.expire, m.expire === undefined ? '' : range(m.expire.value))
  const address = (key: string, option: Inverted<AddressMask> | undefined): void => add(key, option, option === undefined ? '' : maskText(family, option.value))
  address('original saddr', m.origsrc)
  address('original daddr', m.origdst)
  address('reply saddr', m.replsrc)
  address('reply daddr', m.repldst)
  for (const [key, option] of [['original proto-src', m.origsrcport], ['original proto-dst', m.origdstport], ['reply proto-src', m.replsrcport], ['reply proto-dst', m.repldstport]] as const) add(key, option, option === undefined ? '' : range(option.value))
  return words.join(' ')
}

const ICMP_NAMES = new Map([[0, 'echo-reply'], [3, 'destination-unreachable'], [4, 'source-quench'], [5, 'redirect'], [8, 'echo-request'], [9, 'router-advertisement'], [10, 'router-solicitation'],
  [11, 'time-exceeded'], [12, 'parameter-problem'], [13, 'timestamp-request'], [14, 'timestamp-reply'], [17, 'address-mask-request'], [18, 'address-mask-reply']])
const ICMP6_NAMES = new Map([[1, 'destination-unreachable'], [2, 'packet-too-big'], [3, 'time-exceeded'], [4, 'parameter-problem'], [128, 'echo-request'], [129, 'echo-reply'], [133, 'nd-router-solicit'],
  [134, 'nd-router-advert'], [135, 'nd-neighbor-solicit'], [136, 'nd-neighbor-advert'], [137, 'nd-redirect']])
const TYPES = ['unspec', 'unicast', 'local', 'broadcast', 'anycast', 'multicast', 'blackhole', 'unreachable', 'prohibit']

/** `protocol`: the number `-p` has named before. */
export function matchWords(m: XtMatch, family: IpVersion, protocol: number | undefined): string | undefined {
  switch (m.name) {
    case 'conntrack': return conntrack(m, family)
    // Its own words are none, but the blank before them stays.
    case 'comment': return ''
    case 'addrtype': {
      const one = (side: string, option: Inverted<number> | undefined, device: string): string => {
        if (option === undefined) return ''
        const words = TYPES.filter((_, i) => (option.value & (1 << i)) !== 0)
        return `fib ${side}${device} type ${not(option.invert)}${words.length === 1 ? words[0] : `{ ${words.join(', ')} }`}`
      }
      const device = m.limitIn ? ' . iif' : m.limitOut ? ' . oif' : ''
      return [one('saddr', m.source, device), one('daddr', m.dest, device)].filter((t) => t !== '').join(' ')
    }
    case 'multiport': {
      const name = protocol === 6 ? 'tcp' : protocol === 17 ? 'udp' : protocol === 132 ? 'sctp' : 'th'
      if (m.side === 'either') return m.invert ? undefined : `${name} sport . ${name} dport { ${m.ports.map((p) => `0-65535 . ${range(p)}, ${range(p)} . 0-65535`).join(', ')} }`
      const list = m.ports.map(range).join(', ')
      return `${name} ${m.side === 'source' ? 'sport' : 'dport'} ${not(m.invert)}${m.ports.length > 1 || m.invert ? `{ ${list} }` : list}`
    }
    case 'icmp':
    case 'icmp6': {
      if (m.name === 'icmp' && m.type === 255) return ''
      const type = (m.name === 'icmp' ? ICMP_NAMES : ICMP6_NAMES).get(m.type) ?? String(m.type)
      const word = m.name === 'icmp' ? 'icmp' : 'icmpv6'
      return `${word} type ${not(m.invert)}${type}${m.codes.from === 0 && m.codes.to === 255 ? '' : ` ${word} code ${not(m.invert)}${range(m.codes)}`}`
    }
    case 'owner': {
      if (m.socketExists !== undefined || m.supplementary) return undefined
      return [['skuid', m.uid], ['skgid', m.gid]].flatMap(([key, option]) => (typeof option === 'object' ? [`${key as string} ${not(option.invert)}${range(option.value)}`] : [])).join(' ')
    }
    case 'mac': return `ether saddr ${not(m.invert)}${m.address}`
    case 'iprange': {
      const ip = family === 'inet' ? 'ip' : 'ip6'
      const one = (side: string, r: typeof m.source): string => (r === undefined ? '' : `${ip} ${side} ${not(r.invert)}${formatIp(family, r.value.from)}-${formatIp(family, r.value.to)}`)
      return [one('saddr', m.source), one('daddr', m.dest)].filter((t) => t !== '').join(' ')
    }
    case 'statistic': return m.mode === 'nth' ? `numgen inc mod ${m.every} ${m.invert ? '!= ' : ''}${m.packet}` : `meta random & 2147483647 ${m.invert ? '>=' : '<'} ${Math.round(m.probability * 0x80000000)}`
    case 'connmark': return m.mark.mask === 0xffffffff ? `ct mark ${not(m.invert)}${hex(m.mark.value)}` : `ct mark and ${hex(m.mark.mask)} ${m.invert ? '!=' : '=='} ${hex(m.mark.value)}`
    case 'length': return `meta length ${not(m.invert)}${range(m.range)}`
    case 'pkttype': return `pkttype ${not(m.invert)}${m.type}`
    case 'ttl': return `ip ttl ${{ eq: '', ne: '!= ', lt: 'lt ', gt: 'gt ' }[m.op]}${m.value}`
    case 'hl': return `ip6 hoplimit ${{ eq: '', ne: '!= ', lt: 'lt ', gt: 'gt ' }[m.op]}${m.value}`
    case 'tcp':
    case 'udp': return m.name === 'tcp' && m.option !== undefined ? undefined : ''
    case 'physdev':
    case 'connlimit': return undefined
  }
}

function natRange(t: NatRange, family: IpVersion): string {
  const bracket = (a: bigint): string => (family === 'inet6' && t.ports !== undefined ? `[${formatIp(family, a)}]` : formatIp(family, a))
  const address = t.min === undefined ? '' : t.max === undefined || t.max === t.min ? bracket(t.min) : `${bracket(t.min)}-${bracket(t.max)}`
  return `${address}${t.ports === undefined ? '' : `:${range(t.ports)}`}`
}
const natFlags = (t: NatRange): string => {
  const words = [t.random ? 'random' : '', t.fullyRandom ? 'fully-random' : '', t.persistent ? 'persistent' : ''].filter((w) => w !== '')
  return words.length === 0 ? '' : ` ${words.join(',')}`
}
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug']
function logWords(t: Extract<XtTarget, { readonly name: 'LOG' }>): string {
  const flags = [(t.flags & LOG_TCPSEQ) !== 0 || (t.flags & LOG_TCPOPT) !== 0 ? ` flags tcp ${[(t.flags & LOG_TCPSEQ) !== 0 ? 'sequence' : '', (t.flags & LOG_TCPOPT) !== 0 ? 'options' : ''].filter((w) => w !== '').join(',')}` : '',
    (t.flags & LOG_IPOPT) !== 0 ? ' flags ip options' : '', (t.flags & LOG_UID) !== 0 ? ' flags skuid' : '', (t.flags & LOG_MACDECODE) !== 0 ? ' flags ether' : ''].join('')
  return `log${t.prefix === '' ? '' : ` prefix "${t.prefix}"`}${t.level === 4 ? '' : ` level ${LEVELS[t.level]}`}${flags}`
}
const REJECT_WORDS: Readonly<Record<string, string>> = {
  'icmp-net-unreachable': 'reject with icmp net-unreachable', 'icmp-host-unreachable': 'reject with icmp host-unreachable', 'icmp-proto-unreachable': 'reject with icmp prot-unreachable',
  'icmp-port-unreachable': 'reject', 'icmp-net-prohibited': 'reject with icmp net-prohibited', 'icmp-host-prohibited': 'reject with icmp host-prohibited',
  'icmp-admin-prohibited': 'reject with icmp admin-prohibited', 'tcp-reset': 'reject with tcp reset', 'icmp6-no-route': 'reject with icmpv6 no-route', 'icmp6-adm-prohibited': 'reject with icmpv6 admin-prohibited',
  'icmp6-addr-unreachable': 'reject with icmpv6 addr-unreachable', 'icmp6-port-unreachable': 'reject', 'icmp6-policy-fail': 'reject with icmpv6 policy-fail', 'icmp6-reject-route': 'reject with icmpv6 reject-route',
}
function markWords(what: string, value: number, mask: number): string {
  const old = what.replace('meta ', '')
  if (mask === 0xffffffff) return `${what} set ${hex(value)}`
  if (value === 0) return `${what} set ${old} and ${hex(~mask)}`
  if (value === mask) return `${what} set ${old} or ${hex(value)}`
  if (mask === 0) return `${what} set ${old} xor ${hex(value)}`
  return `${what} set ${old} and ${hex(~mask)} xor ${hex(value)}`
}

export function targetWords(t: XtTarget, family: IpVersion): string | undefined {
  switch (t.name) {
    case 'REJECT': return REJECT_WORDS[t.with].replace(/with (icmp|icmpv6) /, 'with $1 type ')
    case 'LOG': return logWords(t)
    case 'SNAT': return `snat to ${natRange(t, family)}${natFlags(t)}`
    case 'DNAT': return `dnat to ${natRange(t, family)}${natFlags(t)}`
    case 'MASQUERADE': return `masquerade${t.ports === undefined ? '' : ` to :${range(t.ports)}`}${natFlags(t)}`
    case 'REDIRECT': return `redirect${t.ports === undefined ? '' : ` to :${range(t.ports)}`}${natFlags(t)}`
    case 'MARK': return markWords('meta mark', t.mark.value, t.mark.mask)
    case 'CONNMARK':
      if (t.mode === 'set') return markWords('ct mark', t.ctmark, t.ctmask)
      if (t.ctmask !== 0xffffffff || t.nfmask !== 0xffffffff) return undefined
      return t.mode === 'save' ? 'ct mark set mark' : 'meta mark set ct mark'
    case 'TCPMSS': return t.mss < 0 ? 'tcp option maxseg size set rt mtu' : `tcp option maxseg size set ${t.mss}`
    case 'CT': return 'notrack'
    case 'TRACE': return 'nftrace set 1'
    case 'TTL':
    case 'HL':
    case 'NETMAP': return undefined
  }
}
