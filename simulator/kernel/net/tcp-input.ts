// TCP segments for us (net/ipv4/tcp_ipv4.c: tcp_v4_rcv, tcp_v4_err). What belongs to nobody is answered by a reset.
import { EMPTY_BYTES } from '../../lib/bytes.ts'
import type { IcmpError } from './inet-receiver.ts'
import { sendIp } from './ip-output.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { type IpPacket, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from './packet.ts'
import { dropPacket } from './packet-events.ts'

export function tcpReceived(net: NetNamespace, packet: IpPacket, device: NetDevice): void {
  const { payload, family } = packet
  if (payload.kind !== 'tcp') return
  net.inet.count('Tcp InSegs')
  const to = { family, address: packet.destination, port: payload.dport }
  const from = { family, address: packet.source, port: payload.sport }
  const connection = net.inet.connections.connection(to, from)
  if (connection !== undefined && !connection.yieldsTo(payload)) {
    connection.packetArrived(packet, device)
    return
  }
  const listener = net.inet.connections.listener(to, from, device)
  if (listener !== undefined && (payload.flags & (TCP_SYN | TCP_ACK | TCP_RST)) === TCP_SYN) {
    listener.packetArrived(packet, device)
    return
  }
  dropPacket(net, packet, device, 'transport', listener === undefined ? `nobody listens on TCP port ${payload.dport}` : 'it belongs to no connection')
  if ((payload.flags & TCP_RST) === 0) sendReset(net, packet)
}

/** tcp_v4_send_reset */
export function sendReset(net: NetNamespace, packet: IpPacket): void {
  const { payload } = packet
  if (payload.kind !== 'tcp') return
  const hasAck = (payload.flags & TCP_ACK) !== 0
  const length = payload.data.length + ((payload.flags & TCP_SYN) === 0 ? 0 : 1) + ((payload.flags & TCP_FIN) === 0 ? 0 : 1)
  try {
    sendIp(net, {
      family: packet.family, source: packet.destination, destination: packet.source, tos: packet.tos,
      payload: {
        kind: 'tcp', sport: payload.dport, dport: payload.sport, seq: hasAck ? payload.ack : 0, ack: hasAck ? 0 : (payload.seq + length) >>> 0, flags: hasAck ? TCP_RST : TCP_RST | TCP_ACK,
        window: 0, options: {}, data: EMPTY_BYTES,
      },
    })
  } catch {
    // Without a way back nobody learns of it.
  }
}

/** An ICMP error about a segment that was sent: `about` is that segment. */
export function tcpError(net: NetNamespace, about: IpPacket, error: IcmpError): void {
  const { payload, family } = about
  if (payload.kind !== 'tcp') return
  net.inet.connections.connection({ family, address: about.source, port: payload.sport }, { family, address: about.destination, port: payload.dport })?.errorArrived(error)
}
