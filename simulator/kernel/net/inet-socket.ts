// Internet sockets (net/ipv4/af_inet.c, net/ipv6/af_inet6.c; ip(7), socket(7)): what TCP, UDP, ping and raw sockets have in common. Addresses and ports and who may
// have them, the options, the errors that come back. An IPv6 socket talks IPv4 by mapped addresses unless IPV6_V6ONLY.
import { CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_RAW } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import type { SocketError } from '../../abi/inet-message.ts'
import { RTN_BROADCAST, RTN_LOCAL } from '../../abi/netlink.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import { formatIp, type IpVersion, isMappedIpv4, parseIp } from '../../lib/ip.ts'
import { NSEC_PER_SEC } from '../clock.ts'
import type { Kgid, Kuid } from '../cred/ids.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../task.ts'
import { WaitQueue } from '../wait-queue.ts'
import type { Endpoint, PortTable } from './inet-ports.ts'
import type { IcmpError, InetSocketLike } from './inet-receiver.ts'
import { type OutgoingPacket, routeOutput, sendIp } from './ip-output.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import type { IpPacket, Payload } from './packet.ts'
import { isLinkLocal6, isMulticast } from './route-choice.ts'
import { Socket } from './socket.ts'

export type InetType = 'stream' | 'dgram' | 'raw'
const LOOPBACK: Readonly<Record<IpVersion, bigint>> = { inet: 0x7f000001n, inet6: 1n }
const IPV4_MASK = 0xffffffffn
/** ::ffff:0:0 */
const MAPPED_PREFIX = 0xffffn << 32n
const ERROR_QUEUE_LIMIT = 64
const TYPE_NUMBERS: Readonly<Record<InetType, number>> = { stream: 1, dgram: 2, raw: 3 }

/** Where something goes: the address, and the device where that was named (scope of a link-local address). */
export interface Target extends Endpoint {
  readonly scope: NetDevice | undefined
}

/** What a socket keeps of its maker's credentials (file->f_cred), for netfilter. */
export interface SocketCred {
  readonly fsuid: Kuid
  readonly fsgid: Kgid
  readonly groups: readonly Kgid[]
}
/** Whose socket it is: a task, or for a connection that a listener was asked for, the listener. */
export interface SocketMaker {
  readonly kernel: Kernel
  readonly nsproxy: { readonly net: NetNamespace }
  readonly cred: SocketCred
}

export abstract class InetSocket extends Socket implements InetSocketLike {
  readonly net: NetNamespace
  readonly family: IpVersion
  readonly type: InetType
  readonly protocol: number
  readonly cred: SocketCred
  readonly uid: Kuid
  local: Endpoint
  peer: Endpoint | undefined
  device: NetDevice | undefined
  isV6Only: boolean
  reuseAddress = false
  reusePort = false
  isListening = false
  ttl: number | undefined
  tos = 0
  mark = 0
  dontFragment: boolean | undefined
  /** SO_RCVTIMEO, SO_SNDTIMEO in nanoseconds; undefined: forever. */
  receiveTimeout: number | undefined
  sendTimeout: number | undefined
  mayBroadcast = false
  /** sk_err: the next call fails with it. */
  protected error: Errno | undefined
  /** IP_RECVERR: what MSG_ERRQUEUE reads. */
  protected readonly errors: { readonly error: SocketError; readonly about: IpPacket | undefined; readonly to: Endpoint }[] = []
  protected wantsErrors = false
  /** Something to look at again has happened. */
  protected readonly changed = new WaitQueue()
  protected isClosed = false

  constructor(maker: SocketMaker, family: IpVersion, type: InetType, protocol: number) {
    super(maker.kernel)
    this.net = maker.nsproxy.net
    this.family = family
    this.type = type
    this.protocol = protocol
    const { fsuid, fsgid, groups } = maker.cred
    this.cred = { fsuid, fsgid, groups }
    this.uid = fsuid
    this.local = { family, address: 0n, port: 0 }
    this.isV6Only = family === 'inet6' && this.net.sysctls.getNumber('net/ipv6/bindv6only') !== 0
    this.net.hold('socket')
  }

  /** The table of the protocol's ports; undefined where there are none (raw). */
  protected abstract get ports(): PortTable<InetSocketLike> | undefined
  abstract packetArrived(packet: IpPacket, device: NetDevice): void

