// Packets and frames as the bytes that would be on the wire (RFC 791, 792, 768, 9293, 8200, 4443, 4861, 826), for raw and packet sockets; and back.
import type { IpVersion } from '../../lib/ip.ts'
import { internetChecksum } from './icmp-packet.ts'
import { type Arp, type Frame, type IpPacket, type Payload, payloadLength, protocolOf, TCP_RST, tcpOptionsLength } from './packet.ts'

const ETHERTYPE = { inet: 0x0800, inet6: 0x86dd, arp: 0x0806, vlan: 0x8100 }
const FRAGMENT6 = 44
/** RFC 3971: in the probe for a duplicate address (enhanced DAD). */
const NONCE_OPTION = 14

function putAddress(bytes: Uint8Array, at: number, family: IpVersion, value: bigint): void {
  const length = family === 'inet' ? 4 : 16
  for (let i = 0; i < length; i++) bytes[at + i] = Number((value >> BigInt(8 * (length - 1 - i))) & 0xffn)
}
function getAddress(bytes: Uint8Array, at: number, family: IpVersion): bigint {
  let value = 0n
  for (let i = 0; i < (family === 'inet' ? 4 : 16); i++) value = (value << 8n) | BigInt(bytes[at + i] ?? 0)
  return value
}
const put16 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = (value >> 8) & 0xff
  bytes[at + 1] = value & 0xff
}
const put32 = (bytes: Uint8Array, at: number, value: number): void => {
  put16(bytes, at, value >>> 16)
  put16(bytes, at + 2, value & 0xffff)
}
const get16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
const get32 = (bytes: Uint8Array, at: number): number => ((get16(bytes, at) << 16) | get16(bytes, at + 2)) >>> 0
const macBytes = (mac: string): readonly number[] => mac.split(':').map((b) => Number.parseInt(b, 16))
const macText = (bytes: Uint8Array, at: number): string => [...bytes.subarray(at, at + 6)].map((b) => b.toString(16).padStart(2, '0')).join(':')

/** CHECKSUM_PARTIAL: what a stack leaves in the field for the card to finish, and no virtual card does: the sum over the addresses alone. */
function partialChecksum(packet: IpPacket, length: number): number {
  const size = packet.family === 'inet' ? 4 : 16
  const header = new Uint8Array(2 * size + 8)
  putAddress(header, 0, packet.family, packet.source)
  putAddress(header, size, packet.family, packet.destination)
  put32(header, 2 * size, length)
  put32(header, 2 * size + 4, protocolOf(packet))
  return ~internetChecksum(header) & 0xffff
}
const pseudoChecksum = (packet: IpPacket, bytes: Uint8Array): number => checksumOf(packet.family, packet.source, packet.destination, protocolOf(packet), bytes)
/** The checksum over a message and the pseudo header before it (RFC 793, 8200 8.1). */
export function checksumOf(family: IpVersion, source: bigint, destination: bigint, protocol: number, bytes: Uint8Array): number {
  const size = family === 'inet' ? 4 : 16
  const all = new Uint8Array(2 * size + 8 + bytes.length)
  putAddress(all, 0, family, source)
  putAddress(all, size, family, destination)
  put32(all, 2 * size, bytes.length)
  put32(all, 2 * size + 4, protocol)
  all.set(bytes, 2 * size + 8)
  return internetChecksum(all)
}

function tcpOptions(bytes: Uint8Array, packet: Extract<Payload, { readonly kind: 'tcp' }>): void {
  const { mss, sackPermitted, timestamps, windowScale } = packet.options
  let at = 20
  const option = (kind: number, size: number): number => {
    bytes[at] = kind
    bytes[at + 1] = size
    at += size
    return at - size + 2
  }
  if (mss !== undefined) put16(bytes, option(2, 4), mss)
  if (sackPermitted === true) option(4, 2)
  else if (timestamps !== undefined) {
    bytes.fill(1, at, at + 2)
    at += 2
  }
  if (timestamps !== undefined) {
    const data = option(8, 10)
    put32(bytes, data, timestamps[0])
    put32(bytes, data + 4, timestamps[1])
  }
  if (windowScale !== undefined) {
    bytes[at++] = 1
    bytes[option(3, 3)] = windowScale
  }
}

