// A link as `ip link` and `ip addr` show it: the names of flags, states and kinds; text, brief and JSON forms.
import type { Flow } from '../../../abi/syscalls.ts'
import {
  ARPHRD_ETHER, ARPHRD_LOOPBACK, IFF_ALLMULTI, IFF_BROADCAST, IFF_DEBUG, IFF_DORMANT, IFF_DYNAMIC, IFF_LOOPBACK, IFF_LOWER_UP, IFF_MASTER, IFF_MULTICAST, IFF_NOARP,
  IFF_NOTRAILERS, IFF_POINTOPOINT, IFF_PROMISC, IFF_RUNNING, IFF_SLAVE, IFF_UP, type Link,
} from '../../../abi/netlink.ts'
import { type IpOptions, type Json, newline, paint } from './output.ts'
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
  /** `link-netns red` or `link-netnsid 0` */
  readonly netns: { readonly key: string; readonly value: string | number } | undefined
}

export function* linkFacts(rtnl: Rtnl, link: Link): Flow<LinkFacts> {
  const flags = FLAGS.filter(([bit]) => (link.flags & bit) !== 0).map(([, name]) => name)
  if ((link.flags & IFF_UP) !== 0 && (link.flags & IFF_RUNNING) === 0) flags.unshift('NO-CARRIER')
  let peer: string | undefined
  if (link.link !== undefined && link.link !== 0) {
    const other = link.linkNetnsid === undefined ? (yield* rtnl.links()).find((l) => l.index === link.link) : undefined
    peer = other?.name ?? `if${link.link}`
    if (link.linkNetnsid === undefined && ((other?.flags ?? 0) & IFF_UP) === 0) flags.push('M-DOWN')
  }
  let netns: LinkFacts['netns']
  if (link.linkNetnsid !== undefined) {
    const name = yield* nameOfNetnsid(rtnl, link.linkNetnsid)
    netns = name === undefined ? { key: 'link-netnsid', value: link.linkNetnsid } : { key: 'link-netns', value: name }
  }
  return { link, peer, flags, state: STATES[link.operstate] ?? String(link.operstate), master: link.master === undefined ? undefined : yield* rtnl.name(link.master), netns }
}

const stateColor = (state: string): 'up' | 'down' | undefined => (state === 'UP' ? 'up' : state === 'DOWN' ? 'down' : undefined)
export const linkType = (link: Link): string => TYPES.get(link.arphrd) ?? 'none'

/** `withMode`: ip link shows the link mode, ip addr doesn't. A list of IPv6 addresses (not of one named device) knows less of its links. */
export function linkText(f: LinkFacts, o: IpOptions, withMode: boolean, named = false): string {
  const { link } = f
  const name = `${link.name}${f.peer === undefined ? '' : `@${f.peer}`}`
  const inet6 = o.family === 'inet6' && !withMode && !named
  let text = `${link.index}: ${paint(o, 'ifname', `${name}: `)}<${f.flags.join(',')}> mtu ${link.mtu} ${inet6 ? '' : `qdisc ${link.qdisc} `}`
  if (f.master !== undefined) text += `master ${f.master} `
  text += `state ${paint(o, stateColor(f.state), f.state)} `
  if (withMode) text += `mode ${link.linkmode === 1 ? 'DORMANT' : 'DEFAULT'} `
  if (!inet6) text += `group ${link.group === 0 ? 'default' : link.group} `
  if (link.txqlen > 0) text += `qlen ${link.txqlen}`
  if (o.family === undefined || withMode) {
    text += `${newline(o)}    link/${linkType(link)} ${paint(o, 'mac', link.address)} brd ${paint(o, 'mac', link.broadcast)}`
    if (link.permAddress !== undefined) text += ` permaddr ${link.permAddress}`
  }
  if (f.netns) text += ` ${f.netns.key} ${f.netns.value}`
  if (o.details) text += detailsText(f, o, withMode)
  if (o.stats > 0) text += statsText(link, o)
  if (link.alias !== undefined && withMode) text += `${newline(o)}    alias ${link.alias}`
  for (const alt of withMode || o.details ? link.altnames : []) text += `${newline(o)}    altname ${alt}`
  return `${text}\n`
}

const scalar = (value: number | string | boolean): string => (typeof value === 'boolean' ? (value ? '1' : '0') : String(value))

