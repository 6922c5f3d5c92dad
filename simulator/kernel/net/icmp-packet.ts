// ICMP and IPv4 packets as bytes (RFC 791, 792, 4443): echo requests, the replies to them, the Internet checksum.

export const IPPROTO_ICMP = 1, IPPROTO_UDP = 17, IPPROTO_ICMPV6 = 58
export const ICMP_ECHOREPLY = 0, ICMP_ECHO = 8, ICMPV6_ECHO_REQUEST = 128, ICMPV6_ECHO_REPLY = 129

/** The ones' complement of the ones' complement sum of 16-bit words. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
function withChecksum(bytes: Uint8Array, at: number): Uint8Array {
  bytes[at] = bytes[at + 1] = 0
  const sum = internetChecksum(bytes)
  bytes[at] = sum >> 8
  bytes[at + 1] = sum & 0xff
  return bytes
}

/** The reply to an echo request: the same message with another type. undefined if it is no echo request. */
export function echoReply(request: Uint8Array, isV6: boolean): Uint8Array | undefined {
  if (request.length < 8 || request[0] !== (isV6 ? ICMPV6_ECHO_REQUEST : ICMP_ECHO)) return undefined
  const reply = request.slice()
  reply[0] = isV6 ? ICMPV6_ECHO_REPLY : ICMP_ECHOREPLY
  return withChecksum(reply, 2)
}

/** Puts an IPv4 header before a payload, as raw sockets read it. */
export function ipv4Packet(payload: Uint8Array, protocol: number, ttl: number, source: number, destination: number): Uint8Array {
  const packet = new Uint8Array(20 + payload.length)
  packet.set(payload, 20)
  const header = new DataView(packet.buffer)
  header.setUint8(0, 0x45)
  header.setUint16(2, packet.length)
  header.setUint8(8, ttl)
  header.setUint8(9, protocol)
  header.setUint32(12, source)
  header.setUint32(16, destination)
  packet.set(withChecksum(packet.slice(0, 20), 10))
  return packet
}
