// Packets that have come in (net/ipv4/ip_input.c, route.c: ip_route_input; net/ipv6/ip6_input.c): netfilter's PREROUTING, for us or to be passed on, and from the
// right door (rp_filter). What is for us is put together from its pieces, passes INPUT, and goes to its protocol.
import { RTN_BLACKHOLE, RTN_BROADCAST, RTN_LOCAL, RTN_PROHIBIT, RTN_UNICAST, RTN_UNREACHABLE } from '../../abi/netlink.ts'
import { formatIp } from '../../lib/ip.ts'
import type { HookContext } from './hooks.ts'
import { sendIcmpError } from './icmp-error.ts'
import { icmpReceived } from './icmp-input.ts'
import { forwardPacket } from './ip-forward.ts'
import { runHook } from './ip-output.ts'
import { ndpReceived } from './ndp-input.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { type IpPacket, protocolOf } from './packet.ts'
import { dropPacket, packetEvent } from './packet-events.ts'
import { rawReceived } from './raw-input.ts'
import { isMulticast } from './route-choice.ts'
import { tcpReceived } from './tcp-input.ts'
import { udpReceived } from './udp-input.ts'

const ALL_SYSTEMS = 0xe0000001n
const isLoopback4 = (address: bigint): boolean => address >> 24n === 127n

/** ip_rcv: `isGroupFrame` says that the frame went to everybody, so that nothing of it is passed on or complained about. */
export function ipReceived(device: NetDevice, packet: IpPacket, isGroupFrame: boolean, linkSource?: string): void {
  const net = device.ns
  net.inet.count(packet.family === 'inet' ? 'Ip InReceives' : 'Ip6InReceives')
  if (packet.family === 'inet6' && net.sysctls.getNumber(`net/ipv6/conf/${device.name}/disable_ipv6`) !== 0) return dropPacket(net, packet, device, 'ip', `IPv6 is disabled on ${device.name}`)
  const context: HookContext = { hook: 'PREROUTING', packet: device.isLoopback ? packet : { ...packet, mark: 0, nfct: undefined, linkSource }, input: device, output: undefined }
  if (runHook(net, context) !== 'accept') return
  const arrived = context.packet
  if (arrived.family === 'inet') routeInput4(net, device, arrived, isGroupFrame)
  else routeInput6(net, device, arrived, isGroupFrame)
}

function martian(net: NetNamespace, packet: IpPacket, device: NetDevice, reason: string): void {
  net.inet.count(packet.family === 'inet' ? 'Ip InAddrErrors' : 'Ip6InAddrErrors')
  dropPacket(net, packet, device, 'route', reason)
}
/** conf/all and conf/DEVICE, whichever is higher (IN_DEV_MAXCONF). */
const maxConf = (net: NetNamespace, device: NetDevice, name: string): number =>
  Math.max(net.sysctls.getNumber(`net/ipv4/conf/all/${name}`), net.sysctls.getNumber(`net/ipv4/conf/${device.name}/${name}`))

/** ip_route_input_slow */
function routeInput4(net: NetNamespace, device: NetDevice, packet: IpPacket, isGroupFrame: boolean): void {
  const { source, destination } = packet
  const isLimited = destination === 0xffffffffn
  if (device.isLoopback) return isLocal4(net, destination) ? localDeliver(net, packet, device) : forwardOr(net, packet, device)
  if (isMulticast('inet', source) || source === 0xffffffffn) return martian(net, packet, device, 'its source is a group')
  if (source >> 24n === 0n && !(isLimited || isMulticast('inet', destination))) return martian(net, packet, device, 'its source is no address of a station')
  const mayLoop = maxConf(net, device, 'route_localnet') !== 0
  if (isLoopback4(source) && !mayLoop) return martian(net, packet, device, 'its source 127.… cannot come in by a wire')
  if (isLoopback4(destination) && !mayLoop) return martian(net, packet, device, 'its destination 127.… cannot come in by a wire')
  if (isLimited) return localDeliver(net, packet, device)
  if (isMulticast('inet', destination)) return destination === ALL_SYSTEMS || net.inet.hasJoined(destination) ? localDeliver(net, packet, device) : undefined
  if (source !== 0n) {
    const wrong = validateSource(net, device, packet)
    if (wrong !== undefined) return martian(net, packet, device, wrong)
  }
  if (isLocal4(net, destination)) return localDeliver(net, packet, device)
  if (isGroupFrame) return dropPacket(net, packet, device, 'ip', 'its frame went to everybody, and it is for somebody else')
  if (net.sysctls.getNumber(`net/ipv4/conf/${device.name}/forwarding`) === 0) return martian(net, packet, device, 'it is for somebody else, and forwarding is off here (net.ipv4.ip_forward)')
  forwardOr(net, packet, device)
}
function isLocal4(net: NetNamespace, destination: bigint): boolean {
  const type = net.routes.lookup('inet', destination)?.type
  return type === RTN_LOCAL || type === RTN_BROADCAST || destination === 0xffffffffn
}
function forwardOr(net: NetNamespace, packet: IpPacket, device: NetDevice): void {
  const route = net.routes.lookup(packet.family, packet.destination, { source: packet.source, input: device, mark: packet.mark, tos: packet.tos })
  if (route?.type === RTN_LOCAL) return localDeliver(net, packet, device)
  const unreachable = (what: 'net' | 'host' | 'prohibited', reason: string): void => {
    net.inet.count(packet.family === 'inet' ? 'Ip OutNoRoutes' : 'Ip6InNoRoutes')
    dropPacket(net, packet, device, 'route', reason)
    if (packet.family === 'inet6' || net.inet.mayTellNoRoute(formatIp('inet', packet.source))) sendIcmpError(net, packet, what)
  }
  switch (route?.type) {
    case undefined: return unreachable('net', 'no route')
    case RTN_BLACKHOLE: return dropPacket(net, packet, device, 'route', 'the route is a blackhole')
    case RTN_UNREACHABLE: return unreachable(packet.family === 'inet' ? 'host' : 'net', 'the route says unreachable')
    case RTN_PROHIBIT: return unreachable('prohibited', 'the route says prohibit')
    default: return forwardPacket(net, packet, device)
  }
}

