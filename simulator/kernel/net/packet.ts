// Packets as typed values (RFC 791, 8200, 792, 4443, 4861, 768, 9293, 826): what travels between devices. Payloads of TCP and UDP are bytes; headers are fields.
// A packet is never changed once it is on its way: NAT, forwarding and fragmentation make new ones, which keep the id by which events follow it.
import type { IpVersion } from '../../lib/ip.ts'
import type { PacketTrack } from './netfilter/connection.ts'

export const IPPROTO_TCP = 6
export const TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16

export interface Icmp {
  readonly kind: 'icmp'
  readonly type: number
  readonly code: number
  /** Bytes 4 to 7 of the header: identifier and sequence of an echo. */
  readonly id: number
  readonly sequence: number
  readonly data: Uint8Array
  /** The packet an error is about, and the MTU where it is about that. */
  readonly about?: IpPacket
  readonly mtu?: number
}
/** Neighbour solicitation (135) and advertisement (136). */
export interface Ndp {
  readonly kind: 'ndp'
  readonly type: 135 | 136
  readonly target: bigint
  readonly lladdr: string | undefined
  readonly solicited: boolean
}
export interface Udp {
  readonly kind: 'udp'
  readonly sport: number
  readonly dport: number
  readonly data: Uint8Array
}
export interface Tcp {
  readonly kind: 'tcp'
  readonly sport: number
  readonly dport: number
  readonly seq: number
  readonly ack: number
  readonly flags: number
  readonly window: number
  readonly options: TcpOptions
  readonly data: Uint8Array
}
/** RFC 9293 3.2, 7323, 2018; every segment but a reset carries timestamps on Linux. */
export interface TcpOptions {
  readonly mss?: number
  readonly windowScale?: number
  readonly sackPermitted?: boolean
  readonly timestamps?: readonly [value: number, echo: number]
}
export interface Raw {
  readonly kind: 'raw'
  readonly protocol: number
  readonly data: Uint8Array
}
export type Payload = Icmp | Ndp | Udp | Tcp | Raw

export interface IpPacket {
  readonly kind: 'ip'
  readonly id: number
  readonly family: IpVersion
  readonly source: bigint
  readonly destination: bigint
  readonly ttl: number
  readonly dontFragment: boolean
  readonly payload: Payload
  /** One piece of a packet cut up: where it starts, how long it is, whether more follow. The payload is the whole's. */
  readonly fragment?: { readonly offset: number; readonly length: number; readonly more: boolean }
  /** Identification in an IPv4 header; 0 where nothing needs it. */
  readonly ident: number
  /** Type of service, traffic class in IPv6. */
  readonly tos: number
  /** skb->mark: set by sockets (SO_MARK) and firewalls, seen by rules; it never leaves the namespace. */
  readonly mark: number
  /** skb->_nfct: what connection tracking knows of it, in this namespace. */
  readonly nfct?: PacketTrack
  /** Who sent the frame it came in. */
  readonly linkSource?: string
}

export interface Arp {
  readonly kind: 'arp'
  readonly id: number
  readonly op: 'request' | 'reply'
  readonly senderMac: string
  readonly senderIp: bigint
  readonly targetMac: string
  readonly targetIp: bigint
}

export interface Frame {
  readonly source: string
  readonly destination: string
  readonly body: IpPacket | Arp
  /** IEEE 802.1Q tag. */
  readonly vlan?: { readonly id: number }
}

export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff'
export const isGroupMac = (mac: string): boolean => (Number.parseInt(mac.slice(1, 2), 16) & 1) === 1

const PROTOCOLS: Readonly<Record<Payload['kind'], number>> = { icmp: 1, ndp: 58, udp: 17, tcp: 6, raw: 255 }
export function protocolOf(packet: IpPacket): number {
  const { payload, family } = packet
  if (payload.kind === 'raw') return payload.protocol
  return payload.kind === 'icmp' && family === 'inet6' ? 58 : PROTOCOLS[payload.kind]
}

export const headerLength = (packet: IpPacket): number => (packet.family === 'inet' ? 20 : packet.fragment === undefined ? 40 : 48)

/** Options take whole words: 40 bytes of header in a SYN of Linux, 32 in what follows. */
export function tcpOptionsLength(options: TcpOptions): number {
  const bytes = (options.mss === undefined ? 0 : 4) + (options.sackPermitted === true ? 2 : 0) + (options.timestamps === undefined ? 0 : 10) + (options.windowScale === undefined ? 0 : 3)
  return Math.ceil(bytes / 4) * 4
}

/** Bytes behind the IP header of the whole packet. */
export function payloadLength(packet: IpPacket): number {
  const { payload } = packet
  switch (payload.kind) {
    case 'icmp': return 8 + (payload.about === undefined ? payload.data.length : Math.min(packetLength(payload.about), 548))
    case 'ndp': return payload.type === 136 && payload.lladdr === undefined ? 24 : 32
    case 'udp': return 8 + payload.data.length
    case 'tcp': return 20 + tcpOptionsLength(payload.options) + payload.data.length
    case 'raw': return payload.data.length
  }
}
/** Total length as the IP header has it. */
export const packetLength = (packet: IpPacket): number => headerLength(packet) + (packet.fragment?.length ?? payloadLength(packet))
/** What a device counts. */
export const frameLength = (frame: Frame): number => 14 + (frame.vlan === undefined ? 0 : 4) + (frame.body.kind === 'arp' ? 28 : packetLength(frame.body))

const ICMP_NAMES: ReadonlyMap<string, string> = new Map([
  ['inet:0', 'ICMP echo reply'], ['inet:8', 'ICMP echo request'], ['inet:3', 'ICMP destination unreachable'], ['inet:11', 'ICMP time exceeded'],
  ['inet6:129', 'ICMPv6 echo reply'], ['inet6:128', 'ICMPv6 echo request'], ['inet6:1', 'ICMPv6 destination unreachable'], ['inet6:3', 'ICMPv6 time exceeded'], ['inet6:2', 'ICMPv6 packet too big'],
])
const flagNames = (flags: number): string =>
  [[TCP_SYN, 'SYN'], [TCP_FIN, 'FIN'], [TCP_RST, 'RST'], [TCP_PSH, 'PSH'], [TCP_ACK, 'ACK']].filter(([bit]) => (flags & Number(bit)) !== 0).map(([, name]) => name).join(',')

/** What a packet is, in a few words. */
export function describePayload(packet: IpPacket): string {
  const { payload } = packet
  switch (payload.kind) {
    case 'icmp': return ICMP_NAMES.get(`${packet.family}:${payload.type}`) ?? `ICMP type ${payload.type}`
    case 'ndp': return payload.type === 135 ? 'neighbour solicitation' : 'neighbour advertisement'
    case 'udp': return `UDP ${payload.sport} → ${payload.dport}`
    case 'tcp': return `TCP ${flagNames(payload.flags)} ${payload.sport} → ${payload.dport}`
    case 'raw': return `protocol ${payload.protocol}`
  }
}
