// ip address: shows, adds and removes the addresses of devices (ip-address(8)).
import type { Flow } from '../../../abi/syscalls.ts'
import {
  type Address, type AddressRequest, IFA_F_DADFAILED, IFA_F_DEPRECATED, IFA_F_HOMEADDRESS, IFA_F_MANAGETEMPADDR, IFA_F_NODAD, IFA_F_NOPREFIXROUTE, IFA_F_OPTIMISTIC,
  IFA_F_PERMANENT, IFA_F_SECONDARY, IFA_F_TENTATIVE, INFINITY_LIFE_TIME, type Link, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, RT_SCOPE_HOST,
} from '../../../abi/netlink.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { formatIp, inPrefix, ipMask, parseIp } from '../../../lib/ip.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { type Filter, parseFilter, passes } from './filter.ts'
import { ADDRESS_USAGE } from './help.ts'
import { linkBrief, linkBriefJson, linkFacts, linkJson, linkText } from './link-text.ts'
import { statsJson, statsText } from './link-stats.ts'
import { groupNames, type Names, scopeNames } from './names.ts'
import { type IpOptions, type Json, newline, paint, printJson } from './output.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, garbage, matches, parseHost, parsePrefix, type Prefix, unknownCommand, unsignedNumber, type Words, wrong } from './words.ts'

export function* ipAddr(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'show' : matches(word, ['add', 'change', 'chg', 'replace', 'delete', 'show', 'lst', 'list', 'flush', 'save', 'showdump', 'restore', 'help'])
  switch (command) {
    case 'show':
    case 'lst':
    case 'list': return yield* show(c, o, rtnl, words)
    case 'add': return yield* change(c, o, rtnl, words, 'RTM_NEWADDR', NLM_F_CREATE | NLM_F_EXCL)
    case 'change':
    case 'chg': return yield* change(c, o, rtnl, words, 'RTM_NEWADDR', NLM_F_REPLACE)
    case 'replace': return yield* change(c, o, rtnl, words, 'RTM_NEWADDR', NLM_F_CREATE | NLM_F_REPLACE)
    case 'delete': return yield* change(c, o, rtnl, words, 'RTM_DELADDR', 0)
    case 'flush': return yield* flush(c, o, rtnl, words)
    case 'help': return yield* die(c, EXIT_USAGE, ADDRESS_USAGE)
    case undefined: return yield* unknownCommand(c, word ?? '', 'address')
    default: return yield* unsimulated(c, `'ip address ${command}'`)
  }
}

const wanted = (a: Address, f: Filter, o: IpOptions): boolean =>
  (o.family === undefined || a.family === o.family) && (f.scope === undefined || a.scope === f.scope) && (a.flags & f.mask) === f.flags && isWithin(a, f) &&
  (f.label === undefined || fnmatch(f.label, a.label ?? ''))
function isWithin(a: Address, { to }: Filter): boolean {
  if (to === undefined) return true
  return a.family === to.family && inPrefix(a.family, parseIp(a.family, a.local) ?? 0n, parseIp(a.family, to.addr) ?? 0n, to.length) && a.prefixlen >= 0
}

/** What a listing shows: devices, each with those of its addresses that pass. A device with addresses of which none passes is left out (ipaddr_filter). */
function* selected(o: IpOptions, rtnl: Rtnl, filter: Filter): Flow<readonly { readonly link: Link; readonly own: readonly Address[] }[]> {
  const links = (yield* rtnl.links()).filter((l) => passes(l, filter))
  if (o.linkOnly) return links.map((link) => ({ link, own: [] }))
  const names = new Map(links.map((l) => [l.index, l.name]))
  const all = (yield* rtnl.addresses()).map((a) => (a.label === undefined ? { ...a, label: names.get(a.index) } : a))
  return links.flatMap((link) => {
    const own = all.filter((a) => a.index === link.index)
    const passing = own.filter((a) => wanted(a, filter, o)).map((a) => (a.family === 'inet6' ? { ...a, label: undefined } : a))
    return passing.length > 0 || (own.length === 0 && o.family === undefined) ? [{ link, own: passing }] : []
  })
}

