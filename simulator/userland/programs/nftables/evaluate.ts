// From statements to expressions of the kernel (src/evaluate.c, netlink_linearize.c): values get the type of what they are compared with, fields bring the checks of
// the protocols they belong to, braces become anonymous sets.
import type { Hex, NfFamily, NftElement, NftExpr, NftLoad, NftSetInfo, NftVerdict } from '../../../abi/nf-tables.ts'
import type { Elem, Expr, RuleSpec, Stmt, VerdictNode } from './ast.ts'
import { type DataType, hexOf, ICMP_CODES, ICMPV6_CODES, ICMPX_CODES, inetService, ipv4Addr, ipv6Addr, type Names, numberOf } from './datatype.ts'
import { intervals, type Range } from './intervals.ts'
import type { Selector } from './selector.ts'
import { nearest, NftError, NftGap, type Span } from './source.ts'

export interface KnownSet { readonly info: Omit<NftSetInfo, 'handle'> }
export interface EvaluateContext {
  readonly family: NfFamily
  readonly table: string
  readonly names: Names
  readonly sets: ReadonlyMap<string, KnownSet>
  /** Puts an anonymous set into the batch, and answers its name. */
  addSet(set: Omit<NftSetInfo, 'handle' | 'name' | 'family' | 'table' | 'anonymous' | 'constant'>, elements: readonly NftElement[]): string
  /** Counters and the like; remembers where a name was used. */
  noteName(name: string, span: Span): void
}
type Left = { readonly load: NftLoad; readonly type: DataType; readonly parts?: readonly DataType[]; readonly sel?: Selector; readonly title: string }
const padded = (value: Hex): Hex => value.padEnd(Math.ceil(value.length / 8) * 8, '0')
const TERMINAL: ReadonlySet<string> = new Set(['accept', 'drop', 'return', 'jump', 'goto', 'continue'])

export class RuleEvaluator {
  readonly #x: EvaluateContext
  readonly #out: NftExpr[] = []
  #network: string | undefined
  #transport: string | undefined

  constructor(context: EvaluateContext) {
    this.#x = context
    if (context.family === 'ip' || context.family === 'ip6') this.#network = context.family
  }

  rule({ statements }: RuleSpec): readonly NftExpr[] {
    let terminal: Span | undefined
    for (const s of statements) {
      if (terminal !== undefined) throw new NftError('Statement after terminal statement has no effect', s, terminal)
      this.#statement(s)
      if ((s.s === 'verdict' && TERMINAL.has(s.verdict.code)) || s.s === 'reject') terminal = s
    }
    return this.#out
  }

