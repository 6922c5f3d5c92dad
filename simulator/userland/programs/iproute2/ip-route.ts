// ip route, ip rule and ip neigh: routing tables, their rules, and the neighbours (ip-route(8)).
import type { Flow } from '../../../abi/syscalls.ts'
import {
  type Neighbour, type NextHop, NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, type ResolvedRoute, type Route, type RouteRequest, RT_SCOPE_HOST, RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE, RT_SCOPE_UNIVERSE, RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN, RT_TABLE_UNSPEC, RTN_UNICAST, RTNH_F_DEAD, RTNH_F_LINKDOWN, RTNH_F_ONLINK, RTPROT_BOOT,
} from '../../../abi/netlink.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { SCOPES, scopeName } from './filter.ts'
import { ROUTE_USAGE } from './help.ts'
import { type IpOptions, type Json, paint, printJson } from './output.ts'
import { die, EXIT_KERNEL, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { matches, parseHost, parsePrefix, unknownCommand, type Words } from './words.ts'

const TYPES = ['none', 'unicast', 'local', 'broadcast', 'anycast', 'multicast', 'blackhole', 'unreachable', 'prohibit', 'throw', 'nat']
const PROTOCOLS = new Map([[0, 'none'], [1, 'redirect'], [2, 'kernel'], [3, 'boot'], [4, 'static'], [9, 'ra'], [16, 'dhcp']])
const TABLES = new Map([['local', RT_TABLE_LOCAL], ['main', RT_TABLE_MAIN], ['default', RT_TABLE_DEFAULT], ['all', RT_TABLE_UNSPEC]])
const STATES = new Map([[0x01, 'INCOMPLETE'], [0x02, 'REACHABLE'], [0x04, 'STALE'], [0x08, 'DELAY'], [0x10, 'PROBE'], [0x20, 'FAILED'], [0x40, 'NOARP'], [0x80, 'PERMANENT']])
const PREFERENCES = ['medium', 'high', 'invalid', 'low']

const tableName = (table: number): string => [...TABLES].find(([, n]) => n === table)?.[0] ?? String(table)

export function* ipRoute(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'show' : matches(word, ['add', 'change', 'chg', 'replace', 'prepend', 'append', 'test', 'delete', 'get', 'show', 'lst', 'list', 'flush', 'save', 'restore', 'showdump', 'help'])
  switch (command) {
    case 'show':
    case 'lst':
    case 'list': return yield* show(c, o, rtnl, words)
    case 'get': return yield* get(c, o, rtnl, words)
    case 'add': return yield* change(c, o, rtnl, words, 'RTM_NEWROUTE', NLM_F_CREATE | NLM_F_EXCL)
    case 'change':
    case 'chg': return yield* change(c, o, rtnl, words, 'RTM_NEWROUTE', NLM_F_REPLACE)
    case 'replace': return yield* change(c, o, rtnl, words, 'RTM_NEWROUTE', NLM_F_CREATE | NLM_F_REPLACE)
    case 'append': return yield* change(c, o, rtnl, words, 'RTM_NEWROUTE', NLM_F_CREATE | NLM_F_APPEND)
    case 'delete': return yield* change(c, o, rtnl, words, 'RTM_DELROUTE', 0)
    case 'flush': return yield* flush(c, o, rtnl, words)
    case 'help': return yield* die(c, EXIT_USAGE, ROUTE_USAGE)
    case undefined: return yield* unknownCommand(c, word ?? '', 'route')
    default: return yield* unsimulated(c, `'ip route ${command}'`)
  }
}

interface RouteFilter { table: number; dev: number | undefined; prefix: { addr: string; length: number } | undefined; exact: boolean; proto: string | undefined; type: string | undefined; via: string | undefined; scope: number | undefined }

function* parseRouteFilter(c: Crt, rtnl: Rtnl, words: Words): Flow<RouteFilter> {
  const f: RouteFilter = { table: RT_TABLE_MAIN, dev: undefined, prefix: undefined, exact: true, proto: undefined, type: undefined, via: undefined, scope: undefined }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'table') f.table = yield* tableNumber(yield* words.value())
    else if (word === 'dev' || word === 'oif' || word === 'iif') f.dev = yield* rtnl.index(yield* words.value())
    else if (word === 'proto') f.proto = yield* words.value()
    else if (word === 'type') f.type = yield* words.value()
    else if (word === 'via') f.via = yield* words.value()
    else if (word === 'scope') f.scope = SCOPES.get(yield* words.value())
    else if (word === 'cache') f.table = -1
    else {
      f.exact = word !== 'root' && word !== 'match'
      const text = word === 'root' || word === 'match' || word === 'exact' || word === 'to' ? yield* words.value() : word
      f.prefix = text === 'default' || text === 'any' ? { addr: '', length: 0 } : yield* parsePrefix(c, text)
    }
  }
  return f
}

