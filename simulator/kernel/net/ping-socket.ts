// ICMP echo for everybody (net/ipv4/ping.c, icmp(7)): datagram sockets that may send echo requests and get the answers to them; their port is the identifier.
import { Errno } from '../../abi/errno.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import type { IpVersion } from '../../lib/ip.ts'
import { fromKgid } from '../cred/ids.ts'
import type { Task } from '../task.ts'
import { DatagramSocket } from './datagram-socket.ts'
import { ICMP_ECHO, ICMPV6_ECHO_REQUEST, IPPROTO_ICMP, IPPROTO_ICMPV6 } from './icmp-packet.ts'
import type { PortTable } from './inet-ports.ts'
import type { InetSocketLike } from './inet-receiver.ts'
import type { NetNamespace } from './net-namespace.ts'
import type { IpPacket } from './packet.ts'
import { parsePayload, payloadBytes } from './wire.ts'

const HEADERS = 20

/** ping_init_sock: for the groups of net.ipv4.ping_group_range. */
function mayPing(task: Task, net: NetNamespace): boolean {
  const [low, high] = net.sysctls.get('net/ipv4/ping_group_range').split(/\s+/).map(Number)
  return [task.cred.egid, ...task.cred.groups].some((g) => {
    const gid = fromKgid(net.owner ?? task.kernel.initUserNs, g)
    return gid !== undefined && gid >= low && gid <= high
  })
}

export class PingSocket extends DatagramSocket {
  /** Throws EACCES for groups outside net.ipv4.ping_group_range. */
  constructor(task: Task, family: IpVersion) {
    if (!mayPing(task, task.nsproxy.net)) throw Errno.EACCES
    super(task, family, 'dgram', family === 'inet' ? IPPROTO_ICMP : IPPROTO_ICMPV6)
  }
  protected override get ports(): PortTable<InetSocketLike> {
    return this.net.inet.ping
  }
  override connect(_task: Task, addr: SockAddr): 0 {
    this.connectTo(this.destination(addr))
    return 0
  }
  override send(_task: Task, data: Uint8Array, _flags: number, addr: SockAddr | undefined): number {
    const to = addr === undefined ? (this.peer === undefined ? undefined : { ...this.peer, scope: undefined }) : this.destination(addr)
    if (to === undefined) throw Errno.EDESTADDRREQ
    this.checkLength(data.length, HEADERS)
    const payload = parsePayload(this.family, this.protocol, data)
    if (payload.kind !== 'icmp' || payload.code !== 0 || payload.type !== (this.family === 'inet' ? ICMP_ECHO : ICMPV6_ECHO_REQUEST)) throw Errno.EINVAL
    this.throwPendingError()
    this.ensurePort()
    this.net.inet.count(`${this.family === 'inet' ? 'Icmp' : 'Icmp6'} OutType${payload.type}`)
    this.sendPayload(to, { ...payload, id: this.local.port })
    return data.length
  }
  protected override content(packet: IpPacket): Uint8Array | undefined {
    return packet.payload.kind === 'icmp' ? payloadBytes(packet) : undefined
  }
}
