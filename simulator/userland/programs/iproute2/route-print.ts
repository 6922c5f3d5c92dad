// A route as `ip route` shows it (print_route in ip/iproute.c), as text and as JSON. What the user has selected by is left out.
import type { Flow } from '../../../abi/syscalls.ts'
import {
  type NextHop, type ResolvedRoute, type Route, type RouteMetrics, RT_SCOPE_UNIVERSE, RT_TABLE_MAIN, RT_TABLE_UNSPEC, RTCF_BROADCAST, RTCF_LOCAL, RTCF_MULTICAST, RTN_UNICAST, RTNH_F_DEAD,
  RTNH_F_LINKDOWN, RTNH_F_ONLINK, RTPROT_BOOT,
} from '../../../abi/netlink.ts'
import { dsfieldNames, Names, protocolNames, ROUTE_TYPES, scopeNames, tableNames } from './names.ts'
import { type IpOptions, type Json, newline, paint } from './output.ts'
import type { Rtnl } from './rtnl.ts'

const PREFERENCES = ['medium', 'high', 'invalid', 'low']
/** By RTAX_… number. */
const METRICS = ['mtu', 'window', 'rtt', 'rttvar', 'ssthresh', 'cwnd', 'advmss', 'reordering', 'hoplimit', 'initcwnd', 'rto_min', 'initrwnd', 'quickack', 'fastopen_no_cookie']
const TIMES: ReadonlySet<string> = new Set(['rtt', 'rttvar', 'rto_min'])

/** What a listing was asked for, as far as it decides what is shown. */
export interface Shown {
  readonly table: number
  readonly dev?: number
  readonly hidesProtocol?: boolean
  readonly hidesScope?: boolean
  readonly hidesSource?: boolean
  readonly hidesMetric?: boolean
  readonly hidesGateway?: boolean
  readonly hidesTos?: boolean
}

export interface RouteNames {
  readonly tables: Names
  readonly protocols: Names
  readonly scopes: Names
  readonly fields: Names
}
/** With -N everything stays a number. */
export function* routeNames(o: IpOptions): Flow<RouteNames> {
  if (o.numeric) return { tables: new Names(), protocols: new Names(), scopes: new Names(), fields: new Names() }
  return { tables: yield* tableNames(), protocols: yield* protocolNames(), scopes: yield* scopeNames(), fields: yield* dsfieldNames() }
}

export const destination = (r: Route): string => {
  const full = r.family === 'inet' ? 32 : 128
  if (r.dst === undefined || r.dstLen === 0) return r.dst === undefined || /^[0.:]+$/.test(r.dst) ? 'default' : `${r.dst}/0`
  return r.dstLen === full ? r.dst : `${r.dst}/${r.dstLen}`
}
const hopFlags = (flags: number): string[] => [
  ...((flags & RTNH_F_DEAD) !== 0 ? ['dead'] : []), ...((flags & RTNH_F_ONLINK) !== 0 ? ['onlink'] : []), ...((flags & RTNH_F_LINKDOWN) !== 0 ? ['linkdown'] : []),
]
function metricsOf(mtu: number | undefined, metrics: RouteMetrics | undefined): readonly (readonly [string, number, boolean])[] {
  const locked = metrics?.locked
  const all: Record<string, unknown> = { ...metrics, mtu }
  return METRICS.flatMap((name) => (typeof all[name] === 'number' ? [[name, all[name], Array.isArray(locked) && locked.includes(name)] as const] : []))
}
const metricsText = (mtu: number | undefined, metrics: RouteMetrics | undefined): string =>
  metricsOf(mtu, metrics).map(([name, value, locked]) => `${name} ${locked ? 'lock ' : ''}${value}${TIMES.has(name) ? 'ms' : ''} `).join('')
function metricsJson(mtu: number | undefined, metrics: RouteMetrics | undefined): Record<string, Json> {
  const list = metricsOf(mtu, metrics)
  return list.length === 0 ? {} : { metrics: [Object.fromEntries(list.map(([name, value]) => [name, value]))] }
}

function* hopText(rtnl: Rtnl, o: IpOptions, n: NextHop, shown: Shown): Flow<string> {
  const via = n.gateway === undefined || shown.hidesGateway === true ? '' : `via ${paint(o, n.gateway.includes(':') ? 'inet6' : 'inet', `${n.gateway} `)}`
  return `${via}${n.oif === undefined || n.oif === shown.dev ? '' : `dev ${paint(o, 'ifname', `${yield* rtnl.name(n.oif)} `)}`}`
}

