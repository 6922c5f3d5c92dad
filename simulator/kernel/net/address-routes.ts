// Routes that addresses bring with them (net/ipv4/fib_frontend.c: fib_add_ifaddr; net/ipv6/addrconf.c): the address itself in table local, its network in main.
import { IFA_F_NOPREFIXROUTE, RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_UNIVERSE, RT_TABLE_LOCAL, RT_TABLE_MAIN, RTN_BROADCAST, RTN_LOCAL, RTN_MULTICAST, RTN_UNICAST, RTPROT_KERNEL } from '../../abi/netlink.ts'
import { inPrefix, ipMask, type IpVersion } from '../../lib/ip.ts'
import type { InterfaceAddress } from './address.ts'
import type { FibRoute } from './fib.ts'
import type { NetDevice } from './net-device.ts'

const V6_METRIC = 256
const MULTICAST6 = 0xff00n << 112n

function connected(device: NetDevice, family: IpVersion, type: number, dst: bigint, dstLen: number, prefsrc: bigint | undefined, metric: number): FibRoute {
  const isUnicast = type === RTN_UNICAST
  return {
    family, table: isUnicast ? RT_TABLE_MAIN : RT_TABLE_LOCAL, type, dst, dstLen, prefsrc, metric, mtu: undefined, protocol: RTPROT_KERNEL,
    scope: family === 'inet6' ? RT_SCOPE_UNIVERSE : type === RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK,
    nexthops: [{ device, gateway: undefined, weight: 1, onlink: false }],
  }
}

/** The routes of one address while its device is as it is now. */
export function routesOfAddress(device: NetDevice, address: InterfaceAddress): readonly FibRoute[] {
  return address.family === 'inet' ? inetRoutes(device, address) : inet6Routes(device, address)
}

function inetRoutes(device: NetDevice, a: InterfaceAddress): readonly FibRoute[] {
  const route = (type: number, dst: bigint, len: number): FibRoute => connected(device, 'inet', type, dst, len, a.local, 0)
  // A secondary address's own route prefers the primary as its source (fib_add_ifaddr).
  const primary = a.isSecondary ? device.addresses.find((other) => other.family === 'inet' && !other.isSecondary && other.prefixlen === a.prefixlen && inPrefix('inet', a.local, other.peer, a.prefixlen)) : undefined
  const routes = [connected(device, 'inet', RTN_LOCAL, a.local, 32, (primary ?? a).local, 0)]
  if (!device.isUp) return routes
  if (a.broadcast !== undefined && a.broadcast !== 0xffffffffn) routes.push(route(RTN_BROADCAST, a.broadcast, 32))
  const { network } = a
  if (network >> 24n === 0n || a.isSecondary || (network === a.local && a.prefixlen === 32)) return routes
  if ((a.flags & IFA_F_NOPREFIXROUTE) === 0) routes.push(connected(device, 'inet', device.isLoopback ? RTN_LOCAL : RTN_UNICAST, network, a.prefixlen, a.local, a.metric ?? 0))
  const last = network | (((1n << 32n) - 1n) ^ ipMask('inet', a.prefixlen))
  if (a.prefixlen < 31 && last !== a.broadcast) routes.push(route(RTN_BROADCAST, last, 32))
  return routes
}

function inet6Routes(device: NetDevice, a: InterfaceAddress): readonly FibRoute[] {
  if (!device.isUp) return []
  const routes: FibRoute[] = []
  if ((a.flags & IFA_F_NOPREFIXROUTE) === 0 && !device.isLoopback) routes.push(connected(device, 'inet6', RTN_UNICAST, a.network, a.prefixlen, undefined, a.metric ?? V6_METRIC))
  if (!a.isTentative) routes.push(connected(device, 'inet6', RTN_LOCAL, a.local, 128, undefined, 0))
  return routes
}

/** ff00::/8 of every device that is up with IPv6. */
export const multicastRoute = (device: NetDevice): FibRoute => connected(device, 'inet6', RTN_MULTICAST, MULTICAST6, 8, undefined, V6_METRIC)

const sameRoute = (a: FibRoute, b: FibRoute): boolean =>
  a.family === b.family && a.table === b.table && a.type === b.type && a.dst === b.dst && a.dstLen === b.dstLen && a.metric === b.metric && a.prefsrc === b.prefsrc &&
  a.protocol === b.protocol && a.nexthops[0]?.device === b.nexthops[0]?.device

/** Puts the routes of a device's addresses that are missing into the tables. */
export function addAddressRoutes(device: NetDevice, address: InterfaceAddress): void {
  const { routes } = device.ns
  for (const route of routesOfAddress(device, address)) if (!routes.find(route).some((r) => sameRoute(r, route))) routes.add(route)
}

/** Takes away what only this address brought: another one with the same network keeps its routes. */
export function removeAddressRoutes(device: NetDevice, address: InterfaceAddress): void {
  const { routes } = device.ns
  const kept = device.addresses.filter((a) => a !== address).flatMap((a) => [...routesOfAddress(device, a)])
  // fib_del_ifaddr: the network goes first, the address itself last.
  const rank = (r: FibRoute): number => (r.type === RTN_LOCAL && r.dst === address.local ? 2 : r.type === RTN_BROADCAST ? 1 : 0)
  for (const route of [...routesOfAddress(device, address)].sort((a, b) => rank(a) - rank(b))) {
    if (kept.some((k) => sameRoute(k, route))) continue
    for (const found of routes.find(route)) if (sameRoute(found, route)) routes.remove(found)
  }
  if (address.family === 'inet') routes.removeIf((r) => r.family === 'inet' && r.prefsrc === address.local && r.nexthops.some((n) => n.device === device))
}
