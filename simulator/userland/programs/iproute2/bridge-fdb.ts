// bridge fdb: forwarding databases, and the addresses devices listen to (bridge/fdb.c).
import type { Flow } from '../../../abi/syscalls.ts'
import {
  type Neighbour, NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, NTF_EXT_LEARNED, NTF_MASTER, NTF_ROUTER, NTF_SELF, NTF_STICKY, NTF_USE, NUD_NOARP, NUD_PERMANENT, NUD_REACHABLE,
  NUD_STALE,
} from '../../../abi/netlink.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { bridgeIndex } from './bridge-link.ts'
import { FDB_USAGE } from './help-more.ts'
import { type IpOptions, type Json, paint, printJson } from './output.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, garbage, matches, type Words } from './words.ts'

/** main() returns -2. */
const EXIT_NOT_FOUND = 254
const STATES: ReadonlyMap<number, string> = new Map([[NUD_PERMANENT, 'permanent'], [NUD_NOARP, 'static'], [NUD_STALE, 'stale'], [NUD_REACHABLE, '']])

export function* bridgeFdb(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  switch (word === undefined ? 'show' : matches(word, ['add', 'append', 'replace', 'delete', 'get', 'show', 'lst', 'list', 'flush', 'help'])) {
    case 'add': return yield* change(c, rtnl, words, 'RTM_NEWNEIGH', NLM_F_CREATE | NLM_F_EXCL)
    case 'append': return yield* change(c, rtnl, words, 'RTM_NEWNEIGH', NLM_F_CREATE | NLM_F_APPEND)
    case 'replace': return yield* change(c, rtnl, words, 'RTM_NEWNEIGH', NLM_F_CREATE | NLM_F_REPLACE)
    case 'delete': return yield* change(c, rtnl, words, 'RTM_DELNEIGH', 0)
    case 'get': return yield* get(c, o, rtnl, words)
    case 'help': return yield* die(c, EXIT_USAGE, FDB_USAGE)
    case 'flush': return yield* unsimulated(c, "'bridge fdb flush'")
    case undefined: return yield* die(c, EXIT_USAGE, `Command "${word ?? ''}" is unknown, try "bridge fdb help".`)
    default: return yield* show(c, o, rtnl, words)
  }
}

function* print(c: Crt, o: IpOptions, rtnl: Rtnl, list: readonly Neighbour[], dev: number | undefined): Flow<void> {
  const json: Json[] = []
  for (const n of list) {
    const name = yield* rtnl.name(n.index)
    const master = n.master === undefined ? undefined : yield* rtnl.name(n.master)
    const state = STATES.get(n.state) ?? ''
    const age = o.stats > 0 && n.age !== undefined ? n.age : undefined
    if (o.json) {
      json.push({
        mac: n.dst, ...(dev === undefined ? { ifname: name } : {}), ...(n.vlan === undefined ? {} : { vlan: n.vlan }), ...(age === undefined ? {} : { used: age.used, updated: age.updated }),
        flags: [...((n.flags & NTF_SELF) !== 0 ? ['self'] : []), ...((n.flags & NTF_EXT_LEARNED) !== 0 ? ['extern_learn'] : [])], ...(master === undefined ? {} : { master }), state,
      })
      continue
    }
    let text = `${paint(o, 'mac', `${n.dst} `)}${dev === undefined ? `dev ${paint(o, 'ifname', `${name} `)}` : ''}`
    if (n.vlan !== undefined) text += `vlan ${n.vlan} `
    if (age !== undefined) text += `used ${age.used}/${age.updated} `
    if ((n.flags & NTF_SELF) !== 0) text += 'self '
    if ((n.flags & NTF_EXT_LEARNED) !== 0) text += 'extern_learn '
    if (master !== undefined) text += `master ${master} `
    yield* c.stdout.write(`${text}${state}\n`)
  }
  if (o.json) yield* printJson(c, o, json)
}

