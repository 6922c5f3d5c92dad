// Matches of x_tables (net/netfilter/xt_*.c): does a packet fit?
import { CT_DNAT, CT_SNAT, type Inverted, IPS_DST_NAT, IPS_SRC_NAT, type AddressMask, type PortRange, type XtMatch } from '../../../abi/xtables.ts'
import { NSEC_PER_SEC } from '../../clock.ts'
import { makeKgid, makeKuid } from '../../cred/ids.ts'
import type { NetDevice } from '../net-device.ts'
import { packetLength } from '../packet.ts'
import { addressType, packetType, senderOf, stateBit, type View } from './load.ts'
import type { ExprState } from './ruleset.ts'

type Of<N extends string> = Extract<XtMatch, { readonly name: N }>
const within = (n: number, { from, to }: PortRange): boolean => n >= from && n <= to
/** An option that wasn't given fits always. */
const fits = <T>(option: Inverted<T> | undefined, test: (value: T) => boolean): boolean => option === undefined || test(option.value) !== option.invert

function conntrack(m: Of<'conntrack'>, { packet, net }: View): boolean {
  const track = packet.nfct
  const connection = track?.connection
  if (m.direction !== undefined && (track?.direction === 'reply' ? 'REPLY' : 'ORIGINAL') !== m.direction) return false
  const nat = ((connection?.status ?? 0) & IPS_SRC_NAT ? CT_SNAT : 0) | ((connection?.status ?? 0) & IPS_DST_NAT ? CT_DNAT : 0)
  if (!fits(m.state, (bits) => ((stateBit(packet) | nat) & bits) !== 0)) return false
  if (connection === undefined) return m.state !== undefined && m.proto === undefined && m.origsrc === undefined && m.origdst === undefined && m.status === undefined
  const { original, reply } = connection
  const address = (option: Inverted<AddressMask> | undefined, value: bigint): boolean => fits(option, ({ address: a, mask }) => (value & mask) === a)
  const port = (option: Inverted<PortRange> | undefined, value: number): boolean => fits(option, (range) => within(value, range))
  return fits(m.proto, (p) => p === original.protocol) && address(m.origsrc, original.source) && address(m.origdst, original.destination) && address(m.replsrc, reply.source) &&
    address(m.repldst, reply.destination) && port(m.origsrcport, original.sport) && port(m.origdstport, original.dport) && port(m.replsrcport, reply.sport) && port(m.repldstport, reply.dport) &&
    fits(m.status, (bits) => (connection.status & bits) !== 0 || (bits === 0 && connection.status === 0)) &&
    fits(m.expire, (range) => within(Math.max(0, Math.floor((connection.expires - net.kernel.clock.now) / NSEC_PER_SEC)), range))
}
function owner(m: Of<'owner'>, { context, net }: View): boolean {
  const sender = senderOf(context)
  if (sender === undefined) return (m.uid?.invert ?? true) && (m.gid?.invert ?? true) && (m.socketExists?.invert ?? true)
  const ns = net.owner
  const inRange = (ids: readonly number[], low: number | undefined, high: number | undefined): boolean => low !== undefined && high !== undefined && ids.some((id) => id >= low && id <= high)
  const groups = m.supplementary ? [sender.fsgid, ...sender.groups] : [sender.fsgid]
  return fits(m.uid, ({ from, to }) => ns !== undefined && inRange([sender.fsuid], makeKuid(ns, from), makeKuid(ns, to))) &&
    fits(m.gid, ({ from, to }) => ns !== undefined && inRange(groups, makeKgid(ns, from), makeKgid(ns, to))) && m.socketExists?.invert !== true
}
function multiport(m: Of<'multiport'>, { packet }: View): boolean {
  const { payload } = packet
  if ((payload.kind !== 'tcp' && payload.kind !== 'udp') || (packet.fragment?.offset ?? 0) > 0) return false
  const one = (port: number): boolean => m.ports.some((range) => within(port, range))
  return (m.side === 'source' ? one(payload.sport) : m.side === 'destination' ? one(payload.dport) : one(payload.sport) || one(payload.dport)) !== m.invert
}
function transport(m: Of<'tcp'> | Of<'udp'>, { packet }: View): boolean {
  const { payload } = packet
  if (payload.kind !== m.name) return false
  if (!fits(m.source, (r) => within(payload.sport, r)) || !fits(m.dest, (r) => within(payload.dport, r))) return false
  if (m.name === 'udp' || payload.kind === 'udp') return true
  const has = (option: number): boolean => (option === 2 ? payload.options.mss !== undefined : option === 3 ? payload.options.windowScale !== undefined : option === 4 ? payload.options.sackPermitted === true :
    option === 8 ? payload.options.timestamps !== undefined : false)
  return fits(m.flags, ({ mask, compare }) => (payload.flags & mask) === compare) && fits(m.option, has)
}
/** `eth+` fits all that begin so. */
const deviceFits = (device: NetDevice | undefined, pattern: string): boolean => device !== undefined && (pattern.endsWith('+') ? device.name.startsWith(pattern.slice(0, -1)) : device.name === pattern)