/** fib_validate_source: could an answer leave by the device this came in by? Answers why it is refused. */
function validateSource(net: NetNamespace, device: NetDevice, packet: IpPacket): string | undefined {
  const strictness = maxConf(net, device, 'rp_filter')
  const route = net.routes.lookup('inet', packet.source, { source: packet.destination, mark: net.sysctls.getNumber(`net/ipv4/conf/${device.name}/src_valid_mark`) === 0 ? 0 : packet.mark, tos: packet.tos })
  if (route?.type === RTN_LOCAL) return net.sysctls.getNumber(`net/ipv4/conf/${device.name}/accept_local`) === 0 ? 'its source is an address of this machine' : undefined
  if (strictness === 0) return undefined
  if (route === undefined) return 'rp_filter: there is no route back to its source'
  if (route.type !== RTN_UNICAST) return 'its source is no address of a station'
  if (strictness === 1 && !route.nexthops.some((n) => n.device === device)) return `rp_filter: an answer would not leave by ${device.name}`
  return undefined
}

function routeInput6(net: NetNamespace, device: NetDevice, packet: IpPacket, isGroupFrame: boolean): void {
  const { source, destination } = packet
  if (isMulticast('inet6', source)) return martian(net, packet, device, 'its source is a group')
  if (!device.isLoopback && (source === 1n || destination === 1n)) return martian(net, packet, device, '::1 cannot come in by a wire')
  if (isMulticast('inet6', destination)) {
    if (net.inet.isInGroup6(device, destination)) localDeliver(net, packet, device)
    return
  }
  if (net.routes.lookup('inet6', destination)?.type === RTN_LOCAL) return localDeliver(net, packet, device)
  if (device.addresses.some((a) => a.isTentative && a.local === destination)) return dropPacket(net, packet, device, 'ip', 'the address is not yet known to be ours alone (DAD)')
  if (isGroupFrame) return dropPacket(net, packet, device, 'ip', 'its frame went to everybody, and it is for somebody else')
  const way = net.routes.lookup('inet6', destination, { source, input: device, mark: packet.mark, tos: packet.tos })
  const leads = way !== undefined && way.type !== RTN_UNREACHABLE && way.type !== RTN_PROHIBIT
  if (leads && net.sysctls.getNumber('net/ipv6/conf/all/forwarding') === 0) return martian(net, packet, device, 'it is for somebody else, and forwarding is off here (net.ipv6.conf.all.forwarding)')
  forwardOr(net, packet, device)
}

/** ip_local_deliver */
function localDeliver(net: NetNamespace, piece: IpPacket, device: NetDevice): void {
  let packet = piece
  if (piece.fragment !== undefined) {
    const whole = net.inet.fragments.add(piece, (first) => sendIcmpError(net, first, 'reassembly'))
    if (whole === undefined) return
    packet = whole
  }
  const context: HookContext = { hook: 'INPUT', packet, input: device, output: undefined }
  if (runHook(net, context) !== 'accept') return
  deliverLocally(net, context.packet, device)
}

/** ip_local_deliver_finish: to raw sockets, and to the protocol. */
function deliverLocally(net: NetNamespace, packet: IpPacket, device: NetDevice): void {
  net.inet.count(packet.family === 'inet' ? 'Ip InDelivers' : 'Ip6InDelivers')
  packetEvent(net, 'packet.deliver', packet, device)
  const isRead = rawReceived(net, packet, device)
  switch (packet.payload.kind) {
    case 'icmp': return icmpReceived(net, packet, device)
    case 'ndp': return ndpReceived(device, packet, packet.payload)
    case 'udp': return udpReceived(net, packet, device)
    case 'tcp': return tcpReceived(net, packet, device)
    case 'raw':
      if (isRead) return
      net.inet.count('Ip InUnknownProtos')
      dropPacket(net, packet, device, 'transport', `nobody here speaks protocol ${protocolOf(packet)}`)
      sendIcmpError(net, packet, 'protocol')
  }
}
