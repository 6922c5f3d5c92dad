// ip neigh: the neighbour tables, ARP's and NDP's (ip-neighbour(8), ip/ipneigh.c).
import type { Flow } from '../../../abi/syscalls.ts'
import {
  type IpFamily, type Neighbour, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, NTF_EXT_LEARNED, NTF_PROXY, NTF_ROUTER, NTF_USE, NUD_NOARP, NUD_PERMANENT,
} from '../../../abi/netlink.ts'
import { inPrefix, parseIp } from '../../../lib/ip.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { NEIGH_USAGE } from './help-more.ts'
import { hardwareAddress } from './link-args.ts'
import { type Names, protocolNames } from './names.ts'
import { type IpOptions, type Json, paint, printJson } from './output.ts'
import { die, EXIT_KERNEL, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, garbage, matches, parseHost, parsePrefix, type Prefix, unknownCommand, type Words, wrong } from './words.ts'

const STATES: ReadonlyMap<string, number> = new Map([
  ['permanent', 0x80], ['reachable', 0x02], ['noarp', 0x40], ['none', 0], ['stale', 0x04], ['incomplete', 0x01], ['delay', 0x08], ['probe', 0x10], ['failed', 0x20],
])
const ANY_STATE = 0xff

export function* ipNeigh(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'show' : matches(word, ['add', 'change', 'chg', 'replace', 'delete', 'get', 'show', 'lst', 'list', 'flush', 'help'])
  switch (command) {
    case 'add': return yield* change(c, rtnl, words, 'RTM_NEWNEIGH', NLM_F_CREATE | NLM_F_EXCL)
    case 'change':
    case 'chg': return yield* change(c, rtnl, words, 'RTM_NEWNEIGH', NLM_F_REPLACE)
    case 'replace': return yield* change(c, rtnl, words, 'RTM_NEWNEIGH', NLM_F_CREATE | NLM_F_REPLACE)
    case 'delete': return yield* change(c, rtnl, words, 'RTM_DELNEIGH', 0)
    case 'get': return yield* get(c, o, rtnl, words)
    case 'flush': return yield* flush(c, o, rtnl, words)
    case 'help': return yield* die(c, EXIT_USAGE, NEIGH_USAGE)
    case undefined: return yield* unknownCommand(c, word ?? '', 'neigh')
    default: return yield* show(c, o, rtnl, words)
  }
}

function* state(c: Crt, text: string): Flow<number> {
  const full = matches(text, [...STATES.keys()])
  return (full === undefined ? undefined : STATES.get(full)) ?? (yield* wrong(c, text, 'nud state is bad'))
}

function* change(c: Crt, rtnl: Rtnl, words: Words, type: 'RTM_NEWNEIGH' | 'RTM_DELNEIGH', flags: number): Flow<number> {
  let dst: { family: IpFamily; addr: string } | undefined
  let dev: string | undefined
  let lladdr: string | undefined
  let nud = NUD_PERMANENT
  let ntf = 0
  let protocol: number | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'lladdr') lladdr = yield* words.value()
    else if (word === 'nud') nud = yield* state(c, yield* words.value())
    else if (abbreviates(word, 'proxy')) {
      dst = yield* parseHost(c, yield* words.value(), dst?.family)
      ntf |= NTF_PROXY
    } else if (abbreviates(word, 'router')) ntf |= NTF_ROUTER
    else if (abbreviates(word, 'use')) ntf |= NTF_USE
    else if (abbreviates(word, 'extern_learn')) ntf |= NTF_EXT_LEARNED
    else if (abbreviates(word, 'managed')) return yield* unsimulated(c, "'ip neigh … managed'")
    else if (word === 'dev') dev = yield* words.value()
    else if (abbreviates(word, 'protocol')) {
      const text = yield* words.value()
      protocol = (yield* protocolNames()).id(text, 255) ?? (yield* wrong(c, text, '"protocol" value is invalid\n'))
    } else {
      const text = word === 'to' ? yield* words.value() : word
      if (abbreviates(text, 'help')) return yield* die(c, EXIT_USAGE, NEIGH_USAGE)
      if (dst !== undefined) yield* garbage(c, 'to', text)
      dst = yield* parseHost(c, text)
    }
  }
  if (dev === undefined || dst === undefined) return yield* die(c, EXIT_USAGE, 'Device and destination are required arguments.')
  const address = lladdr === undefined || lladdr === 'null' ? undefined : yield* hardwareAddress(c, lladdr, false)
  const index = yield* rtnl.index(dev)
  return yield* rtnl.talk({
    type, flags, neighbour: { family: dst.family, index, dst: dst.addr, state: nud, flags: ntf, ...(address === undefined ? {} : { lladdr: address }), ...(protocol === undefined ? {} : { protocol }) },
  })
}

