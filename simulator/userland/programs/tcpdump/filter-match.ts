// Filter expressions (pcap-filter(7)), second half: names become numbers, and the tree a function over frames.
import type { Flow } from '../../../abi/syscalls.ts'
import { inPrefix, type IpVersion, parseIp, parseIpv4 } from '../../../lib/ip.ts'
import { getaddrinfo, isGaiError } from '../../libc/getaddrinfo.ts'
import type { Protocols, Services } from '../../libc/getservent.ts'
import { type Captured, ETHERTYPE_ARP, ETHERTYPE_IP, ETHERTYPE_IP6, ipParts, ipv4At, macAt, PROTO_ICMP, PROTO_ICMP6, PROTO_TCP, PROTO_UDP, u16, u32, u8 } from './frame.ts'
import { type Arithmetic, type Direction, type Filter, FilterError, type Primitive } from './filter-words.ts'

export type Matcher = (frame: Captured) => boolean
const IP_PROTOCOLS: ReadonlyMap<string, number> = new Map([['icmp', PROTO_ICMP], ['igmp', 2], ['tcp', PROTO_TCP], ['udp', PROTO_UDP], ['icmp6', PROTO_ICMP6], ['sctp', 132]])
const PACKET_BROADCAST = 1, PACKET_MULTICAST = 2, PACKET_OUTGOING = 4

const pair = (direction: Direction, source: boolean, destination: boolean): boolean =>
  direction === 'src' ? source : direction === 'dst' ? destination : direction === 'both' ? source && destination : source || destination

/** The addresses of IP or ARP. */
function addresses(f: Captured): { readonly family: IpVersion; readonly source: string; readonly destination: string; readonly proto: string } | undefined {
  if (f.etherType === ETHERTYPE_ARP) return { family: 'inet', source: ipv4At(f.network, 14), destination: ipv4At(f.network, 24), proto: 'arp' }
  const ip = ipParts(f.etherType, f.network)
  return ip === undefined ? undefined : { family: ip.version === 4 ? 'inet' : 'inet6', source: ip.source, destination: ip.destination, proto: ip.version === 4 ? 'ip' : 'ip6' }
}

/** One protocol by its name alone. */
function protocolMatcher(proto: string): Matcher {
  const number = IP_PROTOCOLS.get(proto)
  if (number !== undefined) {
    return (f) => {
      const ip = ipParts(f.etherType, f.network)
      return ip?.protocol === number && (proto !== 'icmp' || ip.version === 4) && (proto !== 'icmp6' || ip.version === 6)
    }
  }
  switch (proto) {
    case 'ip': return (f) => f.etherType === ETHERTYPE_IP
    case 'ip6': return (f) => f.etherType === ETHERTYPE_IP6
    case 'arp': return (f) => f.etherType === ETHERTYPE_ARP
    case 'rarp': return (f) => f.etherType === 0x8035
    case 'ether': case 'link': return () => true
    default: return () => false
  }
}

export class FilterCompiler {
  readonly #services: Services
  readonly #protocols: Protocols

  constructor(services: Services, protocols: Protocols) {
    this.#services = services
    this.#protocols = protocols
  }

  /** Throws FilterError. */
  *compile(filter: Filter): Flow<Matcher> {
    switch (filter.type) {
      case 'and': case 'or': {
        const left = yield* this.compile(filter.left)
        const right = yield* this.compile(filter.right)
        return filter.type === 'and' ? (f) => left(f) && right(f) : (f) => left(f) || right(f)
      }
      case 'not': {
        const of = yield* this.compile(filter.of)
        return (f) => !of(f)
      }
      case 'vlan': return (f) => f.vlan !== undefined && (filter.id === undefined || f.vlan === filter.id)
      case 'direction': return (f) => (f.pktType === PACKET_OUTGOING) !== filter.isInbound
      case 'relation': return relation(filter.op, filter.left, filter.right)
      case 'primitive': return yield* this.#primitive(filter)
    }
  }
  *#primitive(p: Primitive): Flow<Matcher> {
    const id = p.id ?? ''
    switch (p.kind) {
      case undefined: return protocolMatcher(p.proto ?? '')
      case 'broadcast': return (f) => f.pktType === PACKET_BROADCAST || (f.frame !== undefined && macAt(f.frame, 0) === 'ff:ff:ff:ff:ff:ff')
      case 'multicast': return p.proto === 'ip' || p.proto === 'ip6' ? multicastMatcher : (f) => f.pktType === PACKET_MULTICAST || (f.frame !== undefined && (u8(f.frame, 0) & 1) === 1)
      case 'host': return p.proto === 'ether' ? etherHost(p.direction, id) : yield* this.#host(p, id)
      case 'net': return netMatcher(p, id)
      case 'port': {
        const port = this.#port(id)
        return portMatcher(p, port, port)
      }
      case 'portrange': {
        const [low, high] = id.split('-')
        return portMatcher(p, this.#port(low), this.#port(high ?? low))
      }
      case 'proto': {
        const number = /^\d+$/.test(id) ? Number(id) : this.#protocols.number(id.replace(/^\\/, ''))
        if (number === undefined) throw new FilterError(`unknown ip proto '${id}'`)
        return (f) => ipParts(f.etherType, f.network)?.protocol === number && (p.proto === undefined || protocolMatcher(p.proto)(f))
      }
    }
  }
  #port(id: string): number {
    const port = /^\d+$/.test(id) ? Number(id) : this.#services.port(id)
    if (port === undefined) throw new FilterError(`unknown port '${id}'`)
    if (port > 65535) throw new FilterError(`illegal port number ${port} > 65535`)
    return port
  }
  *#host(p: Primitive, id: string): Flow<Matcher> {
    const found = yield* getaddrinfo(id)
    if (isGaiError(found)) throw new FilterError(`unknown host '${id}'`)
    const wanted = new Set(found.map((a) => a.addr))
    return (f) => {
      const a = addresses(f)
      if (a === undefined || (p.proto !== undefined && p.proto !== a.proto && !protocolMatcher(p.proto)(f))) return false
      return pair(p.direction, wanted.has(a.source), wanted.has(a.destination))
    }
  }
}

