// TCP sockets (net/ipv4/tcp.c, inet_connection_sock.c; tcp(7)): a connection or a listener behind a file. What Linux calls a sock: it stays in the tables of its
// namespace after the file is closed, until the connection has ended. Simpler: a request (SYN-RECV) is a socket like any other.
import { Errno } from '../../abi/errno.ts'
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { MSG_DONTWAIT, MSG_PEEK } from '../../abi/inet-message.ts'
import { SIGPIPE } from '../../abi/signal.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import type { TcpState } from '../../abi/tcp.ts'
import { EMPTY_BYTES } from '../../lib/bytes.ts'
import type { IpVersion } from '../../lib/ip.ts'
import { LazyTimer } from '../lazy-timer.ts'
import { sendSignal } from '../signal-send.ts'
import type { Task } from '../task.ts'
import type { KFlow, Sleepable, WaitFor } from '../wait-queue.ts'
import type { Endpoint, PortTable } from './inet-ports.ts'
import type { IcmpError, InetSocketLike } from './inet-receiver.ts'
import { InetSocket, type SocketMaker } from './inet-socket.ts'
import { routeOutput } from './ip-output.ts'
import type { NetDevice } from './net-device.ts'
import { dropPacket, packetEvent } from './packet-events.ts'
import { IPPROTO_TCP, type IpPacket, type Tcp, TCP_ACK, TCP_RST, TCP_SYN } from './packet.ts'
import { MSG_NOSIGNAL, type Received, type Socket } from './socket.ts'
import { Backlog } from './tcp-backlog.ts'
import { TcpConnection } from './tcp-connection.ts'
import { seqDiff } from './tcp-sequence.ts'
import { defaultBuffer, tcpSettings } from './tcp-settings.ts'
import { type TcpTuning, tuned } from './tcp-tuning.ts'

const HEADERS: Readonly<Record<IpVersion, number>> = { inet: 40, inet6: 60 }
/** lo's MTU is longer than any packet. */
const MAX_IP_PACKET = 65535
const SHUT_RD = 0, SHUT_WR = 1

export class TcpSocket extends InetSocket {
  /** Undefined before connect(2) and for listeners. */
  connection: TcpConnection | undefined
  /** Whose request this is, until it has been accepted. */
  #listener: TcpSocket | undefined
  readonly backlog = new Backlog<TcpSocket>()
  #state: TcpState = 'CLOSED'
  #isReceiveShut = false
  #isSendShut = false
  #isBoundByUser = false
  #tuning: TcpTuning = {}
  #holdsNamespace = true
  readonly #timer: LazyTimer