  /** The protocol checks a field needs, unless the rule has them already. */
  #need({ need, text }: Selector, at: Span): void {
    if (need === undefined) return
    if (need.layer === 'network') {
      if (this.#network === need.name) return
      if (this.#network !== undefined) throw new NftError(`conflicting protocols specified: ${this.#network} vs. ${need.name}`, at)
      this.#network = need.name
      if (this.#x.family !== 'inet') {
        this.#out.push({ kind: 'cmp', op: 'eq', left: { kind: 'meta', key: 'protocol' }, data: need.name === 'ip' ? '0800' : '86dd' })
        return
      }
      this.#out.push({ kind: 'cmp', op: 'eq', left: { kind: 'meta', key: 'nfproto' }, data: need.value })
      return
    }
    if (this.#transport === need.name) return
    if (this.#transport !== undefined) throw new NftError(`conflicting protocols specified: ${this.#transport} vs. ${need.name}`, { start: at.start, end: at.start + text.length })
    this.#transport = need.name
    this.#out.push({ kind: 'cmp', op: 'eq', left: { kind: 'meta', key: 'l4proto' }, data: need.value })
  }
  #left(e: Expr): Left {
    if (e.k === 'selector') {
      this.#need(e.sel, e)
      return { load: e.sel.load, type: e.sel.type, sel: e.sel, title: e.sel.type.title }
    }
    if (e.k === 'concat') {
      const parts = e.parts.map((p) => this.#left(p))
      return { load: { kind: 'concat', parts: parts.map((p) => p.load) }, type: { ...parts[0].type, name: parts.map((p) => p.type.name).join(' . '), bytes: parts.reduce((n, p) => n + 4 * Math.ceil(p.type.bytes / 4), 0) }, parts: parts.map((p) => p.type), title: 'concatenation' }
    }
    if (e.k === 'binop') {
      const left = this.#left(e.left)
      const n = this.#value(e.right, left.type)
      return { ...left, load: bitwiseOf(left.load, e.op, n, left.type.bytes) }
    }
    if (e.k === 'value') throw new NftError('No symbol type information', e)
    throw new NftError('expression is not usable here', e)
  }
  #value(e: Expr, type: DataType): Hex {
    if (e.k === 'value') return type.parse(e.text, e, this.#x.names)
    if (e.k === 'list') return e.items.reduce((bits, item) => orHex(bits, this.#value(item, type)), '0'.repeat(type.bytes * 2))
    if (e.k === 'setref' || e.k === 'set') throw new NftError('Value is a set where one value is wanted', e)
    throw new NftError('datatype mismatch, expected ' + type.title, e)
  }

  #statement(s: Stmt): void {
    const out = this.#out
    switch (s.s) {
      case 'match': return this.#match(s)
      case 'vmap': {
        const left = this.#left(s.key)
        out.push({ kind: 'vmap', key: left.load, set: this.#mapName(s.map, left, 'verdict', s) })
        return
      }
      case 'verdict':
        out.push({ kind: 'verdict', verdict: this.#verdict(s.verdict) })
        return
      case 'counter':
        out.push({ kind: 'counter', packets: s.packets, bytes: s.bytes })
        return
      case 'object':
        this.#x.noteName(s.name, s.nameSpan)
        out.push({ kind: 'objref', type: s.type, name: s.name })
        return
      case 'limit':
        out.push(limitExpr(s))
        return
      case 'quota':
        out.push({ kind: 'quota', bytes: s.bytes, used: s.used, over: s.over })
        return
      case 'connlimit':
        out.push({ kind: 'connlimit', count: s.count, over: s.over })
        return
      case 'log': {
        const { prefix, level, group, snaplen, threshold, flags } = s
        out.push({ kind: 'log', ...(prefix !== undefined && { prefix }), ...(level !== undefined && { level }), ...(group !== undefined && { group }), ...(snaplen !== undefined && { snaplen }), ...(threshold !== undefined && { threshold }), ...(flags !== undefined && { flags }) })
        return
      }
      case 'reject': return this.#reject(s)
      case 'nat': return this.#nat(s)
      case 'set': return this.#assign(s)
      case 'notrack':
        out.push({ kind: 'notrack' })
        return
      case 'dynset': {
        if (!this.#x.sets.has(s.set)) throw this.#noSet(s.set, s.setSpan)
        const key = this.#left(s.key)
        out.push({ kind: 'dynset', op: s.op, set: s.set, key: key.load, exprs: s.counter ? [{ kind: 'counter', packets: 0, bytes: 0 }] : [], ...(s.timeout === undefined ? {} : { timeout: s.timeout }) })
      }
    }
  }
  #verdict(v: VerdictNode): NftVerdict {
    if (v.chain === undefined) return { code: v.code as 'accept' }
    this.#x.noteName(v.chain, v.chainSpan ?? v)
    return { code: v.code as 'jump', chain: v.chain }
  }

  #match(s: Extract<Stmt, { readonly s: 'match' }>): void {
    const left = this.#left(s.left)
    const { type, load } = left
    const negated = s.op === '!=' || s.op === '!'
    if (left.sel !== undefined && s.right.k === 'value' && s.op === undefined && left.sel.text === 'ip protocol') this.#transport = s.right.text
    if (left.sel !== undefined && s.right.k === 'value' && s.op === undefined && left.sel.text === 'meta l4proto') this.#transport = s.right.text === 'ipv6-icmp' ? 'icmpv6' : s.right.text
    if (left.sel !== undefined && s.right.k === 'value' && s.op === undefined && left.sel.text === 'meta nfproto') this.#network = s.right.text === 'ipv4' ? 'ip' : 'ip6'
    if (s.right.k === 'setref') {
      const set = this.#x.sets.get(s.right.name)
      if (set === undefined) throw this.#noSet(s.right.name, s.right)
      if (set.info.keyType !== type.name) throw new NftError(`datatype mismatch, expected ${type.title}, expression has type ${typeTitle(set.info.keyType)}`, s.right, s.left)
      this.#out.push({ kind: 'lookup', left: load, set: s.right.name, invert: negated })
      return
    }
    // One element is compared directly.
    if (s.right.k === 'set' && s.right.items.length === 1 && left.parts === undefined && s.right.items[0].key.k !== 'concat') return this.#compare(left, negated ? '!=' : undefined, s.right.items[0].key, negated)
    if (s.right.k === 'set') {
      this.#out.push({ kind: 'lookup', left: load, set: this.#anonymous(s.right.items, left, undefined), invert: negated })
      return
    }
    if (s.mask !== undefined) {
      const mask = this.#value(s.mask, type)
      this.#out.push({ kind: 'cmp', op: negated ? 'neq' : 'eq', left: masked(load, mask), data: this.#value(s.right, type) })
      return
    }
    this.#compare(left, s.op, s.right, negated)
  }
  #compare(left: Left, op: Extract<Stmt, { readonly s: 'match' }>['op'], right: Expr, negated: boolean): void {
    const { type, load, sel } = left
    if (right.k === 'range') {
      const from = this.#value(right.from, type)
      const to = this.#value(right.to, type)
      if (from > to) throw new NftError('Range has zero or negative size', right)
      this.#out.push({ kind: 'range', op: negated ? 'neq' : 'eq', left: load, from, to })
      return
    }
    if (right.k === 'prefix') {
      const range = this.#prefix(right, type)
      const bits = right.length
      const data = range.from
      if (load.kind === 'payload' && bits % 8 === 0 && bits > 0) this.#out.push({ kind: 'cmp', op: negated ? 'neq' : 'eq', left: { ...load, length: bits / 8 }, data: data.slice(0, bits / 4) })
      else this.#out.push({ kind: 'cmp', op: negated ? 'neq' : 'eq', left: masked(load, prefixMask(bits, type.bytes)), data })
      return
    }
    if (load.kind === 'fib' && load.result !== 'type' && right.k === 'value' && (right.text === 'missing' || right.text === 'exists')) {
      this.#out.push({ kind: 'cmp', op: (right.text === 'missing') === negated ? 'neq' : 'eq', left: load, data: '0'.repeat(type.bytes * 2) })
      return
    }
    const isFlagTest = type.isFlags === true && load.kind !== 'bitwise' && (op === undefined || op === '!' || right.k === 'list')
    const raw = this.#value(right, type)
    if (isFlagTest) {
      this.#out.push({ kind: 'cmp', op: negated ? 'eq' : 'neq', left: masked(load, raw), data: '0'.repeat(type.bytes * 2) })
      return
    }
    const shifted = sel?.mask
    const data = shifted === undefined ? raw : hexOf(numberOf(raw) << shifted.shift, type.bytes)
    const source = shifted === undefined ? load : masked(load, hexOf(shifted.bits, type.bytes))
    this.#out.push({ kind: 'cmp', op: op === '<' ? 'lt' : op === '<=' ? 'lte' : op === '>' ? 'gt' : op === '>=' ? 'gte' : negated ? 'neq' : 'eq', left: source, data })
  }
  #prefix(e: Extract<Expr, { readonly k: 'prefix' }>, type: DataType): Range {
    const size = type.bytes * 8
    if (e.length > size) throw new NftError(`Prefix length ${e.length} is invalid for type of ${size} bits width`, e)
    const base = BigInt(`0x${this.#value(e.base, type)}`)
    const mask = BigInt(`0x${prefixMask(e.length, type.bytes)}`)
    const all = (1n << BigInt(size)) - 1n
    return { from: hexOf(base & mask, type.bytes), to: hexOf((base & mask) | (all ^ mask), type.bytes) }
  }
  #noSet(name: string, at: Span): NftError {
    const near = nearest(name, this.#x.sets.keys())
    return new NftError(`No such file or directory${near === undefined ? '' : `; did you mean set ‘${near}’ in table ${this.#x.family} ‘${this.#x.table}’?`}`, at)
  }

  /** One key of a set as a range of bytes; concatenations are padded part by part. */
  #key(e: Expr, types: readonly DataType[]): Range {
    if (e.k === 'value' && e.text === '*') return { from: '0'.repeat(types[0].bytes * 2), to: 'f'.repeat(types[0].bytes * 2) }
    if (types.length > 1) {
      if (e.k !== 'concat' || e.parts.length !== types.length) throw new NftError('datatype mismatch, expected concatenation', e)
      const parts = e.parts.map((p, i) => this.#key(p, [types[i]]))
      return { from: parts.map((p) => padded(p.from)).join(''), to: parts.map((p) => padded(p.to)).join('') }
    }
    const [type] = types
    if (e.k === 'prefix') return this.#prefix(e, type)
    if (e.k === 'range') return { from: this.#value(e.from, type), to: this.#value(e.to, type) }
    const value = this.#value(e, type)
    if (value.length < type.bytes * 2) return { from: value.padEnd(type.bytes * 2, '0'), to: value.padEnd(type.bytes * 2, 'f') }
    return { from: value, to: value }
  }
  /** Elements for the kernel. `dataType`: of a map. */
  elements(items: readonly Elem[], types: readonly DataType[], dataType: DataType | 'verdict' | 'object' | undefined): (NftElement & { readonly span: Span })[] {
    return items.map((item) => {
      const { from, to } = this.#key(item.key, types)
      const more: { -readonly [K in keyof NftElement]?: NftElement[K] } = {}
      if (item.timeout !== undefined) more.timeout = item.timeout
      if (item.expires !== undefined) more.expires = item.expires
      if (item.comment !== undefined) more.comment = item.comment
      if (item.counter) more.counter = { packets: 0, bytes: 0 }
      if (item.verdict !== undefined) more.verdict = this.#verdict(item.verdict)
      else if (item.value !== undefined && dataType === 'object') more.object = item.value.k === 'value' ? item.value.text : ''
      else if (item.value !== undefined && dataType !== undefined && dataType !== 'verdict') more.data = this.#value(item.value, dataType as DataType)
      return { key: from, ...(to === from ? {} : { end: to }), ...more, span: item }
    })
  }
  #anonymous(items: readonly Elem[], left: Left, dataType: DataType | 'verdict' | undefined): string {
    const elements = this.elements(items, left.parts ?? [left.type], dataType).map(({ span: _span, ...e }) => e)
    const interval = elements.some((e) => e.end !== undefined)
    const kept = interval && dataType === undefined && left.parts === undefined ? intervals(elements) : [...new Map(elements.map((e) => [e.key, e])).values()]
    return this.#x.addSet({ interval, dynamic: false, keyType: left.type.name, keyLength: left.type.bytes, ...(dataType === undefined ? {} : { dataType: dataType === 'verdict' ? 'verdict' : dataType.name }) }, kept)
  }
  #mapName(map: Expr, left: Left, dataType: DataType | 'verdict', at: Span): string {
    if (map.k === 'setref') {
      if (!this.#x.sets.has(map.name)) throw this.#noSet(map.name, map)
      return map.name
    }
    if (map.k !== 'set') throw new NftError('Expression is not a map', at)
    return this.#anonymous(map.items, left, dataType)
  }

  #reject(s: Extract<Stmt, { readonly s: 'reject' }>): void {
    const { family } = this.#x
    if (s.type === 'tcp') {
      if (this.#transport !== 'tcp') {
        if (this.#transport !== undefined) throw new NftError(`conflicting protocols specified: ${this.#transport} vs. tcp. You must specify 'tcp'`, s)
        this.#transport = 'tcp'
        this.#out.push({ kind: 'cmp', op: 'eq', left: { kind: 'meta', key: 'l4proto' }, data: '06' })
      }
      this.#out.push({ kind: 'reject', type: 'tcp-reset', code: 0 })
      return
    }
    const type = s.type ?? (family === 'inet' && this.#network === undefined ? 'icmpx' : this.#network === 'ip6' ? 'icmpv6' : family === 'inet' ? 'icmpx' : 'icmp')
    const codes = type === 'icmp' ? ICMP_CODES : type === 'icmpv6' ? ICMPV6_CODES : ICMPX_CODES
    const word = s.code?.text ?? 'port-unreachable'
    const code = codes.find(([name]) => name === word)?.[1] ?? (/^\d+$/.test(word) ? Number(word) : undefined)
    if (code === undefined) throw new NftError(`Could not parse ${type === 'icmp' ? 'icmp code' : type === 'icmpv6' ? 'icmpv6 code' : 'icmpx code'}`, s.code ?? s)
    if (s.type === 'icmpx' && family !== 'inet') throw new NftError('abstracted ICMP unreachable not supported', s)
    const wanted = s.type === 'icmp' ? 'ip' : s.type === 'icmpv6' ? 'ip6' : undefined
    if (wanted !== undefined && this.#network !== wanted) {
      if (this.#network !== undefined) throw new NftError(`conflicting protocols specified: ${this.#network} vs ${s.type ?? ''}`, s)
      this.#network = wanted
      this.#out.push({ kind: 'cmp', op: 'eq', left: { kind: 'meta', key: 'nfproto' }, data: wanted === 'ip' ? '02' : '0a' })
    }
    this.#out.push({ kind: 'reject', type: type === 'icmpx' ? 'icmpx' : 'icmp', code })
  }
  #nat(s: Extract<Stmt, { readonly s: 'nat' }>): void {
    const { family } = this.#x
    const flags = { ...(s.flags.includes('random') && { random: true as const }), ...(s.flags.includes('fully-random') && { fullyRandom: true as const }), ...(s.flags.includes('persistent') && { persistent: true as const }) }
    const ports = this.#pair(s.port, inetService)
    if (s.port !== undefined && this.#transport === undefined) throw new NftError('transport protocol mapping is only valid after transport protocol match', s.port, s.word)
    const portLoads = ports === undefined ? {} : { portMin: ports.min, ...(ports.max && { portMax: ports.max }) }
    if (s.kind === 'masquerade' || s.kind === 'redirect') {
      this.#out.push({ kind: s.kind === 'masquerade' ? 'masq' : 'redir', ...portLoads, ...flags })
      return
    }
    const used = s.family ?? (family === 'ip6' ? 'ip6' : family === 'ip' ? 'ip' : this.#network as 'ip' | undefined)
    if (used === undefined && s.address !== undefined) throw new NftError('ip or ip6 must be specified with address for inet tables.', s.word)
    if (s.family !== undefined && family === 'inet' && this.#network !== s.family) {
      this.#network = s.family
      this.#out.push({ kind: 'cmp', op: 'eq', left: { kind: 'meta', key: 'nfproto' }, data: s.family === 'ip' ? '02' : '0a' })
    }
    const addresses = this.#pair(s.address, used === 'ip6' ? ipv6Addr : ipv4Addr)
    this.#out.push({ kind: 'nat', type: s.kind, family: used ?? 'ip', ...(addresses && { min: addresses.min, ...(addresses.max && { max: addresses.max }) }), ...portLoads, ...flags })
  }
  /** An address or port: one, a range, or from a map. */
  #pair(e: Expr | undefined, type: DataType): { readonly min: NftLoad; readonly max?: NftLoad } | undefined {
    if (e === undefined) return undefined
    if (e.k === 'map') {
      const key = this.#left(e.key)
      return { min: { kind: 'map', key: key.load, set: this.#mapName(e.map, key, type, e) } }
    }
    if (e.k === 'range') return { min: { kind: 'value', data: this.#value(e.from, type) }, max: { kind: 'value', data: this.#value(e.to, type) } }
    if (e.k === 'prefix') {
      const range = this.#prefix(e, type)
      return { min: { kind: 'value', data: range.from }, max: { kind: 'value', data: range.to } }
    }
    return { min: { kind: 'value', data: this.#value(e, type) } }
  }
  #assign(s: Extract<Stmt, { readonly s: 'set' }>): void {
    if (s.target.k !== 'selector') throw new NftError('expression is not usable here', s.target)
    const { sel } = s.target
    this.#need(sel, s.target)
    const { load, type } = sel
    const source: NftLoad = s.value.k === 'map' ? this.#mapped(s.value, type) : s.value.k === 'selector' || s.value.k === 'binop' ? this.#left(s.value).load :
      s.value.k === 'value' && s.value.text === 'rt mtu' ? { kind: 'rt', key: 'tcpmss' } : { kind: 'value', data: this.#value(s.value, type) }
    if (load.kind === 'meta') {
      if (load.key !== 'mark' && load.key !== 'nftrace' && load.key !== 'priority' && load.key !== 'pkttype') throw new NftError('meta key is not settable', s.target)
      if (load.key !== 'mark') throw new NftGap(`meta ${load.key} set`)
      this.#out.push({ kind: 'set-meta', key: load.key, value: source })
    } else if (load.kind === 'ct') {
      if (load.key !== 'mark') throw new NftGap(`ct ${load.key} set`)
      this.#out.push({ kind: 'set-ct', key: load.key, value: source })
    } else if (load.kind === 'tcpopt') this.#out.push({ kind: 'set-tcpopt', option: load.option, offset: load.offset, value: source })
    else if (load.kind === 'payload' && (sel.text === 'ip ttl' || sel.text === 'ip6 hoplimit')) this.#out.push({ kind: 'set-payload', base: load.base, offset: load.offset, value: source })
    else throw new NftGap(`${sel.text} set`)
  }
  #mapped(e: Extract<Expr, { readonly k: 'map' }>, type: DataType): NftLoad {
    const key = this.#left(e.key)
    return { kind: 'map', key: key.load, set: this.#mapName(e.map, key, type, e) }
  }
}

const orHex = (a: Hex, b: Hex): Hex => hexOf(BigInt(`0x${a}`) | BigInt(`0x${b}`), a.length / 2)
const invertHex = (a: Hex): Hex => hexOf(((1n << BigInt(a.length * 4)) - 1n) ^ BigInt(`0x${a}`), a.length / 2)
const masked = (of: NftLoad, mask: Hex): NftLoad => ({ kind: 'bitwise', of, mask, xor: '0'.repeat(mask.length) })
function bitwiseOf(of: NftLoad, op: '&' | '|' | '^', n: Hex, bytes: number): NftLoad {
  const zero = '0'.repeat(bytes * 2)
  if (op === '&') return { kind: 'bitwise', of, mask: n, xor: zero }
  if (op === '^') return { kind: 'bitwise', of, mask: 'f'.repeat(bytes * 2), xor: n }
  return { kind: 'bitwise', of, mask: invertHex(n), xor: n }
}
export const prefixMask = (bits: number, bytes: number): Hex => hexOf(((1n << BigInt(bytes * 8)) - 1n) ^ ((1n << BigInt(bytes * 8 - bits)) - 1n), bytes)
export const limitExpr = (s: Extract<Stmt, { readonly s: 'limit' }>): NftExpr => ({ kind: 'limit', rate: s.rate, unit: s.unit, burst: s.burst ?? (s.bytes ? 0 : 5), type: s.bytes ? 'bytes' : 'packets', over: s.over })
const typeTitle = (name: string): string => ({ ipv4_addr: 'IPv4 address', ipv6_addr: 'IPv6 address', inet_service: 'internet network service', inet_proto: 'Internet protocol', ifname: 'network interface name', mark: 'packet mark', ether_addr: 'Ethernet address' } as Record<string, string>)[name] ?? name
