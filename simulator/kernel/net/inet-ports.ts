// Ports in use (struct inet_bind_hashbucket, udp_table): who may share one, who receives what comes for one. One table for each protocol of a network namespace.
import { Errno } from '../../abi/errno.ts'
import type { IpVersion } from '../../lib/ip.ts'
import type { Random } from '../../lib/random.ts'
import type { Kuid } from '../cred/ids.ts'
import type { NetDevice } from './net-device.ts'

/** One side of a conversation. An IPv6 socket that talks IPv4 has an inet address here. */
export interface Endpoint {
  readonly family: IpVersion
  readonly address: bigint
  readonly port: number
}

/** What a table must know of a socket. */
export interface PortHolder {
  readonly local: Endpoint
  readonly peer: Endpoint | undefined
  /** SO_BINDTODEVICE */
  readonly device: NetDevice | undefined
  readonly isV6Only: boolean
  readonly reuseAddress: boolean
  readonly reusePort: boolean
  readonly uid: Kuid
  /** TCP: two may share a port by SO_REUSEADDR only while neither listens. */
  readonly isListening: boolean
}

const isAny = (e: Endpoint): boolean => e.address === 0n
/** ipv6_rcv_saddr_equal: may a packet be for both? */
function overlaps(a: PortHolder, b: PortHolder): boolean {
  if (a.local.family !== b.local.family) {
    const six = a.local.family === 'inet6' ? a : b
    return isAny(six.local) && !six.isV6Only
  }
  return isAny(a.local) || isAny(b.local) || a.local.address === b.local.address
}

export class PortTable<S extends PortHolder> {
  readonly #byPort = new Map<number, Set<S>>()
  /** The receivers of one address and port; `0` is any address. */
  readonly #byAddress = new Map<string, Set<S>>()
  readonly #keys = new Map<S, string>()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  static #key(family: IpVersion, address: bigint, port: number): string {
    return `${family}/${address}/${port}`
  }
  /** True if `socket` may not have its port as it is. */
  conflicts(socket: S, port: number): boolean {
    for (const other of this.#byPort.get(port) ?? []) {
      if (other === socket) continue
      if (other.device !== undefined && socket.device !== undefined && other.device !== socket.device) continue
      if (!overlaps(other, socket)) continue
      if (other.reuseAddress && socket.reuseAddress && !other.isListening && !socket.isListening) continue
      if (other.reusePort && socket.reusePort && other.uid === socket.uid) continue
      return true
    }
    return false
  }
  /** Puts a socket in under its present local address and port; also when they have changed. */
  insert(socket: S): void {
    this.remove(socket)
    const { family, address, port } = socket.local
    let holders = this.#byPort.get(port)
    if (holders === undefined) this.#byPort.set(port, (holders = new Set()))
    holders.add(socket)
    const key = PortTable.#key(family, address, port)
    let receivers = this.#byAddress.get(key)
    if (receivers === undefined) this.#byAddress.set(key, (receivers = new Set()))
    receivers.add(socket)
    this.#keys.set(socket, key)
  }
  remove(socket: S): void {
    const key = this.#keys.get(socket)
    if (key === undefined) return
    this.#keys.delete(socket)
    const receivers = this.#byAddress.get(key)
    receivers?.delete(socket)
    if (receivers?.size === 0) this.#byAddress.delete(key)
    const port = Number(key.slice(key.lastIndexOf('/') + 1))
    const holders = this.#byPort.get(port)
    holders?.delete(socket)
    if (holders?.size === 0) this.#byPort.delete(port)
  }
  /** A port nobody has, from net.ipv4.ip_local_port_range. Throws EADDRINUSE when all are taken. */
  ephemeral(socket: S, low: number, high: number): number {
    const count = high - low + 1
    const start = this.#random.below(count)
    for (let i = 0; i < count; i++) {
      const port = low + ((start + i) % count)
      const taken = this.#byPort.get(port)
      if (taken === undefined || taken.size === 0 || !this.conflicts(socket, port)) return port
    }
    throw Errno.EADDRINUSE
  }

  /** Who may receive what comes to an address and port: the sockets bound to it, then those bound to any address. */
  receivers(family: IpVersion, address: bigint, port: number): readonly S[] {
    const found = [...(this.#byAddress.get(PortTable.#key(family, address, port)) ?? []), ...(this.#byAddress.get(PortTable.#key(family, 0n, port)) ?? [])]
    if (family === 'inet') for (const s of this.#byAddress.get(PortTable.#key('inet6', 0n, port)) ?? []) if (!s.isV6Only) found.push(s)
    return found
  }
  /** The one that fits best: connected to the sender, bound to the device, bound to the address (udp4_lib_lookup2, compute_score). Of equals the last bound. */
  lookup(to: Endpoint, from: Endpoint, device: NetDevice | undefined): S | undefined {
    let best: S | undefined
    let bestScore = -1
    for (const s of this.receivers(to.family, to.address, to.port)) {
      if (s.peer !== undefined && (s.peer.address !== from.address || s.peer.port !== from.port || s.peer.family !== from.family)) continue
      if (s.device !== undefined && s.device !== device) continue
      const score = (s.peer === undefined ? 0 : 8) + (s.device === undefined ? 0 : 4) + (isAny(s.local) ? 0 : 2) + (s.local.family === to.family ? 1 : 0)
      if (score >= bestScore) {
        best = s
        bestScore = score
      }
    }
    return best
  }
  all(): Iterable<S> {
    return this.#keys.keys()
  }
}
