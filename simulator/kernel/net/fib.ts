// Routing tables (net/ipv4/fib_trie.c, net/ipv6/ip6_fib.c; ip-route(8)): what they hold, in which order they are listed, which route a destination takes.
import { type RouteMetrics, RT_SCOPE_UNIVERSE, RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN, RTN_BLACKHOLE, RTN_PROHIBIT, RTN_THROW, RTPROT_KERNEL } from '../../abi/netlink.ts'
import { inPrefix, ipBits, ipMask, type IpVersion } from '../../lib/ip.ts'
import { FibRules } from './fib-rules.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { routeChanged } from './rtnl-notify.ts'

export interface FibNextHop {
  readonly device: NetDevice | undefined
  readonly gateway: bigint | undefined
  readonly weight: number
  readonly onlink: boolean
}

export interface FibRoute {
  readonly family: IpVersion
  readonly table: number
  readonly type: number
  readonly dst: bigint
  readonly dstLen: number
  readonly scope: number
  readonly protocol: number
  readonly prefsrc: bigint | undefined
  readonly metric: number
  readonly mtu: number | undefined
  readonly nexthops: readonly FibNextHop[]
  readonly tos?: number
  readonly metrics?: RouteMetrics
  readonly pref?: number
}

/** What else a packet is routed by, for rules and for a device that was asked for. `input`: where a forwarded packet came in. */
export interface RouteKey {
  readonly device?: NetDevice
  readonly source?: bigint
  readonly input?: NetDevice
  readonly mark?: number
  readonly tos?: number
  readonly uid?: number
  readonly ipProto?: number
  readonly sport?: number
  readonly dport?: number
}

/** Tries are walked by rising key; of one key the longer prefix comes first, then the lower metric. */
function compareInet(a: FibRoute, b: FibRoute): number {
  if (a.dst !== b.dst) return a.dst < b.dst ? -1 : 1
  return b.dstLen - a.dstLen || (b.tos ?? 0) - (a.tos ?? 0) || a.metric - b.metric
}
/** The IPv6 tree is walked leaves first: a prefix comes after what lies within it. */
function compareInet6(a: FibRoute, b: FibRoute): number {
  if (a.dstLen !== b.dstLen) {
    if (a.dstLen < b.dstLen && inPrefix('inet6', b.dst, a.dst, a.dstLen)) return 1
    if (b.dstLen < a.dstLen && inPrefix('inet6', a.dst, b.dst, b.dstLen)) return -1
  }
  if (a.dst !== b.dst) return a.dst < b.dst ? -1 : 1
  return b.dstLen - a.dstLen || a.metric - b.metric
}

/** One table: its routes in the order they are listed, and by prefix for looking up. */
class Table {
  readonly routes: FibRoute[] = []
  readonly #byLength = new Map<number, Map<bigint, FibRoute[]>>()
  #lengths: readonly number[] = []

  with(dst: bigint, dstLen: number): readonly FibRoute[] {
    return this.#byLength.get(dstLen)?.get(dst) ?? []
  }
  insert(route: FibRoute, at: number): void {
    this.routes.splice(at, 0, route)
    let group = this.#byLength.get(route.dstLen)
    if (group === undefined) {
      this.#byLength.set(route.dstLen, (group = new Map<bigint, FibRoute[]>()))
      this.#lengths = [...this.#byLength.keys()].sort((a, b) => b - a)
    }
    const same = [...(group.get(route.dst) ?? []), route]
    group.set(route.dst, same.sort((a, b) => this.routes.indexOf(a) - this.routes.indexOf(b)))
  }
  remove(route: FibRoute): void {
    const at = this.routes.indexOf(route)
    if (at < 0) return
    this.routes.splice(at, 1)
    const group = this.#byLength.get(route.dstLen)
    const left = (group?.get(route.dst) ?? []).filter((r) => r !== route)
    if (left.length > 0) group?.set(route.dst, left)
    else group?.delete(route.dst)
    if (group?.size !== 0) return
    this.#byLength.delete(route.dstLen)
    this.#lengths = [...this.#byLength.keys()].sort((a, b) => b - a)
  }
  /** The longest prefix with a route that serves. */
  best(family: IpVersion, dst: bigint, serves: (route: FibRoute) => boolean): FibRoute | undefined {
    for (const length of this.#lengths) {
      const found = this.#byLength.get(length)?.get(dst & ipMask(family, length))?.find(serves)
      if (found !== undefined) return found
    }
    return undefined
  }
}

export class RouteTables {
  readonly #net: NetNamespace
  readonly #tables = new Map<string, Table>()
  readonly rules: Readonly<Record<IpVersion, FibRules>>

  constructor(net: NetNamespace) {
    this.#net = net
    this.rules = { inet: new FibRules(net, 'inet'), inet6: new FibRules(net, 'inet6') }
  }