export function* routeText(rtnl: Rtnl, o: IpOptions, names: RouteNames, r: Route, shown: Shown): Flow<string> {
  let text = r.type !== RTN_UNICAST || o.details ? `${ROUTE_TYPES[r.type]} ` : ''
  text += paint(o, destination(r) === 'default' ? undefined : r.family, `${destination(r)} `)
  if (r.tos !== 0 && shown.hidesTos !== true) text += `tos ${names.fields.hexName(r.tos)} `
  const single = r.nexthops.length === 1 ? r.nexthops[0] : undefined
  if (single !== undefined) text += yield* hopText(rtnl, o, single, shown)
  if (shown.table === RT_TABLE_UNSPEC && (r.table !== RT_TABLE_MAIN || o.details)) text += `table ${names.tables.name(r.table)} `
  if ((r.protocol !== RTPROT_BOOT || o.details) && shown.hidesProtocol !== true) text += `proto ${names.protocols.name(r.protocol)} `
  if ((r.scope !== RT_SCOPE_UNIVERSE || o.details) && shown.hidesScope !== true) text += `scope ${names.scopes.name(r.scope)} `
  if (r.prefsrc !== undefined && shown.hidesSource !== true) text += `src ${paint(o, r.family, `${r.prefsrc} `)}`
  if ((r.metric !== 0 || r.family === 'inet6') && shown.hidesMetric !== true) text += `metric ${r.metric} `
  if (single !== undefined) text += hopFlags(single.flags).map((flag) => `${flag} `).join('')
  text += metricsText(r.mtu, r.metrics)
  if (r.pref !== undefined) text += `pref ${PREFERENCES[r.pref] ?? 'medium'} `
  if (single === undefined) for (const n of r.nexthops) text += `${newline(o)}\tnexthop ${yield* hopText(rtnl, o, n, { ...shown, dev: undefined })}weight ${n.weight} ${hopFlags(n.flags).map((flag) => `${flag} `).join('')}`
  return `${text}\n`
}

export function* routeJson(rtnl: Rtnl, o: IpOptions, names: RouteNames, r: Route, shown: Shown): Flow<Json> {
  const one = r.nexthops.length === 1 ? r.nexthops[0] : undefined
  const hops: Json[] = []
  if (one === undefined) for (const n of r.nexthops) hops.push({ ...(n.gateway === undefined ? {} : { gateway: n.gateway }), ...(n.oif === undefined ? {} : { dev: yield* rtnl.name(n.oif) }), weight: n.weight, flags: hopFlags(n.flags) })
  return {
    ...(r.type === RTN_UNICAST && !o.details ? {} : { type: ROUTE_TYPES[r.type] }), dst: destination(r), ...(r.tos === 0 ? {} : { tos: names.fields.hexName(r.tos) }),
    ...(one?.gateway === undefined || shown.hidesGateway === true ? {} : { gateway: one.gateway }), ...(one?.oif === undefined || one.oif === shown.dev ? {} : { dev: yield* rtnl.name(one.oif) }),
    ...(shown.table === RT_TABLE_UNSPEC && (r.table !== RT_TABLE_MAIN || o.details) ? { table: names.tables.name(r.table) } : {}),
    ...((r.protocol === RTPROT_BOOT && !o.details) || shown.hidesProtocol === true ? {} : { protocol: names.protocols.name(r.protocol) }),
    ...((r.scope === RT_SCOPE_UNIVERSE && !o.details) || shown.hidesScope === true ? {} : { scope: names.scopes.name(r.scope) }),
    ...(r.prefsrc === undefined || shown.hidesSource === true ? {} : { prefsrc: r.prefsrc }), ...((r.metric === 0 && r.family === 'inet') || shown.hidesMetric === true ? {} : { metric: r.metric }),
    flags: one === undefined ? [] : hopFlags(one.flags), ...metricsJson(r.mtu, r.metrics), ...(r.pref === undefined ? {} : { pref: PREFERENCES[r.pref] ?? 'medium' }),
    ...(hops.length > 0 ? { nexthops: hops } : {}),
  }
}

