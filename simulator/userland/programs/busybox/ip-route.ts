// ip route of BusyBox.
import type { Flow } from '../../../abi/syscalls.ts'
import {
  NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, type Route, RT_SCOPE_LINK, RT_SCOPE_UNIVERSE, RT_TABLE_LOCAL, RT_TABLE_MAIN, RTN_LOCAL, RTN_UNICAST,
  RTPROT_BOOT, type RouteRequest,
} from '../../../abi/netlink.ts'
import { die, number } from './applet.ts'
import { parsePrefix } from './ip-addr.ts'
import { abbreviated, deviceIndex, invalidArgument, type IpContext, refused, talk } from './ip.ts'

const SCOPES = new Map([[200, 'site'], [253, 'link'], [254, 'host'], [255, 'nowhere']])
const TYPES = new Map([[2, 'local'], [3, 'broadcast'], [4, 'anycast'], [5, 'multicast'], [6, 'blackhole'], [7, 'unreachable'], [8, 'prohibit'], [9, 'throw']])
const TABLES = new Map([['main', RT_TABLE_MAIN], ['local', RT_TABLE_LOCAL], ['default', 253]])
const ADDING = new Map([
  ['add', NLM_F_CREATE | NLM_F_EXCL], ['append', NLM_F_CREATE | NLM_F_APPEND], ['change', NLM_F_REPLACE], ['chg', NLM_F_REPLACE], ['replace', NLM_F_CREATE | NLM_F_REPLACE],
])

export function* routeCommand(x: IpContext, args: readonly string[]): Flow<number> {
  const [word = 'show', ...rest] = args
  const command = abbreviated(word, ['add', 'append', 'change', 'chg', 'delete', 'get', 'list', 'show', 'prepend', 'replace', 'test', 'flush'])
  switch (command) {
    case 'list': case 'show': return yield* show(x, rest)
    case 'get': return yield* get(x, rest)
    case 'delete':
      yield* talk(x, { type: 'RTM_DELROUTE', flags: 0, route: yield* parseRoute(x, rest, false) })
      return 0
    case 'flush': return yield* flush(x, rest)
    case undefined: case 'prepend': case 'test': return yield* invalidArgument(x, word)
    default:
      yield* talk(x, { type: 'RTM_NEWROUTE', flags: ADDING.get(command) ?? 0, route: yield* parseRoute(x, rest, true) })
      return 0
  }
}

function* routeText(x: IpContext, r: Route): Flow<string> {
  const full = r.family === 'inet' ? 32 : 128
  const type = TYPES.get(r.type)
  const dst = r.dst === undefined || r.dstLen === 0 ? 'default' : r.dstLen === full ? r.dst : `${r.dst}/${r.dstLen}`
  let text = `${type === undefined ? '' : `${type} `}${dst} `
  const [hop] = r.nexthops
  if (hop?.gateway !== undefined) text += `via ${hop.gateway} `
  if (hop?.oif !== undefined) text += `dev ${yield* x.rtnl.name(hop.oif)} `
  const scope = SCOPES.get(r.scope)
  if (scope !== undefined && r.family === 'inet') text += `scope ${scope} `
  if (r.prefsrc !== undefined) text += ` src ${r.prefsrc} `
  if (r.metric !== 0) text += ` metric ${r.metric} `
  return text
}

function* select(x: IpContext, args: readonly string[]): Flow<readonly Route[]> {
  let table = RT_TABLE_MAIN
  let dev: number | undefined
  for (let i = 0; i < args.length; i++) {
    if (args[i] === 'table') {
      const name = args[++i] ?? ''
      table = name === 'all' ? 0 : TABLES.get(name) ?? (yield* number(x.c, name))
    } else if (args[i] === 'dev' || args[i] === 'oif') dev = yield* deviceIndex(x, args[++i] ?? '')
    else return yield* invalidArgument(x, args[i])
  }
  const { replies } = yield* x.rtnl.ask({ type: 'RTM_GETROUTE', flags: NLM_F_DUMP, family: x.family ?? 'inet' })
  return replies.flatMap((reply) => (reply.type === 'RTM_NEWROUTE' && 'route' in reply ? [reply.route] : []))
    .filter((r) => (table === 0 || r.table === table) && (dev === undefined || r.nexthops.some(({ oif }) => oif === dev)))
}

