// ip link: shows, makes, changes and removes network devices (ip-link(8)).
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { IFF_ALLMULTI, IFF_MULTICAST, IFF_NOARP, IFF_PROMISC, IFF_UP, type LinkChange, type LinkInfoData, type LinkInit, NLM_F_CREATE, NLM_F_EXCL } from '../../../abi/netlink.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { open } from '../../libc/unistd.ts'
import { parseFilter, passes } from './filter.ts'
import { LINK_USAGE } from './help.ts'
import { linkBrief, linkBriefJson, linkBriefRest, linkFacts, linkJson, linkText } from './link-text.ts'
import { NETNS_DIR } from './netns-names.ts'
import { type IpOptions, type Json, printJson } from './output.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { checkIfname, matches, missing, unknownCommand, type Words, wrong } from './words.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Change = Mutable<LinkChange>

export function* ipLink(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'show' : matches(word, ['add', 'set', 'change', 'replace', 'delete', 'show', 'lst', 'list', 'xstats', 'afstats', 'property', 'help'])
  switch (command) {
    case 'show':
    case 'lst':
    case 'list': return yield* show(c, o, rtnl, words)
    case 'add':
    case 'replace': return yield* add(c, rtnl, words)
    case 'set':
    case 'change': return yield* set(c, rtnl, words)
    case 'delete': return yield* remove(c, rtnl, words)
    case 'property': return yield* property(c, rtnl, words)
    case 'help': return yield* die(c, EXIT_USAGE, LINK_USAGE)
    case undefined: return yield* unknownCommand(c, word ?? '', 'link')
    default: return yield* unsimulated(c, `'ip link ${command}'`)
  }
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const filter = yield* parseFilter(c, rtnl, words)
  const json: Json[] = []
  for (const link of (yield* rtnl.links()).filter((l) => passes(l, filter))) {
    const facts = yield* linkFacts(rtnl, link)
    if (o.json) json.push(o.brief ? linkBriefJson(facts) : linkJson(facts, o, true))
    else yield* c.stdout.write(o.brief ? linkBrief(facts, o, linkBriefRest(facts, o)) : linkText(facts, o, true))
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

/** A named network namespace or a process. */
function* netnsArgument(c: Crt, text: string): Flow<Change> {
  const fd = yield* open(`${NETNS_DIR}/${text}`, O_RDONLY | O_CLOEXEC)
  if (!isErr(fd)) return { netnsFd: fd }
  return /^\d+$/.test(text) ? { netnsPid: Number(text) } : yield* wrong(c, text, 'Invalid "netns" value\n')
}

function* hardwareAddress(c: Crt, text: string): Flow<string> {
  const bytes = text.split(':')
  if (bytes.some((b) => !/^[0-9a-f]{1,2}$/i.test(b))) return yield* die(c, 1, `"${text}" is invalid lladdr.`)
  if (bytes.length !== 6) return yield* die(c, 1, `Invalid address length ${bytes.length} - must be 6 bytes`)
  return bytes.map((b) => b.toLowerCase().padStart(2, '0')).join(':')
}

const SWITCHES = new Map([['arp', IFF_NOARP], ['multicast', IFF_MULTICAST], ['promisc', IFF_PROMISC], ['allmulticast', IFF_ALLMULTI]])

const setFlag = (change: Change, flag: number, on: boolean): void => {
  change.mask = (change.mask ?? 0) | flag
  change.flags = on ? (change.flags ?? 0) | flag : (change.flags ?? 0) & ~flag
}

function* masterIndex(c: Crt, rtnl: Rtnl, name: string): Flow<number> {
  return (yield* rtnl.find(name))?.index ?? (yield* wrong(c, name, 'Device does not exist\n'))
}

/** One keyword that `add` and `set` share; false if it is none. */
function* takeChange(c: Crt, rtnl: Rtnl, words: Words, word: string, change: Change): Flow<boolean> {
  const flag = SWITCHES.get(word)
  if (flag !== undefined) {
    const value = yield* words.value()
    if (value !== 'on' && value !== 'off') yield* die(c, EXIT_USAGE, `Error: argument of "${word}" must be one of "on", "off", not "${value}"`)
    setFlag(change, flag, (value === 'on') !== (word === 'arp'))
    return true
  }
  switch (word) {
    case 'up': setFlag(change, IFF_UP, true); break
    case 'down': setFlag(change, IFF_UP, false); break
    case 'mtu': change.mtu = yield* words.number('mtu'); break
    case 'txqueuelen':
    case 'qlen':
    case 'txqlen': change.txqlen = yield* words.number('txqueuelen'); break
    case 'address': change.address = yield* hardwareAddress(c, yield* words.value()); break
    case 'broadcast':
    case 'brd': change.broadcast = yield* hardwareAddress(c, yield* words.value()); break
    case 'group': {
      const group = yield* words.value()
      change.group = group === 'default' ? 0 : /^\d+$/.test(group) ? Number(group) : yield* wrong(c, group, 'Invalid "group" value\n')
      break
    }
    case 'alias': change.alias = yield* words.value(); break
    case 'netns': Object.assign(change, yield* netnsArgument(c, yield* words.value())); break
    case 'master': change.master = yield* masterIndex(c, rtnl, yield* words.value()); break
    case 'nomaster': change.master = 0; break
    case 'addrgenmode': change.addrGenMode = (yield* words.value()) === 'none' ? 1 : 0; break
    default: return false
  }
  return true
}

/** What stands after `type KIND`: pairs of a name and a value; numbers as numbers. */
function* kindData(words: Words): Flow<LinkInfoData> {
  const data: Record<string, number | string | boolean> = {}
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const value = words.peek() === undefined ? '' : yield* words.value()
    data[word] = /^\d+$/.test(value) ? Number(value) : value
  }
  return data
}

function* add(c: Crt, rtnl: Rtnl, words: Words): Flow<number> {
  const init: Mutable<LinkInit> = { kind: '' }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'type') {
      init.kind = yield* words.value()
      if (init.kind === 'veth') yield* vethPeer(c, rtnl, words, init)
      else init.data = yield* kindData(words)
    } else if (word === 'link') init.link = yield* rtnl.index(yield* words.value())
    else if (word === 'index') init.index = yield* words.number('index')
    else if (word === 'name') init.newName = yield* checkIfname(c, yield* words.value())
    else if (!(yield* takeChange(c, rtnl, words, word, init))) init.newName = yield* checkIfname(c, word === 'dev' ? yield* words.value() : word)
  }
  if (init.kind === '') return yield* missing(c, 'type', false)
  return yield* rtnl.talk({ type: 'RTM_NEWLINK', flags: NLM_F_CREATE | NLM_F_EXCL, link: init })
}

