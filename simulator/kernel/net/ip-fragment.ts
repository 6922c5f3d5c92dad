// Cutting packets up and putting them together (net/ipv4/ip_output.c: ip_do_fragment; ip_fragment.c; net/ipv6/reassembly.c). Each piece carries the whole payload
// as a value; what makes it a piece is its place.
import { NSEC_PER_SEC } from '../clock.ts'
import type { NetNamespace } from './net-namespace.ts'
import { headerLength, type IpPacket, packetLength, payloadLength, protocolOf } from './packet.ts'
import { dropPacket } from './packet-events.ts'

const LIFETIME = { inet: 30 * NSEC_PER_SEC, inet6: 60 * NSEC_PER_SEC }
const QUEUE_LIMIT = 256
const FRAGMENT_HEADER6 = 8

/** The pieces of a packet (or of a piece) that fit an MTU, in order. */
export function fragment(packet: IpPacket, mtu: number): readonly IpPacket[] {
  if (packetLength(packet) <= mtu) return [packet]
  const header = packet.family === 'inet' ? headerLength(packet) : 40 + FRAGMENT_HEADER6
  const room = Math.max(8, Math.floor((mtu - header) / 8) * 8)
  const start = packet.fragment?.offset ?? 0
  const length = packet.fragment?.length ?? payloadLength(packet)
  const moreAfter = packet.fragment?.more ?? false
  const pieces: IpPacket[] = []
  for (let at = 0; at < length; at += room) {
    const size = Math.min(room, length - at)
    pieces.push({ ...packet, fragment: { offset: start + at, length: size, more: moreAfter || at + size < length } })
  }
  return pieces
}

interface Queue { readonly pieces: Map<number, IpPacket>; readonly cancel: () => void }

export class Reassembly {
  readonly #queues = new Map<string, Queue>()
  readonly #net: NetNamespace

  constructor(net: NetNamespace) {
    this.#net = net
  }

  /** ip_defrag: the whole packet once its last missing piece is there. `expired` is called with the first piece when the rest doesn't come in time. */
  add(piece: IpPacket, expired: (first: IpPacket) => void): IpPacket | undefined {
    const key = `${piece.source} ${piece.destination} ${piece.ident} ${protocolOf(piece)}`
    let queue = this.#queues.get(key)
    if (queue === undefined) {
      if (this.#queues.size >= QUEUE_LIMIT) {
        dropPacket(this.#net, piece, undefined, 'ip', 'too many cut up packets wait for their other pieces')
        return undefined
      }
      const { clock } = this.#net.kernel
      queue = { pieces: new Map(), cancel: clock.at(clock.now + LIFETIME[piece.family], () => this.#expire(key, expired)) }
      this.#queues.set(key, queue)
    }
    queue.pieces.set(piece.fragment?.offset ?? 0, piece)
    const sorted = [...queue.pieces.values()].sort((a, b) => (a.fragment?.offset ?? 0) - (b.fragment?.offset ?? 0))
    let at = 0
    for (const { fragment: place } of sorted) {
      if (place === undefined || place.offset !== at) return undefined
      at += place.length
    }
    if (sorted[sorted.length - 1].fragment?.more !== false) return undefined
    queue.cancel()
    this.#queues.delete(key)
    const { fragment: _piece, ...whole } = sorted[0]
    return whole
  }
  #expire(key: string, expired: (first: IpPacket) => void): void {
    const queue = this.#queues.get(key)
    this.#queues.delete(key)
    if (queue === undefined) return
    for (const piece of queue.pieces.values()) dropPacket(this.#net, piece, undefined, 'ip', 'other pieces of it never came')
    const first = queue.pieces.get(0)
    if (first !== undefined) expired(first)
  }
  clear(): void {
    for (const queue of this.#queues.values()) queue.cancel()
    this.#queues.clear()
  }
}
