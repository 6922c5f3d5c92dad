// ping over IPv6 (ping6_common.c).
import { type Errno, Errno as E, isErr } from '../../../abi/errno.ts'
import { type InetMessage, MSG_DONTWAIT, MSG_ERRQUEUE } from '../../../abi/inet-message.ts'
import type { Link } from '../../../abi/netlink.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { parseIpv6 } from '../../../lib/ip.ts'
import { type AddrInfo, listAddresses, listInterfaces } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { addressText, fillData, type PingSocket, sendEcho } from './echo.ts'
import { icmp6Words } from './icmp-words.ts'
import { mainLoop, setUp } from './main-loop.ts'
import { die } from './ping4.ts'
import { microseconds, type PingProtocol, type PingState } from './state.ts'
import { gatherStatistics } from './statistics.ts'

const ECHO = 128, ECHO_REPLY = 129
const PROBE_PORT = 1025
const isLinkLocal = (addr: string): boolean => /^fe[89ab][0-9a-f]:/.test(addr)
const isMulticast = (addr: string): boolean => addr.startsWith('ff')
/** Subnet-router anycast: whoever is there answers with an address of its own. */
const isAnycast = (addr: string): boolean => ((parseIpv6(addr) ?? 1n) & 0xffffffffffffffffn) === 0n
const isLinkMulticast = (addr: string): boolean => /^ff.2:/.test(addr)

class Ping6 implements PingProtocol {
  readonly fd: number
  readonly isRaw: boolean
  readonly #state: PingState
  readonly #socket: PingSocket
  readonly #to: SockAddr
  readonly #info: AddrInfo
  readonly #data: Uint8Array
  readonly #links: readonly Link[]

