// What happens when a device goes up or down, gains or loses its carrier, moves or is renamed (net/core/dev.c and the notifier chains behind it).
import { Errno } from '../../abi/errno.ts'
import { IFF_UP, isValidIfname, RT_SCOPE_HOST, RTN_LOCAL } from '../../abi/netlink.ts'
import { addAddress, configureInet6 } from './address-change.ts'
import { addAddressRoutes, removeAddressRoutes } from './address-routes.ts'
import { bridgeReceive } from './bridge-forward.ts'
import { joinBridge, portJoined, portsChanged, updatePort } from './bridge-port.ts'
import type { FibNextHop } from './fib.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { NetlinkError } from './netlink-error.ts'
import { addressChanged, linkChanged, linkGone, netconfChanged } from './rtnl-notify.ts'
import { followLower, openUpper } from './upper-devices.ts'

const LOOPBACK4 = 0x7f000001n, LOOPBACK6 = 1n

/** dev_open */
export function bringUp(device: NetDevice): void {
  if (device.isUp) return
  openUpper(device)
  device.setFlags(IFF_UP, IFF_UP)
  device.hasQdisc = true
  if (device.kind === 'bridge') device.enabledSince ??= device.ns.kernel.clock.now
  linkChanged(device)
  if (device.isLoopback) {
    if (!device.addresses.some((a) => a.family === 'inet')) addAddress(device, { family: 'inet', local: LOOPBACK4, prefixlen: 8, scope: RT_SCOPE_HOST, label: device.name })
    if (!device.addresses.some((a) => a.family === 'inet6') && device.ns.sysctls.get(`net/ipv6/conf/${device.name}/disable_ipv6`) === '0') addAddress(device, { family: 'inet6', local: LOOPBACK6, prefixlen: 128, scope: RT_SCOPE_HOST })
  }
  for (const a of device.addresses) addAddressRoutes(device, a)
  configureInet6(device)
  carrierChanged(device)
  followLower(device, bringUp, bringDown)
}

/** dev_close: routes over the device die, but the addresses themselves (IPv4) stay and go on answering. */
export function bringDown(device: NetDevice): void {
  if (!device.isUp) return
  device.setFlags(0, IFF_UP)
  linkChanged(device)
  device.generation++
  device.neighbours.clear()
  const lost = device.addresses.filter((a) => a.family === 'inet6')
  device.addresses = device.addresses.filter((a) => a.family === 'inet')
  // A route of several hops lives on while one of them does.
  const isDead = (n: FibNextHop): boolean => n.device === device || n.device?.isUp === false
  device.ns.routes.removeIf((r) => r.nexthops.some((n) => n.device === device) && r.nexthops.every(isDead) && !(r.family === 'inet' && r.type === RTN_LOCAL))
  for (const address of lost) addressChanged(device, address, 'RTM_DELADDR')
  carrierChanged(device)
  followLower(device, bringUp, bringDown)
}

/** linkwatch: peers, ports and masters whose carrier follows this device. */
export function carrierChanged(device: NetDevice): void {
  const seen = new Set<NetDevice>()
  const visit = (d: NetDevice): void => {
    if (seen.has(d)) return
    seen.add(d)
    if (d.takeCarrierChange() && d !== device) {
      if (d.carrier) configureInet6(d)
      else d.neighbours.clear(true)
      if (d.isUp) linkChanged(d)
    }
    if (d === device) for (const port of d.ports) updatePort(port)
    if (d.master !== undefined) updatePort(d)
    if (d.peer !== undefined) visit(d.peer)
    if (d.master !== undefined) visit(d.master)
    for (const upper of d.uppers) visit(upper)
  }
  visit(device)
}

