// Which way a packet goes and what source address it gets (ip_route_output_key, inet_select_addr; ipv6_dev_get_saddr).
import { Errno } from '../../abi/errno.ts'
import { RT_SCOPE_HOST, RT_SCOPE_LINK, RTN_BLACKHOLE, RTN_LOCAL, RTN_PROHIBIT, RTN_UNREACHABLE } from '../../abi/netlink.ts'
import { inPrefix, type IpVersion } from '../../lib/ip.ts'
import type { FibNextHop, FibRoute } from './fib.ts'
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

/** Throws what connect(2) and send(2) answer without a usable route: ENETUNREACH, or what the route that refuses stands for. */
export function chooseRoute(net: NetNamespace, family: IpVersion, dst: bigint, via?: NetDevice): RouteChoice {
  const route = net.routes.lookup(family, dst, via === undefined ? {} : { device: via })
  if (route === undefined) throw family === 'inet6' && dst === LOOPBACK6 ? Errno.EADDRNOTAVAIL : Errno.ENETUNREACH
  if (route.type === RTN_BLACKHOLE) throw Errno.EINVAL
  if (route.type === RTN_UNREACHABLE) throw Errno.EHOSTUNREACH
  if (route.type === RTN_PROHIBIT) throw Errno.EACCES
  const hop = route.nexthops[0]
  return { route, hop, device: route.type === RTN_LOCAL ? net.loopback : hop?.device, source: sourceFor(net, family, route, hop?.device, hop?.gateway ?? dst) }
}

function sourceFor(net: NetNamespace, family: IpVersion, route: FibRoute, device: NetDevice | undefined, towards: bigint): bigint | undefined {
  if (route.prefsrc !== undefined) return route.prefsrc
  if (route.type === RTN_LOCAL) return towards
  const own = (device?.addresses ?? []).filter((a) => a.family === family && !a.isTentative && (family === 'inet6' || a.scope < RT_SCOPE_HOST))
  const near = own.find((a) => inPrefix(family, towards, a.peer, a.prefixlen)) ?? own[0]
  if (near !== undefined) return near.local
  for (const d of net.devices.values()) for (const a of d.addresses) if (a.family === family && a.scope < RT_SCOPE_LINK) return a.local
  return undefined
}
