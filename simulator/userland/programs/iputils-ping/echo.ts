// Echo requests as bytes, and sockets to send them by: what IPv4 and IPv6 have in common.
import { CAP_NET_RAW, capBit } from '../../../abi/capability.ts'
import { type Errno, Errno as E, isErr } from '../../../abi/errno.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { nameOfAddress } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { microseconds, type PingState } from './state.ts'

const TIME_BYTES = 16

export interface PingSocket {
  readonly fd: number
  readonly isRaw: boolean
}

/** enable_capability_raw: what is permitted is made effective for the sockets. */
function* raiseNetRaw(): Flow<void> {
  const sets = yield* call('capget', 0)
  if (!isErr(sets) && (sets.permitted & ~sets.effective & capBit(CAP_NET_RAW)) !== 0n) yield* call('capset', { ...sets, effective: sets.effective | capBit(CAP_NET_RAW) })
}

/** create_socket: a ping socket, or a raw one where those are not for us. Undefined errors are those of the last try. */
export function* createSocket(family: 'inet' | 'inet6'): Flow<PingSocket | Errno> {
  const protocol = family === 'inet' ? 1 : 58
  yield* raiseNetRaw()
  const ping = yield* call('socket', family, 'dgram', protocol)
  if (!isErr(ping)) return { fd: ping, isRaw: false }
  if (ping !== E.EACCES && ping !== E.EPROTONOSUPPORT && ping !== E.EAFNOSUPPORT) return ping
  const raw = yield* call('socket', family, 'raw', protocol)
  return isErr(raw) ? raw : { fd: raw, isRaw: true }
}

/** What is behind the header: a pattern, or counted up. */
export function fillData(size: number, pattern: Uint8Array | undefined): Uint8Array {
  const data = new Uint8Array(size)
  for (let i = 0; i < size; i++) data[i] = pattern === undefined ? i & 0xff : pattern[i % pattern.length]
  return data
}

function checksum(bytes: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Sends the next echo request; the time goes into the first bytes of its data. */
export function* sendEcho(state: PingState, socket: PingSocket, type: number, to: SockAddr, data: Uint8Array): Flow<Errno | undefined> {
  const sequence = (state.transmitted + 1) & 0xffff
  state.clearSeen(state.transmitted + 1)
  const message = new Uint8Array(8 + data.length)
  message.set(data, 8)
  const view = new DataView(message.buffer)
  view.setUint8(0, type)
  view.setUint16(4, state.ident)
  view.setUint16(6, sequence)
  if (state.isTimed) {
    message.fill(0, 8, 8 + TIME_BYTES)
    const now = yield* microseconds()
    view.setUint32(8, Math.floor(now / 1e6), true)
    view.setUint32(16, now % 1e6, true)
  }
  if (type === 8) view.setUint16(2, checksum(message))
  const sent = yield* call('sendto', socket.fd, message, 0, to)
  return isErr(sent) ? sent : undefined
}

/** pr_addr: the address, with its name before it where names are wanted. */
export function* addressText(state: PingState, addr: string): Flow<string> {
  const name = state.isNumeric || state.isExiting ? undefined : yield* nameOfAddress(addr)
  return name === undefined ? addr : `${name} (${addr})`
}
