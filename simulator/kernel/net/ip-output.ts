// Packets on their way out (net/ipv4/ip_output.c, net/ipv6/ip6_output.c): the route, netfilter's OUTPUT and POSTROUTING, cutting up what is too long, and the
// neighbour's MAC address. What is for this machine itself goes out by lo and comes back in.
import { Errno } from '../../abi/errno.ts'
import { IFF_NOARP, RTN_BROADCAST, RTN_LOCAL } from '../../abi/netlink.ts'
import { formatIp, type IpVersion } from '../../lib/ip.ts'
import { NSEC_PER_USEC } from '../clock.ts'
import { neighbourFor } from './arp.ts'
import { transmit } from './device-queue.ts'
import type { RouteKey } from './fib.ts'
import type { HookContext, Verdict } from './hooks.ts'
import { fragment } from './ip-fragment.ts'
import { groupMac } from './ndp.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { BROADCAST_MAC, type Frame, type IpPacket, packetLength, type Payload } from './packet.ts'
import { dropPacket, hookEvent, packetEvent } from './packet-events.ts'
import { nextPacketId } from './packet-id.ts'
import { chooseRoute, isMulticast, selectSource } from './route-choice.ts'
import type { Socket } from './socket.ts'

const LIMITED_BROADCAST = 0xffffffffn
const MIN_MTU6 = 1280
const LOOP_DELAY = 8 * NSEC_PER_USEC

export interface OutgoingPacket {
  readonly family: IpVersion
  /** Chosen by the route where it is left out. */
  readonly source?: bigint
  readonly destination: bigint
  readonly payload: Payload
  readonly ttl?: number
  readonly tos?: number
  readonly mark?: number
  /** true: never cut up, EMSGSIZE instead (IP_PMTUDISC_DO). false: no DF bit. Left out: DF where it fits, else cut up here (WANT). */
  readonly dontFragment?: boolean
  /** SO_BINDTODEVICE, or the scope of a link-local address. */
  readonly device?: NetDevice
  readonly socket?: Socket
}

export interface OutputRoute {
  readonly device: NetDevice
  /** Whose MAC address it goes to: the gateway or the destination itself. */
  readonly nexthop: bigint
  readonly source: bigint
  readonly mtu: number
  readonly kind: 'unicast' | 'local' | 'broadcast' | 'multicast'
}

/** Throws ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL, EADDRNOTAVAIL (IPv6 without a source address), ENETDOWN. */
export function routeOutput(net: NetNamespace, family: IpVersion, destination: bigint, key: RouteKey = {}): OutputRoute {
  if (isMulticast(family, destination) || (family === 'inet' && destination === LIMITED_BROADCAST)) return groupRoute(net, family, destination, key)
  const { route, hop, device, source } = chooseRoute(net, family, destination, undefined, key)
  if (device === undefined) throw Errno.ENETUNREACH
  const chosen = key.source ?? source
  if (chosen === undefined && family === 'inet6') throw Errno.EADDRNOTAVAIL
  const kind = route.type === RTN_LOCAL ? 'local' : route.type === RTN_BROADCAST ? 'broadcast' : 'unicast'
  return { device, nexthop: hop?.gateway ?? destination, source: chosen ?? 0n, mtu: pathMtu(net, family, destination, route.mtu ?? device.mtu), kind }
}
/** To everybody of a group, or on the wire: by the device asked for, that of the source address, or of the route. */
function groupRoute(net: NetNamespace, family: IpVersion, destination: bigint, key: RouteKey): OutputRoute {
  const local = family === 'inet' && key.source !== undefined ? net.routes.lookup(family, key.source) : undefined
  const ofSource = local?.type === RTN_LOCAL ? local.nexthops.at(0)?.device : undefined
  const device = key.device ?? ofSource ?? chooseRoute(net, family, destination, undefined, key).hop?.device
  if (device === undefined) throw Errno.ENETUNREACH
  const source = key.source ?? selectSource(net, family, device, destination)
  if (source === undefined && family === 'inet6') throw Errno.EADDRNOTAVAIL
  return { device, nexthop: destination, source: source ?? 0n, mtu: device.mtu, kind: isMulticast(family, destination) ? 'multicast' : 'broadcast' }
}
function pathMtu(net: NetNamespace, family: IpVersion, destination: bigint, mtu: number): number {
  const known = net.inet.pathMtu(formatIp(family, destination))
  return known === undefined ? mtu : Math.min(known, mtu)
}

/** nf_hook: what netfilter says, told to the event stream where anybody registered. */
export function runHook(net: NetNamespace, context: HookContext): Verdict {
  if (net.hooks.isEmpty(context.packet.family, context.hook)) return 'accept'
  const before = context.packet
  const verdict = net.hooks.run(context)
  hookEvent(net, context.hook, verdict, before, context.packet, context.output ?? context.input, verdict === 'accept' ? context.acceptedBy : context.reason)
  if (verdict === 'drop') dropPacket(net, context.packet, context.output ?? context.input, 'netfilter', context.reason ?? `${context.hook} says so`)
  return verdict
}

