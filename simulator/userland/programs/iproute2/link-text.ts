// A link as `ip link` and `ip addr` show it: the names of flags, states and kinds; text, brief and JSON forms.
import type { Flow } from '../../../abi/syscalls.ts'
import {
  ARPHRD_ETHER, ARPHRD_LOOPBACK, IFF_ALLMULTI, IFF_BROADCAST, IFF_DEBUG, IFF_DORMANT, IFF_DYNAMIC, IFF_LOOPBACK, IFF_LOWER_UP, IFF_MASTER, IFF_MULTICAST, IFF_NOARP,
  IFF_NOTRAILERS, IFF_POINTOPOINT, IFF_PROMISC, IFF_RUNNING, IFF_SLAVE, IFF_UP, type Link,
} from '../../../abi/netlink.ts'
import { getgrgid, getpwuid } from '../../libc/pwd.ts'
import { type IpOptions, type Json, newline, paint } from './output.ts'
import { dataJson, dataText } from './link-data.ts'
import { statsJson, statsText } from './link-stats.ts'
import type { Names } from './names.ts'
import type { Rtnl } from './rtnl.ts'
import { nameOfNetnsid } from './netns-names.ts'

const FLAGS: readonly (readonly [number, string])[] = [
  [IFF_LOOPBACK, 'LOOPBACK'], [IFF_BROADCAST, 'BROADCAST'], [IFF_POINTOPOINT, 'POINTOPOINT'], [IFF_MULTICAST, 'MULTICAST'], [IFF_NOARP, 'NOARP'],
  [IFF_ALLMULTI, 'ALLMULTI'], [IFF_PROMISC, 'PROMISC'], [IFF_MASTER, 'MASTER'], [IFF_SLAVE, 'SLAVE'], [IFF_DEBUG, 'DEBUG'], [IFF_DYNAMIC, 'DYNAMIC'],
  [IFF_NOTRAILERS, 'NOTRAILERS'], [IFF_UP, 'UP'], [IFF_LOWER_UP, 'LOWER_UP'], [IFF_DORMANT, 'DORMANT'],
]
const STATES = ['UNKNOWN', 'NOTPRESENT', 'DOWN', 'LOWERLAYERDOWN', 'TESTING', 'DORMANT', 'UP']
const TYPES = new Map([[ARPHRD_ETHER, 'ether'], [ARPHRD_LOOPBACK, 'loopback']])

export interface LinkFacts {
  readonly link: Link
  /** `veth1` or `if3`, with its `@` in front of it in texts. */
  readonly peer: string | undefined
  readonly flags: readonly string[]
  readonly state: string
  readonly master: string | undefined
  readonly group: string
  /** `link-netns red` or `link-netnsid 0` */
  readonly netns: { readonly key: string; readonly value: string | number } | undefined
}

/** The owner of a tun device by name. */
function* withNames(link: Link): Flow<Link> {
  const { user, group } = link.data ?? {}
  if (typeof user !== 'number' && typeof group !== 'number') return link
  const name = typeof user === 'number' ? ((yield* getpwuid(user))?.name ?? user) : undefined
  const groupName = typeof group === 'number' ? ((yield* getgrgid(group))?.name ?? group) : undefined
  return { ...link, data: { ...link.data, ...(name === undefined ? {} : { user: name }), ...(groupName === undefined ? {} : { group: groupName }) } }
}

export function* linkFacts(rtnl: Rtnl, raw: Link, groups: Names): Flow<LinkFacts> {
  const link = raw.kind === 'tun' ? yield* withNames(raw) : raw
  const flags = FLAGS.filter(([bit]) => (link.flags & bit) !== 0).map(([, name]) => name)
  if ((link.flags & IFF_UP) !== 0 && (link.flags & IFF_RUNNING) === 0) flags.unshift('NO-CARRIER')
  let peer: string | undefined
  if (link.link === 0) peer = 'NONE'
  else if (link.link !== undefined) {
    const other = link.linkNetnsid === undefined ? (yield* rtnl.links()).find((l) => l.index === link.link) : undefined
    peer = other?.name ?? `if${link.link}`
    if (link.linkNetnsid === undefined && ((other?.flags ?? 0) & IFF_UP) === 0) flags.push('M-DOWN')
  }
  let netns: LinkFacts['netns']
  if (link.linkNetnsid !== undefined) {
    const name = yield* nameOfNetnsid(rtnl, link.linkNetnsid)
    netns = name === undefined ? { key: 'link-netnsid', value: link.linkNetnsid } : { key: 'link-netns', value: name }
  }
  return { link, peer, flags, state: STATES[link.operstate] ?? String(link.operstate), master: link.master === undefined ? undefined : yield* rtnl.name(link.master), group: groups.name(link.group), netns }
}

