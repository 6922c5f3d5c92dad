// ip rule: the rules that choose a routing table (ip-rule(8), ip/iprule.c).
import type { Flow } from '../../../abi/syscalls.ts'
import { type IpFamily, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, type Rule, type RuleAction, type RuleRequest, RTPROT_KERNEL } from '../../../abi/netlink.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { RULE_USAGE } from './help-more.ts'
import { dsfieldNames, type Names, protocolNames, protocolNumbers, tableNames } from './names.ts'
import { type IpOptions, type Json, paint, printJson } from './output.ts'
import { die, EXIT_KERNEL, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, matches, parsePrefix, unknownCommand, unsignedNumber, type Words, wrong } from './words.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Draft = Mutable<Partial<RuleRequest>>
const ACTIONS: ReadonlyMap<string, RuleAction> = new Map([['unicast', 'lookup'], ['blackhole', 'blackhole'], ['unreachable', 'unreachable'], ['prohibit', 'prohibit'], ['nop', 'nop'], ['goto', 'goto']])

export function* ipRule(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'show' : matches(word, ['list', 'lst', 'show', 'save', 'restore', 'add', 'delete', 'flush', 'help'])
  switch (command) {
    case 'list':
    case 'lst':
    case 'show': return yield* show(c, o, rtnl, words)
    case 'add': return yield* change(c, o, rtnl, words, true)
    case 'delete': return yield* change(c, o, rtnl, words, false)
    case 'flush': return yield* flush(c, o, rtnl, words)
    case 'help': return yield* die(c, EXIT_USAGE, RULE_USAGE)
    case undefined: return yield* unknownCommand(c, word ?? '', 'rule')
    default: return yield* unsimulated(c, `'ip rule ${command}'`)
  }
}

export function* ipProtocol(c: Crt, text: string): Flow<number> {
  const known = (yield* protocolNumbers()).find(([name]) => name === text)?.[1]
  const n = known ?? unsignedNumber(text)
  return n === undefined || n > 255 ? yield* wrong(c, text, 'Invalid "ipproto" value\n') : n
}
function* pair(c: Crt, text: string, complaint: string, max: number): Flow<readonly [number, number]> {
  const [low, high, more] = text.split('-').map((part) => unsignedNumber(part))
  const end = text.includes('-') ? high : low
  if (low === undefined || end === undefined || more !== undefined || low > end || end > max) return yield* wrong(c, text, complaint)
  return [low, end]
}

/** One selector or action; false if the word is none. */
function* takeWord(c: Crt, words: Words, word: string, family: IpFamily | undefined, r: Draft): Flow<boolean> {
  if (word === 'not') r.invert = true
  else if (word === 'from') {
    const prefix = yield* parsePrefix(c, yield* words.value(), family)
    if (!prefix.isWild) r.family ??= prefix.family
    Object.assign(r, prefix.length === 0 ? { srcLen: 0 } : { src: prefix.addr, srcLen: prefix.length })
  } else if (word === 'to') {
    const prefix = yield* parsePrefix(c, yield* words.value(), family)
    if (!prefix.isWild) r.family ??= prefix.family
    Object.assign(r, prefix.length === 0 ? { dstLen: 0 } : { dst: prefix.addr, dstLen: prefix.length })
  } else if (abbreviates(word, 'preference') || abbreviates(word, 'order') || abbreviates(word, 'priority')) r.priority = yield* words.unsigned('preference value is invalid\n')
  else if (word === 'tos' || abbreviates(word, 'dsfield')) {
    const text = yield* words.value()
    r.tos = (yield* dsfieldNames()).id(text, 255) ?? (yield* wrong(c, text, 'TOS value is invalid\n'))
  } else if (word === 'fwmark') {
    const text = yield* words.value()
    const [mark, mask] = text.split('/')
    r.mark = unsignedNumber(mark) ?? (yield* wrong(c, text, 'fwmark value is invalid\n'))
    if (mask !== undefined) r.markMask = unsignedNumber(mask) ?? (yield* wrong(c, text, 'fwmask value is invalid\n'))
  } else if (abbreviates(word, 'protocol')) {
    const text = yield* words.value()
    r.protocol = (yield* protocolNames()).id(text, 255) ?? (yield* wrong(c, text, '"protocol" value is invalid\n'))
  } else if (abbreviates(word, 'table') || word === 'lookup') {
    const text = yield* words.value()
    r.table = (yield* tableNames()).id(text) ?? (yield* wrong(c, text, 'invalid table ID\n'))
  } else if (word === 'suppress_prefixlength' || word === 'sup_pl') r.suppressPrefixlen = yield* words.unsigned('suppress_prefixlength value is invalid\n', 128)
  else if (word === 'dev' || word === 'iif') r.iif = yield* words.value()
  else if (word === 'oif') r.oif = yield* words.value()
  else if (word === 'uidrange') r.uids = yield* pair(c, yield* words.value(), 'invalid uid range\n', 0xffffffff)
  else if (word === 'ipproto') r.ipProto = yield* ipProtocol(c, yield* words.value())
  else if (word === 'sport') r.sport = yield* pair(c, yield* words.value(), 'invalid port range\n', 65535)
  else if (word === 'dport') r.dport = yield* pair(c, yield* words.value(), 'invalid port range\n', 65535)
  else if (['l3mdev', 'suppress_ifgroup', 'sup_group', 'realms', 'nat', 'map-to', 'tun_id'].includes(word)) return exit(yield* unsimulated(c, `'ip rule … ${word}'`))
  else return false
  return true
}

