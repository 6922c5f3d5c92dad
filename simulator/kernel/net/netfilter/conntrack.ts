// Connection tracking (net/netfilter/nf_conntrack_core.c, nf_conntrack_proto_*.c): every packet belongs to a connection, begins one, is about one (ICMP errors), or
// is invalid. Entries live as long as their timeouts say; what has expired is forgotten when somebody looks. Simpler than Linux: no helpers, no zones, no events.
import { IPS_ASSURED, IPS_CONFIRMED, IPS_DYING, IPS_SEEN_REPLY } from '../../../abi/xtables.ts'
import { NSEC_PER_SEC } from '../../clock.ts'
import type { HookContext, Verdict } from '../hooks.ts'
import type { NetNamespace } from '../net-namespace.ts'
import { type IpPacket, packetLength } from '../packet.ts'
import { type Connection, type Direction, invert, isIcmp, isRequest, type PacketTrack, tupleKey, tupleOf, type Tuple } from './connection.ts'
import { isReset, nextTcpState } from './conntrack-tcp.ts'

const UDP_STREAM_AFTER = 2 * NSEC_PER_SEC
const INVALID: PacketTrack = { connection: undefined, state: 'INVALID', direction: 'original' }
const UNTRACKED: PacketTrack = { connection: undefined, state: 'UNTRACKED', direction: 'original' }

interface Entry { readonly connection: Connection; readonly direction: Direction }

export interface TrackStats { found: number; invalid: number; insert: number; insertFailed: number; drop: number; earlyDrop: number }

export class Conntrack {
  readonly #net: NetNamespace
  readonly #table = new Map<string, Entry>()
  readonly stats: TrackStats = { found: 0, invalid: 0, insert: 0, insertFailed: 0, drop: 0, earlyDrop: 0 }
  #lastId = 0
  /** Nothing in the table expires before. */
  #nextExpiry = Infinity

