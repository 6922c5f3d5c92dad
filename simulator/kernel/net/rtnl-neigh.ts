// RTM_…NEIGH (net/core/neighbour.c: neigh_add, neigh_delete, neigh_get; ip-neighbour(8)): looking at neighbour tables, and entries made by hand.
import { Errno } from '../../abi/errno.ts'
import {
  IFF_POINTOPOINT, type Neighbour as NeighbourMessage, type NeighbourRequest, type NetlinkReply, type NetlinkRequest, NLM_F_CREATE, NLM_F_EXCL, NTF_EXT_LEARNED, NTF_PROXY, NTF_ROUTER, NTF_USE,
  NUD_DELAY, NUD_FAILED, NUD_PERMANENT, NUD_PROBE, NUD_STALE,
} from '../../abi/netlink.ts'
import { formatIp, type IpVersion, parseIp } from '../../lib/ip.ts'
import { neighbourFor } from './arp.ts'
import type { Neighbour } from './neighbour.ts'
import { neighbourMessage, NUD_VALID } from './neigh-message.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { NetlinkError } from './netlink-error.ts'
import { changeFdb, dumpFdb } from './rtnl-fdb.ts'
import { neighbourChanged } from './rtnl-notify.ts'

const MAC_LENGTH = 17

const proxyMessage = (device: NetDevice, key: string): NeighbourMessage => {
  const [family, address] = key.split(' ')
  const version: IpVersion = family === 'inet6' ? 'inet6' : 'inet'
  return { family: version, index: device.index, dst: formatIp(version, BigInt(address)), lladdr: undefined, state: 0, flags: NTF_PROXY, protocol: 0 }
}

export function getNeighbours(net: NetNamespace, request: Extract<NetlinkRequest, { readonly type: 'RTM_GETNEIGH' }>): readonly NetlinkReply[] {
  if (request.family === 'bridge') return dumpFdb(net, request)
  if (request.dst !== undefined) {
    const { device, family, address } = target(net, { ...request, family: request.family ?? 'inet', index: request.index ?? 0, dst: request.dst })
    const found = device.neighbours.find(family, address)
    if (found === undefined) throw new NetlinkError(Errno.ENOENT, 'Neighbour entry not found')
    return [{ type: 'RTM_NEWNEIGH', neighbour: neighbourMessage(found) }]
  }
  const replies: NetlinkReply[] = []
  const families: readonly IpVersion[] = request.family === undefined ? ['inet', 'inet6'] : [request.family]
  for (const family of families) {
    for (const device of net.devices.values()) {
      if (request.index !== undefined && request.index !== device.index) continue
      if (((request.ntf ?? 0) & NTF_PROXY) !== 0) {
        for (const key of device.proxied) if (key.startsWith(`${family} `)) replies.push({ type: 'RTM_NEWNEIGH', neighbour: proxyMessage(device, key) })
      } else for (const n of device.neighbours.list()) if (n.family === family) replies.push({ type: 'RTM_NEWNEIGH', neighbour: neighbourMessage(n) })
    }
  }
  return replies
}

function target(net: NetNamespace, request: NeighbourRequest): { readonly device: NetDevice; readonly family: IpVersion; readonly address: bigint } {
  const device = net.device(request.index)
  if (device === undefined) throw Errno.ENODEV
  const family: IpVersion = request.family === 'inet6' ? 'inet6' : 'inet'
  const address = parseIp(family, request.dst)
  if (address === undefined) throw Errno.EINVAL
  // Where nobody else can be, all of IPv4 is one neighbour (arp_constructor).
  return { device, family, address: family === 'inet' && (device.isLoopback || device.has(IFF_POINTOPOINT)) ? 0n : address }
}

export function changeNeighbour(net: NetNamespace, { type, flags, neighbour: request }: Extract<NetlinkRequest, { readonly type: 'RTM_NEWNEIGH' | 'RTM_DELNEIGH' }>): readonly NetlinkReply[] {
  if (request.family === 'bridge') return changeFdb(net, type, flags, request)
  const { device, family, address } = target(net, request)
  if (((request.flags ?? 0) & NTF_PROXY) !== 0) {
    const key = `${family} ${address}`
    if (type === 'RTM_NEWNEIGH') device.proxied.add(key)
    else if (!device.proxied.delete(key)) throw Errno.ENOENT
    return []
  }
  const known = device.neighbours.find(family, address)
  if (type === 'RTM_DELNEIGH') {
    if (known === undefined) throw Errno.ENOENT
    if ((known.state & NUD_VALID) !== 0) neighbourChanged(known, 'RTM_NEWNEIGH', NUD_FAILED)
    device.neighbours.remove(known, NUD_FAILED)
    return []
  }
  if (request.lladdr !== undefined && request.lladdr.length < MAC_LENGTH) throw new NetlinkError(Errno.EINVAL, 'Invalid link address')
  if (known === undefined && (flags & NLM_F_CREATE) === 0) throw Errno.ENOENT
  if (known !== undefined && (flags & NLM_F_EXCL) !== 0) throw Errno.EEXIST
  update(known ?? neighbourFor(device, family, address), request)
  return []
}

/** neigh_update with NEIGH_UPDATE_F_ADMIN */
function update(n: Neighbour, request: NeighbourRequest): void {
  const flags = request.flags ?? 0
  const state = request.state ?? NUD_PERMANENT
  if ((flags & NTF_ROUTER) !== 0) n.isRouter = true
  if ((flags & NTF_EXT_LEARNED) !== 0) n.isExternal = true
  n.protocol = request.protocol ?? n.protocol
  if ((flags & NTF_USE) !== 0) return n.probe()
  if ((state & NUD_VALID) === 0) {
    if (state === NUD_FAILED) n.fail()
    else n.set(state, undefined)
    return
  }
  const lladdr = request.lladdr ?? ((n.state & NUD_VALID) !== 0 ? n.lladdr : undefined)
  if (lladdr === undefined) throw new NetlinkError(Errno.EINVAL, 'No link layer address given')
  const mustAsk = state === NUD_PROBE || state === NUD_DELAY
  n.set(mustAsk ? NUD_STALE : state, lladdr)
  if (mustAsk) n.probe()
}
