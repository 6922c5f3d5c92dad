// UDP datagrams for us (net/ipv4/udp.c: udp_rcv, udp_err): to the socket that fits best, to all of them for a group, or a complaint that the port is closed.
import { sendIcmpError } from './icmp-error.ts'
import type { Endpoint } from './inet-ports.ts'
import type { IcmpError } from './inet-receiver.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import type { IpPacket } from './packet.ts'
import { dropPacket } from './packet-events.ts'

function ends(packet: IpPacket): { readonly source: Endpoint; readonly destination: Endpoint } {
  const { family, payload } = packet
  const [sport, dport] = payload.kind === 'udp' ? [payload.sport, payload.dport] : [0, 0]
  return { source: { family, address: packet.source, port: sport }, destination: { family, address: packet.destination, port: dport } }
}

export function udpReceived(net: NetNamespace, packet: IpPacket, device: NetDevice): void {
  const { source, destination } = ends(packet)
  if (!net.isOwnAddress(packet.family, packet.destination)) {
    for (const s of net.inet.udp.receivers(packet.family, packet.destination, destination.port)) if (s.device === undefined || s.device === device) s.packetArrived(packet, device)
    return
  }
  const socket = net.inet.udp.lookup(destination, source, device)
  if (socket !== undefined) {
    net.inet.count('Udp InDatagrams')
    socket.packetArrived(packet, device)
    return
  }
  net.inet.count('Udp NoPorts')
  dropPacket(net, packet, device, 'transport', `nobody listens on UDP port ${destination.port}`)
  sendIcmpError(net, packet, 'port')
}
export function udpError(net: NetNamespace, error: IcmpError): void {
  const { source, destination } = ends(error.about)
  net.inet.udp.lookup(source, destination, undefined)?.errorArrived(error)
}
