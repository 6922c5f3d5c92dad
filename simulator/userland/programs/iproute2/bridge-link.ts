// bridge link: the ports of bridges and their settings (bridge/link.c).
import type { Flow } from '../../../abi/syscalls.ts'
import type { Link } from '../../../abi/netlink.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { BRIDGE_LINK_USAGE } from './help-more.ts'
import { linkFacts } from './link-text.ts'
import { type KindData, PORT_STATES } from './link-kinds.ts'
import { onOff } from './link-args.ts'
import { groupNames } from './names.ts'
import { type IpOptions, type Json, newline, paint, printJson } from './output.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { garbage, matches, type Words } from './words.ts'

const SWITCHES = ['guard', 'hairpin', 'fastleave', 'root_block', 'learning', 'flood', 'mcast_flood', 'bcast_flood', 'mcast_to_unicast', 'neigh_suppress', 'vlan_tunnel', 'isolated', 'locked']
/** In the order of `bridge -d link`. */
const DETAILS = [
  'hairpin', 'guard', 'root_block', 'fastleave', 'learning', 'flood', 'mcast_flood', 'bcast_flood', 'mcast_router', 'mcast_to_unicast', 'neigh_suppress', 'vlan_tunnel', 'isolated', 'locked',
]

export function* bridgeLink(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  switch (word === undefined ? 'show' : matches(word, ['set', 'show', 'lst', 'list', 'help'])) {
    case 'set': return yield* set(c, rtnl, words)
    case 'help': return yield* die(c, EXIT_USAGE, BRIDGE_LINK_USAGE)
    case undefined: return yield* die(c, EXIT_USAGE, `Command "${word ?? ''}" is unknown, try "bridge link help".`)
    default: return yield* show(c, o, rtnl, words)
  }
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  let dev: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const text = word === 'dev' ? yield* words.value() : word
    if (dev !== undefined) yield* garbage(c, 'dev', text)
    dev = text
  }
  if (dev !== undefined) yield* bridgeIndex(c, rtnl, dev)
  const json: Json[] = []
  for (const link of yield* rtnl.links()) {
    if (link.slaveKind !== 'bridge' || (dev !== undefined && dev !== link.name)) continue
    if (o.json) json.push(yield* portJson(rtnl, o, link))
    else yield* c.stdout.write(yield* portText(rtnl, o, link))
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

const onOffText = (value: number | string | boolean | undefined): string => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value))

/** The peer's number is looked up among our own devices even if it counts in another namespace: so does the real one. */
function* portText(rtnl: Rtnl, o: IpOptions, link: Link): Flow<string> {
  const facts = yield* linkFacts(rtnl, link, yield* groupNames())
  const peer = link.link === undefined ? '' : `@${yield* rtnl.name(link.link)}`
  const data = link.slaveData ?? {}
  const details = o.details ? `${newline(o)}    ${DETAILS.map((name) => `${name} ${onOffText(data[name])} `).join('')}` : ''
  return `${link.index}: ${paint(o, 'ifname', `${link.name}${peer}: `)}<${facts.flags.join(',')}> mtu ${link.mtu} master ${facts.master ?? ''} state ${String(data.state)} priority ${String(data.priority)} cost ${String(data.cost)} ${details}\n`
}
function* portJson(rtnl: Rtnl, o: IpOptions, link: Link): Flow<Json> {
  const facts = yield* linkFacts(rtnl, link, yield* groupNames())
  const data = link.slaveData ?? {}
  const details = o.details ? Object.fromEntries(DETAILS.map((name) => [name === 'mcast_router' ? 'multicast_router' : name, data[name]])) : {}
  return {
    ifindex: link.index, ...(link.link === undefined ? {} : { link: yield* rtnl.name(link.link) }), ifname: link.name, flags: facts.flags, mtu: link.mtu, master: facts.master ?? '',
    state: data.state, priority: data.priority, cost: data.cost, ...details,
  }
}

function* set(c: Crt, rtnl: Rtnl, words: Words): Flow<number> {
  let dev: string | undefined
  const data: KindData = {}
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'dev') dev = yield* words.value()
    else if (SWITCHES.includes(word)) data[word] = yield* onOff(c, word, yield* words.value())
    else if (word === 'cost') data.cost = Number(yield* words.value())
    else if (word === 'priority') data.priority = Number(yield* words.value())
    else if (word === 'mcast_router') data.mcast_router = Number(yield* words.value())
    else if (word === 'state') {
      const text = yield* words.value()
      const state = /^\d+$/.test(text) ? Number(text) : PORT_STATES.indexOf(text.toLowerCase())
      if (state < 0) return yield* die(c, EXIT_USAGE, 'Error: invalid STP port state')
      data.state = state
    } else if (word === 'self' || word === 'master') continue
    else if (['learning_sync', 'hwmode', 'backup_port', 'nobackup_port'].includes(word)) return yield* unsimulated(c, `'bridge link set … ${word}'`)
    else return yield* die(c, EXIT_USAGE, BRIDGE_LINK_USAGE)
  }
  if (dev === undefined) return yield* die(c, EXIT_USAGE, 'Device is a required argument.')
  const index = yield* bridgeIndex(c, rtnl, dev)
  return (yield* rtnl.talk({ type: 'RTM_SETLINK', flags: 0, index, change: {}, kind: 'bridge_slave', data })) === 0 ? 0 : EXIT_USAGE
}

/** A device that must exist; bridge(8) ends with 255 for whatever fails. */
export function* bridgeIndex(c: Crt, rtnl: Rtnl, name: string, kind = 'device'): Flow<number> {
  return (yield* rtnl.find(name))?.index ?? (yield* die(c, EXIT_USAGE, `Cannot find ${kind} "${name}"`))
}