  constructor(maker: SocketMaker, family: IpVersion) {
    super(maker, family, 'stream', IPPROTO_TCP)
    this.#timer = new LazyTimer(this.kernel.clock, () => {
      this.connection?.tick(this.#now)
      this.#pump()
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
    return (this.#isReceiveShut || this.connection?.isPeerDone === true ? 1 : 0) | (this.#isSendShut ? 2 : 0)
  }
  get isOrphan(): boolean {
    return this.isClosed
  }
  get buffers(): { readonly receive: number; readonly send: number } {
    return { receive: this.#tuning.receiveBuffer ?? defaultBuffer(this.net, 'rmem'), send: this.#tuning.sendBuffer ?? this.connection?.settings.sendSpace ?? defaultBuffer(this.net, 'wmem') }
  }

  // Names and listening

  override bind(task: Task, addr: SockAddr): void {
    if (this.connection !== undefined || this.isListening) throw Errno.EINVAL
    super.bind(task, addr)
    this.#isBoundByUser = true
  }
  override listen(_task: Task, backlog: number): void {
    if (this.connection !== undefined && this.connection.state !== 'CLOSED') throw Errno.EINVAL
    this.backlog.limit = Math.min(backlog < 0 ? 0xffffffff : backlog, this.net.sysctls.getNumber('net/core/somaxconn'))
    if (this.isListening) return
    this.ensurePort()
    if (this.ports.conflicts(this, this.local.port)) throw Errno.EADDRINUSE
    this.connection = undefined
    this.isListening = true
    this.net.inet.connections.listen(this)
  }
  override *accept(_task: Task, nonBlocking: boolean): KFlow<Socket> {
    const deadline = this.#deadline(this.receiveTimeout)
    for (;;) {
      if (!this.isListening) throw Errno.EINVAL
      const served = this.backlog.next()
      if (served !== undefined) {
        served.#listener = undefined
        return served
      }
      if (nonBlocking || this.#isOver(deadline)) throw Errno.EAGAIN
      yield this.#until(deadline)
    }
  }

  // Connecting

  override connect(_task: Task, addr: SockAddr, nonBlocking: boolean): Sleepable<0> {
    if (this.isListening) throw Errno.EISCONN
    const { connection } = this
    if (connection !== undefined && connection.state !== 'CLOSED') {
      if (connection.state !== 'SYN-SENT') throw Errno.EISCONN
      if (nonBlocking) throw Errno.EALREADY
      return this.#established()
    }
    this.throwPendingError()
    this.#start(addr)
    if (!nonBlocking) return this.#established()
    if (this.state === 'ESTABLISHED') return 0
    throw this.#failure() ?? Errno.EINPROGRESS
  }
  /** tcp_v4_connect */
  #start(addr: SockAddr): void {
    const to = this.destination(addr)
    const before = { local: this.local, peer: this.peer }
    try {
      const { kind, mtu } = routeOutput(this.net, to.family, to.address, { source: this.local.address === 0n ? undefined : this.local.address, device: this.device ?? to.scope, mark: this.mark })
      if (kind === 'broadcast' || kind === 'multicast') throw Errno.ENETUNREACH
      this.connectTo(to)
      const peer = this.peer as Endpoint
      if (!this.net.inet.connections.add(this, this.local, peer)) throw Errno.EADDRNOTAVAIL
      this.connection = this.#makeConnection(peer, Math.min(mtu, MAX_IP_PACKET))
    } catch (error) {
      this.peer = before.peer
      if (!this.#isBoundByUser) this.#unbind()
      else if (this.local !== before.local) this.#rename(before.local)
      throw error === Errno.EADDRINUSE ? Errno.EADDRNOTAVAIL : error
    }
    this.net.inet.count('Tcp ActiveOpens')
    this.connection.connect(this.#now)
    this.#pump()
  }
  #rename(local: Endpoint): void {
    this.local = local
    this.ports.insert(this)
  }
  #unbind(): void {
    this.ports.remove(this)
    this.local = { family: this.family, address: 0n, port: 0 }
  }
  #makeConnection(peer: Endpoint, mtu: number): TcpConnection {
    const connection = new TcpConnection(tcpSettings(this.kernel, this.net, {
      sport: this.local.port, dport: peer.port, mss: mtu - HEADERS[peer.family], pathMtu: mtu, receiveBuffer: this.#tuning.receiveBuffer, sendBuffer: this.#tuning.sendBuffer, synRetries: this.#tuning.synRetries,
    }))
    connection.sender.noDelay = this.#tuning.noDelay === true
    return connection
  }
  *#established(): KFlow<0> {
    const deadline = this.#deadline(this.sendTimeout)
    while (this.state === 'SYN-SENT' || this.state === 'SYN-RECV') {
      if (this.#isOver(deadline)) throw Errno.EINPROGRESS
      yield this.#until(deadline)
    }
    const failure = this.#failure()
    if (failure !== undefined) throw failure
    return 0
  }
  /** What a connect(2) that has ended in failure says. */
  #failure(): Errno | undefined {
    if (this.state !== 'CLOSED') return undefined
    const { error } = this
    this.error = undefined
    return error ?? Errno.ECONNABORTED
  }

  // Bytes

  override *send(task: Task, data: Uint8Array, flags: number): KFlow<number> {
    const deadline = this.#deadline(this.sendTimeout)
    const mayWait = (flags & MSG_DONTWAIT) === 0
    for (;;) {
      this.throwPendingError()
      const { connection, state } = this
      const isOpening = state === 'SYN-SENT' || state === 'SYN-RECV'
      if (this.#isSendShut || (!isOpening && state !== 'ESTABLISHED' && state !== 'CLOSE-WAIT')) {
        if ((flags & MSG_NOSIGNAL) === 0) sendSignal(this.kernel, task, SIGPIPE)
        throw Errno.EPIPE
      }
      const count = isOpening || connection === undefined ? 0 : connection.write(data, this.#now)
      if (count > 0 || data.length === 0) {
        this.#pump()
        return count
      }
      if (!mayWait || this.#isOver(deadline)) throw Errno.EAGAIN
      yield this.#until(deadline)
    }
  }
  override *receive(_task: Task, count: number, flags: number): KFlow<Received> {
    const deadline = this.#deadline(this.receiveTimeout)
    for (;;) {
      const { connection } = this
      if (this.isListening || connection === undefined) throw Errno.ENOTCONN
      if (connection.readable > 0 && count > 0) return { data: this.#take(connection, count, flags), addr: undefined }
      if (connection.isPeerDone) return { data: EMPTY_BYTES, addr: undefined }
      this.throwPendingError()
      if (this.#isReceiveShut || connection.state === 'CLOSED' || count === 0) return { data: EMPTY_BYTES, addr: undefined }
      if ((flags & MSG_DONTWAIT) !== 0 || this.#isOver(deadline)) throw Errno.EAGAIN
      yield this.#until(deadline)
    }
  }
  #take(connection: TcpConnection, count: number, flags: number): Uint8Array {
    if ((flags & MSG_PEEK) !== 0) return connection.received.ready.peek(0, count)
    const data = connection.read(count, this.#now)
    this.#pump()
    return data
  }
  override shutdown(_task: Task, how: number): void {
    const { connection } = this
    if (this.isListening && how !== SHUT_WR) {
      this.#stopListening()
      return
    }
    if (connection === undefined || connection.state === 'CLOSED' || connection.state === 'SYN-SENT') throw Errno.ENOTCONN
    if (how !== SHUT_WR) this.#isReceiveShut = true
    if (how !== SHUT_RD && !this.#isSendShut) {
      this.#isSendShut = true
      connection.finish(this.#now)
      this.#pump()
    }
    this.changed.wakeAll()
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
    const listener = this.#listener
    if (connection.state === 'SYN-RECV' && listener?.backlog.isFull === true && (segment.flags & TCP_ACK) !== 0) {
      dropPacket(this.net, packet, device, 'socket', `the queue of connections that wait for accept is full (${listener.backlog.limit})`)
      this.net.inet.count('TcpExt ListenOverflows')
      if (this.net.sysctls.getNumber('net/ipv4/tcp_abort_on_overflow') !== 0) connection.abort(this.#now)
      this.#pump()
      return
    }
    packetEvent(this.net, 'packet.deliver', packet, device, { socket: this.ino })
    connection.receive(segment, this.#now)
    this.#pump()
  }
  /** May a SYN for a connection in TIME-WAIT begin a new one (tcp_timewait_state_process)? Then this one is over. */
  yieldsTo(segment: Tcp): boolean {
    const { connection } = this
    const isNew = connection?.state === 'TIME-WAIT' && (segment.flags & (TCP_SYN | TCP_ACK | TCP_RST)) === TCP_SYN && seqDiff(segment.seq, connection.received.next) > 0
    if (isNew) this.#abandon()
    return isNew
  }
  /** tcp_conn_request */
  #request(packet: IpPacket, syn: Tcp, device: NetDevice): void {
    if (this.backlog.isFull) {
      dropPacket(this.net, packet, device, 'socket', `the queue of connections that wait for accept is full (${this.backlog.limit})`)
      this.net.inet.count('TcpExt ListenOverflows')
      this.net.inet.count('TcpExt ListenDrops')
      return
    }
    packetEvent(this.net, 'packet.deliver', packet, device, { socket: this.ino })
    const child = new TcpSocket({ kernel: this.kernel, nsproxy: { net: this.net }, cred: { fsuid: this.uid } }, this.family)
    child.#inherit(this, packet, syn, device)
  }
  #inherit(listener: TcpSocket, { family, source, destination }: IpPacket, syn: Tcp, device: NetDevice): void {
    this.local = { family, address: destination, port: syn.dport }
    this.peer = { family, address: source, port: syn.sport }
    this.device = listener.device
    this.reuseAddress = listener.reuseAddress
    this.reusePort = listener.reusePort
    this.isV6Only = listener.isV6Only
    this.ttl = listener.ttl
    this.tos = listener.tos
    this.mark = listener.mark
    this.#tuning = listener.#tuning
    let mtu: number
    try {
      mtu = routeOutput(this.net, family, source, { source: destination, device: this.device, mark: this.mark }).mtu
    } catch {
      mtu = device.mtu
    }
    this.#listener = listener
    listener.backlog.request(this)
    this.ports.insert(this)
    this.net.inet.connections.add(this, this.local, this.peer)
    this.connection = this.#makeConnection(this.peer, Math.min(mtu, MAX_IP_PACKET))
    this.connection.accept(syn, this.#now)
    this.#pump()
  }
  override errorArrived(error: IcmpError): void {
    const { connection } = this
    if (connection === undefined) return
    if (error.errno === Errno.EMSGSIZE) connection.limitMss(error.info - HEADERS[error.about.family] - (connection.hasTimestamps ? 12 : 0), this.#now)
    else connection.refuse(error.errno)
    this.#pump()
  }

  // The engine: after everything that may have changed the connection

  get #now(): number {
    return this.kernel.clock.now
  }
  #pump(): void {
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
    if (connection.state !== this.#state) this.#onState(connection)
    this.#timer.arm(connection.deadline)
    this.changed.wakeAll()
  }
  #onState(connection: TcpConnection): void {
    const listener = this.#listener
    if (this.#state === 'SYN-RECV' && connection.isSynchronized && listener !== undefined) {
      listener.backlog.promote(this)
      this.net.inet.count('Tcp PassiveOpens')
      listener.changed.wakeAll()
    }
    this.#state = connection.state
    if (connection.state === 'TIME-WAIT') this.#releaseNamespace()
    if (connection.state !== 'CLOSED') return
    listener?.backlog.fail(this)
    this.error = connection.error ?? this.error
    this.#forget()
  }
  /** tcp_done: out of the tables. */
  #forget(): void {
    if (this.peer !== undefined) this.net.inet.connections.remove(this, this.local, this.peer)
    if (this.isClosed || this.#listener !== undefined || !this.#isBoundByUser) this.ports.remove(this)
    if (this.isClosed || (this.#listener !== undefined && this.ino === 0)) this.#releaseNamespace()
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
      this.#stopListening()
      return
    }
    this.connection?.abort(this.#now)
    this.error = Errno.ECONNABORTED
    this.#pump()
  }
  #releaseNamespace(): void {
    if (!this.#holdsNamespace || (!this.isClosed && this.ino !== 0)) return
    this.#holdsNamespace = false
    this.net.release('socket')
  }

  // The end

  #stopListening(): void {
    this.isListening = false
    this.net.inet.connections.unlisten(this)
    for (const waiting of this.backlog.drain()) {
      waiting.#listener = undefined
      waiting.isClosed = true
      waiting.connection?.abort(this.#now)
      waiting.#pump()
    }
    this.changed.wakeAll()
  }
  override close(): void {
    if (this.isClosed) return
    if (this.isListening) this.#stopListening()
    this.isClosed = true
    const { connection } = this
    if (connection === undefined || connection.state === 'CLOSED') {
      this.ports.remove(this)
      this.#releaseNamespace()
    } else {
      if (this.#tuning.lingersFor === 0) connection.abort(this.#now)
      else connection.release(this.#now)
      if (connection.state === 'TIME-WAIT') this.#releaseNamespace()
      this.#pump()
    }
    this.changed.wakeAll()
  }

  // Options and readiness

  override setOption(task: Task, level: string, option: string, value: unknown): void {
    const tuning = tuned(this.#tuning, option, value, this.net.sysctls)
    if (tuning !== undefined) {
      this.#tuning = tuning
      if (this.connection !== undefined) this.connection.sender.noDelay = tuning.noDelay === true
    }
    super.setOption(task, level, option, value)
  }
  override getOption(task: Task, level: string, option: string): unknown {
    switch (option) {
      case 'SO_RCVBUF': return this.buffers.receive
      case 'SO_SNDBUF': return this.buffers.send
      case 'TCP_NODELAY': return this.#tuning.noDelay === true ? 1 : 0
      case 'TCP_MAXSEG': return this.connection?.sender.mss ?? 536
    }
    return super.getOption(task, level, option)
  }
  override get available(): number {
    if (this.isListening) throw Errno.EINVAL
    return this.connection?.readable ?? 0
  }
  poll(): number {
    if (this.isListening) return this.backlog.waiting > 0 ? POLLIN : 0
    const { connection, state } = this
    const error = this.error === undefined ? 0 : POLLERR
    if (connection === undefined) return POLLOUT | POLLHUP | error
    if (state === 'SYN-SENT' || state === 'SYN-RECV') return error
    const isSendShut = this.#isSendShut || state === 'CLOSED'
    const isReceiveShut = this.#isReceiveShut || connection.isPeerDone || state === 'CLOSED'
    const isReadable = connection.readable > 0 || isReceiveShut
    const isWritable = isSendShut || connection.writable > 0
    return error | (isReadable || error !== 0 ? POLLIN : 0) | (isWritable || error !== 0 ? POLLOUT : 0) | (isSendShut && isReceiveShut ? POLLHUP : 0)
  }

  #deadline(timeout: number | undefined): number | undefined {
    return timeout === undefined ? undefined : this.#now + timeout
  }
  #isOver(deadline: number | undefined): boolean {
    return deadline !== undefined && this.#now >= deadline
  }
  #until(deadline: number | undefined): WaitFor {
    return deadline === undefined ? this.changed : { queues: [this.changed], deadline }
  }
}
