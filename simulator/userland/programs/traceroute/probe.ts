// One probe of a traceroute: a packet that may live for so many hops, and what came back of it.
import { Errno as E, isErr, type Errno } from '../../../abi/errno.ts'
import { type InetMessage, MSG_DONTWAIT, MSG_ERRQUEUE } from '../../../abi/inet-message.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { call } from '../../libc/syscall.ts'

const TIME_EXCEEDED4 = 11, UNREACHABLE4 = 3, TIME_EXCEEDED6 = 3, UNREACHABLE6 = 1, TOO_BIG6 = 2
const ECHO_REPLY4 = 0, ECHO_REPLY6 = 129
const SYN_ACK = 0x12, RST = 4

export type Method = 'udp' | 'icmp' | 'tcp'
export interface Plan {
  readonly family: 'inet' | 'inet6'
  readonly method: Method
  readonly addr: string
  readonly scope: number
  readonly port: number
  readonly dataSize: number
  readonly device: string | undefined
  readonly source: string | undefined
  readonly tos: number
  readonly mark: number | undefined
  readonly dontFragment: boolean
  readonly ident: number
}

export class Probe {
  readonly ttl: number
  readonly index: number
  fd = -1
  /** Nanoseconds of the monotonic clock. */
  sent = 0
  received = 0
  from: string | undefined
  error = ''
  isFinal = false
  isDone = false

  constructor(ttl: number, index: number) {
    this.ttl = ttl
    this.index = index
  }
}

/** err_str of traceroute.c: what a code means to whoever reads the line. */
function describe(family: 'inet' | 'inet6', type: number, code: number, info: number): string {
  if (family === 'inet') {
    if (type !== UNREACHABLE4) return type === TIME_EXCEEDED4 ? '' : `!<${type}-${code}>`
    return ['!N', '!H', '!P', '', `!F-${info}`, '!S'][code] ?? ([9, 10, 13].includes(code) ? '!X' : code === 14 ? '!V' : code === 15 ? '!C' : `!<${code}>`)
  }
  if (type === TOO_BIG6) return `!F-${info}`
  if (type !== UNREACHABLE6) return type === TIME_EXCEEDED6 ? '' : `!<${type}-${code}>`
  return ['!N', '!X', '!S', '!H', ''][code] ?? `!<${code}>`
}

/** Opens the probe's socket and sends it. Answers why it can't, with the call that refused. */
export function* sendProbe(plan: Plan, probe: Probe, now: number): Flow<{ readonly errno: Errno; readonly where: string } | undefined> {
  const { family, method } = plan
  const protocol = method === 'tcp' ? 6 : family === 'inet' ? 1 : 58
  let fd = yield* call('socket', family, method === 'udp' || method === 'icmp' ? 'dgram' : 'raw', method === 'udp' ? 17 : protocol)
  if (isErr(fd) && method === 'icmp') fd = yield* call('socket', family, 'raw', protocol)
  if (isErr(fd)) return { errno: fd, where: 'socket' }
  probe.fd = fd
  const level = family === 'inet' ? 'SOL_IP' : 'SOL_IPV6'
  if (plan.device !== undefined) {
    const bound = yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_BINDTODEVICE', plan.device)
    if (isErr(bound)) return { errno: bound, where: `setsockopt SO_BINDTODEVICE \`${plan.device}'` }
  }
  if (plan.source !== undefined) {
    const bound = yield* call('bind', fd, { family, addr: plan.source, port: 0 })
    if (isErr(bound)) return { errno: bound, where: 'bind' }
  }
  if (plan.tos > 0) yield* call('setsockopt', fd, level, family === 'inet' ? 'IP_TOS' : 'IPV6_TCLASS', plan.tos)
  if (plan.mark !== undefined) yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_MARK', plan.mark)
  yield* call('setsockopt', fd, level, family === 'inet' ? 'IP_MTU_DISCOVER' : 'IPV6_MTU_DISCOVER', plan.dontFragment ? 2 : 0)
  yield* call('setsockopt', fd, level, family === 'inet' ? 'IP_RECVERR' : 'IPV6_RECVERR', 1)
  yield* call('setsockopt', fd, level, family === 'inet' ? 'IP_TTL' : 'IPV6_UNICAST_HOPS', probe.ttl)
  const to: SockAddr = family === 'inet' ? { family, addr: plan.addr, port: plan.port + (method === 'udp' ? probe.index : 0) } : { family, addr: plan.addr, port: plan.port + (method === 'udp' ? probe.index : 0), scope: plan.scope }
  const connected = yield* call('connect', fd, to)
  if (isErr(connected)) return { errno: connected, where: 'connect' }
  probe.sent = now
  const sent = yield* call('sendto', fd, packet(plan, probe), 0, undefined)
  if (isErr(sent) && (sent === E.EMSGSIZE || sent === E.EHOSTUNREACH)) return undefined
  return isErr(sent) ? { errno: sent, where: 'send' } : undefined
}
function packet(plan: Plan, probe: Probe): Uint8Array {
  const data = new Uint8Array(plan.method === 'udp' ? plan.dataSize : plan.method === 'tcp' ? 20 : 8 + plan.dataSize)
  const view = new DataView(data.buffer)
  if (plan.method === 'udp') for (let i = 0; i < data.length; i++) data[i] = 0x40 + (i & 0x3f)
  else if (plan.method === 'icmp') {
    data[0] = plan.family === 'inet' ? 8 : 128
    view.setUint16(4, plan.ident)
    view.setUint16(6, probe.index + 1)
    for (let i = 8; i < data.length; i++) data[i] = 0x40 + ((i - 8) & 0x3f)
  } else {
    view.setUint16(0, sourcePort(plan, probe))
    view.setUint16(2, plan.port)
    view.setUint32(4, plan.ident * 65536 + probe.index)
    view.setUint16(12, 0x5002)
    view.setUint16(14, 5840)
  }
  return data
}
const sourcePort = (plan: Plan, probe: Probe): number => 32768 + ((plan.ident + probe.index * 7) % 28000)

