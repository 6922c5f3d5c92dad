// The values expressions look at (nft_payload.c, nft_meta.c, nft_ct.c, nft_fib.c, nft_bitwise.c): always bytes in network order. undefined ends the rule, as NFT_BREAK does.
import type { CtKey, Hex, MetaKey, NftLoad } from '../../../abi/nf-tables.ts'
import { RTN_BROADCAST, RTN_LOCAL, RTN_MULTICAST, RTN_UNICAST } from '../../../abi/netlink.ts'
import { CT_ESTABLISHED, CT_INVALID, CT_NEW, CT_RELATED, CT_UNTRACKED } from '../../../abi/xtables.ts'
import { NSEC_PER_SEC } from '../../clock.ts'
import { fromKgidMunged, fromKuidMunged } from '../../cred/ids.ts'
import type { HookContext } from '../hooks.ts'
import { InetSocket, type SocketCred } from '../inet-socket.ts'
import type { NetDevice } from '../net-device.ts'
import type { NetNamespace } from '../net-namespace.ts'
import { type IpPacket, packetLength, protocolOf } from '../packet.ts'
import { isMulticast } from '../route-choice.ts'
import type { TrackState } from './connection.ts'
import { HeaderBytes, hexOf, textHex } from './header-bytes.ts'
import type { Table } from './ruleset.ts'
import { findElement } from './set.ts'

/** A packet on its way through the rules. */
export class View {
  readonly net: NetNamespace
  readonly context: HookContext
  readonly table: Table
  #headers: HeaderBytes | undefined
  #headersOf: IpPacket | undefined

  constructor(net: NetNamespace, context: HookContext, table: Table) {
    this.net = net
    this.context = context
    this.table = table
  }
  get packet(): IpPacket {
    return this.context.packet
  }
  get headers(): HeaderBytes {
    if (this.#headers === undefined || this.#headersOf !== this.packet) {
      this.#headers = new HeaderBytes(this.packet)
      this.#headersOf = this.packet
    }
    return this.#headers
  }
}

const STATE_BITS: Readonly<Record<TrackState, number>> = { INVALID: CT_INVALID, ESTABLISHED: CT_ESTABLISHED, RELATED: CT_RELATED, NEW: CT_NEW, UNTRACKED: CT_UNTRACKED }
export const stateBit = (packet: IpPacket): number => STATE_BITS[packet.nfct?.state ?? 'INVALID']

const ifname = (device: NetDevice | undefined): Hex => textHex(device?.name ?? '').padEnd(32, '0')
/** Whose socket sends a packet. */
export function senderOf({ socket }: HookContext): SocketCred | undefined {
  return socket instanceof InetSocket ? socket.cred : undefined
}

export function loadMeta(view: View, key: MetaKey): Hex | undefined {
  const { context, packet, net } = view
  switch (key) {
    case 'length': return hexOf(packetLength(packet), 4)
    case 'protocol': return packet.family === 'inet' ? '0800' : '86dd'
    case 'nfproto': return packet.family === 'inet' ? '02' : '0a'
    case 'l4proto': return hexOf(protocolOf(packet), 1)
    case 'mark': return hexOf(packet.mark >>> 0, 4)
    case 'priority':
    case 'cpu':
    case 'rtclassid':
    case 'cgroup': return '00000000'
    case 'nftrace': return '00'
    case 'iif': return hexOf(context.input?.index ?? 0, 4)
    case 'oif': return hexOf(context.output?.index ?? 0, 4)
    case 'iifname': return ifname(context.input)
    case 'oifname': return ifname(context.output)
    case 'iiftype': return context.input === undefined ? undefined : hexOf(context.input.traits.arphrd, 2)
    case 'oiftype': return context.output === undefined ? undefined : hexOf(context.output.traits.arphrd, 2)
    case 'iifgroup': return context.input === undefined ? undefined : hexOf(context.input.group, 4)
    case 'oifgroup': return context.output === undefined ? undefined : hexOf(context.output.group, 4)
    case 'skuid': {
      const sender = senderOf(context)
      return sender === undefined ? undefined : hexOf(net.owner === undefined ? sender.fsuid : fromKuidMunged(net.owner, sender.fsuid), 4)
    }
    case 'skgid': {
      const sender = senderOf(context)
      return sender === undefined ? undefined : hexOf(net.owner === undefined ? sender.fsgid : fromKgidMunged(net.owner, sender.fsgid), 4)
    }
    case 'pkttype': return hexOf(packetType(view), 1)
    case 'random': return hexOf(net.kernel.random.u32() >>> 0, 4)
    case 'ibrname': return context.physicalInput?.master === undefined ? undefined : ifname(context.physicalInput.master)
    case 'obrname': return context.physicalOutput?.master === undefined ? undefined : ifname(context.physicalOutput.master)
    case 'ibriport':
    case 'obriport': return undefined
    case 'time': return hexOf(BigInt(Math.round(net.kernel.clock.realtimeMs * 1e6)), 8)
    case 'hour': return hexOf(Math.floor(net.kernel.clock.realtimeMs / 1000) % 86400, 4)
    case 'day': return hexOf((Math.floor(net.kernel.clock.realtimeMs / 86400000) + 4) % 7, 1)
  }
}
/** PACKET_HOST 0, PACKET_BROADCAST 1, PACKET_MULTICAST 2 */
export function packetType({ packet, net, context }: View): number {
  if (isMulticast(packet.family, packet.destination)) return 2
  if (context.input?.isLoopback === true || packet.family === 'inet6') return 0
  return packet.destination === 0xffffffffn || net.routes.lookup('inet', packet.destination)?.type === RTN_BROADCAST ? 1 : 0
}
/** inet_addr_type: what an address is to this namespace. */
export function addressType(net: NetNamespace, family: IpPacket['family'], address: bigint): number {
  if (isMulticast(family, address)) return RTN_MULTICAST
  if (family === 'inet' && (address === 0xffffffffn || address >> 24n === 0n)) return RTN_BROADCAST
  const type = net.routes.lookup(family, address)?.type
  return type === undefined ? RTN_UNICAST : type
}

