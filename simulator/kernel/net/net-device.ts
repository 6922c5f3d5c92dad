// Network devices (struct net_device, net/core/dev.c; ip-link(8)): identity, flags, carrier, the tie to a peer or a master. What frames do on them is the
// business of the network stack; here is only what `ip link` can see and set.
import {
  ARPHRD_ETHER, ARPHRD_LOOPBACK, ARPHRD_NONE, IF_OPER_DOWN, IF_OPER_LOWERLAYERDOWN, IF_OPER_UNKNOWN, IF_OPER_UP, IFF_ALLMULTI, IFF_BROADCAST, IFF_DYNAMIC, IFF_LOOPBACK,
  IFF_LOWER_UP, IFF_MULTICAST, IFF_NOARP, IFF_NOTRAILERS, IFF_POINTOPOINT, IFF_PROMISC, IFF_RUNNING, IFF_UP, type NetemOptions,
} from '../../abi/netlink.ts'
import type { InterfaceAddress } from './address.ts'
import type { FdbEntry } from './bridge-forward.ts'
import { type DeviceOps, FrameQueue } from './device-queue.ts'
import { NeighbourTable } from './neighbour.ts'
import type { NetNamespace } from './net-namespace.ts'
import type { Frame } from './packet.ts'

export type DeviceKind = 'loopback' | 'physical' | 'veth' | 'dummy' | 'bridge' | 'vlan' | 'macvlan' | 'ipvlan' | 'tun' | 'tap'

interface KindTraits {
  readonly arphrd: number
  readonly flags: number
  readonly mtu: number
  readonly minMtu: number
  readonly maxMtu: number
  readonly qdisc: string
  readonly tsoMaxSize: number
  /** May not change its network namespace (NETIF_F_NETNS_LOCAL). */
  readonly isLocal: boolean
}
const ETHERNET = { arphrd: ARPHRD_ETHER, mtu: 1500, minMtu: 68, maxMtu: 65535, qdisc: 'noqueue', tsoMaxSize: 524280, isLocal: false }
const TRAITS: Readonly<Record<DeviceKind, KindTraits>> = {
  loopback: { ...ETHERNET, arphrd: ARPHRD_LOOPBACK, flags: IFF_LOOPBACK, mtu: 65536, minMtu: 0, maxMtu: 0, isLocal: true },
  physical: { ...ETHERNET, flags: IFF_BROADCAST | IFF_MULTICAST, qdisc: 'fq_codel', tsoMaxSize: 65536 },
  veth: { ...ETHERNET, flags: IFF_BROADCAST | IFF_MULTICAST },
  dummy: { ...ETHERNET, flags: IFF_BROADCAST | IFF_NOARP, minMtu: 0, maxMtu: 0, tsoMaxSize: 65536 },
  bridge: { ...ETHERNET, flags: IFF_BROADCAST | IFF_MULTICAST, isLocal: true, tsoMaxSize: 65536 },
  vlan: { ...ETHERNET, flags: IFF_BROADCAST | IFF_MULTICAST, minMtu: 0 },
  macvlan: { ...ETHERNET, flags: IFF_BROADCAST | IFF_MULTICAST, maxMtu: 0 },
  ipvlan: { ...ETHERNET, flags: IFF_BROADCAST | IFF_MULTICAST },
  tun: { ...ETHERNET, arphrd: ARPHRD_NONE, flags: IFF_POINTOPOINT | IFF_MULTICAST | IFF_NOARP, qdisc: 'fq_codel', tsoMaxSize: 65536 },
  tap: { ...ETHERNET, flags: IFF_BROADCAST | IFF_MULTICAST, maxMtu: 65521, qdisc: 'fq_codel', tsoMaxSize: 65536 },
}
const SETTABLE = IFF_UP | IFF_NOARP | IFF_MULTICAST | IFF_PROMISC | IFF_ALLMULTI | IFF_DYNAMIC | IFF_NOTRAILERS
const TUN_QUEUE = 500
/** Kinds whose link is watched, so that it is UP rather than UNKNOWN. */
const REPORTING: ReadonlySet<DeviceKind> = new Set<DeviceKind>(['veth', 'physical', 'vlan', 'macvlan', 'tun', 'tap'])