export function matches(m: XtMatch, view: View, state: ExprState | undefined): boolean {
  const { packet, net, context } = view
  switch (m.name) {
    case 'conntrack': return conntrack(m, view)
    case 'owner': return owner(m, view)
    case 'multiport': return multiport(m, view)
    case 'tcp':
    case 'udp': return transport(m, view)
    case 'comment': return true
    case 'addrtype': return fits(m.source, (bits) => (bits & (1 << addressType(net, packet.family, packet.source))) !== 0) && fits(m.dest, (bits) => (bits & (1 << addressType(net, packet.family, packet.destination))) !== 0)
    case 'icmp':
    case 'icmp6': {
      const { payload } = packet
      if (payload.kind === 'ndp') return (payload.type === m.type) !== m.invert
      if (payload.kind !== 'icmp') return false
      return ((m.name === 'icmp' && m.type === 255) || (payload.type === m.type && within(payload.code, m.codes))) !== m.invert
    }
    case 'mac': return packet.linkSource !== undefined && (packet.linkSource === m.address) !== m.invert
    case 'physdev': {
      const { physicalInput, physicalOutput } = context
      return fits(m.isIn, () => physicalInput !== undefined) && fits(m.isOut, () => physicalOutput !== undefined) && fits(m.isBridged, () => physicalInput !== undefined && physicalOutput !== undefined) &&
        fits(m.input, (name) => deviceFits(physicalInput, name)) && fits(m.output, (name) => deviceFits(physicalOutput, name))
    }
    case 'iprange': return fits(m.source, ({ from, to }) => packet.source >= from && packet.source <= to) && fits(m.dest, ({ from, to }) => packet.destination >= from && packet.destination <= to)
    case 'statistic': {
      if (m.mode === 'random') return ((net.kernel.random.u32() >>> 0) / 0x100000000 < m.probability) !== m.invert
      if (state === undefined) return false
      const isIt = state.packets % m.every === m.packet
      state.packets++
      return isIt !== m.invert
    }
    case 'connmark': return (((packet.nfct?.connection?.mark ?? 0) & m.mark.mask) >>> 0 === m.mark.value) !== m.invert
    case 'length': return within(packetLength(packet), m.range) !== m.invert
    case 'pkttype': return (packetType(view) === ['unicast', 'broadcast', 'multicast'].indexOf(m.type)) !== m.invert
    case 'ttl':
    case 'hl': return m.op === 'eq' ? packet.ttl === m.value : m.op === 'ne' ? packet.ttl !== m.value : m.op === 'lt' ? packet.ttl < m.value : packet.ttl > m.value
    case 'connlimit': {
      const bits = packet.family === 'inet' ? 32 : 128
      const near = (a: bigint): bigint => a >> BigInt(bits - m.mask)
      const connection = packet.nfct?.connection
      const { source, destination } = connection?.original ?? packet
      return state !== undefined && (state.connections.add(net.netfilter.conntrack, near(m.daddr ? destination : source), connection) > m.limit) !== m.upto
    }
  }
}
