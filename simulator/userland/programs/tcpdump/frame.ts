// One captured frame, its bytes, and reading numbers and addresses out of them.
import { formatIpv4, formatIpv6 } from '../../../lib/ip.ts'

export const ETHERTYPE_IP = 0x0800, ETHERTYPE_ARP = 0x0806, ETHERTYPE_VLAN = 0x8100, ETHERTYPE_IP6 = 0x86dd
export const PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58
const ETH_HLEN = 14, FRAGMENT6 = 44, HOP_BY_HOP = 0

export interface Captured {
  /** The whole frame with its Ethernet header; undefined where that was left out (`-i any`). */
  readonly frame: Uint8Array | undefined
  readonly etherType: number
  readonly vlan: number | undefined
  /** What is behind the link's header. */
  readonly network: Uint8Array
  /** Milliseconds since 1970. */
  readonly timeMs: number
  readonly interfaceName: string
  readonly pktType: number
}

export const u8 = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0
export const u16 = (bytes: Uint8Array, at: number): number => (u8(bytes, at) << 8) | u8(bytes, at + 1)
export const u32 = (bytes: Uint8Array, at: number): number => ((u16(bytes, at) << 16) | u16(bytes, at + 2)) >>> 0
export const ipv4At = (bytes: Uint8Array, at: number): string => formatIpv4(u32(bytes, at))
export const ipv6At = (bytes: Uint8Array, at: number): string => {
  let value = 0n
  for (let i = 0; i < 16; i++) value = (value << 8n) | BigInt(u8(bytes, at + i))
  return formatIpv6(value)
}
export const macAt = (bytes: Uint8Array, at: number): string => [...bytes.subarray(at, at + 6)].map((b) => b.toString(16).padStart(2, '0')).join(':')

/** A frame as a raw packet socket reads it. */
export function fromEthernet(frame: Uint8Array, rest: Pick<Captured, 'timeMs' | 'interfaceName' | 'pktType'>): Captured {
  const isTagged = u16(frame, 12) === ETHERTYPE_VLAN
  const start = isTagged ? ETH_HLEN + 4 : ETH_HLEN
  return { ...rest, frame, etherType: u16(frame, start - 2), vlan: isTagged ? u16(frame, 14) & 0xfff : undefined, network: frame.subarray(start) }
}

/** The parts of an IP packet; undefined if it is none. */
export interface IpParts {
  readonly version: 4 | 6
  readonly source: string
  readonly destination: string
  readonly protocol: number
  /** Behind all headers of IP. */
  readonly payload: Uint8Array
  /** Where the piece starts, in bytes; 0 for a whole packet. */
  readonly offset: number
  readonly hasMore: boolean
  readonly isFragment: boolean
  /** Bytes of IPv6's extension headers before the payload. */
  readonly hasHopByHop: boolean
}
export function ipParts(etherType: number, bytes: Uint8Array): IpParts | undefined {
  if (etherType === ETHERTYPE_IP && bytes.length >= 20) {
    const header = (bytes[0] & 15) * 4
    const place = u16(bytes, 6)
    return {
      version: 4, source: ipv4At(bytes, 12), destination: ipv4At(bytes, 16), protocol: bytes[9], payload: bytes.subarray(header, Math.max(header, u16(bytes, 2))), offset: (place & 0x1fff) * 8,
      hasMore: (place & 0x2000) !== 0, isFragment: (place & 0x3fff) !== 0, hasHopByHop: false,
    }
  }
  if (etherType !== ETHERTYPE_IP6 || bytes.length < 40) return undefined
  let protocol = bytes[6]
  let at = 40
  let offset = 0
  let hasMore = false
  let isFragment = false
  let hasHopByHop = false
  if (protocol === HOP_BY_HOP) {
    hasHopByHop = true
    protocol = u8(bytes, at)
    at += (u8(bytes, at + 1) + 1) * 8
  }
  if (protocol === FRAGMENT6) {
    isFragment = true
    offset = u16(bytes, at + 2) & 0xfff8
    hasMore = (u16(bytes, at + 2) & 1) !== 0
    protocol = u8(bytes, at)
    at += 8
  }
  return { version: 6, source: ipv6At(bytes, 8), destination: ipv6At(bytes, 24), protocol, payload: bytes.subarray(at, 40 + u16(bytes, 4)), offset, hasMore, isFragment, hasHopByHop }
}

export function checksum(bytes: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | u8(bytes, i + 1)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
/** The checksum that TCP, UDP and ICMPv6 should have, with the pseudo header. `at`: where it stands in the payload. */
export function properChecksum(bytes: Uint8Array, ip: IpParts, at: number): number {
  const addresses = ip.version === 4 ? bytes.subarray(12, 20) : bytes.subarray(8, 40)
  const all = new Uint8Array(addresses.length + 8 + ip.payload.length)
  all.set(addresses)
  const view = new DataView(all.buffer)
  view.setUint32(addresses.length, ip.payload.length)
  view.setUint32(addresses.length + 4, ip.protocol)
  all.set(ip.payload, addresses.length + 8)
  view.setUint16(addresses.length + 8 + at, 0)
  return checksum(all)
}
