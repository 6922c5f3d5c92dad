// Statements of a rule (src/parser_bison.y: stmt).
import type { Expr, NatKind, RelOp, RuleSpec, Stmt } from './ast.ts'
import { parseTime } from './datatype.ts'
import { leftSide, mappedValue, rightSide, rightValue, value, verdict } from './parse-expression.ts'
import { join, NftError, NftGap, type Span } from './source.ts'
import type { Tokens } from './tokens.ts'

export const LOG_LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug']
const UNITS: ReadonlyMap<string, number> = new Map([['second', 1], ['minute', 60], ['hour', 3600], ['day', 86400], ['week', 604800]])
const SIZES: ReadonlyMap<string, number> = new Map([['bytes', 1], ['kbytes', 1024], ['mbytes', 1024 * 1024]])

export function limit(t: Tokens, start: number): Stmt {
  t.expect('rate')
  const over = t.take('over')
  if (!over) t.take('until')
  const rate = t.number().value
  // `mbytes/second` is one word to the scanner.
  const [, joined, per] = /^([km]?bytes)\/(\w+)$/.exec(t.current.text) ?? []
  const size = joined ?? t.takeWord('bytes', 'kbytes', 'mbytes')
  if (joined === undefined && !t.take('/')) throw t.unexpected('/ or string or bytes')
  const unit = UNITS.get(per ?? t.current.text)
  if (unit === undefined) throw t.unexpected()
  t.at++
  let burst: number | undefined
  if (t.take('burst')) {
    const n = t.number().value
    const word = t.takeWord('packets', 'bytes', 'kbytes', 'mbytes')
    burst = n * (SIZES.get(word ?? '') ?? 1)
  }
  return { s: 'limit', rate: rate * (SIZES.get(size ?? '') ?? 1), unit, burst, bytes: size !== undefined, over, ...t.from(start) }
}
export function quota(t: Tokens, start: number): Stmt {
  const over = t.take('over')
  if (!over) t.take('until')
  const amount = (): number => {
    const n = t.number().value
    const size = SIZES.get(t.current.text)
    if (size === undefined) throw t.unexpected('string or bytes')
    t.at++
    return n * size
  }
  const bytes = amount()
  return { s: 'quota', bytes, used: t.take('used') ? amount() : 0, over, ...t.from(start) }
}
function log(t: Tokens, start: number): Stmt {
  const found: { prefix?: string; level?: number; group?: number; snaplen?: number; threshold?: number; flags?: number } = {}
  for (;;) {
    if (t.take('prefix')) found.prefix = t.quoted()
    else if (t.take('level')) {
      const word = t.current
      const level = word.text === 'audit' ? undefined : LOG_LEVELS.indexOf(word.text)
      if (level === undefined) throw new NftGap('log level audit')
      if (level < 0) throw new NftError('invalid log level', word)
      found.level = level
      t.at++
    } else if (t.take('group')) found.group = t.number().value
    else if (t.take('snaplen')) found.snaplen = t.number().value
    else if (t.take('queue-threshold')) found.threshold = t.number().value
    else if (t.take('flags')) found.flags = (found.flags ?? 0) | logFlags(t)
    else return { s: 'log', ...found, ...t.from(start) }
  }
}
function logFlags(t: Tokens): number {
  if (t.take('all')) return 31
  if (t.take('skuid')) return 8
  if (t.take('ether')) return 32
  if (t.take('tcp')) return t.take('options') ? 2 : t.take('sequence') ? (t.take(',') ? (t.take('options'), 3) : 1) : 0
  if (t.take('ip')) return (t.take('options'), 4)
  throw t.unexpected()
}
function reject(t: Tokens, start: number): Stmt {
  if (!t.take('with')) return { s: 'reject', ...t.from(start) }
  const type = t.takeWord('icmp', 'icmpv6', 'icmpx', 'tcp') as 'icmp' | 'tcp' | undefined
  if (type === undefined) throw t.unexpected('icmp or icmpv6 or tcp or icmpx')
  if (type === 'tcp') {
    t.expect('reset')
    return { s: 'reject', type, ...t.from(start) }
  }
  t.take('type')
  const word = t.current
  if (word.kind !== 'word' && word.kind !== 'number') throw t.unexpected()
  t.at++
  return { s: 'reject', type, code: { text: word.text, start: word.start, end: word.end }, ...t.from(start) }
}
function nat(t: Tokens, start: number, kind: NatKind): Stmt {
  const word: Span = { start, end: t.last.end }
  let family: 'ip' | 'ip6' | undefined
  let address: Expr | undefined
  let port: Expr | undefined
  let portSpan: Span | undefined
  const takePort = (): void => {
    const begin = t.current.start
    port = rightValue(t, false)
    portSpan = { start: begin - 1, end: port.end }
  }
  if (kind === 'snat' || kind === 'dnat') {
    family = t.takeWord('ip', 'ip6') as 'ip' | undefined
    t.take('to')
    if (t.take(':')) takePort()
    else {
      if (t.take('[')) {
        address = value(t)
        t.expect(']')
      } else address = mappedValue(t)
      if (t.take(':')) takePort()
    }
  } else if (t.take('to')) {
    t.take(':')
    takePort()
  }
  const flags: string[] = []
  while (t.is('random') || t.is('fully-random') || t.is('persistent')) {
    flags.push(t.next().text)
    t.take(',')
  }
  return { s: 'nat', kind, word, flags, ...(family && { family }), ...(address && { address }), ...(port && { port, portSpan }), ...t.from(start) }
}
function dynset(t: Tokens, start: number, op: 'add' | 'update' | 'delete'): Stmt {
  const at = t.expect('@')
  const set = t.name()
  t.expect('{')
  const key = leftSide(t)
  let timeout: number | undefined
  let counter = false
  for (;;) {
    if (t.take('timeout')) timeout = parseTime(t.next().text)
    else if (t.take('counter')) counter = true
    else if (t.is('limit')) throw new NftGap('a limit in an element')
    else break
  }
  t.expect('}')
  return { s: 'dynset', op, set: set.name, setSpan: { start: at.start, end: set.end }, key, counter, ...(timeout === undefined ? {} : { timeout }), ...t.from(start) }
}

