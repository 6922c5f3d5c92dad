// What stays of a TCP socket whether or not a file is open on it (struct tcp_sock; inet_connection_sock.c, tcp_ipv4.c): the connection, its place in the tables of the
// namespace, the queue of a listener, what the network brings and what goes out. Simpler: a request (SYN-RECV) is a socket like any other.
import { Errno } from '../../abi/errno.ts'
import type { TcpState } from '../../abi/tcp.ts'
import { formatIp, type IpVersion } from '../../lib/ip.ts'
import { LazyTimer } from '../lazy-timer.ts'
import type { Endpoint, PortTable } from './inet-ports.ts'
import type { IcmpError, InetSocketLike } from './inet-receiver.ts'
import { InetSocket, type SocketMaker } from './inet-socket.ts'
import { routeOutput } from './ip-output.ts'
import type { NetDevice } from './net-device.ts'
import { dropPacket, packetEvent } from './packet-events.ts'
import { IPPROTO_TCP, type IpPacket, type Tcp, TCP_ACK, TCP_RST, TCP_SYN } from './packet.ts'
import { Backlog } from './tcp-backlog.ts'
import { TcpConnection } from './tcp-connection.ts'
import { seqDiff } from './tcp-sequence.ts'
import { defaultBuffer, tcpSettings } from './tcp-settings.ts'
import type { TcpTuning } from './tcp-tuning.ts'

const HEADERS: Readonly<Record<IpVersion, number>> = { inet: 40, inet6: 60 }
/** lo's MTU is longer than any packet. */
export const MAX_IP_PACKET = 65535

export abstract class TcpSock extends InetSocket {
  /** Undefined before connect(2) and for listeners. */
  connection: TcpConnection | undefined
  /** Whose request this is, until it has been accepted. */
  protected listener: TcpSock | undefined
  readonly backlog = new Backlog<TcpSock>()
  protected knownState: TcpState = 'CLOSED'
  protected isReceiveShut = false
  protected isSendShut = false
  protected isBoundByUser = false
  protected tuning: TcpTuning = {}
  #holdsNamespace = true
  readonly #timer: LazyTimer