interface NeighFilter { dev: number | undefined; to: Prefix | undefined; states: number | undefined; hasProxies: boolean; master: number | undefined; protocol: number | undefined }

function* parseFilter(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<NeighFilter> {
  const f: NeighFilter = { dev: undefined, to: undefined, states: undefined, hasProxies: false, master: undefined, protocol: undefined }
  let dev: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'dev') dev = yield* words.value()
    else if (word === 'master') f.master = yield* rtnl.index(yield* words.value())
    else if (word === 'nomaster') f.master = 0
    else if (word === 'vrf') return yield* die(c, yield* unsimulated(c, "'ip neigh show vrf'"), '')
    else if (word === 'unused') return yield* die(c, yield* unsimulated(c, "'ip neigh show unused'"), '')
    else if (word === 'nud') {
      const text = yield* words.value()
      f.states = (f.states ?? 0) | (text === 'all' ? ANY_STATE | 0x100 : (yield* state(c, text)) === 0 ? 0x100 : yield* state(c, text))
    } else if (word === 'proxy') f.hasProxies = true
    else if (abbreviates(word, 'protocol')) {
      const text = yield* words.value()
      f.protocol = (yield* protocolNames()).id(text, 255) ?? (yield* wrong(c, text, '"protocol" value is invalid\n'))
    } else {
      const text = word === 'to' ? yield* words.value() : word
      if (abbreviates(text, 'help')) yield* die(c, EXIT_USAGE, NEIGH_USAGE)
      f.to = yield* parsePrefix(c, text, o.family)
    }
  }
  if (dev !== undefined) f.dev = yield* rtnl.index(dev)
  return f
}

function* dump(rtnl: Rtnl, o: IpOptions, f: NeighFilter, states: number): Flow<readonly Neighbour[]> {
  const { replies } = yield* rtnl.ask({ type: 'RTM_GETNEIGH', flags: NLM_F_DUMP, ...(o.family === undefined ? {} : { family: o.family }), ...(f.hasProxies ? { ntf: NTF_PROXY } : {}) })
  const masters = f.master === undefined ? [] : (yield* rtnl.links()).filter((l) => (l.master ?? 0) === f.master).map((l) => l.index)
  const isWanted = (n: Neighbour): boolean => {
    if ((f.dev !== undefined && n.index !== f.dev) || (f.master !== undefined && !masters.includes(n.index)) || (f.protocol !== undefined && n.protocol !== f.protocol)) return false
    // No state at all has a bit of its own here.
    if (!f.hasProxies && ((n.state === 0 ? 0x100 : n.state) & (f.states ?? states)) === 0) return false
    if (f.to === undefined) return true
    if (n.family === 'bridge' || n.family !== f.to.family) return false
    return inPrefix(n.family, parseIp(n.family, n.dst) ?? 0n, parseIp(n.family, f.to.addr) ?? 0n, f.to.length)
  }
  return replies.flatMap((r) => (r.type === 'RTM_NEWNEIGH' && isWanted(r.neighbour) ? [r.neighbour] : []))
}

function describe(n: Neighbour): { readonly stateName: string | undefined; readonly isProxy: boolean; readonly flags: readonly string[] } {
  const isProxy = (n.flags & NTF_PROXY) !== 0
  return {
    stateName: [...STATES].find(([, bit]) => bit === n.state && bit !== 0)?.[0].toUpperCase(), isProxy,
    flags: [...((n.flags & NTF_ROUTER) !== 0 ? ['router'] : []), ...(isProxy ? ['proxy'] : []), ...((n.flags & NTF_EXT_LEARNED) !== 0 ? ['extern_learn'] : [])],
  }
}

