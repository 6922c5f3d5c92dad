// The World's links, routes and netfilter chains, from the numbers of rtnetlink and nf_tables, in the words `ip` and `nft` use.
import {
  ARPHRD_LOOPBACK, IF_OPER_DOWN, IF_OPER_LOWERLAYERDOWN, IF_OPER_UP, IFF_BROADCAST, IFF_LOOPBACK, IFF_LOWER_UP, IFF_MULTICAST, IFF_NOARP, IFF_UP, RT_SCOPE_HOST, RT_SCOPE_LINK,
} from '../../simulator/abi/netlink.ts'
import type { NsId, World } from '../../lab/world.ts'
import type { RawChain, RawLink, RawNet } from './raw-world.ts'

type Chain = World['chains'][NsId][number]

const FLAGS: readonly (readonly [number, string])[] = [
  [IFF_LOOPBACK, 'LOOPBACK'], [IFF_BROADCAST, 'BROADCAST'], [IFF_MULTICAST, 'MULTICAST'], [IFF_NOARP, 'NOARP'], [IFF_UP, 'UP'], [IFF_LOWER_UP, 'LOWER_UP'],
]
const NFPROTO: Readonly<Record<number, string>> = { 1: 'inet', 2: 'ip', 3: 'arp', 5: 'netdev', 7: 'bridge', 10: 'ip6' }
/** By hook number; arp and netdev have their own. */
const HOOKS: readonly Chain['hook'][] = ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress']
const ARP_HOOKS: readonly Chain['hook'][] = ['input', 'output', 'forward']
const NETDEV_HOOKS: readonly Chain['hook'][] = ['ingress', 'egress']
const NF_DROP = 0

const scopeName = (scope: number): string => (scope === RT_SCOPE_HOST ? 'host' : scope === RT_SCOPE_LINK ? 'link' : 'global')
const operstate = (state: number): string => (state === IF_OPER_UP ? 'UP' : state === IF_OPER_DOWN ? 'DOWN' : state === IF_OPER_LOWERLAYERDOWN ? 'LOWERLAYERDOWN' : 'UNKNOWN')

function kindOf({ kind, arp }: RawLink): string {
  if (kind === 'tun') return arp === 1 ? 'tap' : 'tun'
  return kind ?? (arp === ARPHRD_LOOPBACK ? 'loopback' : 'ether')
}

/** In the order of their indexes. */
export function linksOf(ns: NsId, { links, nsids, addresses }: RawNet): World['links'][NsId] {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const numbered = new Map(nsids)
  return links.toSorted((a, b) => a.index - b.index).map((link) => ({
    index: link.index, name: link.name, kind: kindOf(link), mac: link.mac ?? '', mtu: link.mtu,
    flags: FLAGS.filter(([flag]) => (link.flags & flag) !== 0).map(([, name]) => name), operstate: operstate(link.operstate),
    addresses: addresses.filter(({ index }) => index === link.index).map(({ address, prefix, scope }) => ({ address, prefix, scope: scopeName(scope) })),
    master: link.master === undefined ? undefined : names.get(link.master),
    peer: link.kind === 'veth' && link.link !== undefined ? { netns: link.nsid === undefined ? ns : (numbered.get(link.nsid) ?? 0), index: link.link } : undefined,
  }))
}

export function routesOf({ links, routes }: RawNet): World['routes'][NsId] {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  return routes.map(({ dst, dstLength, via, dev, src, scope, metric }) => ({
    dst: dstLength === 0 ? 'default' : `${dst ?? '0.0.0.0'}/${dstLength}`, via, dev: dev === undefined ? undefined : names.get(dev), src, scope: scopeName(scope), metric: metric ?? 0,
  }))
}

export function chainsOf({ chains }: RawNet): World['chains'][NsId] {
  return chains.map(chainOf).sort((a, b) => (a.hook === b.hook ? a.priority - b.priority : a.hook < b.hook ? -1 : 1))
}

function chainOf({ family, table, chain, hook, priority, policy, rules }: RawChain): Chain {
  const name = NFPROTO[family] ?? String(family)
  const hooks = name === 'arp' ? ARP_HOOKS : name === 'netdev' ? NETDEV_HOOKS : HOOKS
  return { family: name, table, chain, hook: hooks[hook] ?? 'input', priority, policy: policy === NF_DROP ? 'drop' : 'accept', rules }
}
