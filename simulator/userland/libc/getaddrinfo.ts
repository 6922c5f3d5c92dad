// getaddrinfo(3) and getnameinfo(3): names and addresses, from /etc/hosts and name servers in the order /etc/nsswitch.conf gives; and the interfaces behind `%eth0`.
import { isErr } from '../../abi/errno.ts'
import { type Address, type Link, NETLINK_ROUTE, type NetlinkDatagram, type NetlinkReply, type NetlinkRequest, NLM_F_DUMP } from '../../abi/netlink.ts'
import type { Flow, SockAddr } from '../../abi/syscalls.ts'
import { DNS_TYPES, reverseName } from '../../lib/dns.ts'
import { type IpVersion, parseAton, parseIp, parseIpv6, formatIpv4, formatIpv6 } from '../../lib/ip.ts'
import { dnsQuery, type ResolverConfig, resolverConfig } from './dns.ts'
import { lookupHost, parseHosts } from './netdb.ts'
import { call } from './syscall.ts'
import { readFile } from './unistd.ts'

export interface AddrInfo {
  readonly family: IpVersion
  readonly addr: string
  /** The interface a link-local address belongs to, 0 for none. */
  readonly scope: number
  readonly canonname: string
}
/** EAI_…; `message` is what gai_strerror(3) says. */
export type GaiError = 'EAI_AGAIN' | 'EAI_NONAME' | 'EAI_NODATA' | 'EAI_ADDRFAMILY'
export const gaiStrerror = (error: GaiError): string => ({
  EAI_AGAIN: 'Temporary failure in name resolution', EAI_NONAME: 'Name or service not known', EAI_NODATA: 'No address associated with hostname',
  EAI_ADDRFAMILY: 'Address family for hostname not supported',
})[error]
export const isGaiError = (value: readonly AddrInfo[] | GaiError): value is GaiError => typeof value === 'string'

/** One rtnetlink dump, all its replies. */
function* dump(request: NetlinkRequest): Flow<readonly NetlinkReply[]> {
  const fd = yield* call('socket', 'netlink', 'raw', NETLINK_ROUTE)
  if (isErr(fd)) return []
  const replies: NetlinkReply[] = []
  const sent = yield* call('sendmsg', fd, request)
  while (!isErr(sent)) {
    const datagram = yield* call('recvmsg', fd, 0)
    if (isErr(datagram)) break
    const messages = datagram as NetlinkDatagram
    replies.push(...messages)
    if (messages.some((m) => m.type === 'NLMSG_DONE' || m.type === 'NLMSG_ERROR')) break
  }
  yield* call('close', fd)
  return replies
}
/** if_nameindex(3) with all that rtnetlink tells. */
export function* listInterfaces(): Flow<readonly Link[]> {
  return (yield* dump({ type: 'RTM_GETLINK', flags: NLM_F_DUMP })).flatMap((r) => (r.type === 'RTM_NEWLINK' ? [r.link] : []))
}
/** getifaddrs(3): the addresses of all interfaces. */
export function* listAddresses(): Flow<readonly Address[]> {
  return (yield* dump({ type: 'RTM_GETADDR', flags: NLM_F_DUMP })).flatMap((r) => (r.type === 'RTM_NEWADDR' ? [r.addr] : []))
}
/** if_nametoindex(3): 0 if there is none. */
export function* ifNameToIndex(name: string): Flow<number> {
  return (yield* listInterfaces()).find((link) => link.name === name)?.index ?? 0
}

/** Only such addresses may name their interface. */
const isLinkScope = (address: bigint): boolean => address >> 118n === 0x3fan || (address >> 120n === 0xffn && ((address >> 112n) & 0xfn) <= 2n)

/** A numeric address in any spelling inet_aton(3) and inet_pton(3) take, with `%interface`. */
function* numeric(name: string, family: IpVersion | undefined): Flow<AddrInfo | GaiError | undefined> {
  const v4 = parseAton(name)
  if (v4 !== undefined) return family === 'inet6' ? 'EAI_ADDRFAMILY' : { family: 'inet', addr: formatIpv4(v4), scope: 0, canonname: name }
  const [text, zone] = name.split('%')
  const v6 = parseIpv6(text)
  if (v6 === undefined) return undefined
  if (family === 'inet') return 'EAI_ADDRFAMILY'
  let scope = 0
  if (zone !== undefined) {
    scope = /^\d+$/.test(zone) ? Number(zone) : isLinkScope(v6) ? yield* ifNameToIndex(zone) : 0
    if (scope === 0) return 'EAI_NONAME'
  }
  return { family: 'inet6', addr: formatIpv6(v6), scope, canonname: name }
}

