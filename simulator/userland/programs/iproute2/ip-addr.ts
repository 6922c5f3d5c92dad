// ip address: shows, adds and removes the addresses of devices (ip-address(8)).
import type { Flow } from '../../../abi/syscalls.ts'
import {
  type Address, type AddressRequest, IFA_F_DADFAILED, IFA_F_DEPRECATED, IFA_F_HOMEADDRESS, IFA_F_MANAGETEMPADDR, IFA_F_NODAD, IFA_F_NOPREFIXROUTE, IFA_F_OPTIMISTIC,
  IFA_F_PERMANENT, IFA_F_SECONDARY, IFA_F_TENTATIVE, INFINITY_LIFE_TIME, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE,
} from '../../../abi/netlink.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { type Filter, parseFilter, passes, SCOPES, scopeName } from './filter.ts'
import { ADDRESS_USAGE } from './help.ts'
import { linkBrief, linkBriefJson, linkFacts, linkJson, linkText } from './link-text.ts'
import { type IpOptions, type Json, newline, paint, printJson } from './output.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { matches, parseHost, parsePrefix, unknownCommand, type Words } from './words.ts'

export function* ipAddr(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'show' : matches(word, ['add', 'change', 'chg', 'replace', 'delete', 'show', 'lst', 'list', 'flush', 'save', 'showdump', 'restore', 'help'])
  switch (command) {
    case 'show':
    case 'lst':
    case 'list': return yield* show(c, o, rtnl, words)
    case 'add': return yield* change(c, rtnl, words, 'RTM_NEWADDR', NLM_F_CREATE | NLM_F_EXCL)
    case 'change':
    case 'chg': return yield* change(c, rtnl, words, 'RTM_NEWADDR', NLM_F_REPLACE)
    case 'replace': return yield* change(c, rtnl, words, 'RTM_NEWADDR', NLM_F_CREATE | NLM_F_REPLACE)
    case 'delete': return yield* change(c, rtnl, words, 'RTM_DELADDR', 0)
    case 'flush': return yield* flush(c, o, rtnl, words)
    case 'help': return yield* die(c, EXIT_USAGE, ADDRESS_USAGE)
    case undefined: return yield* unknownCommand(c, word ?? '', 'address')
    default: return yield* unsimulated(c, `'ip address ${command}'`)
  }
}

