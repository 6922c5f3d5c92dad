// ip monitor: shows changes as the kernel tells them (ip-monitor(8), ip/ipmonitor.c).
// Simpler: multicast routes, prefixes, nexthops and statistics never change here; no replay of a file, no brief form.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { type Link, NETLINK_ROUTE, type NetlinkDatagram, type NetlinkReply, NLM_F_DUMP, RT_TABLE_UNSPEC } from '../../../abi/netlink.ts'
import {
  type Netconf, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_NETCONF, RTMGRP_IPV4_ROUTE, RTMGRP_IPV4_RULE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_NETCONF, RTMGRP_IPV6_ROUTE, RTMGRP_IPV6_RULE, RTMGRP_LINK,
  RTMGRP_NEIGH, RTMGRP_NSID,
} from '../../../abi/netlink-groups.ts'
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { strftime } from '../../libc/time.ts'
import { addressText } from './ip-addr.ts'
import { neighbourText } from './ip-neigh.ts'
import { readRuleNames, ruleText } from './ip-rule.ts'
import { linkFacts, linkText } from './link-text.ts'
import { groupNames, protocolNames, scopeNames } from './names.ts'
import { nameOfNetnsid } from './netns-names.ts'
import type { IpOptions } from './output.ts'
import { routeNames, routeText } from './route-print.ts'
import { die, EXIT_USAGE, Rtnl } from './rtnl.ts'
import { abbreviates, type Words, wrong } from './words.ts'

const USAGE = `Usage: ip monitor [ all | OBJECTS ] [ FILE ] [ label ] [ all-nsid ]
                  [ dev DEVICE ]
OBJECTS :=  address | link | mroute | neigh | netconf |
            nexthop | nsid | prefix | route | rule | stats
FILE := file FILENAME`

/** What can be watched, in the order in which abbreviations are tried: the groups for IPv4, for IPv6, for both. */
const OBJECTS: readonly (readonly [string, number, number, number])[] = [
  ['link', 0, 0, RTMGRP_LINK], ['address', RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR, 0], ['route', RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_ROUTE, 0], ['mroute', 0, 0, 0], ['prefix', 0, 0, 0],
  ['neigh', 0, 0, RTMGRP_NEIGH], ['netconf', RTMGRP_IPV4_NETCONF, RTMGRP_IPV6_NETCONF, 0], ['rule', RTMGRP_IPV4_RULE, RTMGRP_IPV6_RULE, 0], ['nsid', 0, 0, RTMGRP_NSID], ['nexthop', 0, 0, 0],
]
const LABELS: Readonly<Record<string, string>> = { LINK: 'LINK', ADDR: 'ADDR', ROUTE: 'ROUTE', NEIGH: 'NEIGH', RULE: 'RULE', NSID: 'NSID', NETCONF: 'NETCONF' }

interface Watch {
  readonly objects: Set<string>
  label: boolean
  allNsid: boolean
  dev: number | undefined
}

export function* ipMonitor(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const watch: Watch = { objects: new Set(), label: false, allNsid: false, dev: undefined }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const given = word
    const object = OBJECTS.find(([name]) => abbreviates(given, name))?.[0]
    if (abbreviates(word, 'file')) return yield* unsimulated(c, "'ip monitor file'")
    if (abbreviates(word, 'label')) watch.label = true
    else if (object !== undefined) watch.objects.add(object)
    else if (word === 'stats') watch.objects.add('stats')
    else if (word === 'all') watch.label = true
    else if (abbreviates(word, 'all-nsid')) watch.allNsid = true
    else if (abbreviates(word, 'help')) return yield* die(c, EXIT_USAGE, USAGE)
    else if (word === 'dev') {
      const name = yield* words.value()
      watch.dev = (yield* rtnl.find(name))?.index ?? (yield* wrong(c, name, 'Device does not exist\n'))
    } else return yield* die(c, EXIT_USAGE, `Argument "${word}" is unknown, try "ip monitor help".`)
  }
  if (o.brief) return yield* unsimulated(c, "'ip -brief monitor'")
  return yield* listen(c, o, watch)
}

