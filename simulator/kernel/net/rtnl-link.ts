// RTM_…LINK (net/core/rtnetlink.c; ip-link(8)).
import { CAP_NET_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import {
  IFF_ALLMULTI, IFF_PROMISC, IFF_UP, isValidIfname, type Link, type LinkChange, type LinkInfoData, type LinkInit, type NetlinkReply, type NetlinkRequest, NLM_F_CREATE, NLM_F_EXCL,
} from '../../abi/netlink.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import { NsFile } from '../fs/nsfs.ts'
import type { Task } from '../task.ts'
import { createDevice, createVethPair, deleteDevice } from './device-register.ts'
import { bringDown, bringUp, moveToNamespace, rename, setMaster } from './device-state.ts'
import type { DeviceKind, NetDevice } from './net-device.ts'
import { NetNamespace } from './net-namespace.ts'
import { NetlinkError } from './netlink-error.ts'

type Request<T extends NetlinkRequest['type']> = Extract<NetlinkRequest, { readonly type: T }>
const CREATABLE: ReadonlySet<string> = new Set<DeviceKind>(['veth', 'dummy', 'bridge'])
/** Kinds the real kernel has and this one doesn't yet. */
const KNOWN_KINDS: ReadonlySet<string> = new Set(['vlan', 'macvlan', 'ipvlan', 'macvtap', 'ipvtap', 'vxlan', 'tun', 'bond', 'gre', 'ipip', 'sit', 'wireguard', 'ifb', 'vrf'])

function kindData(device: NetDevice): LinkInfoData | undefined {
  if (device.kind !== 'bridge') return undefined
  return { forward_delay: 1500, hello_time: 200, max_age: 2000, ageing_time: 30000, stp_state: 0, priority: 32768, vlan_filtering: 0, vlan_protocol: '802.1Q', bridge_id: `8000.${device.address.replaceAll(':', '').replace(/^0+(?=.)/, '')}` }
}

export function linkMessage(device: NetDevice): Link {
  const { ns, peer } = device
  return {
    index: device.index, name: device.name, altnames: [...device.altnames], arphrd: device.traits.arphrd, flags: device.flags, mtu: device.mtu, minMtu: device.traits.minMtu,
    maxMtu: device.traits.maxMtu, txqlen: device.txqlen, qdisc: device.qdisc, operstate: device.operstate, linkmode: 0, group: device.group, address: device.address,
    broadcast: device.broadcast, permAddress: device.kind === 'physical' && device.address !== device.permAddress ? device.permAddress : undefined,
    link: peer?.index, linkNetnsid: peer === undefined || peer.ns === ns ? undefined : ns.assignNsid(peer.ns), master: device.master?.index,
    kind: device.kind === 'loopback' || device.kind === 'physical' ? undefined : device.kind, data: kindData(device), slaveKind: device.master?.kind, slaveData: undefined, carrierChanges: 0, alias: device.alias,
    promiscuity: device.watchers + (device.has(IFF_PROMISC) ? 1 : 0) + (device.master === undefined ? 0 : 1), allmulti: device.has(IFF_ALLMULTI) ? 1 : 0, carrier: device.carrier,
    addrGenMode: device.addrGenMode, numTxQueues: 1, numRxQueues: 1, tsoMaxSize: device.traits.tsoMaxSize,
    parentBus: device.kind === 'physical' ? 'virtio' : undefined, parentDev: device.kind === 'physical' ? 'virtio0' : undefined, rx: { ...device.rx }, tx: { ...device.tx },
  }
}

function requireDevice(net: NetNamespace, by: { readonly index?: number; readonly name?: string }): NetDevice {
  const device = by.index !== undefined && by.index !== 0 ? net.device(by.index) : by.name === undefined ? undefined : net.find(by.name)
  if (device === undefined) throw Errno.ENODEV
  return device
}

export function getLinks(net: NetNamespace, request: Request<'RTM_GETLINK'>): readonly NetlinkReply[] {
  const message = (device: NetDevice): NetlinkReply => ({ type: 'RTM_NEWLINK', link: linkMessage(device) })
  if ((request.index !== undefined && request.index !== 0) || request.name !== undefined) return [message(requireDevice(net, request))]
  return [...net.devices.values()].filter((d) => (request.kind === undefined || d.kind === request.kind) && (request.master === undefined || d.master?.index === request.master)).map(message)
}

/** rtnl_link_get_net_capable: the namespace a change speaks of, which the caller must also rule. */
function targetNamespace(task: Task, change: LinkChange): NetNamespace | undefined {
  let ns: NetNamespace | undefined
  if (change.netnsFd !== undefined) {
    const file = task.files.require(change.netnsFd)
    if (!(file instanceof NsFile) || !(file.ns instanceof NetNamespace)) throw Errno.EINVAL
    ns = file.ns
  } else if (change.netnsPid !== undefined) {
    const target = task.pidNs.find(change.netnsPid)?.task
    if (target === undefined || !target.isAlive) throw Errno.ESRCH
    ns = target.nsproxy.net
  }
  if (ns !== undefined && (ns.owner === undefined || !nsCapable(task, ns.owner, CAP_NET_ADMIN))) throw Errno.EPERM
  return ns
}

function checkMtu(device: NetDevice, mtu: number): void {
  if (mtu < device.traits.minMtu) throw new NetlinkError(Errno.EINVAL, 'mtu less than device minimum')
  if (device.traits.maxMtu > 0 && mtu > device.traits.maxMtu) throw new NetlinkError(Errno.EINVAL, 'mtu greater than device maximum')
}
const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i
function checkAddress(address: string): string {
  if (!MAC.test(address)) throw Errno.EINVAL
  if ((Number.parseInt(address.slice(0, 2), 16) & 1) !== 0) throw Errno.EADDRNOTAVAIL
  return address.toLowerCase()
}

/** do_setlink, in the kernel's order: move, address, mtu, group, name, alias, master, flags. */
function change(task: Task, device: NetDevice, c: LinkChange): void {
  const target = targetNamespace(task, c)
  if (target !== undefined && target !== device.ns) moveToNamespace(device, target, c.newName)
  else if (c.newName !== undefined && c.newName !== device.name) rename(device, c.newName)
  if (c.address !== undefined) device.address = checkAddress(c.address)
  if (c.broadcast !== undefined) device.broadcast = c.broadcast
  if (c.mtu !== undefined) {
    checkMtu(device, c.mtu)
    device.mtu = c.mtu
  }
  if (c.txqlen !== undefined) device.txqlen = c.txqlen
  if (c.group !== undefined) device.group = c.group
  if (c.alias !== undefined) device.alias = c.alias === '' ? undefined : c.alias
  if (c.addrGenMode !== undefined) device.addrGenMode = c.addrGenMode
  if (c.master !== undefined) setMaster(device, c.master === 0 ? undefined : requireMaster(device, c.master))
  if (c.mask !== undefined) setFlags(device, c.flags ?? 0, c.mask)
}
function requireMaster(device: NetDevice, index: number): NetDevice {
  const master = device.ns.device(index)
  if (master === undefined) throw Errno.EINVAL
  return master
}
function setFlags(device: NetDevice, flags: number, mask: number): void {
  device.setFlags(flags, mask & ~IFF_UP)
  if ((mask & IFF_UP) === 0) return
  if ((flags & IFF_UP) !== 0) bringUp(device)
  else bringDown(device)
}

export function setLinkRequest(task: Task, net: NetNamespace, request: Request<'RTM_SETLINK'>): readonly NetlinkReply[] {
  change(task, requireDevice(net, request), request.change)
  return []
}

export function newLinkRequest(task: Task, net: NetNamespace, flags: number, init: LinkInit): readonly NetlinkReply[] {
  const existing = init.newName === undefined ? undefined : net.find(init.newName)
  if (existing !== undefined) {
    if ((flags & NLM_F_EXCL) !== 0) throw Errno.EEXIST
    change(task, existing, { ...init, newName: undefined })
    return []
  }
  if ((flags & NLM_F_CREATE) === 0) throw Errno.ENODEV
  if (!CREATABLE.has(init.kind)) throw new NetlinkError(Errno.EOPNOTSUPP, KNOWN_KINDS.has(init.kind) ? `Device type ${init.kind} is real, but not simulated here` : 'Unknown device type')
  if (init.newName !== undefined && !isValidIfname(init.newName)) throw Errno.EINVAL
  const address = init.address === undefined ? undefined : checkAddress(init.address)
  const inNs = targetNamespace(task, init) ?? net
  const own = { name: init.newName, index: init.index, address }
  const device = init.kind === 'veth' ? makeVeth(task, net, inNs, own, init) : createDevice(inNs, init.kind as DeviceKind, own)
  change(task, device, { ...init, newName: undefined, netnsFd: undefined, netnsPid: undefined, address: undefined })
  return []
}

function makeVeth(task: Task, net: NetNamespace, inNs: NetNamespace, own: { readonly name?: string; readonly index?: number; readonly address?: string }, init: LinkInit): NetDevice {
  const peer = init.peer ?? {}
  const peerNs = targetNamespace(task, peer) ?? net
  const peerAddress = peer.address === undefined ? undefined : checkAddress(peer.address)
  const device = createVethPair(inNs, own, peerNs, { name: peer.newName, index: peer.index, address: peerAddress })
  if (device.peer !== undefined) change(task, device.peer, { ...peer, newName: undefined, netnsFd: undefined, netnsPid: undefined, address: undefined })
  return device
}

export function deleteLinkRequest(net: NetNamespace, request: Request<'RTM_DELLINK'>): readonly NetlinkReply[] {
  deleteDevice(requireDevice(net, request))
  return []
}

export function changeAltname(net: NetNamespace, request: Request<'RTM_NEWLINKPROP' | 'RTM_DELLINKPROP'>): readonly NetlinkReply[] {
  const device = requireDevice(net, request)
  const at = device.altnames.indexOf(request.altname)
  if (request.type === 'RTM_DELLINKPROP') {
    if (at < 0) throw Errno.ENOENT
    device.altnames.splice(at, 1)
  } else {
    if (net.find(request.altname) !== undefined) throw Errno.EEXIST
    device.altnames.push(request.altname)
  }
  return []
}