const wanted = (a: Address, f: Filter, o: IpOptions): boolean =>
  (o.family === undefined || a.family === o.family) && (f.scope === undefined || a.scope === f.scope) && (f.label === undefined || fnmatch(f.label, a.label ?? ''))

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const filter = yield* parseFilter(c, rtnl, words)
  const addresses = (yield* rtnl.addresses()).filter((a) => wanted(a, filter, o))
  const json: Json[] = []
  for (const link of (yield* rtnl.links()).filter((l) => passes(l, filter))) {
    const own = addresses.filter((a) => a.index === link.index)
    if (o.family !== undefined && own.length === 0) continue
    const facts = yield* linkFacts(rtnl, link)
    if (o.json) json.push(o.brief ? { ...linkBriefJson(facts), addr_info: own.map(briefJson) } : { ...linkJson(facts, o, false), addr_info: own.map(addressJson) })
    else if (o.brief) yield* c.stdout.write(linkBrief(facts, o, own.map((a) => `${paint(o, a.family, a.local)}${peer(a)}/${a.prefixlen} `).join('')))
    else {
      if (!o.oneline) yield* c.stdout.write(linkText(facts, o, false, filter.dev !== undefined))
      for (const a of own) yield* c.stdout.write(addressText(a, o, o.oneline ? `${link.index}: ${paint(o, 'ifname', link.name)}    ` : '    '))
    }
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

const FLAGS: readonly (readonly [number, string])[] = [
  [IFA_F_NODAD, 'nodad'], [IFA_F_OPTIMISTIC, 'optimistic'], [IFA_F_DADFAILED, 'dadfailed'], [IFA_F_HOMEADDRESS, 'home'], [IFA_F_DEPRECATED, 'deprecated'],
  [IFA_F_TENTATIVE, 'tentative'],
]
const LATE_FLAGS: readonly (readonly [number, string])[] = [[IFA_F_MANAGETEMPADDR, 'mngtmpaddr'], [IFA_F_NOPREFIXROUTE, 'noprefixroute']]

function flagNames(a: Address): string[] {
  const has = ([bit]: readonly [number, string]): boolean => (a.flags & bit) !== 0
  return [
    ...((a.flags & IFA_F_SECONDARY) !== 0 ? [a.family === 'inet' ? 'secondary' : 'temporary'] : []), ...FLAGS.filter(has).map(([, name]) => name),
    ...((a.flags & IFA_F_PERMANENT) === 0 ? ['dynamic'] : []), ...LATE_FLAGS.filter(has).map(([, name]) => name),
  ]
}

const lifetime = (seconds: number): string => (seconds === INFINITY_LIFE_TIME ? 'forever' : `${seconds}sec`)
const peer = (a: Address): string => (a.address === a.local ? '' : ` peer ${a.address}`)

function addressText(a: Address, o: IpOptions, indent: string): string {
  const brd = a.broadcast === undefined ? '' : `brd ${paint(o, a.family, a.broadcast)} `
  const flags = flagNames(a).map((name) => `${name} `).join('')
  return `${indent}${a.family} ${paint(o, a.family, a.local)}${peer(a)}/${a.prefixlen} ${brd}scope ${scopeName(a.scope)} ${flags}${a.label ?? ''}${newline(o)}       valid_lft ${lifetime(a.validLft)} preferred_lft ${lifetime(a.preferredLft)}\n`
}

const addressJson = (a: Address): Json => ({
  family: a.family, local: a.local, ...(a.address === a.local ? {} : { address: a.address }), prefixlen: a.prefixlen, ...(a.broadcast === undefined ? {} : { broadcast: a.broadcast }),
  scope: scopeName(a.scope), ...Object.fromEntries(flagNames(a).map((name) => [name, true])), ...(a.label === undefined ? {} : { label: a.label }),
  valid_life_time: a.validLft, preferred_life_time: a.preferredLft,
})
const briefJson = (a: Address): Json => ({ local: a.local, prefixlen: a.prefixlen })

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function* change(c: Crt, rtnl: Rtnl, words: Words, type: 'RTM_NEWADDR' | 'RTM_DELADDR', flags: number): Flow<number> {
  const r: Mutable<Partial<AddressRequest>> & { broadcastRule?: string } = {}
  let dev: string | undefined
  let typed = ''
  let explicit = true
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'dev') dev = yield* words.value()
    else if (word === 'broadcast' || word === 'brd') {
      const text = yield* words.value()
      if (text === '+' || text === '-') r.broadcastRule = text
      else r.broadcast = (yield* parseHost(c, text)).addr
    } else if (word === 'label') r.label = yield* words.value()
    else if (word === 'scope') r.scope = SCOPES.get(yield* words.value()) ?? 0
    else if (word === 'peer') r.address = (yield* parsePrefix(c, yield* words.value())).addr
    else if (word === 'valid_lft' || word === 'preferred_lft') {
      const text = yield* words.value()
      const seconds = text === 'forever' ? INFINITY_LIFE_TIME : Number(text)
      if (word === 'valid_lft') r.validLft = seconds
      else r.preferredLft = seconds
    } else if (word === 'noprefixroute') r.flags = (r.flags ?? 0) | IFA_F_NOPREFIXROUTE
    else if (word === 'nodad') r.flags = (r.flags ?? 0) | IFA_F_NODAD
    else {
      typed = word === 'local' ? yield* words.value() : word
      const prefix = yield* parsePrefix(c, typed)
      Object.assign(r, { family: prefix.family, local: prefix.addr, prefixlen: prefix.length })
      explicit = prefix.explicit
    }
  }
  if (dev === undefined) return yield* die(c, 1, 'Not enough information: "dev" argument is required.')
  if (type === 'RTM_DELADDR' && !explicit && r.local !== undefined) {
    yield* c.stderr.write(`Warning: Executing wildcard deletion to stay compatible with old scripts.\n         Explicitly specify the prefix length (${typed}/${String(r.prefixlen)}) to avoid this warning.\n         This special behaviour is likely to disappear in further releases,\n         fix your scripts!\n`)
  }
  const index = yield* rtnl.index(dev)
  const { broadcastRule, ...rest } = r
  const family = r.family ?? 'inet'
  const broadcast = broadcastRule === '+' && r.local !== undefined ? broadcastOf(r.local, r.prefixlen ?? 32) : rest.broadcast
  return yield* rtnl.talk({ type, flags, addr: { ...rest, family, index, local: r.local ?? '', prefixlen: r.prefixlen ?? 0, ...(broadcast === undefined ? {} : { broadcast }) } })
}

/** The last address of an IPv4 network. */
function broadcastOf(addr: string, length: number): string {
  const value = addr.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - length)
  const last = Math.floor(value / size) * size + size - 1
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.')
}

function* flush(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  if (words.peek() === undefined) return yield* die(c, 1, 'Flush requires arguments.')
  const filter = yield* parseFilter(c, rtnl, words)
  const indexes = (yield* rtnl.links()).filter((l) => passes(l, filter)).map((l) => l.index)
  for (const a of (yield* rtnl.addresses()).filter((x) => indexes.includes(x.index) && wanted(x, filter, o))) {
    const { errno } = yield* rtnl.ask({ type: 'RTM_DELADDR', flags: 0, addr: { family: a.family, index: a.index, local: a.local, prefixlen: a.prefixlen } })
    if (errno !== undefined && errno.name !== 'EADDRNOTAVAIL') {
      yield* rtnl.report(errno, undefined)
      return yield* die(c, 1, 'Failed to send flush request')
    }
  }
  return 0
}
