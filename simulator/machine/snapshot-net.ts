// The World's links and routes, in the words `ip` uses.
import {
  IF_OPER_DOWN, IF_OPER_LOWERLAYERDOWN, IF_OPER_UP, IFF_BROADCAST, IFF_LOOPBACK, IFF_LOWER_UP, IFF_MULTICAST, IFF_NOARP, IFF_UP, RT_SCOPE_HOST, RT_SCOPE_LINK, RT_TABLE_MAIN,
} from '../abi/netlink.ts'
import { formatIp } from '../lib/ip.ts'
import type { NetDevice } from '../kernel/net/net-device.ts'
import type { NetNamespace } from '../kernel/net/net-namespace.ts'
import type { WorldChain, WorldLink, WorldRoute } from './world.ts'

const FLAGS: readonly (readonly [number, string])[] = [
  [IFF_LOOPBACK, 'LOOPBACK'], [IFF_BROADCAST, 'BROADCAST'], [IFF_MULTICAST, 'MULTICAST'], [IFF_NOARP, 'NOARP'], [IFF_UP, 'UP'], [IFF_LOWER_UP, 'LOWER_UP'],
]
const KINDS: Readonly<Record<NetDevice['kind'], string>> = { loopback: 'loopback', physical: 'ether', veth: 'veth', dummy: 'dummy', bridge: 'bridge', vlan: 'vlan', macvlan: 'macvlan', ipvlan: 'ipvlan', tun: 'tun', tap: 'tap' }
const operstate = (state: number): string =>
  state === IF_OPER_UP ? 'UP' : state === IF_OPER_DOWN ? 'DOWN' : state === IF_OPER_LOWERLAYERDOWN ? 'LOWERLAYERDOWN' : 'UNKNOWN'
const scopeName = (scope: number): string => (scope === RT_SCOPE_HOST ? 'host' : scope === RT_SCOPE_LINK ? 'link' : 'global')

function snapshotLink(device: NetDevice): WorldLink {
  const { peer } = device
  return {
    index: device.index, name: device.name, kind: KINDS[device.kind], mac: device.address, mtu: device.mtu,
    flags: FLAGS.filter(([flag]) => (device.flags & flag) !== 0).map(([, name]) => name), operstate: operstate(device.operstate),
    addresses: device.addresses.map((a) => ({ address: formatIp(a.family, a.local), prefix: a.prefixlen, scope: scopeName(a.scope) })),
    master: device.master?.name, peer: peer === undefined ? undefined : { netns: peer.ns.ino, index: peer.index },
  }
}

/** In the order of their indexes. */
export const snapshotLinks = (ns: NetNamespace): readonly WorldLink[] => [...ns.devices.values()].sort((a, b) => a.index - b.index).map(snapshotLink)

/** Base chains by hook and priority; none until a firewall is set up. */
export function snapshotChains(ns: NetNamespace): readonly WorldChain[] {
  const chains = [...ns.netfilter.ruleset.values()].filter((table) => !table.dormant).flatMap((table) =>
    [...table.chains.values()].flatMap(({ name, base, rules }) => (base === undefined ? [] : [{
      family: table.family, table: table.name, chain: name, hook: base.hook, priority: base.priority, policy: base.policy, rules: rules.length,
    }])))
  return chains.sort((a, b) => (a.hook === b.hook ? a.priority - b.priority : a.hook < b.hook ? -1 : 1))
}

/** The main IPv4 table. */
export function snapshotRoutes(ns: NetNamespace): readonly WorldRoute[] {
  return ns.routes.list('inet', RT_TABLE_MAIN).map((route) => {
    const hop = route.nexthops[0]
    return {
      dst: route.dstLen === 0 ? 'default' : `${formatIp('inet', route.dst)}/${route.dstLen}`,
      via: hop?.gateway === undefined ? undefined : formatIp('inet', hop.gateway), dev: hop?.device?.name,
      src: route.prefsrc === undefined ? undefined : formatIp('inet', route.prefsrc), scope: scopeName(route.scope), metric: route.metric,
    }
  })
}
