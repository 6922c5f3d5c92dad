// Filter expressions (pcap-filter(7)), first half: words, and the tree they make.
export type Direction = 'src' | 'dst' | 'either' | 'both'
export type Kind = 'host' | 'net' | 'port' | 'portrange' | 'proto' | 'broadcast' | 'multicast'
export interface Primitive {
  readonly type: 'primitive'
  readonly proto: string | undefined
  readonly direction: Direction
  readonly kind: Kind | undefined
  readonly id: string | undefined
}
/** Arithmetic over bytes of the packet: `tcp[13] & 2`. */
export type Arithmetic =
  | { readonly op: 'number'; readonly value: number }
  | { readonly op: 'len' }
  | { readonly op: 'bytes'; readonly proto: string; readonly at: Arithmetic; readonly size: number }
  | { readonly op: '+' | '-' | '*' | '/' | '&' | '|' | '<<' | '>>'; readonly left: Arithmetic; readonly right: Arithmetic }
export type Filter =
  | Primitive
  | { readonly type: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly type: 'not'; readonly of: Filter }
  | { readonly type: 'relation'; readonly op: string; readonly left: Arithmetic; readonly right: Arithmetic }
  | { readonly type: 'vlan'; readonly id: number | undefined }
  | { readonly type: 'direction'; readonly isInbound: boolean }
export class FilterError extends Error {}

const PROTOS: ReadonlySet<string> = new Set(['ether', 'link', 'ip', 'ip6', 'arp', 'rarp', 'tcp', 'udp', 'icmp', 'icmp6', 'sctp', 'igmp', 'stp'])
const KINDS: ReadonlySet<string> = new Set(['host', 'net', 'port', 'portrange', 'proto'])
const KEYWORDS: ReadonlySet<string> = new Set([...PROTOS, ...KINDS, 'src', 'dst', 'and', 'or', 'not', 'broadcast', 'multicast', 'less', 'greater', 'vlan', 'inbound', 'outbound', 'len'])
const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['tcpflags', 13], ['tcp-fin', 1], ['tcp-syn', 2], ['tcp-rst', 4], ['tcp-push', 8], ['tcp-ack', 16], ['tcp-urg', 32], ['tcp-ece', 64], ['tcp-cwr', 128], ['icmptype', 0], ['icmpcode', 1],
  ['icmp6type', 0], ['icmp6code', 1], ['icmp-echoreply', 0], ['icmp-unreach', 3], ['icmp-sourcequench', 4], ['icmp-redirect', 5], ['icmp-echo', 8], ['icmp-routeradvert', 9], ['icmp-timxceed', 11],
  ['icmp-paramprob', 12], ['icmp6-destinationrunreach', 1], ['icmp6-packettoobig', 2], ['icmp6-timeexceeded', 3], ['icmp6-echo', 128], ['icmp6-echoreply', 129], ['icmp6-routersolicit', 133],
  ['icmp6-routeradvert', 134], ['icmp6-neighborsolicit', 135], ['icmp6-neighboradvert', 136], ['icmp6-redirect', 137],
])
const NUMBER = /^(0x[0-9a-fA-F]+|\d+)$/

function tokenize(text: string): readonly string[] {
  const tokens: string[] = []
  let depth = 0
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at)
    const match = /^\s+/.exec(rest) ?? /^(&&|\|\||<<|>>|!=|==|<=|>=|[()[\]!=<>&|+*])/.exec(rest) ?? (depth > 0 ? /^([:/-]|[\w]+(-[A-Za-z]\w*)*)/.exec(rest) : /^[\w.:%-]+(\/\d+)?|^\//.exec(rest))
    if (match === null) throw new FilterError('syntax error')
    if (match[0] === '[') depth++
    else if (match[0] === ']') depth--
    if (match[0].trim() !== '') tokens.push(match[0])
    at += match[0].length
  }
  return tokens
}

class Parser {
  readonly #tokens: readonly string[]
  #at = 0
  /** What a bare name or number after `or` repeats. */
  #last: Primitive | undefined

