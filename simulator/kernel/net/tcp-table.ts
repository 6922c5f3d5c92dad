// Who a TCP segment is for (struct inet_hashinfo): connections by both ends, listeners by port.
import type { Endpoint, PortHolder } from './inet-ports.ts'
import type { InetSocketLike } from './inet-receiver.ts'
import type { NetDevice } from './net-device.ts'

const connectionKey = (local: Endpoint, peer: Endpoint): string => `${local.family}/${local.address}/${local.port}/${peer.address}/${peer.port}`

/** compute_score: an address of its own counts more than a device, a device more than the family. */
function scoreOf(listener: PortHolder, to: Endpoint, device: NetDevice | undefined): number {
  const { local } = listener
  if (local.family !== to.family && (local.address !== 0n || listener.isV6Only || local.family === 'inet')) return -1
  if (local.address !== 0n && local.address !== to.address) return -1
  if (listener.device !== undefined && listener.device !== device) return -1
  return (local.address === 0n ? 0 : 8) + (listener.device === undefined ? 1 : 2) + (local.family === 'inet' ? 1 : 0)
}

export class TcpTable<S extends InetSocketLike = InetSocketLike> {
  readonly #connections = new Map<string, S>()
  readonly #listeners = new Map<number, S[]>()

  /** False if there is such a connection already. */
  add(socket: S, local: Endpoint, peer: Endpoint): boolean {
    const key = connectionKey(local, peer)
    if (this.#connections.has(key)) return false
    this.#connections.set(key, socket)
    return true
  }
  remove(socket: S, local: Endpoint, peer: Endpoint): void {
    const key = connectionKey(local, peer)
    if (this.#connections.get(key) === socket) this.#connections.delete(key)
  }
  connection(local: Endpoint, peer: Endpoint): S | undefined {
    return this.#connections.get(connectionKey(local, peer))
  }
  listen(socket: S): void {
    const { port } = socket.local
    this.#listeners.set(port, [...(this.#listeners.get(port) ?? []), socket])
  }
  unlisten(socket: S): void {
    const { port } = socket.local
    const left = (this.#listeners.get(port) ?? []).filter((s) => s !== socket)
    if (left.length > 0) this.#listeners.set(port, left)
    else this.#listeners.delete(port)
  }
  /** The listener that fits best; of several that share the port (SO_REUSEPORT) one by the sender's port. */
  listener(to: Endpoint, from: Endpoint, device: NetDevice | undefined): S | undefined {
    let best: S[] = []
    let bestScore = 0
    for (const s of this.#listeners.get(to.port) ?? []) {
      const score = scoreOf(s, to, device)
      if (score < bestScore || score < 0) continue
      if (score > bestScore) best = []
      bestScore = score
      best.push(s)
    }
    return best[best.length > 1 ? (from.port * 7 + to.port) % best.length : 0]
  }
  *listeners(): Iterable<S> {
    for (const list of this.#listeners.values()) yield* list
  }
  *connections(): Iterable<S> {
    yield* this.#connections.values()
  }
}