function* show(c: Crt, options: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const filter = yield* parseFilter(c, options, rtnl, words)
  const o: IpOptions = filter.to === undefined ? options : { ...options, family: options.family ?? filter.to.family }
  const groups = yield* groupNames()
  const scopes = yield* scopeNames()
  const json: Json[] = []
  for (const { link, own } of yield* selected(o, rtnl, filter)) {
    const facts = yield* linkFacts(rtnl, link, groups)
    if (o.json) {
      json.push(o.brief ? { ...linkBriefJson(facts, true), addr_info: own.map(briefJson) } : { ...linkJson(facts, o, false), addr_info: own.map((a) => addressJson(a, scopes)), ...(o.stats > 0 ? statsJson(link, o) : {}) })
    } else if (o.brief) yield* c.stdout.write(linkBrief(facts, o, own.map((a) => `${paint(o, a.family, a.local)}${peer(o, a)}/${a.prefixlen} ${a.metric === undefined ? '' : `metric ${a.metric} `}`).join('')))
    else {
      const hasLink = !o.oneline && filter.label === undefined
      if (hasLink) yield* c.stdout.write(linkText(facts, o, false, filter.dev !== undefined))
      for (const a of own) yield* c.stdout.write(addressText(a, o, scopes, o.oneline ? `${link.index}: ${paint(o, 'ifname', link.name)}    ` : '    '))
      if (hasLink && o.stats > 0) yield* c.stdout.write(`${statsText(link, o).replace(/^\n/, '')}\n`)
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
const peer = (o: IpOptions, a: Address): string => (a.address === a.local ? '' : ` peer ${paint(o, a.family, a.address)}`)

export function addressText(a: Address, o: IpOptions, scopes: Names, indent: string): string {
  const metric = a.metric === undefined ? '' : `metric ${a.metric} `
  const brd = a.broadcast === undefined ? '' : `brd ${paint(o, a.family, `${a.broadcast} `)}`
  const flags = flagNames(a).map((name) => `${name} `).join('')
  return `${indent}${a.family} ${paint(o, a.family, a.local)}${peer(o, a)}/${a.prefixlen} ${metric}${brd}scope ${scopes.name(a.scope)} ${flags}${a.label ?? ''}${newline(o)}       valid_lft ${lifetime(a.validLft)} preferred_lft ${lifetime(a.preferredLft)}\n`
}

const addressJson = (a: Address, scopes: Names): Json => ({
  family: a.family, local: a.local, ...(a.address === a.local ? {} : { address: a.address }), prefixlen: a.prefixlen, ...(a.metric === undefined ? {} : { metric: a.metric }),
  ...(a.broadcast === undefined ? {} : { broadcast: a.broadcast }), scope: scopes.name(a.scope), ...Object.fromEntries(flagNames(a).map((name) => [name, true])),
  ...(a.label === undefined ? {} : { label: a.label }), valid_life_time: a.validLft, preferred_life_time: a.preferredLft,
})
const briefJson = (a: Address): Json => ({ local: a.local, ...(a.address === a.local ? {} : { address: a.address }), prefixlen: a.prefixlen, ...(a.metric === undefined ? {} : { metric: a.metric }) })

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const FLAG_WORDS: ReadonlyMap<string, number> = new Map([
  ['home', IFA_F_HOMEADDRESS], ['nodad', IFA_F_NODAD], ['optimistic', IFA_F_OPTIMISTIC], ['mngtmpaddr', IFA_F_MANAGETEMPADDR], ['noprefixroute', IFA_F_NOPREFIXROUTE],
])
const INET6_ONLY: ReadonlySet<string> = new Set(['home', 'nodad', 'optimistic', 'mngtmpaddr'])

function* seconds(c: Crt, name: string, text: string): Flow<number> {
  if (text === 'forever') return INFINITY_LIFE_TIME
  return unsignedNumber(text) ?? (yield* wrong(c, text, `${name} value`))
}

function* change(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words, type: 'RTM_NEWADDR' | 'RTM_DELADDR', flags: number): Flow<number> {
  const r: Mutable<Partial<AddressRequest>> = {}
  if (o.family !== undefined) r.family = o.family
  let dev: string | undefined
  let typed = ''
  let local: Prefix | undefined
  let remote: Prefix | undefined
  let brd: string | undefined
  const flagWords: string[] = []
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'peer' || word === 'remote') {
      remote = yield* parsePrefix(c, yield* words.value(), r.family)
      r.family ??= remote.family
    } else if (abbreviates(word, 'broadcast') || word === 'brd') {
      brd = yield* words.value()
      if (brd !== '+' && brd !== '-') {
        const addr = yield* parseHost(c, brd, r.family)
        r.family ??= addr.family
        brd = addr.addr
      }
    } else if (word === 'anycast' || word === 'proto') return yield* unsimulated(c, `'ip address … ${word}'`)
    else if (word === 'scope') {
      const text = yield* words.value()
      r.scope = (yield* scopeNames()).id(text, 255) ?? (yield* wrong(c, text, 'invalid scope value.'))
    } else if (word === 'dev') dev = yield* words.value()
    else if (word === 'label') r.label = yield* words.value()
    else if (abbreviates(word, 'metric') || abbreviates(word, 'priority') || abbreviates(word, 'preference')) r.metric = yield* words.unsigned('"metric" value is invalid\n')
    else if (word === 'valid_lft') r.validLft = yield* seconds(c, word, yield* words.value())
    else if (word === 'preferred_lft') r.preferredLft = yield* seconds(c, word, yield* words.value())
    else if (FLAG_WORDS.has(word)) flagWords.push(word)
    else if (word === 'autojoin') return yield* unsimulated(c, "'ip address … autojoin'")
    else {
      const text = word === 'local' ? yield* words.value() : word
      if (abbreviates(text, 'help')) return yield* die(c, EXIT_USAGE, ADDRESS_USAGE)
      if (local !== undefined) yield* garbage(c, 'local', text)
      typed = text
      local = yield* parsePrefix(c, text, r.family)
      r.family ??= local.family
    }
  }
  for (const word of flagWords) {
    if (INET6_ONLY.has(word) && r.family === 'inet') yield* c.stderr.write(`Warning: ${word} option can be set only for IPv6 addresses\n`)
    else r.flags = (r.flags ?? 0) | (FLAG_WORDS.get(word) ?? 0)
  }
  if (dev === undefined) return yield* die(c, 1, 'Not enough information: "dev" argument is required.')
  if (local !== undefined) Object.assign(r, { local: local.addr, prefixlen: (remote ?? local).length })
  if (remote !== undefined) r.address = remote.addr
  if (type === 'RTM_DELADDR' && local !== undefined && remote === undefined && !local.explicit && local.family === 'inet') {
    yield* c.stderr.write(`Warning: Executing wildcard deletion to stay compatible with old scripts.\n         Explicitly specify the prefix length (${typed}/${local.length}) to avoid this warning.\n         This special behaviour is likely to disappear in further releases,\n         fix your scripts!\n`)
    r.isAnyPrefix = true
  }
  if (brd !== undefined && local !== undefined) r.broadcast = brd === '+' || brd === '-' ? edgeOf((remote ?? local).addr, (remote ?? local).length, brd === '+') : brd
  if (r.scope === undefined && local?.family === 'inet' && local.addr.startsWith('127.')) r.scope = RT_SCOPE_HOST
  const index = yield* rtnl.index(dev)
  if (r.validLft === 0) return yield* die(c, 1, 'valid_lft is zero')
  if (r.validLft !== undefined && (r.preferredLft ?? INFINITY_LIFE_TIME) > r.validLft) return yield* die(c, 1, 'preferred_lft is greater than valid_lft')
  return yield* rtnl.talk({ type, flags, addr: { ...r, family: r.family ?? 'inet', index, local: r.local ?? '', prefixlen: r.prefixlen ?? 0 } })
}

/** The last address of an IPv4 network, or its first. */
function edgeOf(addr: string, length: number, isLast: boolean): string {
  const mask = ipMask('inet', length)
  const network = (parseIp('inet', addr) ?? 0n) & mask
  return formatIp('inet', isLast ? network | (ipMask('inet', 32) ^ mask) : network)
}

function* flush(c: Crt, options: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  if (words.peek() === undefined) return yield* die(c, 1, 'Flush requires arguments.')
  const filter = yield* parseFilter(c, options, rtnl, words)
  const o: IpOptions = filter.to === undefined ? options : { ...options, family: options.family ?? filter.to.family }
  const scopes = yield* scopeNames()
  const doomed = (yield* selected(o, rtnl, filter)).flatMap(({ own }) => [...own])
  if (doomed.length === 0) {
    if (o.stats > 0) yield* c.stdout.write('Nothing to flush.\n')
    return 0
  }
  for (const a of doomed) {
    if (o.stats > 1) yield* c.stdout.write(`Deleted ${a.index}: ${yield* rtnl.name(a.index)}${addressText(a, o, scopes, '    ')}`)
    const { errno } = yield* rtnl.ask({ type: 'RTM_DELADDR', flags: 0, addr: { family: a.family, index: a.index, local: a.local, prefixlen: a.prefixlen } })
    if (errno !== undefined && errno.name !== 'EADDRNOTAVAIL') {
      return yield* die(c, 1, `Failed to send flush request: ${errno.message}`)
    }
  }
  if (o.stats > 0) yield* c.stdout.write(`\n*** Round 1, deleting ${doomed.length} addresses ***\n*** Flush is complete after 1 round ***\n`)
  return 0
}
