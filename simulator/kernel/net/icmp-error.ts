// ICMP messages the stack itself sends about packets that could not go on (net/ipv4/icmp.c: icmp_send; net/ipv6/icmp.c: icmp6_send).
import { EMPTY_BYTES } from '../../lib/bytes.ts'
import { formatIp } from '../../lib/ip.ts'
import { RTN_LOCAL } from '../../abi/netlink.ts'
import { routeOutput, sendIp } from './ip-output.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import type { IpPacket } from './packet.ts'
import { isMulticast } from './route-choice.ts'

export type Unreachable = 'net' | 'host' | 'protocol' | 'port' | 'prohibited' | 'ttl' | 'too-big' | 'reassembly'
type TypeAndCode = readonly [type: number, code: number]
const CODES4: Readonly<Record<Unreachable, TypeAndCode>> = { net: [3, 0], host: [3, 1], protocol: [3, 2], port: [3, 3], prohibited: [3, 13], ttl: [11, 0], 'too-big': [3, 4], reassembly: [11, 1] }
const CODES6: Readonly<Record<Unreachable, TypeAndCode>> = { net: [1, 0], host: [1, 3], protocol: [4, 1], port: [1, 4], prohibited: [1, 1], ttl: [3, 0], 'too-big': [2, 0], reassembly: [3, 1] }
const ECHOES: ReadonlySet<number> = new Set([0, 8, 9, 10, 13, 14, 15, 16, 17, 18])

/** IPTOS_PREC_INTERNETCONTROL */
const INTERNETWORK_CONTROL = 0xc0
const TOO_BIG6 = 2

/** True for messages that must not be answered with an error. */
const isIcmpError = (packet: IpPacket): boolean =>
  packet.payload.kind === 'icmp' && (packet.family === 'inet' ? !ECHOES.has(packet.payload.type) : packet.payload.type < 128)
const isToGroup = (packet: IpPacket): boolean => isMulticast(packet.family, packet.destination) || (packet.family === 'inet' && packet.destination === 0xffffffffn)

/** Tells the sender of a packet why it went no further. `what` may be a type and code of a firewall's choice. `gateway`: of a redirect. Nothing happens where no answer is due, or no way back. */
export function sendIcmpError(net: NetNamespace, packet: IpPacket, what: Unreachable | TypeAndCode, mtu?: number, gateway?: bigint): void {
  const { family } = packet
  if (isIcmpError(packet) || isToGroup(packet) || packet.payload.kind === 'ndp' || (packet.fragment?.offset ?? 0) > 0 || packet.source === 0n) return
  const [type, code] = typeof what === 'string' ? (family === 'inet' ? CODES4 : CODES6)[what] : what
  const own = net.routes.lookup(family, packet.destination)?.type === RTN_LOCAL ? packet.destination : undefined
  try {
    if (!routeOutput(net, family, packet.source, { source: own }).device.isLoopback && isLimited(net, packet, type)) return
    net.inet.count(`${family === 'inet' ? 'Icmp' : 'Icmp6'} OutType${type}`)
    const { fragment: _piece, ...whole } = packet
    sendIp(net, { family, source: own, destination: packet.source, dontFragment: false, tos: family === 'inet' ? (packet.tos & 0x1e) | INTERNETWORK_CONTROL : 0, payload: { kind: 'icmp', type, code, id: gateway === undefined ? 0 : Number(gateway >> 16n), sequence: gateway === undefined ? (mtu ?? 0) : Number(gateway & 0xffffn), data: EMPTY_BYTES, about: whole, mtu } })
  } catch {
    // Without a way back nobody learns of it.
  }
}

/** Too many errors of late, in all or to this host (icmpv4_global_allow, icmpv4_xrlim_allow). */
function isLimited(net: NetNamespace, { family, source }: IpPacket, type: number): boolean {
  const isCounted = family === 'inet' ? ((net.sysctls.getNumber('net/ipv4/icmp_ratemask') >> type) & 1) === 1 : type < 128 && type !== TOO_BIG6
  if (!isCounted) return false
  const isGlobal = !net.inet.mayError()
  if (!isGlobal && net.inet.mayErrorTo(formatIp(family, source), net.sysctls.getNumber(family === 'inet' ? 'net/ipv4/icmp_ratelimit' : 'net/ipv6/icmp/ratelimit'))) return false
  net.inet.count(`${family === 'inet' ? 'Icmp ' : 'Icmp6'}OutRateLimit${isGlobal ? 'Global' : 'Host'}`)
  return true
}

/** ipv4_link_failure, ndisc_error_report: a neighbour doesn't answer. A packet of our own is answered by a message to ourselves, over lo. */
export function linkFailure(device: NetDevice, packet: IpPacket): void {
  sendIcmpError(device.ns, packet, 'host')
}
