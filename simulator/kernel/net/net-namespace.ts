// Network namespaces (net/core/net_namespace.c, network_namespaces(7)): devices, addresses, routes and sysctls of their own, and the numbers by which
// one namespace knows others (nsid).
import { RTN_LOCAL } from '../../abi/netlink.ts'
import type { IpVersion } from '../../lib/ip.ts'
import type { Kernel } from '../kernel.ts'
import { Namespace } from '../ns/ns-common.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
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
import { AbstractSockets } from './unix-address.ts'

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
  /** Packet sockets. */
  readonly taps = new Set<FrameTap>()
  /** Ports in use, fragments, path MTUs, counters of the protocols. */
  readonly inet: InetState
  readonly loopback: NetDevice
  readonly #nsids = new Map<NetNamespace, number>()
  /** Who has a number for this one. */
  readonly #knownBy = new Set<NetNamespace>()
  #lastIndex = LOOPBACK_INDEX

  constructor(kernel: Kernel, owner: UserNamespace, ino?: number) {
    super(kernel, owner, ino)
    const initial = kernel.rooms.get('init-net') as NetNamespace | undefined
    if (initial === undefined) kernel.rooms.set('init-net', this)
    this.sysctls = new NetSysctls(initial === undefined, () => [...this.devices.values()].map((d) => d.name), initial?.sysctls)
    this.loopback = new NetDevice(this, 'loopback', LOOPBACK_INDEX, 'lo', '00:00:00:00:00:00', DEVICE_OPS.loopback)
    this.devices.set(LOOPBACK_INDEX, this.loopback)
    this.inet = new InetState(this)
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
  find(name: string): NetDevice | undefined {
    for (const device of this.devices.values()) if (device.name === name || device.altnames.includes(name)) return device
    return undefined
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
    const taken = new Set(this.#nsids.values())
    let id = wanted
    if (id < 0) for (id = 0; taken.has(id); id++);
    this.#nsids.set(other, id)
    other.#knownBy.add(this)
    return id
  }
  byNsid(id: number): NetNamespace | undefined {
    for (const [ns, nsid] of this.#nsids) if (nsid === id) return ns
    return undefined
  }
  protected override onLastRelease(): void {
    this.inet.end()
    destroyDevices(this)
    for (const ns of this.#knownBy) ns.#nsids.delete(this)
    for (const ns of this.#nsids.keys()) ns.#knownBy.delete(this)
  }
}
