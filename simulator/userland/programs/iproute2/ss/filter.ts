// The filter language of ss(8): conditions on addresses and ports joined by and, or, not and parentheses; states.
import type { InetDiag, NetlinkDiag, UnixDiag } from '../../../../abi/sock-diag.ts'
import { TCP_STATES, tcpStateNumber } from '../../../../abi/tcp.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { fnmatch } from '../../../../lib/fnmatch.ts'
import { inPrefix, ipBits, type IpVersion, parseIp } from '../../../../lib/ip.ts'
import { type Crt, exit } from '../../../libc/crt.ts'
import { getaddrinfo, ifNameToIndex, isGaiError } from '../../../libc/getaddrinfo.ts'
import { servicePort } from '../../../libc/services.ts'

export type Socket = InetDiag | UnixDiag | NetlinkDiag
export type Condition = (socket: Socket) => boolean

const bit = (state: Parameters<typeof tcpStateNumber>[0]): number => 1 << tcpStateNumber(state)
export const SS_ALL = (1 << TCP_STATES.length) - 1
export const SS_CONN = SS_ALL & ~(bit('LISTEN') | bit('CLOSED') | bit('TIME-WAIT') | bit('SYN-RECV'))
export const SS_LISTENING = bit('LISTEN') | bit('CLOSED')

const STATE_NAMES: ReadonlyMap<string, number> = new Map([
  ...TCP_STATES.slice(1).map((name) => [name.toLowerCase(), 1 << TCP_STATES.indexOf(name)] as const),
  ['unconnected', bit('CLOSED')], ['close', bit('CLOSED')], ['listening', bit('LISTEN')], ['syn-rcv', bit('SYN-RECV')], ['all', SS_ALL],
  ['connected', SS_ALL & ~SS_LISTENING], ['synchronized', SS_ALL & ~(SS_LISTENING | bit('SYN-SENT'))], ['bucket', bit('SYN-RECV') | bit('TIME-WAIT')],
  ['big', SS_ALL & ~(bit('SYN-RECV') | bit('TIME-WAIT'))],
])
/** scan_state */
export function* stateMask(c: Crt, name: string): Flow<number> {
  const mask = name === 'listen' ? undefined : STATE_NAMES.get(name.toLowerCase())
  if (mask !== undefined) return mask
  yield* c.stderr.write(`ss: wrong state name: ${name}\n`)
  return exit(255)
}

interface HostCondition {
  readonly prefixes: readonly { readonly family: IpVersion; readonly address: bigint; readonly length: number }[]
  /** -1: any */
  readonly port: number
  /** Of unix sockets: a pattern. */
  readonly pattern?: string
}
type Side = 'src' | 'dst'
const addressOf = (socket: InetDiag, side: Side): string => (side === 'src' ? socket.local : socket.remote)
const portOf = (socket: InetDiag, side: Side): number => (side === 'src' ? socket.localPort : socket.remotePort)

function inAnyPrefix(text: string, prefixes: HostCondition['prefixes']): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const candidates = mapped === null ? [text] : [text, mapped[1]]
  return prefixes.some(({ family, address, length }) => candidates.some((candidate) => {
    const value = parseIp(family, candidate)
    return value !== undefined && (candidate.includes(':') === (family === 'inet6')) && inPrefix(family, value, address, length)
  }))
}
const matchesHost = (side: Side, { prefixes, port, pattern }: HostCondition): Condition => (socket) => {
  if (socket.kind === 'unix') return pattern !== undefined && fnmatch(pattern, side === 'src' ? (socket.name ?? '') : '')
  if (socket.kind === 'netlink' || pattern !== undefined || (port !== -1 && portOf(socket, side) !== port)) return false
  return prefixes.length === 0 || inAnyPrefix(addressOf(socket, side), prefixes)
}

/** Reads an expression as the grammar of ssfilter.y has it; ends the program where it can't. */
export class FilterParser {
  readonly #c: Crt
  readonly #words: string[]
  readonly #protocols: readonly string[]