function* change(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words, isNew: boolean): Flow<number> {
  if (words.peek() === undefined) return yield* die(c, 1, `"ip rule ${isNew ? 'add' : 'del'}" requires arguments.`)
  const r: Draft = {}
  if (o.family !== undefined) r.family = o.family
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (yield* takeWord(c, words, word, r.family, r)) continue
    const type = word === 'type' ? yield* words.value() : word
    if (abbreviates(type, 'help')) return yield* die(c, EXIT_USAGE, RULE_USAGE)
    r.action = ACTIONS.get(type) ?? (yield* wrong(c, type, 'Failed to parse rule type'))
    if (r.action === 'goto') r.target = yield* words.unsigned('invalid target\n')
  }
  return yield* rtnl.talk({ type: isNew ? 'RTM_NEWRULE' : 'RTM_DELRULE', flags: isNew ? NLM_F_CREATE | NLM_F_EXCL : 0, rule: { ...r, family: r.family ?? 'inet' } })
}

function* dump(c: Crt, rtnl: Rtnl, family: IpFamily): Flow<readonly Rule[]> {
  const { replies, errno, extack } = yield* rtnl.ask({ type: 'RTM_GETRULE', flags: NLM_F_DUMP, family })
  if (errno !== undefined) {
    yield* rtnl.report(errno, extack)
    yield* die(c, EXIT_KERNEL, 'Dump terminated')
  }
  return replies.flatMap((r) => (r.type === 'RTM_NEWRULE' ? [r.rule] : []))
}

