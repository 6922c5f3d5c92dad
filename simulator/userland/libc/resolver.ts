// The stub resolver (resolver(3), resolv.conf(5), RFC 1035): asks the name servers of /etc/resolv.conf over UDP, one after the other, twice.
import { isErr } from '../../abi/errno.ts'
import type { Flow } from '../../abi/syscalls.ts'
import { formatIpv4, formatIpv6, type IpVersion, parseIpv4 } from '../../lib/ip.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import { call } from './syscall.ts'
import { readFile } from './unistd.ts'

const PORT = 53, TYPE_A = 1, TYPE_AAAA = 28, CLASS_IN = 1, NXDOMAIN = 3
const DEFAULT_TIMEOUT = 5, DEFAULT_ATTEMPTS = 2
const DATAGRAM = 1232

export interface ResolverSettings {
  readonly servers: readonly string[]
  readonly search: readonly string[]
  /** Seconds for one server. */
  readonly timeout: number
  readonly attempts: number
}
export interface DnsAddress { readonly family: IpVersion; readonly addr: string }

export function parseResolvConf(text: string): ResolverSettings {
  const servers: string[] = []
  let search: readonly string[] = []
  let timeout = DEFAULT_TIMEOUT
  let attempts = DEFAULT_ATTEMPTS
  for (const line of text.split('\n')) {
    const [key, ...rest] = line.trim().split(/\s+/)
    if (key === 'nameserver' && rest[0] !== undefined) servers.push(rest[0])
    else if (key === 'search' || key === 'domain') search = rest
    else if (key === 'options') {
      for (const option of rest) {
        const match = /^(timeout|attempts):(\d+)$/.exec(option)
        if (match?.[1] === 'timeout') timeout = Number(match[2])
        else if (match?.[1] === 'attempts') attempts = Number(match[2])
      }
    }
  }
  return { servers: servers.length === 0 ? ['127.0.0.1'] : servers.slice(0, 3), search, timeout, attempts }
}

/** A question for the addresses of a name. */
export function dnsQuery(id: number, name: string, type: number): Uint8Array {
  const bytes: number[] = [id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
  for (const label of name.split('.').filter((l) => l !== '')) bytes.push(Math.min(63, label.length), ...encodeUtf8(label).subarray(0, 63))
  bytes.push(0, type >> 8, type & 255, 0, CLASS_IN)
  return Uint8Array.from(bytes)
}
const skipName = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (at < bytes.length && bytes[at] !== 0) {
    if ((bytes[at] & 0xc0) === 0xc0) return at + 2
    at += 1 + bytes[at]
  }
  return at + 1
}
/** The addresses in an answer, and its response code. */
export function parseDnsAnswer(bytes: Uint8Array): { readonly rcode: number; readonly addresses: readonly DnsAddress[] } {
  const u16 = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  const addresses: DnsAddress[] = []
  let at = 12
  for (let i = 0; i < u16(4); i++) at = skipName(bytes, at) + 4
  for (let i = 0; i < u16(6) && at < bytes.length; i++) {
    at = skipName(bytes, at)
    const type = u16(at)
    const length = u16(at + 8)
    const data = bytes.subarray(at + 10, at + 10 + length)
    if (type === TYPE_A && length === 4) addresses.push({ family: 'inet', addr: formatIpv4(((data[0] << 24) | (data[1] << 16) | (data[2] << 8) | data[3]) >>> 0) })
    if (type === TYPE_AAAA && length === 16) addresses.push({ family: 'inet6', addr: formatIpv6(data.reduce((n, b) => (n << 8n) | BigInt(b), 0n)) })
    at += 10 + length
  }
  return { rcode: (bytes[3] ?? 0) & 15, addresses }
}

function* ask(server: string, query: Uint8Array, timeout: number): Flow<Uint8Array | undefined> {
  const family = parseIpv4(server) === undefined ? 'inet6' : 'inet'
  const fd = yield* call('socket', family, 'dgram|cloexec', 0)
  if (isErr(fd)) return undefined
  let answer: Uint8Array | undefined
  const connected = yield* call('connect', fd, { family, addr: server, port: PORT })
  if (!isErr(connected) && !isErr(yield* call('sendto', fd, query, 0, undefined))) {
    const ready = yield* call('poll', [{ fd, events: 1 }], timeout * 1000)
    if (!isErr(ready) && ready[0] !== 0) {
      const got = yield* call('recvfrom', fd, DATAGRAM, 0)
      if (!isErr(got) && got.data[0] === query[0] && got.data[1] === query[1]) answer = got.data
    }
  }
  yield* call('close', fd)
  return answer
}

/** EAI_AGAIN: no server has answered. EAI_NONAME: there is no such name. EAI_NODATA: it has no such address. */
export function* queryNameServers(name: string, family: IpVersion | undefined): Flow<readonly DnsAddress[] | 'EAI_AGAIN' | 'EAI_NONAME' | 'EAI_NODATA'> {
  const text = yield* readFile('/etc/resolv.conf')
  const { servers, timeout, attempts } = parseResolvConf(isErr(text) ? '' : text)
  const found: DnsAddress[] = []
  let isUnknown = false
  for (const type of family === 'inet' ? [TYPE_A] : family === 'inet6' ? [TYPE_AAAA] : [TYPE_A, TYPE_AAAA]) {
    const random = yield* call('getrandom', 2)
    const query = dnsQuery(isErr(random) ? 1 : (random[0] << 8) | random[1], name, type)
    let answer: Uint8Array | undefined
    for (let attempt = 0; attempt < attempts && answer === undefined; attempt++) {
      for (const server of servers) {
        answer = yield* ask(server, query, timeout)
        if (answer !== undefined) break
      }
    }
    if (answer === undefined) return 'EAI_AGAIN'
    const { rcode, addresses } = parseDnsAnswer(answer)
    if (rcode === NXDOMAIN) isUnknown = true
    else if (rcode !== 0) return 'EAI_AGAIN'
    found.push(...addresses)
  }
  if (found.length > 0) return found
  return isUnknown ? 'EAI_NONAME' : 'EAI_NODATA'
}
