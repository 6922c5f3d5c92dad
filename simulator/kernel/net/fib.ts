// Routing tables (net/ipv4/fib_trie.c, net/ipv6/ip6_fib.c; ip-route(8)): what they hold, in which order they are listed, which route a destination takes.
import { RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN, RTN_THROW } from '../../abi/netlink.ts'
import { inPrefix, type IpVersion } from '../../lib/ip.ts'
import type { NetDevice } from './net-device.ts'

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
}

/** Tries are walked by rising key; of one key the longer prefix comes first, then the lower metric. */
function compareInet(a: FibRoute, b: FibRoute): number {
  if (a.dst !== b.dst) return a.dst < b.dst ? -1 : 1
  return b.dstLen - a.dstLen || a.metric - b.metric
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

/** What else a packet is routed by, for rules and for a device that was asked for. `input`: where a forwarded packet came in. */
export interface RouteKey {
  readonly device?: NetDevice
  readonly source?: bigint
  readonly input?: NetDevice
  readonly mark?: number
  readonly tos?: number
}

export class RouteTables {
  readonly #tables = new Map<string, FibRoute[]>()

  #table(family: IpVersion, table: number): FibRoute[] {
    const key = `${family}:${table}`
    let routes = this.#tables.get(key)
    if (routes === undefined) this.#tables.set(key, (routes = []))
    return routes
  }
  /** fib_get_table: IPv4 tables come into being with their first route; main is always there. */
  exists(family: IpVersion, table: number): boolean {
    return family === 'inet6' || table === RT_TABLE_MAIN || this.#tables.has(`${family}:${table}`)
  }
  /** The tables of a family: main and the custom ones, then local. */
  ids(family: IpVersion): readonly number[] {
    const ids = [...this.#tables.keys()].filter((k) => k.startsWith(`${family}:`)).map((k) => Number(k.slice(family.length + 1)))
    return ids.sort((a, b) => a - b)
  }
  list(family: IpVersion, table: number): readonly FibRoute[] {
    return this.#tables.get(`${family}:${table}`) ?? []
  }
  *all(): Iterable<FibRoute> {
    for (const routes of this.#tables.values()) yield* routes
  }

  /** Routes with the same key: destination and metric. `before`: in front of equal ones (replace, prepend). */
  find(route: Pick<FibRoute, 'family' | 'table' | 'dst' | 'dstLen' | 'metric'>): readonly FibRoute[] {
    return this.list(route.family, route.table).filter((r) => r.dst === route.dst && r.dstLen === route.dstLen && r.metric === route.metric)
  }
  add(route: FibRoute): void {
    const routes = this.#table(route.family, route.table)
    const compare = route.family === 'inet' ? compareInet : compareInet6
    let at = routes.length
    while (at > 0 && compare(routes[at - 1], route) > 0) at--
    routes.splice(at, 0, route)
  }
  remove(route: FibRoute): void {
    const routes = this.list(route.family, route.table) as FibRoute[]
    const at = routes.indexOf(route)
    if (at >= 0) routes.splice(at, 1)
  }
  removeIf(condition: (route: FibRoute) => boolean): void {
    for (const routes of this.#tables.values()) {
      for (let i = routes.length - 1; i >= 0; i--) if (condition(routes[i])) routes.splice(i, 1)
    }
  }

  /** The route for a destination: tables local, main, default in turn; in each the longest prefix, then the lowest metric. */
  lookup(family: IpVersion, dst: bigint, options: RouteKey = {}): FibRoute | undefined {
    for (const table of [RT_TABLE_LOCAL, RT_TABLE_MAIN, RT_TABLE_DEFAULT]) {
      let best: FibRoute | undefined
      for (const route of this.list(family, table)) {
        if (!inPrefix(family, dst, route.dst, route.dstLen)) continue
        if (options.device !== undefined && !route.nexthops.some((n) => n.device === options.device)) continue
        if (best === undefined || route.dstLen > best.dstLen || (route.dstLen === best.dstLen && route.metric < best.metric)) best = route
      }
      if (best !== undefined && best.type !== RTN_THROW) return best
    }
    return undefined
  }
}