/** `peer name NAME …`: the other end is described like a device of its own. */
function* vethPeer(c: Crt, rtnl: Rtnl, words: Words, init: Mutable<LinkInit>): Flow<void> {
  let target: Change = init
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'peer') {
      const peer: Change = {}
      init.peer = peer
      target = peer
    } else if (word === 'name') target.newName = yield* checkIfname(c, yield* words.value())
    else if (!(yield* takeChange(c, rtnl, words, word, target))) target.newName = yield* checkIfname(c, word)
  }
}

function* set(c: Crt, rtnl: Rtnl, words: Words): Flow<number> {
  const change: Change = {}
  let dev: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'name') change.newName = yield* checkIfname(c, yield* words.value())
    else if (word === 'type' || word === 'vf' || word === 'xdp') return exit(yield* unsimulated(c, `'ip link set … ${word}'`))
    else if (word === 'dev') dev = yield* words.value()
    else if (dev === undefined && word !== 'up' && word !== 'down') dev = word
    else if (!(yield* takeChange(c, rtnl, words, word, change))) {
      if (dev !== undefined) yield* die(c, EXIT_USAGE, `Error: either "dev" is duplicate, or "${word}" is a garbage.`)
      dev = word
    }
  }
  if (dev === undefined) return yield* missing(c, 'dev')
  return yield* rtnl.talk({ type: 'RTM_SETLINK', flags: 0, index: yield* rtnl.index(dev), change })
}

function* remove(c: Crt, rtnl: Rtnl, words: Words): Flow<number> {
  let dev: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'type') yield* words.value()
    else dev = word === 'dev' ? yield* words.value() : word
  }
  if (dev === undefined) return yield* missing(c, 'dev')
  return yield* rtnl.talk({ type: 'RTM_DELLINK', flags: 0, index: yield* rtnl.index(dev) })
}

function* property(c: Crt, rtnl: Rtnl, words: Words): Flow<number> {
  const action = matches(words.shift() ?? '', ['add', 'delete'])
  let dev: string | undefined
  let altname: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'dev') dev = yield* words.value()
    else if (word === 'altname') altname = yield* words.value()
    else dev ??= word
  }
  if (dev === undefined || altname === undefined || action === undefined) return yield* missing(c, 'dev')
  return yield* rtnl.talk({ type: action === 'add' ? 'RTM_NEWLINKPROP' : 'RTM_DELLINKPROP', flags: 0, index: yield* rtnl.index(dev), altname })
}
