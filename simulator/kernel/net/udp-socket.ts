// UDP sockets (net/ipv4/udp.c, udp(7)).
import { Errno } from '../../abi/errno.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import type { IpVersion } from '../../lib/ip.ts'
import type { Task } from '../task.ts'
import { DatagramSocket } from './datagram-socket.ts'
import type { PortTable } from './inet-ports.ts'
import type { InetSocketLike } from './inet-receiver.ts'
import type { IpPacket } from './packet.ts'

export const IPPROTO_UDP = 17
const HEADERS = 28

export class UdpSocket extends DatagramSocket {
  constructor(task: Task, family: IpVersion) {
    super(task, family, 'dgram', IPPROTO_UDP)
  }
  protected override get ports(): PortTable<InetSocketLike> {
    return this.net.inet.udp
  }
  override connect(_task: Task, addr: SockAddr): 0 {
    this.connectTo(this.destination(addr))
    return 0
  }
  override send(_task: Task, data: Uint8Array, _flags: number, addr: SockAddr | undefined): number {
    const to = addr === undefined ? (this.peer === undefined ? undefined : { ...this.peer, scope: undefined }) : this.destination(addr)
    if (to === undefined) throw Errno.EDESTADDRREQ
    if (to.port === 0) throw Errno.EINVAL
    this.checkLength(data.length, HEADERS)
    this.throwPendingError()
    this.ensurePort()
    this.sendPayload(to, { kind: 'udp', sport: this.local.port, dport: to.port, data: data.slice() })
    this.net.inet.count('Udp OutDatagrams')
    return data.length
  }
  override shutdown(_task: Task, how: number): void {
    if (this.peer === undefined) throw Errno.ENOTCONN
    if (how !== 1) this.isReceiveShut = true
    this.changed.wakeAll()
  }
  protected override content({ payload }: IpPacket): Uint8Array | undefined {
    return payload.kind === 'udp' ? payload.data : undefined
  }
  protected override sourcePort({ payload }: IpPacket): number {
    return payload.kind === 'udp' ? payload.sport : 0
  }
  protected override quoted({ payload }: IpPacket): Uint8Array {
    return payload.kind === 'udp' ? payload.data : new Uint8Array(0)
  }
}