  constructor(maker: SocketMaker, family: IpVersion) {
    super(maker, family, 'stream', IPPROTO_TCP)
    this.#timer = new LazyTimer(this.kernel.clock, () => {
      this.connection?.tick(this.now)
      this.pump()
    })
  }
  protected override get ports(): PortTable<InetSocketLike> {
    return this.net.inet.tcp
  }
  get state(): TcpState {
    return this.isListening ? 'LISTEN' : (this.connection?.state ?? 'CLOSED')
  }
  /** For ss: connections that wait to be accepted, and how many may. */
  get queueLengths(): readonly [number, number] {
    if (this.isListening) return [this.backlog.waiting, this.backlog.limit]
    const { connection } = this
    return connection === undefined ? [0, 0] : [connection.readable, connection.sender.queued]
  }
  /** 1: no more receiving, 2: no more sending. */
  get shutdownMask(): number {
    return (this.isReceiveShut || this.connection?.isPeerDone === true ? 1 : 0) | (this.isSendShut ? 2 : 0)
  }
  get isOrphan(): boolean {
    return this.isClosed
  }
  get buffers(): { readonly receive: number; readonly send: number } {
    return { receive: this.tuning.receiveBuffer ?? defaultBuffer(this.net, 'rmem'), send: this.tuning.sendBuffer ?? this.connection?.settings.sendSpace ?? defaultBuffer(this.net, 'wmem') }
  }

  protected makeConnection(peer: Endpoint, mtu: number): TcpConnection {
    const connection = new TcpConnection(tcpSettings(this.kernel, this.net, {
      sport: this.local.port, dport: peer.port, mss: mtu - HEADERS[peer.family], pathMtu: mtu, receiveBuffer: this.tuning.receiveBuffer, sendBuffer: this.tuning.sendBuffer, synRetries: this.tuning.synRetries,
    }))
    connection.sender.noDelay = this.tuning.noDelay === true
    return connection
  }
  // What the network brings

  override packetArrived(packet: IpPacket, device: NetDevice): void {
    const { payload } = packet
    if (payload.kind !== 'tcp') return
    if (this.isListening) this.#request(packet, payload, device)
    else this.#segment(packet, payload, device)
  }
  #segment(packet: IpPacket, segment: Tcp, device: NetDevice): void {
    const { connection } = this
    if (connection === undefined) return
    const listener = this.listener
    if (connection.state === 'SYN-RECV' && listener?.backlog.isFull === true && (segment.flags & TCP_ACK) !== 0) {
      dropPacket(this.net, packet, device, 'socket', `the queue of connections that wait for accept is full (${listener.backlog.limit})`)
      this.net.inet.count('TcpExt ListenOverflows')
      if (this.net.sysctls.getNumber('net/ipv4/tcp_abort_on_overflow') !== 0) connection.abort(this.now)
      this.pump()
      return
    }
    packetEvent(this.net, 'packet.deliver', packet, device, { socket: this.ino })
    connection.receive(segment, this.now)
    this.pump()
  }
  /** May a SYN for a connection in TIME-WAIT begin a new one (tcp_timewait_state_process)? Then this one is over. */
  yieldsTo(segment: Tcp): boolean {
    const { connection } = this
    const isNew = connection?.state === 'TIME-WAIT' && (segment.flags & (TCP_SYN | TCP_ACK | TCP_RST)) === TCP_SYN && seqDiff(segment.seq, connection.received.next) > 0
    if (isNew) this.#abandon()
    return isNew
  }
  /** A socket for a connection that this listener has been asked for. */
  /** It has been accepted. */
  leaveListener(): void {
    this.listener = undefined
  }
  protected abstract newChild(): TcpSock
  /** tcp_conn_request */
  #request(packet: IpPacket, syn: Tcp, device: NetDevice): void {
    if (this.backlog.isFull) {
      dropPacket(this.net, packet, device, 'socket', `the queue of connections that wait for accept is full (${this.backlog.limit})`)
      this.net.inet.count('TcpExt ListenOverflows')
      this.net.inet.count('TcpExt ListenDrops')
      return
    }
    packetEvent(this.net, 'packet.deliver', packet, device, { socket: this.ino })
    const child = this.newChild()
    child.#inherit(this, packet, syn, device)
  }
  #inherit(listener: TcpSock, { family, source, destination }: IpPacket, syn: Tcp, device: NetDevice): void {
    this.local = { family, address: destination, port: syn.dport }
    this.peer = { family, address: source, port: syn.sport }
    this.device = listener.device
    this.reuseAddress = listener.reuseAddress
    this.reusePort = listener.reusePort
    this.isV6Only = listener.isV6Only
    this.ttl = listener.ttl
    this.tos = listener.tos
    this.mark = listener.mark
    this.tuning = listener.tuning
    let mtu: number
    try {
      mtu = routeOutput(this.net, family, source, { source: destination, device: this.device, mark: this.mark }).mtu
    } catch {
      mtu = device.mtu
    }
    this.listener = listener
    listener.backlog.request(this)
    this.ports.insert(this)
    this.net.inet.connections.add(this, this.local, this.peer)
    this.connection = this.makeConnection(this.peer, Math.min(mtu, MAX_IP_PACKET))
    this.connection.accept(syn, this.now)
    this.pump()
  }
  override errorArrived(error: IcmpError): void {
    const { connection } = this
    if (connection === undefined) return
    if (error.errno === Errno.EMSGSIZE) connection.limitMss(error.info - HEADERS[error.about.family] - (connection.hasTimestamps ? 12 : 0), this.now)
    else connection.refuse(error.errno)
    this.pump()
  }

  // The engine: after everything that may have changed the connection

  protected get now(): number {
    return this.kernel.clock.now
  }
  protected pump(): void {
    const { connection, peer } = this
    if (connection === undefined || peer === undefined) return
    for (const segment of connection.takeOutput()) {
      this.net.inet.count('Tcp OutSegs')
      try {
        this.sendPayload({ ...peer, scope: this.device }, segment)
      } catch {
        // As if it were lost on the way: it is sent again.
      }
    }
    if (connection.state !== this.knownState) this.#onState(connection)
    this.#timer.arm(connection.deadline)
    this.changed.wakeAll()
  }
  #onState(connection: TcpConnection): void {
    const listener = this.listener
    if (this.knownState === 'SYN-RECV' && connection.isSynchronized && listener !== undefined) {
      listener.backlog.promote(this)
      this.net.inet.count('Tcp PassiveOpens')
      listener.changed.wakeAll()
    }
    this.knownState = connection.state
    this.#tellState(connection.state)
    if (connection.state === 'TIME-WAIT') this.#releaseNamespace()
    if (connection.state !== 'CLOSED') return
    listener?.backlog.fail(this)
    this.error = connection.error ?? this.error
    this.#forget()
  }
  #tellState(state: TcpState): void {
    const { trace } = this.kernel
    if (!trace.enabled) return
    const text = (end: Endpoint | undefined): string => (end === undefined ? '' : `${formatIp(end.family, end.address)}:${end.port}`)
    trace.emit('tcp.state', undefined, { netns: this.net.ino, local: text(this.local), peer: text(this.peer), state })
  }
  /** tcp_done: out of the tables. */
  #forget(): void {
    if (this.peer !== undefined) this.net.inet.connections.remove(this, this.local, this.peer)
    if (this.isClosed || this.listener !== undefined || !this.isBoundByUser) this.ports.remove(this)
    if (this.isClosed || (this.listener !== undefined && this.ino === 0)) this.#releaseNamespace()
  }
  /** Ends it without a word: its namespace is gone, or a new connection takes its place. */
  #abandon(): void {
    this.#timer.arm(undefined)
    this.isClosed = true
    this.#forget()
    this.connection = undefined
  }
  /** The namespace ends: only connections in TIME-WAIT are left in it. */
  netnsEnds(): void {
    this.#abandon()
  }
  /** tcp_abort: somebody with power over the namespace ends it. */
  destroy(): void {
    if (this.isListening) {
      this.stopListening()
      return
    }
    this.connection?.abort(this.now)
    this.error = Errno.ECONNABORTED
    this.pump()
  }
  #releaseNamespace(): void {
    if (!this.#holdsNamespace || (!this.isClosed && this.ino !== 0)) return
    this.#holdsNamespace = false
    this.net.release('socket')
  }

  // The end

  protected stopListening(): void {
    this.isListening = false
    this.net.inet.connections.unlisten(this)
    for (const waiting of this.backlog.drain()) {
      waiting.listener = undefined
      waiting.isClosed = true
      waiting.connection?.abort(this.now)
      waiting.pump()
    }
    this.changed.wakeAll()
  }
  override close(): void {
    if (this.isClosed) return
    if (this.isListening) this.stopListening()
    this.isClosed = true
    const { connection } = this
    if (connection === undefined || connection.state === 'CLOSED') {
      this.ports.remove(this)
      this.#releaseNamespace()
    } else {
      if (this.tuning.lingersFor === 0) connection.abort(this.now)
      else connection.release(this.now)
      if (connection.state === 'TIME-WAIT') this.#releaseNamespace()
      this.pump()
    }
    this.changed.wakeAll()
  }


}
