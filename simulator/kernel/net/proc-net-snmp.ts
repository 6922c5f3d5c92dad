// /proc/net/snmp and snmp6 (net/ipv4/proc.c, net/ipv6/proc.c): what the Internet protocols of a namespace have counted. What isn't counted here reads 0.
import { tcpSockets } from './sock-diag.ts'
import type { NetNamespace } from './net-namespace.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)
const IP = words('InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates')
/** Kinds of ICMP messages, in the order they are printed, and their types. */
const ICMP_KINDS: readonly (readonly [string, number])[] = [
  ['DestUnreachs', 3], ['TimeExcds', 11], ['ParmProbs', 12], ['SrcQuenchs', 4], ['Redirects', 5], ['Echos', 8], ['EchoReps', 0], ['Timestamps', 13], ['TimestampReps', 14], ['AddrMasks', 17], ['AddrMaskReps', 18],
]
const TCP = words('RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors')
const TCP_FIXED: ReadonlyMap<string, number> = new Map([['RtoAlgorithm', 1], ['RtoMin', 200], ['RtoMax', 120000], ['MaxConn', -1]])
const UDP = words('InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors')
const SNMP6 = words(`
  Ip6InReceives Ip6InHdrErrors Ip6InTooBigErrors Ip6InNoRoutes Ip6InAddrErrors Ip6InUnknownProtos Ip6InTruncatedPkts Ip6InDiscards
  Ip6InDelivers Ip6OutForwDatagrams Ip6OutRequests Ip6OutDiscards Ip6OutNoRoutes Ip6ReasmTimeout Ip6ReasmReqds Ip6ReasmOKs
  Ip6ReasmFails Ip6FragOKs Ip6FragFails Ip6FragCreates Ip6InMcastPkts Ip6OutMcastPkts Ip6InOctets Ip6OutOctets
  Ip6InMcastOctets Ip6OutMcastOctets Ip6InBcastOctets Ip6OutBcastOctets Ip6InNoECTPkts Ip6InECT1Pkts Ip6InECT0Pkts Ip6InCEPkts
  Icmp6InMsgs Icmp6InErrors Icmp6OutMsgs Icmp6OutErrors Icmp6InCsumErrors Icmp6OutRateLimitHost Icmp6InDestUnreachs Icmp6InPktTooBigs
  Icmp6InTimeExcds Icmp6InParmProblems Icmp6InEchos Icmp6InEchoReplies Icmp6InGroupMembQueries Icmp6InGroupMembResponses Icmp6InGroupMembReductions Icmp6InRouterSolicits
  Icmp6InRouterAdvertisements Icmp6InNeighborSolicits Icmp6InNeighborAdvertisements Icmp6InRedirects Icmp6InMLDv2Reports Icmp6OutDestUnreachs Icmp6OutPktTooBigs Icmp6OutTimeExcds
  Icmp6OutParmProblems Icmp6OutEchos Icmp6OutEchoReplies Icmp6OutGroupMembQueries Icmp6OutGroupMembResponses Icmp6OutGroupMembReductions Icmp6OutRouterSolicits Icmp6OutRouterAdvertisements
  Icmp6OutNeighborSolicits Icmp6OutNeighborAdvertisements Icmp6OutRedirects Icmp6OutMLDv2Reports Udp6InDatagrams Udp6NoPorts Udp6InErrors Udp6OutDatagrams
  Udp6RcvbufErrors Udp6SndbufErrors Udp6InCsumErrors Udp6IgnoredMulti Udp6MemErrors UdpLite6InDatagrams UdpLite6NoPorts UdpLite6InErrors
  UdpLite6OutDatagrams UdpLite6RcvbufErrors UdpLite6SndbufErrors UdpLite6InCsumErrors UdpLite6MemErrors
`)
const ICMP6_KINDS: readonly (readonly [string, number])[] = [
  ['DestUnreachs', 1], ['PktTooBigs', 2], ['TimeExcds', 3], ['ParmProblems', 4], ['Echos', 128], ['EchoReplies', 129], ['RouterSolicits', 133], ['NeighborSolicits', 135], ['NeighborAdvertisements', 136],
  ['MLDv2Reports', 143],
]

function table(name: string, columns: readonly (readonly [string, number])[]): string {
  return `${name}: ${columns.map(([key]) => key).join(' ')}\n${name}: ${columns.map(([, value]) => value).join(' ')}\n`
}
/** The types of ICMP messages that were counted, rising. */
function types(net: NetNamespace, prefix: string): readonly number[] {
  return [...net.inet.counters.keys()].filter((key) => key.startsWith(prefix)).map((key) => Number(key.slice(prefix.length))).sort((a, b) => a - b)
}

export function showSnmp(net: NetNamespace): string {
  const get = (key: string): number => net.inet.counters.get(key) ?? 0
  const sum = (prefix: string): number => types(net, prefix).reduce((n, type) => n + get(`${prefix}${type}`), 0)
  const established = [...tcpSockets(net)].filter((s) => s.state === 'ESTABLISHED' || s.state === 'CLOSE-WAIT').length
  let text = table('Ip', [
    ['Forwarding', net.sysctls.getNumber('net/ipv4/ip_forward') === 0 ? 2 : 1], ['DefaultTTL', net.sysctls.getNumber('net/ipv4/ip_default_ttl')], ...IP.map((key) => [key, get(`Ip ${key}`)] as const),
  ])
  text += table('Icmp', [
    ['InMsgs', sum('Icmp InType')], ['InErrors', get('Icmp InErrors')], ['InCsumErrors', 0], ...ICMP_KINDS.map(([key, type]) => [`In${key}`, get(`Icmp InType${type}`)] as const),
    ['OutMsgs', sum('Icmp OutType')], ['OutErrors', 0], ['OutRateLimitGlobal', get('Icmp OutRateLimitGlobal')], ['OutRateLimitHost', get('Icmp OutRateLimitHost')], ...ICMP_KINDS.map(([key, type]) => [`Out${key}`, get(`Icmp OutType${type}`)] as const),
  ])
  const messages = ['In', 'Out'].flatMap((way) => types(net, `Icmp ${way}Type`).map((type) => [`${way}Type${type}`, get(`Icmp ${way}Type${type}`)] as const))
  if (messages.length > 0) text += table('IcmpMsg', messages)
  text += table('Tcp', TCP.map((key) => [key, TCP_FIXED.get(key) ?? (key === 'CurrEstab' ? established : get(`Tcp ${key}`))] as const))
  text += table('Udp', UDP.map((key) => [key, get(`Udp ${key}`)] as const))
  return text + table('UdpLite', UDP.map((key) => [key, 0] as const))
}

export function showSnmp6(net: NetNamespace): string {
  const get = (key: string): number => net.inet.counters.get(key) ?? 0
  const values = new Map<string, number>()
  for (const way of ['In', 'Out']) {
    const all = types(net, `Icmp6 ${way}Type`)
    values.set(`Icmp6${way}Msgs`, all.reduce((n, type) => n + get(`Icmp6 ${way}Type${type}`), 0))
    for (const [key, type] of ICMP6_KINDS) values.set(`Icmp6${way}${key}`, get(`Icmp6 ${way}Type${type}`))
  }
  const line = (key: string, value: number): string => `${key.padEnd(32)}\t${value}\n`
  const text = SNMP6.map((key) => line(key, values.get(key) ?? get(key))).join('')
  return text + ['In', 'Out'].flatMap((way) => types(net, `Icmp6 ${way}Type`).map((type) => line(`Icmp6${way}Type${type}`, get(`Icmp6 ${way}Type${type}`)))).join('')
}
