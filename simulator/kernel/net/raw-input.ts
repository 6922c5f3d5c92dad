// Raw sockets' share of what comes in (net/ipv4/raw.c: raw_local_deliver, raw_icmp_error): each one of the protocol gets a copy.
import type { IcmpError, InetSocketLike } from './inet-receiver.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { type IpPacket, protocolOf } from './packet.ts'

function matches(s: InetSocketLike, family: IpPacket['family'], own: bigint, other: bigint, device: NetDevice | undefined): boolean {
  return s.local.family === family && (s.local.address === 0n || s.local.address === own) && (s.peer === undefined || s.peer.address === other) && (s.device === undefined || device === undefined || s.device === device)
}
/** True if somebody has read it. */
export function rawReceived(net: NetNamespace, packet: IpPacket, device: NetDevice): boolean {
  let isRead = false
  for (const s of net.inet.raw.get(protocolOf(packet)) ?? []) {
    if (!matches(s, packet.family, packet.destination, packet.source, device)) continue
    s.packetArrived(packet, device)
    isRead = true
  }
  return isRead
}
export function rawError(net: NetNamespace, error: IcmpError): void {
  const { about } = error
  for (const s of net.inet.raw.get(protocolOf(about)) ?? []) if (matches(s, about.family, about.source, about.destination, undefined)) s.errorArrived(error)
}
