// RTM_…QDISC (net/sched/sch_api.c, tc-qdisc(8)): the one queueing discipline at the root of a device. Simpler: only netem does something; pfifo, bfifo, fq_codel and
// prio are kept and shown, since no queue here is ever long; classes and filters are missing.
import { Errno } from '../../abi/errno.ts'
import { type NetemOptions, type NetlinkReply, type NetlinkRequest, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, type QdiscRequest } from '../../abi/netlink.ts'
import type { NetDevice, QdiscCounters } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { NetlinkError } from './netlink-error.ts'
import { netemEgress } from './netem.ts'
import { Room } from '../rooms.ts'

const KINDS: ReadonlySet<string> = new Set(['netem', 'pfifo', 'bfifo', 'pfifo_fast', 'fq_codel', 'prio', 'noqueue'])
const FIRST_AUTO_HANDLE = 0x8001

const noCounts = (): QdiscCounters => ({ bytes: 0, packets: 0, dropped: 0, qlen: 0, backlog: 0 })

export function dumpQdiscs(net: NetNamespace): readonly NetlinkReply[] {
  return [...net.devices.values()].filter((d) => d.qdisc !== 'noop').map((device) => {
    const root = device.rootQdisc
    const isDefaultQueue = root === undefined && device.qdisc !== 'noqueue'
    const counters = root?.counters ?? (isDefaultQueue ? { bytes: device.tx.bytes, packets: device.tx.packets, dropped: 0, qlen: 0, backlog: 0 } : noCounts())
    return { type: 'RTM_NEWQDISC', qdisc: { index: device.index, kind: device.qdisc, handle: root?.handle ?? 0, options: root?.options ?? {}, ...counters } }
  })
}

/** qdisc_alloc_handle: one counter for the whole machine. */
function autoHandle(net: NetNamespace): number {
  return net.kernel.rooms.open(AUTO_HANDLE, () => ({ next: FIRST_AUTO_HANDLE })).next++
}
const AUTO_HANDLE = new Room<{ next: number }>('qdisc-handle')

function attach(device: NetDevice, request: QdiscRequest, handle: number, counters = noCounts()): void {
  const kind = request.kind ?? ''
  const options = request.options ?? {}
  device.rootQdisc = kind === 'noqueue' ? undefined : { kind, handle, options, counters }
  device.egress = kind === 'netem' ? netemEgress(device, options, counters) : undefined
}

/** netem_change: what is in attributes of its own stays unless it is given again. */
function kept(old: NetemOptions): NetemOptions {
  const { delayCorrelation, lossCorrelation, duplicateCorrelation, reorder, reorderCorrelation, corrupt, corruptCorrelation, rate, isNormal } = old
  return { delayCorrelation, lossCorrelation, duplicateCorrelation, reorder, reorderCorrelation, corrupt, corruptCorrelation, rate, isNormal }
}

/** tc_modify_qdisc, tc_get_qdisc */
export function changeQdisc(net: NetNamespace, { type, flags, qdisc: request }: Extract<NetlinkRequest, { readonly type: 'RTM_NEWQDISC' | 'RTM_DELQDISC' }>): readonly NetlinkReply[] {
  const device = net.device(request.index)
  if (device === undefined) throw Errno.ENODEV
  const root = device.rootQdisc
  if (type === 'RTM_DELQDISC') {
    if (request.isRoot !== true) throw new NetlinkError(Errno.ENOENT, 'Classid cannot be zero')
    if (root === undefined) throw new NetlinkError(Errno.ENOENT, 'Cannot delete qdisc with handle of zero')
    if (request.kind !== undefined && request.kind !== root.kind) throw new NetlinkError(Errno.EINVAL, 'Invalid qdisc name')
    device.rootQdisc = undefined
    device.egress = undefined
    return []
  }
  if (request.isRoot !== true) throw new NetlinkError(Errno.ENOENT, 'Handle cannot be zero')
  const { kind } = request
  if (root !== undefined && request.handle !== undefined && (flags & NLM_F_REPLACE) === 0 && ((flags & NLM_F_EXCL) !== 0 || request.handle !== root.handle)) throw new NetlinkError(Errno.EEXIST, 'NLM_F_REPLACE needed to override')
  if (root !== undefined && (flags & NLM_F_EXCL) !== 0) throw new NetlinkError(Errno.EEXIST, 'Exclusivity flag on, cannot modify')
  if (root === undefined && (flags & NLM_F_CREATE) === 0) throw new NetlinkError(Errno.ENOENT, 'Qdisc not found. To create specify NLM_F_CREATE flag')
  if (kind !== undefined && !KINDS.has(kind)) throw new NetlinkError(Errno.ENOENT, 'Specified qdisc kind is unknown')
  const isSame = root !== undefined && kind === root.kind && (request.handle === undefined || request.handle === root.handle)
  if (root !== undefined && !isSame && (flags & NLM_F_REPLACE) === 0) throw new NetlinkError(Errno.EINVAL, 'Invalid qdisc name: must match existing qdisc')
  if (isSame) {
    attach(device, { ...request, options: { ...kept(root.options), ...request.options } }, root.handle, root.counters)
  } else attach(device, request, request.handle ?? autoHandle(net))
  return []
}
