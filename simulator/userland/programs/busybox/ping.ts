// BusyBox's ping: one raw socket, plain figures. IPv4 only.
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { POLLIN } from '../../../abi/fcntl.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import { SIGINT } from '../../../abi/signal.ts'
import type { Crt } from '../../libc/crt.ts'
import { getaddrinfo, isGaiError } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { sigaction } from '../../libc/unistd.ts'
import { die, number, options, showUsage } from './applet.ts'

const ICMP_ECHOREPLY = 0, ICMP_ECHO = 8, IPPROTO_ICMP = 1
const HEADER = 8

interface Figures {
  transmitted: number
  received: number
  least: number
  most: number
  sum: number
}

function checksum(bytes: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
function echoRequest(id: number, sequence: number, size: number): Uint8Array {
  const message = new Uint8Array(HEADER + size)
  const view = new DataView(message.buffer)
  view.setUint8(0, ICMP_ECHO)
  view.setUint16(4, id)
  view.setUint16(6, sequence)
  view.setUint16(2, checksum(message))
  return message
}

function* now(): Flow<number> {
  const time = yield* call('clock_gettime', CLOCK_MONOTONIC)
  return isErr(time) ? 0 : time.sec * 1e6 + Math.floor(time.nsec / 1000)
}
/** Microseconds as milliseconds with three decimals. */
const ms = (us: number): string => `${Math.floor(us / 1000)}.${String(us % 1000).padStart(3, '0')}`

export function* ping(c: Crt): Flow<number> {
  const { flags, operands } = yield* options(c, '46qc:s:t:I:W:w:i:p:A', '6IpA')
  if (operands.length !== 1) return yield* showUsage(c)
  const [host] = operands
  const numeric = function* (letter: string, otherwise: number): Flow<number> {
    const text = flags.get(letter)
    return text === undefined ? otherwise : yield* number(c, text)
  }
  const count = yield* numeric('c', 0)
  const size = yield* numeric('s', 56)
  const linger = yield* numeric('W', 10)
  const deadline = yield* numeric('w', 0)
  const ttl = yield* numeric('t', 0)
  const interval = Number(flags.get('i') ?? 1)
  const isQuiet = flags.has('q')
  const found = yield* getaddrinfo(host, 'inet')
  if (isGaiError(found)) return yield* die(c, `bad address '${host}'`)
  const { addr } = found[0]
  yield* c.stdout.write(`PING ${host} (${addr}): ${size} data bytes\n`)
  yield* c.stdout.flush()
  const fd = yield* call('socket', 'inet', 'raw', IPPROTO_ICMP)
  if (isErr(fd)) return fd === Errno.EPERM ? yield* die(c, 'permission denied (are you root?)') : yield* die(c, "can't create raw socket", fd)
  if (ttl > 0) yield* call('setsockopt', fd, 'IPPROTO_IP', 'IP_TTL', ttl)
  const pid = yield* call('getpid')
  const id = isErr(pid) ? 0 : pid & 0xffff
  const f: Figures = { transmitted: 0, received: 0, least: Infinity, most: 0, sum: 0 }
  let isOver = false
  yield* sigaction(SIGINT, function* () {
    isOver = true
    yield* []
  })
  const to: SockAddr = { family: 'inet', addr, port: 0 }
  const start = yield* now()
  const sentAt = new Map<number, number>()
  let nextSend = start
  let last = start
  while (!isOver) {
    const t = yield* now()
    if (deadline > 0 && t - start >= deadline * 1e6) break
    const maySend = count === 0 || f.transmitted < count
    if (maySend && t >= nextSend) {
      const sent = yield* call('sendto', fd, echoRequest(id, f.transmitted & 0xffff, size), 0, to)
      if (isErr(sent)) return yield* die(c, 'sendto', sent)
      sentAt.set(f.transmitted & 0xffff, t)
      f.transmitted++
      last = t
      nextSend = t + interval * 1e6
      continue
    }
    const until = Math.min(maySend ? nextSend : last + linger * 1e6, deadline > 0 ? start + deadline * 1e6 : Infinity)
    if (!maySend && t >= until) break
    const events = yield* call('poll', [{ fd, events: POLLIN }], Math.max(0, Math.ceil((until - t) / 1000)))
    if (isErr(events) || (events[0] & POLLIN) === 0) continue
    const packet = yield* call('recvfrom', fd, 65536, 0)
    if (isErr(packet)) continue
    yield* take(c, packet.data, { id, addr: packet.addr !== undefined && 'addr' in packet.addr ? String(packet.addr.addr) : addr, sentAt, isQuiet }, f)
    if (count > 0 && f.received >= count) break
  }
  return yield* statistics(c, host, f, deadline > 0 ? count : 0)
}

interface Waiting {
  readonly id: number
  readonly addr: string
  readonly sentAt: Map<number, number>
  readonly isQuiet: boolean
}

/** What came may be somebody else's: the raw socket sees every ICMP message. */
function* take(c: Crt, data: Uint8Array, { id, addr, sentAt, isQuiet }: Waiting, f: Figures): Flow<void> {
  const headerLength = (data[0] & 0xf) * 4
  const icmp = data.subarray(headerLength)
  if (icmp.length < HEADER || icmp[0] !== ICMP_ECHOREPLY || ((icmp[4] << 8) | icmp[5]) !== id) return
  const sequence = (icmp[6] << 8) | icmp[7]
  const sent = sentAt.get(sequence)
  const trip = sent === undefined ? 0 : (yield* now()) - sent
  f.received++
  f.sum += trip
  f.least = Math.min(f.least, trip)
  f.most = Math.max(f.most, trip)
  if (isQuiet) return
  yield* c.stdout.write(`${icmp.length} bytes from ${addr}: seq=${sequence} ttl=${data[8]} time=${ms(trip)} ms\n`)
  yield* c.stdout.flush()
}

function* statistics(c: Crt, host: string, f: Figures, wanted: number): Flow<number> {
  const loss = f.transmitted === 0 ? 0 : Math.floor((f.transmitted - f.received) * 100 / f.transmitted)
  yield* c.stdout.write(`\n--- ${host} ping statistics ---\n${f.transmitted} packets transmitted, ${f.received} packets received, ${loss}% packet loss\n`)
  if (f.received > 0) yield* c.stdout.write(`round-trip min/avg/max = ${ms(f.least)}/${ms(Math.floor(f.sum / f.received))}/${ms(f.most)} ms\n`)
  return f.received === 0 || f.received < wanted ? 1 : 0
}