function* dump(rtnl: Rtnl): Flow<readonly Neighbour[]> {
  return (yield* rtnl.ask({ type: 'RTM_GETNEIGH', flags: NLM_F_DUMP, family: 'bridge' })).replies.flatMap((r) => (r.type === 'RTM_NEWNEIGH' ? [r.neighbour] : []))
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  let br: string | undefined
  let dev: string | undefined
  let vlan: number | undefined
  let state: number | undefined
  let isDynamic = false
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'brport' || word === 'dev') dev = yield* words.value()
    else if (word === 'br') br = yield* words.value()
    else if (word === 'vlan') vlan = Number(yield* words.value())
    else if (word === 'state') {
      const text = yield* words.value()
      state = [...STATES].find(([, name]) => name === text)?.[0] ?? (text === 'all' ? undefined : yield* die(c, EXIT_USAGE, `Error: argument "${text}" is wrong: invalid state`))
    } else if (word === 'dynamic') isDynamic = true
    else {
      if (abbreviates(word, 'help')) return yield* die(c, EXIT_USAGE, FDB_USAGE)
      if (dev !== undefined) yield* garbage(c, 'dev', word)
      dev = word
    }
  }
  const bridgeNumber = br === undefined ? undefined : ((yield* rtnl.find(br))?.index ?? (yield* die(c, EXIT_USAGE, `Cannot find bridge device "${br}"`)))
  const index = dev === undefined ? undefined : yield* bridgeIndex(c, rtnl, dev)
  const ofBridge = new Set((yield* rtnl.links()).filter((l) => l.master === bridgeNumber || l.index === bridgeNumber).map((l) => l.index))
  const list = (yield* dump(rtnl)).filter((n) =>
    (index === undefined || n.index === index) && (bridgeNumber === undefined || ofBridge.has(n.index)) && (vlan === undefined || n.vlan === vlan) && (state === undefined || n.state === state) &&
    (!isDynamic || (n.state & (NUD_NOARP | NUD_PERMANENT)) === 0))
  yield* print(c, o, rtnl, list, index)
  return 0
}

function* change(c: Crt, rtnl: Rtnl, words: Words, type: 'RTM_NEWNEIGH' | 'RTM_DELNEIGH', flags: number): Flow<number> {
  let dev: string | undefined
  let mac: string | undefined
  let ntf = 0
  let state = 0
  let vlan: number | undefined
  const bits: ReadonlyMap<string, number> = new Map([['self', NTF_SELF], ['master', NTF_MASTER], ['router', NTF_ROUTER], ['use', NTF_USE], ['extern_learn', NTF_EXT_LEARNED], ['sticky', NTF_STICKY]])
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const bit = bits.get(word)
    if (word === 'dev') dev = yield* words.value()
    else if (bit !== undefined) ntf |= bit
    else if (abbreviates(word, 'local') || abbreviates(word, 'permanent')) state |= NUD_PERMANENT
    else if (abbreviates(word, 'temp') || abbreviates(word, 'static')) state |= NUD_NOARP
    else if (abbreviates(word, 'dynamic')) state |= NUD_REACHABLE
    else if (abbreviates(word, 'vlan')) vlan = Number(yield* words.value())
    else if (['dst', 'port', 'vni', 'via', 'src_vni', 'nhid'].includes(word)) return yield* unsimulated(c, `'bridge fdb … ${word}'`)
    else {
      const text = word === 'to' ? yield* words.value() : word
      if (abbreviates(text, 'help')) return yield* die(c, EXIT_USAGE, FDB_USAGE)
      if (mac !== undefined) yield* garbage(c, 'to', text)
      mac = text
    }
  }
  if (dev === undefined || mac === undefined) return yield* die(c, EXIT_USAGE, 'Device and address are required arguments.')
  if ((ntf & (NTF_SELF | NTF_MASTER)) === 0) ntf |= NTF_SELF
  if ((state & (NUD_NOARP | NUD_REACHABLE)) === 0) state |= NUD_PERMANENT
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(mac)) return yield* die(c, EXIT_USAGE, `Invalid mac address ${mac}`)
  const index = yield* bridgeIndex(c, rtnl, dev)
  const dst = mac.split(':').map((byte) => byte.toLowerCase().padStart(2, '0')).join(':')
  const status = yield* rtnl.talk({ type, flags, neighbour: { family: 'bridge', index, dst, state, flags: ntf, ...(vlan === undefined ? {} : { vlan }) } })
  return status === 0 ? 0 : EXIT_USAGE
}

function* get(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  let mac: string | undefined
  let br: string | undefined
  let dev: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'br') br = yield* words.value()
    else if (word === 'brport' || word === 'dev') dev = yield* words.value()
    else if (word === 'vlan' || word === 'vni') yield* words.value()
    else if (word !== 'self' && word !== 'master' && word !== 'dynamic') mac = word === 'to' ? yield* words.value() : word
  }
  if (mac === undefined || (br === undefined && dev === undefined)) return yield* die(c, EXIT_USAGE, 'Device and address are required arguments.')
  const index = yield* bridgeIndex(c, rtnl, br ?? dev ?? '')
  const found = (yield* dump(rtnl)).find((n) => n.dst === mac && (n.master === index || n.index === index) && n.master !== undefined && n.vlan === undefined)
  if (found === undefined) return yield* die(c, EXIT_NOT_FOUND, 'Error: Fdb entry not found.')
  yield* print(c, o, rtnl, [found], undefined)
  return 0
}
