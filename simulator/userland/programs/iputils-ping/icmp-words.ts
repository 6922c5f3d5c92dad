// ICMP messages in ping's words (pr_icmph of ping.c, print_icmp of ping6_common.c).
const UNREACHABLE: readonly string[] = [
  'Destination Net Unreachable', 'Destination Host Unreachable', 'Destination Protocol Unreachable', 'Destination Port Unreachable', '', 'Source Route Failed', 'Destination Net Unknown',
  'Destination Host Unknown', 'Source Host Isolated', 'Destination Net Prohibited', 'Destination Host Prohibited', 'Destination Net Unreachable for Type of Service',
  'Destination Host Unreachable for Type of Service', 'Packet filtered', 'Precedence Violation', 'Precedence Cutoff',
]
const REDIRECT: readonly string[] = ['Redirect Network', 'Redirect Host', 'Redirect Type of Service and Network', 'Redirect Type of Service and Host']
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'Echo Reply'], [4, 'Source Quench'], [8, 'Echo Request'], [13, 'Timestamp'], [14, 'Timestamp Reply'], [15, 'Information Request'], [16, 'Information Reply'], [17, 'Address Mask Request'],
  [18, 'Address Mask Reply'],
])
/** `info`: the MTU, or the gateway's address as text for a redirect. */
export function icmpWords(type: number, code: number, info: string): string {
  switch (type) {
    case 3: return code === 4 ? `Frag needed and DF set (mtu = ${info})` : (UNREACHABLE[code] ?? `Dest Unreachable, Bad Code: ${code}`)
    case 5: return `${REDIRECT[code] ?? `Redirect, Bad Code: ${code}`}(New nexthop: ${info})`
    case 11: return code === 0 ? 'Time to live exceeded' : code === 1 ? 'Frag reassembly time exceeded' : `Time exceeded, Bad Code: ${code}`
    case 12: return `Parameter problem: pointer = ${info}`
    default: return NAMES.get(type) ?? `Bad ICMP type: ${type}`
  }
}

const UNREACHABLE6: readonly string[] = [
  'No route', 'Administratively prohibited', 'Beyond scope of source address', 'Address unreachable', 'Port unreachable', 'Source address failed ingress/egress policy', 'Reject route to destination',
]
export function icmp6Words(type: number, code: number, info: number): string {
  switch (type) {
    case 1: return `Destination unreachable: ${UNREACHABLE6[code] ?? `Unknown code ${code}`}`
    case 2: return `Packet too big: mtu=${info}${code === 0 ? '' : `, code=${code}`}`
    case 3: return `Time exceeded: ${code === 0 ? 'Hop limit' : code === 1 ? 'Defragmentation failure' : `code ${code}`}`
    case 4: return `Parameter problem: ${['Wrong header field ', 'Unknown header ', 'Unknown option '][code] ?? `code ${code} `}at ${info}`
    case 128: return 'Echo request'
    case 129: return 'Echo reply'
    default: return `unknown icmp type: ${type}`
  }
}