function detailsText({ link }: LinkFacts, o: IpOptions, withMode: boolean): string {
  let text = ` promiscuity ${link.promiscuity}  allmulti ${link.allmulti} minmtu ${link.minMtu} maxmtu ${link.maxMtu} `
  if (link.kind !== undefined) {
    const data = Object.entries(link.data ?? {}).map(([key, value]) => `${key} ${scalar(value)} `)
    text += `${newline(o)}    ${link.kind} ${data.join('')}`
  }
  if (link.slaveKind !== undefined) text += `${newline(o)}    ${link.slaveKind}_slave `
  if (withMode || link.kind !== undefined) text += withMode ? `addrgenmode ${link.addrGenMode === 1 ? 'none' : 'eui64'} ` : ''
  text += `numtxqueues ${link.numTxQueues} numrxqueues ${link.numRxQueues} gso_max_size 65536 gso_max_segs 65535 tso_max_size ${link.tsoMaxSize} tso_max_segs 65535 gro_max_size 65536 `
  if (link.parentBus !== undefined) text += `parentbus ${link.parentBus} `
  if (link.parentDev !== undefined) text += `parentdev ${link.parentDev} `
  return text
}

function statsText({ rx, tx }: Link, o: IpOptions): string {
  const width = (rxValue: number, txValue: number, min: number): number => Math.max(min, String(rxValue).length, String(txValue).length)
  const wide = [width(rx.bytes, tx.bytes, 10), width(rx.packets, tx.packets, 7), 6, 7, 7, 7]
  const row = (cells: readonly (string | number)[], gap: string): string => cells.map((cell, i) => String(cell).padStart(wide[i])).join(gap)
  const head = (label: string, names: readonly string[]): string => `${newline(o)}    ${label}: ${names.map((n, i) => n.padStart(i === 0 ? wide[0] - 4 : wide[i])).join(' ')}`
  const values = (s: Link['rx']): string => `${newline(o)}    ${row([s.bytes, s.packets, s.errors, s.dropped, 0, 0], ' ')} `
  return `${head('RX', ['bytes', 'packets', 'errors', 'dropped', ' missed', '  mcast'])}           ${values(rx)}${head('TX', ['bytes', 'packets', 'errors', 'dropped', 'carrier', 'collsns'])}           ${values(tx)}`
}

export function linkBrief(f: LinkFacts, o: IpOptions, rest: string): string {
  const name = `${f.link.name}${f.peer === undefined ? '' : `@${f.peer}`}`
  return `${paint(o, 'ifname', name.padEnd(16))} ${paint(o, stateColor(f.state), f.state.padEnd(14))} ${rest}\n`
}

export const linkBriefRest = (f: LinkFacts, o: IpOptions): string => `${paint(o, 'mac', f.link.address)} <${f.flags.join(',')}> `

export function linkJson(f: LinkFacts, o: IpOptions, withMode: boolean): Record<string, Json> {
  const { link } = f
  const peer: Record<string, Json> = f.peer === undefined ? {} : link.linkNetnsid === undefined ? { link: f.peer } : { link_index: link.link ?? 0 }
  const object: Record<string, Json> = {
    ifindex: link.index, ...peer, ifname: link.name, flags: f.flags, mtu: link.mtu, qdisc: link.qdisc, ...(f.master === undefined ? {} : { master: f.master }), operstate: f.state,
    ...(withMode ? { linkmode: link.linkmode === 1 ? 'DORMANT' : 'DEFAULT' } : {}), group: link.group === 0 ? 'default' : String(link.group),
    ...(link.txqlen > 0 ? { txqlen: link.txqlen } : {}), link_type: linkType(link), address: link.address, broadcast: link.broadcast,
    ...(f.netns ? { [f.netns.key.replace('-', '_')]: f.netns.value } : {}),
  }
  if (!o.details) return object
  return {
    ...object, promiscuity: link.promiscuity, allmulti: link.allmulti, min_mtu: link.minMtu, max_mtu: link.maxMtu,
    ...(link.kind === undefined ? {} : { linkinfo: { info_kind: link.kind, ...(link.data ? { info_data: { ...link.data } } : {}) } }),
    inet6_addr_gen_mode: link.addrGenMode === 1 ? 'none' : 'eui64', num_tx_queues: link.numTxQueues, num_rx_queues: link.numRxQueues, gso_max_size: 65536,
    gso_max_segs: 65535, tso_max_size: link.tsoMaxSize, tso_max_segs: 65535, gro_max_size: 65536,
    ...(link.parentBus === undefined ? {} : { parentbus: link.parentBus }), ...(link.parentDev === undefined ? {} : { parentdev: link.parentDev }),
  }
}

export const linkBriefJson = (f: LinkFacts): Record<string, Json> => ({
  ...(f.peer === undefined ? {} : f.link.linkNetnsid === undefined ? { link: f.peer } : { link_index: f.link.link ?? 0 }),
  ifname: f.link.name, operstate: f.state, address: f.link.address, flags: f.flags,
})
