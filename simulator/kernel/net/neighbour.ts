// The neighbour tables (net/core/neighbour.c): which MAC address an IP address of the same wire has, how sure that is, and what waits for the answer.
// Simpler: the time an entry counts as reachable is not random.
import { NUD_DELAY, NUD_FAILED, NUD_INCOMPLETE, NUD_PERMANENT, NUD_PROBE, NUD_REACHABLE, NUD_STALE } from '../../abi/netlink.ts'
import { formatIp, type IpVersion } from '../../lib/ip.ts'
import { NSEC_PER_MSEC, NSEC_PER_SEC } from '../clock.ts'
import { transmit } from './device-queue.ts'
import type { NetDevice } from './net-device.ts'
import type { IpPacket } from './packet.ts'
import { dropPacket, packetEvent } from './packet-events.ts'
import { NUD_VALID } from './neigh-message.ts'
import { neighbourChanged } from './rtnl-notify.ts'

const QUEUE_LIMIT = 100, TABLE_LIMIT = 1024

/** The protocol behind a table (struct neigh_table, neigh_ops): how it asks on the wire, and who learns that nobody answers. */
export interface NeighbourProtocol {
  /** Asks everybody, or the one station it was last at. `source`: that of the packet that waits. */
  solicit(neighbour: Neighbour, to: string | undefined, source: bigint | undefined): void
  failed(device: NetDevice, packet: IpPacket): void
}

export class Neighbour {
  readonly device: NetDevice
  readonly family: IpVersion
  readonly address: bigint
  lladdr: string | undefined
  isRouter = false
  /** NTF_EXT_LEARNED, and who says it made the entry (NDA_PROTOCOL). */
  isExternal = false
  protocol = 0
  #state = 0
  #since = 0
  #probes = 0
  readonly #waiting: IpPacket[] = []
  #cancelTimer: (() => void) | undefined
  /** When it was made, last confirmed, last used, last changed: nanoseconds since boot. */
  confirmed = 0
  used = 0
  updated = 0
  readonly #protocol: NeighbourProtocol

  constructor(device: NetDevice, family: IpVersion, address: bigint, protocol: NeighbourProtocol) {
    this.device = device
    this.family = family
    this.address = address
    this.#protocol = protocol
    this.used = this.updated = this.#now
  }

