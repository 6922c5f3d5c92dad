// ARP (net/ipv4/arp.c): asking for a MAC address, answering for one's own addresses, learning from both. And the entry of a neighbour, made when it is first needed.
import { NUD_NOARP, NUD_PERMANENT, NUD_REACHABLE, NUD_STALE, RTN_LOCAL, RTN_UNICAST } from '../../abi/netlink.ts'
import { inPrefix, type IpVersion } from '../../lib/ip.ts'
import { transmit } from './device-queue.ts'
import { solicitNdp } from './ndp.ts'
import { Neighbour, type NeighbourProtocol } from './neighbour.ts'
import type { NetDevice } from './net-device.ts'
import { type Arp, BROADCAST_MAC } from './packet.ts'
import { packetEvent } from './packet-events.ts'
import { nextPacketId } from './packet-id.ts'

const ZERO_MAC = '00:00:00:00:00:00'

const PROTOCOL: NeighbourProtocol = {
  solicit(neighbour, to, source) {
    if (neighbour.family === 'inet') solicitArp(neighbour, to, source)
    else solicitNdp(neighbour, to, source)
  },
  failed(device, packet) {
    device.ns.linkFailed(device, packet)
  },
}

/** The entry for an address on the wire of a device; a new one knows nothing yet. */
export function neighbourFor(device: NetDevice, family: IpVersion, address: bigint): Neighbour {
  return device.neighbours.find(family, address) ?? device.neighbours.add(new Neighbour(device, family, address, PROTOCOL))
}

/** conf/all and conf/DEVICE, whichever is higher (IN_DEV_MAXCONF). */
const maxConf = (device: NetDevice, name: string): number =>
  Math.max(device.ns.sysctls.getNumber(`net/ipv4/conf/all/${name}`), device.ns.sysctls.getNumber(`net/ipv4/conf/${device.name}/${name}`))
const isLocal = (device: NetDevice, address: bigint): boolean => device.ns.routes.lookup('inet', address)?.type === RTN_LOCAL

/** arp_solicit: asks in the name of the packet's source if that is ours, else of an address of the device near the target. */
function solicitArp(neighbour: Neighbour, to: string | undefined, source: bigint | undefined): void {
  const { device, address } = neighbour
  const own = device.addresses.filter((a) => a.family === 'inet')
  const near = own.find((a) => inPrefix('inet', address, a.local, a.prefixlen)) ?? own[0]
  const announce = maxConf(device, 'arp_announce')
  const isUsable = source !== undefined && isLocal(device, source) && (announce === 0 || (announce === 1 && own.some((a) => a.local === source)))
  const from = isUsable ? source : (near?.local ?? 0n)
  sendArp(device, to ?? BROADCAST_MAC, { op: 'request', senderMac: device.address, senderIp: from, targetMac: ZERO_MAC, targetIp: address })
}

export function sendArp(device: NetDevice, destination: string, fields: Omit<Arp, 'kind' | 'id'>): void {
  const body: Arp = { kind: 'arp', id: nextPacketId(device.ns.kernel), ...fields }
  packetEvent(device.ns, 'packet.send', body, device)
  transmit(device, { source: device.address, destination, body })
}

/** What a station says about itself: an answer confirms, a question only tells where it is (neigh_update, neigh_event_ns). */
export function learnNeighbour(neighbour: Neighbour, mac: string, isAnswer: boolean): void {
  const { state } = neighbour
  if ((state & (NUD_PERMANENT | NUD_NOARP)) !== 0) return
  if (isAnswer) neighbour.set(NUD_REACHABLE, mac)
  else if (neighbour.lladdr !== mac) neighbour.set(NUD_STALE, mac)
}

function answers(device: NetDevice, target: bigint): boolean {
  const { ns } = device
  const route = ns.routes.lookup('inet', target)
  if (route?.type === RTN_LOCAL) {
    if (target >> 24n === 127n) return false
    const ignore = maxConf(device, 'arp_ignore')
    return ignore === 0 || (ignore < 8 && device.addresses.some((a) => a.family === 'inet' && a.local === target))
  }
  const proxies = maxConf(device, 'proxy_arp') > 0 && ns.sysctls.getNumber(`net/ipv4/conf/${device.name}/forwarding`) > 0
  return proxies && route?.type === RTN_UNICAST && route.nexthops[0]?.device !== device
}

/** arp_process */
export function arpReceived(device: NetDevice, arp: Arp): void {
  packetEvent(device.ns, 'packet.deliver', arp, device)
  if (arp.op === 'request' && answers(device, arp.targetIp)) {
    if (arp.senderIp !== 0n) learnNeighbour(neighbourFor(device, 'inet', arp.senderIp), arp.senderMac, false)
    sendArp(device, arp.senderMac, { op: 'reply', senderMac: device.address, senderIp: arp.targetIp, targetMac: arp.senderMac, targetIp: arp.senderIp })
    return
  }
  if (arp.senderIp === 0n || isLocal(device, arp.senderIp)) return
  const isGratuitous = arp.senderIp === arp.targetIp
  const known = device.neighbours.find('inet', arp.senderIp) ?? (isGratuitous && maxConf(device, 'arp_accept') > 0 ? neighbourFor(device, 'inet', arp.senderIp) : undefined)
  if (known !== undefined) learnNeighbour(known, arp.senderMac, arp.op === 'reply' && !isGratuitous)
}