  constructor(state: PingState, socket: PingSocket, info: AddrInfo, links: readonly Link[]) {
    this.#state = state
    this.#socket = socket
    this.fd = socket.fd
    this.isRaw = socket.isRaw
    this.#info = info
    this.#to = { family: 'inet6', addr: info.addr, port: 58, scope: info.scope }
    this.#data = fillData(state.options.size, state.options.pattern)
    this.#links = links
  }
  sendProbe(): Flow<Errno | undefined> {
    return sendEcho(this.#state, this.#socket, ECHO, this.#to, this.#data)
  }
  #isOurs(ident: number): boolean {
    return !this.isRaw || ident === this.#state.ident
  }
  /** getnameinfo: link-local addresses with their interface. */
  *#text(addr: SockAddr | undefined): Flow<string> {
    if (addr?.family !== 'inet6') return ''
    const text = yield* addressText(this.#state, addr.addr)
    return withZone(text, addr.scope ?? 0, this.#links)
  }
  *receiveError(): Flow<number | 'foreign'> {
    const state = this.#state
    const message = (yield* call('recvmsg', this.fd, MSG_ERRQUEUE | MSG_DONTWAIT)) as InetMessage | Errno
    if (isErr(message)) return message === E.EAGAIN || message === E.EINTR ? -1 : 0
    const { error, data, addr } = message
    if (error === undefined) return 0
    if (error.origin === 'local') {
      if (state.has('q')) return -1
      if (state.has('f')) yield* call('write', 1, Uint8Array.of(69))
      else if (error.errno === E.EMSGSIZE) yield* state.complain(`local error: message too long, mtu: ${error.info}`)
      else yield* state.complain('local error', error.errno)
      state.errors++
      return -1
    }
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    if (data.length < 8 || addr?.family !== 'inet6' || addr.addr !== this.#info.addr || data[0] !== ECHO || !this.#isOurs(view.getUint16(4))) return 'foreign'
    state.errors++
    if (state.has('q')) return 1
    if (state.has('f')) {
      yield* call('write', 1, Uint8Array.of(8, 69))
      return 1
    }
    yield* state.timestamp()
    yield* state.c.stdout.write(`From ${yield* this.#text(error.offender)} icmp_seq=${view.getUint16(6)} ${icmp6Words(error.type, error.code, error.info)}\n`)
    yield* state.c.stdout.flush()
    return 1
  }
  *parseReply(message: InetMessage): Flow<void> {
    const state = this.#state
    const { data } = message
    if (data.length < 8 || message.addr?.family !== 'inet6' || data[0] !== ECHO_REPLY) return
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    if (!this.#isOurs(view.getUint16(4))) return
    yield* gatherStatistics(state, {
      data, sequence: view.getUint16(6), ident: view.getUint16(4), hops: message.ttl, from: yield* this.#text(message.addr),
      received: state.has('U') ? yield* microseconds() : Math.floor(message.timeMs * 1000),
      isWrongSource: !state.isMulticast && !isAnycast(this.#info.addr) && message.addr.addr !== this.#info.addr, expected: this.#data,
    })
  }
}
function withZone(text: string, scope: number, links: readonly Link[]): string {
  const link = scope === 0 ? undefined : links.find((l) => l.index === scope)
  return link === undefined ? text : text.endsWith(')') ? text.replace(/\)$/, `%${link.name})`) : `${text}%${link.name}`
}

/** The own address by a connected datagram socket; for a link-local target none is looked for. */
function* ownAddress(state: PingState, socket: PingSocket, info: AddrInfo, links: readonly Link[]): Flow<string | number> {
  const { device } = state.options
  const probe = yield* call('socket', 'inet6', 'dgram', 0)
  if (isErr(probe)) return yield* die(state, 'socket', probe)
  if (device !== undefined) {
    for (const fd of [probe, socket.fd]) {
      const bound = yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_BINDTODEVICE', device)
      if (isErr(bound)) return yield* die(state, `setsockopt(SO_BINDTODEVICE) ${device}`, bound)
    }
  }
  if (!isLinkLocal(info.addr) && !isLinkMulticast(info.addr)) {
    const connected = yield* call('connect', probe, { family: 'inet6', addr: info.addr, port: PROBE_PORT, scope: info.scope })
    if (isErr(connected)) return yield* die(state, 'connect', connected)
  }
  const name = yield* call('getsockname', probe)
  yield* call('close', probe)
  const source = isErr(name) || name.family !== 'inet6' ? '::' : name.addr
  if (device !== undefined) {
    const index = links.find((link) => link.name === device)?.index
    const isOwn = (yield* listAddresses()).some((a) => a.index === index && a.local === source)
    if (!isOwn) yield* state.complain(`Warning: source address might be selected on device other than: ${device}`)
  }
  return source
}

/** Answers the exit status. */
export function* ping6(state: PingState, socket: PingSocket, target: string, info: AddrInfo): Flow<number> {
  const { options } = state
  const { fd } = socket
  if (target.includes(':')) state.isNumeric = true
  state.hostname = target
  const links = yield* listInterfaces()
  if (options.device !== undefined && !links.some((link) => link.name === options.device)) {
    yield* state.complain(`unknown iface: ${options.device}`)
    return 2
  }
  let source = options.sourceAddress
  if (source === undefined) {
    const own = yield* ownAddress(state, socket, info, links)
    if (typeof own === 'number') return own
    source = own
  } else if (options.device !== undefined) {
    const bound = yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_BINDTODEVICE', options.device)
    if (isErr(bound)) return yield* die(state, `SO_BINDTODEVICE ${options.device}`, bound)
  }
  let pmtudisc = options.pmtudisc
  if (isMulticast(info.addr)) {
    state.isMulticast = true
    if (pmtudisc < 0) pmtudisc = 2
  }
  if (pmtudisc >= 0) yield* call('setsockopt', fd, 'SOL_IPV6', 'IPV6_MTU_DISCOVER', pmtudisc)
  if (options.tos > 0) yield* call('setsockopt', fd, 'SOL_IPV6', 'IPV6_TCLASS', options.tos)
  if (options.sourceAddress !== undefined) {
    const scope = options.device === undefined || !isLinkLocal(source) ? 0 : (links.find((link) => link.name === options.device)?.index ?? 0)
    const bound = yield* call('bind', fd, { family: 'inet6', addr: source, port: 0, scope })
    if (isErr(bound)) return yield* die(state, 'bind icmp socket', bound)
  }
  yield* call('setsockopt', fd, 'SOL_IPV6', 'IPV6_RECVERR', 1)
  yield* call('setsockopt', fd, 'SOL_ICMPV6', 'ICMPV6_FILTER', [ECHO_REPLY])
  if (options.ttl !== undefined) {
    yield* call('setsockopt', fd, 'SOL_IPV6', 'IPV6_MULTICAST_HOPS', options.ttl)
    const set = yield* call('setsockopt', fd, 'SOL_IPV6', 'IPV6_UNICAST_HOPS', options.ttl)
    if (isErr(set)) return yield* die(state, "can't set unicast hop limit", set)
  }
  const by = options.device !== undefined || options.sourceAddress !== undefined ? `from ${source} ${options.device ?? ''}: ` : ''
  const shown = yield* addressText(state, info.addr)
  yield* state.c.stdout.write(`PING ${state.hostname}(${withZone(shown, info.scope, links)}) ${by}${options.size} data bytes\n`)
  const protocol = new Ping6(state, socket, info, links)
  return (yield* setUp(state, protocol)) ?? (yield* mainLoop(state, protocol))
}
