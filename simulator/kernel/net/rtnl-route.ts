// RTM_…ROUTE and the rules that choose a table (net/ipv4/fib_semantics.c, fib_frontend.c; net/ipv6/route.c; ip-route(8)).
import { Errno } from '../../abi/errno.ts'
import {
  type IpFamily, type NetlinkReply, type NetlinkRequest, type NextHop, NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, type RouteRequest,
  RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_NOWHERE, RT_SCOPE_UNIVERSE, RT_TABLE_MAIN, RT_TABLE_UNSPEC, RTN_BLACKHOLE, RTN_LOCAL, RTN_PROHIBIT, RTN_THROW, RTN_UNICAST, RTN_UNREACHABLE,
  RTNH_F_ONLINK, RTPROT_BOOT, RTPROT_UNSPEC,
} from '../../abi/netlink.ts'
import { ipBits, ipMask, parseIp } from '../../lib/ip.ts'
import type { FibNextHop, FibRoute } from './fib.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { NetlinkError } from './netlink-error.ts'
import { routeMessage } from './route-message.ts'

const V6_DEFAULT_METRIC = 1024
const REFUSING: ReadonlySet<number> = new Set([RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW])
const refuse = (errno: Errno, text: string): never => {
  throw new NetlinkError(errno, text)
}

export function dumpRoutes(net: NetNamespace, request: Extract<NetlinkRequest, { readonly type: 'RTM_GETROUTE' }>): readonly NetlinkReply[] {
  const table = request.table ?? RT_TABLE_UNSPEC
  const families: readonly IpFamily[] = request.family === undefined ? ['inet', 'inet6'] : [request.family]
  const replies: NetlinkReply[] = []
  for (const family of families) {
    if (table !== RT_TABLE_UNSPEC && !net.routes.exists(family, table)) refuse(Errno.ENOENT, `ipv${family === 'inet' ? 4 : 6}: FIB table does not exist`)
    const ids = table === RT_TABLE_UNSPEC ? net.routes.ids(family) : [table]
    for (const id of ids) for (const route of net.routes.list(family, id)) replies.push({ type: 'RTM_NEWROUTE', route: routeMessage(route) })
  }
  return replies
}

function parsed(family: IpFamily, text: string): bigint {
  return parseIp(family, text) ?? refuse(Errno.EINVAL, 'Invalid address')
}

/** fib_check_nh: a hop's device, from what was said or from the route to its gateway. */
function checkHop(net: NetNamespace, family: IpFamily, scope: number, oif: number | undefined, gatewayText: string | undefined, onlink: boolean, weight: number): FibNextHop {
  let device: NetDevice | undefined
  if (oif !== undefined) {
    device = net.device(oif)
    if (device === undefined) throw Errno.ENODEV
  }
  if (gatewayText === undefined) {
    if (device !== undefined && !device.isUp) refuse(family === 'inet' ? Errno.ENETDOWN : Errno.ENETDOWN, family === 'inet' ? 'Device for nexthop is not up' : 'Nexthop device is not up')
    return { device, gateway: undefined, weight, onlink }
  }
  const gateway = parsed(family, gatewayText)
  if (family === 'inet6' && gateway >> 118n === 0x3fan) {
    if (device === undefined) refuse(Errno.EINVAL, 'Egress device not specified')
    if (device?.isUp === false) refuse(Errno.ENETDOWN, 'Nexthop device is not up')
    return { device, gateway, weight, onlink }
  }
  if (onlink) {
    if (device === undefined) refuse(Errno.ENODEV, 'Nexthop device required for onlink')
    if (device !== undefined && !device.isUp) refuse(Errno.ENETDOWN, 'Nexthop device is not up')
    return { device, gateway, weight, onlink }
  }
  if (family === 'inet' && scope >= RT_SCOPE_LINK) refuse(Errno.EINVAL, 'Nexthop has invalid scope')
  const way = net.routes.lookup(family, gateway, device === undefined ? {} : { device })
  if (way === undefined || REFUSING.has(way.type)) {
    if (family === 'inet6') throw Errno.EHOSTUNREACH
    return refuse(Errno.ENETUNREACH, 'Nexthop has invalid gateway')
  }
  const hop = way.nexthops.find((n) => device === undefined || n.device === device) ?? way.nexthops[0]
  if (way.type === RTN_LOCAL && family === 'inet6') refuse(Errno.EINVAL, 'Gateway can not be a local address')
  if (hop?.gateway !== undefined) {
    if (family === 'inet6') throw Errno.EHOSTUNREACH
    refuse(Errno.ENETUNREACH, 'Nexthop has invalid gateway')
  }
  const out = way.type === RTN_LOCAL ? (device ?? hop?.device) : hop?.device
  if (out !== undefined && !out.isUp) refuse(Errno.ENETDOWN, 'Nexthop device is not up')
  return { device: out, gateway, weight, onlink }
}

