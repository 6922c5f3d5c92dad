// Network address translation (net/netfilter/nf_nat_core.c, nf_nat_proto.c, nf_nat_masquerade.c, nf_nat_redirect.c). The first packet of a connection decides what
// is changed; every further one, and every answer, is changed by the connection's two tuples.
import { IPS_DST_NAT, IPS_SRC_NAT } from '../../../abi/xtables.ts'
import { IFF_LOOPBACK } from '../../../abi/netlink.ts'
import type { HookContext } from '../hooks.ts'
import type { NetNamespace } from '../net-namespace.ts'
import type { IpPacket, Payload } from '../packet.ts'
import { selectSource } from '../route-choice.ts'
import type { Conntrack } from './conntrack.ts'
import { type Connection, type Direction, invert, isIcmp, type Tuple } from './connection.ts'

export type Manip = 'source' | 'destination'
export interface NatChoice {
  readonly min: bigint | undefined
  readonly max: bigint | undefined
  readonly ports: { readonly from: number; readonly to: number } | undefined
  readonly random: boolean
}
export const manipOf = (hook: HookContext['hook']): Manip => (hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source')
export const isNatDone = (c: Connection, manip: Manip): boolean => (manip === 'source' ? c.sourceNatDone : c.destinationNatDone)

const ATTEMPTS = 128

/** nf_nat_l4proto_unique_tuple: another port where this one is taken, or where a range is wanted. */
function uniquePort(net: NetNamespace, conntrack: Conntrack, tuple: Tuple, connection: Connection, manip: Manip, choice: NatChoice): Tuple {
  const hasPorts = tuple.protocol === 6 || tuple.protocol === 17 || isIcmp(tuple)
  const isFree = (t: Tuple): boolean => !conntrack.isTaken(invert(t), connection)
  if (!hasPorts) return tuple
  const port = manip === 'source' || isIcmp(tuple) ? tuple.sport : tuple.dport
  const withPort = (n: number): Tuple => (manip === 'source' || isIcmp(tuple) ? { ...tuple, sport: n } : { ...tuple, dport: n })
  const { ports } = choice
  if (!choice.random) {
    if (ports === undefined ? isFree(tuple) : port >= ports.from && port <= ports.to && (ports.from === ports.to || isFree(tuple))) return tuple
  }
  if (ports === undefined && manip === 'destination') return tuple
  let [min, size] = ports === undefined ? (isIcmp(tuple) ? [0, 65536] : port < 512 ? [1, 511] : port < 1024 ? [600, 424] : [1024, 64512]) : [ports.from, ports.to - ports.from + 1]
  if (size < 1) [min, size] = [port, 1]
  const start = size === 1 ? 0 : net.kernel.random.u32() % size
  for (let i = 0; i < Math.min(size, ATTEMPTS); i++) {
    const candidate = withPort(min + ((start + i) % size))
    if (isFree(candidate)) return candidate
  }
  return withPort(min + start)
}
/** find_best_ips_proto: the same pair of addresses always gets the same one of a range. */
function chooseAddress(tuple: Tuple, { min, max }: NatChoice, manip: Manip): bigint {
  if (min === undefined) return manip === 'source' ? tuple.source : tuple.destination
  if (max === undefined || max <= min) return min
  const hash = (tuple.source * 2654435761n + tuple.destination * 40503n) & 0xffffffffn
  return min + (hash % (max - min + 1n))
}

/** nf_nat_setup_info: how this connection's packets are changed from now on. */
export function setupNat(net: NetNamespace, conntrack: Conntrack, connection: Connection, manip: Manip, choice: NatChoice): void {
  const now = invert(connection.reply)
  const address = chooseAddress(now, choice, manip)
  const moved = manip === 'source' ? { ...now, source: address } : { ...now, destination: address }
  const wanted = uniquePort(net, conntrack, moved, connection, manip, choice)
  const isChanged = wanted.source !== now.source || wanted.destination !== now.destination || wanted.sport !== now.sport || wanted.dport !== now.dport
  if (isChanged) {
    connection.reply = invert(wanted)
    connection.status |= manip === 'source' ? IPS_SRC_NAT : IPS_DST_NAT
  }
  if (manip === 'source') connection.sourceNatDone = true
  else connection.destinationNatDone = true
}

function withPorts(payload: Payload, target: Tuple, manip: Manip): Payload {
  if (payload.kind === 'tcp' || payload.kind === 'udp') return manip === 'source' ? { ...payload, sport: target.sport } : { ...payload, dport: target.dport }
  if (payload.kind === 'icmp' && payload.about === undefined) return { ...payload, id: target.sport }
  return payload
}
/** nf_nat_ipv4_manip_pkt */
function manipulate(packet: IpPacket, target: Tuple, manip: Manip): IpPacket {
  const payload = withPorts(packet.payload, target, manip)
  return manip === 'source' ? { ...packet, payload, source: target.source } : { ...packet, payload, destination: target.destination }
}
const other = (d: Direction): Direction => (d === 'original' ? 'reply' : 'original')
const opposite = (m: Manip): Manip => (m === 'source' ? 'destination' : 'source')

/** nf_nat_packet: changes a packet as its connection was decided; an ICMP error also inside. */
export function translate(context: HookContext): void {
  const track = context.packet.nfct
  const connection = track?.connection
  if (track === undefined || connection === undefined) return
  const manip = manipOf(context.hook)
  const { direction } = track
  const wanted = (manip === 'source') === (direction === 'original') ? IPS_SRC_NAT : IPS_DST_NAT
  if ((connection.status & wanted) === 0) return
  const target = invert(connection[other(direction)])
  const { packet } = context
  if (track.state === 'RELATED' && packet.payload.kind === 'icmp' && packet.payload.about !== undefined) {
    const { about } = packet.payload
    const inner = manipulate(about, connection[other(direction)], opposite(manip))
    const outer = manip === 'source' ? { source: target.source } : { destination: target.destination }
    context.packet = { ...packet, ...outer, payload: { ...packet.payload, about: inner } }
    return
  }
  context.packet = manipulate(packet, target, manip)
}
/** nf_nat_masquerade_ipv4: the address of the device it leaves by. undefined: it has none. */
export function masqueradeAddress(net: NetNamespace, { packet, output }: HookContext): bigint | undefined {
  return selectSource(net, packet.family, output, packet.destination)
}
/** nf_nat_redirect_ipv4 */
export function redirectAddress({ packet, hook, input }: HookContext): bigint | undefined {
  if (hook === 'OUTPUT') return packet.family === 'inet' ? 0x7f000001n : 1n
  if (input?.has(IFF_LOOPBACK) === true) return packet.family === 'inet' ? 0x7f000001n : 1n
  return input?.addresses.find((a) => a.family === packet.family && (packet.family === 'inet' || a.scope === 0))?.local
}
