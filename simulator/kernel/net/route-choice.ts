// Which way a packet goes and what source address it gets (ip_route_output_key, inet_select_addr; ip6_route_output, ipv6_dev_get_saddr).
import { Errno } from '../../abi/errno.ts'
import { RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_UNIVERSE, RT_TABLE_MAIN, RTN_BLACKHOLE, RTN_LOCAL, RTN_PROHIBIT, RTN_UNICAST, RTN_UNREACHABLE, RTPROT_KERNEL } from '../../abi/netlink.ts'
import { inPrefix, ipBits, type IpVersion } from '../../lib/ip.ts'
import type { InterfaceAddress } from './address.ts'
import type { FibNextHop, FibRoute, RouteKey } from './fib.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'

const LOOPBACK6 = 1n

export interface RouteChoice {
  readonly route: FibRoute
  readonly hop: FibNextHop | undefined
  /** Where it leaves: lo for one's own addresses. */
  readonly device: NetDevice | undefined
  readonly source: bigint | undefined
}

export const isMulticast = (family: IpVersion, address: bigint): boolean => (family === 'inet' ? address >> 28n === 0xen : address >> 120n === 0xffn)
export const isLinkLocal6 = (address: bigint): boolean => address >> 118n === 0x3fan

/** fib_select_path: one of several hops, the same for the same pair of addresses; a hop whose device is gone or without carrier only if there is no other. */
function chooseHop(route: FibRoute, key: RouteKey, dst: bigint): FibNextHop | undefined {
  const { nexthops } = route
  if (nexthops.length < 2) return nexthops[0]
  if (key.device !== undefined) return nexthops.find((n) => n.device === key.device)
  const alive = nexthops.filter((n) => n.device !== undefined && n.device.isUp && n.device.carrier)
  const candidates = alive.length > 0 ? alive : nexthops
  const total = candidates.reduce((sum, n) => sum + n.weight, 0)
  let at = Number((dst ^ (dst >> 16n) ^ (key.source ?? 0n) * 31n) % BigInt(Math.max(1, total)))
  for (const hop of candidates) {
    at -= hop.weight
    if (at < 0) return hop
  }
  return candidates[0]
}

/** Throws what connect(2) and send(2) answer without a usable route: ENETUNREACH, or what the route that refuses stands for. */
export function chooseRoute(net: NetNamespace, family: IpVersion, dst: bigint, via?: NetDevice, more: RouteKey = {}): RouteChoice {
  const key: RouteKey = via === undefined ? more : { ...more, device: via }
  const route = net.routes.lookup(family, dst, key) ?? assumedOnLink(family, dst, key)
  if (route === undefined) throw family === 'inet6' && dst === LOOPBACK6 ? Errno.EADDRNOTAVAIL : Errno.ENETUNREACH
  if (route.type === RTN_BLACKHOLE) throw Errno.EINVAL
  if (route.type === RTN_UNREACHABLE) throw Errno.EHOSTUNREACH
  if (route.type === RTN_PROHIBIT) throw Errno.EACCES
  const hop = chooseHop(route, key, dst)
  return { route, hop, device: route.type === RTN_LOCAL ? net.loopback : hop?.device, source: sourceFor(net, family, route, hop?.device, hop?.gateway ?? dst) }
}
/** “Apparently, routing tables are wrong. Assume that the destination is on link”: IPv4 with a device but no route by it. */
function assumedOnLink(family: IpVersion, dst: bigint, { device, input }: RouteKey): FibRoute | undefined {
  if (family === 'inet6' || device === undefined || input !== undefined) return undefined
  return {
    family, table: RT_TABLE_MAIN, type: RTN_UNICAST, dst, dstLen: ipBits(family), scope: RT_SCOPE_UNIVERSE, protocol: RTPROT_KERNEL, prefsrc: undefined, metric: 0, mtu: undefined,
    nexthops: [{ device, gateway: undefined, weight: 1, onlink: false }],
  }
}

function sourceFor(net: NetNamespace, family: IpVersion, route: FibRoute, device: NetDevice | undefined, towards: bigint): bigint | undefined {
  if (route.prefsrc !== undefined) return route.prefsrc
  if (route.type === RTN_LOCAL) return towards
  return selectSource(net, family, device, towards)
}

/** inet_select_addr, ipv6_dev_get_saddr: an address of the device, near the target if there is one; else any that is known beyond its own link. */
export function selectSource(net: NetNamespace, family: IpVersion, device: NetDevice | undefined, towards: bigint): bigint | undefined {
  if (family === 'inet6') return selectSource6(net, device, towards)
  const own = (device?.addresses ?? []).filter((a) => a.family === 'inet' && a.scope < RT_SCOPE_HOST)
  const near = own.find((a) => inPrefix('inet', towards, a.peer, a.prefixlen)) ?? own.find((a) => !a.isSecondary)
  if (near !== undefined) return near.local
  for (const d of net.devices.values()) for (const a of d.addresses) if (a.family === 'inet' && a.scope < RT_SCOPE_LINK) return a.local
  return undefined
}

/** RFC 6724, the rules that matter here: appropriate scope, not deprecated, the outgoing device, the longest common prefix. */
function selectSource6(net: NetNamespace, device: NetDevice | undefined, towards: bigint): bigint | undefined {
  const wantsLink = isLinkLocal6(towards) || (isMulticast('inet6', towards) && ((towards >> 112n) & 0xfn) <= 2n)
  let best: { readonly address: InterfaceAddress; readonly score: number } | undefined
  for (const d of wantsLink && device !== undefined ? [device] : net.devices.values()) {
    for (const a of d.addresses) {
      if (a.family !== 'inet6' || a.isTentative || a.scope === RT_SCOPE_HOST) continue
      const fitsScope = wantsLink === (a.scope === RT_SCOPE_LINK)
      if (a.scope === RT_SCOPE_LINK && d !== device) continue
      const score = (fitsScope ? 4000 : 0) + (a.isDeprecated(net.kernel.clock.now) ? 0 : 2000) + (d === device ? 1000 : 0) + commonPrefix(a.local, towards)
      if (best === undefined || score > best.score) best = { address: a, score }
    }
  }
  return best?.address.local
}
function commonPrefix(a: bigint, b: bigint): number {
  const difference = a ^ b
  return difference === 0n ? 128 : 128 - difference.toString(2).length
}
