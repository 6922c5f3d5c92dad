// getaddrinfo(3) and getnameinfo(3): host and service names to addresses and back, from /etc/hosts, name servers and /etc/services, in the order that
// /etc/nsswitch.conf gives for hosts.
import { isErr } from '../../abi/errno.ts'
import type { Flow } from '../../abi/syscalls.ts'
import { DNS_TYPES, reverseName } from '../../lib/dns.ts'
import { type IpVersion, parseIp } from '../../lib/ip.ts'
import { dnsQuery, type ResolverConfig, resolverConfig } from './dns.ts'
import { parseHosts } from './netdb.ts'
import { call } from './syscall.ts'
import { close, readFile } from './unistd.ts'

export interface ResolvedAddress {
  readonly family: IpVersion
  readonly addr: string
  /** Index of the interface a link-local address belongs to (`fe80::1%eth0`). */
  readonly scope?: number
}
/** gai_strerror(3) */
const GAI_ERRORS = {
  EAI_NONAME: 'Name or service not known', EAI_AGAIN: 'Temporary failure in name resolution', EAI_ADDRFAMILY: 'Address family for hostname not supported',
  EAI_NODATA: 'No address associated with hostname', EAI_SERVICE: 'Servname not supported for ai_socktype',
} as const
export class ResolveError {
  readonly code: keyof typeof GAI_ERRORS
  constructor(code: keyof typeof GAI_ERRORS) {
    this.code = code
  }
  get message(): string {
    return GAI_ERRORS[this.code]
  }
}

export interface ResolveHints {
  readonly family?: IpVersion
  /** AI_NUMERICHOST */
  readonly numeric?: boolean
}

const versionOf = (addr: string): IpVersion | undefined => (parseIp('inet', addr) !== undefined ? 'inet' : parseIp('inet6', addr) !== undefined ? 'inet6' : undefined)

/** `hosts:` of /etc/nsswitch.conf. */
function* hostSources(): Flow<readonly string[]> {
  const read = yield* readFile('/etc/nsswitch.conf')
  const line = isErr(read) ? undefined : read.split('\n').find((l) => l.startsWith('hosts:'))
  return line === undefined ? ['files', 'dns'] : line.slice(6).replace(/\[.*?\]/g, '').trim().split(/\s+/)
}

/** The addresses of a name, best first. */
export function* resolveHost(name: string, hints: ResolveHints = {}): Flow<readonly ResolvedAddress[] | ResolveError> {
  const literal = yield* numericAddress(name)
  if (literal !== undefined) return hints.family === undefined || literal.family === hints.family ? [literal] : new ResolveError('EAI_ADDRFAMILY')
  if (hints.numeric === true || name === '') return new ResolveError('EAI_NONAME')
  let failure = new ResolveError('EAI_NONAME')
  for (const source of yield* hostSources()) {
    const found = source === 'files' ? yield* fromHosts(name) : source === 'dns' ? yield* fromDns(name, hints.family) : []
    if (found instanceof ResolveError) {
      failure = found
      continue
    }
    const wanted = found.filter((a) => hints.family === undefined || a.family === hints.family)
    if (wanted.length > 0) return yield* sorted(wanted)
  }
  return failure
}
function* numericAddress(name: string): Flow<ResolvedAddress | undefined> {
  const [addr, zone] = name.split('%')
  const family = versionOf(addr)
  if (family === undefined || (zone !== undefined && family === 'inet')) return undefined
  if (zone === undefined) return { family, addr }
  const index = yield* readFile(`/sys/class/net/${zone}/ifindex`)
  const scope = /^\d+$/.test(zone) ? Number(zone) : isErr(index) ? undefined : Number(index)
  return scope === undefined ? undefined : { family, addr, scope }
}
function* fromHosts(name: string): Flow<readonly ResolvedAddress[]> {
  const read = yield* readFile('/etc/hosts')
  const wanted = name.toLowerCase()
  return parseHosts(isErr(read) ? '' : read)
    .filter((e) => [e.name, ...e.aliases].some((n) => n.toLowerCase() === wanted))
    .flatMap(({ addr }) => {
      const family = versionOf(addr)
      return family === undefined ? [] : [{ family, addr }]
    })
}
/** The names that are tried: as it is, or with the domains of `search`. */
function candidates(name: string, { search, ndots }: ResolverConfig): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const searched = search.filter((domain) => domain !== '.').map((domain) => `${name}.${domain}`)
  return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name]
}
function* fromDns(name: string, family: IpVersion | undefined): Flow<readonly ResolvedAddress[] | ResolveError> {
  const config = yield* resolverConfig()
  for (const candidate of candidates(name, config)) {
    const found: ResolvedAddress[] = []
    for (const [version, type] of [['inet', DNS_TYPES.A], ['inet6', DNS_TYPES.AAAA]] as const) {
      if (family !== undefined && family !== version) continue
      const answer = yield* dnsQuery(config, candidate, type)
      if (answer === undefined) return new ResolveError('EAI_AGAIN')
      for (const record of answer.answers) if (record.type === type) found.push({ family: version, addr: record.value })
    }
    if (found.length > 0) return found
  }
  return new ResolveError('EAI_NONAME')
}

