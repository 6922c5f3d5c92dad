// Rules and tables in the nft language (src/netlink_delinearize.c, rule.c, statement.c): expressions become selectors again, and checks that a field implies are left out.
import type { NfFamily, NftElement, NftExpr, NftLoad, NftRule, NftSetInfo, NftVerdict } from '../../../abi/nf-tables.ts'
import { matchWords, targetWords } from '../../libc/xtables/xlate.ts'
import { type DataType, formatTime, ICMP_CODES, ICMPV6_CODES, ICMPX_CODES, hexOf, inetService, integer, ipv4Addr, ipv6Addr, type Names, numberOf, TYPES } from './datatype.ts'
import { prefixLength } from './intervals.ts'
import { LOG_LEVELS } from './parse-statement.ts'
import { type Selector, selectorOf } from './selector.ts'

export interface PrintOptions { readonly handles: boolean; readonly stateless: boolean; readonly numericPriority: boolean; readonly numericProtocol: boolean }
export interface SetText { readonly info: NftSetInfo; readonly elements: readonly NftElement[] }
export interface PrintContext {
  readonly names: Names
  readonly family: NfFamily
  readonly sets: ReadonlyMap<string, SetText>
  readonly options: PrintOptions
}
const OPS = { eq: '', neq: '!= ', lt: '< ', lte: '<= ', gt: '> ', gte: '>= ' } as const
const UNIT_NAMES = new Map([[1, 'second'], [60, 'minute'], [3600, 'hour'], [86400, 'day'], [604800, 'week']])
const sizeText = (n: number): string => (n > 0 && n % 1048576 === 0 ? `${n / 1048576} mbytes` : n > 0 && n % 1024 === 0 ? `${n / 1024} kbytes` : `${n} bytes`)

export function verdictText(v: NftVerdict): string {
  return 'chain' in v ? `${v.code} ${v.chain}` : v.code
}
/** One key or its range. */
function keyText(e: NftElement, types: readonly DataType[], names: Names): string {
  if (types.length > 1) {
    let at = 0
    return types.map((type) => {
      const from = e.key.slice(at, at + type.bytes * 2)
      const to = (e.end ?? e.key).slice(at, at + type.bytes * 2)
      at += 8 * Math.ceil(type.bytes / 4)
      return rangeText(from, to, type, names)
    }).join(' . ')
  }
  return rangeText(e.key, e.end ?? e.key, types[0], names)
}
function rangeText(from: string, to: string, type: DataType, names: Names): string {
  if (from === to) return type.format(from, names)
  const isAddress = type.name === 'ipv4_addr' || type.name === 'ipv6_addr'
  const prefix = isAddress ? prefixLength({ from, to }) : undefined
  if (type.name === 'ifname') return type.format(from.replace(/(00)+$/, ''), names)
  if (prefix === 0) return '*'
  return prefix === undefined ? `${type.format(from, names)}-${type.format(to, names)}` : `${type.format(from, names)}/${prefix}`
}
export const typesOf = (name: string): readonly DataType[] => name.split(' . ').map((n) => TYPES.get(n) ?? integer(4))

export function elementText(e: NftElement, set: NftSetInfo, c: PrintContext): string {
  const types = typesOf(set.keyType)
  const counter = e.counter === undefined ? '' : c.options.stateless ? ' counter' : ` counter packets ${e.counter.packets} bytes ${e.counter.bytes}`
  const timeout = e.timeout === undefined || e.timeout === set.timeout ? '' : ` timeout ${formatTime(e.timeout)}`
  const expires = e.expires === undefined || c.options.stateless ? '' : ` expires ${formatTime(e.expires)}`
  const comment = e.comment === undefined ? '' : ` comment "${e.comment}"`
  const data = e.verdict !== undefined ? ` : ${verdictText(e.verdict)}` : e.object !== undefined ? ` : "${e.object}"` : e.data !== undefined ? ` : ${(TYPES.get(set.dataType ?? '') ?? integer(4)).format(e.data, c.names)}` : ''
  return `${keyText(e, types, c.names)}${counter}${timeout}${expires}${comment}${data}`
}
/** In the order of their keys, except where a map of verdicts keeps numbers of states: all sorted alike. */
export const sortedElements = (set: SetText): readonly NftElement[] => [...set.elements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))

interface Piece { text: string; /** A protocol check that what follows may imply. */ readonly implied?: 'transport' | 'network' }