/** One line; `name`: of its device, unless that is known. */
export function neighbourText(n: Neighbour, o: IpOptions, name: string | undefined, protocols: Names): string {
  const { stateName, isProxy, flags } = describe(n)
  let text = `${paint(o, n.family === 'bridge' ? undefined : n.family, `${n.dst} `)}${name !== undefined ? `dev ${paint(o, 'ifname', `${name} `)}` : ''}`
  if (n.lladdr !== undefined) text += `lladdr ${paint(o, 'mac', n.lladdr)} `
  text += flags.map((flag) => `${flag} `).join('')
  if (o.stats > 0 && n.age !== undefined) text += `${n.age.refs > 0 ? ` ref ${n.age.refs}` : ''} used ${n.age.used}/${n.age.confirmed}/${n.age.updated}probes ${n.probes ?? 0} `
  if (stateName !== undefined && !isProxy) text += `${stateName} `
  if (n.protocol !== 0) text += `proto ${protocols.name(n.protocol)} `
  return `${text}\n`
}

function* print(c: Crt, o: IpOptions, rtnl: Rtnl, list: readonly Neighbour[], dev: number | undefined): Flow<void> {
  const json: Json[] = []
  const protocols = yield* protocolNames()
  for (const n of list) {
    const { stateName, isProxy, flags } = describe(n)
    const name = yield* rtnl.name(n.index)
    if (o.json) {
      json.push({
        dst: n.dst, ...(dev === undefined ? { dev: name } : {}), ...(n.lladdr === undefined ? {} : { lladdr: n.lladdr }), ...Object.fromEntries(flags.map((flag) => [flag, null])),
        ...(o.stats > 0 && n.age !== undefined ? { ...(n.age.refs > 0 ? { refcnt: n.age.refs } : {}), used: n.age.used, confirmed: n.age.confirmed, updated: n.age.updated, probes: n.probes ?? 0 } : {}),
        ...(isProxy ? {} : { state: stateName === undefined ? [] : [stateName] }), ...(n.protocol === 0 ? {} : { protocol: protocols.name(n.protocol) }),
      })
      continue
    }
    yield* c.stdout.write(neighbourText(n, o, dev === undefined ? name : undefined, protocols))
  }
  if (o.json) yield* printJson(c, o, json)
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const filter = yield* parseFilter(c, o, rtnl, words)
  yield* print(c, o, rtnl, yield* dump(rtnl, o, filter, ANY_STATE & ~NUD_NOARP), filter.dev)
  return 0
}

function* get(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  let dst: { family: IpFamily; addr: string } | undefined
  let dev: string | undefined
  let isProxy = false
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'dev') dev = yield* words.value()
    else {
      if (word === 'proxy') isProxy = true
      const text = word === 'proxy' || word === 'to' ? yield* words.value() : word
      if (abbreviates(text, 'help')) return yield* die(c, EXIT_USAGE, NEIGH_USAGE)
      if (dst !== undefined) yield* garbage(c, 'to', text)
      dst = yield* parseHost(c, text)
    }
  }
  if (dev === undefined || dst === undefined) return yield* die(c, 1, 'Device and address are required arguments.')
  const index = yield* rtnl.index(dev)
  const { replies, errno, extack } = yield* rtnl.ask({ type: 'RTM_GETNEIGH', flags: 0, family: dst.family, index, dst: dst.addr, ...(isProxy ? { ntf: NTF_PROXY } : {}) })
  if (errno !== undefined) {
    yield* rtnl.report(errno, extack)
    return EXIT_KERNEL
  }
  yield* print(c, o, rtnl, replies.flatMap((r) => (r.type === 'RTM_NEWNEIGH' ? [r.neighbour] : [])), undefined)
  return 0
}

function* flush(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  if (words.peek() === undefined) return yield* die(c, 1, 'Flush requires arguments.')
  if (words.peek() === 'all') words.shift()
  const filter = yield* parseFilter(c, o, rtnl, words)
  const doomed = yield* dump(rtnl, o, filter, ANY_STATE & ~NUD_NOARP & ~NUD_PERMANENT)
  if (doomed.length === 0) {
    if (o.stats > 0) yield* c.stdout.write('Nothing to flush.\n')
    return 0
  }
  for (const n of doomed) {
    const { errno } = yield* rtnl.ask({ type: 'RTM_DELNEIGH', flags: 0, neighbour: { family: n.family, index: n.index, dst: n.dst, flags: n.flags } })
    if (errno?.name === 'EPERM') return yield* die(c, 1, `Failed to send flush request: ${errno.message}`)
  }
  if (o.stats > 0) yield* c.stdout.write(`\n*** Round 1, deleting ${doomed.length} entries ***\n*** Flush is complete after 1 round ***\n`)
  return 0
}