const RELATIONS: readonly NonNullable<RelOp>[] = ['==', '!=', '<=', '>=', '<', '>', '!']
const SPELLED: ReadonlyMap<string, NonNullable<RelOp>> = new Map([['eq', '=='], ['ne', '!='], ['lt', '<'], ['gt', '>'], ['le', '<='], ['ge', '>=']])
function relation(t: Tokens): RelOp {
  const symbol = t.takeWord(...RELATIONS) as RelOp
  if (symbol !== undefined) return symbol
  const word = t.takeWord(...SPELLED.keys())
  return word === undefined ? undefined : SPELLED.get(word)
}
function comparison(t: Tokens, start: number): Stmt {
  const left = leftSide(t)
  if (t.take('vmap')) {
    const map = rightSide(t)
    return { s: 'vmap', key: left, map, ...t.from(start) }
  }
  if (t.take('set')) {
    if (left.k === 'selector' && left.sel.load.kind === 'tcpopt' && t.is('rt')) {
      t.at++
      t.expect('mtu')
      return { s: 'set', target: left, value: { k: 'value', text: 'rt mtu', ...t.from(start) }, ...t.from(start) }
    }
    return { s: 'set', target: left, value: mappedValue2(t), ...t.from(start) }
  }
  const op = relation(t)
  const right = rightSide(t)
  const mask = t.take('/') ? rightValue(t, false) : undefined
  return { s: 'match', left, op, right, ...(mask && { mask }), ...t.from(start) }
}
/** What is assigned: a value, or an expression over the old one. */
function mappedValue2(t: Tokens): Expr {
  const first = mappedValue(t)
  const op = t.takeWord('&', '|', '^', 'and', 'or', 'xor')
  if (op === undefined) return first
  const right = value(t)
  return { k: 'binop', op: op === 'and' ? '&' : op === 'or' ? '|' : op === 'xor' ? '^' : op as '&', left: first, right, ...join(first, right) }
}

export function statement(t: Tokens): Stmt {
  const { start } = t.current
  const v = verdict(t)
  if (v !== undefined) return { s: 'verdict', verdict: v, start: v.start, end: v.end }
  const word = t.current.kind === 'word' ? t.current.text : ''
  const object = (type: 'counter' | 'quota' | 'limit'): Stmt => {
    t.at++
    const name = t.name()
    return { s: 'object', type, name: name.name, nameSpan: name, ...t.from(start) }
  }
  switch (word) {
    case 'counter': {
      t.at++
      if (t.is('name')) return object('counter')
      if (!t.take('packets')) return { s: 'counter', packets: 0, bytes: 0, ...t.from(start) }
      const packets = t.number().value
      t.expect('bytes')
      return { s: 'counter', packets, bytes: t.number().value, ...t.from(start) }
    }
    case 'limit':
      t.at++
      return t.is('name') ? object('limit') : limit(t, start)
    case 'quota':
      t.at++
      return t.is('name') ? object('quota') : quota(t, start)
    case 'log':
      t.at++
      return log(t, start)
    case 'reject':
      t.at++
      return reject(t, start)
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect':
      t.at++
      return nat(t, start, word)
    case 'notrack':
      t.at++
      return { s: 'notrack', ...t.from(start) }
    case 'add':
    case 'update':
    case 'delete':
      t.at++
      return dynset(t, start, word)
    case 'ct':
      if (t.peek().text !== 'count') break
      t.at += 2
      return { s: 'connlimit', over: t.take('over'), count: t.number().value, ...t.from(start) }
    case 'queue':
    case 'dup':
    case 'fwd':
    case 'meter':
    case 'tproxy':
    case 'synproxy': throw new NftGap(`statement ${word}`)
  }
  return comparison(t, start)
}
/** Statements up to the end of the rule. */
export function ruleBody(t: Tokens): RuleSpec & Span {
  const { start } = t.current
  const statements: Stmt[] = []
  let comment: string | undefined
  do {
    if (t.is('comment') && t.peek().kind !== 'newline') {
      t.at++
      comment = t.quoted()
      break
    }
    statements.push(statement(t))
  } while (!t.isSeparator && !t.is('}') && t.current.kind !== 'end')
  return { statements, ...(comment === undefined ? {} : { comment }), ...t.from(start) }
}
