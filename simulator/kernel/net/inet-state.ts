// What the Internet protocols of one network namespace remember (struct netns_ipv4, netns_ipv6): ports in use, raw sockets, fragments that wait for the rest, path
// MTUs, how many errors may still be sent, counters for /proc/net/snmp.
import { NSEC_PER_MSEC, NSEC_PER_SEC } from '../clock.ts'
import type { InetSocketLike, TcpSocketLike } from './inet-receiver.ts'
import { PortTable } from './inet-ports.ts'
import { Reassembly } from './ip-fragment.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { TcpTable } from './tcp-table.ts'

const ALL_NODES = (0xff02n << 112n) | 1n, ALL_NODES_LOCAL = (0xff01n << 112n) | 1n, SOLICITED_NODE = (0xff02n << 88n) | 0x1ffn
const PMTU_LIFETIME = 600 * NSEC_PER_SEC
/** XRLIM_BURST_FACTOR: so many errors at once to one host, then one every net.ipv4.icmp_ratelimit; ip_rt_error_burst for “no route”. */
const HOST_BURST = 6, ROUTE_BURST = 5
const PEER_LIMIT = 1024
const REDIRECT_LOAD = 20 * NSEC_PER_MSEC, REDIRECT_NUMBER = 9, REDIRECT_SILENCE = REDIRECT_LOAD * 2 ** 10

export class InetState {
  readonly udp: PortTable<InetSocketLike>
  readonly tcp: PortTable<InetSocketLike>
  /** TCP's connections and listeners. */
  readonly connections = new TcpTable<TcpSocketLike>()
  /** Ping sockets by the identifier of their messages. */
  readonly ping: PortTable<InetSocketLike>
  /** Raw sockets by protocol number. */
  readonly raw = new Map<number, Set<InetSocketLike>>()
  readonly fragments: Reassembly
  /** MIB counters, by the names /proc/net/snmp prints: `Ip InReceives`. */
  readonly counters = new Map<string, number>()
  readonly #net: NetNamespace
  readonly #pathMtus = new Map<string, { readonly mtu: number; readonly until: number }>()
  /** Multicast groups that sockets have joined, and how often. */
  readonly #groups = new Map<bigint, number>()
  #ident: number
  readonly #peers = new Map<string, { tokens: number; last: number }>()
  readonly #redirected = new Map<string, { count: number; last: number }>()
  #icmpCredit = 0
  #icmpStamp = -Infinity

  constructor(net: NetNamespace) {
    this.#net = net
    const { random } = net.kernel
    this.udp = new PortTable(random)
    this.tcp = new PortTable(random)
    this.ping = new PortTable(random)
    this.fragments = new Reassembly(net)
    this.#ident = random.u32() & 0xffff
  }

  /** ipv6_chk_mcast_addr: all nodes, the groups of a device's addresses, and those that sockets have joined. */
  isInGroup6(device: NetDevice, group: bigint): boolean {
    if (group === ALL_NODES || group === ALL_NODES_LOCAL || this.#groups.has(group)) return true
    if (group >> 24n !== SOLICITED_NODE) return false
    return device.addresses.some((a) => a.family === 'inet6' && (a.local & 0xffffffn) === (group & 0xffffffn))
  }
  hasJoined(group: bigint): boolean {
    return this.#groups.has(group)
  }
  /** IP_ADD_MEMBERSHIP (1), IP_DROP_MEMBERSHIP (-1). */
  join(group: bigint, by: 1 | -1): void {
    const count = (this.#groups.get(group) ?? 0) + by
    if (count > 0) this.#groups.set(group, count)
    else this.#groups.delete(group)
  }
  count(name: string, by = 1): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + by)
  }
  /** Identification of the next packet that may be cut up. */
  nextIdent(): number {
    this.#ident = (this.#ident + 1) & 0xffff
    return this.#ident
  }

  learnPathMtu(destination: string, mtu: number): void {
    this.#pathMtus.set(destination, { mtu, until: this.#net.kernel.clock.now + PMTU_LIFETIME })
  }
  pathMtu(destination: string): number | undefined {
    return this.#pathMtus.size === 0 ? undefined : this.pathMtuEntry(destination)?.mtu
  }
  /** With the nanoseconds for which it still counts. */
  pathMtuEntry(destination: string): { readonly mtu: number; readonly left: number } | undefined {
    const known = this.#pathMtus.get(destination)
    if (known === undefined) return undefined
    const left = known.until - this.#net.kernel.clock.now
    if (left > 0) return { mtu: known.mtu, left }
    this.#pathMtus.delete(destination)
    return undefined
  }
  /** net.ipv4.route.flush */
  forgetPathMtus(): void {
    this.#pathMtus.clear()
  }
  /** inet_peer_xrlim_allow: errors one host may be told of. `ms`: one more for every so many milliseconds. */
  mayTell(host: string, ms: number, burst: number): boolean {
    const { now } = this.#net.kernel.clock
    let peer = this.#peers.get(host)
    if (peer === undefined) {
      if (this.#peers.size >= PEER_LIMIT) this.#peers.clear()
      this.#peers.set(host, (peer = { tokens: burst * ms, last: now }))
    }
    peer.tokens = Math.min(burst * ms, peer.tokens + (now - peer.last) / NSEC_PER_MSEC)
    peer.last = now
    if (peer.tokens < ms) return false
    peer.tokens -= ms
    return true
  }
  /** icmpv4_xrlim_allow */
  mayErrorTo(host: string, ratelimit: number): boolean {
    return ratelimit === 0 || this.mayTell(host, ratelimit, HOST_BURST)
  }
  /** ip_error */
  mayTellNoRoute(host: string): boolean {
    return this.mayTell(host, 1000, ROUTE_BURST)
  }
  /** ip_rt_send_redirect: the second 20 ms after the first, then twice as long each time, and after nine no more for a while. */
  mayRedirect(host: string): boolean {
    const { now } = this.#net.kernel.clock
    let peer = this.#redirected.get(host)
    if (peer === undefined || now - peer.last > REDIRECT_SILENCE) {
      if (this.#redirected.size >= PEER_LIMIT) this.#redirected.clear()
      this.#redirected.set(host, (peer = { count: 0, last: 0 }))
    }
    if (peer.count >= REDIRECT_NUMBER || (peer.count > 0 && now < peer.last + REDIRECT_LOAD * 2 ** peer.count)) {
      if (peer.count >= REDIRECT_NUMBER) peer.last = now
      return false
    }
    peer.count++
    peer.last = now
    return true
  }
  /** icmp_global_allow: net.ipv4.icmp_msgs_per_sec, and icmp_msgs_burst at once. */
  mayError(): boolean {
    const { kernel, sysctls } = this.#net
    const { now } = kernel.clock
    const grown = Math.min(1, (now - this.#icmpStamp) / NSEC_PER_SEC) * sysctls.getNumber('net/ipv4/icmp_msgs_per_sec')
    this.#icmpCredit = Math.min(sysctls.getNumber('net/ipv4/icmp_msgs_burst'), this.#icmpCredit + grown)
    this.#icmpStamp = now
    if (this.#icmpCredit < 1) return false
    this.#icmpCredit--
    return true
  }
  /** Sockets hold their namespace, so none are left but connections in TIME-WAIT. */
  end(): void {
    for (const waiting of [...this.connections.connections()]) waiting.netnsEnds()
    this.fragments.clear()
  }
}

