// The words that describe a route to be made or deleted (iproute_modify, parse_nexthops in ip/iproute.c).
import type { Flow } from '../../../abi/syscalls.ts'
import {
  type IpFamily, type NextHop, type RouteRequest, RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_NOWHERE, RT_TABLE_LOCAL, RTN_UNICAST, RTNH_F_ONLINK, RTPROT_BOOT,
} from '../../../abi/netlink.ts'
import type { Crt } from '../../libc/crt.ts'
import { exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { ROUTE_USAGE } from './help.ts'
import { dsfieldNames, protocolNames, ROUTE_TYPES, routeType, scopeNames, tableNames } from './names.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, garbage, parseHost, parsePrefix, type Words, wrong } from './words.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Draft = Mutable<Partial<RouteRequest>>

const NUMBERS = ['hoplimit', 'advmss', 'reordering', 'window', 'cwnd', 'initcwnd', 'initrwnd', 'quickack', 'ssthresh', 'fastopen_no_cookie']
const LOCKABLE: ReadonlySet<string> = new Set(['mtu', 'hoplimit', 'advmss', 'reordering', 'rtt', 'rttvar', 'window', 'cwnd', 'ssthresh'])
const UNSIMULATED = ['as', 'expires', 'features', 'congctl', 'realms', 'nhid', 'vrf', 'encap', 'ttl-propagate']
const LOCAL_KINDS: ReadonlySet<string> = new Set(['local', 'broadcast', 'nat', 'anycast'])

/** One metric of a route: a number or a time, perhaps locked. False if the word is none. */
function* takeMetric(c: Crt, words: Words, word: string, r: Draft): Flow<boolean> {
  const isTime = word === 'rtt' || word === 'rttvar' || word === 'rto_min'
  if (!isTime && word !== 'mtu' && !NUMBERS.includes(word)) return false
  const metrics: Record<string, number | readonly string[]> = { ...r.metrics }
  if (LOCKABLE.has(word) && words.peek() === 'lock') {
    words.shift()
    metrics.locked = [...(Array.isArray(metrics.locked) ? metrics.locked as readonly string[] : []), word]
  }
  const complaint = `"${word}" value is invalid\n`
  if (isTime) {
    const text = yield* words.value()
    const match = /^(\d+(?:\.\d+)?)(s|ms|sec|secs|msec|msecs)?$/.exec(text)
    if (match === null) return yield* wrong(c, text, complaint)
    metrics[word] = match[2] === undefined ? Math.floor(Number(match[1]) / 8) : match[2].startsWith('m') ? Number(match[1]) : Number(match[1]) * 1000
  } else {
    const value = yield* words.unsigned(complaint)
    if (word === 'mtu') r.mtu = value
    else metrics[word] = value
  }
  if (Object.keys(metrics).length > 0) r.metrics = metrics
  return true
}

export function* parseRoute(c: Crt, rtnl: Rtnl, words: Words, preferred: IpFamily | undefined, isNew: boolean): Flow<RouteRequest> {
  const r: Draft = {}
  let family = preferred
  let dev: string | undefined
  let hasDst = false
  let hops: readonly NextHop[] = []
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'src') {
      const addr = yield* parseHost(c, yield* words.value(), family)
      family ??= addr.family
      r.prefsrc = addr.addr
    } else if (word === 'via') {
      if (r.gateway !== undefined) yield* wrong(c, 'via', 'use nexthop syntax to specify multiple via\n')
      let text = yield* words.value()
      let named = family
      if (text === 'inet' || text === 'inet6') {
        named = text
        text = yield* words.value()
      }
      const addr = yield* parseHost(c, text, named)
      family ??= addr.family
      r.gateway = addr.addr
    } else if (word === 'tos' || abbreviates(word, 'dsfield')) {
      const text = yield* words.value()
      r.tos = (yield* dsfieldNames()).id(text, 255) ?? (yield* wrong(c, text, '"tos" value is invalid\n'))
    } else if (word === 'metric' || abbreviates(word, 'priority') || word === 'preference') r.metric = yield* words.unsigned('"metric" value is invalid\n')
    else if (word === 'scope') {
      const text = yield* words.value()
      r.scope = (yield* scopeNames()).id(text, 255) ?? (yield* wrong(c, text, 'invalid "scope" value\n'))
    } else if (word === 'onlink') r.onlink = true
    else if (word === 'nexthop') hops = yield* parseHops(c, rtnl, words, family)
    else if (abbreviates(word, 'protocol')) {
      const text = yield* words.value()
      r.protocol = (yield* protocolNames()).id(text, 255) ?? (yield* wrong(c, text, '"protocol" value is invalid\n'))
    } else if (abbreviates(word, 'table')) {
      const text = yield* words.value()
      r.table = (yield* tableNames()).id(text) ?? (yield* wrong(c, text, '"table" value is invalid\n'))
    } else if (word === 'dev' || word === 'oif') dev = yield* words.value()
    else if (word === 'pref') r.pref = yield* preference(c, yield* words.value())
    else if (yield* takeMetric(c, words, word, r)) continue
    else if (UNSIMULATED.includes(word)) return exit(yield* unsimulated(c, `'ip route … ${word}'`))
    else {
      let text = word === 'to' ? yield* words.value() : word
      const type = /^[0-9]/.test(text) ? 0 : routeType(text)
      if (type > 0) {
        r.type = type
        text = yield* words.value()
      }
      if (abbreviates(text, 'help')) yield* die(c, EXIT_USAGE, ROUTE_USAGE)
      if (hasDst) yield* garbage(c, 'to', text)
      const prefix = yield* parsePrefix(c, text, family)
      if (!prefix.isWild) family ??= prefix.family
      if (prefix.length > 0 || !prefix.isWild) Object.assign(r, { dst: prefix.addr, dstLen: prefix.length })
      hasDst = true
    }
  }
  if (dev !== undefined) r.oif = yield* rtnl.index(dev)
  return finish(r, family ?? 'inet', hops, isNew)
}