class RulePrinter {
  readonly #c: PrintContext
  readonly #pieces: Piece[] = []
  #transport: string | undefined
  #protocol: number | undefined

  constructor(context: PrintContext) {
    this.#c = context
  }
  get text(): string {
    return this.#pieces.map((p) => p.text).join(' ')
  }
  #add(text: string, implied?: Piece['implied']): void {
    this.#pieces.push(implied === undefined ? { text } : { text, implied })
  }
  #dropImplied(layer: 'transport' | 'network'): void {
    const at = this.#pieces.findLastIndex((p) => p.implied === layer)
    if (at >= 0) this.#pieces.splice(at, 1)
  }
  /** The words for a load; protocol checks it needs are left out. */
  #selector(load: NftLoad): Selector | undefined {
    const sel = selectorOf(load, this.#transport)
    if (sel === undefined) return undefined
    if (load.kind === 'payload' && load.base === 'transport' && sel.need !== undefined) this.#dropImplied('transport')
    if (load.kind === 'tcpopt') this.#dropImplied('transport')
    if (load.kind === 'payload' && load.base === 'network') this.#dropImplied('network')
    return sel
  }
  #left(load: NftLoad): { readonly text: string; readonly type: DataType; readonly types?: readonly DataType[] } {
    if (load.kind === 'bitwise') {
      const inner = this.#left(load.of)
      const zero = /^0*$/.test(load.xor)
      const ones = /^f*$/.test(load.mask)
      const number = (hex: string): string => (inner.type.name === 'mark' || inner.type.isFlags === true ? inner.type.format(hex, this.#c.names) : String(numberOf(hex)))
      if (zero) return { ...inner, text: `${inner.text} & ${number(load.mask)}` }
      const inverted = hexOf(((1n << BigInt(load.mask.length * 4)) - 1n) ^ BigInt(`0x${load.mask}`), load.mask.length / 2)
      if (ones) return { ...inner, text: `${inner.text} ^ ${number(load.xor)}` }
      return inverted === load.xor ? { ...inner, text: `${inner.text} | ${number(load.xor)}` } : { ...inner, text: `${inner.text} & ${number(load.mask)} ^ ${number(load.xor)}` }
    }
    if (load.kind === 'concat') {
      const parts = load.parts.map((p) => this.#left(p))
      return { text: parts.map((p) => p.text).join(' . '), type: parts[0].type, types: parts.map((p) => p.type) }
    }
    if (load.kind === 'map') {
      const key = this.#left(load.key)
      return { text: `${key.text} map ${this.#setText(load.set)}`, type: integer(4) }
    }
    if (load.kind === 'value') return { text: String(numberOf(load.data)), type: integer(load.data.length / 2) }
    const sel = this.#selector(load)
    if (sel !== undefined) return sel
    if (load.kind === 'payload') return { text: `@${load.base === 'link' ? 'll' : load.base === 'network' ? 'nh' : 'th'},${load.offset * 8},${load.length * 8}`, type: { ...integer(load.length), format: (v) => `0x${v.replace(/^0+(?=.)/, '')}` } }
    return { text: load.kind === 'rt' ? 'rt mtu' : '', type: integer(4) }
  }
  #setText(name: string): string {
    const set = this.#c.sets.get(name)
    if (set === undefined || !set.info.anonymous) return `@${name}`
    return `{ ${sortedElements(set).map((e) => elementText(e, set.info, this.#c)).join(', ')} }`
  }

  #compare(e: Extract<NftExpr, { readonly kind: 'cmp' }>): void {
    const { names, family } = this.#c
    const { left, op, data } = e
    if (left.kind === 'meta' && left.key === 'l4proto' && op === 'eq') {
      const number = numberOf(data)
      this.#protocol = number
      const known = ({ 1: 'icmp', 6: 'tcp', 17: 'udp', 33: 'dccp', 58: 'icmpv6', 132: 'sctp', 136: 'udplite' } as Record<number, string>)[number]
      this.#transport = known
      return this.#add(`meta l4proto ${this.#protocolText(data)}`, 'transport')
    }
    if (left.kind === 'meta' && left.key === 'nfproto' && op === 'eq' && family === 'inet') return this.#add(`meta nfproto ${data === '02' ? 'ipv4' : 'ipv6'}`, 'network')
    if (left.kind === 'meta' && left.key === 'protocol' && op === 'eq' && (family === 'bridge' || family === 'netdev')) return this.#add(`meta protocol ${data === '0800' ? 'ip' : data === '86dd' ? 'ip6' : `0x${data}`}`, 'network')
    if (left.kind === 'bitwise') return this.#compareMasked(e, left)
    if (left.kind === 'fib' && left.result !== 'type' && /^0+$/.test(data)) return this.#add(`fib ${left.selectors.join(' . ')} ${left.result} ${op === 'eq' ? 'missing' : 'exists'}`)
    const { text, type } = this.#left(left)
    if (left.kind === 'payload' && left.base === 'network' && left.length < type.bytes) {
      const bits = data.length * 4
      return this.#add(`${text} ${OPS[op]}${type.format(data.padEnd(type.bytes * 2, '0'), names)}/${bits}`)
    }
    if (text === 'ip protocol' && op === 'eq') {
      const known = this.#protocolText(data)
      this.#transport = known
      return this.#add(`ip protocol ${known}`, family === 'ip' ? 'transport' : undefined)
    }
    this.#add(`${text} ${op === 'eq' && type.isFlags === true ? '== ' : OPS[op]}${type.format(data, names)}`)
  }
  #protocolText(data: string): string {
    return this.#c.options.numericProtocol ? String(numberOf(data)) : this.#c.names.protocols.name(numberOf(data)) ?? String(numberOf(data))
  }
  #compareMasked({ op, data }: Extract<NftExpr, { readonly kind: 'cmp' }>, left: Extract<NftLoad, { readonly kind: 'bitwise' }>): void {
    const { names } = this.#c
    const inner = this.#left(left.of)
    const sel = left.of.kind === 'payload' ? selectorOf(left.of, this.#transport) : undefined
    if (inner.type.isFlags === true) {
      if (/^0+$/.test(data) && op === 'neq') return this.#add(`${inner.text} ${inner.type.format(left.mask, names)}`)
      if (/^0+$/.test(data) && op === 'eq') return this.#add(`${inner.text} ! ${inner.type.format(left.mask, names)}`)
      return this.#add(`${inner.text} ${op === 'neq' ? '!= ' : ''}${inner.type.format(data, names)} / ${inner.type.format(left.mask, names)}`)
    }
    if (inner.type.name === 'ipv4_addr' || inner.type.name === 'ipv6_addr') {
      const bits = maskBits(left.mask)
      if (bits !== undefined) return this.#add(`${inner.text} ${OPS[op]}${inner.type.format(data, names)}/${bits}`)
      return this.#add(`${inner.text} & ${inner.type.format(left.mask, names)} ${op === 'eq' ? '==' : '!='} ${inner.type.format(data, names)}`)
    }
    const field = bitField(left, sel)
    if (field !== undefined) {
      this.#dropImplied('network')
      return this.#add(`${field.text} ${OPS[op]}${field.type.format(hexOf(numberOf(data) >> (field.mask?.shift ?? 0), 1), names)}`)
    }
    const outer = this.#left(left)
    this.#add(`${outer.text} ${op === 'eq' ? '== ' : OPS[op]}${inner.type.format(data, names)}`)
  }

  add(e: NftExpr): void {
    const { names, options } = this.#c
    switch (e.kind) {
      case 'cmp': return this.#compare(e)
      case 'range': {
        const { text, type } = this.#left(e.left)
        return this.#add(`${text} ${e.op === 'neq' ? '!= ' : ''}${type.format(e.from, names)}-${type.format(e.to, names)}`)
      }
      case 'lookup': return this.#add(`${this.#left(e.left).text} ${e.invert ? '!= ' : ''}${this.#setText(e.set)}`)
      case 'vmap': return this.#add(`${this.#left(e.key).text} vmap ${this.#setText(e.set)}`)
      case 'verdict': return this.#add(verdictText(e.verdict))
      case 'counter': return this.#add(options.stateless ? 'counter' : `counter packets ${e.packets} bytes ${e.bytes}`)
      case 'limit': return this.#add(limitText(e))
      case 'quota': return this.#add(`quota ${e.over ? 'over ' : ''}${sizeText(e.bytes)}${e.used > 0 && !options.stateless ? ` used ${sizeText(e.used)}` : ''}`)
      case 'connlimit': return this.#add(`ct count ${e.over ? 'over ' : ''}${e.count}`)
      case 'log': return this.#add(logText(e))
      case 'reject': return this.#reject(e)
      case 'nat':
      case 'masq':
      case 'redir': return this.#nat(e)
      case 'set-meta': return this.#add(`meta ${e.key} set ${this.#valueText(e.value, e.key === 'mark' ? TYPES.get('mark') : undefined)}`)
      case 'set-ct': return this.#add(`ct ${e.key} set ${this.#valueText(e.value, e.key === 'mark' ? TYPES.get('mark') : undefined)}`)
      case 'set-payload': return this.#add(`${this.#left({ kind: 'payload', base: e.base, offset: e.offset, length: 1 }).text} set ${this.#valueText(e.value, undefined)}`)
      case 'set-tcpopt':
        this.#dropImplied('transport')
        return this.#add(`tcp option maxseg size set ${this.#valueText(e.value, undefined)}`)
      case 'notrack': return this.#add('notrack')
      case 'objref': return this.#add(`${e.type} name "${e.name}"`)
      case 'dynset': return this.#add(`${e.op} @${e.set} { ${this.#left(e.key).text}${e.timeout === undefined ? '' : ` timeout ${formatTime(e.timeout)}`}${e.exprs.length > 0 ? ' counter' : ''} }`)
      case 'match': {
        const words = matchWords(e.match, this.#c.family === 'ip6' ? 'inet6' : 'inet', this.#protocol)
        if (words === '' && (e.match.name === 'tcp' || e.match.name === 'udp' || e.match.name === 'icmp')) return
        return this.#add(words ?? `xt match ${e.match.name}`)
      }
      case 'target': {
        const words = targetWords(e.target, this.#c.family === 'ip6' ? 'inet6' : 'inet')
        return this.#add(words ?? `xt target ${e.target.name}`)
      }
    }
  }
  #valueText(load: NftLoad, type: DataType | undefined): string {
    if (load.kind === 'value') return (type ?? integer(load.data.length / 2)).format(load.data, this.#c.names)
    return this.#left(load).text
  }
  #reject(e: Extract<NftExpr, { readonly kind: 'reject' }>): void {
    const { family } = this.#c
    if (e.type === 'tcp-reset') {
      if (family !== 'inet') this.#dropImplied('transport')
      return this.#add('reject with tcp reset')
    }
    if (e.type === 'icmpx') return this.#add(e.code === 1 ? 'reject' : `reject with icmpx ${ICMPX_CODES.find(([, n]) => n === e.code)?.[0] ?? e.code}`)
    const isV6 = family === 'ip6' || this.#pieces.some((p) => p.text === 'meta nfproto ipv6' || p.text.startsWith('ip6 '))
    const wasGiven = this.#pieces.some((p) => p.implied === 'network')
    this.#dropImplied('network')
    const code = (isV6 ? ICMPV6_CODES : ICMP_CODES).find(([, n]) => n === e.code)?.[0] ?? String(e.code)
    if (code === 'port-unreachable' && !wasGiven && family !== 'inet') return this.#add('reject')
    this.#add(`reject with ${isV6 ? 'icmpv6' : 'icmp'} ${code}`)
  }
  #nat(e: Extract<NftExpr, { readonly kind: 'nat' | 'masq' | 'redir' }>): void {
    const port = e.portMin === undefined ? '' : `:${this.#natText(e.portMin, inetService)}${e.portMax === undefined || sameLoad(e.portMin, e.portMax) ? '' : `-${this.#natText(e.portMax, inetService)}`}`
    const flags = [e.random === true ? 'random' : '', e.fullyRandom === true ? 'fully-random' : '', e.persistent === true ? 'persistent' : ''].filter((f) => f !== '').join(',')
    const tail = flags === '' ? '' : ` ${flags}`
    if (e.kind !== 'nat') return this.#add(`${e.kind === 'masq' ? 'masquerade' : 'redirect'}${port === '' ? '' : ` to ${port}`}${tail}`)
    const type = e.family === 'ip6' ? ipv6Addr : ipv4Addr
    const bracket = (text: string): string => (e.family === 'ip6' && port !== '' && e.min?.kind === 'value' ? `[${text}]` : text)
    const min = e.min === undefined ? '' : this.#natText(e.min, type)
    const address = e.min === undefined ? '' : e.max === undefined || sameLoad(e.min, e.max) ? bracket(min) : `${bracket(min)}-${bracket(this.#natText(e.max, type))}`
    const family = this.#c.family === 'inet' && e.min !== undefined ? `${e.family} ` : ''
    if (family !== '') this.#dropImplied('network')
    this.#add(`${e.type} ${family}to ${address}${port}${tail}`)
  }
  #natText(load: NftLoad, type: DataType): string {
    return load.kind === 'value' ? type.format(load.data, this.#c.names) : this.#left(load).text
  }
}
const sameLoad = (a: NftLoad, b: NftLoad): boolean => JSON.stringify(a) === JSON.stringify(b)
function maskBits(mask: string): number | undefined {
  const bits = BigInt(`0x${mask}`).toString(2).padStart(mask.length * 4, '0')
  return /^1*0*$/.test(bits) ? bits.replace(/0*$/, '').length : undefined
}
function bitField(left: Extract<NftLoad, { readonly kind: 'bitwise' }>, _sel: Selector | undefined): Selector | undefined {
  if (left.of.kind !== 'payload' || left.of.base !== 'network' || left.of.length !== 1) return undefined
  const key = `${left.of.offset} ${left.mask}`
  const found = ({ '1 fc': ['dscp', 2], '0 f0': ['version', 4], '0 0f': ['hdrlength', 0] } as Record<string, readonly [string, number]>)[key]
  if (found === undefined) return undefined
  return { text: `ip ${found[0]}`, load: left.of, type: found[0] === 'dscp' ? TYPES.get('dscp') ?? integer(1) : integer(1), mask: { bits: Number.parseInt(left.mask, 16), shift: found[1] } }
}