/** Sends a packet of this machine's own. Throws what send(2) answers: as `routeOutput`, EMSGSIZE, EPERM when netfilter drops it. */
export function sendIp(net: NetNamespace, out: OutgoingPacket): void {
  const { family } = out
  const key: RouteKey = { source: out.source, device: out.device, mark: out.mark, tos: out.tos }
  const route = routeOutput(net, family, out.destination, key)
  const ttl = out.ttl ?? (route.kind === 'multicast' ? 1 : family === 'inet' ? net.sysctls.getNumber('net/ipv4/ip_default_ttl') : net.sysctls.getNumber(`net/ipv6/conf/${route.device.name}/hop_limit`))
  const packet: IpPacket = {
    kind: 'ip', id: nextPacketId(net.kernel), family, source: out.source ?? route.source, destination: out.destination, ttl, dontFragment: out.dontFragment !== false && family === 'inet',
    payload: out.payload, ident: 0, tos: out.tos ?? 0, mark: out.mark ?? 0,
  }
  const fits = packetLength(packet) <= route.mtu
  if (!fits && out.dontFragment === true) throw Errno.EMSGSIZE
  const mayCut = family === 'inet6' || !fits || out.dontFragment === false
  sendPacket(net, { ...packet, dontFragment: packet.dontFragment && !mayCut, ident: net.inet.nextIdent() }, route, key, out.socket)
}

/** __ip_local_out: a finished packet (IP_HDRINCL, REJECT, TCP's own). Throws as `sendIp`. */
export function sendPacket(net: NetNamespace, packet: IpPacket, route: OutputRoute, key: RouteKey, socket?: Socket): void {
  net.inet.count(packet.family === 'inet' ? 'Ip OutRequests' : 'Ip6OutRequests')
  packetEvent(net, 'packet.send', packet, route.device, socket === undefined ? undefined : { socket: socket.ino })
  const context: HookContext = { hook: 'OUTPUT', packet, input: undefined, output: route.device, socket }
  const verdict = runHook(net, context)
  if (verdict === 'drop') throw Errno.EPERM
  if (verdict === 'stolen') return
  outputPacket(net, context.packet, rerouted(net, packet, context.packet, route, key), socket)
}
/** ip_route_me_harder: a hook has given the packet another destination, source or mark. */
function rerouted(net: NetNamespace, before: IpPacket, after: IpPacket, route: OutputRoute, key: RouteKey): OutputRoute {
  if (before.destination === after.destination && before.mark === after.mark && before.source === after.source) return route
  const source = net.routes.lookup(after.family, after.source)?.type === RTN_LOCAL ? after.source : undefined
  return routeOutput(net, after.family, after.destination, { ...key, source, mark: after.mark })
}

/** ip_output: POSTROUTING, and out. For packets of this machine and for forwarded ones. Throws EPERM when netfilter drops it. */
export function outputPacket(net: NetNamespace, packet: IpPacket, route: OutputRoute, socket?: Socket, input?: NetDevice): void {
  if (route.kind === 'broadcast' || route.kind === 'multicast') loopBack(net, packet, route)
  const context: HookContext = { hook: 'POSTROUTING', packet, input, output: route.device, socket }
  const verdict = runHook(net, context)
  if (verdict === 'drop') throw Errno.EPERM
  if (verdict === 'stolen') return
  const pieces = fragment(context.packet, packet.family === 'inet6' && !route.device.isLoopback ? Math.max(MIN_MTU6, route.mtu) : route.mtu)
  if (pieces.length > 1) {
    net.inet.count(packet.family === 'inet' ? 'Ip FragOKs' : 'Ip6FragOKs')
    net.inet.count(packet.family === 'inet' ? 'Ip FragCreates' : 'Ip6FragCreates', pieces.length)
  }
  for (const piece of pieces) finishOutput(piece, route)
}

/** ip_finish_output2: to the MAC address it needs. */
function finishOutput(packet: IpPacket, { device, nexthop, kind }: OutputRoute): void {
  const to = (destination: string): void => transmit(device, { source: device.address, destination, body: packet })
  if (device.isLoopback || device.has(IFF_NOARP)) to(device.address)
  else if (kind === 'broadcast') to(BROADCAST_MAC)
  else if (kind === 'multicast') to(packet.family === 'inet6' ? groupMac(packet.destination) : groupMac4(packet.destination))
  else neighbourFor(device, packet.family, nexthop).send(packet)
}
const groupMac4 = (group: bigint): string => `01:00:5e:${[16n, 8n, 0n].map((shift) => ((group >> shift) & (shift === 16n ? 0x7fn : 0xffn)).toString(16).padStart(2, '0')).join(':')}`

/** dev_loopback_xmit: what goes to everybody also goes to this machine. */
function loopBack(net: NetNamespace, packet: IpPacket, { device, kind }: OutputRoute): void {
  if (device.isLoopback) return
  const { clock } = net.kernel
  const frame: Frame = { source: device.address, destination: kind === 'broadcast' ? BROADCAST_MAC : groupMac(packet.destination), body: packet }
  clock.at(clock.now + LOOP_DELAY, () => {
    if (device.isUp) device.ns.receiveFrame(device, frame)
  })
}