/** RFC 6724 as far as it decides here: what can be reached comes first, and of that IPv6. */
function* sorted(found: readonly AddrInfo[]): Flow<readonly AddrInfo[]> {
  if (found.length < 2) return found
  const ranked: { readonly info: AddrInfo; readonly rank: number }[] = []
  for (const info of found) ranked.push({ info, rank: ((yield* isReachable(info)) ? 0 : 2) + (info.family === 'inet6' ? 0 : 1) })
  return ranked.sort((a, b) => a.rank - b.rank).map(({ info }) => info)
}
function* isReachable(info: AddrInfo): Flow<boolean> {
  const fd = yield* call('socket', info.family, 'dgram|cloexec', 17)
  if (isErr(fd)) return false
  const connected = yield* call('connect', fd, sockAddrOf(info, 0))
  yield* call('close', fd)
  return !isErr(connected)
}
export const sockAddrOf = (info: AddrInfo, port: number): SockAddr =>
  info.family === 'inet' ? { family: 'inet', addr: info.addr, port } : { family: 'inet6', addr: info.addr, port, scope: info.scope }

/** `hosts:` of /etc/nsswitch.conf. */
function* hostSources(): Flow<readonly string[]> {
  const read = yield* readFile('/etc/nsswitch.conf')
  const line = isErr(read) ? undefined : read.split('\n').find((l) => l.startsWith('hosts:'))
  return line === undefined ? ['files', 'dns'] : line.slice(6).replace(/\[.*?\]/g, '').trim().split(/\s+/)
}

/** The addresses of a name, in the order to try them. */
export function* getaddrinfo(name: string, family?: IpVersion): Flow<readonly AddrInfo[] | GaiError> {
  const number = yield* numeric(name, family)
  if (number !== undefined) return typeof number === 'string' ? number : [number]
  let failure: GaiError = 'EAI_NONAME'
  for (const source of yield* hostSources()) {
    const found = source === 'files' ? yield* fromHosts(name, family) : source === 'dns' ? yield* fromDns(name, family) : []
    if (typeof found === 'string') failure = found
    else if (found.length > 0) return yield* sorted(found)
  }
  return failure
}
/** The first address for AI_PASSIVE without a name: IPv4's, unless its loopback can't be used (RFC 6724: matching labels come before precedence). */
export function* passiveAddress(): Flow<AddrInfo> {
  const any: AddrInfo = { family: 'inet', addr: '0.0.0.0', scope: 0, canonname: '' }
  return (yield* isReachable(any)) ? any : { family: 'inet6', addr: '::', scope: 0, canonname: '' }
}
/** The same with AI_NUMERICHOST: no names. */
export function* numericAddress(name: string, family?: IpVersion): Flow<readonly AddrInfo[] | GaiError> {
  const number = (yield* numeric(name, family)) ?? 'EAI_NONAME'
  return typeof number === 'string' ? number : [number]
}
function* fromHosts(name: string, family: IpVersion | undefined): Flow<readonly AddrInfo[]> {
  const found: AddrInfo[] = []
  for (const { addr, name: canonname } of yield* lookupHost(name)) {
    const info = yield* numeric(addr, undefined)
    if (info !== undefined && typeof info !== 'string' && (family === undefined || info.family === family)) found.push({ ...info, canonname })
  }
  return found
}
/** The names that are tried: as it is, or with the domains of `search`. */
export function candidates(name: string, { search, ndots }: ResolverConfig): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const searched = search.filter((domain) => domain !== '.').map((domain) => `${name}.${domain}`)
  return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name]
}
function* fromDns(name: string, family: IpVersion | undefined): Flow<readonly AddrInfo[] | GaiError> {
  const config = yield* resolverConfig()
  let exists = false
  for (const candidate of candidates(name, config)) {
    const found: AddrInfo[] = []
    for (const [version, type] of [['inet', DNS_TYPES.A], ['inet6', DNS_TYPES.AAAA]] as const) {
      if (family !== undefined && family !== version) continue
      const answer = yield* dnsQuery(config, candidate, type)
      if (answer === undefined) return 'EAI_AGAIN'
      if (answer.rcode === 0) exists = true
      for (const record of answer.answers) if (record.type === type) found.push({ family: version, addr: record.value, scope: 0, canonname: candidate })
    }
    if (found.length > 0) return found
  }
  return exists ? 'EAI_NODATA' : 'EAI_NONAME'
}

/** getnameinfo(3) with NI_NAMEREQD off: the name of an address in /etc/hosts, else undefined. */
export function* nameOfAddress(addr: string): Flow<string | undefined> {
  const text = yield* readFile('/etc/hosts')
  return isErr(text) ? undefined : parseHosts(text).find((e) => e.addr === addr)?.name
}
/** The same with name servers, too: the address itself where it has no name. */
export function* hostOfAddress(family: IpVersion, addr: string): Flow<{ readonly name: string } | GaiError> {
  const value = parseIp(family, addr)
  for (const source of yield* hostSources()) {
    if (source === 'files') {
      const read = yield* readFile('/etc/hosts')
      const entry = parseHosts(isErr(read) ? '' : read).find((e) => parseIp(family, e.addr) === value)
      if (entry !== undefined) return { name: entry.name }
    } else if (source === 'dns') {
      const answer = yield* dnsQuery(yield* resolverConfig(), reverseName(family, addr), DNS_TYPES.PTR)
      if (answer === undefined) return 'EAI_AGAIN'
      const pointer = answer.answers.find((r) => r.type === DNS_TYPES.PTR)
      if (pointer !== undefined) return { name: pointer.value }
    }
  }
  return { name: addr }
}
