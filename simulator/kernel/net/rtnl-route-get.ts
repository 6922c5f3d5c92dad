// RTM_GETROUTE for one destination (inet_rtm_getroute in net/ipv4/route.c, inet6_rtm_getroute in net/ipv6/route.c; `ip route get`): the way a packet would take.
import { Errno } from '../../abi/errno.ts'
import {
  type NetlinkReply, type ResolvedRoute, type RouteLookup, RT_SCOPE_UNIVERSE, RT_TABLE_LOCAL, RT_TABLE_MAIN, RTCF_BROADCAST, RTCF_LOCAL, RTCF_MULTICAST, RTN_BROADCAST, RTN_LOCAL, RTN_MULTICAST,
  RTN_UNICAST,
} from '../../abi/netlink.ts'
import { formatIp, type IpVersion, parseIp } from '../../lib/ip.ts'
import { NSEC_PER_SEC } from '../clock.ts'
import { fromKuidMunged } from '../cred/ids.ts'
import type { Task } from '../task.ts'
import type { RouteKey } from './fib.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { NetlinkError } from './netlink-error.ts'
import { chooseRoute, type RouteChoice } from './route-choice.ts'
import { routeMessage } from './route-message.ts'

const LIMITED_BROADCAST = 0xffffffffn, LOOPBACK4 = 0x7f000001n, ALL_HOSTS = 0xe0000001n
const isMulticast4 = (address: bigint): boolean => address >> 28n === 0xen
/** These prefixes say nothing about a multicast destination (prefixlen < 4). */
const SHORT_PREFIX = 4

function parsed(family: IpVersion, text: string): bigint {
  const value = parseIp(family, text)
  if (value === undefined) throw Errno.EINVAL
  return value
}
function deviceOf(net: NetNamespace, index: number | undefined): NetDevice | undefined {
  if (index === undefined) return undefined
  const device = net.device(index)
  if (device === undefined) throw Errno.ENODEV
  return device
}

export function lookupRoute(task: Task, net: NetNamespace, r: RouteLookup): readonly NetlinkReply[] {
  const { family } = r
  const source = r.src === undefined ? undefined : parsed(family, r.src)
  const input = deviceOf(net, r.iif)
  const key: RouteKey = { device: deviceOf(net, r.oif), source, input, mark: r.mark, tos: r.tos, uid: r.uid, ipProto: r.ipProto, sport: r.sport, dport: r.dport }
  const dst = parsed(family, r.dst)
  if (r.fibMatch === true) {
    const { route } = choose(net, family, dst, key)
    return [{ type: 'RTM_NEWROUTE', route: routeMessage(route) }]
  }
  const resolved = family === 'inet6' ? lookup6(net, r, dst, key) : input === undefined ? output4(net, r, dst, key) : input4(net, r, dst, key)
  return [{ type: 'RTM_NEWROUTE', resolved: { ...resolved, ...(resolved.type === RTN_UNICAST ? learned(net, r.dst) : {}), uid: family === 'inet6' || input !== undefined ? undefined : (r.uid ?? fromKuidMunged(task.cred.userNs, task.cred.uid)) } }]
}

/** What routers have told of the way (ipv4_link_mtu exceptions, rt6_exception). */
function learned(net: NetNamespace, dst: string): Partial<ResolvedRoute> {
  const entry = net.inet.pathMtuEntry(dst)
  return entry === undefined ? {} : { mtu: entry.mtu, expires: Math.floor(entry.left / NSEC_PER_SEC) }
}

function choose(net: NetNamespace, family: IpVersion, dst: bigint, key: RouteKey): RouteChoice {
  return chooseRoute(net, family, dst, key.device, key)
}
function answer(r: RouteLookup, choice: Partial<RouteChoice> & Pick<RouteChoice, 'route'>, more: Partial<ResolvedRoute>): ResolvedRoute {
  const { route, hop, device } = choice
  return {
    family: r.family, type: route.type, dst: r.dst, src: undefined, oif: device?.index ?? 0, iif: undefined, table: route.table, protocol: route.protocol, mark: r.mark ?? 0, uid: undefined,
    gateway: hop?.gateway === undefined || route.type === RTN_LOCAL ? undefined : formatIp(r.family, hop.gateway), metric: route.metric, mtu: route.mtu, metrics: route.metrics, pref: route.pref,
    flags: 0, ...more,
  }
}
const isOwn = (net: NetNamespace, address: bigint): boolean => net.routes.lookup('inet', address)?.type === RTN_LOCAL
/** The local table is one with main until the rules were changed: then only does its name show. */
const localTable = (net: NetNamespace): number => (net.routes.rules.inet.isCustom ? RT_TABLE_LOCAL : RT_TABLE_MAIN)

