// ip route: lists, makes and deletes routes, and asks which one a packet would take (ip-route(8)).
import type { Flow } from '../../../abi/syscalls.ts'
import { type IpFamily, NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, type Route, type RouteLookup, RT_TABLE_MAIN, RT_TABLE_UNSPEC } from '../../../abi/netlink.ts'
import { inPrefix, parseIp } from '../../../lib/ip.ts'
import type { Crt } from '../../libc/crt.ts'
import { exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { ROUTE_USAGE } from './help.ts'
import { ipProtocol } from './ip-rule.ts'
import { dsfieldNames, protocolNames, routeType, scopeNames, tableNames } from './names.ts'
import { type IpOptions, type Json, printJson } from './output.ts'
import { parseRoute } from './route-args.ts'
import { resolvedJson, resolvedText, routeJson, routeNames, routeText, type Shown } from './route-print.ts'
import { die, EXIT_KERNEL, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, matches, parsePrefix, type Prefix, unknownCommand, type Words, wrong } from './words.ts'

const COMMANDS = ['list', 'show', 'lst', 'get', 'add', 'change', 'chg', 'replace', 'prepend', 'append', 'test', 'delete', 'flush', 'save', 'restore', 'showdump', 'help']
const NEW_FLAGS: ReadonlyMap<string, number> = new Map([
  ['add', NLM_F_CREATE | NLM_F_EXCL], ['change', NLM_F_REPLACE], ['chg', NLM_F_REPLACE], ['replace', NLM_F_CREATE | NLM_F_REPLACE], ['prepend', NLM_F_CREATE],
  ['append', NLM_F_CREATE | NLM_F_APPEND], ['test', NLM_F_EXCL],
])

export function* ipRoute(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'show' : matches(word, COMMANDS)
  switch (command) {
    case 'show':
    case 'lst':
    case 'list': return yield* show(c, o, rtnl, words)
    case 'get': return yield* get(c, o, rtnl, words)
    case 'delete': return yield* change(c, o, rtnl, words, undefined)
    case 'flush': return yield* flush(c, o, rtnl, words)
    case 'help': return yield* die(c, EXIT_USAGE, ROUTE_USAGE)
    case 'save':
    case 'restore':
    case 'showdump': return yield* unsimulated(c, `'ip route ${command}'`)
    case undefined: return yield* unknownCommand(c, word ?? '', 'route')
    default: return yield* change(c, o, rtnl, words, NEW_FLAGS.get(command))
  }
}

function* change(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words, flags: number | undefined): Flow<number> {
  if (words.peek() === undefined) return yield* die(c, EXIT_USAGE, ROUTE_USAGE)
  const route = yield* parseRoute(c, rtnl, words, o.family, flags !== undefined)
  return yield* rtnl.talk({ type: flags === undefined ? 'RTM_DELROUTE' : 'RTM_NEWROUTE', flags: flags ?? 0, route })
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
interface RouteFilter extends Mutable<Shown> {
  isCache: boolean
  within: Prefix | undefined
  around: Prefix | undefined
  protocol: number | undefined
  type: number | undefined
  via: string | undefined
  source: string | undefined
  scope: number | undefined
  metric: number | undefined
  tos: number | undefined
}

function* parseFilter(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<RouteFilter> {
  const f: RouteFilter = {
    table: RT_TABLE_MAIN, isCache: false, within: undefined, around: undefined, protocol: undefined, type: undefined, via: undefined, source: undefined, scope: undefined, metric: undefined, tos: undefined,
  }
  let dev: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (abbreviates(word, 'table')) {
      const text = yield* words.value()
      if (abbreviates(text, 'cache')) f.isCache = true
      else f.table = text === 'all' ? RT_TABLE_UNSPEC : ((yield* tableNames()).id(text) ?? (yield* wrong(c, text, 'table id value is invalid\n')))
    } else if (abbreviates(word, 'cached') || abbreviates(word, 'cloned')) f.isCache = true
    else if (word === 'tos' || abbreviates(word, 'dsfield')) {
      const text = yield* words.value()
      f.tos = (yield* dsfieldNames()).id(text, 255) ?? (yield* wrong(c, text, 'TOS value is invalid\n'))
      f.hidesTos = true
    } else if (abbreviates(word, 'protocol')) {
      const text = yield* words.value()
      if (text !== 'all') {
        f.protocol = (yield* protocolNames()).id(text, 255) ?? (yield* wrong(c, text, 'invalid "protocol"\n'))
        f.hidesProtocol = true
      }
    } else if (abbreviates(word, 'scope')) {
      const text = yield* words.value()
      if (text !== 'all') {
        f.scope = (yield* scopeNames()).id(text, 255) ?? (yield* wrong(c, text, 'invalid "scope"\n'))
        f.hidesScope = true
      }
    } else if (abbreviates(word, 'type')) {
      const text = yield* words.value()
      f.type = routeType(text) > 0 ? routeType(text) : yield* wrong(c, text, 'node type value is invalid\n')
    } else if (word === 'dev' || word === 'oif' || word === 'iif') dev = yield* words.value()
    else if (word === 'metric' || abbreviates(word, 'priority') || word === 'preference') {
      f.metric = yield* words.unsigned('metric value is invalid\n')
      f.hidesMetric = true
    } else if (word === 'via') {
      f.via = (yield* parsePrefix(c, yield* words.value(), o.family)).addr
      f.hidesGateway = true
    } else if (word === 'src') {
      f.source = (yield* parsePrefix(c, yield* words.value(), o.family)).addr
      f.hidesSource = true
    } else if (word === 'vrf' || word === 'realms' || word === 'nhid' || word === 'from' || word === 'mark') return exit(yield* unsimulated(c, `'ip route show ${word}'`))
    else yield* prefixFilter(c, o, words, word, f)
  }
  if (dev !== undefined) f.dev = yield* rtnl.index(dev)
  return f
}
function* prefixFilter(c: Crt, o: IpOptions, words: Words, first: string, f: RouteFilter): Flow<void> {
  const word = abbreviates(first, 'to') ? yield* words.value() : first
  if (abbreviates(word, 'root')) f.within = yield* parsePrefix(c, yield* words.value(), o.family)
  else if (abbreviates(word, 'match')) f.around = yield* parsePrefix(c, yield* words.value(), o.family)
  else f.within = f.around = yield* parsePrefix(c, abbreviates(word, 'exact') ? yield* words.value() : word, o.family)
}

function accepts(r: Route, f: RouteFilter): boolean {
  if (f.table > 0 && r.table !== f.table) return false
  // A route of several hops has no device of its own.
  if (f.dev !== undefined && (r.nexthops.length !== 1 || r.nexthops[0].oif !== f.dev)) return false
  if (f.protocol !== undefined && r.protocol !== f.protocol) return false
  if (f.type !== undefined && r.type !== f.type) return false
  if (f.via !== undefined && (r.nexthops.length !== 1 || r.nexthops[0].gateway !== f.via)) return false
  if (f.source !== undefined && r.prefsrc !== f.source) return false
  if (f.scope !== undefined && r.scope !== f.scope) return false
  if (f.metric !== undefined && r.metric !== f.metric) return false
  if (f.tos !== undefined && r.tos !== f.tos) return false
  const dst = parseIp(r.family, r.dst ?? (r.family === 'inet' ? '0.0.0.0' : '::')) ?? 0n
  const contains = (outer: bigint | undefined, inner: bigint | undefined, length: number): boolean => outer !== undefined && inner !== undefined && inPrefix(r.family, inner, outer, length)
  if (f.within !== undefined && (!hasFamily(f.within, r) || f.within.length > r.dstLen || !contains(parseIp(r.family, f.within.addr), dst, f.within.length))) return false
  return f.around === undefined || (hasFamily(f.around, r) && f.around.length >= r.dstLen && contains(dst, parseIp(r.family, f.around.addr), r.dstLen))
}
const hasFamily = (p: Prefix, r: Route): boolean => p.isWild || p.family === r.family

/** IPv4's unless another family is asked for; with `table all` both. */
function* dump(c: Crt, o: IpOptions, rtnl: Rtnl, table: number, ending: string): Flow<readonly Route[]> {
  const families: readonly IpFamily[] = o.family !== undefined ? [o.family] : table === RT_TABLE_UNSPEC ? ['inet', 'inet6'] : ['inet']
  const routes: Route[] = []
  for (const family of families) {
    const { replies, errno, extack } = yield* rtnl.ask({ type: 'RTM_GETROUTE', flags: NLM_F_DUMP, family, table })
    if (errno !== undefined) {
      yield* rtnl.report(errno, extack)
      yield* die(c, EXIT_KERNEL, ending)
    }
    for (const r of replies) if (r.type === 'RTM_NEWROUTE' && 'route' in r) routes.push(r.route)
  }
  return routes
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const filter = yield* parseFilter(c, o, rtnl, words)
  const names = yield* routeNames(o)
  const json: Json[] = []
  for (const route of filter.isCache ? [] : (yield* dump(c, o, rtnl, filter.table, 'Dump terminated')).filter((r) => accepts(r, filter))) {
    if (o.json) json.push(yield* routeJson(rtnl, o, names, route, filter))
    else yield* c.stdout.write(yield* routeText(rtnl, o, names, route, filter))
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

function* flush(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  if (words.peek() === undefined) return yield* die(c, 1, '"ip route flush" requires arguments.')
  const filter = yield* parseFilter(c, o, rtnl, words)
  if (filter.isCache) return 0
  const names = yield* routeNames(o)
  const doomed = (yield* dump(c, o, rtnl, filter.table, 'Flush terminated')).filter((r) => accepts(r, filter))
  if (doomed.length === 0) {
    if (o.stats > 0) yield* c.stdout.write('Nothing to flush.\n')
    return 0
  }
  for (const r of doomed) {
    const [hop] = r.nexthops
    if (o.stats > 1) yield* c.stdout.write(`Deleted ${yield* routeText(rtnl, o, names, r, filter)}`)
    const { errno } = yield* rtnl.ask({
      type: 'RTM_DELROUTE', flags: 0,
      route: { family: r.family, dst: r.dst, dstLen: r.dstLen, table: r.table, type: r.type, scope: r.scope, metric: r.metric, tos: r.tos, oif: hop?.oif, gateway: hop?.gateway },
    })
    if (errno?.name === 'EPERM') return yield* die(c, 1, `Failed to send flush request: ${errno.message}`)
  }
  if (o.stats > 0) yield* c.stdout.write(`\n*** Round 1, deleting ${doomed.length} entries ***\n*** Flush is complete after 1 round ***\n`)
  return 0
}

function* get(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const lookup: Mutable<Partial<RouteLookup>> = {}
  let family = o.family
  let iif: string | undefined
  let oif: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'tos' || abbreviates(word, 'dsfield')) {
      const text = yield* words.value()
      lookup.tos = (yield* dsfieldNames()).id(text, 255) ?? (yield* wrong(c, text, 'TOS value is invalid\n'))
    } else if (abbreviates(word, 'iif')) iif = yield* words.value()
    else if (abbreviates(word, 'mark')) lookup.mark = yield* words.unsigned('invalid mark\n')
    else if (abbreviates(word, 'oif') || word === 'dev') oif = yield* words.value()
    else if (word === 'uid') lookup.uid = yield* words.unsigned('invalid UID\n')
    else if (word === 'fibmatch') lookup.fibMatch = true
    else if (word === 'sport') lookup.sport = yield* words.unsigned('invalid sport\n', 65535)
    else if (word === 'dport') lookup.dport = yield* words.unsigned('invalid dport\n', 65535)
    else if (word === 'ipproto') lookup.ipProto = yield* ipProtocol(c, yield* words.value())
    else if (abbreviates(word, 'notify') || abbreviates(word, 'connected')) continue
    else if (word === 'vrf' || word === 'as') return yield* unsimulated(c, `'ip route get … ${word}'`)
    else if (abbreviates(word, 'from')) {
      const prefix = yield* parsePrefix(c, yield* words.value(), family)
      family ??= prefix.family
      lookup.src = prefix.addr
    } else {
      const text = word === 'to' ? yield* words.value() : word
      if (abbreviates(text, 'help')) return yield* die(c, EXIT_USAGE, ROUTE_USAGE)
      const prefix = yield* parsePrefix(c, text, family)
      family ??= prefix.family
      const full = prefix.family === 'inet' ? 32 : 128
      if (prefix.explicit && prefix.length !== full) yield* c.stderr.write(`Warning: /${prefix.length} as prefix is invalid, only /${full} (or none) is supported.\n`)
      lookup.dst = prefix.addr
    }
  }
  if (lookup.dst === undefined) return yield* die(c, 1, 'need at least a destination address')
  if (iif !== undefined) lookup.iif = yield* rtnl.index(iif)
  if (oif !== undefined) lookup.oif = yield* rtnl.index(oif)
  const { replies, errno, extack } = yield* rtnl.ask({ type: 'RTM_GETROUTE', flags: 0, lookup: { ...lookup, dst: lookup.dst, family: family ?? 'inet' } })
  if (errno !== undefined) {
    yield* rtnl.report(errno, extack)
    return EXIT_KERNEL
  }
  const names = yield* routeNames(o)
  for (const reply of replies) {
    if (reply.type !== 'RTM_NEWROUTE') continue
    if ('resolved' in reply) {
      if (o.json) yield* printJson(c, o, [yield* resolvedJson(rtnl, o, names, reply.resolved, lookup.src)])
      else yield* c.stdout.write(yield* resolvedText(rtnl, o, names, reply.resolved, lookup.src))
    } else if (o.json) yield* printJson(c, o, [yield* routeJson(rtnl, o, names, reply.route, { table: RT_TABLE_UNSPEC })])
    else yield* c.stdout.write(yield* routeText(rtnl, o, names, reply.route, { table: RT_TABLE_UNSPEC }))
  }
  return 0
}