export function limitText(e: Extract<NftExpr, { readonly kind: 'limit' }>): string {
  const unit = UNIT_NAMES.get(e.unit) ?? 'second'
  if (e.type === 'bytes') return `limit rate ${e.over ? 'over ' : ''}${sizeText(e.rate)}/${unit}${e.burst > 0 ? ` burst ${sizeText(e.burst)}` : ''}`
  return `limit rate ${e.over ? 'over ' : ''}${e.rate}/${unit}${e.burst !== 5 && e.burst !== 0 ? ` burst ${e.burst} packets` : ''}`
}
function logText(e: Extract<NftExpr, { readonly kind: 'log' }>): string {
  const flags = e.flags ?? 0
  const words = flags === 31 ? ' flags all' : `${(flags & 3) !== 0 ? ` flags tcp ${[(flags & 1) !== 0 ? 'sequence' : '', (flags & 2) !== 0 ? 'options' : ''].filter((w) => w !== '').join(',')}` : ''}${
    (flags & 4) !== 0 ? ' flags ip options' : ''}${(flags & 8) !== 0 ? ' flags skuid' : ''}${(flags & 32) !== 0 ? ' flags ether' : ''}`
  return `log${e.prefix === undefined ? '' : ` prefix "${e.prefix}"`}${e.group === undefined ? '' : ` group ${e.group}`}${e.snaplen === undefined ? '' : ` snaplen ${e.snaplen}`}${
    e.threshold === undefined || e.threshold === 0 ? '' : ` queue-threshold ${e.threshold}`}${e.level === undefined || e.level === 4 ? '' : ` level ${LOG_LEVELS[e.level]}`}${words}`
}

