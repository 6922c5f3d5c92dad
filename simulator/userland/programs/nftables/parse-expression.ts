// Expressions of the nft language (src/parser_bison.y): selectors, values, ranges, sets, maps.
import type { Elem, Expr, VerdictNode } from './ast.ts'
import { fibAddrType, ifaceIndex, ifname, integer, parseTime } from './datatype.ts'
import { isKeyword } from './lexer.ts'
import { ctKey, HEADERS, headerField, META_BARE, metaKey, type Selector } from './selector.ts'
import { join, NftError, NftGap } from './source.ts'
import type { Tokens } from './tokens.ts'

const GAP_SELECTORS: ReadonlySet<string> = new Set(['vlan', 'arp', 'esp', 'ah', 'comp', 'igmp', 'exthdr', 'hbh', 'mh', 'srh', 'ipsec', 'socket', 'osf', 'jhash', 'symhash', 'xfrm'])

const META_NAMES = 'length, protocol, priority, mark, iif, oif, iifname, oifname, iiftype, oiftype, skuid, skgid, nftrace, rtclassid, secmark, nfproto, l4proto, ibrname, obrname, pkttype, cpu, iifgroup, ' +
  'oifgroup, cgroup, random, ipsec, iifkind, oifkind, ibrpvid, ibrvproto, time, day, hour, sdif, sdifname'
const GAP_META: ReadonlySet<string> = new Set(['day', 'hour', 'time', 'secmark', 'ipsec', 'iifkind', 'oifkind', 'ibrpvid', 'ibrvproto', 'sdif', 'sdifname'])

function selector(t: Tokens): (Expr & { readonly k: 'selector' }) | undefined {
  const { start } = t.current
  const found = (sel: Selector | undefined): Expr & { readonly k: 'selector' } => {
    if (sel === undefined) throw t.unexpected()
    t.at++
    return { k: 'selector', sel, ...t.from(start) }
  }
  if (t.current.kind !== 'word') return undefined
  const word = t.current.text
  if (word === 'tcp' && t.peek().text === 'option') return tcpOption(t, start)
  if (HEADERS.has(word)) {
    t.at++
    return found(headerField(word, t.current.text))
  }
  if (word === 'meta') {
    t.at++
    if (GAP_META.has(t.current.text)) throw new NftGap(`meta ${t.current.text}`)
    const key = metaKey(t.current.text)
    if (key === undefined && t.current.kind === 'word') throw new NftError(`syntax error, unexpected ${t.current.text}, known keys are ${META_NAMES}`, { start, end: t.current.end })
    return found(key)
  }
  if (META_BARE.has(word)) return found(metaKey(word))
  if (word === 'ct' && t.peek().text !== 'count') {
    t.at++
    const direction = t.takeWord('original', 'reply') as 'original' | 'reply' | undefined
    const family = direction === undefined ? undefined : t.takeWord('ip', 'ip6') as 'ip' | 'ip6' | undefined
    if (t.is('helper') || t.is('label')) throw new NftGap(`ct ${t.current.text}`)
    return found(ctKey(t.current.text, direction, family))
  }
  if (word === 'fib') return fib(t, start)
  if (word === 'numgen') return numgen(t, start)
  if ((word === 'hour' || word === 'day' || word === 'time') && t.peek().kind !== 'newline') throw new NftGap(`meta ${word}`)
  if (word === 'rt' || GAP_SELECTORS.has(word)) throw new NftGap(`expression ${word}`)
  return undefined
}
function tcpOption(t: Tokens, start: number): Expr & { readonly k: 'selector' } {
  t.at += 2
  if (!t.take('maxseg')) throw new NftGap(`tcp option ${t.current.text}`)
  const hasSize = t.take('size')
  const need = { layer: 'transport', name: 'tcp', value: '06' } as const
  return { k: 'selector', sel: { text: 'tcp option maxseg size', type: integer(2), need, load: { kind: 'tcpopt', option: 2, offset: 2, length: 2, ...(hasSize ? {} : { present: true as const }) } }, ...t.from(start) }
}
function fib(t: Tokens, start: number): Expr & { readonly k: 'selector' } {
  t.at++
  const selectors: ('saddr' | 'daddr' | 'mark' | 'iif' | 'oif')[] = []
  do {
    const word = t.takeWord('saddr', 'daddr', 'mark', 'iif', 'oif')
    if (word === undefined) throw t.unexpected()
    selectors.push(word as 'saddr')
  } while (t.take('.'))
  const result = t.takeWord('type', 'oif', 'oifname')
  if (result === undefined) throw t.unexpected()
  const type = result === 'type' ? fibAddrType : result === 'oif' ? ifaceIndex : ifname
  return { k: 'selector', sel: { text: `fib ${selectors.join(' . ')} ${result}`, load: { kind: 'fib', result: result as 'type', selectors }, type }, ...t.from(start) }
}
function numgen(t: Tokens, start: number): Expr & { readonly k: 'selector' } {
  t.at++
  const mode = t.takeWord('inc', 'random')
  if (mode === undefined) throw t.unexpected()
  t.expect('mod')
  const modulus = t.number().value
  const offset = t.take('offset') ? t.number().value : 0
  return { k: 'selector', sel: { text: 'numgen', load: { kind: 'numgen', mode: mode as 'inc', modulus, offset }, type: integer(4) }, ...t.from(start) }
}

