// Neighbour discovery (net/ipv6/ndisc.c, RFC 4861): what goes out. Questions about a MAC address, answers about one's own, and the probe for a duplicate address.
import { RT_SCOPE_LINK } from '../../abi/netlink.ts'
import { transmit } from './device-queue.ts'
import type { Neighbour } from './neighbour.ts'
import type { NetDevice } from './net-device.ts'
import type { IpPacket, Payload } from './packet.ts'
import { packetEvent } from './packet-events.ts'
import { nextPacketId } from './packet-id.ts'
import { checksumOf } from './wire.ts'

const NDP_HOPS = 255
const ALL_NODES = (0xff02n << 112n) | 1n, ALL_ROUTERS = (0xff02n << 112n) | 2n, ALL_LISTENERS = (0xff02n << 112n) | 0x16n
/** The hop-by-hop header, the report, one record. */
const REPORT_LENGTH = 36, TO_EXCLUDE = 4

/** The multicast group in which everybody is whose address ends like this one. */
export const solicitedNode = (address: bigint): bigint => (0xff02n << 112n) | (0x1ffn << 24n) | (address & 0xffffffn)
/** The MAC address that stands for an IPv6 multicast group. */
export const groupMac = (group: bigint): string => `33:33:${[24n, 16n, 8n, 0n].map((shift) => ((group >> shift) & 0xffn).toString(16).padStart(2, '0')).join(':')}`

/** MLDv2 (RFC 3810 5.2), behind a hop-by-hop header with a router alert: “I listen to the group of this address”. */
export function sendMulticastReport(device: NetDevice, source: bigint, address: bigint): void {
  const group = solicitedNode(address)
  const report = new Uint8Array(REPORT_LENGTH)
  report.set([58, 0, 5, 2, 0, 0, 1, 0, 143, 0, 0, 0, 0, 0, 0, 1, TO_EXCLUDE, 0, 0, 0])
  for (let i = 0; i < 16; i++) report[20 + i] = Number((group >> BigInt(8 * (15 - i))) & 0xffn)
  const checksum = checksumOf('inet6', source, ALL_LISTENERS, 58, report.subarray(8))
  report.set([checksum >> 8, checksum & 255], 10)
  sendNdp(device, groupMac(ALL_LISTENERS), source, ALL_LISTENERS, { kind: 'raw', protocol: 0, data: report }, 1)
}
/** RFC 4861 4.1 */
export function sendRouterSolicitation(device: NetDevice, source: bigint): void {
  const option = Uint8Array.from([1, 1, ...device.address.split(':').map((b) => Number.parseInt(b, 16))])
  sendNdp(device, groupMac(ALL_ROUTERS), source, ALL_ROUTERS, { kind: 'icmp', type: 133, code: 0, id: 0, sequence: 0, data: option })
}

function sendNdp(device: NetDevice, mac: string, source: bigint, destination: bigint, payload: Payload, hops = NDP_HOPS): void {
  const body: IpPacket = { kind: 'ip', id: nextPacketId(device.ns.kernel), family: 'inet6', source, destination, ttl: hops, dontFragment: true, ident: 0, tos: 0, mark: 0, payload }
  packetEvent(device.ns, 'packet.send', body, device)
  transmit(device, { source: device.address, destination: mac, body })
}

export function solicitNdp(neighbour: Neighbour, to: string | undefined, source: bigint | undefined): void {
  const { device, address } = neighbour
  const own = device.addresses.filter((a) => a.family === 'inet6' && !a.isTentative)
  const from = (own.find((a) => a.local === source) ?? own.find((a) => a.scope === RT_SCOPE_LINK) ?? own[0])?.local
  if (from === undefined) return
  const group = solicitedNode(address)
  sendNdp(device, to ?? groupMac(group), from, to === undefined ? group : address, { kind: 'ndp', type: 135, target: address, lladdr: device.address, solicited: false })
}
/** ndisc_send_ns for duplicate address detection: asked by nobody. */
export function probeDuplicate(device: NetDevice, address: bigint): void {
  const group = solicitedNode(address)
  sendNdp(device, groupMac(group), 0n, group, { kind: 'ndp', type: 135, target: address, lladdr: undefined, solicited: false })
}
/** ndisc_send_na: to whoever asked, or to all where nobody did by name. Who asks by name knows the MAC address already. */
export function advertise(device: NetDevice, target: bigint, to: { readonly address: bigint; readonly mac: string; readonly asksByName: boolean } | undefined): void {
  const lladdr = to?.asksByName === true ? undefined : device.address
  sendNdp(device, to?.mac ?? groupMac(ALL_NODES), target, to?.address ?? ALL_NODES, { kind: 'ndp', type: 136, target, lladdr, solicited: to !== undefined })
}
