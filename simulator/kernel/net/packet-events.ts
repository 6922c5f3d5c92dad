// What the network stack tells the event stream about a packet: every step of its way, with the packet's id, the namespace and the device it happens at.
//   packet.send     a socket or the kernel itself puts it on its way     packet.xmit     it leaves by a device
//   packet.wait     it waits for a neighbour's MAC address
//   packet.receive  it comes in by a device                              packet.bridge   a bridge passes it on to a port, or to all
//   packet.hook     netfilter has looked at it: hook, verdict            packet.forward  a router passes it on
//   packet.deliver  it has arrived: the protocol or socket has it        packet.drop     it ends here, and why
// All carry packet, netns, device, what, from, to; IP packets also ttl and length.
import { formatIp } from '../../lib/ip.ts'
import type { HookName, Verdict } from './hooks.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { type Arp, describePayload, type IpPacket, packetLength } from './packet.ts'

export type PacketStep = 'packet.send' | 'packet.wait' | 'packet.xmit' | 'packet.receive' | 'packet.bridge' | 'packet.forward' | 'packet.deliver'
/** Who drops a packet. */
export type DropLayer = 'device' | 'bridge' | 'neighbour' | 'route' | 'ip' | 'netfilter' | 'transport' | 'socket'

interface PacketData { readonly packet: number; readonly what: string; readonly from: string; readonly to: string; readonly ttl?: number; readonly length?: number }
/** What is said of a packet is the same wherever it is; a flood shows it to hundreds. */
const described = new WeakMap<IpPacket | Arp, PacketData>()

function describe(packet: IpPacket | Arp): PacketData {
  if (packet.kind === 'arp') {
    const what = packet.op === 'request' ? `ARP who has ${formatIp('inet', packet.targetIp)}` : `ARP reply ${formatIp('inet', packet.senderIp)} is at ${packet.senderMac}`
    return { packet: packet.id, what, from: formatIp('inet', packet.senderIp), to: formatIp('inet', packet.targetIp) }
  }
  const { family, fragment } = packet
  return {
    packet: packet.id, what: fragment === undefined ? describePayload(packet) : `${describePayload(packet)}, piece at ${fragment.offset}`,
    from: formatIp(family, packet.source), to: formatIp(family, packet.destination), ttl: packet.ttl, length: packetLength(packet),
  }
}
function packetData(net: NetNamespace, packet: IpPacket | Arp): Readonly<Record<string, unknown>> {
  let data = described.get(packet)
  if (data === undefined) described.set(packet, (data = describe(packet)))
  return { ...data, netns: net.ino }
}

export function packetEvent(net: NetNamespace, step: PacketStep, packet: IpPacket | Arp, device: NetDevice | undefined, more?: Readonly<Record<string, unknown>>): void {
  const { trace } = net.kernel
  if (trace.enabled) trace.emit(step, step === 'packet.send' ? net.kernel.scheduler.current : undefined, { ...packetData(net, packet), device: device?.name ?? '', ...more })
}
/** `reason` is a phrase that ends “dropped: …”. */
export function dropPacket(net: NetNamespace, packet: IpPacket | Arp, device: NetDevice | undefined, layer: DropLayer, reason: string): void {
  const { trace } = net.kernel
  if (trace.enabled) trace.emit('packet.drop', undefined, { ...packetData(net, packet), device: device?.name ?? '', layer, reason })
}
export function hookEvent(net: NetNamespace, hook: HookName, verdict: Verdict, before: IpPacket, after: IpPacket, device: NetDevice | undefined, reason: string | undefined): void {
  const { trace } = net.kernel
  if (!trace.enabled) return
  const changed = before.source !== after.source || before.destination !== after.destination ? { newFrom: formatIp(after.family, after.source), newTo: formatIp(after.family, after.destination) } : {}
  trace.emit('packet.hook', undefined, { ...packetData(net, before), device: device?.name ?? '', hook, verdict, ...(reason === undefined ? {} : { reason }), ...changed })
}
