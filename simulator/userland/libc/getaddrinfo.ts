// getaddrinfo(3) and getnameinfo(3): names and addresses, from /etc/hosts and by asking the name servers of /etc/resolv.conf; and the interfaces behind `%eth0`.
// Simpler: no search domains, nsswitch.conf is taken to say `files dns`.
import { isErr } from '../../abi/errno.ts'
import { type Address, type Link, NETLINK_ROUTE, type NetlinkDatagram, type NetlinkReply, type NetlinkRequest, NLM_F_DUMP } from '../../abi/netlink.ts'
import type { Flow, SockAddr } from '../../abi/syscalls.ts'
import { type IpVersion, parseAton, parseIpv6, formatIpv4, formatIpv6 } from '../../lib/ip.ts'
import { queryNameServers } from './resolver.ts'
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
    scope = /^\d+$/.test(zone) ? Number(zone) : yield* ifNameToIndex(zone)
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

/** The addresses of a name, in the order to try them. */
export function* getaddrinfo(name: string, family?: IpVersion): Flow<readonly AddrInfo[] | GaiError> {
  const number = yield* numeric(name, family)
  if (number !== undefined) return typeof number === 'string' ? number : [number]
  const lines = yield* lookupHost(name)
  const fromHosts: AddrInfo[] = []
  for (const { addr, name: canonname } of lines) {
    const info = yield* numeric(addr, undefined)
    if (info !== undefined && typeof info !== 'string' && (family === undefined || info.family === family)) fromHosts.push({ ...info, canonname })
  }
  if (fromHosts.length > 0) return yield* sorted(fromHosts)
  const answer = yield* queryNameServers(name, family)
  if (typeof answer === 'string') return answer
  return yield* sorted(answer.map((a) => ({ family: a.family, addr: a.addr, scope: 0, canonname: name })))
}

/** getnameinfo(3) with NI_NAMEREQD off: the name of an address in /etc/hosts, else undefined. */
export function* nameOfAddress(addr: string): Flow<string | undefined> {
  const text = yield* readFile('/etc/hosts')
  return isErr(text) ? undefined : parseHosts(text).find((e) => e.addr === addr)?.name
}
