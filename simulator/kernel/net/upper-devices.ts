// Devices that sit on another one (net/8021q, drivers/net/macvlan.c, drivers/net/ipvlan): vlan, macvlan, ipvlan. What they need below them, and what happens to
// them when that goes up, down, shrinks or ends. Simpler: no macvlan source mode, no priority maps.
import { Errno } from '../../abi/errno.ts'
import { IFF_NOARP, IFF_UP } from '../../abi/netlink.ts'
import { deliverIpvlan } from './ipvlan.ts'
import { deliverMacvlan } from './macvlan.ts'
import type { NetDevice } from './net-device.ts'
import { NetlinkError } from './netlink-error.ts'

type Settings = ReadonlyMap<string, number | string | boolean>
const MAX_VLAN = 4094

export const vlanKey = (settings: Settings): string => `${String(settings.get('protocol'))} ${String(settings.get('id'))}`

/** vlan_validate, macvlan_common_newlink, ipvlan_link_new: may this kind stand on that device? Answers the device it will stand on. */
export function checkLower(kind: string, lower: NetDevice | undefined, settings: Settings, hasData: boolean): NetDevice {
  if (kind === 'vlan') {
    if (!hasData) throw new NetlinkError(Errno.EINVAL, '8021q: VLAN properties not specified')
    const id = settings.get('id')
    if (typeof id === 'number' && id > MAX_VLAN) throw new NetlinkError(Errno.ERANGE, '8021q: Invalid VLAN id')
    if (id === undefined) throw new NetlinkError(Errno.EINVAL, '8021q: VLAN id not specified')
    if (lower === undefined) throw new NetlinkError(Errno.EINVAL, '8021q: link not specified')
    if (lower.isLoopback || lower.kind === 'tun') throw new NetlinkError(Errno.EOPNOTSUPP, '8021q: VLANs not supported on device')
    if (lower.vlans.has(vlanKey(settings))) throw new NetlinkError(Errno.EEXIST, '8021q: VLAN device already exists')
    return lower
  }
  const base = lower?.kind === kind ? lower.lower : lower
  if (base === undefined || base.isLoopback || base.kind === 'tun') throw Errno.EINVAL
  const others = [...base.uppers].filter((upper) => upper.kind !== 'vlan')
  if (base.master !== undefined || others.some((upper) => upper.kind !== kind)) throw Errno.EBUSY
  if (kind === 'macvlan' && others.length > 0 && (settings.get('mode') === 'passthru' || others[0].settings.get('mode') === 'passthru')) throw Errno.EINVAL
  return base
}

/** Puts a new device on the one below it. */
export function attachLower(device: NetDevice, lower: NetDevice): void {
  device.lower = lower
  lower.uppers.add(device)
  device.mtu = lower.mtu
  device.tsoMaxSize = lower.tsoMaxSize
  if (device.kind === 'vlan') {
    device.inheritFlags(lower)
    lower.vlans.set(vlanKey(device.settings), device)
  } else {
    lower.rxHandler = device.kind === 'macvlan' ? deliverMacvlan : deliverIpvlan
    if (device.kind === 'ipvlan') setPortMode(lower, device.settings.get('mode') ?? 'l3', device)
  }
  device.takeCarrierChange()
  device.carrierChanges = 0
}
/** ipvlan_set_port_mode: all of them on one device have the same; in l3 there is no ARP. `newcomer` learns that when it goes up. */
export function setPortMode(lower: NetDevice, mode: number | string | boolean, newcomer?: NetDevice): void {
  for (const upper of lower.uppers) {
    if (upper.kind !== 'ipvlan') continue
    if (upper !== newcomer && upper.settings.get('mode') !== mode) upper.setFlags(mode === 'l2' ? 0 : IFF_NOARP, IFF_NOARP)
    upper.settings.set('mode', mode)
  }
}
export function detachLower(device: NetDevice): void {
  const { lower } = device
  if (lower === undefined) return
  lower.uppers.delete(device)
  if (device.kind === 'vlan') lower.vlans.delete(vlanKey(device.settings))
  else if (![...lower.uppers].some((upper) => upper.kind !== 'vlan')) lower.rxHandler = undefined
  device.lower = undefined
}

/** ndo_open: what going up needs. Throws ENETDOWN. */
export function openUpper(device: NetDevice): void {
  if (device.kind === 'vlan' && device.lower?.isUp === false && device.settings.get('loose_binding') !== true) throw Errno.ENETDOWN
  if (device.kind === 'ipvlan') device.setFlags(device.settings.get('mode') === 'l2' ? 0 : IFF_NOARP, IFF_NOARP)
}
/** vlan_device_event: VLANs go up and down with what is below them. `up` and `down` are the ways of doing so. */
export function followLower(lower: NetDevice, up: (device: NetDevice) => void, down: (device: NetDevice) => void): void {
  for (const upper of lower.uppers) {
    if (upper.kind !== 'vlan' || upper.settings.get('loose_binding') === true || upper.has(IFF_UP) === lower.isUp) continue
    if (lower.isUp) up(upper)
    else down(upper)
  }
}
/** What an MTU means above: nothing may be longer there, and an ipvlan is always as long. */
export function mtuChanged(lower: NetDevice): void {
  for (const upper of lower.uppers) {
    if (upper.kind !== 'ipvlan' && upper.mtu <= lower.mtu) continue
    upper.mtu = lower.mtu
    mtuChanged(upper)
  }
}
export function checkUpperMtu(device: NetDevice, mtu: number): void {
  if (device.lower !== undefined && mtu > device.lower.mtu) throw device.kind === 'vlan' ? Errno.ERANGE : Errno.EINVAL
}