function groupsOf({ objects }: Watch, family: IpOptions['family']): number {
  let groups = 0
  for (const [name, inet, inet6, both] of OBJECTS) {
    if (objects.size === 0 || objects.has(name)) groups |= both | (family === 'inet6' ? 0 : inet) | (family === 'inet' ? 0 : inet6)
  }
  return groups
}

function* listen(c: Crt, o: IpOptions, watch: Watch): Flow<number> {
  const fd = yield* call('socket', 'netlink', 'raw|cloexec', NETLINK_ROUTE)
  if (isErr(fd)) return yield* die(c, 1, `Cannot open netlink socket: ${fd.message}`)
  const bound = yield* call('bind', fd, { family: 'netlink', pid: 0, groups: groupsOf(watch, o.family) })
  if (isErr(bound)) return yield* die(c, 1, `Cannot bind netlink socket: ${bound.message}`)
  const printer = new MonitorPrinter(c, o, watch)
  yield* printer.learn()
  for (;;) {
    const datagram = yield* call('recvmsg', fd, 0)
    if (datagram === Errno.EINTR) continue
    if (isErr(datagram)) {
      yield* c.stderr.write(`netlink receive error ${datagram.message} (${datagram.number})\n`)
      if (datagram === Errno.ENOBUFS) continue
      return 2
    }
    for (const message of datagram as NetlinkDatagram) yield* printer.print(message)
    yield* c.stdout.flush()
  }
}

/** Devices as ip's cache knows them (ll_map): a renamed one keeps the name it was first seen with. */
class LinkMap extends Rtnl {
  readonly #known = new Map<number, Link>()
  remember(link: Link): void {
    this.#known.set(link.index, { ...link, name: this.#known.get(link.index)?.name ?? link.name })
  }
  forget(index: number): void {
    this.#known.delete(index)
  }
  override *links(): Flow<readonly Link[]> {
    return [...this.#known.values()]
  }
  override *name(index: number): Flow<string> {
    return this.#known.get(index)?.name ?? (yield* super.name(index))
  }
}

class MonitorPrinter {
  readonly #c: Crt
  readonly #o: IpOptions
  readonly #watch: Watch
  readonly #rtnl: LinkMap
  /** Names of namespaces by their ids; they outlive the namespaces. */
  readonly #nsNames = new Map<number, string>()

  constructor(c: Crt, o: IpOptions, watch: Watch) {
    this.#c = c
    this.#o = o
    this.#watch = watch
    this.#rtnl = new LinkMap(c)
  }