function* tableNumber(name: string): Flow<number> {
  return TABLES.get(name) ?? Number(name)
}

function accepts(r: Route, f: RouteFilter): boolean {
  if (f.table > 0 && r.table !== f.table) return false
  if (f.dev !== undefined && !r.nexthops.some((n) => n.oif === f.dev)) return false
  if (f.proto !== undefined && PROTOCOLS.get(r.protocol) !== f.proto) return false
  if (f.type !== undefined && TYPES[r.type] !== f.type) return false
  if (f.via !== undefined && !r.nexthops.some((n) => n.gateway === f.via)) return false
  if (f.scope !== undefined && r.scope !== f.scope) return false
  if (!f.prefix || !f.exact) return true
  return f.prefix.length === 0 ? r.dstLen === 0 : r.dst === f.prefix.addr && r.dstLen === f.prefix.length
}

function* dump(c: Crt, o: IpOptions, rtnl: Rtnl, table: number): Flow<readonly Route[]> {
  const { replies, errno, extack } = yield* rtnl.ask({ type: 'RTM_GETROUTE', flags: NLM_F_DUMP, family: o.family ?? 'inet', table })
  if (errno !== undefined) {
    yield* rtnl.report(errno, extack)
    yield* die(c, EXIT_KERNEL, 'Dump terminated')
  }
  return replies.flatMap((r) => (r.type === 'RTM_NEWROUTE' && 'route' in r ? [r.route] : []))
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const filter = yield* parseRouteFilter(c, rtnl, words)
  const json: Json[] = []
  if (filter.table >= 0) {
    for (const route of (yield* dump(c, o, rtnl, filter.table)).filter((r) => accepts(r, filter))) {
      if (o.json) json.push(yield* routeJson(rtnl, route, filter))
      else yield* c.stdout.write(yield* routeText(rtnl, o, route, filter))
    }
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

const destination = (r: Route): string => {
  const full = r.family === 'inet' ? 32 : 128
  if (r.dst === undefined || r.dstLen === 0) return r.dst === undefined || /^[0.:]+$/.test(r.dst) ? 'default' : `${r.dst}/0`
  return r.dstLen === full ? r.dst : `${r.dst}/${r.dstLen}`
}

function hopFlags(n: NextHop): string[] {
  return [...((n.flags & RTNH_F_DEAD) !== 0 ? ['dead'] : []), ...((n.flags & RTNH_F_ONLINK) !== 0 ? ['onlink'] : []), ...((n.flags & RTNH_F_LINKDOWN) !== 0 ? ['linkdown'] : [])]
}

/** The device is left out where the user has named it. */
function* hopText(rtnl: Rtnl, o: IpOptions, n: NextHop, dev: number | undefined): Flow<string> {
  const via = n.gateway === undefined ? '' : `via ${paint(o, n.gateway.includes(':') ? 'inet6' : 'inet', n.gateway)} `
  return `${via}${n.oif === undefined || n.oif === dev ? '' : `dev ${paint(o, 'ifname', yield* rtnl.name(n.oif))} `}`
}

function* routeText(rtnl: Rtnl, o: IpOptions, r: Route, f: RouteFilter): Flow<string> {
  let text = r.type !== RTN_UNICAST || o.details ? `${TYPES[r.type]} ` : ''
  text += `${paint(o, destination(r) === 'default' ? undefined : r.family, destination(r))} `
  const [single, ...others] = r.nexthops
  if (single && others.length === 0) text += yield* hopText(rtnl, o, single, f.dev)
  if (f.table === RT_TABLE_UNSPEC && r.table !== RT_TABLE_MAIN) text += `table ${tableName(r.table)} `
  if (r.protocol !== RTPROT_BOOT || o.details) text += `proto ${PROTOCOLS.get(r.protocol) ?? r.protocol} `
  if (r.family === 'inet' && (r.scope !== RT_SCOPE_UNIVERSE || o.details)) text += `scope ${scopeName(r.scope)} `
  if (r.prefsrc !== undefined) text += `src ${paint(o, r.family, r.prefsrc)} `
  if (r.metric !== 0) text += `metric ${r.metric} `
  if (single && others.length === 0) text += hopFlags(single).map((flag) => `${flag} `).join('')
  if (r.mtu !== undefined) text += `mtu ${r.mtu} `
  if (others.length > 0) for (const n of r.nexthops) text += `${o.oneline ? '\\' : '\n'}\tnexthop ${yield* hopText(rtnl, o, n, f.dev)}weight ${n.weight} ${hopFlags(n).map((flag) => `${flag} `).join('')}`
  if (r.pref !== undefined) text += `pref ${PREFERENCES[r.pref] ?? 'medium'}`
  return `${text}\n`
}

function* routeJson(rtnl: Rtnl, r: Route, f: RouteFilter): Flow<Json> {
  const [single, ...others] = r.nexthops
  const one = single && others.length === 0 ? single : undefined
  const hops: Json[] = []
  if (!one) for (const n of r.nexthops) hops.push({ ...(n.gateway === undefined ? {} : { gateway: n.gateway }), ...(n.oif === undefined ? {} : { dev: yield* rtnl.name(n.oif) }), weight: n.weight, flags: hopFlags(n) })
  return {
    ...(r.type === RTN_UNICAST ? {} : { type: TYPES[r.type] }), dst: destination(r), ...(one?.gateway === undefined ? {} : { gateway: one.gateway }),
    ...(one?.oif === undefined || one.oif === f.dev ? {} : { dev: yield* rtnl.name(one.oif) }), ...(f.table === RT_TABLE_UNSPEC && r.table !== RT_TABLE_MAIN ? { table: tableName(r.table) } : {}),
    ...(r.protocol === RTPROT_BOOT ? {} : { protocol: PROTOCOLS.get(r.protocol) ?? String(r.protocol) }), ...(r.family === 'inet' && r.scope !== RT_SCOPE_UNIVERSE ? { scope: scopeName(r.scope) } : {}),
    ...(r.prefsrc === undefined ? {} : { prefsrc: r.prefsrc }), ...(r.metric === 0 ? {} : { metric: r.metric }), flags: one ? hopFlags(one) : [],
    ...(hops.length > 0 ? { nexthops: hops } : {}), ...(r.pref === undefined ? {} : { pref: PREFERENCES[r.pref] ?? 'medium' }),
  }
}

function* get(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  let dst: { family: 'inet' | 'inet6'; addr: string } | undefined
  const extra: { src?: string; oif?: number; iif?: number } = {}
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'from') extra.src = (yield* parseHost(c, yield* words.value())).addr
    else if (word === 'oif' || word === 'dev') extra.oif = yield* rtnl.index(yield* words.value())
    else if (word === 'iif') extra.iif = yield* rtnl.index(yield* words.value())
    else if (word === 'fibmatch') continue
    else {
      const prefix = yield* parsePrefix(c, word === 'to' ? yield* words.value() : word)
      dst = { family: prefix.family, addr: prefix.addr }
    }
  }
  if (!dst) return yield* die(c, 1, 'need at least a destination address')
  const { replies, errno, extack } = yield* rtnl.ask({ type: 'RTM_GETROUTE', flags: 0, lookup: { family: dst.family, dst: dst.addr, ...extra } })
  if (errno !== undefined) {
    yield* rtnl.report(errno, extack)
    return EXIT_KERNEL
  }
  const reply = replies.find((r) => r.type === 'RTM_NEWROUTE' && 'resolved' in r)
  if (reply && 'resolved' in reply) yield* printResolved(c, o, rtnl, reply.resolved, extra.src)
  return 0
}