/** What is behind the IP header, of the whole packet. */
export function payloadBytes(packet: IpPacket): Uint8Array {
  const { payload, family } = packet
  const bytes = new Uint8Array(payloadLength(packet))
  switch (payload.kind) {
    case 'raw': return payload.data
    case 'udp':
      put16(bytes, 0, payload.sport)
      put16(bytes, 2, payload.dport)
      put16(bytes, 4, bytes.length)
      bytes.set(payload.data, 8)
      put16(bytes, 6, partialChecksum(packet, bytes.length))
      return bytes
    case 'tcp': {
      const header = 20 + tcpOptionsLength(payload.options)
      put16(bytes, 0, payload.sport)
      put16(bytes, 2, payload.dport)
      put32(bytes, 4, payload.seq)
      put32(bytes, 8, payload.ack)
      bytes[12] = (header / 4) << 4
      bytes[13] = payload.flags
      put16(bytes, 14, payload.window)
      tcpOptions(bytes, payload)
      bytes.set(payload.data, header)
      put16(bytes, 16, (payload.flags & TCP_RST) === 0 ? partialChecksum(packet, bytes.length) : pseudoChecksum(packet, bytes))
      return bytes
    }
    case 'ndp':
      bytes[0] = payload.type
      if (payload.type === 136) bytes[4] = (payload.solicited ? 0x40 : 0) | (payload.lladdr === undefined ? 0 : 0x20)
      putAddress(bytes, 8, 'inet6', payload.target)
      if (bytes.length > 24) {
        bytes[24] = payload.lladdr === undefined ? NONCE_OPTION : payload.type === 135 ? 1 : 2
        bytes[25] = 1
      }
      if (payload.lladdr !== undefined) bytes.set(macBytes(payload.lladdr), 26)
      put16(bytes, 2, pseudoChecksum(packet, bytes))
      return bytes
    case 'icmp':
      bytes[0] = payload.type
      bytes[1] = payload.code
      put16(bytes, 4, payload.id)
      put16(bytes, 6, payload.mtu ?? payload.sequence)
      bytes.set(payload.about === undefined ? payload.data : packetBytes(payload.about).subarray(0, bytes.length - 8), 8)
      put16(bytes, 2, family === 'inet' ? internetChecksum(bytes) : pseudoChecksum(packet, bytes))
      return bytes
  }
}

/** net.ipv6.auto_flowlabels: the same for all packets of a conversation. */
function flowLabel({ payload, source, destination }: IpPacket): number {
  if (payload.kind === 'ndp' || payload.kind === 'raw' || (payload.kind === 'icmp' && payload.type > 129)) return 0
  const ends = payload.kind === 'icmp' ? payload.id : payload.sport * 65536 + payload.dport
  const mixed = (source * 31n + destination) * 2654435761n + BigInt(ends) * 40503n
  return Number((mixed ^ (mixed >> 64n) ^ (mixed >> 20n)) & 0xfffffn)
}

/** A packet with its IP header; of a piece only its share. */
export function packetBytes(packet: IpPacket): Uint8Array {
  const { family, fragment } = packet
  const whole = payloadBytes(packet)
  const body = fragment === undefined ? whole : whole.subarray(fragment.offset, fragment.offset + fragment.length)
  const header = family === 'inet' ? 20 : fragment === undefined ? 40 : 48
  const bytes = new Uint8Array(header + body.length)
  bytes.set(body, header)
  if (family === 'inet') {
    bytes[0] = 0x45
    bytes[1] = packet.tos
    put16(bytes, 2, bytes.length)
    put16(bytes, 4, packet.ident)
    put16(bytes, 6, (packet.dontFragment ? 0x4000 : 0) | (fragment?.more === true ? 0x2000 : 0) | ((fragment?.offset ?? 0) >> 3))
    bytes[8] = packet.ttl
    bytes[9] = protocolOf(packet)
    putAddress(bytes, 12, family, packet.source)
    putAddress(bytes, 16, family, packet.destination)
    put16(bytes, 10, internetChecksum(bytes.subarray(0, 20)))
    return bytes
  }
  put32(bytes, 0, 0x60000000 + packet.tos * 0x100000 + flowLabel(packet))
  put16(bytes, 4, bytes.length - 40)
  bytes[6] = fragment === undefined ? protocolOf(packet) : FRAGMENT6
  bytes[7] = packet.ttl
  putAddress(bytes, 8, family, packet.source)
  putAddress(bytes, 24, family, packet.destination)
  if (fragment !== undefined) {
    bytes[40] = protocolOf(packet)
    put16(bytes, 42, fragment.offset | (fragment.more ? 1 : 0))
    put32(bytes, 44, packet.ident)
  }
  return bytes
}

function arpBytes(arp: Arp): Uint8Array {
  const bytes = new Uint8Array(28)
  bytes.set([0, 1, 8, 0, 6, 4, 0, arp.op === 'request' ? 1 : 2, ...macBytes(arp.senderMac)])
  putAddress(bytes, 14, 'inet', arp.senderIp)
  bytes.set(macBytes(arp.targetMac), 18)
  putAddress(bytes, 24, 'inet', arp.targetIp)
  return bytes
}

