// RTM_…LINK (net/core/rtnetlink.c; ip-link(8)).
import { CAP_NET_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import {
  IFF_UP, IFNAMSIZ, isValidIfname, type LinkChange, type LinkInfoData, type LinkInit, type NetlinkReply, type NetlinkRequest, NLM_F_CREATE, NLM_F_EXCL,
  NLM_F_REPLACE,
} from '../../abi/netlink.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import { NsFile } from '../fs/nsfs.ts'
import type { Task } from '../task.ts'
import { changeBridge, changePort, portsChanged } from './bridge-port.ts'
import { createDevice, createUpper, createVethPair, deleteDevice, type NewDevice } from './device-register.ts'
import { bringDown, bringUp, carrierChanged, moveToNamespace, rename, setMaster } from './device-state.ts'
import { infoKind, linkMessage } from './link-message.ts'
import type { DeviceKind, NetDevice } from './net-device.ts'
import { NetNamespace } from './net-namespace.ts'
import { NetlinkError } from './netlink-error.ts'
import { linkChanged } from './rtnl-notify.ts'
import { checkUpperMtu, mtuChanged, setPortMode } from './upper-devices.ts'

const ALTIFNAMSIZ = 128

type Request<T extends NetlinkRequest['type']> = Extract<NetlinkRequest, { readonly type: T }>
type Settings = Map<string, number | string | boolean>
const CREATABLE: ReadonlySet<string> = new Set<DeviceKind>(['veth', 'dummy', 'bridge', 'vlan', 'macvlan', 'ipvlan'])
/** Kinds the real kernel has and this one doesn't. */
const KNOWN_KINDS: ReadonlySet<string> = new Set(['macvtap', 'ipvtap', 'vxlan', 'bond', 'gre', 'ipip', 'sit', 'wireguard', 'ifb', 'vrf', 'nlmon'])
const UPPER_DEFAULTS: Readonly<Record<'vlan' | 'macvlan' | 'ipvlan', LinkInfoData>> = {
  vlan: { protocol: '802.1Q', reorder_hdr: true }, macvlan: { mode: 'vepa', bcqueuelen: 1000 }, ipvlan: { mode: 'l3', flag: 'bridge' },
}
const isUpper = (kind: string): kind is 'vlan' | 'macvlan' | 'ipvlan' => kind === 'vlan' || kind === 'macvlan' || kind === 'ipvlan'

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

function setMtu(device: NetDevice, mtu: number): void {
  if (mtu < device.traits.minMtu || mtu < 0) throw new NetlinkError(Errno.EINVAL, 'mtu less than device minimum')
  if (device.traits.maxMtu > 0 && mtu > device.traits.maxMtu) throw new NetlinkError(Errno.EINVAL, 'mtu greater than device maximum')
  checkUpperMtu(device, mtu)
  device.mtu = mtu
  if (device.kind === 'bridge') device.settings.set('isMtuSet', true)
  linkChanged(device)
  mtuChanged(device)
  if (device.master !== undefined) portsChanged(device.master)
}
const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i
function checkAddress(address: string): string {
  if (!MAC.test(address)) throw Errno.EINVAL
  if ((Number.parseInt(address.slice(0, 2), 16) & 1) !== 0) throw Errno.EADDRNOTAVAIL
  return address.toLowerCase()
}
function setAddress(device: NetDevice, text: string): void {
  if (device.kind === 'tun' || device.kind === 'ipvlan') throw Errno.EOPNOTSUPP
  const address = checkAddress(text)
  for (const upper of device.uppers) if (upper.kind === 'ipvlan' || (upper.kind === 'vlan' && upper.address === device.address)) upper.address = address
  device.address = address
  device.isAddressSet = true
  if (device.kind === 'bridge') device.countsPorts = true
  linkChanged(device)
  if (device.master !== undefined) portsChanged(device.master)
}
function setCarrier(device: NetDevice, carrier: boolean): void {
  if (device.kind !== 'dummy' && device.kind !== 'tun' && device.kind !== 'tap') throw Errno.EOPNOTSUPP
  device.hasCarrier = carrier
  carrierChanged(device)
}

/** do_setlink, in the kernel's order: move, address, mtu, group, name, alias, master, flags. */
function change(task: Task, device: NetDevice, c: LinkChange): void {
  const target = targetNamespace(task, c)
  if (target !== undefined && (target !== device.ns || device.traits.isLocal)) moveToNamespace(device, target, c.newName)
  else if (c.newName !== undefined && c.newName !== device.name) rename(device, c.newName)
  if (c.address !== undefined) setAddress(device, c.address)
  if (c.broadcast !== undefined) device.broadcast = c.broadcast
  if (c.mtu !== undefined) setMtu(device, c.mtu)
  if (c.txqlen !== undefined && c.txqlen !== device.txqlen) {
    device.txqlen = c.txqlen
    linkChanged(device)
  }
  if (c.group !== undefined) device.group = c.group
  if (c.alias !== undefined) device.alias = c.alias === '' ? undefined : c.alias
  if (c.addrGenMode !== undefined) device.addrGenMode = c.addrGenMode
  if (c.master !== undefined) setMaster(device, c.master === 0 ? undefined : requireMaster(device, c.master))
  if (c.mask !== undefined) setFlags(device, c.flags ?? 0, c.mask)
  if (c.carrier !== undefined) setCarrier(device, c.carrier)
  // netdev_state_change tells only of devices that are up.
  if (device.isUp && (c.group !== undefined || c.alias !== undefined || c.addrGenMode !== undefined)) linkChanged(device)
}
function requireMaster(device: NetDevice, index: number): NetDevice {
  const master = device.ns.device(index)
  if (master === undefined) throw Errno.EINVAL
  return master
}
function setFlags(device: NetDevice, flags: number, mask: number): void {
  const before = device.flags
  device.setFlags(flags, mask & ~IFF_UP)
  if (device.flags !== before && ((mask & IFF_UP) === 0 || device.isUp === ((flags & IFF_UP) !== 0))) linkChanged(device)
  if ((mask & IFF_UP) === 0) return
  if ((flags & IFF_UP) !== 0) bringUp(device)
  else bringDown(device)
}

/** rtnl_link_ops.changelink and slave_changelink. Throws EOPNOTSUPP where the device is of another kind. */
function changeKind(device: NetDevice, kind: string, data: LinkInfoData): void {
  if (kind === 'bridge_slave') {
    if (device.master?.kind !== 'bridge') throw Errno.EOPNOTSUPP
    return changePort(device, data)
  }
  if (Object.keys(data).length === 0) return
  if (infoKind(device) !== kind) throw Errno.EOPNOTSUPP
  if (device.kind === 'bridge') {
    changeBridge(device, data)
    return portsChanged(device)
  }
  if (!isUpper(device.kind)) throw Errno.EOPNOTSUPP
  for (const [name, value] of Object.entries(data)) {
    if (name === 'id' || name === 'protocol') continue
    device.settings.set(name, value)
    if (device.kind === 'ipvlan' && name === 'mode' && device.lower !== undefined) setPortMode(device.lower, value)
  }
}

export function setLinkRequest(task: Task, net: NetNamespace, request: Request<'RTM_SETLINK'>): readonly NetlinkReply[] {
  const device = requireDevice(net, request)
  checkName(request.change.newName)
  if (request.kind !== undefined) changeKind(device, request.kind, request.data ?? {})
  change(task, device, request.change)
  return []
}

/** NLA_STRING with a length of its own: what is longer never gets to the kernel's code. */
function checkName(name: string | undefined, size = IFNAMSIZ): void {
  if (name !== undefined && name.length >= size) throw new NetlinkError(Errno.ERANGE, 'Attribute failed policy validation')
}

export function newLinkRequest(task: Task, net: NetNamespace, flags: number, init: LinkInit): readonly NetlinkReply[] {
  checkName(init.newName)
  const existing = init.index !== undefined && init.index > 0 ? net.device(init.index) : init.newName === undefined ? undefined : net.find(init.newName)
  if (existing !== undefined) {
    if ((flags & NLM_F_EXCL) !== 0) throw Errno.EEXIST
    if ((flags & NLM_F_REPLACE) !== 0) throw Errno.EOPNOTSUPP
    changeKind(existing, init.kind, init.data ?? {})
    change(task, existing, { ...init, newName: undefined })
    return []
  }
  if ((flags & NLM_F_CREATE) === 0) throw Errno.ENODEV
  if (init.kind === 'tun') throw new NetlinkError(Errno.EOPNOTSUPP, 'tun/tap creation via rtnetlink is not supported')
  if (!CREATABLE.has(init.kind)) throw new NetlinkError(Errno.EOPNOTSUPP, KNOWN_KINDS.has(init.kind) ? `Device type ${init.kind} is real, but not simulated here` : 'Unknown device type')
  if (init.newName !== undefined && !isValidIfname(init.newName)) throw Errno.EINVAL
  const address = init.address === undefined ? undefined : checkAddress(init.address)
  const inNs = targetNamespace(task, init) ?? net
  const own: NewDevice = { name: init.newName, index: init.index, address }
  const device = make(task, net, inNs, own, init)
  device.isAnnounced = false
  try {
    if (device.kind === 'bridge') changeBridge(device, init.data ?? {})
    if (address !== undefined) {
      device.isAddressSet = true
      device.countsPorts = device.kind === 'bridge'
    }
    device.numTxQueues = init.numTxQueues ?? 1
    device.numRxQueues = init.numRxQueues ?? 1
    configure(task, device, init)
  } catch (error) {
    deleteDevice(device)
    throw error
  }
  return []
}

/** rtnl_configure_link: what else was asked for; then the device is told of, once. */
function configure(task: Task, device: NetDevice, init: LinkChange): void {
  const rest: LinkChange = { ...init, newName: undefined, netnsFd: undefined, netnsPid: undefined, address: undefined }
  change(task, device, { ...rest, mask: undefined, master: undefined })
  device.isAnnounced = true
  const goesUp = ((init.mask ?? 0) & (init.flags ?? 0) & IFF_UP) !== 0
  if (!goesUp) linkChanged(device)
  change(task, device, { mask: rest.mask, flags: rest.flags, master: rest.master })
}

function make(task: Task, net: NetNamespace, inNs: NetNamespace, own: NewDevice, init: LinkInit): NetDevice {
  if (init.kind === 'veth') return makeVeth(task, net, inNs, own, init)
  if (!isUpper(init.kind)) return createDevice(inNs, init.kind as DeviceKind, own)
  const below = init.linkNetnsid === undefined ? net : net.byNsid(init.linkNetnsid)
  if (below === undefined) throw Errno.EINVAL
  const lower = init.link === undefined ? undefined : below.device(init.link)
  if (init.link !== undefined && lower === undefined) throw Errno.ENODEV
  const settings: Settings = new Map(Object.entries({ ...UPPER_DEFAULTS[init.kind], ...init.data }))
  return createUpper(inNs, init.kind, own, lower, settings, init.data !== undefined && Object.keys(init.data).length > 0)
}

const VETH_MTU = { least: 68, most: 65535 }
function makeVeth(task: Task, net: NetNamespace, inNs: NetNamespace, own: NewDevice, init: LinkInit): NetDevice {
  const peer = init.peer ?? {}
  // veth_validate, before there is anything: no explanation comes with it.
  for (const { mtu = VETH_MTU.least } of [init, peer]) if (mtu < VETH_MTU.least || mtu > VETH_MTU.most) throw Errno.EINVAL
  checkName(peer.newName)
  // The peer is configured before the two are tied together: veth_open finds nobody.
  if (((peer.mask ?? 0) & (peer.flags ?? 0) & IFF_UP) !== 0) throw Errno.ENOTCONN
  const peerNs = targetNamespace(task, peer) ?? net
  const peerAddress = peer.address === undefined ? undefined : checkAddress(peer.address)
  const device = createVethPair(inNs, own, peerNs, { name: peer.newName, index: peer.index, address: peerAddress })
  try {
    if (device.peer !== undefined) change(task, device.peer, { ...peer, newName: undefined, netnsFd: undefined, netnsPid: undefined, address: undefined })
  } catch (error) {
    deleteDevice(device)
    throw error
  }
  return device
}

export function deleteLinkRequest(net: NetNamespace, request: Request<'RTM_DELLINK'>): readonly NetlinkReply[] {
  deleteDevice(requireDevice(net, request))
  return []
}

export function changeAltname(net: NetNamespace, request: Request<'RTM_NEWLINKPROP' | 'RTM_DELLINKPROP'>): readonly NetlinkReply[] {
  const device = requireDevice(net, request)
  checkName(request.altname, ALTIFNAMSIZ)
  if (request.type === 'RTM_DELLINKPROP') {
    if (!device.altnames.includes(request.altname)) throw Errno.ENOENT
    net.removeAltname(device, request.altname)
  } else {
    if (net.find(request.altname) !== undefined) throw Errno.EEXIST
    net.addAltname(device, request.altname)
  }
  return []
}

/** br_afspec: VLANs of a port or of a bridge itself; one PVID each. */
export function changeVlans(net: NetNamespace, request: Request<'RTM_NEWVLAN' | 'RTM_DELVLAN'>): readonly NetlinkReply[] {
  const device = requireDevice(net, request)
  if (device.kind !== 'bridge' && device.master?.kind !== 'bridge') throw Errno.EOPNOTSUPP
  if (request.from < 1 || request.to > 4094) throw new NetlinkError(Errno.EINVAL, 'bridge: Vlan id is invalid')
  const { bridgeVlans } = device
  const isPvid = request.isPvid === true
  for (let vid = request.from; vid <= request.to; vid++) {
    if (request.type === 'RTM_DELVLAN') bridgeVlans.delete(vid)
    else {
      if (isPvid) for (const [other, v] of bridgeVlans) if (v.isPvid) bridgeVlans.set(other, { ...v, isPvid: false })
      bridgeVlans.set(vid, { isPvid, isUntagged: request.isUntagged === true })
    }
  }
  return []
}