  /** How often it was asked for in vain since it last answered. */
  get probes(): number {
    return (this.#state & (NUD_INCOMPLETE | NUD_PROBE)) === 0 ? 0 : this.#probes
  }
  get #now(): number {
    return this.device.ns.kernel.clock.now
  }
  #setting(name: string): number {
    return this.device.ns.sysctls.getNumber(`net/${this.family === 'inet' ? 'ipv4' : 'ipv6'}/neigh/${this.device.name}/${name}`)
  }
  /** NUD_…: an entry not confirmed for a while goes stale by itself. */
  get state(): number {
    if (this.#state === NUD_REACHABLE && this.#now - this.#since >= this.#setting('base_reachable_time_ms') * NSEC_PER_MSEC) this.#state = NUD_STALE
    return this.#state
  }
  /** neigh_update: what waits goes out once the address is known. */
  set(state: number, lladdr: string | undefined): void {
    const changed = state !== this.#state || lladdr !== this.lladdr
    this.#state = state
    this.#since = this.#now
    this.lladdr = lladdr
    if (state === NUD_REACHABLE) this.confirmed = this.#now
    if (changed) {
      this.updated = this.#now
      const { trace } = this.device.ns.kernel
      trace.emit('neigh.change', undefined, { netns: this.device.ns.ino, device: this.device.name, address: formatIp(this.family, this.address), state, lladdr: lladdr ?? '' })
      if (state !== NUD_INCOMPLETE && state !== NUD_DELAY) neighbourChanged(this, 'RTM_NEWNEIGH')
    }
    if ((state & NUD_VALID) === 0 || state === NUD_PROBE || state === NUD_DELAY || lladdr === undefined) return
    this.#cancel()
    for (const packet of this.#waiting.splice(0)) this.#put(packet, lladdr)
  }
  #put(packet: IpPacket, lladdr: string): void {
    transmit(this.device, { source: this.device.address, destination: lladdr, body: packet })
  }
  #cancel(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }
  #after(delay: number, then: () => void): void {
    this.#cancel()
    const { clock } = this.device.ns.kernel
    this.#cancelTimer = clock.at(clock.now + delay, then)
  }

  /** neigh_resolve_output */
  send(packet: IpPacket): void {
    const { state } = this
    this.used = this.#now
    if (this.lladdr !== undefined && (state & NUD_VALID) !== 0) {
      if (state === NUD_STALE) {
        this.set(NUD_DELAY, this.lladdr)
        this.#after(this.#setting('delay_first_probe_time') * NSEC_PER_SEC, () => this.#startProbing(NUD_PROBE))
      }
      this.#put(packet, this.lladdr)
      return
    }
    if (this.#waiting.length >= QUEUE_LIMIT) dropPacket(this.device.ns, packet, this.device, 'neighbour', 'too many packets wait for the same neighbour')
    else {
      this.#waiting.push(packet)
      packetEvent(this.device.ns, 'packet.wait', packet, this.device, { for: formatIp(this.family, this.address) })
    }
    if (state !== NUD_INCOMPLETE) {
      this.lladdr = undefined
      this.#startProbing(NUD_INCOMPLETE)
    }
  }
  /** NUD_PROBE and NUD_INCOMPLETE ask at once, then once a second. */
  #startProbing(state: number): void {
    this.#probes = 0
    this.set(state, this.lladdr)
    this.#probe()
  }
  #probe(): void {
    if (this.#probes >= this.#setting(this.#state === NUD_PROBE ? 'ucast_solicit' : 'mcast_solicit')) return this.fail()
    this.#probes++
    this.#protocol.solicit(this, this.#state === NUD_PROBE ? this.lladdr : undefined, this.#waiting[0]?.source)
    this.#after(this.#setting('retrans_time_ms') * NSEC_PER_MSEC, () => this.#probe())
  }
  /** Somebody above has heard from it (dst_confirm): TCP acknowledgements, UDP with MSG_CONFIRM. */
  confirm(): void {
    if (this.lladdr === undefined || (this.state & (NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_REACHABLE)) === 0) return
    this.set(NUD_REACHABLE, this.lladdr)
  }
  /** Asks again from the beginning (NTF_USE, `ip neigh … use`). */
  probe(): void {
    if (this.state !== NUD_INCOMPLETE) this.#startProbing(this.lladdr === undefined ? NUD_INCOMPLETE : NUD_PROBE)
  }
  /** Nobody has answered: whoever sent a packet learns of it (ipv4_link_failure). */
  fail(): void {
    this.#cancel()
    this.set(NUD_FAILED, undefined)
    for (const packet of this.#waiting.splice(0)) {
      dropPacket(this.device.ns, packet, this.device, 'neighbour', `nobody answers ${this.family === 'inet' ? 'ARP' : 'neighbour solicitations'} for ${formatIp(this.family, this.address)} on ${this.device.name}`)
      this.#protocol.failed(this.device, packet)
    }
  }
  /** The entry goes: nothing of it may happen later. */
  forget(): void {
    this.#cancel()
    for (const packet of this.#waiting.splice(0)) dropPacket(this.device.ns, packet, this.device, 'neighbour', 'the neighbour entry was deleted')
  }
}

/** The neighbours of one device. */
export class NeighbourTable {
  readonly #entries = new Map<string, Neighbour>()

  static #key(family: IpVersion, address: bigint): string {
    return `${family} ${address}`
  }
  find(family: IpVersion, address: bigint): Neighbour | undefined {
    return this.#entries.get(NeighbourTable.#key(family, address))
  }
  add(neighbour: Neighbour): Neighbour {
    if (this.#entries.size >= TABLE_LIMIT) this.#makeRoom()
    this.#entries.set(NeighbourTable.#key(neighbour.family, neighbour.address), neighbour)
    return neighbour
  }
  #makeRoom(): void {
    for (const old of this.#entries.values()) {
      if (old.state === NUD_PERMANENT) continue
      this.remove(old)
      return
    }
  }
  /** `state`: the one it goes in. */
  remove(neighbour: Neighbour, state?: number): void {
    neighbour.forget()
    this.#entries.delete(NeighbourTable.#key(neighbour.family, neighbour.address))
    neighbourChanged(neighbour, 'RTM_DELNEIGH', state)
  }
  /** neigh_ifdown, neigh_carrier_down: all go, or all but the permanent ones. */
  clear(keepPermanent = false): void {
    for (const neighbour of [...this.#entries.values()]) if (!keepPermanent || neighbour.state !== NUD_PERMANENT) this.remove(neighbour)
  }
  /** Newest first. */
  list(): readonly Neighbour[] {
    return [...this.#entries.values()].reverse()
  }
}