const CACHE: readonly (readonly [number, string])[] = [[RTCF_LOCAL, 'local'], [RTCF_BROADCAST, 'brd'], [RTCF_MULTICAST, 'mc']]
/** RTCF_LOCAL is the sign bit: plain arithmetic, so that it stays positive. */
const cacheFlags = (flags: number): string[] => CACHE.filter(([bit]) => Math.floor(flags / bit) % 2 === 1).map(([, name]) => name)
/** RTCF_MULTICAST has the value of RTM_F_OFFLOAD_FAILED, and iproute2 shows that. */
const oddFlags = (r: ResolvedRoute): string[] => (Math.floor(r.flags / RTCF_MULTICAST) % 2 === 1 ? ['rt_offload_failed'] : [])
const markText = (mark: number): string => (mark >= 16 ? `0x${mark.toString(16)}` : String(mark))

/** The answer to `ip route get`. */
export function* resolvedText(rtnl: Rtnl, o: IpOptions, names: RouteNames, r: ResolvedRoute, from: string | undefined): Flow<string> {
  const isV6 = r.family === 'inet6'
  let text = r.type !== RTN_UNICAST || o.details ? `${ROUTE_TYPES[r.type]} ` : ''
  text += paint(o, r.family, `${r.dst} `)
  if (from !== undefined || isV6) text += `from ${paint(o, r.family, `${from ?? '::'} `)}`
  if (r.gateway !== undefined) text += `via ${paint(o, r.family, `${r.gateway} `)}`
  text += `dev ${paint(o, 'ifname', `${yield* rtnl.name(r.oif)} `)}`
  if (r.table !== RT_TABLE_MAIN || o.details) text += `table ${names.tables.name(r.table)} `
  if (isV6 && (r.protocol !== RTPROT_BOOT || o.details)) text += `proto ${names.protocols.name(r.protocol)} `
  if (isV6 && o.details) text += `scope ${names.scopes.name(RT_SCOPE_UNIVERSE)} `
  if (r.src !== undefined) text += `src ${paint(o, r.family, `${r.src} `)}`
  if (isV6) text += `metric ${r.metric} `
  text += oddFlags(r).map((flag) => `${flag} `).join('')
  if (r.mark !== 0) text += `mark ${markText(r.mark)} `
  if (r.uid !== undefined) text += `uid ${r.uid} `
  if (!isV6) text += `${newline(o)}    cache ${cacheFlags(r.flags).length === 0 ? '' : `<${cacheFlags(r.flags).join(',')}> `}`
  if (r.expires !== undefined) text += `expires ${r.expires}sec `
  text += metricsText(r.mtu, r.metrics)
  if (r.iif !== undefined) text += `iif ${paint(o, 'ifname', `${yield* rtnl.name(r.iif)} `)}`
  return `${text}${r.pref === undefined && !isV6 ? '' : `pref ${PREFERENCES[r.pref ?? 0] ?? 'medium'}`}\n`
}

export function* resolvedJson(rtnl: Rtnl, o: IpOptions, names: RouteNames, r: ResolvedRoute, from: string | undefined): Flow<Json> {
  const isV6 = r.family === 'inet6'
  const source = from ?? (isV6 ? '::' : undefined)
  return {
    ...(r.type === RTN_UNICAST && !o.details ? {} : { type: ROUTE_TYPES[r.type] }), dst: r.dst, ...(source === undefined ? {} : { from: source }),
    ...(r.gateway === undefined ? {} : { gateway: r.gateway }), dev: yield* rtnl.name(r.oif), ...(r.table === RT_TABLE_MAIN && !o.details ? {} : { table: names.tables.name(r.table) }),
    ...(isV6 && r.protocol !== RTPROT_BOOT ? { protocol: names.protocols.name(r.protocol) } : {}), ...(r.src === undefined ? {} : { prefsrc: r.src }), ...(isV6 ? { metric: r.metric } : {}),
    flags: oddFlags(r), ...(r.mark === 0 ? {} : { mark: r.mark }), ...(r.uid === undefined ? {} : { uid: r.uid }), ...(isV6 ? {} : { cache: cacheFlags(r.flags) }),
    ...metricsJson(r.mtu, r.metrics), ...(r.iif === undefined ? {} : { iif: yield* rtnl.name(r.iif) }), ...(isV6 ? { pref: PREFERENCES[r.pref ?? 0] ?? 'medium' } : {}),
  }
}
