// RTM_…NEIGH in family bridge: forwarding databases (net/bridge/br_fdb.c, rtnl_fdb_add in net/core/rtnetlink.c; `bridge fdb`).
import { Errno } from '../../abi/errno.ts'
import {
  type Neighbour, type NeighbourRequest, type NetlinkReply, type NetlinkRequest, NLM_F_CREATE, NLM_F_EXCL, NTF_EXT_LEARNED, NTF_MASTER, NTF_SELF, NUD_NOARP, NUD_PERMANENT, NUD_REACHABLE, NUD_STALE,
} from '../../abi/netlink.ts'
import { NSEC_PER_SEC } from '../clock.ts'
import { ageingTime } from './bridge-forward.ts'
import { groupAddresses } from './multicast-groups.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'

/** Entries of a bridge, of its ports' own addresses, and the unicast and multicast lists of every device. */
export function dumpFdb(net: NetNamespace, request: Extract<NetlinkRequest, { readonly type: 'RTM_GETNEIGH' }>): readonly NetlinkReply[] {
  const replies: NetlinkReply[] = []
  const { now } = net.kernel.clock
  const push = (device: NetDevice, dst: string, state: number, flags: number, bridge?: NetDevice, seen?: number, vlan?: number): void => {
    const idle = seen === undefined ? 0 : Math.floor((now - seen) / NSEC_PER_SEC)
    const entry: Neighbour = {
      family: 'bridge', index: device.index, dst, lladdr: dst, state, flags, protocol: 0, ...(bridge === undefined ? {} : { master: bridge.index }), ...(vlan === undefined ? {} : { vlan }),
      age: { used: idle, confirmed: idle, updated: idle, refs: 0 },
    }
    replies.push({ type: 'RTM_NEWNEIGH', neighbour: entry })
  }
  for (const device of net.devices.values()) {
    if (request.index !== undefined && request.index !== device.index) continue
    const bridge = device.master?.kind === 'bridge' ? device.master : undefined
    if (bridge !== undefined) {
      const vlans = [...device.bridgeVlans.keys()]
      for (const [mac, e] of bridge.fdb) {
        if (e.port !== device || (e.isStatic !== true && now - e.seen >= ageingTime(bridge))) continue
        const state = e.isPermanent === true ? NUD_PERMANENT : e.isStatic === true ? NUD_NOARP : NUD_REACHABLE
        const flags = NTF_MASTER | (e.isExternal === true ? NTF_EXT_LEARNED : 0)
        // What is added by hand without a VLAN is added to all of them.
        for (const vlan of e.isByHand === true ? vlans : e.vlan === undefined ? [] : [e.vlan]) push(device, mac, state, flags, bridge, e.seen, vlan)
        if (e.vlan === undefined) push(device, mac, state, flags, bridge, e.seen)
      }
      for (const vlan of vlans) push(device, device.address, NUD_PERMANENT, NTF_MASTER, bridge, undefined, vlan)
      push(device, device.address, NUD_PERMANENT, NTF_MASTER, bridge)
    }
    for (const mac of device.extraUnicast) push(device, mac, NUD_PERMANENT, NTF_SELF)
    for (const mac of groupAddresses(device)) push(device, mac, NUD_PERMANENT, NTF_SELF)
  }
  return replies
}

export function changeFdb(net: NetNamespace, type: 'RTM_NEWNEIGH' | 'RTM_DELNEIGH', flags: number, request: NeighbourRequest): readonly NetlinkReply[] {
  const device = net.device(request.index)
  if (device === undefined) throw Errno.ENODEV
  const ntf = request.flags ?? 0
  const isNew = type === 'RTM_NEWNEIGH'
  if ((ntf & NTF_MASTER) !== 0 || device.kind === 'bridge') {
    const bridge = device.kind === 'bridge' ? device : device.master
    if (bridge?.kind !== 'bridge') throw Errno.EOPNOTSUPP
    changeBridgeEntry(bridge, device, isNew, flags, request)
  }
  if ((ntf & NTF_SELF) !== 0 && device.kind !== 'bridge') {
    if (isNew && device.extraUnicast.has(request.dst) && (flags & NLM_F_EXCL) !== 0) throw Errno.EEXIST
    if (isNew) device.extraUnicast.add(request.dst)
    else if (!device.extraUnicast.delete(request.dst)) throw Errno.ENOENT
  }
  return []
}
function changeBridgeEntry(bridge: NetDevice, port: NetDevice, isNew: boolean, flags: number, request: NeighbourRequest): void {
  const known = bridge.fdb.get(request.dst)
  if (!isNew) {
    if (known === undefined || known.port !== port) throw Errno.ENOENT
    bridge.fdb.delete(request.dst)
    return
  }
  if (known !== undefined && (flags & NLM_F_EXCL) !== 0) throw Errno.EEXIST
  if (known === undefined && (flags & NLM_F_CREATE) === 0) throw Errno.ENOENT
  const state = request.state ?? NUD_PERMANENT
  const isDynamic = (state & (NUD_REACHABLE | NUD_STALE)) !== 0
  bridge.fdb.set(request.dst, {
    port, seen: bridge.ns.kernel.clock.now, isByHand: true, isStatic: !isDynamic, isPermanent: state === NUD_PERMANENT, isExternal: ((request.flags ?? 0) & NTF_EXT_LEARNED) !== 0,
  })
}
