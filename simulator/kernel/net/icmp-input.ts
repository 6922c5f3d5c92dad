// ICMP messages for us (net/ipv4/icmp.c: icmp_rcv; net/ipv6/icmp.c): echo requests are answered, answers go to ping sockets, errors to the sockets they are about.
import { Errno } from '../../abi/errno.ts'
import { formatIp } from '../../lib/ip.ts'
import { ICMP_ECHO, ICMP_ECHOREPLY, ICMPV6_ECHO_REPLY, ICMPV6_ECHO_REQUEST } from './icmp-packet.ts'
import type { IcmpError } from './inet-receiver.ts'
import { sendIp } from './ip-output.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import type { Icmp, IpPacket } from './packet.ts'
import { dropPacket } from './packet-events.ts'
import { rawError } from './raw-input.ts'
import { isMulticast } from './route-choice.ts'
import { tcpError } from './tcp-input.ts'
import { udpError } from './udp-input.ts'

/** icmp_err_convert: what the codes of “destination unreachable” mean to a socket, and whether they are final. */
const UNREACHABLE4: readonly (readonly [Errno, boolean])[] = [
  [Errno.ENETUNREACH, false], [Errno.EHOSTUNREACH, false], [Errno.ENOPROTOOPT, true], [Errno.ECONNREFUSED, true], [Errno.EMSGSIZE, false], [Errno.EOPNOTSUPP, false],
  [Errno.ENETUNREACH, true], [Errno.EHOSTDOWN, true], [Errno.ENONET, true], [Errno.ENETUNREACH, true], [Errno.EHOSTUNREACH, true], [Errno.ENETUNREACH, false],
  [Errno.EHOSTUNREACH, false], [Errno.EHOSTUNREACH, true], [Errno.EHOSTUNREACH, true], [Errno.EHOSTUNREACH, true],
]
/** NR_ICMP_TYPES */
const HIGHEST_TYPE = 18
const UNREACHABLE6: readonly (readonly [Errno, boolean])[] = [
  [Errno.ENETUNREACH, false], [Errno.EACCES, true], [Errno.EHOSTUNREACH, false], [Errno.EHOSTUNREACH, false], [Errno.ECONNREFUSED, true], [Errno.EACCES, true], [Errno.EACCES, true],
]
function meaning(family: IpPacket['family'], { type, code }: Icmp): readonly [Errno, boolean] | undefined {
  if (family === 'inet6') return type === 1 ? UNREACHABLE6[code] : type === 2 ? [Errno.EMSGSIZE, false] : type === 3 ? [Errno.EHOSTUNREACH, false] : type === 4 ? [Errno.EPROTO, true] : undefined
  return type === 3 ? UNREACHABLE4[code] : type === 11 ? [Errno.EHOSTUNREACH, false] : type === 12 ? [Errno.EPROTO, true] : undefined
}

export function icmpReceived(net: NetNamespace, packet: IpPacket, device: NetDevice): void {
  const { payload, family } = packet
  if (payload.kind !== 'icmp') return
  const isV6 = family === 'inet6'
  net.inet.count(`${isV6 ? 'Icmp6' : 'Icmp'} InType${payload.type}`)
  if (payload.type === (isV6 ? ICMPV6_ECHO_REQUEST : ICMP_ECHO)) return echo(net, packet, payload, device)
  if (payload.type === (isV6 ? ICMPV6_ECHO_REPLY : ICMP_ECHOREPLY)) return pong(net, packet, payload, device)
  if (payload.about !== undefined) return errorReceived(net, packet, payload, payload.about)
  // icmp_rcv: nobody handles such a type.
  if (!isV6 && payload.type > HIGHEST_TYPE) net.inet.count('Icmp InErrors')
}

/** icmp_echo */
function echo(net: NetNamespace, packet: IpPacket, payload: Icmp, device: NetDevice): void {
  const { family } = packet
  const isV6 = family === 'inet6'
  const isToGroup = isMulticast(family, packet.destination) || (!isV6 && !net.isOwnAddress(family, packet.destination))
  const ignores = isV6 ? net.sysctls.getNumber('net/ipv6/icmp/echo_ignore_all') : Math.max(net.sysctls.getNumber('net/ipv4/icmp_echo_ignore_all'), isToGroup ? net.sysctls.getNumber('net/ipv4/icmp_echo_ignore_broadcasts') : 0)
  if (ignores !== 0) return dropPacket(net, packet, device, 'transport', isToGroup ? 'pings to everybody are ignored (icmp_echo_ignore_broadcasts)' : 'pings are ignored (icmp_echo_ignore_all)')
  const type = isV6 ? ICMPV6_ECHO_REPLY : ICMP_ECHOREPLY
  net.inet.count(`${isV6 ? 'Icmp6' : 'Icmp'} OutType${type}`)
  try {
    sendIp(net, {
      family, source: isToGroup ? undefined : packet.destination, destination: packet.source, payload: { ...payload, type }, tos: packet.tos, dontFragment: false,
      device: isV6 && (packet.source >> 118n === 0x3fan) ? device : undefined, mark: net.sysctls.getNumber(isV6 ? 'net/ipv6/fwmark_reflect' : 'net/ipv4/fwmark_reflect') === 0 ? 0 : packet.mark,
    })
  } catch {
    dropPacket(net, { ...packet, source: packet.destination, destination: packet.source, payload: { ...payload, type } }, device, 'route', `no route back to ${formatIp(family, packet.source)}`)
  }
}

/** ping_rcv */
function pong(net: NetNamespace, packet: IpPacket, payload: Icmp, device: NetDevice): void {
  const { family } = packet
  net.inet.ping.lookup({ family, address: packet.destination, port: payload.id }, { family, address: packet.source, port: 0 }, device)?.packetArrived(packet, device)
}

/** icmp_unreach, ping_err: whoever sent the packet learns of it. */
function errorReceived(net: NetNamespace, packet: IpPacket, payload: Icmp, about: IpPacket): void {
  const { family } = packet
  const found = meaning(family, payload)
  if (found === undefined) return
  const [errno, isHard] = found
  if (errno === Errno.EMSGSIZE && payload.mtu !== undefined) net.inet.learnPathMtu(formatIp(family, about.destination), payload.mtu)
  const error: IcmpError = { errno, isHard, type: payload.type, code: payload.code, info: payload.mtu ?? 0, offender: packet.source, about }
  rawError(net, error)
  const inner = about.payload
  if (inner.kind === 'udp') udpError(net, error)
  else if (inner.kind === 'tcp') tcpError(net, about, error)
  else if (inner.kind === 'icmp') {
    net.inet.ping.lookup({ family, address: about.source, port: inner.id }, { family, address: about.destination, port: 0 }, undefined)?.errorArrived(error)
  }
}
