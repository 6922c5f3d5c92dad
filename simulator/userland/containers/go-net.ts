// Going out to the network as Go's standard library does (net.Dial, dnsclient_unix.go): a name is looked up in /etc/hosts, then at the name servers of
// /etc/resolv.conf, then TCP connects. Every step that fails says so in Go's words, with the addresses and ports that it really used.
// Simpler: A is asked before AAAA, not beside it; what TLS and HTTP would say to whoever answers is not simulated.
import type { Flow, SockAddr } from '../../abi/syscalls.ts'
import { Errno as E, isErr } from '../../abi/errno.ts'
import { POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { decodeDns, DNS_TYPES, type DnsMessage, encodeDns } from '../../lib/dns.ts'
import { type ResolverConfig, resolverConfig } from '../libc/dns.ts'
import { candidates } from '../libc/getaddrinfo.ts'
import { lookupHost } from '../libc/netdb.ts'
import { call } from '../libc/syscall.ts'
import { GoError, goText } from './go-error.ts'

const DNS_PORT = 53, HTTP_PORT = 80, HTTPS_PORT = 443
const MAX_MESSAGE = 1500
const NAME_ERROR = 3
const DIAL_TIMEOUT_MS = 30_000

/** Waits until a descriptor is ready for `events` or the time is over: a program without goroutines polls, one with them parks. */
export type Ready = (fd: number, events: number, timeoutMs: number) => Flow<void>
export const polled: Ready = function* (fd, events, timeoutMs) {
  yield* call('poll', [{ fd, events }], timeoutMs)
}

const familyOf = (address: string): 'inet' | 'inet6' => (address.includes(':') ? 'inet6' : 'inet')
const joined = (address: string, port: number): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)
const textOf = (address: SockAddr): string => (address.family === 'inet' || address.family === 'inet6' ? joined(address.addr, address.port) : '')

/** One question to one server. Throws a GoError as the read or write of a UDP connection does. */
function* exchange(server: string, name: string, type: number, timeoutMs: number, ready: Ready): Flow<DnsMessage> {
  const to = joined(server, DNS_PORT)
  const fd = yield* call('socket', familyOf(server), 'dgram|cloexec|nonblock', 0)
  if (isErr(fd)) throw new GoError(`dial udp ${to}: socket: ${goText(fd)}`)
  try {
    const connected = yield* call('connect', fd, { family: familyOf(server), addr: server, port: DNS_PORT })
    if (isErr(connected)) throw new GoError(`dial udp ${to}: connect: ${goText(connected)}`)
    const own = yield* call('getsockname', fd)
    const wire = `udp ${isErr(own) ? '' : textOf(own)}->${to}`
    const random = yield* call('getrandom', 2)
    const id = isErr(random) ? 1 : random[0] * 256 + random[1]
    const sent = yield* call('sendto', fd, encodeDns({ id, isResponse: false, recursionDesired: true, rcode: 0, question: { name, type }, answers: [] }), 0, undefined)
    if (isErr(sent)) throw new GoError(`write ${wire}: write: ${goText(sent)}`)
    for (;;) {
      yield* ready(fd, POLLIN, timeoutMs)
      const got = yield* call('recvfrom', fd, MAX_MESSAGE, 0)
      if (got === E.EAGAIN) throw new GoError(`read ${wire}: i/o timeout`)
      if (isErr(got)) throw new GoError(`read ${wire}: read: ${goText(got)}`)
      const message = decodeDns(got.data)
      if (message?.id === id && message.isResponse) return message
    }
  } finally {
    yield* call('close', fd)
  }
}