/** The left side of a comparison, or a plain word that turns out to be none. */
export function leftSide(t: Tokens): Expr {
  const { start } = t.current
  const first = primaryLeft(t)
  if (t.is('.')) {
    const parts = [first]
    while (t.take('.')) parts.push(primaryLeft(t))
    return { k: 'concat', parts, ...t.from(start) }
  }
  let left = first
  for (;;) {
    const op = t.takeWord('&', '|', '^', 'and', 'or', 'xor')
    if (op === undefined) return left
    const right = value(t)
    left = { k: 'binop', op: op === 'and' ? '&' : op === 'or' ? '|' : op === 'xor' ? '^' : op as '&', left, right, ...join(left, right) }
  }
}
function primaryLeft(t: Tokens): Expr {
  const sel = selector(t)
  if (sel !== undefined) return sel
  return value(t)
}

/** One value: a word, number, address, `$variable`, `(a|b)`. */
export function value(t: Tokens): Expr {
  const token = t.current
  if (t.take('(')) {
    const inner = flagList(t, '|')
    t.expect(')')
    return inner
  }
  if (t.take('$')) {
    const { name, ...span } = t.name()
    const found = t.variables.get(name)
    if (found === undefined) throw new NftError(`unknown identifier '${name}'`, span)
    return found
  }
  const sel = token.kind === 'word' && isKeyword(token.text) ? selectorOrWord(t) : undefined
  if (sel !== undefined) return sel
  if (token.kind !== 'word' && token.kind !== 'number' && token.kind !== 'quoted') throw t.unexpected()
  t.at++
  return { k: 'value', text: token.text, start: token.start, end: token.end }
}
const VALUE_WORDS: ReadonlySet<string> = new Set(['ip', 'ip6', 'arp', 'vlan', 'tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'igmp', 'esp', 'ah', 'comp', 'snat', 'dnat', 'redirect'])
/** Protocol names are values too, unless a field of theirs follows. */
function selectorOrWord(t: Tokens): Expr | undefined {
  const { text } = t.current
  const follower = t.peek()
  if (VALUE_WORDS.has(text) && (follower.kind !== 'word' || headerField(text, follower.text) === undefined)) return undefined
  return selector(t) ?? (VALUE_WORDS.has(text) ? undefined : (() => {
    throw t.unexpected()
  })())
}
function flagList(t: Tokens, separator: ',' | '|'): Expr {
  const { start } = t.current
  const items = [value(t)]
  while (t.take(separator)) items.push(value(t))
  return items.length === 1 ? items[0] : { k: 'list', items, ...t.from(start) }
}
/** A value with what may follow: `-`, `/`, and for concatenations `.`. */
export function rightValue(t: Tokens, inSet: boolean): Expr {
  const { start } = t.current
  const one = (): Expr => {
    const first = value(t)
    if (t.take('-')) {
      const to = value(t)
      return { k: 'range', from: first, to, ...join(first, to) }
    }
    if (t.is('/') && t.peek().kind === 'number') {
      t.at++
      const length = t.number()
      return { k: 'prefix', base: first, length: length.value, ...join(first, length) }
    }
    return first
  }
  const first = one()
  if (t.is('.')) {
    const parts = [first]
    while (t.take('.')) parts.push(one())
    return { k: 'concat', parts, ...t.from(start) }
  }
  if (!inSet && t.is(',')) {
    const items = [first]
    while (t.take(',')) items.push(value(t))
    return { k: 'list', items, ...t.from(start) }
  }
  let left = first
  for (;;) {
    const op = inSet ? undefined : t.takeWord('|', '&', '^', 'or', 'and', 'xor')
    if (op === undefined) return left
    const right = value(t)
    left = op === '|' && left.k !== 'selector' ? { k: 'list', items: [left, right], ...join(left, right) } : { k: 'binop', op: op === 'or' ? '|' : op === 'and' ? '&' : op === 'xor' ? '^' : op as '&', left, right, ...join(left, right) }
  }
}

export function verdict(t: Tokens): VerdictNode | undefined {
  const { start } = t.current
  const code = t.takeWord('accept', 'drop', 'continue', 'return', 'jump', 'goto') as VerdictNode['code'] | undefined
  if (code === undefined) return undefined
  if (code !== 'jump' && code !== 'goto') return { code, ...t.from(start) }
  const chain = t.name('\'{\'')
  return { code, chain: chain.name, chainSpan: chain, ...t.from(start) }
}

/** `{ a, b : c, … }` */
export function setBody(t: Tokens): Expr & { readonly k: 'set' } {
  const { start } = t.expect('{')
  const items: Elem[] = []
  t.skipNewlines()
  if (t.is('}')) throw t.unexpected()
  while (!t.is('}')) {
    items.push(element(t))
    t.skipNewlines()
    if (!t.take(',')) break
    t.skipNewlines()
  }
  t.expect('}', 'comma or \'}\'')
  return { k: 'set', items, ...t.from(start) }
}
function wildcard(t: Tokens): Expr {
  const { start, end } = t.next()
  return { k: 'value', text: '*', start, end }
}
function element(t: Tokens): Elem {
  const { start } = t.current
  const key: Expr = t.is('*') ? wildcard(t) : rightValue(t, true)
  const options: { timeout?: number; expires?: number; comment?: string; counter?: true } = {}
  for (;;) {
    if (t.take('timeout')) options.timeout = parseTime(t.next().text)
    else if (t.take('expires')) options.expires = parseTime(t.next().text)
    else if (t.take('comment')) options.comment = t.quoted()
    else if (t.take('counter')) {
      options.counter = true
      if (t.take('packets')) {
        t.number()
        t.expect('bytes')
        t.number()
      }
    } else break
  }
  if (!t.take(':')) return { key, ...options, ...t.from(start) }
  const v = verdict(t)
  return { key, ...options, ...(v === undefined ? { value: rightValue(t, true) } : { verdict: v }), ...t.from(start) }
}
/** The right side of a comparison: a value, `{ set }` or `@name`. */
export function rightSide(t: Tokens): Expr {
  if (t.is('{')) return setBody(t)
  const { start } = t.current
  if (t.take('@')) {
    const { name } = t.name()
    return { k: 'setref', name, ...t.from(start) }
  }
  return rightValue(t, false)
}
/** A value that may come from a map: `tcp dport map { … }`. */
export function mappedValue(t: Tokens): Expr {
  const { start } = t.current
  const sel = t.current.kind === 'word' && (HEADERS.has(t.current.text) || META_BARE.has(t.current.text) || ['meta', 'ct', 'numgen', 'fib'].includes(t.current.text)) ? leftSide(t) : undefined
  if (sel === undefined) return rightValue(t, false)
  if (!t.take('map')) return sel
  const map = rightSide(t)
  return { k: 'map', key: sel, map, ...t.from(start) }
}