  /** An address a program gave. Throws EAFNOSUPPORT, EINVAL, ENETUNREACH (IPv4 on an IPv6-only socket), ENODEV. */
  protected target(addr: SockAddr): Target {
    if (addr.family !== 'inet' && addr.family !== 'inet6') throw Errno.EAFNOSUPPORT
    if (addr.family === 'inet6' && this.family === 'inet') throw Errno.EAFNOSUPPORT
    const address = parseIp(addr.family, addr.addr)
    if (address === undefined) throw Errno.EINVAL
    const isMapped = addr.family === 'inet6' && isMappedIpv4(address)
    if (this.family === 'inet6' && (isMapped || addr.family === 'inet')) {
      if (this.isV6Only) throw Errno.ENETUNREACH
      return { family: 'inet', address: address & IPV4_MASK, port: addr.port, scope: undefined }
    }
    const index = addr.family === 'inet6' ? (addr.scope ?? 0) : 0
    const scope = index === 0 ? undefined : this.net.device(index)
    if (index !== 0 && scope === undefined) throw Errno.ENODEV
    return { family: addr.family, address, port: addr.port, scope }
  }
  /** The same for what is sent: any address means this machine. */
  protected destination(addr: SockAddr): Target {
    const to = this.target(addr)
    return to.address === 0n ? { ...to, address: LOOPBACK[to.family] } : to
  }
  protected sockAddr(end: Endpoint | undefined, device?: NetDevice): SockAddr {
    const { family, address, port } = end ?? { family: this.family, address: 0n, port: 0 }
    if (this.family === 'inet') return { family: 'inet', addr: formatIp('inet', address), port }
    if (family === 'inet') return { family: 'inet6', addr: formatIp('inet6', MAPPED_PREFIX | address), port }
    const scope = isLinkLocal6(address) ? this.#scopeOf(address, device) : undefined
    return { family: 'inet6', addr: formatIp('inet6', address), port, ...(scope === undefined ? {} : { scope: scope.index }) }
  }
  /** The link of a link-local address: where it came in, or whose it is if that was lo. */
  #scopeOf(address: bigint, device: NetDevice | undefined): NetDevice | undefined {
    if (device !== undefined && !device.isLoopback) return device
    for (const d of this.net.devices.values()) if (d.addresses.some((a) => a.family === 'inet6' && a.local === address)) return d
    return device
  }

  protected capable(task: Task, cap: number): boolean {
    return this.net.owner !== undefined && nsCapable(task, this.net.owner, cap)
  }
  /** inet_bind, inet6_bind: is it ours? */
  #checkLocal(to: Target): void {
    const { family, address } = to
    if (address === 0n || isMulticast(family, address) || this.options.get('IP_FREEBIND') === 1 || this.net.sysctls.getNumber(`net/${family === 'inet' ? 'ipv4' : 'ipv6'}/ip_nonlocal_bind`) !== 0) return
    const type = this.net.routes.lookup(family, address)?.type
    if (type !== RTN_LOCAL && !(type === RTN_BROADCAST && this.type !== 'stream')) throw Errno.EADDRNOTAVAIL
    if (family === 'inet6' && isLinkLocal6(address) && to.scope === undefined && this.device === undefined) throw Errno.EINVAL
  }
  override bind(task: Task, addr: SockAddr): void {
    const to = this.target(addr)
    this.#checkLocal(to)
    if (this.ports !== undefined && to.port > 0 && to.port < this.net.sysctls.getNumber('net/ipv4/ip_unprivileged_port_start') && !this.capable(task, CAP_NET_BIND_SERVICE)) throw Errno.EACCES
    if (this.local.port !== 0) throw Errno.EINVAL
    const before = this.local
    this.local = { family: to.family, address: to.address, port: 0 }
    try {
      this.claimPort(to.port)
    } catch (error) {
      this.local = before
      throw error
    }
    if (to.scope !== undefined) this.device = to.scope
    if (to.family === 'inet6' && to.address !== 0n) this.isV6Only = true
  }
  /** Takes a port, 0 for any free one. Throws EADDRINUSE. */
  protected claimPort(wanted: number): void {
    const { ports } = this
    if (ports === undefined) {
      this.local = { ...this.local, port: this.protocol }
      return
    }
    let port = wanted
    if (port === 0) {
      const [low, high] = this.net.sysctls.get('net/ipv4/ip_local_port_range').split(/\s+/).map(Number)
      port = ports.ephemeral(this, low, high)
    } else if (ports.conflicts(this, port)) throw Errno.EADDRINUSE
    this.local = { ...this.local, port }
    ports.insert(this)
  }
  /** inet_autobind: a port at the latest when something is sent. */
  protected ensurePort(): void {
    if (this.local.port === 0) this.claimPort(0)
  }
  /** Settles whom it talks to, and with it the own address. Throws as routeOutput; EACCES for a broadcast address without SO_BROADCAST. */
  protected connectTo(to: Target): void {
    if (to.family === 'inet6' && isLinkLocal6(to.address) && to.scope === undefined && this.device === undefined) throw Errno.EINVAL
    const device = this.device ?? to.scope
    const own = this.local.address === 0n ? undefined : this.local.address
    const route = routeOutput(this.net, to.family, to.address, { source: own, device, mark: this.mark, tos: this.tos })
    if (route.kind === 'broadcast' && !this.mayBroadcast) throw Errno.EACCES
    this.local = { family: to.family, address: own ?? route.source, port: this.local.port }
    if (to.scope !== undefined) this.device = to.scope
    this.ensurePort()
    this.ports?.insert(this)
    this.peer = { family: to.family, address: to.address, port: to.port }
  }

  /** Sends with the socket's options. Throws as sendIp; EACCES for a broadcast address without SO_BROADCAST. */
  protected sendPayload(to: Target, payload: Payload): void {
    const own = this.local.family === to.family && this.local.address !== 0n && !isMulticast(to.family, this.local.address) ? this.local.address : undefined
    const out: OutgoingPacket = {
      family: to.family, source: own, destination: to.address, payload, ttl: isMulticast(to.family, to.address) ? this.multicastTtl : this.ttl, tos: this.tos, mark: this.mark,
      dontFragment: this.dontFragment, device: this.device ?? to.scope, socket: this,
    }
    if (!this.mayBroadcast && to.family === 'inet') {
      const isBroadcast = to.address === IPV4_MASK || this.net.routes.lookup('inet', to.address, { device: out.device })?.type === RTN_BROADCAST
      if (isBroadcast) throw Errno.EACCES
    }
    try {
      sendIp(this.net, out)
    } catch (error) {
      if (error === Errno.EMSGSIZE && this.wantsErrors) {
        const { mtu } = routeOutput(this.net, to.family, to.address, { source: own, device: out.device, mark: this.mark, tos: this.tos })
        this.errors.push({ error: { errno: Errno.EMSGSIZE, origin: 'local', type: 0, code: 0, info: mtu, offender: undefined }, about: undefined, to })
      }
      throw error
    }
  }
  protected get multicastTtl(): number {
    const set = this.options.get(this.family === 'inet' ? 'IP_MULTICAST_TTL' : 'IPV6_MULTICAST_HOPS')
    return typeof set === 'number' ? set : 1
  }

  /** An ICMP error about something this socket sent (udp_err, raw_err, ping_err). */
  errorArrived(error: IcmpError): void {
    if (this.isClosed) return
    const { about } = error
    if (this.wantsErrors && this.errors.length < ERROR_QUEUE_LIMIT) {
      const offender = this.sockAddr({ family: about.family, address: error.offender, port: 0 }, this.device)
      const origin = about.family === 'inet' ? 'icmp' : 'icmp6'
      this.errors.push({
        error: { errno: error.errno, origin, type: error.type, code: error.code, info: error.info, offender }, about,
        to: { family: about.family, address: about.destination, port: about.payload.kind === 'udp' || about.payload.kind === 'tcp' ? about.payload.dport : 0 },
      })
    }
    if (this.wantsErrors || (error.isHard && this.peer !== undefined)) this.error = error.errno
    this.changed.wakeAll()
  }
  /** Throws the pending error, once. */
  protected throwPendingError(): void {
    const { error } = this
    this.error = undefined
    if (error !== undefined) throw error
  }

  override setOption(task: Task, level: string, option: string, value: unknown): void {
    const n = Number(value)
    switch (option) {
      case 'SO_REUSEADDR': this.reuseAddress = n !== 0; break
      case 'SO_REUSEPORT': this.reusePort = n !== 0; break
      case 'SO_BROADCAST': this.mayBroadcast = n !== 0; break
      case 'SO_RCVTIMEO': this.receiveTimeout = n === 0 ? undefined : n * NSEC_PER_SEC; break
      case 'SO_SNDTIMEO': this.sendTimeout = n === 0 ? undefined : n * NSEC_PER_SEC; break
      case 'SO_MARK':
        if (!this.capable(task, CAP_NET_RAW) && !this.capable(task, CAP_NET_ADMIN)) throw Errno.EPERM
        this.mark = n >>> 0
        break
      case 'SO_BINDTODEVICE': this.#bindToDevice(task, String(value)); break
      case 'IP_TTL': case 'IPV6_UNICAST_HOPS':
        if (n !== -1 && (n < (level === 'SOL_IPV6' ? 0 : 1) || n > 255)) throw Errno.EINVAL
        this.ttl = n === -1 ? undefined : n
        break
      case 'IP_TOS': case 'IPV6_TCLASS': this.tos = n & 0xff; break
      case 'IP_MTU_DISCOVER': case 'IPV6_MTU_DISCOVER': this.dontFragment = n === 0 ? false : n === 1 ? undefined : true; break
      case 'IPV6_DONTFRAG': this.dontFragment = n === 0 ? undefined : true; break
      case 'IP_RECVERR': case 'IPV6_RECVERR': this.wantsErrors = n !== 0; break
      case 'IPV6_V6ONLY':
        if (this.local.port !== 0) throw Errno.EINVAL
        this.isV6Only = n !== 0
        break
      case 'IP_ADD_MEMBERSHIP': case 'IPV6_ADD_MEMBERSHIP': case 'IP_DROP_MEMBERSHIP': case 'IPV6_DROP_MEMBERSHIP': {
        const group = parseIp(this.family, String(value))
        if (group === undefined || !isMulticast(this.family, group)) throw Errno.EINVAL
        this.net.inet.join(group, option.includes('ADD') ? 1 : -1)
        return
      }
    }
    super.setOption(task, level, option, value)
  }
  /** Empty text: by any device again. Somebody else's choice needs CAP_NET_RAW. */
  #bindToDevice(task: Task, name: string): void {
    if (this.device !== undefined && !this.capable(task, CAP_NET_RAW)) throw Errno.EPERM
    const device = name === '' ? undefined : this.net.find(name)
    if (name !== '' && device === undefined) throw Errno.ENODEV
    this.device = device
  }
  override getOption(task: Task, level: string, option: string): unknown {
    switch (option) {
      case 'SO_ERROR': {
        const { error } = this
        this.error = undefined
        return error ?? 0
      }
      case 'SO_TYPE': return TYPE_NUMBERS[this.type]
      case 'SO_PROTOCOL': return this.protocol
      case 'SO_DOMAIN': return this.family === 'inet' ? 2 : 10
      case 'SO_ACCEPTCONN': return this.isListening ? 1 : 0
      case 'SO_BINDTODEVICE': return this.device?.name ?? ''
      case 'IPV6_V6ONLY': return this.isV6Only ? 1 : 0
      case 'IP_TTL': case 'IPV6_UNICAST_HOPS': return this.ttl ?? this.net.sysctls.getNumber('net/ipv4/ip_default_ttl')
      case 'IP_MTU': case 'IPV6_MTU': {
        if (this.peer === undefined) throw Errno.ENOTCONN
        return routeOutput(this.net, this.peer.family, this.peer.address, { source: this.local.address, device: this.device }).mtu
      }
    }
    return super.getOption(task, level, option)
  }

  localAddress(): SockAddr {
    return this.sockAddr(this.local, this.device)
  }
  override peerAddress(): SockAddr {
    if (this.peer === undefined) throw Errno.ENOTCONN
    return this.sockAddr(this.peer, this.device)
  }
  pollQueues(): readonly WaitQueue[] {
    return [this.changed]
  }
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.ports?.remove(this)
    this.changed.wakeAll()
    this.net.release('socket')
  }
}
