// A route as RTM_NEWROUTE tells it (fib_dump_info in net/ipv4/fib_semantics.c, rt6_fill_node in net/ipv6/route.c).
import { type Route, RTNH_F_DEAD, RTNH_F_LINKDOWN, RTNH_F_ONLINK } from '../../abi/netlink.ts'
import { formatIp } from '../../lib/ip.ts'
import type { FibRoute } from './fib.ts'

export function routeMessage(route: FibRoute): Route {
  const text = (value: bigint | undefined): string | undefined => (value === undefined ? undefined : formatIp(route.family, value))
  return {
    family: route.family, table: route.table, type: route.type, dst: route.dstLen === 0 ? undefined : formatIp(route.family, route.dst), dstLen: route.dstLen, scope: route.scope,
    protocol: route.protocol, prefsrc: text(route.prefsrc), metric: route.metric, mtu: route.mtu, tos: route.tos ?? 0, metrics: route.metrics,
    pref: route.family === 'inet6' ? (route.pref ?? 0) : undefined,
    nexthops: route.nexthops.map((n) => ({
      oif: n.device?.index, gateway: text(n.gateway), weight: n.weight,
      flags: (n.onlink ? RTNH_F_ONLINK : 0) | (n.device === undefined || n.device.isLoopback ? 0 : !n.device.isUp ? RTNH_F_DEAD | RTNH_F_LINKDOWN : n.device.carrier ? 0 : RTNH_F_LINKDOWN),
    })),
  }
}