export function ruleText(rule: Pick<NftRule, 'expressions' | 'comment'>, context: PrintContext): string {
  const printer = new RulePrinter(context)
  for (const e of rule.expressions) printer.add(e)
  return `${printer.text}${rule.comment === undefined ? '' : ` comment "${rule.comment}"`}`
}
/** Whether a rule holds matches or targets of iptables: its table is another program's. */
export const hasXt = (rule: NftRule): boolean => rule.expressions.some((e) => e.kind === 'match' || e.kind === 'target')

const STANDARD: readonly (readonly [string, number])[] = [['raw', -300], ['mangle', -150], ['dstnat', -100], ['filter', 0], ['security', 50], ['srcnat', 100]]
export function priorityText(priority: number, hook: string, family: NfFamily, numeric: boolean): string {
  if (numeric || family === 'arp' || family === 'netdev' || family === 'bridge') return family === 'arp' || family === 'netdev' ? (priority === 0 && !numeric ? 'filter' : String(priority)) : numeric ? String(priority) : priority === -200 ? 'filter' : priority === -300 ? 'dstnat' : String(priority)
  for (const [name, n] of STANDARD) {
    const distance = priority - n
    if (Math.abs(distance) > 10 || (name === 'dstnat' && hook !== 'prerouting') || (name === 'srcnat' && hook !== 'postrouting')) continue
    return distance === 0 ? name : `${name} ${distance > 0 ? '+' : '-'} ${Math.abs(distance)}`
  }
  return String(priority)
}
