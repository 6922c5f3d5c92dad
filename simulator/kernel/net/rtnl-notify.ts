// What rtnetlink tells those who have joined its groups (rtnl_notify, rtmsg_ifinfo, rtmsg_ifa, rtmsg_fib, neigh_notify …): the same messages a dump would give,
// when something changes. Nothing is built while nobody listens. Simpler: no messages about forwarding databases and ports of bridges (family bridge),
// about entries for multicast addresses, and none where an entry turns stale by itself.
import { type NetlinkReply, type Route, RTNH_F_DEAD, RTNH_F_LINKDOWN, type Rule } from '../../abi/netlink.ts'
import {
  type Netconf, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_NETCONF, RTMGRP_IPV4_ROUTE, RTMGRP_IPV4_RULE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_NETCONF, RTMGRP_IPV6_ROUTE, RTMGRP_IPV6_RULE, RTMGRP_LINK,
  RTMGRP_NEIGH, RTMGRP_NSID,
} from '../../abi/netlink-groups.ts'
import type { IpVersion } from '../../lib/ip.ts'
import type { InterfaceAddress } from './address.ts'
import type { FibRoute } from './fib.ts'
import { linkMessage } from './link-message.ts'
import { neighbourMessage } from './neigh-message.ts'
import type { Neighbour } from './neighbour.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { routeMessage } from './route-message.ts'

/** A socket that has joined groups: RTMGRP_… bits. */
export interface RtnlListener {
  readonly groups: number
  deliver(message: NetlinkReply): void
}

function notify(net: NetNamespace, group: number, message: () => NetlinkReply): void {
  if (net.listeners.size === 0) return
  let built: NetlinkReply | undefined
  for (const listener of net.listeners) if ((listener.groups & group) !== 0) listener.deliver((built ??= message()))
}

/** rtmsg_ifinfo(RTM_NEWLINK); not before the device is ready. */
export function linkChanged(device: NetDevice): void {
  if (device.isAnnounced) notify(device.ns, RTMGRP_LINK, () => ({ type: 'RTM_NEWLINK', link: linkMessage(device) }))
}
/** The device ends, or moves to where it is known by a new number; nobody hears the end of what never was told of. */
export function linkGone(device: NetDevice, moved?: { readonly netnsid: number; readonly index: number }): void {
  if (device.isAnnounced) notify(device.ns, RTMGRP_LINK, () => ({ type: 'RTM_DELLINK', link: linkMessage(device), ...(moved === undefined ? {} : { newNetnsid: moved.netnsid, newIndex: moved.index }) }))
}
/** `flags`: IFA_F_… to tell beside the address's own. */
export function addressChanged(device: NetDevice, address: InterfaceAddress, type: 'RTM_NEWADDR' | 'RTM_DELADDR', flags = 0): void {
  notify(device.ns, address.family === 'inet' ? RTMGRP_IPV4_IFADDR : RTMGRP_IPV6_IFADDR, () => {
    const addr = address.toMessage(device.index, device.ns.kernel.clock.now)
    return { type, addr: { ...addr, flags: addr.flags | flags } }
  })
}
/** A hop is dead only once its device's end has been seen to, which is after the news. */
const living = (route: Route): Route =>
  ({ ...route, nexthops: route.nexthops.map((n) => ((n.flags & RTNH_F_DEAD) === 0 ? n : { ...n, flags: n.flags & ~(RTNH_F_DEAD | RTNH_F_LINKDOWN) })) })
export function routeChanged(net: NetNamespace, route: FibRoute, type: 'RTM_NEWROUTE' | 'RTM_DELROUTE'): void {
  notify(net, route.family === 'inet' ? RTMGRP_IPV4_ROUTE : RTMGRP_IPV6_ROUTE, () => ({ type, route: living(routeMessage(route)) }))
}
export function neighbourChanged(neighbour: Neighbour, type: 'RTM_NEWNEIGH' | 'RTM_DELNEIGH', state?: number): void {
  notify(neighbour.device.ns, RTMGRP_NEIGH, () => ({ type, neighbour: neighbourMessage(neighbour, state) }))
}
export function ruleChanged(net: NetNamespace, family: IpVersion, type: 'RTM_NEWRULE' | 'RTM_DELRULE', rule: () => Rule): void {
  notify(net, family === 'inet' ? RTMGRP_IPV4_RULE : RTMGRP_IPV6_RULE, () => ({ type, rule: rule() }))
}
export function nsidChanged(net: NetNamespace, type: 'RTM_NEWNSID' | 'RTM_DELNSID', nsid: number): void {
  notify(net, RTMGRP_NSID, () => ({ type, nsid }))
}

function netconf(device: NetDevice, family: IpVersion): Netconf {
  const value = (name: string): number => device.ns.sysctls.getNumber(`net/${family === 'inet' ? 'ipv4' : 'ipv6'}/conf/${device.name}/${name}`)
  const common = { family, index: device.index, forwarding: value('forwarding') !== 0, mcForwarding: value('mc_forwarding') !== 0, ignoreRoutesWithLinkdown: value('ignore_routes_with_linkdown') !== 0 }
  return family === 'inet' ? { ...common, rpFilter: value('rp_filter'), proxyNeigh: value('proxy_arp') !== 0 } : { ...common, proxyNeigh: value('proxy_ndp') !== 0 }
}
/** inet_netconf_notify_devconf, and IPv6's, of the whole device: it comes, or goes; a renamed one does both. */
export function netconfChanged(device: NetDevice, ...types: readonly ('RTM_NEWNETCONF' | 'RTM_DELNETCONF')[]): void {
  for (const family of ['inet', 'inet6'] as const) {
    for (const type of types) {
      notify(device.ns, family === 'inet' ? RTMGRP_IPV4_NETCONF : RTMGRP_IPV6_NETCONF, () =>
        ({ type, netconf: type === 'RTM_NEWNETCONF' ? netconf(device, family) : { family, index: device.index } }))
    }
  }
}
