// ping over IPv4 (ping4_run and its functions, ping.c).
import { type Errno, Errno as E, isErr } from '../../../abi/errno.ts'
import { type InetMessage, MSG_DONTWAIT, MSG_ERRQUEUE } from '../../../abi/inet-message.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { formatIpv4, parseAton } from '../../../lib/ip.ts'
import { type AddrInfo, listAddresses, listInterfaces } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { addressText, fillData, type PingSocket, sendEcho } from './echo.ts'
import { icmpWords } from './icmp-words.ts'
import { mainLoop, setUp } from './main-loop.ts'
import { microseconds, type PingProtocol, type PingState } from './state.ts'
import { gatherStatistics } from './statistics.ts'

const ECHO_REPLY = 0, UNREACHABLE = 3, QUENCH = 4, REDIRECT = 5, ECHO = 8, TIME_EXCEEDED = 11, PARAMETER = 12
const PROBE_PORT = 1025
const blockAllBut = (types: readonly number[]): number => ~types.reduce((mask, type) => mask | (1 << type), 0) >>> 0
const isMulticast = (addr: string): boolean => Number(addr.split('.')[0]) >> 4 === 14

class Ping4 implements PingProtocol {
  readonly fd: number
  readonly isRaw: boolean
  readonly #state: PingState
  readonly #socket: PingSocket
  readonly #to: SockAddr
  readonly #addr: string
  readonly #data: Uint8Array