  constructor(net: NetNamespace) {
    this.#net = net
  }
  get #now(): number {
    return this.#net.kernel.clock.now
  }
  #timeout(name: string): number {
    return this.#net.sysctls.getNumber(`net/netfilter/nf_conntrack_${name}`) * NSEC_PER_SEC
  }

  /** The live connection a tuple belongs to. */
  find(tuple: Tuple): Entry | undefined {
    const entry = this.#table.get(tupleKey(tuple))
    if (entry === undefined || entry.connection.expires > this.#now) return entry
    this.remove(entry.connection)
    return undefined
  }
  /** nf_conntrack_tuple_taken: by another connection than this one. */
  isTaken(tuple: Tuple, but: Connection): boolean {
    const found = this.find(tuple)
    return found !== undefined && found.connection !== but
  }
  remove(connection: Connection): void {
    connection.status |= IPS_DYING
    for (const tuple of [connection.original, connection.reply]) if (this.#table.get(tupleKey(tuple))?.connection === connection) this.#table.delete(tupleKey(tuple))
  }
  /** All live ones, oldest first; those that have expired are forgotten on the way. */
  *live(): Iterable<Connection> {
    const now = this.#now
    for (const { connection, direction } of this.#table.values()) {
      if (connection.expires <= now) this.remove(connection)
      else if (direction === 'original') yield connection
    }
  }
  list(): Connection[] {
    return [...this.live()]
  }
  get count(): number {
    this.#forgetExpired()
    return this.#table.size / 2
  }
  /** gc_worker: looks through the table only when something in it may have expired. */
  #forgetExpired(): void {
    const now = this.#now
    if (now < this.#nextExpiry) return
    this.#nextExpiry = Infinity
    for (const { connection } of this.#table.values()) {
      if (connection.expires <= now) this.remove(connection)
      else this.#nextExpiry = Math.min(this.#nextExpiry, connection.expires)
    }
  }

  /** nf_conntrack_in: at PREROUTING and OUTPUT. */
  track(context: HookContext): Verdict {
    const { packet } = context
    if (packet.nfct !== undefined) return 'accept'
    const track = this.#trackOf(packet)
    if (track === undefined) {
      this.stats.drop++
      context.reason = 'the table of connections is full (nf_conntrack_max)'
      return 'drop'
    }
    if (track.state === 'INVALID') this.stats.invalid++
    context.packet = { ...packet, nfct: track }
    return 'accept'
  }
  #trackOf(packet: IpPacket): PacketTrack | undefined {
    if (packet.payload.kind === 'ndp' || (packet.family === 'inet6' && packet.payload.kind === 'icmp' && packet.payload.type >= 130 && packet.payload.type <= 137)) return UNTRACKED
    if (packet.payload.kind === 'icmp' && packet.payload.about !== undefined) return this.#related(packet.payload.about)
    const tuple = tupleOf(packet)
    if (tuple === undefined) return INVALID
    let entry = this.find(tuple)
    if (entry !== undefined && packet.payload.kind === 'tcp' && entry.connection.tcpState !== undefined && (entry.connection.tcpState === 'TIME_WAIT' || entry.connection.tcpState === 'CLOSE') &&
      nextTcpState(entry.connection.tcpState, entry.direction, packet.payload) === 'SYN_SENT') {
      this.remove(entry.connection)
      entry = undefined
    }
    if (entry === undefined) return this.#begin(packet, tuple)
    const { connection, direction } = entry
    if (!this.#advance(connection, direction, packet)) return INVALID
    this.#account(connection, direction, packet)
    if (direction === 'reply') {
      connection.status |= IPS_SEEN_REPLY
      return { connection, state: 'ESTABLISHED', direction }
    }
    return { connection, state: (connection.status & IPS_SEEN_REPLY) === 0 ? 'NEW' : 'ESTABLISHED', direction }
  }
  /** An ICMP error belongs to the connection of the packet it is about, as if going the other way. */
  #related(about: IpPacket): PacketTrack {
    const known = about.nfct?.connection
    if (known?.owner === this) return { connection: known, state: 'RELATED', direction: about.nfct?.direction === 'original' ? 'reply' : 'original' }
    const inner = tupleOf(about)
    const entry = inner === undefined ? undefined : this.find(invert(inner))
    return entry === undefined ? INVALID : { connection: entry.connection, state: 'RELATED', direction: entry.direction }
  }
  #begin(packet: IpPacket, tuple: Tuple): PacketTrack | undefined {
    if (isIcmp(tuple) && !isRequest(tuple)) return INVALID
    let tcpState: string | undefined
    if (packet.payload.kind === 'tcp') {
      const next = nextTcpState('NONE', 'original', packet.payload)
      if (next === 'invalid' || next === 'ignore') return INVALID
      if (next !== 'SYN_SENT' && this.#net.sysctls.getNumber('net/netfilter/nf_conntrack_tcp_loose') === 0) return INVALID
      tcpState = next
    }
    const limit = this.#net.sysctls.getNumber('net/netfilter/nf_conntrack_max')
    if (this.#table.size >= 2 * limit && this.count >= limit) {
      const victim = this.#firstUnassured()
      if (victim === undefined) return undefined
      this.stats.earlyDrop++
      this.remove(victim)
    }
    const connection: Connection = {
      id: (Math.imul(++this.#lastId, 0x9e3779b1) ^ this.#net.ino) >>> 0, original: tuple, reply: invert(tuple), status: 0, tcpState, mark: 0, expires: Infinity, confirmed: false, sourceNatDone: false,
      destinationNatDone: false, startedAt: this.#now, owner: this, counters: { original: { packets: 0, bytes: 0 }, reply: { packets: 0, bytes: 0 } },
    }
    this.#refresh(connection)
    this.#account(connection, 'original', packet)
    return { connection, state: 'NEW', direction: 'original' }
  }
  #firstUnassured(): Connection | undefined {
    for (const c of this.live()) if ((c.status & IPS_ASSURED) === 0) return c
    return undefined
  }
  #account({ counters }: Connection, direction: Direction, packet: IpPacket): void {
    counters[direction].packets++
    counters[direction].bytes += packetLength(packet)
  }

  /** What a further packet does to a connection. False: it is invalid. */
  #advance(connection: Connection, direction: Direction, packet: IpPacket): boolean {
    if (packet.payload.kind === 'tcp') {
      const before = connection.tcpState ?? 'NONE'
      const next = nextTcpState(before, direction, packet.payload)
      if (next === 'invalid') return false
      if (next === 'ignore') return true
      connection.tcpState = next
      if ((connection.status & IPS_SEEN_REPLY) === 0 && direction === 'reply' && isReset(packet.payload)) {
        this.remove(connection)
        return true
      }
      if ((connection.status & IPS_SEEN_REPLY) !== 0 && next === 'ESTABLISHED' && (before === 'SYN_RECV' || before === 'ESTABLISHED')) connection.status |= IPS_ASSURED
    } else if (packet.payload.kind === 'udp' && (connection.status & IPS_SEEN_REPLY) !== 0 && this.#now - connection.startedAt > UDP_STREAM_AFTER) connection.status |= IPS_ASSURED
    this.#refresh(connection)
    return true
  }
  #refresh(connection: Connection): void {
    const { protocol } = connection.original
    const name = protocol === 6 ? `tcp_timeout_${(connection.tcpState ?? 'syn_sent').toLowerCase().replace('syn_sent2', 'syn_sent')}` :
      protocol === 17 ? ((connection.status & IPS_ASSURED) !== 0 ? 'udp_timeout_stream' : 'udp_timeout') : protocol === 1 ? 'icmp_timeout' : protocol === 58 ? 'icmpv6_timeout' : 'generic_timeout'
    connection.expires = this.#now + this.#timeout(name)
    this.#nextExpiry = Math.min(this.#nextExpiry, connection.expires)
  }

  /** nf_conntrack_confirm: the first packet has passed everything; from now on others find the connection. */
  confirm(context: HookContext): Verdict {
    const connection = context.packet.nfct?.connection
    if (connection === undefined || connection.confirmed || context.packet.nfct?.direction !== 'original' || context.packet.nfct.state === 'RELATED') return 'accept'
    if (this.find(connection.original) !== undefined || this.find(connection.reply) !== undefined) {
      this.stats.insertFailed++
      context.reason = 'another connection has the same addresses and ports'
      return 'drop'
    }
    connection.confirmed = true
    connection.status |= IPS_CONFIRMED
    this.stats.insert++
    this.#table.set(tupleKey(connection.original), { connection, direction: 'original' })
    this.#table.set(tupleKey(connection.reply), { connection, direction: 'reply' })
    return 'accept'
  }
  setUntracked(context: HookContext): void {
    if (context.packet.nfct === undefined) context.packet = { ...context.packet, nfct: UNTRACKED }
  }
}