function* preference(c: Crt, text: string): Flow<number> {
  const n = ['medium', 'high', '', 'low'].indexOf(text)
  return n < 0 || text === '' ? yield* wrong(c, text, '"pref" value is invalid\n') : n
}

/** What wasn't said follows from the kind of route. */
function finish(r: Draft, family: IpFamily, hops: readonly NextHop[], isNew: boolean): RouteRequest {
  const kind = ROUTE_TYPES[r.type ?? RTN_UNICAST]
  if (r.scope === undefined && family === 'inet') {
    if (kind === 'local' || kind === 'nat') r.scope = RT_SCOPE_HOST
    else if (kind === 'broadcast' || kind === 'multicast' || kind === 'anycast') r.scope = RT_SCOPE_LINK
    else if (kind === 'unicast') r.scope = isNew ? (r.gateway === undefined && hops.length === 0 ? RT_SCOPE_LINK : 0) : RT_SCOPE_NOWHERE
  }
  if (r.table === undefined && LOCAL_KINDS.has(kind)) r.table = RT_TABLE_LOCAL
  return { ...r, family, ...(isNew ? { protocol: r.protocol ?? RTPROT_BOOT } : {}), ...(hops.length > 0 ? { nexthops: hops } : {}) }
}

function* parseHops(c: Crt, rtnl: Rtnl, words: Words, family: IpFamily | undefined): Flow<readonly NextHop[]> {
  const hops: NextHop[] = []
  for (;;) {
    if (words.peek() === undefined) yield* die(c, EXIT_USAGE, 'Error: unexpected end of line after "nexthop"')
    hops.push(yield* parseHop(c, rtnl, words, family))
    const next = words.shift()
    if (next === undefined) return hops
    if (next !== 'nexthop') yield* die(c, EXIT_USAGE, `Error: "nexthop" or end of line is expected instead of "${next}"`)
  }
}
function* parseHop(c: Crt, rtnl: Rtnl, words: Words, family: IpFamily | undefined): Flow<NextHop> {
  const hop: Mutable<NextHop> = { oif: undefined, gateway: undefined, flags: 0, weight: 1 }
  for (let word = words.peek(); word !== undefined; word = words.peek()) {
    if (word !== 'via' && word !== 'dev' && word !== 'weight' && word !== 'onlink') return hop
    words.shift()
    if (word === 'onlink') hop.flags |= RTNH_F_ONLINK
    else if (word === 'via') {
      const text = yield* words.value()
      hop.gateway = text === 'inet' || text === 'inet6' ? (yield* parseHost(c, yield* words.value(), text)).addr : (yield* parseHost(c, text, family)).addr
    } else if (word === 'dev') hop.oif = yield* rtnl.index(yield* words.value())
    else {
      const text = yield* words.value()
      const weight = Number(text)
      hop.weight = /^\d+$/.test(text) && weight > 0 && weight <= 256 ? weight : yield* wrong(c, text, '"weight" is invalid\n')
    }
  }
  return hop
}