  *learn(): Flow<void> {
    for (const link of yield* this.#rtnl.dumpLinks()) this.#rtnl.remember(link)
    const { replies } = yield* this.#rtnl.ask({ type: 'RTM_GETNSID', flags: NLM_F_DUMP })
    for (const r of replies) if (r.type === 'RTM_NEWNSID') yield* this.#nsName(r.nsid)
  }
  *#nsName(nsid: number): Flow<string | undefined> {
    const name = (yield* nameOfNetnsid(this.#rtnl, nsid)) ?? this.#nsNames.get(nsid)
    if (name !== undefined) this.#nsNames.set(nsid, name)
    return name
  }

  *print(message: NetlinkReply): Flow<void> {
    const text = yield* this.#body(message)
    if (text === undefined) return
    const label = LABELS[message.type.slice('RTM_NEW'.length)] ?? ''
    const nsid = this.#watch.allNsid ? '[nsid current]' : ''
    yield* this.#c.stdout.write(`${yield* this.#timestamp()}${nsid}${this.#watch.label ? `[${label}]` : ''}${message.type.startsWith('RTM_DEL') ? 'Deleted ' : ''}${text}`)
  }
  *#timestamp(): Flow<string> {
    if (this.#o.timestamp === undefined) return ''
    const now = yield* call('clock_gettime', CLOCK_REALTIME)
    if (isErr(now)) return ''
    const usec = String(Math.floor(now.nsec / 1000))
    return this.#o.timestamp === 'short' ? `[${strftime('%Y-%m-%dT%H:%M:%S', now.sec)}.${usec.padStart(6, '0')}] ` : `Timestamp: ${strftime('%a %b %e %H:%M:%S %Y', now.sec)} ${usec} usec\n`
  }

  /** Undefined for what isn't wanted. */
  *#body(m: NetlinkReply): Flow<string | undefined> {
    const o = this.#o
    const { dev } = this.#watch
    const isOther = (index: number): boolean => dev !== undefined && index !== dev
    switch (m.type) {
      case 'RTM_NEWLINK':
      case 'RTM_DELLINK': return yield* this.#link(m)
      case 'RTM_NEWADDR':
      case 'RTM_DELADDR': {
        if (isOther(m.addr.index)) return undefined
        const addr = m.addr.family === 'inet6' ? { ...m.addr, label: undefined } : m.addr
        return addressText(addr, o, yield* scopeNames(), `${addr.index}: ${yield* this.#rtnl.name(addr.index)}    `)
      }
      case 'RTM_NEWROUTE':
      case 'RTM_DELROUTE': {
        if (!('route' in m) || (dev !== undefined && (m.route.nexthops.length !== 1 || m.route.nexthops[0].oif !== dev))) return undefined
        return yield* routeText(this.#rtnl, o, yield* routeNames(o), m.route, { table: RT_TABLE_UNSPEC, ...(dev === undefined ? {} : { dev }) })
      }
      case 'RTM_NEWNEIGH':
      case 'RTM_DELNEIGH': {
        const n = m.neighbour
        if (isOther(n.index) || (o.family !== undefined && n.family !== o.family)) return undefined
        return neighbourText(n, o, dev === undefined ? yield* this.#rtnl.name(n.index) : undefined, yield* protocolNames())
      }
      case 'RTM_NEWRULE':
      case 'RTM_DELRULE': return ruleText(m.rule, o, yield* readRuleNames())
      case 'RTM_NEWNSID':
      case 'RTM_DELNSID': {
        const name = yield* this.#nsName(m.nsid)
        return `nsid ${m.nsid} ${name === undefined ? '' : `(iproute2 netns name: ${name})`}\n`
      }
      case 'RTM_NEWNETCONF':
      case 'RTM_DELNETCONF': return isOther(m.netconf.index) ? undefined : `${m.netconf.family} ${yield* this.#rtnl.name(m.netconf.index)} ${netconfText(m.netconf)}\n`
      default: return undefined
    }
  }

  *#link(m: Extract<NetlinkReply, { readonly type: 'RTM_NEWLINK' | 'RTM_DELLINK' }>): Flow<string | undefined> {
    const { link } = m
    if (m.type === 'RTM_DELLINK') this.#rtnl.forget(link.index)
    else this.#rtnl.remember(link)
    if (this.#watch.dev !== undefined && link.index !== this.#watch.dev) return undefined
    // The length of the queue is only in listings.
    const facts = yield* linkFacts(this.#rtnl, { ...link, txqlen: 0 }, yield* groupNames())
    const text = linkText(facts, { ...this.#o, family: undefined }, false)
    if (m.type !== 'RTM_DELLINK' || m.newNetnsid === undefined) return text
    const name = yield* this.#nsName(m.newNetnsid)
    return `${text.trimEnd()} ${name === undefined ? `new-netnsid ${m.newNetnsid}` : `new-netns ${name}`} new-ifindex ${m.newIndex ?? 0}\n`
  }
}

const RP_FILTER = ['off', 'strict', 'loose']
/** print_netconf */
function netconfText(n: Netconf): string {
  const flag = (name: string, value: boolean | undefined): string => (value === undefined ? '' : `${name} ${value ? 'on' : 'off'} `)
  return `${flag('forwarding', n.forwarding)}${n.rpFilter === undefined ? '' : `rp_filter ${RP_FILTER[n.rpFilter] ?? 'unknown'} `}${flag('mc_forwarding', n.mcForwarding)}` +
    `${flag('proxy_neigh', n.proxyNeigh)}${flag('ignore_routes_with_linkdown', n.ignoreRoutesWithLinkdown)}`
}