function build(net: NetNamespace, r: RouteRequest): FibRoute {
  const { family } = r
  const dstLen = r.dstLen ?? (r.dst === undefined ? 0 : ipBits(family))
  const dst = r.dst === undefined ? 0n : parsed(family, r.dst)
  if (dstLen > ipBits(family)) refuse(Errno.EINVAL, 'Invalid prefix length')
  if ((dst & ~ipMask(family, dstLen)) !== 0n) {
    if (family === 'inet') refuse(Errno.EINVAL, 'Invalid prefix for given prefix length')
  }
  const type = r.type ?? RTN_UNICAST
  let hops: readonly NextHop[] = r.nexthops ?? (r.oif === undefined && r.gateway === undefined ? [] : [{ oif: r.oif, gateway: r.gateway, flags: r.onlink === true ? RTNH_F_ONLINK : 0, weight: 1 }])
  const viaGateway = hops.some((h) => h.gateway !== undefined)
  const scope = r.scope ?? (type === RTN_LOCAL ? RT_SCOPE_HOST : family === 'inet' && !viaGateway && type === RTN_UNICAST ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE)
  if (hops.length === 0 && !REFUSING.has(type)) {
    if (family === 'inet') throw Errno.ENODEV
    refuse(Errno.ENODEV, 'Invalid device')
  }
  if (hops.length > 0 && REFUSING.has(type) && family === 'inet') refuse(Errno.EINVAL, 'Gateway, device and multipath can not be specified for this route type')
  if (REFUSING.has(type) && family === 'inet6') hops = [{ oif: net.loopback.index, gateway: undefined, flags: 0, weight: 1 }]
  const prefsrc = r.prefsrc === undefined ? undefined : parsed(family, r.prefsrc)
  if (prefsrc !== undefined && ![...net.devices.values()].some((d) => d.addresses.some((a) => a.family === family && a.local === prefsrc))) refuse(Errno.EINVAL, 'Invalid prefsrc address')
  return {
    family, table: r.table ?? RT_TABLE_MAIN, type, dst: dst & ipMask(family, dstLen), dstLen, scope, protocol: r.protocol ?? RTPROT_BOOT, prefsrc,
    metric: (r.metric ?? 0) === 0 && family === 'inet6' ? V6_DEFAULT_METRIC : (r.metric ?? 0), mtu: r.mtu,
    ...(r.tos === undefined ? {} : { tos: r.tos }), ...(r.metrics === undefined ? {} : { metrics: r.metrics }), ...(r.pref === undefined ? {} : { pref: r.pref }),
    nexthops: REFUSING.has(type) ? hops.map(() => ({ device: net.loopback, gateway: undefined, weight: 1, onlink: false })) : hops.map((h) => checkHop(net, family, scope, h.oif, h.gateway, (h.flags & RTNH_F_ONLINK) !== 0, h.weight)),
  }
}

const sameHops = (a: FibRoute, b: FibRoute): boolean =>
  a.nexthops.length === b.nexthops.length && a.nexthops.every((n, i) => n.device === b.nexthops[i].device && n.gateway === b.nexthops[i].gateway && n.weight === b.nexthops[i].weight)

/** fib_table_insert, fib6_add_rt2node: what REPLACE, EXCL and APPEND do to routes with the same key. */
export function newRouteRequest(net: NetNamespace, flags: number, request: RouteRequest): readonly NetlinkReply[] {
  const route = build(net, request)
  const { routes } = net
  const same = routes.find(route)
  const identical = same.find((r) => r.type === route.type && r.scope === route.scope && r.prefsrc === route.prefsrc && sameHops(r, route))
  if (same.length === 0) {
    if ((flags & NLM_F_CREATE) === 0) throw Errno.ENOENT
    routes.add(route)
  } else if ((flags & NLM_F_EXCL) !== 0) throw Errno.EEXIST
  else if ((flags & NLM_F_REPLACE) !== 0) {
    if (identical !== undefined && identical !== same[0] && route.family === 'inet') throw Errno.EEXIST
    routes.replace(same[0], route)
  } else if (identical !== undefined) throw Errno.EEXIST
  else if (route.family === 'inet6' && canJoin(same[0]) && canJoin(route)) routes.replace(same[0], { ...same[0], nexthops: [...same[0].nexthops, ...route.nexthops] })
  else routes.add(route, (flags & NLM_F_APPEND) === 0)
  return []
}
/** rt6_qualify_for_ecmp: IPv6 routes by gateways become hops of one route. */
const canJoin = (route: FibRoute): boolean => route.nexthops.every((n) => n.gateway !== undefined)

export function deleteRouteRequest(net: NetNamespace, r: RouteRequest): readonly NetlinkReply[] {
  const { family } = r
  const dstLen = r.dstLen ?? (r.dst === undefined ? 0 : ipBits(family))
  const dst = (r.dst === undefined ? 0n : parsed(family, r.dst)) & ipMask(family, dstLen)
  const table = r.table === undefined || r.table === RT_TABLE_UNSPEC ? RT_TABLE_MAIN : r.table
  const gateway = r.gateway === undefined ? undefined : parsed(family, r.gateway)
  const matches = (route: FibRoute): boolean =>
    route.dst === dst && route.dstLen === dstLen && (route.tos ?? 0) === (r.tos ?? 0) && (r.metric === undefined || r.metric === 0 || route.metric === r.metric) && (r.type === undefined || r.type === 0 || route.type === r.type) &&
    (r.scope === undefined || r.scope === RT_SCOPE_NOWHERE || route.scope === r.scope) && (r.protocol === undefined || r.protocol === RTPROT_UNSPEC || route.protocol === r.protocol) &&
    (r.oif === undefined || route.nexthops.some((n) => n.device?.index === r.oif)) && (gateway === undefined || route.nexthops.some((n) => n.gateway === gateway)) &&
    (r.prefsrc === undefined || route.prefsrc === parsed(family, r.prefsrc))
  const found = net.routes.list(family, table).find(matches)
  if (found === undefined) {
    if (!net.routes.exists(family, table)) refuse(Errno.ESRCH, 'FIB table does not exist')
    throw Errno.ESRCH
  }
  net.routes.remove(found)
  return []
}
