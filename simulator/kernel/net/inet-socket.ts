// Internet sockets without a network stack behind them (net/ipv4/{ping,raw,datagram}.c): ICMP echo to one's own addresses, and datagram sockets that can be
// connected to learn the route and the source address. What would have to cross a device is silently lost on the wire that nobody answers on (a physical
// card), and EOPNOTSUPP anywhere else.
import { CAP_NET_BIND_SERVICE, CAP_NET_RAW } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { RTN_LOCAL } from '../../abi/netlink.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import { formatIp, type IpVersion, parseIp } from '../../lib/ip.ts'
import { NSEC_PER_USEC } from '../clock.ts'
import { fromKgid } from '../cred/ids.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { Task } from '../task.ts'
import { type KFlow, WaitQueue } from '../wait-queue.ts'
import { echoReply, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_UDP, ipv4Packet } from './icmp-packet.ts'
import type { NetNamespace } from './net-namespace.ts'
import { chooseRoute } from './route-choice.ts'
import { MSG_DONTWAIT, type Received, Socket } from './socket.ts'

type InetAddress = Extract<SockAddr, { readonly family: 'inet' | 'inet6' }>
const LOOPBACK_DELAY = 40 * NSEC_PER_USEC
const FIRST_FREE_PORT = 1024

/** ping_init_sock: unprivileged ICMP sockets are for the groups of net.ipv4.ping_group_range. */
function mayPing(task: Task, net: NetNamespace): boolean {
  const [low, high] = net.sysctls.get('net/ipv4/ping_group_range').split(/\s+/).map(Number)
  return [task.cred.egid, ...task.cred.groups].some((g) => {
    const gid = fromKgid(net.owner ?? task.kernel.initUserNs, g)
    return gid !== undefined && gid >= low && gid <= high
  })
}

export class InetSocket extends Socket {
  readonly net: NetNamespace
  readonly #family: IpVersion
  readonly #isRaw: boolean
  readonly #isIcmp: boolean
  #local: InetAddress
  #peer: InetAddress | undefined
  readonly #queue: Received[] = []
  readonly #readable = new WaitQueue()
  #isClosed = false

  /** Throws EPERM (raw without CAP_NET_RAW), EACCES (ping_group_range), EPROTONOSUPPORT, EOPNOTSUPP (stream). */
  constructor(task: Task, family: IpVersion, type: string, protocol: number) {
    super(task.kernel)
    this.net = task.nsproxy.net
    this.#family = family
    this.#isRaw = type === 'raw'
    this.#isIcmp = protocol === (family === 'inet' ? IPPROTO_ICMP : IPPROTO_ICMPV6)
    if (type === 'stream') throw Errno.EOPNOTSUPP
    if (this.#isRaw && (this.net.owner === undefined || !nsCapable(task, this.net.owner, CAP_NET_RAW))) throw Errno.EPERM
    if (!this.#isIcmp && (this.#isRaw || (protocol !== 0 && protocol !== IPPROTO_UDP))) throw Errno.EPROTONOSUPPORT
    if (this.#isIcmp && !this.#isRaw && !mayPing(task, this.net)) throw Errno.EACCES
    this.#local = { family, addr: family === 'inet' ? '0.0.0.0' : '::', port: 0 }
    this.net.hold('socket')
  }

  #number(addr: SockAddr): bigint {
    if (addr.family !== this.#family) throw Errno.EAFNOSUPPORT
    const value = parseIp(this.#family, addr.addr)
    if (value === undefined) throw Errno.EINVAL
    return value
  }

  override bind(task: Task, addr: SockAddr): void {
    const value = this.#number(addr)
    if (addr.family !== 'inet' && addr.family !== 'inet6') throw Errno.EINVAL
    const own = value === 0n || this.net.routes.lookup(this.#family, value)?.type === RTN_LOCAL
    if (!own) throw Errno.EADDRNOTAVAIL
    const first = this.net.sysctls.getNumber('net/ipv4/ip_unprivileged_port_start')
    if (addr.port > 0 && addr.port < Math.min(first, FIRST_FREE_PORT) && (this.net.owner === undefined || !nsCapable(task, this.net.owner, CAP_NET_BIND_SERVICE))) throw Errno.EACCES
    this.#local = addr
  }
  override connect(_task: Task, addr: SockAddr): 0 {
    const { source } = chooseRoute(this.net, this.#family, this.#number(addr))
    if (addr.family !== 'inet' && addr.family !== 'inet6') throw Errno.EINVAL
    if (source !== undefined) this.#local = { ...this.#local, addr: formatIp(this.#family, source) }
    this.#peer = addr
    return 0
  }

  override send(_task: Task, data: Uint8Array, _flags: number, addr: SockAddr | undefined): number {
    const to = addr ?? this.#peer
    if (to === undefined) throw Errno.EDESTADDRREQ
    const destination = this.#number(to)
    const { route, device } = chooseRoute(this.net, this.#family, destination)
    if (route.type !== RTN_LOCAL) {
      if (device?.kind === 'physical') return data.length
      throw Errno.EOPNOTSUPP
    }
    if (!this.#isIcmp) throw Errno.EOPNOTSUPP
    const reply = echoReply(data, this.#family === 'inet6')
    const { loopback } = this.net
    if (reply !== undefined && loopback.isUp) {
      for (const counters of [loopback.tx, loopback.rx]) {
        counters.packets += 2
        counters.bytes += 2 * (data.length + 20)
      }
      this.kernel.clock.at(this.kernel.clock.now + LOOPBACK_DELAY, () => this.#deliver(reply, destination))
    }
    return data.length
  }

  #deliver(message: Uint8Array, from: bigint): void {
    if (this.#isClosed) return
    const ttl = this.net.sysctls.getNumber('net/ipv4/ip_default_ttl')
    const data = this.#isRaw && this.#family === 'inet' ? ipv4Packet(message, IPPROTO_ICMP, ttl, Number(from), Number(from)) : message
    this.#queue.push({ data, addr: { family: this.#family, addr: formatIp(this.#family, from), port: 0 } })
    this.#readable.wakeAll()
  }
  override *receive(_task: Task, count: number, flags: number): KFlow<Received> {
    for (;;) {
      const next = this.#queue.shift()
      if (next !== undefined) return { ...next, data: next.data.subarray(0, count) }
      if ((flags & MSG_DONTWAIT) !== 0) throw Errno.EAGAIN
      yield this.#readable
    }
  }

  localAddress(): SockAddr {
    return this.#local
  }
  override peerAddress(): SockAddr {
    if (this.#peer === undefined) throw Errno.ENOTCONN
    return this.#peer
  }
  override get available(): number {
    return this.#queue[0]?.data.length ?? 0
  }
  poll(): number {
    return POLLOUT | (this.#queue.length > 0 ? POLLIN : 0)
  }
  pollQueues(): readonly WaitQueue[] {
    return [this.#readable]
  }
  close(): void {
    this.#isClosed = true
    this.net.release('socket')
  }
}
