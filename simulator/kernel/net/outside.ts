// What is behind the host's network card: the gateway and the name server of the reference machine's network, 10.0.2.2 and 10.0.2.3. They answer ARP and pings and
// refuse TCP; nothing beyond them answers at all.
import type { NetDevice } from './net-device.ts'
import { type Arp, BROADCAST_MAC, type Frame, type IpPacket, type Payload, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from './packet.ts'
import { dropPacket } from './packet-events.ts'
import { nextPacketId } from './packet-id.ts'

const STATIONS: ReadonlyMap<bigint, string> = new Map([[0x0a000202n, '52:55:0a:00:02:02'], [0x0a000203n, '52:55:0a:00:02:03']])
const STATION_TTL = 255
const MOST_WAITING = 16
const ECHO = 8, ECHO_REPLY = 0
const NOBODY = 'it left the machine, and nobody outside answers'

function answerTo(packet: IpPacket): Payload | undefined {
  const { payload } = packet
  if (payload.kind === 'icmp' && payload.type === ECHO) return { ...payload, type: ECHO_REPLY }
  if (payload.kind !== 'tcp' || (payload.flags & TCP_RST) !== 0) return undefined
  const length = payload.data.length + ((payload.flags & (TCP_SYN | TCP_FIN)) !== 0 ? 1 : 0)
  return {
    kind: 'tcp', sport: payload.dport, dport: payload.sport, seq: payload.ack, ack: (payload.seq + length) >>> 0, flags: TCP_RST | TCP_ACK, window: 0, options: {}, data: new Uint8Array(0),
  }
}

/** What the stations have learned of the machine behind a card: addresses from its ARP, and answers that wait for one. */
interface Wire { readonly macs: Map<bigint, string>; readonly waiting: IpPacket[] }
const wires = new WeakMap<NetDevice, Wire>()
function wireOf(device: NetDevice): Wire {
  const wire = wires.get(device) ?? { macs: new Map<bigint, string>(), waiting: [] }
  wires.set(device, wire)
  return wire
}

function arpReceived(device: NetDevice, body: Arp, reply: (frame: Frame) => void): void {
  const { macs, waiting } = wireOf(device)
  if (body.senderIp !== 0n) macs.set(body.senderIp, body.senderMac)
  for (const packet of waiting.splice(0)) {
    if (packet.destination === body.senderIp) reply({ source: STATIONS.get(packet.source) ?? '', destination: body.senderMac, body: packet })
    else waiting.push(packet)
  }
  const mac = STATIONS.get(body.targetIp)
  if (body.op === 'reply') return
  if (mac === undefined) return dropPacket(device.ns, body, device, 'device', NOBODY)
  reply({
    source: mac, destination: body.senderMac,
    body: { kind: 'arp', id: nextPacketId(device.ns.kernel), op: 'reply', senderMac: mac, senderIp: body.targetIp, targetMac: body.senderMac, targetIp: body.senderIp },
  })
}

/** A frame leaves the machine; `reply` puts an answer on the wire. A station that doesn't know where an answer goes asks for the address first, and mostly in vain. */
export function outsideReceive(device: NetDevice, frame: Frame, reply: (frame: Frame) => void): void {
  const { body } = frame
  const { kernel } = device.ns
  if (body.kind === 'arp') return arpReceived(device, body, reply)
  const mac = body.family === 'inet' ? STATIONS.get(body.destination) : undefined
  const payload = mac === undefined ? undefined : answerTo(body)
  if (mac === undefined || payload === undefined) return dropPacket(device.ns, body, device, 'device', NOBODY)
  const answer: IpPacket = {
    kind: 'ip', id: nextPacketId(kernel), family: 'inet', source: body.destination, destination: body.source, ttl: STATION_TTL, dontFragment: false, ident: 0, tos: 0, mark: 0, payload,
  }
  const { macs, waiting } = wireOf(device)
  const destination = macs.get(body.source)
  if (destination !== undefined) return reply({ source: mac, destination, body: answer })
  if (waiting.length < MOST_WAITING) waiting.push(answer)
  reply({
    source: mac, destination: BROADCAST_MAC,
    body: { kind: 'arp', id: nextPacketId(kernel), op: 'request', senderMac: mac, senderIp: body.destination, targetMac: '00:00:00:00:00:00', targetIp: body.source },
  })
}
