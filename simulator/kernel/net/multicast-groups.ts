// Which multicast groups a device is in (net/ipv4/igmp.c, net/ipv6/mcast.c, dev_mc_add; `ip maddr`): those every up device joins, and the solicited-node group of
// each IPv6 address.
import { IFF_MULTICAST } from '../../abi/netlink.ts'
import { formatIpv6 } from '../../lib/ip.ts'
import { groupMac, solicitedNode } from './ndp.ts'
import type { NetDevice } from './net-device.ts'

const ALL_NODES = (0xff02n << 112n) | 1n, ALL_NODES_LOCAL = (0xff01n << 112n) | 1n
const ALL_HOSTS_MAC = '01:00:5e:00:00:01'

const hasInet6 = (device: NetDevice): boolean => device.ns.sysctls.get(`net/ipv6/conf/${device.name}/disable_ipv6`) === '0'
const solicited = (device: NetDevice): ReadonlyMap<bigint, number> => {
  const counts = new Map<bigint, number>()
  for (const a of device.addresses) if (a.family === 'inet6' && !device.isLoopback) counts.set(solicitedNode(a.local), (counts.get(solicitedNode(a.local)) ?? 0) + 1)
  return counts
}
const listens = (device: NetDevice): boolean => device.isLoopback || device.has(IFF_MULTICAST)

/** IPv4: 224.0.0.1 while the device is up. */
export const inetGroups = (device: NetDevice): readonly string[] => (device.isUp && listens(device) ? ['224.0.0.1'] : [])
export function inet6Groups(device: NetDevice): readonly { readonly address: string; readonly users: number }[] {
  if (!hasInet6(device)) return []
  const own = device.isUp && listens(device) ? [...solicited(device)].map(([address, users]) => ({ address: formatIpv6(address), users })) : []
  return [...own, { address: formatIpv6(ALL_NODES), users: 1 }, { address: formatIpv6(ALL_NODES_LOCAL), users: 1 }]
}
/** The MAC addresses a device listens to beside its own. */
export function groupAddresses(device: NetDevice): readonly string[] {
  if (device.isLoopback) return []
  if (!device.isUp || !device.has(IFF_MULTICAST)) return [...(hasInet6(device) && device.has(IFF_MULTICAST) ? [groupMac(ALL_NODES)] : []), ...device.extraMulticast]
  return [...(hasInet6(device) ? [groupMac(ALL_NODES)] : []), ALL_HOSTS_MAC, ...(hasInet6(device) ? [...solicited(device).keys()].map(groupMac) : []), ...device.extraMulticast]
}