function* printResolved(c: Crt, o: IpOptions, rtnl: Rtnl, r: ResolvedRoute, from: string | undefined): Flow<void> {
  const dev = yield* rtnl.name(r.oif)
  const type = r.type === RTN_UNICAST ? undefined : TYPES[r.type]
  if (o.json) {
    const object: Json = {
      ...(type === undefined ? {} : { type }), dst: r.dst, ...(r.gateway === undefined ? {} : { gateway: r.gateway }), dev, ...(r.src === undefined ? {} : { prefsrc: r.src }), flags: [],
      uid: r.uid, cache: type === 'local' ? ['local'] : [],
    }
    return yield* printJson(c, o, [object])
  }
  const via = r.gateway === undefined ? '' : `via ${paint(o, r.family, r.gateway)} `
  const src = r.src === undefined ? '' : `src ${paint(o, r.family, r.src)} `
  const tail = r.family === 'inet' ? `uid ${r.uid} ${o.oneline ? '\\' : '\n'}    cache ${type === 'local' ? '<local> ' : ''}` : `metric ${r.metric} pref medium`
  yield* c.stdout.write(`${type === undefined ? '' : `${type} `}${paint(o, r.family, r.dst)} ${from === undefined ? '' : `from ${from} `}${via}dev ${paint(o, 'ifname', dev)} ${r.table === RT_TABLE_MAIN || type === 'local' || r.family === 'inet' ? '' : `table ${tableName(r.table)} `}${src}${tail}\n`)
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function* change(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words, type: 'RTM_NEWROUTE' | 'RTM_DELROUTE', flags: number): Flow<number> {
  if (words.peek() === undefined) return yield* die(c, EXIT_USAGE, ROUTE_USAGE)
  const r: Mutable<Partial<RouteRequest>> = {}
  const hops: NextHop[] = []
  let explicitScope = false
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const kind = TYPES.indexOf(word)
    if (word === 'via') {
      const text = yield* words.value()
      r.gateway = (yield* parseHost(c, text === 'inet' || text === 'inet6' ? yield* words.value() : text)).addr
    } else if (word === 'dev' || word === 'oif') r.oif = yield* rtnl.index(yield* words.value())
    else if (word === 'src') r.prefsrc = (yield* parseHost(c, yield* words.value())).addr
    else if (['metric', 'priority', 'preference'].includes(word)) r.metric = yield* words.number('metric')
    else if (word === 'table') r.table = yield* tableNumber(yield* words.value())
    else if (word === 'proto' || word === 'protocol') r.protocol = yield* protocolNumber(yield* words.value())
    else if (word === 'scope') {
      r.scope = SCOPES.get(yield* words.value()) ?? 0
      explicitScope = true
    } else if (word === 'onlink') r.onlink = true
    else if (word === 'mtu') r.mtu = yield* words.number('mtu')
    else if (word === 'nexthop') hops.push(yield* nexthop(c, rtnl, words))
    else if (kind > 0) r.type = kind
    else {
      const text = word === 'to' ? yield* words.value() : word
      const prefix = text === 'default' || text === 'any' || text === 'all' ? undefined : yield* parsePrefix(c, text)
      if (prefix) Object.assign(r, { family: prefix.family, dst: prefix.addr, dstLen: prefix.length })
    }
  }
  const family = r.family ?? (r.gateway?.includes(':') ? 'inet6' : (o.family ?? 'inet'))
  const kind = r.type ?? RTN_UNICAST
  if (!explicitScope && family === 'inet') r.scope = defaultScope(kind, type === 'RTM_DELROUTE', r.gateway !== undefined || hops.length > 0)
  return yield* rtnl.talk({ type, flags, route: { ...r, family, ...(type === 'RTM_NEWROUTE' ? { protocol: r.protocol ?? RTPROT_BOOT } : {}), ...(hops.length > 0 ? { nexthops: hops } : {}) } })
}