const multicastMatcher: Matcher = (f) => {
  const destination = addresses(f)?.destination
  return destination !== undefined && (destination.includes(':') ? destination.startsWith('ff') : Number(destination.split('.')[0]) >> 4 === 14)
}
function etherHost(direction: Direction, id: string): Matcher {
  const mac = id.toLowerCase()
  return (f) => f.frame !== undefined && pair(direction, macAt(f.frame, 6) === mac, macAt(f.frame, 0) === mac)
}
function netMatcher(p: Primitive, id: string): Matcher {
  const [text, bits] = id.split('/')
  const family: IpVersion = text.includes(':') ? 'inet6' : 'inet'
  const parts = text.split('.')
  const full = family === 'inet' ? [...parts, '0', '0', '0'].slice(0, 4).join('.') : text
  const network = parseIp(family, full)
  if (network === undefined) throw new FilterError(`unknown network '${id}'`)
  const length = bits !== undefined ? Number(bits) : family === 'inet6' ? 128 : parts.length < 4 ? parts.length * 8 : classLength(full)
  const fits = (addr: string): boolean => {
    const value = parseIp(family, addr)
    return value !== undefined && inPrefix(family, value, network, length)
  }
  return (f) => {
    const a = addresses(f)
    return a !== undefined && a.family === family && (p.proto === undefined || p.proto === a.proto || protocolMatcher(p.proto)(f)) && pair(p.direction, fits(a.source), fits(a.destination))
  }
}
/** A full address without a length: as many bytes as don't end in zeros. */
function classLength(text: string): number {
  const value = parseIpv4(text) ?? 0
  return (value & 0xff) !== 0 ? 32 : (value & 0xffff) !== 0 ? 24 : (value & 0xffffff) !== 0 ? 16 : 8
}
function portMatcher(p: Primitive, low: number, high: number): Matcher {
  const number = p.proto === undefined ? undefined : IP_PROTOCOLS.get(p.proto)
  const within = (port: number): boolean => port >= Math.min(low, high) && port <= Math.max(low, high)
  return (f) => {
    const ip = ipParts(f.etherType, f.network)
    if (ip === undefined || ip.offset > 0 || (ip.protocol !== PROTO_TCP && ip.protocol !== PROTO_UDP && ip.protocol !== 132)) return false
    if (number !== undefined && ip.protocol !== number) return false
    return pair(p.direction, within(u16(ip.payload, 0)), within(u16(ip.payload, 2)))
  }
}

function evaluate(e: Arithmetic, f: Captured): number | undefined {
  switch (e.op) {
    case 'number': return e.value
    case 'len': return f.frame?.length ?? f.network.length
    case 'bytes': return bytesOf(e, f)
  }
  const left = evaluate(e.left, f)
  const right = evaluate(e.right, f)
  if (left === undefined || right === undefined) return undefined
  switch (e.op) {
    case '+': return (left + right) >>> 0
    case '-': return (left - right) >>> 0
    case '*': return Math.imul(left, right) >>> 0
    case '/': return right === 0 ? undefined : Math.floor(left / right)
    case '&': return (left & right) >>> 0
    case '|': return (left | right) >>> 0
    case '<<': return (left << right) >>> 0
    case '>>': return left >>> right
  }
}
function bytesOf(e: Extract<Arithmetic, { readonly op: 'bytes' }>, f: Captured): number | undefined {
  const at = evaluate(e.at, f)
  let base: Uint8Array | undefined
  if (e.proto === 'ether' || e.proto === 'link') base = f.frame
  else if (!protocolMatcher(e.proto)(f)) return undefined
  else if (IP_PROTOCOLS.has(e.proto)) {
    const ip = ipParts(f.etherType, f.network)
    if (ip !== undefined && ip.offset === 0) base = ip.payload
  } else base = f.network
  if (base === undefined || at === undefined || at + e.size > base.length) return undefined
  return e.size === 1 ? u8(base, at) : e.size === 2 ? u16(base, at) : u32(base, at)
}
function relation(op: string, left: Arithmetic, right: Arithmetic): Matcher {
  return (f) => {
    const a = evaluate(left, f)
    const b = evaluate(right, f)
    if (a === undefined || b === undefined) return false
    switch (op) {
      case '=': case '==': return a === b
      case '!=': return a !== b
      case '<': return a < b
      case '>': return a > b
      case '<=': return a <= b
      default: return a >= b
    }
  }
}