/** Asks each server as often as resolv.conf says. Throws the last failure as `lookup NAME on SERVER: …`. */
function* tryServers(config: ResolverConfig, host: string, name: string, type: number, ready: Ready): Flow<DnsMessage> {
  let failure = new GoError(`lookup ${host}: no such host`)
  for (let attempt = 0; attempt < config.attempts; attempt++) {
    for (const server of config.nameservers) {
      const on = `lookup ${host} on ${joined(server, DNS_PORT)}`
      try {
        const answer = yield* exchange(server, name, type, config.timeout * 1000, ready)
        if (answer.rcode === 0) return answer
        failure = new GoError(`${on}: ${answer.rcode === NAME_ERROR ? 'no such host' : 'server misbehaving'}`)
        if (answer.rcode === NAME_ERROR) throw failure
      } catch (thrown) {
        if (!(thrown instanceof GoError) || thrown === failure) throw thrown
        failure = new GoError(`${on}: ${thrown.message}`)
      }
    }
  }
  throw failure
}

/** The addresses of a name. Throws a GoError. */
function* lookup(host: string, ready: Ready): Flow<readonly string[]> {
  const known = yield* lookupHost(host)
  if (known.length > 0) return known.map(({ addr }) => addr)
  const config = yield* resolverConfig()
  let failure = new GoError(`lookup ${host}: no such host`)
  for (const name of candidates(host, config)) {
    try {
      const found: string[] = []
      for (const type of [DNS_TYPES.A, DNS_TYPES.AAAA]) {
        const { answers } = yield* tryServers(config, host, name, type, ready)
        for (const record of answers) if (record.type === type) found.push(record.value)
      }
      if (found.length > 0) return found
    } catch (thrown) {
      if (!(thrown instanceof GoError)) throw thrown
      failure = thrown
    }
  }
  throw failure
}

/** Connects to one address: returns once somebody has answered, throws a GoError otherwise. */
function* connect(address: string, port: number, ready: Ready): Flow<void> {
  const to = `dial tcp ${joined(address, port)}`
  const fd = yield* call('socket', familyOf(address), 'stream|cloexec|nonblock', 0)
  if (isErr(fd)) throw new GoError(`${to}: socket: ${goText(fd)}`)
  try {
    const begun = yield* call('connect', fd, { family: familyOf(address), addr: address, port })
    if (isErr(begun) && begun !== E.EINPROGRESS) throw new GoError(`${to}: connect: ${goText(begun)}`)
    if (!isErr(begun)) return
    yield* ready(fd, POLLOUT, DIAL_TIMEOUT_MS)
    const state = yield* call('poll', [{ fd, events: POLLOUT }], 0)
    if (isErr(state) || state[0] === 0) throw new GoError(`${to}: i/o timeout`)
    const error = yield* call('getsockopt', fd, 'SOL_SOCKET', 'SO_ERROR')
    if (isErr(error)) throw new GoError(`${to}: connect: ${goText(error)}`)
  } finally {
    yield* call('close', fd)
  }
}

/** Goes where a URL points. Throws a GoError `Get "URL": …` that says how far it got; returns when somebody there has answered. */
export function* reach(url: string, ready: Ready): Flow<void> {
  const [, scheme = 'http', host = '', port] = /^(\w+):\/\/([^/:]+)(?::(\d+))?/.exec(url) ?? []
  try {
    const number = port === undefined ? (scheme === 'https' ? HTTPS_PORT : HTTP_PORT) : Number(port)
    let addresses: readonly string[]
    try {
      addresses = /^[\d.]+$/.test(host) ? [host] : yield* lookup(host, ready)
    } catch (thrown) {
      if (thrown instanceof GoError) throw new GoError(`dial tcp: ${thrown.message}`)
      throw thrown
    }
    let first: GoError | undefined
    for (const address of addresses) {
      try {
        return yield* connect(address, number, ready)
      } catch (thrown) {
        if (!(thrown instanceof GoError)) throw thrown
        first ??= thrown
      }
    }
    if (first !== undefined) throw first
  } catch (thrown) {
    if (thrown instanceof GoError) throw new GoError(`Get "${url}": ${thrown.message}`)
    throw thrown
  }
}