  #table(family: IpVersion, table: number): Table {
    const key = `${family}:${table}`
    let found = this.#tables.get(key)
    if (found === undefined) this.#tables.set(key, (found = new Table()))
    return found
  }
  /** fib_get_table: tables come into being with their first route; main is always there, and IPv6's local. */
  exists(family: IpVersion, table: number): boolean {
    return table === RT_TABLE_MAIN || (family === 'inet6' && table === RT_TABLE_LOCAL) || this.#tables.has(`${family}:${table}`)
  }
  /** The tables of a family: main and the custom ones, then local. */
  ids(family: IpVersion): readonly number[] {
    const ids = [...this.#tables.keys()].filter((k) => k.startsWith(`${family}:`)).map((k) => Number(k.slice(family.length + 1)))
    return ids.sort((a, b) => a - b)
  }
  list(family: IpVersion, table: number): readonly FibRoute[] {
    return this.#tables.get(`${family}:${table}`)?.routes ?? []
  }
  *all(): Iterable<FibRoute> {
    for (const table of this.#tables.values()) yield* table.routes
  }

  /** Routes with the same key: destination and metric. */
  find(route: Pick<FibRoute, 'family' | 'table' | 'dst' | 'dstLen' | 'metric' | 'tos'>): readonly FibRoute[] {
    const same = this.#tables.get(`${route.family}:${route.table}`)?.with(route.dst, route.dstLen) ?? []
    return same.filter((r) => r.metric === route.metric && (r.tos ?? 0) === (route.tos ?? 0))
  }
  /** Behind its equals, or (`first`) in front of them. */
  add(route: FibRoute, first = false): void {
    const table = this.#table(route.family, route.table)
    const compare = route.family === 'inet' ? compareInet : compareInet6
    let at = table.routes.length
    while (at > 0) {
      const order = compare(table.routes[at - 1], route)
      if (order < 0 || (order === 0 && !first)) break
      at--
    }
    table.insert(route, at)
    routeChanged(this.#net, route, 'RTM_NEWROUTE')
  }
  remove(route: FibRoute): void {
    this.#tables.get(`${route.family}:${route.table}`)?.remove(route)
    routeChanged(this.#net, route, 'RTM_DELROUTE')
  }
  /** Puts a route in the place of another with the same key. */
  replace(old: FibRoute, route: FibRoute): void {
    const table = this.#table(old.family, old.table)
    const at = table.routes.indexOf(old)
    table.remove(old)
    table.insert(route, at)
    routeChanged(this.#net, route, 'RTM_NEWROUTE')
  }
  /** fib_flush says nothing about the routes that go; IPv6 does (fib6_clean_all), table by table. */
  removeIf(condition: (route: FibRoute) => boolean): void {
    const gone: FibRoute[] = []
    for (const table of this.#tables.values()) {
      for (const route of table.routes.filter(condition)) {
        table.remove(route)
        if (route.family === 'inet6') gone.push(route)
      }
    }
    for (const route of gone.sort((a, b) => a.table - b.table)) routeChanged(this.#net, route, 'RTM_DELROUTE')
  }

  /** The route for a destination: the tables the rules name in turn; in each the longest prefix, then the lowest metric. A rule that refuses gives a route that does. */
  lookup(family: IpVersion, dst: bigint, key: RouteKey = {}): FibRoute | undefined {
    const serves = (route: FibRoute): boolean =>
      (key.device === undefined || route.nexthops.length === 0 || route.nexthops.some((n) => n.device === key.device)) && (route.tos === undefined || route.tos === 0 || route.tos === key.tos)
    if (family === 'inet' && !this.rules.inet.isCustom) return this.#lookupMerged(dst, serves)
    for (const rule of this.rules[family].matching(dst, key)) {
      if (rule.action === 'unreachable') return undefined
      if (rule.action !== 'lookup') return refusal(family, dst, rule.action === 'prohibit' ? RTN_PROHIBIT : RTN_BLACKHOLE)
      const best = this.#tables.get(`${family}:${rule.table}`)?.best(family, dst, serves)
      if (best === undefined || best.type === RTN_THROW) continue
      if (rule.suppressPrefixlen !== undefined && best.dstLen <= rule.suppressPrefixlen) continue
      return best
    }
    return undefined
  }
  /** fib_lookup until somebody changes the rules: local and main are one table, where the longer prefix wins and local only among equals; then default. */
  #lookupMerged(dst: bigint, serves: (route: FibRoute) => boolean): FibRoute | undefined {
    const [local, main, last] = [RT_TABLE_LOCAL, RT_TABLE_MAIN, RT_TABLE_DEFAULT].map((id) => this.#tables.get(`inet:${id}`)?.best('inet', dst, serves))
    const best = local !== undefined && (main === undefined || local.dstLen >= main.dstLen) ? local : main
    return best !== undefined && best.type !== RTN_THROW ? best : last?.type === RTN_THROW ? undefined : last
  }
}

const refusal = (family: IpVersion, dst: bigint, type: number): FibRoute => ({
  family, table: RT_TABLE_MAIN, type, dst, dstLen: ipBits(family), scope: RT_SCOPE_UNIVERSE, protocol: RTPROT_KERNEL, prefsrc: undefined, metric: 0, mtu: undefined, nexthops: [],
})