/** Makes a device a port of a bridge, or of nothing. */
export function setMaster(device: NetDevice, master: NetDevice | undefined): void {
  if (device.master === master) return
  if (master !== undefined) {
    if (master.kind !== 'bridge') throw Errno.EOPNOTSUPP
    if (device.kind === 'bridge') throw new NetlinkError(Errno.ELOOP, 'Can not enslave a bridge to a bridge')
    if (device.isLoopback || device.kind === 'tun' || (device.kind === 'ipvlan' && device.settings.get('mode') !== 'l2')) throw Errno.EINVAL
    if (device.master === undefined && device.rxHandler !== undefined) throw Errno.EBUSY
  }
  const old = device.master
  const bridges = [old, master].map((bridge) => ({ bridge, address: bridge?.address }))
  // A port hears everything: that begins once it has a master, and ends before it has none (br_manage_promisc).
  if (old !== undefined) linkChanged(device)
  old?.ports.delete(device)
  device.master = master
  device.rxHandler = master === undefined ? undefined : (port, frame) => bridgeReceive(master, port, frame)
  if (master !== undefined) {
    joinBridge(device, master)
    master.ports.add(device)
    master.hadPort = true
    portJoined(master, device)
  }
  if (old !== undefined) {
    for (const [mac, entry] of old.fdb) if (entry.port === device) old.fdb.delete(mac)
    portsChanged(old)
  }
  updatePort(device)
  linkChanged(device)
  if (master !== undefined) linkChanged(device)
  for (const { bridge, address } of bridges) if (bridge !== undefined && bridge.address !== address) linkChanged(bridge)
  if (old !== undefined) carrierChanged(old)
  carrierChanged(device)
}

/** dev_change_name. Throws EBUSY while it is up, EEXIST, EINVAL. */
export function rename(device: NetDevice, name: string): void {
  if (name === device.name) return
  if (device.isUp) throw Errno.EBUSY
  if (!isValidIfname(name)) throw Errno.EINVAL
  const { ns } = device
  if (ns.find(name) !== undefined) throw Errno.EEXIST
  ns.sysctls.removeDevice(device.name)
  ns.renameDevice(device, name)
  ns.sysctls.addDevice(name)
  linkChanged(device)
  netconfChanged(device, 'RTM_DELNETCONF', 'RTM_NEWNETCONF')
}

/** Everything bound to the namespace a device is in: it leaves bare. */
export function strip(device: NetDevice): void {
  bringDown(device)
  setMaster(device, undefined)
  for (const address of device.addresses) {
    addressChanged(device, address, 'RTM_DELADDR')
    removeAddressRoutes(device, address)
  }
  device.addresses = []
  device.ns.routes.removeIf((r) => r.nexthops.some((n) => n.device === device))
  device.hasQdisc = false
}

/** dev_change_net_namespace: down and without addresses; name and number may have to change. Throws EINVAL for lo and bridges, EEXIST. */
export function moveToNamespace(device: NetDevice, ns: NetNamespace, newName?: string): void {
  if (device.traits.isLocal) throw Errno.EINVAL
  if (device.ns === ns) return
  const name = newName ?? device.name
  if (ns.find(name) !== undefined || device.altnames.some((alt) => ns.find(alt) !== undefined)) throw Errno.EEXIST
  strip(device)
  const from = device.ns
  netconfChanged(device, 'RTM_DELNETCONF')
  const index = ns.devices.has(device.index) ? ns.nextIndex() : device.index
  linkGone(device, { netnsid: from.assignNsid(ns), index })
  from.removeDevice(device)
  from.sysctls.removeDevice(device.name)
  device.ns = ns
  device.name = name
  device.index = index
  enterNamespace(device)
  for (const below of [device.peer, device.lower]) if (below !== undefined && below.ns !== ns) ns.assignNsid(below.ns)
  for (const above of [device.peer, ...device.uppers]) if (above !== undefined && above.ns !== ns) above.ns.assignNsid(ns)
  ns.kernel.trace.emit('link.move', undefined, { name, from: from.ino, to: ns.ino, index: device.index })
  linkChanged(device)
}

export function enterNamespace(device: NetDevice): void {
  device.ns.addDevice(device)
  device.ns.sysctls.addDevice(device.name)
  netconfChanged(device, 'RTM_NEWNETCONF')
}
