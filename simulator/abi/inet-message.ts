// What recvmsg(2) gives on an Internet or packet socket: the data, who sent it, and what the control messages (cmsg) say. With MSG_ERRQUEUE an error and the packet it is about.
import type { Errno } from './errno.ts'
import type { SockAddr } from './syscalls.ts'

export const MSG_PEEK = 2, MSG_TRUNC = 0x20, MSG_DONTWAIT = 0x40, MSG_ERRQUEUE = 0x2000, MSG_NOSIGNAL = 0x4000

/** struct sock_extended_err */
export interface SocketError {
  readonly errno: Errno
  readonly origin: 'local' | 'icmp' | 'icmp6'
  readonly type: number
  readonly code: number
  /** The MTU of EMSGSIZE. */
  readonly info: number
  /** Who says so (SO_EE_OFFENDER). */
  readonly offender: SockAddr | undefined
}

/** sll_pkttype of packet(7). */
export const PACKET_HOST = 0, PACKET_BROADCAST = 1, PACKET_MULTICAST = 2, PACKET_OTHERHOST = 3, PACKET_OUTGOING = 4
export const ETH_P_ALL = 3

export interface InetMessage {
  readonly data: Uint8Array
  /** MSG_TRUNC: there was more. */
  readonly isTruncated: boolean
  readonly addr: SockAddr | undefined
  /** IP_TTL, IPV6_HOPLIMIT */
  readonly ttl: number
  readonly tos: number
  /** IP_PKTINFO: which address of ours it came to, by which device. */
  readonly destination: string
  readonly ifindex: number
  /** SO_TIMESTAMP: milliseconds since 1970, with fractions. */
  readonly timeMs: number
  readonly error?: SocketError
}
