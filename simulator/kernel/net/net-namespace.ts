// Network namespaces (net/core/net_namespace.c, network_namespaces(7)): devices, addresses, routes and sysctls of their own, and the numbers by which
// one namespace knows others (nsid).
import { RTN_LOCAL } from '../../abi/netlink.ts'
import type { IpVersion } from '../../lib/ip.ts'
import type { Kernel } from '../kernel.ts'
import { fromKgidMunged, kgid } from '../cred/ids.ts'
import { Namespace } from '../ns/ns-common.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import { toggleInet6 } from './address-change.ts'
import { DEVICE_OPS } from './device-kinds.ts'
import type { FrameTap } from './device-queue.ts'
import { destroyDevices } from './device-register.ts'
import { RouteTables } from './fib.ts'
import { frameReceived } from './frame-input.ts'
import { Hooks } from './hooks.ts'
import { linkFailure } from './icmp-error.ts'
import { InetState } from './inet-state.ts'
import { NetDevice } from './net-device.ts'
import { NetSysctls } from './net-sysctl.ts'
import type { Frame, IpPacket } from './packet.ts'
import { Netfilter } from './netfilter/netfilter.ts'
import { nsidChanged, type RtnlListener } from './rtnl-notify.ts'
import { AbstractSockets } from './unix-address.ts'
import { INITIAL_NET, initialNet } from './initial-net.ts'

const LOOPBACK_INDEX = 1

export class NetNamespace extends Namespace {
  readonly type = 'net'
  /** By ifindex, in rising order. */
  readonly devices = new Map<number, NetDevice>()
  readonly sysctls: NetSysctls
  readonly routes = new RouteTables(this)
  /** Where netfilter looks at this namespace's packets. */
  readonly hooks = new Hooks()
  readonly netfilter = new Netfilter(this)
  /** Names of unix sockets that are not in a file system (unix(7), abstract). */
  readonly abstractSockets = new AbstractSockets()
  /** rtnetlink sockets that have joined groups. */
  readonly listeners = new Set<RtnlListener>()
  /** Packet sockets. */
  readonly taps = new Set<FrameTap>()
  /** Ports in use, fragments, path MTUs, counters of the protocols. */
  readonly inet: InetState
  readonly loopback: NetDevice
  readonly #nsids = new Map<NetNamespace, number>()
  /** Who has a number for this one. */
  readonly #knownBy = new Set<NetNamespace>()
  readonly #byNsid = new Map<number, NetNamespace>()
  #freeNsid = 0
  readonly #byName = new Map<string, NetDevice>()
  #lastIndex = LOOPBACK_INDEX
  #highestIndex = 0

  constructor(kernel: Kernel, owner: UserNamespace, ino?: number) {
    super(kernel, owner, ino)
    const initial = initialNet(kernel)
    if (initial === undefined) kernel.rooms.set(INITIAL_NET, this)
    this.sysctls = new NetSysctls(initial === undefined, () => [...this.devices.values()].map((d) => d.name), initial?.sysctls, (path) => this.#sysctlChanged(path))
    // Its default is group 1 to group 0, nobody, whatever they are called here.
    if (owner !== kernel.initUserNs) this.sysctls.live.set('net/ipv4/ping_group_range', () => `${fromKgidMunged(owner, kgid(1))}\t${fromKgidMunged(owner, kgid(0))}`)
    this.sysctls.live.set('net/netfilter/nf_conntrack_count', () => String(this.netfilter.conntrack.count))
    this.loopback = new NetDevice(this, 'loopback', LOOPBACK_INDEX, 'lo', '00:00:00:00:00:00', DEVICE_OPS.loopback)
    this.addDevice(this.loopback)
    this.inet = new InetState(this)
  }

  #sysctlChanged(path: string): void {
    if (path.endsWith('/route/flush')) this.inet.forgetPathMtus()
    if (path.startsWith('net/ipv6/conf/') && path.endsWith('/disable_ipv6')) for (const device of this.devices.values()) toggleInet6(device)
  }

  /** A frame has come up to the protocols (netif_receive_skb). */
  receiveFrame(device: NetDevice, frame: Frame): void {
    frameReceived(device, frame)
  }
  /** A neighbour doesn't answer: the sender of the packet learns of it. */
  linkFailed(device: NetDevice, packet: IpPacket): void {
    linkFailure(device, packet)
  }

  isOwnAddress(family: IpVersion, address: bigint): boolean {
    return this.routes.lookup(family, address)?.type === RTN_LOCAL
  }

  device(index: number): NetDevice | undefined {
    return this.devices.get(index)
  }
  /** By name, or by one of its other names. */
  find(name: string): NetDevice | undefined {
    return this.#byName.get(name)
  }
  /** Lists a device, keeping the order by ifindex. */
  addDevice(device: NetDevice): void {
    for (const name of [device.name, ...device.altnames]) this.#byName.set(name, device)
    this.devices.set(device.index, device)
    if (device.index >= this.#highestIndex) this.#highestIndex = device.index
    else {
      const all = [...this.devices.values()].sort((a, b) => a.index - b.index)
      this.devices.clear()
      for (const d of all) this.devices.set(d.index, d)
    }
  }
  removeDevice(device: NetDevice): void {
    for (const name of [device.name, ...device.altnames]) this.#byName.delete(name)
    this.devices.delete(device.index)
  }
  renameDevice(device: NetDevice, name: string): void {
    this.#byName.delete(device.name)
    device.name = name
    this.#byName.set(name, device)
  }
  addAltname(device: NetDevice, name: string): void {
    device.altnames.push(name)
    this.#byName.set(name, device)
  }
  removeAltname(device: NetDevice, name: string): void {
    device.altnames.splice(device.altnames.indexOf(name), 1)
    this.#byName.delete(name)
  }
  /** dev_new_index: numbers rise and are not used again soon. */
  nextIndex(): number {
    do this.#lastIndex++
    while (this.devices.has(this.#lastIndex))
    return this.#lastIndex
  }

  /** peernet2id: the number for `other` here, or -1 while it has none. */
  nsid(other: NetNamespace): number {
    return this.#nsids.get(other) ?? -1
  }
  /** peernet2id_alloc: the lowest free number, given at first need. */
  assignNsid(other: NetNamespace, wanted = -1): number {
    const known = this.#nsids.get(other)
    if (known !== undefined) return known
    const id = wanted < 0 ? this.#freeNsid : wanted
    this.#nsids.set(other, id)
    this.#byNsid.set(id, other)
    while (this.#byNsid.has(this.#freeNsid)) this.#freeNsid++
    other.#knownBy.add(this)
    nsidChanged(this, 'RTM_NEWNSID', id)
    return id
  }
  byNsid(id: number): NetNamespace | undefined {
    return this.#byNsid.get(id)
  }
  /** All that have a number here, by number. */
  nsidList(): readonly (readonly [number, NetNamespace])[] {
    return [...this.#byNsid].sort(([a], [b]) => a - b)
  }
  #forgetNsid(other: NetNamespace): void {
    const id = this.#nsids.get(other)
    if (id === undefined) return
    this.#nsids.delete(other)
    this.#byNsid.delete(id)
    this.#freeNsid = Math.min(this.#freeNsid, id)
  }
  protected override onLastRelease(): void {
    this.inet.end()
    for (const ns of this.#knownBy) nsidChanged(ns, 'RTM_DELNSID', ns.nsid(this))
    destroyDevices(this)
    for (const ns of this.#knownBy) ns.#forgetNsid(this)
    for (const ns of this.#nsids.keys()) ns.#knownBy.delete(this)
  }
}
