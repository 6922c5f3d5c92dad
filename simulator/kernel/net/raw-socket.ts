// Raw sockets (net/ipv4/raw.c, net/ipv6/raw.c, raw(7)): packets of one IP protocol as bytes. IPv4 reads them with their header.
import { CAP_NET_RAW } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import type { IpVersion } from '../../lib/ip.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { Task } from '../task.ts'
import { DatagramSocket } from './datagram-socket.ts'
import { IPPROTO_ICMP, IPPROTO_ICMPV6 } from './icmp-packet.ts'
import type { Target } from './inet-socket.ts'
import { routeOutput, sendPacket } from './ip-output.ts'
import type { IpPacket } from './packet.ts'
import { nextPacketId } from './packet-id.ts'
import { packetBytes, parsePacket, parsePayload, payloadBytes } from './wire.ts'

export const IPPROTO_RAW = 255
const HEADERS = 20

export class RawSocket extends DatagramSocket {
  /** Throws EPERM without CAP_NET_RAW, EPROTONOSUPPORT for protocol 0. */
  constructor(task: Task, family: IpVersion, protocol: number) {
    const { net } = task.nsproxy
    if (net.owner === undefined || !nsCapable(task, net.owner, CAP_NET_RAW)) throw Errno.EPERM
    if (protocol === 0) throw Errno.EPROTONOSUPPORT
    super(task, family, 'raw', protocol)
    let all = this.net.inet.raw.get(protocol)
    if (all === undefined) this.net.inet.raw.set(protocol, (all = new Set()))
    all.add(this)
    this.local = { ...this.local, port: protocol }
  }
  protected override get ports(): undefined {
    return undefined
  }
  override bind(task: Task, addr: SockAddr): void {
    this.local = { ...this.local, port: 0 }
    try {
      super.bind(task, addr)
    } finally {
      this.local = { ...this.local, port: this.protocol }
    }
  }
  override connect(_task: Task, addr: SockAddr): 0 {
    this.connectTo(this.destination(addr))
    return 0
  }
  override send(_task: Task, data: Uint8Array, _flags: number, addr: SockAddr | undefined): number {
    const to: Target | undefined = addr === undefined ? (this.peer === undefined ? undefined : { ...this.peer, scope: undefined }) : this.destination(addr)
    if (to === undefined) throw Errno.EDESTADDRREQ
    this.checkLength(data.length, HEADERS)
    this.throwPendingError()
    if (this.family === 'inet' && (this.protocol === IPPROTO_RAW || this.options.get('IP_HDRINCL') === 1)) this.#sendWhole(to, data)
    else {
      const payload = parsePayload(this.family, this.protocol, data)
      if (payload.kind === 'icmp') this.net.inet.count(`${this.family === 'inet' ? 'Icmp' : 'Icmp6'} OutType${payload.type}`)
      this.sendPayload(to, payload)
    }
    return data.length
  }
  /** raw_send_hdrinc: the program has made the IP header itself. */
  #sendWhole(to: Target, data: Uint8Array): void {
    const packet = parsePacket(data, nextPacketId(this.kernel))
    if (packet === undefined) throw Errno.EINVAL
    const key = { device: this.device, mark: this.mark, tos: this.tos }
    const route = routeOutput(this.net, 'inet', to.address, key)
    sendPacket(this.net, { ...packet, source: packet.source === 0n ? route.source : packet.source, mark: this.mark }, route, key, this)
  }
  /** ICMP_FILTER: a mask of the types that don't get through. ICMPV6_FILTER: the list of those that do. */
  #isFiltered({ payload }: IpPacket): boolean {
    if (payload.kind !== 'icmp' && payload.kind !== 'ndp') return false
    if (this.protocol === IPPROTO_ICMPV6) {
      const passed = this.options.get('ICMPV6_FILTER')
      return Array.isArray(passed) && !passed.includes(payload.type)
    }
    const mask = this.options.get('ICMP_FILTER')
    return this.protocol === IPPROTO_ICMP && typeof mask === 'number' && payload.type < 32 && ((mask >>> payload.type) & 1) === 1
  }
  protected override content(packet: IpPacket): Uint8Array | undefined {
    if (this.#isFiltered(packet)) return undefined
    return this.family === 'inet' ? packetBytes(packet) : payloadBytes(packet)
  }
  protected override quoted(about: IpPacket): Uint8Array {
    return payloadBytes(about)
  }
  override close(): void {
    this.net.inet.raw.get(this.protocol)?.delete(this)
    super.close()
  }
}