/** Reads what has come for a probe: an error, or the answer of the last hop. */
export function* receive(plan: Plan, probe: Probe, now: number): Flow<void> {
  for (;;) {
    const bad = yield* call('recvmsg', probe.fd, MSG_ERRQUEUE | MSG_DONTWAIT)
    if (isErr(bad)) break
    const { error, data } = bad as InetMessage
    if (error?.offender === undefined || (error.offender.family !== 'inet' && error.offender.family !== 'inet6') || !isAboutOurs(plan, probe, data)) continue
    probe.from = error.offender.addr
    probe.received = now
    probe.error = describe(plan.family, error.type, error.code, error.info)
    probe.isFinal = error.type !== (plan.family === 'inet' ? TIME_EXCEEDED4 : TIME_EXCEEDED6)
    return yield* done(probe)
  }
  for (;;) {
    const got = yield* call('recvmsg', probe.fd, MSG_DONTWAIT)
    if (isErr(got)) return
    const { data, addr } = got as InetMessage
    if (!isAnswer(plan, probe, data) || (addr?.family !== 'inet' && addr?.family !== 'inet6')) continue
    probe.from = addr.addr
    probe.received = now
    probe.isFinal = true
    return yield* done(probe)
  }
}
/** Raw sockets hear of each other's packets. */
function isAboutOurs(plan: Plan, probe: Probe, quoted: Uint8Array): boolean {
  const word = (at: number): number => ((quoted[at] ?? 0) << 8) | (quoted[at + 1] ?? 0)
  return plan.method === 'udp' || (plan.method === 'icmp' ? word(6) === probe.index + 1 : word(0) === sourcePort(plan, probe))
}
function isAnswer(plan: Plan, probe: Probe, bytes: Uint8Array): boolean {
  if (plan.method === 'udp') return true
  const body = plan.family === 'inet' && (bytes[0] ?? 0) >> 4 === 4 ? bytes.subarray((bytes[0] & 15) * 4) : bytes
  const word = (at: number): number => ((body[at] ?? 0) << 8) | (body[at + 1] ?? 0)
  if (plan.method === 'icmp') return body[0] === (plan.family === 'inet' ? ECHO_REPLY4 : ECHO_REPLY6) && word(6) === probe.index + 1
  return word(0) === plan.port && word(2) === sourcePort(plan, probe) && ((body[13] & SYN_ACK) === SYN_ACK || (body[13] & RST) !== 0)
}
export function* done(probe: Probe): Flow<void> {
  probe.isDone = true
  if (probe.fd >= 0) yield* call('close', probe.fd)
  probe.fd = -1
}