export interface TrafficCounters {
  bytes: number
  packets: number
  errors: number
  dropped: number
}
/** What a queueing discipline has sent and thrown away, and what waits in it. */
export interface QdiscCounters {
  bytes: number
  packets: number
  dropped: number
  qlen: number
  backlog: number
}
const counters = (): TrafficCounters => ({ bytes: 0, packets: 0, errors: 0, dropped: 0 })

export class NetDevice {
  ns: NetNamespace
  readonly kind: DeviceKind
  readonly traits: KindTraits
  index: number
  name: string
  readonly altnames: string[] = []
  #flags: number
  mtu: number
  txqlen = 1000
  address: string
  broadcast: string
  readonly permAddress: string
  group = 0
  alias: string | undefined
  addrGenMode = 0
  /** The other end of a veth pair; undefined once it has gone. */
  peer: NetDevice | undefined
  master: NetDevice | undefined
  readonly ports = new Set<NetDevice>()
  /** The device below a vlan, macvlan or ipvlan, and those above this one; VLANs by number. */
  lower: NetDevice | undefined
  readonly uppers = new Set<NetDevice>()
  readonly vlans = new Map<string, NetDevice>()
  /** What its own kind, and the bridge it is a port of, let one set (IFLA_INFO_DATA, IFLA_INFO_SLAVE_DATA). */
  readonly settings = new Map<string, number | string | boolean>()
  readonly portSettings = new Map<string, number | string | boolean>()
  /** VLANs of a bridge and of its ports, with vlan_filtering. */
  readonly bridgeVlans = new Map<number, { readonly isUntagged: boolean; readonly isPvid: boolean }>()
  /** Number among the ports of its bridge, and since when it forwards: nanoseconds since boot. */
  portNumber = 0
  enabledSince: number | undefined
  tsoMaxSize: number
  numTxQueues = 1
  numRxQueues = 1
  /** Off by `carrier off`, or while nothing holds the other end of a tap. */
  hasCarrier = true
  carrierChanges = 0
  /** Ready to be told of: false while the request that makes it still sets it up (RTNL_LINK_INITIALIZING). */
  isAnnounced = true
  /** The address was chosen by somebody (NET_ADDR_SET): a bridge keeps it. */
  isAddressSet = false
  /** Addresses it answers ARP for in another's name (`ip neigh add proxy`), as `FAMILY NUMBER`; MAC addresses it listens to by request. */
  readonly proxied = new Set<string>()
  readonly extraUnicast = new Set<string>()
  readonly extraMulticast = new Set<string>()
  /** Features that `ethtool -K` has changed. */
  readonly features = new Map<string, boolean>()
  /** A queueing discipline is attached when it first comes up. */
  hasQdisc = false
  /** A bridge that had a port once follows its ports from then on. */
  hadPort = false
  /** A bridge whose address was given: br_stp_change_bridge_id looks at its ports, and without a live one takes the carrier away. */
  countsPorts = false
  /** In the order `ip addr` lists them. */
  addresses: InterfaceAddress[] = []
  /** What this kind does with frames; set when it is made. */
  ops: DeviceOps
  /** Frames that have come and wait to be looked at. */
  readonly queue = new FrameQueue()
  /** A queueing discipline that delays, loses or limits (netem, tbf): it calls `send` with what may go, when it may. */
  egress: ((frame: Frame, send: (frame: Frame) => void) => void) | undefined
  /** The queueing discipline somebody has chosen (tc-qdisc(8)). */
  rootQdisc: { readonly kind: string; readonly handle: number; readonly options: NetemOptions; readonly counters: QdiscCounters } | undefined
  /** netdev_rx_handler_register: a master that takes frames before the protocols do; true: taken. */
  rxHandler: ((device: NetDevice, frame: Frame) => boolean) | undefined
  readonly neighbours = new NeighbourTable()
  /** Where a bridge has seen stations. */
  readonly fdb = new Map<string, FdbEntry>()
  rxMulticast = 0
  /** Counts how often it went down or moved: what was planned before is over. */
  generation = 0
  /** Packet sockets that want every frame of its wire (dev_set_promiscuity). */
  watchers = 0
  readonly rx = counters()
  readonly tx = counters()
  #lastCarrier: boolean