export const etherType = (frame: Frame): number => (frame.body.kind === 'arp' ? ETHERTYPE.arp : ETHERTYPE[frame.body.family])

/** An Ethernet frame. */
export function frameBytes(frame: Frame): Uint8Array {
  const body = frame.body.kind === 'arp' ? arpBytes(frame.body) : packetBytes(frame.body)
  const header = [...macBytes(frame.destination), ...macBytes(frame.source)]
  const type = etherType(frame)
  if (frame.vlan !== undefined) header.push(ETHERTYPE.vlan >> 8, ETHERTYPE.vlan & 0xff, frame.vlan.id >> 8, frame.vlan.id & 0xff)
  header.push(type >> 8, type & 0xff)
  const bytes = new Uint8Array(header.length + body.length)
  bytes.set(header)
  bytes.set(body, header.length)
  return bytes
}

/** What a program hands over as the inside of an IP packet, as far as it makes sense; else it stays bytes. */
export function parsePayload(family: IpVersion, protocol: number, bytes: Uint8Array): Payload {
  if (protocol === (family === 'inet' ? 1 : 58) && bytes.length >= 8) {
    return { kind: 'icmp', type: bytes[0], code: bytes[1], id: get16(bytes, 4), sequence: get16(bytes, 6), data: bytes.slice(8) }
  }
  if (protocol === 17 && bytes.length >= 8) return { kind: 'udp', sport: get16(bytes, 0), dport: get16(bytes, 2), data: bytes.slice(8) }
  const header = (bytes[12] ?? 0) >> 4
  if (protocol === 6 && bytes.length >= 20 && bytes.length >= header * 4) {
    return {
      kind: 'tcp', sport: get16(bytes, 0), dport: get16(bytes, 2), seq: get32(bytes, 4), ack: get32(bytes, 8), flags: bytes[13] & 0x3f, window: get16(bytes, 14), options: {},
      data: bytes.slice(header * 4),
    }
  }
  return { kind: 'raw', protocol, data: bytes.slice() }
}

/** An IPv4 or IPv6 packet given as bytes (IP_HDRINCL, tun, packet sockets); undefined if it is none. */
export function parsePacket(bytes: Uint8Array, id: number): IpPacket | undefined {
  const version = (bytes[0] ?? 0) >> 4
  const common = { kind: 'ip', id, dontFragment: false, ident: 0, mark: 0 } as const
  if (version === 4 && bytes.length >= 20) {
    const header = (bytes[0] & 15) * 4
    return {
      ...common, family: 'inet', tos: bytes[1], ident: get16(bytes, 4), dontFragment: (bytes[6] & 0x40) !== 0, ttl: bytes[8], source: getAddress(bytes, 12, 'inet'),
      destination: getAddress(bytes, 16, 'inet'), payload: parsePayload('inet', bytes[9], bytes.subarray(header, get16(bytes, 2))),
    }
  }
  if (version === 6 && bytes.length >= 40) {
    return {
      ...common, family: 'inet6', tos: (get16(bytes, 0) >> 4) & 0xff, ttl: bytes[7], source: getAddress(bytes, 8, 'inet6'), destination: getAddress(bytes, 24, 'inet6'),
      payload: parsePayload('inet6', bytes[6], bytes.subarray(40, 40 + get16(bytes, 4))),
    }
  }
  return undefined
}

/** An Ethernet frame given as bytes; undefined if it holds neither ARP nor IP. */
export function parseFrame(bytes: Uint8Array, id: number): Frame | undefined {
  if (bytes.length < 14) return undefined
  const isTagged = get16(bytes, 12) === ETHERTYPE.vlan
  const start = isTagged ? 18 : 14
  const type = get16(bytes, start - 2)
  const inner = bytes.subarray(start)
  const body = type === ETHERTYPE.arp ? parseArp(inner, id) : type === ETHERTYPE.inet || type === ETHERTYPE.inet6 ? parsePacket(inner, id) : undefined
  if (body === undefined) return undefined
  return { source: macText(bytes, 6), destination: macText(bytes, 0), body, ...(isTagged ? { vlan: { id: get16(bytes, 14) & 0xfff } } : {}) }
}
function parseArp(bytes: Uint8Array, id: number): Arp | undefined {
  if (bytes.length < 28) return undefined
  return {
    kind: 'arp', id, op: bytes[7] === 2 ? 'reply' : 'request', senderMac: macText(bytes, 8), senderIp: getAddress(bytes, 14, 'inet'), targetMac: macText(bytes, 18), targetIp: getAddress(bytes, 24, 'inet'),
  }
}