function defaultScope(kind: number, deleting: boolean, viaGateway: boolean): number {
  if (TYPES[kind] === 'local' || TYPES[kind] === 'nat') return RT_SCOPE_HOST
  if (['broadcast', 'multicast', 'anycast'].includes(TYPES[kind])) return RT_SCOPE_LINK
  if (kind !== RTN_UNICAST) return RT_SCOPE_UNIVERSE
  return deleting ? RT_SCOPE_NOWHERE : viaGateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK
}

function* protocolNumber(name: string): Flow<number> {
  return [...PROTOCOLS].find(([, n]) => n === name)?.[0] ?? Number(name)
}

function* nexthop(c: Crt, rtnl: Rtnl, words: Words): Flow<NextHop> {
  const hop: Mutable<NextHop> = { oif: undefined, gateway: undefined, flags: 0, weight: 1 }
  for (let word = words.peek(); word === 'via' || word === 'dev' || word === 'weight'; word = words.peek()) {
    words.shift()
    if (word === 'via') hop.gateway = (yield* parseHost(c, yield* words.value())).addr
    else if (word === 'dev') hop.oif = yield* rtnl.index(yield* words.value())
    else hop.weight = yield* words.number('weight')
  }
  return hop
}

function* flush(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  if (words.peek() === undefined) return yield* die(c, EXIT_USAGE, '"ip route flush" requires arguments.')
  const filter = yield* parseRouteFilter(c, rtnl, words)
  for (const r of (yield* dump(c, o, rtnl, Math.max(filter.table, 0))).filter((route) => accepts(route, filter))) {
    const [hop] = r.nexthops
    const status = yield* rtnl.talk({
      type: 'RTM_DELROUTE', flags: 0, route: { family: r.family, dst: r.dst, dstLen: r.dstLen, table: r.table, type: r.type, scope: r.scope, metric: r.metric, oif: hop?.oif, gateway: hop?.gateway },
    })
    if (status !== 0) return status
  }
  return 0
}

