// sock_diag(7) as typed messages, on a socket('netlink', 'raw', NETLINK_SOCK_DIAG): what sockets there are in the netlink socket's network namespace.
// A request is answered by one message for each socket and NLMSG_DONE, or by NLMSG_ERROR. Addresses are text.
import type { Errno } from './errno.ts'

export type SockDiagRequest =
  /** States as bits: 1 << number (abi/tcp.ts; unconnected datagram sockets are CLOSED). */
  | { readonly type: 'SOCK_DIAG_BY_FAMILY'; readonly family: 'inet' | 'inet6'; readonly protocol: 'tcp' | 'udp' | 'raw' | 'icmp'; readonly states: number }
  | { readonly type: 'SOCK_DIAG_BY_FAMILY'; readonly family: 'unix'; readonly states: number }
  | { readonly type: 'SOCK_DIAG_BY_FAMILY'; readonly family: 'netlink' }
  /** Ends a connection as if by a reset (needs CAP_NET_ADMIN). */
  | { readonly type: 'SOCK_DESTROY'; readonly socket: InetDiag }

export interface SkMemInfo {
  readonly receiveQueue: number
  readonly receiveBuffer: number
  readonly sendQueue: number
  readonly sendBuffer: number
  readonly drops: number
}
/** struct tcp_info; times in microseconds unless said otherwise. */
export interface TcpInfo {
  readonly timestamps: boolean
  readonly sack: boolean
  /** What the peer's windows and ours are shifted by; undefined without scaling. */
  readonly windowScale: readonly [peer: number, own: number] | undefined
  readonly rto: number
  readonly backoff: number
  readonly rtt: number
  readonly rttvar: number
  readonly minRtt: number
  readonly sendMss: number
  readonly receiveMss: number
  readonly advertisedMss: number
  readonly pathMtu: number
  readonly cwnd: number
  /** undefined: none yet */
  readonly ssthresh: number | undefined
  readonly bytesSent: number
  readonly bytesRetransmitted: number
  readonly bytesAcked: number
  readonly bytesReceived: number
  readonly segsOut: number
  readonly segsIn: number
  readonly dataSegsOut: number
  readonly dataSegsIn: number
  /** Milliseconds since then. */
  readonly lastDataSent: number
  readonly lastDataReceived: number
  readonly lastAckReceived: number
  readonly unacked: number
  readonly retransmitsTotal: number
  readonly delivered: number
  readonly notSent: number
  readonly receiveSpace: number
  readonly receiveThreshold: number
  readonly sendWindow: number
}
export interface InetDiag {
  readonly kind: 'inet'
  readonly family: 'inet' | 'inet6'
  readonly protocol: 'tcp' | 'udp' | 'raw' | 'icmp'
  readonly state: number
  readonly local: string
  /** For raw sockets the protocol number. */
  readonly localPort: number
  readonly remote: string
  readonly remotePort: number
  /** SO_BINDTODEVICE */
  readonly ifindex: number
  /** Bytes, or for listeners connections that wait and how many may. */
  readonly receiveQueue: number
  readonly sendQueue: number
  readonly uid: number
  readonly inode: number
  readonly cookie: number
  readonly mark: number
  readonly v6only: boolean
  /** 1: no more receiving, 2: no more sending */
  readonly shutdown: number
  /** What is timed: 1 retransmission, 3 TIME-WAIT, 4 a closed window; milliseconds left; how often it has failed. */
  readonly timer: { readonly kind: number; readonly expires: number; readonly retransmits: number } | undefined
  readonly memory: SkMemInfo
  readonly info: TcpInfo | undefined
}
export interface UnixDiag {
  readonly kind: 'unix'
  /** 1 stream, 2 dgram, 5 seqpacket */
  readonly type: number
  readonly state: number
  readonly inode: number
  /** A path, or `@…` for an abstract name. */
  readonly name: string | undefined
  readonly peerInode: number
  readonly receiveQueue: number
  readonly sendQueue: number
  readonly shutdown: number
  /** The inode a path is bound to. */
  readonly vfs: { readonly ino: number; readonly dev: number } | undefined
}
export interface NetlinkDiag {
  readonly kind: 'netlink'
  readonly protocol: number
  /** 0: the kernel's own end. */
  readonly portId: number
  readonly receiveQueue: number
}
export type SockDiagReply =
  | { readonly type: 'SOCK_DIAG_BY_FAMILY'; readonly socket: InetDiag | UnixDiag | NetlinkDiag }
  | { readonly type: 'NLMSG_DONE' | 'NLMSG_ERROR'; readonly errno: Errno | undefined }
export type SockDiagDatagram = readonly SockDiagReply[]
