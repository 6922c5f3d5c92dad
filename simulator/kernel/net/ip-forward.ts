// Passing packets on (net/ipv4/ip_forward.c, net/ipv6/ip6_output.c: ip6_forward): one hop less to live, netfilter's FORWARD, and what doesn't fit the next link is
// cut up (IPv4 without DF) or reported to its sender.
import { isErr } from '../../abi/errno.ts'
import { formatIp, inPrefix } from '../../lib/ip.ts'
import type { HookContext } from './hooks.ts'
import { sendIcmpError } from './icmp-error.ts'
import { outputPacket, type OutputRoute, routeOutput, runHook } from './ip-output.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { type IpPacket, packetLength } from './packet.ts'
import { dropPacket, packetEvent } from './packet-events.ts'
import { isLinkLocal6 } from './route-choice.ts'

const ICMP_REDIRECT = 5, REDIRECT_HOST = 1

/** Its route is known to lead somewhere else. */
export function forwardPacket(net: NetNamespace, packet: IpPacket, input: NetDevice): void {
  const { family } = packet
  let route: OutputRoute
  try {
    route = routeOutput(net, family, packet.destination, { source: packet.source, input, mark: packet.mark, tos: packet.tos })
  } catch (error) {
    if (!isErr(error)) throw error
    return dropPacket(net, packet, input, 'route', 'no route')
  }
  if (packet.ttl <= 1) {
    net.inet.count(family === 'inet' ? 'Ip InHdrErrors' : 'Ip6InHdrErrors')
    dropPacket(net, packet, input, 'ip', 'its time to live is over')
    return sendIcmpError(net, packet, 'ttl')
  }
  if (family === 'inet6' && isLinkLocal6(packet.source)) return dropPacket(net, packet, input, 'ip', 'a link-local source stays on its link')
  if (packetLength(packet) > route.mtu && (family === 'inet6' || packet.dontFragment)) {
    net.inet.count(family === 'inet' ? 'Ip FragFails' : 'Ip6InTooBigErrors')
    dropPacket(net, packet, input, 'ip', `it is longer than the MTU of ${route.device.name} and may not be cut up`)
    return sendIcmpError(net, packet, 'too-big', route.mtu)
  }
  if (route.device === input && family === 'inet') redirect(net, packet, input, route.nexthop)
  const context: HookContext = { hook: 'FORWARD', packet: { ...packet, ttl: packet.ttl - 1 }, input, output: route.device }
  if (runHook(net, context) !== 'accept') return
  net.inet.count(family === 'inet' ? 'Ip ForwDatagrams' : 'Ip6OutForwDatagrams')
  packetEvent(net, 'packet.forward', context.packet, input, { out: route.device.name })
  try {
    outputPacket(net, context.packet, route, undefined, input)
  } catch (error) {
    if (!isErr(error)) throw error
  }
}

/** ip_rt_send_redirect: it goes out by where it came in, so its sender could reach the next hop itself. */
function redirect(net: NetNamespace, packet: IpPacket, input: NetDevice, nexthop: bigint): void {
  const conf = (name: string): number => net.sysctls.getNumber(name)
  if (conf('net/ipv4/conf/all/send_redirects') === 0 && conf(`net/ipv4/conf/${input.name}/send_redirects`) === 0) return
  const isOnLink = (address: bigint): boolean => input.addresses.some((a) => a.family === 'inet' && inPrefix('inet', address, a.local, a.prefixlen))
  if (!isOnLink(packet.source) || !isOnLink(nexthop) || !net.inet.mayRedirect(formatIp('inet', packet.source))) return
  sendIcmpError(net, packet, [ICMP_REDIRECT, REDIRECT_HOST], undefined, nexthop)
}
