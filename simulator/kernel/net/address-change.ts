// Adding and deleting addresses (net/ipv4/devinet.c: inet_insert_ifa, inet_del_ifa; net/ipv6/addrconf.c), and duplicate address detection.
import { Errno } from '../../abi/errno.ts'
import { IFA_F_NODAD, IFA_F_OPTIMISTIC, IFA_F_SECONDARY, IFA_F_TENTATIVE, IFF_NOARP, RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_SITE } from '../../abi/netlink.ts'
import { inPrefix, linkLocalOf } from '../../lib/ip.ts'
import { type AddressInit, InterfaceAddress } from './address.ts'
import { addAddressRoutes, multicastRoute, removeAddressRoutes } from './address-routes.ts'
import { isReady, startDad } from './autoconf.ts'
import type { NetDevice } from './net-device.ts'
import { NetlinkError } from './netlink-error.ts'
import { addressChanged } from './rtnl-notify.ts'

const LOOPBACK6 = 1n

/** Adds an address; one with a lifetime goes by itself. Throws EEXIST, EINVAL. */
export function addAddress(device: NetDevice, init: AddressInit): InterfaceAddress {
  const address = init.family === 'inet' ? addInet(device, init) : addInet6(device, init)
  expireLater(device, address)
  return address
}

/** Watches the lifetime of an address. */
export function expireLater(device: NetDevice, address: InterfaceAddress): void {
  const end = address.validUntil
  if (end === undefined) return
  device.ns.kernel.clock.at(end, () => {
    if (address.validUntil === end && device.addresses.includes(address)) deleteAddress(device, address)
  })
}

/** Of one network the first address is the primary, later ones are secondary; primaries are listed first, the narrower scope before the wider. */
function addInet(device: NetDevice, init: AddressInit): InterfaceAddress {
  let flags = (init.flags ?? 0) & ~IFA_F_SECONDARY
  const network = init.peer ?? init.local
  for (const a of device.addresses) {
    if (a.family !== 'inet' || a.prefixlen !== init.prefixlen || !inPrefix('inet', network, a.peer, a.prefixlen)) continue
    if (a.local === init.local) throw Errno.EEXIST
    if (a.scope !== init.scope) throw new NetlinkError(Errno.EINVAL, 'ipv4: Invalid scope value')
    flags |= IFA_F_SECONDARY
  }
  const address = new InterfaceAddress({ ...init, flags }, device.ns.kernel.clock.now)
  let at = device.addresses.findIndex((a) => a.family === 'inet6')
  if (at < 0) at = device.addresses.length
  if (!address.isSecondary) at = primaryPlace(device, address)
  device.addresses.splice(at, 0, address)
  addressChanged(device, address, 'RTM_NEWADDR')
  addAddressRoutes(device, address)
  return address
}

/** Behind the last primary of the same scope or a narrower one. */
const primaryPlace = (device: NetDevice, address: InterfaceAddress): number =>
  device.addresses.findLastIndex((a) => a.family === 'inet' && !a.isSecondary && a.scope >= address.scope) + 1

/** IPv6 addresses stand sorted by scope, the widest first, the newest first within a scope. One that a device gives itself is told of when it is known to be free. */
function addInet6(device: NetDevice, init: AddressInit, isAutomatic = false): InterfaceAddress {
  if (device.addresses.some((a) => a.family === 'inet6' && a.local === init.local)) throw Errno.EEXIST
  const address = new InterfaceAddress(init, device.ns.kernel.clock.now)
  const rank = (scope: number): number => (scope === RT_SCOPE_HOST ? 3 : scope === RT_SCOPE_LINK ? 2 : scope === RT_SCOPE_SITE ? 1 : 0)
  let at = device.addresses.findIndex((a) => a.family === 'inet6' && rank(a.scope) >= rank(address.scope))
  if (at < 0) at = device.addresses.length
  device.addresses.splice(at, 0, address)
  const isChecked = !device.isLoopback && !device.has(IFF_NOARP) && (address.flags & IFA_F_NODAD) === 0
  address.flags = (address.flags & ~IFA_F_OPTIMISTIC) | (device.isLoopback ? 0 : IFA_F_TENTATIVE)
  addAddressRoutes(device, address)
  if (!isAutomatic) addressChanged(device, address, 'RTM_NEWADDR')
  if (isChecked && isReady(device)) startDad(device, address)
  if (isChecked || device.isLoopback) return address
  address.flags &= ~IFA_F_TENTATIVE
  if (isReady(device)) addressChanged(device, address, 'RTM_NEWADDR')
  addAddressRoutes(device, address)
  return address
}

