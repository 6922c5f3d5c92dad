// Making and ending devices (rtnl_newlink, unregister_netdevice; drivers/net/{veth,dummy}.c, net/bridge).
import { Errno } from '../../abi/errno.ts'
import { isValidIfname } from '../../abi/netlink.ts'
import { DEVICE_OPS } from './device-kinds.ts'
import { enterNamespace, moveToNamespace, setMaster, strip } from './device-state.ts'
import { type DeviceKind, NetDevice } from './net-device.ts'
import { initialNet } from './initial-net.ts'
import type { NetNamespace } from './net-namespace.ts'
import { linkChanged, linkGone, netconfChanged } from './rtnl-notify.ts'
import { attachLower, checkLower, detachLower } from './upper-devices.ts'

/** dev_alloc_name's prefixes for devices made without a name. */
const NAME_PREFIX: Readonly<Partial<Record<DeviceKind, string>>> = { physical: 'eth' }

export interface NewDevice {
  /** A name, one with %d in it, or nothing for the kind's own numbering. */
  readonly name?: string
  readonly index?: number
  readonly address?: string
}

/** eth_random_addr: locally administered, unicast. */
function randomAddress(ns: NetNamespace): string {
  const bytes = ns.kernel.random.bytes(6)
  bytes[0] = (bytes[0] & 0xfe) | 0x02
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(':')
}

function freeName(ns: NetNamespace, pattern: string): string {
  const at = pattern.indexOf('%d')
  if (at < 0) return pattern
  for (let i = 0; ; i++) {
    const name = pattern.slice(0, at) + i + pattern.slice(at + 2)
    if (ns.find(name) === undefined) return name
  }
}

/** Registers a device. Throws EEXIST, EINVAL, EBUSY (index in use). */
export function createDevice(ns: NetNamespace, kind: DeviceKind, init: NewDevice): NetDevice {
  const name = freeName(ns, init.name ?? `${NAME_PREFIX[kind] ?? kind}%d`)
  if (!isValidIfname(name)) throw Errno.EINVAL
  if (ns.find(name) !== undefined) throw Errno.EEXIST
  const index = init.index ?? 0
  if (index !== 0 && ns.devices.has(index)) throw Errno.EBUSY
  const device = new NetDevice(ns, kind, index === 0 ? ns.nextIndex() : index, name, init.address ?? randomAddress(ns), DEVICE_OPS[kind])
  if (kind === 'bridge') device.bridgeVlans.set(1, { isUntagged: true, isPvid: true })
  enterNamespace(device)
  ns.kernel.trace.emit('link.new', undefined, { name, kind, netns: ns.ino, index: device.index })
  return device
}

/** veth_newlink: the peer first, so it has the lower number. */
export function createVethPair(ns: NetNamespace, init: NewDevice, peerNs: NetNamespace, peerInit: NewDevice): NetDevice {
  if (init.name !== undefined && (!isValidIfname(freeName(ns, init.name)) || ns.find(init.name) !== undefined)) throw isValidIfname(init.name) ? Errno.EEXIST : Errno.EINVAL
  const peer = createDevice(peerNs, 'veth', peerInit)
  linkChanged(peer)
  let device: NetDevice
  try {
    device = createDevice(ns, 'veth', init)
  } catch (error) {
    unregister(peer)
    throw error
  }
  device.peer = peer
  peer.peer = device
  if (ns !== peerNs) {
    ns.assignNsid(peerNs)
    peerNs.assignNsid(ns)
  }
  return device
}

/** A vlan, macvlan or ipvlan on the device below. `settings` are complete. Throws what `checkLower` does. */
export function createUpper(ns: NetNamespace, kind: 'vlan' | 'macvlan' | 'ipvlan', init: NewDevice, lower: NetDevice | undefined, settings: ReadonlyMap<string, number | string | boolean>, hasData: boolean): NetDevice {
  const base = checkLower(kind, lower, settings, hasData)
  const device = createDevice(ns, kind, { ...init, ...(init.address === undefined && kind !== 'macvlan' ? { address: base.address } : {}) })
  for (const [name, value] of settings) device.settings.set(name, value)
  attachLower(device, base)
  if (base.ns !== ns) ns.assignNsid(base.ns)
  return device
}

/** unregister_netdevice: a veth takes its peer with it, a bridge lets its ports go. */
export function deleteDevice(device: NetDevice): void {
  if (device.ns.device(device.index) !== device) return
  if (device.kind === 'loopback' || device.kind === 'physical') throw Errno.EOPNOTSUPP
  const { peer } = device
  device.peer = undefined
  if (peer !== undefined) peer.peer = undefined
  unregister(device)
  if (peer !== undefined) unregister(peer)
}

function unregister(device: NetDevice): void {
  const { ns } = device
  for (const upper of [...device.uppers]) deleteDevice(upper)
  for (const port of [...device.ports]) setMaster(port, undefined)
  strip(device)
  detachLower(device)
  netconfChanged(device, 'RTM_DELNETCONF')
  linkGone(device)
  ns.removeDevice(device)
  ns.sysctls.removeDevice(device.name)
  ns.kernel.trace.emit('link.del', undefined, { name: device.name, netns: ns.ino })
}

/** default_device_exit: physical devices go home to the initial namespace, all others end. */
export function destroyDevices(ns: NetNamespace): void {
  const home = initialNet(ns.kernel)
  for (const device of [...ns.devices.values()]) {
    if (device.ns !== ns || device.isLoopback) continue
    if (device.kind === 'physical' && home !== undefined) moveToNamespace(device, home, home.find(device.name) === undefined ? device.name : freeName(home, 'dev%d'))
    else deleteDevice(device)
  }
}