function loadCt(view: View, load: Extract<NftLoad, { readonly kind: 'ct' }>): Hex | undefined {
  const { packet, net } = view
  if (load.key === 'state') return hexOf(stateBit(packet), 4)
  const track = packet.nfct
  const connection = track?.connection
  if (track === undefined || connection === undefined) return undefined
  const tuple = load.direction === 'reply' ? connection.reply : connection.original
  const number = (n: number, bytes: number): Hex => hexOf(n, bytes)
  const counts = load.direction === undefined ? undefined : connection.counters[load.direction]
  const byKey: Partial<Record<CtKey, () => Hex>> = {
    direction: () => number(track.direction === 'original' ? 0 : 1, 1), status: () => number(connection.status, 4), mark: () => number(connection.mark >>> 0, 4),
    expiration: () => number(Math.max(0, Math.round((connection.expires - net.kernel.clock.now) / NSEC_PER_SEC) * 1000), 4), l3proto: () => number(packet.family === 'inet' ? 2 : 10, 1),
    protocol: () => number(tuple.protocol, 1), saddr: () => hexOf(tuple.source, packet.family === 'inet' ? 4 : 16), daddr: () => hexOf(tuple.destination, packet.family === 'inet' ? 4 : 16),
    'proto-src': () => number(tuple.sport, 2), 'proto-dst': () => number(tuple.dport, 2), zone: () => '0000', id: () => number(connection.id, 4),
    bytes: () => number(counts?.bytes ?? connection.counters.original.bytes + connection.counters.reply.bytes, 8),
    packets: () => number(counts?.packets ?? connection.counters.original.packets + connection.counters.reply.packets, 8),
  }
  return byKey[load.key]?.()
}
function loadFib({ net, packet, context }: View, { result, selectors }: Extract<NftLoad, { readonly kind: 'fib' }>): Hex {
  const address = selectors.includes('saddr') ? packet.source : packet.destination
  if (result === 'type') {
    const type = addressType(net, packet.family, address)
    const device = selectors.includes('iif') ? context.input : selectors.includes('oif') ? context.output : undefined
    return hexOf(type === RTN_LOCAL && device !== undefined && !device.addresses.some((a) => a.local === address) ? RTN_UNICAST : type, 4)
  }
  const device = net.routes.lookup(packet.family, address, { mark: selectors.includes('mark') ? packet.mark : 0 })?.nexthops.at(0)?.device
  if (selectors.includes('iif') && device !== context.input) return result === 'oif' ? '00000000' : ''.padEnd(32, '0')
  return result === 'oif' ? hexOf(device?.index ?? 0, 4) : ifname(device)
}

export function bitwise(value: Hex, mask: Hex, xor: Hex): Hex {
  let text = ''
  for (let i = 0; i < value.length; i += 6) {
    const n = (Number.parseInt(value.slice(i, i + 6), 16) & Number.parseInt(mask.slice(i, i + 6), 16)) ^ Number.parseInt(xor.slice(i, i + 6), 16)
    text += n.toString(16).padStart(Math.min(6, value.length - i), '0')
  }
  return text
}
/** Parts of a concatenation fill whole words. */
const padded = (value: Hex): Hex => value.padEnd(Math.ceil(value.length / 8) * 8, '0')

export function load(view: View, what: NftLoad): Hex | undefined {
  switch (what.kind) {
    case 'value': return what.data
    case 'payload': return view.headers.load(what.base, what.offset, what.length)
    case 'meta': return loadMeta(view, what.key)
    case 'ct': return loadCt(view, what)
    case 'fib': return loadFib(view, what)
    case 'bitwise': {
      const value = load(view, what.of)
      return value === undefined ? undefined : bitwise(value, what.mask, what.xor)
    }
    case 'concat': {
      let text = ''
      for (const part of what.parts) {
        const value = load(view, part)
        if (value === undefined) return undefined
        text += padded(value)
      }
      return text
    }
    case 'map': {
      const key = load(view, what.key)
      const set = view.table.sets.get(what.set)
      return key === undefined || set === undefined ? undefined : findElement(set, key, view.net.kernel.clock.now)?.info.data
    }
    case 'numgen': return hexOf((what.mode === 'random' ? (view.net.kernel.random.u32() >>> 0) % what.modulus : view.net.netfilter.nextNumber(what) % what.modulus) + what.offset, 4)
    case 'tcpopt': {
      const { payload } = view.packet
      if (payload.kind !== 'tcp') return undefined
      const mss = what.option === 2 ? payload.options.mss : undefined
      if (what.present === true) return mss === undefined ? '00' : '01'
      return mss === undefined ? undefined : hexOf(mss, 2)
    }
    case 'rt': return undefined
  }
}