  constructor(text: string) {
    this.#tokens = tokenize(text)
  }
  get #token(): string | undefined {
    return this.#tokens[this.#at]
  }
  #accept(...tokens: readonly string[]): boolean {
    if (this.#token === undefined || !tokens.includes(this.#token)) return false
    this.#at++
    return true
  }
  #expect(token: string): void {
    if (!this.#accept(token)) throw new FilterError('syntax error')
  }
  #next(): string {
    const token = this.#token
    if (token === undefined) throw new FilterError('syntax error')
    this.#at++
    return token
  }

  all(): Filter {
    const filter = this.#expression()
    if (this.#token !== undefined) throw new FilterError('syntax error')
    return filter
  }
  /** and and or bind alike, from left to right. */
  #expression(): Filter {
    let left = this.#unary()
    for (;;) {
      if (this.#accept('and', '&&')) left = { type: 'and', left, right: this.#unary() }
      else if (this.#accept('or', '||')) left = { type: 'or', left, right: this.#unary() }
      else return left
    }
  }
  #unary(): Filter {
    if (this.#accept('not', '!')) return { type: 'not', of: this.#unary() }
    const start = this.#at
    if (this.#isArithmetic()) return this.#relation()
    if (this.#accept('(')) {
      const inside = this.#expression()
      if (this.#accept(')')) return inside
      this.#at = start
      return this.#relation()
    }
    return this.#primitive()
  }
  #isArithmetic(): boolean {
    const [token, next] = [this.#token ?? '', this.#tokens[this.#at + 1] ?? '']
    return token === 'len' || (PROTOS.has(token) && next === '[') || (NUMBER.test(token) && /^([!=<>]=?|==|[&|+*])$/.test(next))
  }
  #relation(): Filter {
    const left = this.#sum()
    const op = this.#next()
    if (!['=', '==', '!=', '<', '>', '<=', '>='].includes(op)) throw new FilterError('syntax error')
    return { type: 'relation', op, left, right: this.#sum() }
  }
  #sum(): Arithmetic {
    let left = this.#operand()
    for (;;) {
      const op = this.#token
      if (op !== '+' && op !== '-' && op !== '*' && op !== '/' && op !== '&' && op !== '|' && op !== '<<' && op !== '>>') return left
      this.#at++
      left = { op, left, right: this.#operand() }
    }
  }
  #operand(): Arithmetic {
    if (this.#accept('(')) {
      const inside = this.#sum()
      this.#expect(')')
      return inside
    }
    const token = this.#next()
    if (token === 'len') return { op: 'len' }
    if (NUMBER.test(token)) return { op: 'number', value: Number(token) }
    const constant = CONSTANTS.get(token)
    if (constant !== undefined) return { op: 'number', value: constant }
    if (!PROTOS.has(token)) throw new FilterError('syntax error')
    this.#expect('[')
    const at = this.#sum()
    const size = this.#accept(':') ? Number(this.#next()) : 1
    this.#expect(']')
    if (size !== 1 && size !== 2 && size !== 4) throw new FilterError('data size must be 1, 2, or 4')
    return { op: 'bytes', proto: token, at, size }
  }

  #primitive(): Filter {
    const token = this.#token
    if (token === undefined || token === ')' || token === 'and' || token === 'or') throw new FilterError('syntax error')
    if (token === 'less' || token === 'greater') {
      this.#at++
      return { type: 'relation', op: token === 'less' ? '<=' : '>=', left: { op: 'len' }, right: { op: 'number', value: Number(this.#next()) } }
    }
    if (this.#accept('vlan')) return { type: 'vlan', id: NUMBER.test(this.#token ?? '') ? Number(this.#next()) : undefined }
    if (token === 'inbound' || token === 'outbound') {
      this.#at++
      return { type: 'direction', isInbound: token === 'inbound' }
    }
    return this.#qualified()
  }
  #direction(): Direction | undefined {
    const first = this.#token
    if (first !== 'src' && first !== 'dst') return undefined
    const [word, second] = [this.#tokens[this.#at + 1], this.#tokens[this.#at + 2]]
    const isPair = (word === 'or' || word === 'and') && (second === 'src' || second === 'dst') && second !== first
    this.#at += isPair ? 3 : 1
    return isPair ? (word === 'or' ? 'either' : 'both') : first
  }
  #qualified(): Filter {
    const proto = PROTOS.has(this.#token ?? '') ? this.#next() : undefined
    const direction = this.#direction()
    let kind: Kind | undefined
    if (this.#token === 'broadcast' || this.#token === 'multicast') {
      return { type: 'primitive', proto, direction: 'either', kind: this.#next() === 'broadcast' ? 'broadcast' : 'multicast', id: undefined }
    }
    if (KINDS.has(this.#token ?? '')) kind = this.#next() as Kind
    if (proto !== undefined && direction === undefined && kind === undefined) return { type: 'primitive', proto, direction: 'either', kind: undefined, id: undefined }
    const id = this.#token
    if (id === undefined || KEYWORDS.has(id) && kind !== 'proto' || /^[()[\]!=<>&|+*/]/.test(id)) throw new FilterError('syntax error')
    this.#at++
    if (proto === undefined && direction === undefined && kind === undefined) {
      if (this.#last === undefined && !/^[\w.:%-]+$/.test(id)) throw new FilterError('syntax error')
      return { ...(this.#last ?? { type: 'primitive', proto: undefined, direction: 'either', kind: 'host' }), id }
    }
    this.#last = { type: 'primitive', proto, direction: direction ?? 'either', kind: kind ?? 'host', id }
    return this.#last
  }
}

/** Throws FilterError. Undefined for no expression at all. */
export function parseFilter(text: string): Filter | undefined {
  return text.trim() === '' ? undefined : new Parser(text).all()
}