const stateColor = (state: string): 'up' | 'down' | undefined => (state === 'UP' ? 'up' : state === 'DOWN' ? 'down' : undefined)
export const linkType = (link: Link): string => TYPES.get(link.arphrd) ?? 'none'
const mode = (link: Link): string => (link.linkmode === 1 ? 'DORMANT' : 'DEFAULT')
export const addressMode = (link: Link): string => ['eui64', 'none', 'stable_secret', 'random'][link.addrGenMode] ?? 'eui64'

function addressText({ link }: LinkFacts, o: IpOptions): string {
  let text = `${newline(o)}    link/${linkType(link)} `
  if (link.address !== undefined) text += paint(o, 'mac', link.address)
  if (link.broadcast !== undefined) text += ` ${(link.flags & IFF_POINTOPOINT) !== 0 ? 'peer' : 'brd'} ${paint(o, 'mac', link.broadcast)}`
  return link.permAddress === undefined ? text : `${text} permaddr ${link.permAddress}`
}

/** `withMode`: ip link shows the link mode, ip addr doesn't. A list of IPv6 addresses (not of one named device) knows less of its links. */
export function linkText(f: LinkFacts, o: IpOptions, withMode: boolean, named = false): string {
  const { link } = f
  const name = `${link.name}${f.peer === undefined ? '' : `@${f.peer}`}`
  const inet6 = o.family === 'inet6' && !withMode && !named
  let text = `${link.index}: ${paint(o, 'ifname', `${name}: `)}<${f.flags.join(',')}> mtu ${link.mtu} ${inet6 ? '' : `qdisc ${link.qdisc} `}`
  if (f.master !== undefined) text += `master ${f.master} `
  text += `state ${paint(o, stateColor(f.state), `${f.state} `)}`
  if (withMode) text += `mode ${mode(link)} `
  if (!inet6) text += `group ${f.group} `
  if (link.txqlen > 0) text += `qlen ${link.txqlen}`
  if (o.family === undefined || withMode || o.details) text += addressText(f, o)
  if (f.netns) text += ` ${f.netns.key} ${f.netns.value}`
  if (o.details) text += detailsText(f, o, withMode)
  if (link.alias !== undefined && (withMode || o.details)) text += `${newline(o)}    alias ${link.alias}`
  if (o.stats > 0 && withMode) text += statsText(link, o)
  for (const alt of withMode || o.details ? link.altnames : []) text += `${newline(o)}    altname ${alt}`
  return `${text}\n`
}

function detailsText({ link }: LinkFacts, o: IpOptions, withMode: boolean): string {
  let text = ` promiscuity ${link.promiscuity}  allmulti ${link.allmulti} minmtu ${link.minMtu} maxmtu ${link.maxMtu} `
  if (link.kind !== undefined) text += `${newline(o)}    ${link.kind} ${dataText(link.kind, link.data ?? {}, o)}`
  if (link.slaveKind !== undefined) text += `${newline(o)}    ${link.slaveKind}_slave ${dataText(`${link.slaveKind}_slave`, link.slaveData ?? {}, o)}`
  if (withMode) text += `addrgenmode ${addressMode(link)} `
  text += `numtxqueues ${link.numTxQueues} numrxqueues ${link.numRxQueues} gso_max_size ${link.gsoMaxSize} gso_max_segs ${link.gsoMaxSegs} ` +
    `tso_max_size ${link.tsoMaxSize} tso_max_segs ${link.tsoMaxSegs} gro_max_size ${link.groMaxSize} `
  if (link.parentBus !== undefined) text += `parentbus ${link.parentBus} `
  if (link.parentDev !== undefined) text += `parentdev ${link.parentDev} `
  return text
}

