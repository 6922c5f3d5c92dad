// The stub resolver (resolver(3), resolv.conf(5)): asks the name servers of /etc/resolv.conf over UDP, one after the other.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { POLLIN } from '../../abi/fcntl.ts'
import { decodeDns, type DnsMessage, encodeDns } from '../../lib/dns.ts'
import { call } from './syscall.ts'
import { close, readFile } from './unistd.ts'

const DNS_PORT = 53
const MAX_MESSAGE = 1500
const MAX_SERVERS = 3

export interface ResolverConfig {
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  readonly ndots: number
  /** Seconds for one question, and how often each server is asked. */
  readonly timeout: number
  readonly attempts: number
}

/** /etc/resolv.conf; without one the name server is this machine. */
export function* resolverConfig(): Flow<ResolverConfig> {
  const read = yield* readFile('/etc/resolv.conf')
  const text = isErr(read) ? '' : read
  const nameservers: string[] = []
  let search: readonly string[] = []
  const options = new Map([['ndots', 1], ['timeout', 5], ['attempts', 2]])
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.replace(/[#;].*/, '').trim().split(/\s+/)
    if (word === 'nameserver' && rest[0] !== undefined && nameservers.length < MAX_SERVERS) nameservers.push(rest[0])
    else if (word === 'search' || word === 'domain') search = rest
    else if (word === 'options') {
      for (const option of rest) {
        const [name, value] = option.split(':')
        if (options.has(name) && /^\d+$/.test(value ?? '')) options.set(name, Number(value))
      }
    }
  }
  const number = (name: string): number => options.get(name) ?? 0
  return { nameservers: nameservers.length > 0 ? nameservers : ['127.0.0.1'], search, ndots: number('ndots'), timeout: number('timeout'), attempts: number('attempts') }
}

export type DnsFailure = 'refused' | 'unreachable' | 'timeout'

/** Asks one server once. */
export function* askServer(server: string, port: number, name: string, type: number, timeoutMs: number): Flow<DnsMessage | DnsFailure> {
  const family = server.includes(':') ? 'inet6' : 'inet'
  const fd = yield* call('socket', family, 'dgram|cloexec|nonblock', 0)
  if (isErr(fd)) return 'unreachable'
  const answer = yield* exchange(fd, { family, addr: server, port }, name, type, timeoutMs)
  yield* close(fd)
  return answer
}
function* exchange(fd: number, addr: { readonly family: 'inet' | 'inet6'; readonly addr: string; readonly port: number }, name: string, type: number, timeoutMs: number): Flow<DnsMessage | DnsFailure> {
  const connected = yield* call('connect', fd, addr)
  if (isErr(connected)) return 'unreachable'
  const random = yield* call('getrandom', 2)
  const id = isErr(random) ? 1 : random[0] * 256 + random[1]
  const sent = yield* call('sendto', fd, encodeDns({ id, isResponse: false, recursionDesired: true, rcode: 0, question: { name, type }, answers: [] }), 0, undefined)
  if (isErr(sent)) return 'unreachable'
  for (;;) {
    const ready = yield* call('poll', [{ fd, events: POLLIN }], timeoutMs)
    if (isErr(ready) || ready[0] === 0) return 'timeout'
    const got = yield* call('recvfrom', fd, MAX_MESSAGE, 0)
    if (isErr(got)) return 'refused'
    const message = decodeDns(got.data)
    if (message?.id === id && message.isResponse) return message
  }
}

/** Asks the servers in turn until one gives an answer that says something (not SERVFAIL or REFUSED). Undefined: nobody did. */
export function* dnsQuery(config: ResolverConfig, name: string, type: number): Flow<DnsMessage | undefined> {
  for (let attempt = 0; attempt < config.attempts; attempt++) {
    for (const server of config.nameservers) {
      const answer = yield* askServer(server, DNS_PORT, name, type, config.timeout * 1000)
      if (typeof answer === 'object' && (answer.rcode === 0 || answer.rcode === 3)) return answer
    }
  }
  return undefined
}