/** RFC 6724, as far as it shows: what can't be reached comes last, then IPv6 comes first. */
function* sorted(addresses: readonly ResolvedAddress[]): Flow<readonly ResolvedAddress[]> {
  if (addresses.length < 2) return addresses
  const ranked: { readonly address: ResolvedAddress; readonly rank: number }[] = []
  for (const address of addresses) {
    const fd = yield* call('socket', address.family, 'dgram|cloexec', 0)
    const reachable = !isErr(fd) && !isErr(yield* call('connect', fd, { ...address, port: 80 }))
    if (!isErr(fd)) yield* close(fd)
    ranked.push({ address, rank: (reachable ? 0 : 2) + (address.family === 'inet6' ? 0 : 1) })
  }
  return ranked.sort((a, b) => a.rank - b.rank).map((r) => r.address)
}

/** The name of an address, as getnameinfo(3) answers it without NI_NAMEREQD. */
export function* hostOfAddress({ family, addr }: ResolvedAddress): Flow<string | ResolveError> {
  const value = parseIp(family, addr)
  for (const source of yield* hostSources()) {
    if (source === 'files') {
      const read = yield* readFile('/etc/hosts')
      const entry = parseHosts(isErr(read) ? '' : read).find((e) => versionOf(e.addr) === family && parseIp(family, e.addr) === value)
      if (entry !== undefined) return entry.name
    } else if (source === 'dns') {
      const answer = yield* dnsQuery(yield* resolverConfig(), reverseName(family, addr), DNS_TYPES.PTR)
      if (answer === undefined) return new ResolveError('EAI_AGAIN')
      const pointer = answer.answers.find((r) => r.type === DNS_TYPES.PTR)
      if (pointer !== undefined) return pointer.value
    }
  }
  return addr
}

/** /etc/services: [name, port, protocol]. */
function* services(): Flow<readonly (readonly [names: readonly string[], port: number, protocol: string])[]> {
  const read = yield* readFile('/etc/services')
  return (isErr(read) ? '' : read).split('\n').flatMap((line) => {
    const [name, port, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/)
    const match = /^(\d+)\/(\w+)$/.exec(port ?? '')
    return match === null ? [] : [[[name, ...aliases], Number(match[1]), match[2]] as const]
  })
}
/** getservbyport(3) */
export function* serviceName(port: number, protocol: string): Flow<string | undefined> {
  return (yield* services()).find(([, p, proto]) => p === port && proto === protocol)?.[0][0]
}
/** All names of a protocol's ports at once, for tables. */
export function* serviceNames(protocol: string): Flow<ReadonlyMap<number, string>> {
  const names = new Map<number, string>()
  for (const [[name], port, proto] of yield* services()) if (proto === protocol && !names.has(port)) names.set(port, name)
  return names
}
/** getservbyname(3) */
export function* servicePort(name: string, protocol: string): Flow<number | undefined> {
  return (yield* services()).find(([names, , proto]) => proto === protocol && names.includes(name))?.[1]
}
