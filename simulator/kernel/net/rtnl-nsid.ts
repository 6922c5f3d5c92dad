// RTM_GETNSID and RTM_NEWNSID (net/core/net_namespace.c, ip-netns(8) set): the numbers by which a network namespace knows others.
import { Errno } from '../../abi/errno.ts'
import { type NetlinkReply, type NetlinkRequest, NLM_F_DUMP } from '../../abi/netlink.ts'
import { NsFile } from '../fs/nsfs.ts'
import type { Task } from '../task.ts'
import { NetNamespace } from './net-namespace.ts'
import { NetlinkError } from './netlink-error.ts'

function named(task: Task, by: { readonly fd?: number; readonly pid?: number }): NetNamespace {
  if (by.fd !== undefined) {
    const file = task.files.get(by.fd)
    if (!(file instanceof NsFile) || !(file.ns instanceof NetNamespace)) throw new NetlinkError(Errno.EINVAL, 'Peer netns reference is invalid')
    return file.ns
  }
  const target = by.pid === undefined ? undefined : task.pidNs.find(by.pid)?.task
  if (target === undefined || !target.isAlive) throw new NetlinkError(Errno.ESRCH, 'Peer netns reference is invalid')
  return target.nsproxy.net
}

export function getNsid(task: Task, net: NetNamespace, request: Extract<NetlinkRequest, { readonly type: 'RTM_GETNSID' }>): readonly NetlinkReply[] {
  if ((request.flags & NLM_F_DUMP) === NLM_F_DUMP) return net.nsidList().map(([nsid]) => ({ type: 'RTM_NEWNSID', nsid }))
  if (request.nsid !== undefined) {
    if (net.byNsid(request.nsid) === undefined) throw new NetlinkError(Errno.EINVAL, 'Peer netns reference is invalid')
    return [{ type: 'RTM_NEWNSID', nsid: request.nsid }]
  }
  return [{ type: 'RTM_NEWNSID', nsid: net.nsid(named(task, request)) }]
}

export function newNsid(task: Task, net: NetNamespace, request: Extract<NetlinkRequest, { readonly type: 'RTM_NEWNSID' }>): readonly NetlinkReply[] {
  const peer = named(task, request)
  if (net.nsid(peer) >= 0) throw new NetlinkError(Errno.EEXIST, 'Peer netns already has a nsid assigned')
  if (request.nsid >= 0 && net.byNsid(request.nsid) !== undefined) throw new NetlinkError(Errno.ENOSPC, 'The specified nsid is already used')
  net.assignNsid(peer, request.nsid)
  return []
}