/** ip_route_output_key_hash_rcu */
function output4(net: NetNamespace, r: RouteLookup, dst: bigint, key: RouteKey): ResolvedRoute {
  if (key.source !== undefined && key.source !== 0n) {
    if (isMulticast4(key.source) || key.source === LIMITED_BROADCAST || key.source >> 24n === 0n) throw Errno.EINVAL
    if (!isOwn(net, key.source)) throw Errno.ENETUNREACH
  }
  if (dst === 0n) return answer(r, { route: localRoute(net), device: net.loopback }, { src: formatIp('inet', LOOPBACK4), flags: RTCF_LOCAL, table: RT_TABLE_MAIN })
  if (dst === LIMITED_BROADCAST && net.routes.lookup('inet', dst, key) === undefined && key.device === undefined) throw Errno.ENETUNREACH
  const choice = choose(net, 'inet', dst, key)
  const { route, source } = choice
  const src = key.source === undefined && source !== undefined ? formatIp('inet', source) : undefined
  if (route.type === RTN_LOCAL) return answer(r, choice, { src: key.source === undefined ? formatIp('inet', route.prefsrc ?? dst) : undefined, flags: RTCF_LOCAL, table: route.table === RT_TABLE_LOCAL ? localTable(net) : route.table })
  if (dst === LIMITED_BROADCAST || route.type === RTN_BROADCAST) return answer(r, choice, { type: RTN_BROADCAST, src, gateway: undefined, flags: RTCF_LOCAL + RTCF_BROADCAST, table: RT_TABLE_MAIN })
  if (isMulticast4(dst)) {
    const gateway = route.dstLen < SHORT_PREFIX || choice.hop?.gateway === undefined ? undefined : formatIp('inet', choice.hop.gateway)
    return answer(r, choice, { type: RTN_MULTICAST, src, gateway, flags: RTCF_MULTICAST + (dst === ALL_HOSTS ? RTCF_LOCAL : 0) })
  }
  return answer(r, choice, { src, flags: choice.hop?.device?.isLoopback === true ? RTCF_LOCAL : 0 })
}
const localRoute = (net: NetNamespace): RouteChoice['route'] => ({
  family: 'inet', table: RT_TABLE_MAIN, type: RTN_LOCAL, dst: 0n, dstLen: 0, scope: RT_SCOPE_UNIVERSE, protocol: 0, prefsrc: undefined, metric: 0, mtu: undefined,
  nexthops: [{ device: net.loopback, gateway: undefined, weight: 1, onlink: false }],
})

/** ip_route_input_slow */
function input4(net: NetNamespace, r: RouteLookup, dst: bigint, key: RouteKey): ResolvedRoute {
  const { source } = key
  if (source === undefined || source >> 24n === 0n || isMulticast4(source) || source === LIMITED_BROADCAST) throw Errno.EINVAL
  if (isOwn(net, source)) throw Errno.EXDEV
  const choice = choose(net, 'inet', dst, { ...key, device: undefined })
  const device = key.input
  if (choice.route.type === RTN_LOCAL) return answer(r, choice, { flags: RTCF_LOCAL, iif: device?.index, table: localTable(net) })
  if (choice.route.type === RTN_BROADCAST) return answer(r, choice, { flags: RTCF_LOCAL + RTCF_BROADCAST, iif: device?.index, table: RT_TABLE_MAIN, oif: net.loopback.index })
  if (device !== undefined && net.sysctls.get(`net/ipv4/conf/${device.name}/forwarding`) === '0') throw Errno.EHOSTUNREACH
  return answer(r, choice, { type: RTN_UNICAST, iif: device?.index })
}

function lookup6(net: NetNamespace, r: RouteLookup, dst: bigint, key: RouteKey): ResolvedRoute {
  if (r.iif !== undefined && key.input === undefined) throw new NetlinkError(Errno.ENODEV, 'Invalid device')
  let choice: RouteChoice
  try {
    choice = choose(net, 'inet6', dst, key)
  } catch (error) {
    throw error === Errno.EADDRNOTAVAIL ? Errno.ENETUNREACH : error
  }
  const { source } = choice
  const wanted = choice.route.type === RTN_LOCAL ? dst : (key.source ?? source)
  return answer(r, choice, { src: wanted === undefined ? undefined : formatIp('inet6', wanted), iif: key.input?.index })
}
