// ip link: shows, makes, changes and removes network devices (ip-link(8), ip/iplink.c).
import type { Flow } from '../../../abi/syscalls.ts'
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../../abi/netlink.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { parseFilter, passes } from './filter.ts'
import { LINK_USAGE } from './help.ts'
import { VETH_USAGE } from './help-kinds.ts'
import { groupArgument, type LinkDraft, parseLink } from './link-args.ts'
import { kindUsage, parseKind } from './link-kinds.ts'
import { linkBrief, linkBriefJson, linkBriefRest, linkFacts, linkJson, linkText } from './link-text.ts'
import { groupNames } from './names.ts'
import { type IpOptions, type Json, printJson } from './output.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, matches, missing, unknownCommand, type Words } from './words.ts'

const COMMANDS = ['add', 'set', 'change', 'replace', 'delete', 'show', 'lst', 'list', 'xstats', 'afstats', 'property', 'help']

export function* ipLink(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'show' : matches(word, COMMANDS)
  switch (command) {
    case 'show':
    case 'lst':
    case 'list': return yield* show(c, o, rtnl, words)
    case 'add': return yield* add(c, rtnl, words, NLM_F_CREATE | NLM_F_EXCL)
    case 'replace': return yield* add(c, rtnl, words, NLM_F_CREATE | NLM_F_REPLACE)
    case 'set':
    case 'change': return yield* set(c, rtnl, words)
    case 'delete': return yield* remove(c, rtnl, words)
    case 'property': return yield* property(c, rtnl, words)
    case 'help': {
      const kind = words.shift()
      const usage = kind === undefined ? undefined : kindUsage(kind)
      return usage === undefined ? yield* die(c, EXIT_USAGE, LINK_USAGE) : yield* die(c, 1, usage)
    }
    case undefined: return yield* unknownCommand(c, word ?? '', 'link')
    default: return yield* unsimulated(c, `'ip link ${command}'`)
  }
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const filter = yield* parseFilter(c, o, rtnl, words)
  const groups = yield* groupNames()
  const json: Json[] = []
  for (const link of (yield* rtnl.links()).filter((l) => passes(l, filter))) {
    const facts = yield* linkFacts(rtnl, link, groups)
    if (o.json) json.push(o.brief ? linkBriefJson(facts) : linkJson(facts, o, true))
    else yield* c.stdout.write(o.brief ? linkBrief(facts, o, linkBriefRest(facts, o)) : linkText(facts, o, true))
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

function* add(c: Crt, rtnl: Rtnl, words: Words, flags: number): Flow<number> {
  const { draft, dev, kind, link, group } = yield* parseLink(c, rtnl, words)
  const init: LinkDraft = { ...draft, kind: kind ?? '' }
  if (kind === 'veth') {
    const peer = yield* vethPeer(c, rtnl, words)
    if (peer !== undefined) init.peer = peer
  } else if (kind !== undefined) init.data = yield* parseKind(c, words, kind)
  if (kind === undefined) return yield* die(c, 1, 'Not enough information: "type" argument is required')
  if (link !== undefined) init.link = yield* rtnl.index(link)
  if (group !== undefined) init.group = group
  init.newName ??= dev
  return yield* rtnl.talk({ type: 'RTM_NEWLINK', flags, link: init })
}

/** `peer [name] NAME …`: the other end is described like a device of its own. */
function* vethPeer(c: Crt, rtnl: Rtnl, words: Words): Flow<LinkDraft | undefined> {
  const word = words.shift()
  if (word === undefined) return undefined
  if (word !== 'peer') return yield* die(c, 1, VETH_USAGE)
  const { draft, dev } = yield* parseLink(c, rtnl, words)
  draft.newName ??= dev
  return draft
}

function* set(c: Crt, rtnl: Rtnl, words: Words): Flow<number> {
  const { draft: { kind: _, ...change }, dev, kind, group } = yield* parseLink(c, rtnl, words)
  if (dev === undefined && group !== undefined) return yield* setGroup(rtnl, group, change)
  const data = kind === undefined ? undefined : yield* parseKind(c, words, kind)
  if (dev === undefined) return yield* missing(c, 'dev')
  const index = yield* rtnl.index(dev)
  return yield* rtnl.talk({ type: 'RTM_SETLINK', flags: 0, index, change: { ...change, ...(group === undefined ? {} : { group }) }, ...(kind === undefined ? {} : { kind }), ...(data === undefined ? {} : { data }) })
}
/** `ip link set group N up`: the change goes to all of the group. */
function* setGroup(rtnl: Rtnl, group: number, change: Omit<LinkDraft, 'kind'>): Flow<number> {
  let status = 0
  for (const link of (yield* rtnl.links()).filter((l) => l.group === group)) status = (yield* rtnl.talk({ type: 'RTM_SETLINK', flags: 0, index: link.index, change })) || status
  return status
}

function* remove(c: Crt, rtnl: Rtnl, words: Words): Flow<number> {
  if (words.peek() === 'group') {
    words.shift()
    const group = yield* groupArgument(c, yield* words.value())
    let status = 0
    for (const link of (yield* rtnl.links()).filter((l) => l.group === group)) status = (yield* rtnl.talk({ type: 'RTM_DELLINK', flags: 0, index: link.index })) || status
    return status
  }
  const { dev, kind } = yield* parseLink(c, rtnl, words)
  if (dev === undefined) return yield* missing(c, 'dev')
  return yield* rtnl.talk({ type: 'RTM_DELLINK', flags: 0, index: yield* rtnl.index(dev), ...(kind === undefined ? {} : { kind }) })
}

function* property(c: Crt, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const action = word === undefined ? undefined : matches(word, ['add', 'delete', 'help'])
  if (action === undefined || action === 'help') return yield* die(c, EXIT_USAGE, LINK_USAGE)
  let dev: string | undefined
  const altnames: string[] = []
  for (let next = words.shift(); next !== undefined; next = words.shift()) {
    if (next === 'dev') dev = yield* words.value()
    else if (next === 'altname') altnames.push(yield* words.value())
    else if (abbreviates(next, 'help')) return yield* die(c, EXIT_USAGE, LINK_USAGE)
    else return yield* die(c, EXIT_USAGE, LINK_USAGE)
  }
  if (dev === undefined) return yield* missing(c, 'dev')
  const index = yield* rtnl.index(dev)
  for (const altname of altnames) {
    const status = yield* rtnl.talk({ type: action === 'add' ? 'RTM_NEWLINKPROP' : 'RTM_DELLINKPROP', flags: 0, index, altname })
    if (status !== 0) return status
  }
  return 0
}