export function linkBrief(f: LinkFacts, o: IpOptions, rest: string): string {
  const name = `${f.link.name}${f.peer === undefined ? '' : `@${f.peer}`}`
  return `${paint(o, 'ifname', `${name.padEnd(16)} `)}${paint(o, stateColor(f.state), `${f.state.padEnd(14)} `)}${rest}\n`
}

export const linkBriefRest = (f: LinkFacts, o: IpOptions): string => `${f.link.address === undefined ? '' : paint(o, 'mac', `${f.link.address} `)}<${f.flags.join(',')}> `

const peerJson = (f: LinkFacts): Record<string, Json> => (f.peer === undefined ? {} : f.link.linkNetnsid === undefined ? { link: f.peer } : { link_index: f.link.link ?? 0 })

export function linkJson(f: LinkFacts, o: IpOptions, withMode: boolean): Record<string, Json> {
  const { link } = f
  const hasAddress = o.family === undefined || withMode || o.details
  return {
    ifindex: link.index, ...peerJson(f), ifname: link.name, flags: f.flags, mtu: link.mtu, qdisc: link.qdisc, ...(f.master === undefined ? {} : { master: f.master }), operstate: f.state,
    ...(withMode ? { linkmode: mode(link) } : {}), group: f.group, ...(link.txqlen > 0 ? { txqlen: link.txqlen } : {}),
    ...(hasAddress ? { link_type: linkType(link), ...(link.address === undefined ? {} : { address: link.address }), ...(link.broadcast === undefined ? {} : { broadcast: link.broadcast }) } : {}),
    ...(hasAddress && link.permAddress !== undefined ? { permaddr: link.permAddress } : {}), ...(f.netns ? { [f.netns.key.replace('-', '_')]: f.netns.value } : {}),
    ...(o.details ? detailsJson(link, withMode) : {}), ...(link.alias !== undefined && (withMode || o.details) ? { ifalias: link.alias } : {}),
    ...(o.stats > 0 && withMode ? statsJson(link, o) : {}), ...(link.altnames.length > 0 && (withMode || o.details) ? { altnames: [...link.altnames] } : {}),
  }
}
function detailsJson(link: Link, withMode: boolean): Record<string, Json> {
  const info: Record<string, Json> = {
    ...(link.kind === undefined ? {} : { info_kind: link.kind }), ...(link.kind === undefined || link.data === undefined ? {} : { info_data: dataJson(link.kind, link.data) }),
    ...(link.slaveKind === undefined ? {} : { info_slave_kind: link.slaveKind, info_slave_data: dataJson(`${link.slaveKind}_slave`, link.slaveData ?? {}) }),
  }
  return {
    promiscuity: link.promiscuity, allmulti: link.allmulti, min_mtu: link.minMtu, max_mtu: link.maxMtu, ...(Object.keys(info).length === 0 ? {} : { linkinfo: info }),
    ...(withMode ? { inet6_addr_gen_mode: addressMode(link) } : {}), num_tx_queues: link.numTxQueues, num_rx_queues: link.numRxQueues, gso_max_size: link.gsoMaxSize, gso_max_segs: link.gsoMaxSegs,
    tso_max_size: link.tsoMaxSize, tso_max_segs: link.tsoMaxSegs, gro_max_size: link.groMaxSize, ...(link.parentBus === undefined ? {} : { parentbus: link.parentBus }),
    ...(link.parentDev === undefined ? {} : { parentdev: link.parentDev }),
  }
}

/** `withAddresses`: of `ip addr`, which shows those instead of the device's own. */
export const linkBriefJson = (f: LinkFacts, withAddresses = false): Record<string, Json> => ({
  ...peerJson(f), ifname: f.link.name, operstate: f.state, ...(withAddresses ? {} : { ...(f.link.address === undefined ? {} : { address: f.link.address }), flags: f.flags }),
})