export function* ipRule(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const command = matches(words.shift() ?? 'show', ['show', 'lst', 'list', 'add', 'delete', 'flush'])
  if (command === undefined || command === 'add' || command === 'delete' || command === 'flush') return yield* unsimulated(c, `'ip rule ${command ?? ''}'`)
  const { replies } = yield* rtnl.ask({ type: 'RTM_GETRULE', flags: NLM_F_DUMP, family: o.family ?? 'inet' })
  const rules = replies.flatMap((r) => (r.type === 'RTM_NEWRULE' ? [r.rule] : []))
  if (o.json) yield* printJson(c, o, rules.map((r) => ({ priority: r.priority, src: 'all', table: tableName(r.table) })))
  else for (const r of rules) yield* c.stdout.write(`${r.priority}:\tfrom all lookup ${tableName(r.table)} \n`)
  return 0
}

export function* ipNeigh(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const command = matches(words.shift() ?? 'show', ['add', 'change', 'replace', 'delete', 'get', 'show', 'lst', 'list', 'flush'])
  if (command !== 'show' && command !== 'lst' && command !== 'list') return yield* unsimulated(c, `'ip neigh ${command ?? ''}'`)
  let dev: number | undefined
  let to: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'dev') dev = yield* rtnl.index(yield* words.value())
    else if (word === 'nud') yield* words.value()
    else to = word === 'to' ? yield* words.value() : word
  }
  const { replies } = yield* rtnl.ask({ type: 'RTM_GETNEIGH', flags: NLM_F_DUMP, ...(o.family === undefined ? {} : { family: o.family }) })
  const json: Json[] = []
  for (const n of replies.flatMap((r) => (r.type === 'RTM_NEWNEIGH' ? [r.neighbour] : []))) {
    if ((dev !== undefined && n.index !== dev) || n.state === 0x40 || (to !== undefined && n.dst !== to)) continue
    const state = STATES.get(n.state) ?? 'NONE'
    const name = yield* rtnl.name(n.index)
    if (o.json) json.push({ dst: n.dst, dev: name, ...(n.lladdr === undefined ? {} : { lladdr: n.lladdr }), ...(n.router ? { router: null } : {}), state: [state] })
    else yield* c.stdout.write(neighbourText(n, o, dev === undefined ? `dev ${paint(o, 'ifname', name)} ` : '', state))
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

const neighbourText = (n: Neighbour, o: IpOptions, dev: string, state: string): string =>
  `${paint(o, n.family, n.dst)} ${dev}${n.lladdr === undefined ? '' : `lladdr ${paint(o, 'mac', n.lladdr)} `}${n.router ? 'router ' : ''}${state} \n`