  constructor(c: Crt, words: readonly string[], protocols: readonly string[]) {
    this.#c = c
    this.#words = words.flatMap((word) => word.split(/\s+|(?=[()!])|(?<=[()!])(?!=)/)).filter((word) => word !== '').flatMap((word) => splitOperator(word))
    this.#protocols = protocols
  }
  *parse(): Flow<Condition | undefined> {
    if (this.#words.length === 0) return undefined
    const condition = yield* this.#or()
    if (this.#words.length > 0) return yield* this.#fail(`ss: bison bellows (while parsing filter): "syntax error!"`)
    return condition
  }
  *#fail(message: string): Flow<never> {
    yield* this.#c.stderr.write(`${message}\n`)
    return exit(255)
  }
  *#or(): Flow<Condition> {
    let left = yield* this.#and()
    while (this.#words[0] === 'or' || this.#words[0] === '|' || this.#words[0] === '||') {
      this.#words.shift()
      const a = left
      const b = yield* this.#and()
      left = (socket) => a(socket) || b(socket)
    }
    return left
  }
  *#and(): Flow<Condition> {
    let left = yield* this.#not()
    while (this.#words.length > 0 && ![')', 'or', '|', '||'].includes(this.#words[0])) {
      if (['and', '&', '&&'].includes(this.#words[0])) this.#words.shift()
      const a = left
      const b = yield* this.#not()
      left = (socket) => a(socket) && b(socket)
    }
    return left
  }
  *#not(): Flow<Condition> {
    const word = this.#words.shift()
    if (word === '!' || word === 'not') {
      const inner = yield* this.#not()
      return (socket) => !inner(socket)
    }
    if (word === '(') {
      const inner = yield* this.#or()
      if (this.#words.shift() !== ')') return yield* this.#fail('ss: bison bellows (while parsing filter): "syntax error!"')
      return inner
    }
    return yield* this.#term(word ?? '')
  }
  *#term(word: string): Flow<Condition> {
    if (word === 'src' || word === 'dst') {
      const negated = this.#equality()
      const test = matchesHost(word, yield* this.#host(this.#words.shift() ?? '', false))
      return negated ? (socket) => !test(socket) : test
    }
    if (word === 'sport' || word === 'dport') return yield* this.#port(word === 'sport' ? 'src' : 'dst')
    if (word === 'dev') {
      const negated = this.#equality()
      const name = this.#words.shift() ?? ''
      const index = /^\d+$/.test(name) ? Number(name) : yield* ifNameToIndex(name)
      return (socket) => (socket.kind === 'inet' && socket.ifindex === index) !== negated
    }
    if (word === 'autobound') return (socket) => socket.kind === 'inet' && socket.localPort >= 32768 && socket.localPort <= 60999
    return matchesHost('dst', yield* this.#host(word, false))
  }
  /** An optional `=` or `!=`: is it the latter? */
  #equality(): boolean {
    const operator = this.#words[0]
    if (['=', '==', 'eq'].includes(operator)) this.#words.shift()
    else if (operator === '!=' || operator === 'ne') {
      this.#words.shift()
      return true
    }
    return false
  }
  *#port(side: Side): Flow<Condition> {
    const operators: Readonly<Record<string, (a: number, b: number) => boolean>> = {
      '=': (a, b) => a === b, '==': (a, b) => a === b, eq: (a, b) => a === b, '!=': (a, b) => a !== b, ne: (a, b) => a !== b, '<=': (a, b) => a <= b, le: (a, b) => a <= b, leq: (a, b) => a <= b,
      '>=': (a, b) => a >= b, ge: (a, b) => a >= b, geq: (a, b) => a >= b, '<': (a, b) => a < b, lt: (a, b) => a < b, '>': (a, b) => a > b, gt: (a, b) => a > b,
    }
    const compare = operators[this.#words[0] ?? '']
    if (compare !== undefined) this.#words.shift()
    const { port } = yield* this.#host(this.#words.shift() ?? '', true)
    const test = compare ?? operators.eq
    return (socket) => socket.kind === 'inet' && test(portOf(socket, side), port)
  }

  /** parse_hostcond: `[addr][/len][:port]`, `:port`, `*`, `unix:pattern`. */
  *#host(word: string, isPort: boolean): Flow<HostCondition> {
    if (word.startsWith('unix:')) return { prefixes: [], port: -1, pattern: word.slice(5) }
    const text = word.replace(/^inet6?:/, '')
    const bracket = /^\[(.*)\](?::(.*))?$/.exec(text)
    const colon = isPort ? -1 : text.lastIndexOf(':')
    const isBareSix = bracket === null && !isPort && text.split(':').length > 2 && parseIp('inet6', text.split('/')[0]) !== undefined
    const addr = bracket !== null ? bracket[1] : isPort ? '' : colon < 0 || isBareSix ? text : text.slice(0, colon)
    const portText = bracket !== null ? (bracket[2] ?? '') : isPort ? text.replace(/^:/, '') : colon < 0 || isBareSix ? '' : text.slice(colon + 1)
    return { prefixes: addr === '' || addr === '*' ? [] : yield* this.#prefixes(addr), port: portText === '' || portText === '*' ? -1 : yield* this.#portNumber(portText) }
  }
  *#portNumber(text: string): Flow<number> {
    if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return Number(text)
    for (const protocol of this.#protocols) {
      const port = yield* servicePort(text, protocol)
      if (port !== undefined) return port
    }
    yield* this.#c.stderr.write(`Error: "${text}" does not look like a port.\n`)
    return yield* this.#badAddress()
  }
  *#badAddress(): Flow<never> {
    yield* this.#c.stderr.write('Cannot parse dst/src address.\n')
    return exit(1)
  }
  *#prefixes(text: string): Flow<HostCondition['prefixes']> {
    const [addr, length] = text.split('/')
    const padded = /^\d+(\.\d+){0,3}$/.test(addr) ? [...addr.split('.'), '0', '0', '0'].slice(0, 4).join('.') : addr
    for (const family of ['inet', 'inet6'] as const) {
      const address = parseIp(family, padded)
      if (address !== undefined) return [{ family, address, length: length === undefined ? ipBits(family) : Number(length) }]
    }
    const found = yield* getaddrinfo(addr)
    if (isGaiError(found)) {
      yield* this.#c.stderr.write(`Error: an inet prefix is expected rather than "${text}".\n`)
      return yield* this.#badAddress()
    }
    return found.map(({ family, addr: a }) => ({ family, address: parseIp(family, a) ?? 0n, length: ipBits(family) }))
  }
}

/** `sport=:80` and `dport>1024` are three words. */
function splitOperator(word: string): readonly string[] {
  const match = /^(src|dst|sport|dport|dev)(!=|==|>=|<=|=|<|>)(.*)$/.exec(word) ?? /^()(!=|==|>=|<=|=|<|>)(.+)$/.exec(word)
  return match === null ? [word] : match.slice(1).filter((part) => part !== '')
}