  constructor(state: PingState, socket: PingSocket, addr: string) {
    this.#state = state
    this.#socket = socket
    this.fd = socket.fd
    this.isRaw = socket.isRaw
    this.#addr = addr
    this.#to = { family: 'inet', addr, port: 0 }
    this.#data = fillData(state.options.size, state.options.pattern)
  }
  sendProbe(): Flow<Errno | undefined> {
    return sendEcho(this.#state, this.#socket, ECHO, this.#to, this.#data)
  }
  #isOurs(ident: number): boolean {
    return !this.isRaw || ident === this.#state.ident
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
      else if (error.errno === E.EMSGSIZE) yield* state.complain(`local error: message too long, mtu=${error.info}`)
      else yield* state.complain(`local error: ${error.errno.message}`)
      state.errors++
      return -1
    }
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    if (data.length < 8 || addr?.family !== 'inet' || addr.addr !== this.#addr || data[0] !== ECHO || !this.#isOurs(view.getUint16(4))) return 'foreign'
    const sequence = view.getUint16(6)
    state.acknowledge(sequence)
    state.errors++
    if (state.has('q')) return 1
    if (state.has('f')) {
      yield* call('write', 1, Uint8Array.of(8, 69))
      return 1
    }
    yield* state.timestamp()
    const from = error.offender?.family === 'inet' ? yield* addressText(state, error.offender.addr) : ''
    yield* state.c.stdout.write(`From ${from} icmp_seq=${sequence} ${icmpWords(error.type, error.code, String(error.info))}\n`)
    yield* state.c.stdout.flush()
    return 1
  }
  *parseReply(message: InetMessage): Flow<void> {
    const state = this.#state
    const { data } = message
    const header = this.isRaw ? (data[0] & 15) * 4 : 0
    if (data.length < header + 8 || message.addr?.family !== 'inet') return
    const icmp = data.subarray(header)
    const view = new DataView(icmp.buffer, icmp.byteOffset, icmp.byteLength)
    if (icmp[0] === ECHO_REPLY) {
      if (!this.#isOurs(view.getUint16(4))) return
      yield* gatherStatistics(state, {
        data: icmp, sequence: view.getUint16(6), ident: view.getUint16(4), hops: this.isRaw ? data[8] : message.ttl, from: yield* addressText(state, message.addr.addr),
        received: state.has('U') ? yield* microseconds() : Math.floor(message.timeMs * 1000), isWrongSource: !state.isMulticast && message.addr.addr !== this.#addr, expected: this.#data,
      })
      return
    }
    yield* this.#otherMessage(icmp, message.addr.addr)
  }
  /** A redirect about one of our packets is told; errors come by the error queue. */
  *#otherMessage(icmp: Uint8Array, from: string): Flow<void> {
    const state = this.#state
    const inner = icmp.subarray(8 + (icmp[8] & 15) * 4)
    if ((icmp[0] !== REDIRECT && icmp[0] !== QUENCH) || inner.length < 8 || inner[0] !== ECHO || !this.#isOurs((inner[4] << 8) | inner[5]) || state.has('q') || state.has('f')) return
    yield* state.timestamp()
    const gateway = formatIpv4(((icmp[4] << 24) | (icmp[5] << 16) | (icmp[6] << 8) | icmp[7]) >>> 0)
    yield* state.c.stdout.write(`From ${yield* addressText(state, from)}: icmp_seq=${(inner[6] << 8) | inner[7]} ${icmpWords(icmp[0], icmp[1], gateway)}\n`)
  }
}

/** Connects a datagram socket to learn the own address. Answers it, or an exit status. */
function* ownAddress(state: PingState, socket: PingSocket, addr: string): Flow<string | number> {
  const { device, tos } = state.options
  const probe = yield* call('socket', 'inet', 'dgram', 0)
  if (isErr(probe)) return yield* die(state, 'socket', probe)
  if (device !== undefined) {
    for (const fd of [probe, socket.fd]) {
      const bound = yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_BINDTODEVICE', device)
      if (isErr(bound)) return yield* die(state, `SO_BINDTODEVICE ${device}`, bound)
    }
  }
  if (tos > 0) yield* call('setsockopt', probe, 'SOL_IP', 'IP_TOS', tos)
  const to: SockAddr = { family: 'inet', addr, port: PROBE_PORT }
  let connected = yield* call('connect', probe, to)
  if (connected === E.EACCES) {
    if (!state.has('b')) {
      yield* state.complain('Do you want to ping broadcast? Then -b. If not, check your local firewall rules')
      return 2
    }
    yield* state.c.stderr.write('WARNING: pinging broadcast address\n')
    yield* call('setsockopt', probe, 'SOL_SOCKET', 'SO_BROADCAST', 1)
    connected = yield* call('connect', probe, to)
  }
  if (isErr(connected)) return yield* die(state, 'connect', connected)
  const name = yield* call('getsockname', probe)
  yield* call('close', probe)
  const source = isErr(name) || name.family !== 'inet' ? '0.0.0.0' : name.addr
  if (device !== undefined) {
    const index = (yield* listInterfaces()).find((link) => link.name === device)?.index
    const isOwn = (yield* listAddresses()).some((a) => a.index === index && a.local === source)
    if (isOwn && source === addr) yield* call('setsockopt', socket.fd, 'SOL_SOCKET', 'SO_BINDTODEVICE', '')
    if (!isOwn) yield* state.complain(`Warning: source address might be selected on device other than: ${device}`)
  }
  return source
}

export function* die(state: PingState, what: string, errno: Errno): Flow<number> {
  yield* state.complain(what, errno)
  return 2
}

/** Answers the exit status. */
export function* ping4(state: PingState, socket: PingSocket, target: string, info: AddrInfo): Flow<number> {
  const { options } = state
  const { fd } = socket
  const isNumber = parseAton(target) !== undefined
  if (isNumber) state.isNumeric = true
  state.hostname = isNumber ? target : info.canonname
  let source = options.sourceAddress
  if (source === undefined) {
    const own = yield* ownAddress(state, socket, info.addr)
    if (typeof own === 'number') return own
    source = own
  } else if (options.device !== undefined) {
    const bound = yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_BINDTODEVICE', options.device)
    if (isErr(bound)) return yield* die(state, `SO_BINDTODEVICE ${options.device}`, bound)
  }
  const addr = info.addr === '0.0.0.0' ? source : info.addr
  let pmtudisc = options.pmtudisc
  if (state.has('b') || isMulticast(addr)) {
    state.isMulticast = true
    if (pmtudisc < 0) pmtudisc = 2
  }
  if (pmtudisc >= 0) yield* call('setsockopt', fd, 'SOL_IP', 'IP_MTU_DISCOVER', pmtudisc)
  if (options.tos > 0) yield* call('setsockopt', fd, 'SOL_IP', 'IP_TOS', options.tos)
  if (options.sourceAddress !== undefined) {
    const bound = yield* call('bind', fd, { family: 'inet', addr: source, port: 0 })
    if (isErr(bound)) return yield* die(state, 'bind', bound)
  }
  if (socket.isRaw) yield* call('setsockopt', fd, 'SOL_RAW', 'ICMP_FILTER', blockAllBut([QUENCH, UNREACHABLE, TIME_EXCEEDED, PARAMETER, REDIRECT, ECHO_REPLY]))
  yield* call('setsockopt', fd, 'SOL_IP', 'IP_RECVERR', 1)
  if (state.has('b')) yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_BROADCAST', 1)
  if (options.ttl !== undefined) {
    yield* call('setsockopt', fd, 'SOL_IP', 'IP_MULTICAST_TTL', options.ttl)
    const set = yield* call('setsockopt', fd, 'SOL_IP', 'IP_TTL', options.ttl)
    if (isErr(set)) return yield* die(state, 'cannot set unicast time-to-live', set)
  }
  const by = options.device !== undefined || options.sourceAddress !== undefined ? `from ${source} ${options.device ?? ''}: ` : ''
  yield* state.c.stdout.write(`PING ${state.hostname} (${addr}) ${by}${options.size}(${options.size + 28}) bytes of data.\n`)
  const protocol = new Ping4(state, socket, addr)
  return (yield* setUp(state, protocol)) ?? (yield* mainLoop(state, protocol))
}