function passes(rule: Rule, f: Draft): boolean {
  const keys = ['priority', 'tos', 'mark', 'markMask', 'table', 'iif', 'oif', 'protocol', 'ipProto', 'src', 'srcLen', 'dst', 'dstLen', 'invert'] as const
  return keys.every((key) => f[key] === undefined || f[key] === rule[key])
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const family = o.family ?? 'inet'
  const filter: Draft = {}
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (yield* takeWord(c, words, word, family, filter)) continue
    const prefix = yield* parsePrefix(c, abbreviates(word, 'dst') ? yield* words.value() : word, family)
    Object.assign(filter, { dst: prefix.addr, dstLen: prefix.length })
  }
  delete filter.family
  const names = yield* readRuleNames()
  const json: Json[] = []
  for (const rule of (yield* dump(c, rtnl, family)).filter((r) => passes(r, filter))) {
    if (o.json) json.push(ruleJson(rule, o, names))
    else yield* c.stdout.write(ruleText(rule, o, names))
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

interface RuleNames { readonly tables: Names; readonly fields: Names; readonly protocols: Names; readonly ip: readonly (readonly [string, number])[] }
export function* readRuleNames(): Flow<RuleNames> {
  return { tables: yield* tableNames(), fields: yield* dsfieldNames(), protocols: yield* protocolNames(), ip: yield* protocolNumbers() }
}
const hostLength = (rule: Rule): number => (rule.family === 'inet' ? 32 : 128)
const hex = (n: number): string => `0x${n.toString(16)}`
const rangeText = (name: string, range: readonly [number, number] | undefined): string => (range === undefined ? '' : `${name} ${range[0] === range[1] ? range[0] : `${range[0]}-${range[1]}`} `)
const ipName = (names: RuleNames, n: number): string => names.ip.find(([, number]) => number === n)?.[0] ?? `ipproto-${n}`

export function ruleText(r: Rule, o: IpOptions, names: RuleNames): string {
  const prefix = (addr: string, length: number | undefined): string => `${paint(o, r.family, addr)}${length === undefined || length === hostLength(r) ? '' : `/${length}`} `
  let text = `${r.priority}:\t${r.invert === true ? 'not ' : ''}from ${r.src === undefined ? 'all ' : prefix(r.src, r.srcLen)}`
  if (r.dst !== undefined) text += `to ${prefix(r.dst, r.dstLen)}`
  if (r.tos !== undefined && r.tos !== 0) text += `tos ${names.fields.hexName(r.tos)} `
  if (r.mark !== undefined) text += `fwmark ${hex(r.mark)}${r.markMask === undefined || r.markMask === 0xffffffff ? '' : `/${hex(r.markMask)}`} `
  if (r.iif !== undefined) text += `iif ${paint(o, 'ifname', r.iif)} ${r.isInputDetached ? '[detached] ' : ''}`
  if (r.oif !== undefined) text += `oif ${paint(o, 'ifname', r.oif)} ${r.isOutputDetached ? '[detached] ' : ''}`
  if (r.uids !== undefined) text += `uidrange ${r.uids[0]}-${r.uids[1]} `
  if (r.ipProto !== undefined) text += `ipproto ${ipName(names, r.ipProto)} `
  text += rangeText('sport', r.sport) + rangeText('dport', r.dport)
  if (r.action === 'lookup') text += `lookup ${names.tables.name(r.table)} `
  if (r.suppressPrefixlen !== undefined) text += `suppress_prefixlength ${r.suppressPrefixlen} `
  if (r.action === 'goto') text += `goto ${r.target ?? 'none'} ${r.isUnresolved ? '[unresolved] ' : ''}`
  else if (r.action !== 'lookup') text += `${r.action} `
  if ((r.protocol ?? 0) !== 0 && (r.protocol !== RTPROT_KERNEL || o.details)) text += `proto ${names.protocols.name(r.protocol ?? 0)} `
  return `${text}\n`
}

function ruleJson(r: Rule, o: IpOptions, names: RuleNames): Json {
  const prefix = (key: string, addr: string | undefined, length: number | undefined): Record<string, Json> =>
    addr === undefined ? {} : { [key]: addr, ...(length === undefined || length === hostLength(r) ? {} : { [`${key}len`]: length }) }
  const range = (name: string, value: readonly [number, number] | undefined): Record<string, Json> =>
    value === undefined ? {} : value[0] === value[1] ? { [name]: value[0] } : { [`${name}_start`]: value[0], [`${name}_end`]: value[1] }
  return {
    priority: r.priority, ...(r.invert === true ? { not: null } : {}), ...(r.src === undefined ? { src: 'all' } : prefix('src', r.src, r.srcLen)), ...prefix('dst', r.dst, r.dstLen),
    ...(r.tos === undefined || r.tos === 0 ? {} : { tos: names.fields.hexName(r.tos) }), ...(r.mark === undefined ? {} : { fwmark: hex(r.mark) }),
    ...(r.markMask === undefined || r.markMask === 0xffffffff ? {} : { fwmask: hex(r.markMask) }), ...(r.iif === undefined ? {} : { iif: r.iif }), ...(r.isInputDetached ? { iif_detached: null } : {}),
    ...(r.oif === undefined ? {} : { oif: r.oif }), ...(r.isOutputDetached ? { oif_detached: null } : {}), ...(r.uids === undefined ? {} : { uid_start: r.uids[0], uid_end: r.uids[1] }),
    ...(r.ipProto === undefined ? {} : { ipproto: ipName(names, r.ipProto) }), ...range('sport', r.sport), ...range('dport', r.dport),
    ...(r.action === 'lookup' ? { table: names.tables.name(r.table) } : {}), ...(r.suppressPrefixlen === undefined ? {} : { suppress_prefixlen: r.suppressPrefixlen }),
    ...(r.action === 'goto' ? { goto: r.target ?? 0, ...(r.isUnresolved ? { unresolved: null } : {}) } : r.action === 'nop' ? { nop: null } : r.action === 'lookup' ? {} : { action: r.action }),
    ...((r.protocol ?? 0) !== 0 && (r.protocol !== RTPROT_KERNEL || o.details) ? { protocol: names.protocols.name(r.protocol ?? 0) } : {}),
  }
}

/** All but those of priority 0. */
function* flush(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const wanted = words.shift()
  if (wanted !== undefined) return yield* unsimulated(c, `'ip rule flush ${wanted}'`)
  for (const { priority, family, ...rule } of (yield* dump(c, rtnl, o.family ?? 'inet')).filter((r) => r.priority !== 0)) {
    yield* rtnl.ask({ type: 'RTM_DELRULE', flags: 0, rule: { family, priority, action: rule.action } })
  }
  return 0
}
