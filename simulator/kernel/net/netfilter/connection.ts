// One tracked connection (struct nf_conn) and the two tuples by which its packets are known (nf_conntrack_core.c: nf_ct_get_tuple, nf_ct_invert_tuple).
import type { IpVersion } from '../../../lib/ip.ts'
import { type IpPacket, protocolOf } from '../packet.ts'

/** For ICMP the source port is the identifier of an echo, the destination port its type and code. */
export interface Tuple {
  readonly family: IpVersion
  readonly protocol: number
  readonly source: bigint
  readonly destination: bigint
  readonly sport: number
  readonly dport: number
}
export type Direction = 'original' | 'reply'
export type TrackState = 'INVALID' | 'NEW' | 'ESTABLISHED' | 'RELATED' | 'UNTRACKED'

export interface Connection {
  readonly id: number
  readonly original: Tuple
  reply: Tuple
  /** IPS_… */
  status: number
  tcpState: string | undefined
  mark: number
  /** Virtual time in nanoseconds. */
  expires: number
  confirmed: boolean
  /** Where NAT has been decided: it is, for the first packet only. */
  sourceNatDone: boolean
  destinationNatDone: boolean
  readonly startedAt: number
  /** Whose it is: packets that wander to another namespace take it along inside ICMP errors, where it means nothing. */
  readonly owner: object
  readonly counters: { readonly original: { packets: number; bytes: number }; readonly reply: { packets: number; bytes: number } }
}
/** What a packet carries of it (skb->_nfct). */
export interface PacketTrack {
  readonly connection: Connection | undefined
  readonly state: TrackState
  readonly direction: Direction
}

const ECHO_REPLIES = new Map([[8, 0], [0, 8], [13, 14], [14, 13], [15, 16], [16, 15], [17, 18], [18, 17], [128, 129], [129, 128]])
/** Messages that begin a connection. */
const ICMP_REQUESTS: ReadonlySet<number> = new Set([8, 13, 15, 17])

export const tupleKey = (t: Tuple): string => `${t.family} ${t.protocol} ${t.source.toString(36)} ${t.sport} ${t.destination.toString(36)} ${t.dport}`

/** undefined for ICMP that is no question or answer. */
export function tupleOf(packet: IpPacket): Tuple | undefined {
  const { payload, family, source, destination } = packet
  const common = { family, protocol: protocolOf(packet), source, destination }
  switch (payload.kind) {
    case 'tcp':
    case 'udp': return { ...common, sport: payload.sport, dport: payload.dport }
    case 'icmp': return ECHO_REPLIES.has(payload.type) ? { ...common, sport: payload.id, dport: (payload.type << 8) | payload.code } : undefined
    default: return { ...common, sport: 0, dport: 0 }
  }
}
export const isIcmp = (t: Tuple): boolean => t.protocol === 1 || t.protocol === 58
export const isRequest = (t: Tuple): boolean => (t.family === 'inet' ? ICMP_REQUESTS : new Set([128])).has(t.dport >> 8)

export function invert(t: Tuple): Tuple {
  const turned = { ...t, source: t.destination, destination: t.source }
  if (isIcmp(t)) return { ...turned, dport: ((ECHO_REPLIES.get(t.dport >> 8) ?? 0) << 8) | (t.dport & 0xff) }
  return { ...turned, sport: t.dport, dport: t.sport }
}