function* show(x: IpContext, args: readonly string[]): Flow<number> {
  for (const route of yield* select(x, args)) yield* x.c.stdout.write(`${yield* routeText(x, route)}\n`)
  return 0
}

function* flush(x: IpContext, args: readonly string[]): Flow<number> {
  if (args.length === 0) return yield* die(x.c, 'flush requires arguments')
  for (const { family, dst, dstLen, table, type, scope, nexthops } of yield* select(x, args)) {
    yield* talk(x, { type: 'RTM_DELROUTE', flags: 0, route: { family, table, type, scope, ...(dst === undefined ? {} : { dst, dstLen }), oif: nexthops[0]?.oif } })
  }
  return 0
}

function* get(x: IpContext, args: readonly string[]): Flow<number> {
  const prefix = parsePrefix(args[0] === 'to' ? args[1] ?? '' : args[0] ?? '')
  if (prefix === undefined) return yield* die(x.c, 'need at least destination address')
  const answer = yield* x.rtnl.ask({ type: 'RTM_GETROUTE', flags: 0, family: prefix.family, lookup: { family: prefix.family, dst: prefix.addr } })
  if (answer.errno !== undefined) return yield* refused(x, answer.errno)
  for (const reply of answer.replies) {
    if (!('resolved' in reply)) continue
    const { type, dst, src, oif, gateway } = reply.resolved
    yield* x.c.stdout.write(`${type === RTN_LOCAL ? 'local ' : ''}${dst} ${gateway === undefined ? '' : `via ${gateway} `}dev ${yield* x.rtnl.name(oif)} ${src === undefined ? '' : ` src ${src} `}\n`)
  }
  return 0
}

function* parseRoute(x: IpContext, args: readonly string[], adds: boolean): Flow<RouteRequest> {
  let dst: string | undefined
  let gateway: string | undefined
  let oif: number | undefined
  const more: { prefsrc?: string; metric?: number; table?: number; mtu?: number; scope?: number; type?: number } = {}
  for (let i = 0; i < args.length; i++) {
    const word = args[i]
    const value = args[i + 1] ?? ''
    const type = [...TYPES].find(([, name]) => name === word)?.[0]
    switch (word) {
      case 'via': gateway = args[++i]; break
      case 'dev': case 'oif': oif = yield* deviceIndex(x, args[++i] ?? ''); break
      case 'src': more.prefsrc = args[++i]; break
      case 'metric': more.metric = yield* number(x.c, value); i++; break
      case 'mtu': more.mtu = yield* number(x.c, value); i++; break
      case 'table': more.table = TABLES.get(value) ?? (yield* number(x.c, value)); i++; break
      case 'scope': more.scope = [...SCOPES].find(([, name]) => name === value)?.[0] ?? RT_SCOPE_UNIVERSE; i++; break
      case 'proto': case 'protocol': i++; break
      case 'to': dst = args[++i]; break
      default:
        if (type !== undefined) more.type = type
        else if (dst === undefined) dst = word
        else return yield* invalidArgument(x, word)
    }
  }
  const isDefault = dst === 'default' || dst === undefined
  const prefix = isDefault ? undefined : parsePrefix(dst ?? '')
  if (!isDefault && prefix === undefined) return yield* die(x.c, `an inet prefix is expected rather than "${dst}"`)
  const family = prefix?.family ?? (gateway?.includes(':') === true ? 'inet6' : x.family ?? 'inet')
  const scope = more.scope ?? (adds ? (gateway === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE) : undefined)
  return {
    family, ...(prefix === undefined ? {} : { dst: prefix.addr, dstLen: prefix.length }), ...(gateway === undefined ? {} : { gateway }), ...(oif === undefined ? {} : { oif }), ...more,
    ...(scope === undefined ? {} : { scope }), ...(adds ? { type: more.type ?? RTN_UNICAST, protocol: RTPROT_BOOT } : {}),
  }
}