  constructor(ns: NetNamespace, kind: DeviceKind, index: number, name: string, address: string, ops: DeviceOps) {
    this.ns = ns
    this.kind = kind
    this.ops = ops
    this.traits = TRAITS[kind]
    this.index = index
    this.name = name
    this.#flags = this.traits.flags
    this.mtu = this.traits.mtu
    this.tsoMaxSize = this.traits.tsoMaxSize
    if (kind === 'tun') this.txqlen = TUN_QUEUE
    this.address = this.permAddress = address
    this.broadcast = kind === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff'
    this.#lastCarrier = this.carrier
  }

  get isUp(): boolean {
    return (this.#flags & IFF_UP) !== 0
  }
  get isLoopback(): boolean {
    return this.kind === 'loopback'
  }
  /** Takes frames for other stations too. */
  get isPromiscuous(): boolean {
    return this.watchers > 0 || this.has(IFF_PROMISC)
  }
  has(flag: number): boolean {
    return (this.#flags & flag) !== 0
  }
  /** netif_carrier_ok */
  get carrier(): boolean {
    if (!this.hasCarrier) return false
    if (this.kind === 'veth') return this.isUp && this.peer !== undefined && this.peer.isUp
    if (this.lower !== undefined) return this.lower.carrier
    if (this.kind === 'bridge' && (this.hadPort || this.countsPorts)) {
      for (const port of this.ports) if (port.isUp && port.carrier) return true
      return false
    }
    return true
  }
  /** True if the carrier is another one than when this was last asked. */
  takeCarrierChange(): boolean {
    const { carrier } = this
    const changed = carrier !== this.#lastCarrier
    this.#lastCarrier = carrier
    if (changed) this.carrierChanges++
    return changed
  }
  /** IFLA_LINK as `ip` compares it with the own index (dev_get_iflink). */
  get iflink(): number {
    return this.kind === 'veth' ? (this.peer?.index ?? 0) : (this.lower?.index ?? this.index)
  }
  /** RFC 2863; kinds that never report their link stay UNKNOWN. */
  get operstate(): number {
    if (!this.isUp) return IF_OPER_DOWN
    if (this.carrier) return REPORTING.has(this.kind) || (this.kind === 'bridge' && (this.hadPort || this.countsPorts)) || this.carrierChanges > 0 ? IF_OPER_UP : IF_OPER_UNKNOWN
    return this.iflink !== this.index ? IF_OPER_LOWERLAYERDOWN : IF_OPER_DOWN
  }
  /** dev_get_flags */
  get flags(): number {
    let flags = this.#flags
    if (!this.isUp) return flags
    const state = this.operstate
    if (state === IF_OPER_UP || state === IF_OPER_UNKNOWN) flags |= IFF_RUNNING
    if (this.carrier) flags |= IFF_LOWER_UP
    return flags
  }
  /** Changes settable flags; the namespace deals with what going up or down entails. */
  setFlags(flags: number, mask: number): void {
    const allowed = mask & SETTABLE
    this.#flags = (this.#flags & ~allowed) | (flags & allowed)
  }
  /** A VLAN's flags are those of the device below. */
  inheritFlags(lower: NetDevice): void {
    this.#flags = lower.#flags & ~(IFF_UP | IFF_PROMISC | IFF_ALLMULTI)
  }
  get qdisc(): string {
    return this.rootQdisc?.kind ?? (this.hasQdisc ? this.traits.qdisc : 'noop')
  }
}
