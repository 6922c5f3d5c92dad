// rtnetlink(7) requests (net/core/rtnetlink.c): who may, which room answers, and how success and failure travel back.
import { CAP_NET_ADMIN } from '../../abi/capability.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { NLM_F_DUMP, type NetlinkDatagram, type NetlinkReply, type NetlinkRequest } from '../../abi/netlink.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { Task } from '../task.ts'
import { ethtoolInfo, setFeatures } from './ethtool-info.ts'
import { NetlinkError } from './netlink-error.ts'
import type { NetNamespace } from './net-namespace.ts'
import { deleteAddressRequest, dumpAddresses, newAddressRequest } from './rtnl-addr.ts'
import { changeAltname, changeVlans, deleteLinkRequest, getLinks, newLinkRequest, setLinkRequest } from './rtnl-link.ts'
import { changeNeighbour, getNeighbours } from './rtnl-neigh.ts'
import { getNsid, newNsid } from './rtnl-nsid.ts'
import { deleteRouteRequest, dumpRoutes, newRouteRequest } from './rtnl-route.ts'
import { changeQdisc, dumpQdiscs } from './rtnl-qdisc.ts'
import { lookupRoute } from './rtnl-route-get.ts'
import { changeRule, dumpRules } from './rtnl-rule.ts'

/** GET needs no right; everything else CAP_NET_ADMIN over the user namespace that owns the network namespace. */
function mayChange(task: Task, net: NetNamespace): void {
  if (net.owner === undefined || !nsCapable(task, net.owner, CAP_NET_ADMIN)) throw Errno.EPERM
}

function ethtool(net: NetNamespace, request: Extract<NetlinkRequest, { readonly type: 'ETHTOOL_GET' | 'ETHTOOL_SET' }>): readonly NetlinkReply[] {
  const device = net.find(request.name)
  if (device === undefined) throw Errno.ENODEV
  if (request.type === 'ETHTOOL_GET') return [{ type: 'ETHTOOL_GET_REPLY', info: ethtoolInfo(device) }]
  setFeatures(device, request.features)
  return []
}

function answer(task: Task, net: NetNamespace, request: NetlinkRequest): readonly NetlinkReply[] {
  const { type } = request
  if (!type.includes('_GET')) mayChange(task, net)
  switch (type) {
    case 'RTM_GETLINK': return getLinks(net, request)
    case 'RTM_NEWLINK': return newLinkRequest(task, net, request.flags, request.link)
    case 'RTM_SETLINK': return setLinkRequest(task, net, request)
    case 'RTM_DELLINK': return deleteLinkRequest(net, request)
    case 'RTM_NEWLINKPROP':
    case 'RTM_DELLINKPROP': return changeAltname(net, request)
    case 'ETHTOOL_GET':
    case 'ETHTOOL_SET': return ethtool(net, request)
    case 'RTM_GETQDISC': return dumpQdiscs(net)
    case 'RTM_NEWQDISC':
    case 'RTM_DELQDISC': return changeQdisc(net, request)
    case 'RTM_NEWVLAN':
    case 'RTM_DELVLAN': return changeVlans(net, request)
    case 'RTM_GETADDR': return dumpAddresses(net, request)
    case 'RTM_NEWADDR': return newAddressRequest(net, request.flags, request.addr)
    case 'RTM_DELADDR': return deleteAddressRequest(net, request.addr)
    case 'RTM_GETROUTE': return request.lookup === undefined ? dumpRoutes(net, request) : lookupRoute(task, net, request.lookup)
    case 'RTM_NEWROUTE': return newRouteRequest(net, request.flags, request.route)
    case 'RTM_DELROUTE': return deleteRouteRequest(net, request.route)
    case 'RTM_GETNEIGH': return getNeighbours(net, request)
    case 'RTM_NEWNEIGH':
    case 'RTM_DELNEIGH': return changeNeighbour(net, request)
    case 'RTM_GETRULE': return dumpRules(net, request)
    case 'RTM_NEWRULE':
    case 'RTM_DELRULE': return changeRule(net, request)
    case 'RTM_GETNSID': return getNsid(task, net, request)
    case 'RTM_NEWNSID': return newNsid(task, net, request)
  }
}

/** The whole answer to a request. A failed request has changed nothing. */
export function answerRtnetlink(task: Task, net: NetNamespace, request: NetlinkRequest): NetlinkDatagram {
  const isDump = request.type.startsWith('RTM_GET') && (request.flags & NLM_F_DUMP) === NLM_F_DUMP
  const end = (errno: Errno | undefined, extack?: string): NetlinkReply => ({ type: isDump ? 'NLMSG_DONE' : 'NLMSG_ERROR', errno, ...(extack === undefined ? {} : { extack }) })
  try {
    return [...answer(task, net, request), end(undefined)]
  } catch (thrown) {
    if (thrown instanceof NetlinkError) return [end(thrown.errno, thrown.extack)]
    if (isErr(thrown)) return [end(thrown)]
    throw thrown
  }
}