/** Deletes an address; with a primary its secondaries go, or the first of them takes its place (promote_secondaries). */
export function deleteAddress(device: NetDevice, address: InterfaceAddress): void {
  const remove = (a: InterfaceAddress, isGone = true): void => {
    if (isGone) addressChanged(device, a, 'RTM_DELADDR')
    removeAddressRoutes(device, a)
    device.addresses = device.addresses.filter((other) => other !== a)
  }
  const isPrimary = address.family === 'inet' && !address.isSecondary
  const secondaries = isPrimary
    ? device.addresses.filter((a) => a.isSecondary && a.prefixlen === address.prefixlen && inPrefix('inet', a.local, address.local, a.prefixlen))
    : []
  const promotes = device.ns.sysctls.get(`net/ipv4/conf/${device.name}/promote_secondaries`) !== '0' || device.ns.sysctls.get('net/ipv4/conf/all/promote_secondaries') !== '0'
  remove(address)
  if (!promotes) {
    for (const a of secondaries) remove(a)
    return
  }
  const [heir] = secondaries
  if (heir === undefined) return
  remove(heir, false)
  heir.flags &= ~IFA_F_SECONDARY
  addressChanged(device, heir, 'RTM_NEWADDR')
  device.addresses.splice(primaryPlace(device, heir), 0, heir)
  for (const a of [heir, ...secondaries.slice(1)]) addAddressRoutes(device, a)
}

/** A device that can talk makes itself a link-local address (addrconf_dev_config), and checks the addresses it has. */
export function configureInet6(device: NetDevice): void {
  if (device.isLoopback || !isReady(device) || device.ns.sysctls.get(`net/ipv6/conf/${device.name}/disable_ipv6`) !== '0') return
  if (device.ns.routes.find(multicastRoute(device)).every((r) => r.nexthops[0]?.device !== device)) device.ns.routes.add(multicastRoute(device))
  for (const a of device.addresses) if (a.isTentative) startDad(device, a)
  if (device.kind === 'tun') return
  const local = linkLocalOf(device.address)
  if (device.addrGenMode !== 0 || device.addresses.some((a) => a.family === 'inet6' && a.scope === RT_SCOPE_LINK)) return
  addInet6(device, { family: 'inet6', local, prefixlen: 64, scope: RT_SCOPE_LINK }, true)
}

/** dev_disable_change: what net.ipv6.conf.DEVICE.disable_ipv6 says now. Switched off, a device loses its addresses and routes; on, it begins again. */
export function toggleInet6(device: NetDevice): void {
  const { ns } = device
  const own = device.addresses.filter((a) => a.family === 'inet6')
  if (ns.sysctls.get(`net/ipv6/conf/${device.name}/disable_ipv6`) !== '0') {
    for (const address of own) deleteAddress(device, address)
    ns.routes.removeIf((r) => r.family === 'inet6' && r.nexthops.some((n) => n.device === device))
    for (const neighbour of device.neighbours.list()) if (neighbour.family === 'inet6') device.neighbours.remove(neighbour)
  } else if (!device.isLoopback) configureInet6(device)
  else if (device.isUp && own.length === 0) addAddress(device, { family: 'inet6', local: LOOPBACK6, prefixlen: 128, scope: RT_SCOPE_HOST })
}
