// RTM_…ADDR (net/ipv4/devinet.c, net/ipv6/addrconf.c; ip-address(8)).
import { Errno } from '../../abi/errno.ts'
import {
  type AddressRequest, IFA_F_SECONDARY, INFINITY_LIFE_TIME, type NetlinkReply, type NetlinkRequest, NLM_F_EXCL, NLM_F_REPLACE, RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_SITE, RT_SCOPE_UNIVERSE,
} from '../../abi/netlink.ts'
import { inPrefix, ipBits, parseIp } from '../../lib/ip.ts'
import { addAddress, deleteAddress, expireLater } from './address-change.ts'
import { addAddressRoutes, removeAddressRoutes } from './address-routes.ts'
import type { InterfaceAddress } from './address.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { NetlinkError } from './netlink-error.ts'

export function dumpAddresses(net: NetNamespace, request: Extract<NetlinkRequest, { readonly type: 'RTM_GETADDR' }>): readonly NetlinkReply[] {
  const replies: NetlinkReply[] = []
  for (const family of ['inet', 'inet6'] as const) {
    if (request.family !== undefined && request.family !== family) continue
    for (const device of net.devices.values()) {
      if (request.index !== undefined && request.index !== 0 && device.index !== request.index) continue
      for (const a of device.addresses) if (a.family === family) replies.push({ type: 'RTM_NEWADDR', addr: a.toMessage(device.index, net.kernel.clock.now) })
    }
  }
  return replies
}

function required(family: AddressRequest['family'], text: string): bigint {
  const value = parseIp(family, text)
  if (value === undefined) throw Errno.EINVAL
  return value
}
function deviceOf(net: NetNamespace, index: number): NetDevice {
  const device = net.device(index)
  if (device === undefined) throw Errno.ENODEV
  return device
}

/** ipv6_addr_scope */
function scope6(address: bigint): number {
  if (address === 1n) return RT_SCOPE_HOST
  const top = Number(address >> 112n)
  if ((top & 0xffc0) === 0xfe80) return RT_SCOPE_LINK
  return (top & 0xffc0) === 0xfec0 ? RT_SCOPE_SITE : RT_SCOPE_UNIVERSE
}

const findSame = (device: NetDevice, family: AddressRequest['family'], local: bigint, prefixlen: number): InterfaceAddress | undefined =>
  device.addresses.find((a) => a.family === family && a.local === local && (family === 'inet6' || a.prefixlen === prefixlen))

export function newAddressRequest(net: NetNamespace, flags: number, request: AddressRequest): readonly NetlinkReply[] {
  const { family, prefixlen } = request
  if (request.local === '') throw Errno.EOPNOTSUPP
  if (prefixlen > ipBits(family)) throw new NetlinkError(Errno.EINVAL, family === 'inet' ? 'ipv4: Invalid prefix length' : 'Invalid prefix length')
  const device = deviceOf(net, request.index)
  const local = required(family, request.local)
  if (family === 'inet' && local === 0n) return []
  if (family === 'inet6') checkInet6(net, device, local)
  const { now } = net.kernel.clock
  const old = findSame(device, family, local, prefixlen)
  if (old !== undefined) {
    if ((flags & NLM_F_EXCL) !== 0 || (flags & NLM_F_REPLACE) === 0) throw Errno.EEXIST
    old.setLifetime(request.validLft, request.preferredLft, now)
    expireLater(device, old)
    if (request.metric !== undefined && request.metric !== old.metric) {
      removeAddressRoutes(device, old)
      old.metric = request.metric
      addAddressRoutes(device, old)
    }
    return []
  }
  if (request.validLft === 0 || (request.validLft !== undefined && (request.preferredLft ?? INFINITY_LIFE_TIME) > request.validLft)) throw Errno.EINVAL
  addAddress(device, {
    family, local, prefixlen, scope: family === 'inet' ? (request.scope ?? RT_SCOPE_UNIVERSE) : scope6(local), flags: (request.flags ?? 0) & ~IFA_F_SECONDARY,
    peer: request.address === undefined ? undefined : required(family, request.address), broadcast: request.broadcast === undefined ? undefined : required(family, request.broadcast),
    label: family === 'inet' ? (request.label ?? device.name) : undefined, metric: request.metric, validLft: request.validLft, preferredLft: request.preferredLft,
  })
  return []
}
/** ipv6_add_addr: which addresses a device may have. */
function checkInet6(net: NetNamespace, device: NetDevice, local: bigint): void {
  if (net.sysctls.get(`net/ipv6/conf/${device.name}/disable_ipv6`) !== '0') throw Errno.EACCES
  if (local === 0n || local >> 120n === 0xffn || (local === 1n && !device.isLoopback)) throw Errno.EADDRNOTAVAIL
}

export function deleteAddressRequest(net: NetNamespace, request: AddressRequest): readonly NetlinkReply[] {
  const { family } = request
  if (request.local === '') throw Errno.EOPNOTSUPP
  const device = net.device(request.index)
  if (device === undefined) throw Errno.ENODEV
  const local = required(family, request.local)
  const peer = request.address === undefined ? undefined : required(family, request.address)
  const found = device.addresses.find((a) =>
    a.family === family && a.local === local && (request.label === undefined || a.label === request.label) && (request.isAnyPrefix === true || a.prefixlen === request.prefixlen) &&
    (peer === undefined || inPrefix(family, peer, a.peer, a.prefixlen)))
  if (found === undefined) throw Errno.EADDRNOTAVAIL
  deleteAddress(device, found)
  return []
}
