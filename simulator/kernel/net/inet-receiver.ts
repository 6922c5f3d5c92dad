// What the protocols need of a socket that packets or errors come to: the half of inet-socket.ts that ip-input.ts and its like may know.
import type { Errno } from '../../abi/errno.ts'
import type { PortHolder } from './inet-ports.ts'
import type { NetDevice } from './net-device.ts'
import type { IpPacket, Tcp } from './packet.ts'

/** Bad news about a packet a socket had sent (struct sock_extended_err). */
export interface IcmpError {
  readonly errno: Errno
  /** Final: the packet will never arrive. Others (host unreachable) may pass, and only reach sockets that ask for them (IP_RECVERR). */
  readonly isHard: boolean
  readonly type: number
  readonly code: number
  /** The MTU, for EMSGSIZE. */
  readonly info: number
  /** Who says so. */
  readonly offender: bigint
  /** The packet it is about, as the offender quotes it. */
  readonly about: IpPacket
}

export interface InetSocketLike extends PortHolder {
  /** A packet for this socket; `data` is what a read of it shows. */
  packetArrived(packet: IpPacket, device: NetDevice): void
  errorArrived(error: IcmpError): void
}

/** What the protocol asks of TCP's sockets besides. */
export interface TcpSocketLike extends InetSocketLike {
  /** A connection in TIME-WAIT makes room for the new one that the segment begins. */
  yieldsTo(segment: Tcp): boolean
  netnsEnds(): void
}
