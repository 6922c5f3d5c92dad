// TCP sockets as system calls see them (net/ipv4/tcp.c, inet_connection_sock.c; tcp(7)): connect, listen, accept, reading and writing, options.
import { Errno } from '../../abi/errno.ts'
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { MSG_DONTWAIT, MSG_PEEK } from '../../abi/inet-message.ts'
import { SIGPIPE } from '../../abi/signal.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import { EMPTY_BYTES } from '../../lib/bytes.ts'
import { sendSignal } from '../signal-send.ts'
import type { Task } from '../task.ts'
import type { KFlow, Sleepable, WaitFor } from '../wait-queue.ts'
import type { Endpoint } from './inet-ports.ts'
import { routeOutput } from './ip-output.ts'
import { MSG_NOSIGNAL, type Received, type Socket } from './socket.ts'
import type { TcpConnection } from './tcp-connection.ts'
import { MAX_IP_PACKET, TcpSock } from './tcp-sock.ts'
import { tuned } from './tcp-tuning.ts'

const SHUT_RD = 0, SHUT_WR = 1

export class TcpSocket extends TcpSock {
  protected override newChild(): TcpSocket {
    return new TcpSocket({ kernel: this.kernel, nsproxy: { net: this.net }, cred: this.cred }, this.family)
  }

  // Names and listening

  override bind(task: Task, addr: SockAddr): void {
    if (this.connection !== undefined || this.isListening) throw Errno.EINVAL
    super.bind(task, addr)
    this.isBoundByUser = true
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
        served.leaveListener()
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
      this.connection = this.makeConnection(peer, Math.min(mtu, MAX_IP_PACKET))
    } catch (error) {
      this.peer = before.peer
      if (!this.isBoundByUser) this.#unbind()
      else if (this.local !== before.local) this.#rename(before.local)
      throw error === Errno.EADDRINUSE ? Errno.EADDRNOTAVAIL : error
    }
    this.net.inet.count('Tcp ActiveOpens')
    this.connection.connect(this.now)
    this.pump()
  }
  #rename(local: Endpoint): void {
    this.local = local
    this.ports.insert(this)
  }
  #unbind(): void {
    this.ports.remove(this)
    this.local = { family: this.family, address: 0n, port: 0 }
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
      if (this.isSendShut || (!isOpening && state !== 'ESTABLISHED' && state !== 'CLOSE-WAIT')) {
        if ((flags & MSG_NOSIGNAL) === 0) sendSignal(this.kernel, task, SIGPIPE)
        throw Errno.EPIPE
      }
      const count = isOpening || connection === undefined ? 0 : connection.write(data, this.now)
      if (count > 0 || data.length === 0) {
        this.pump()
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
      if (this.isReceiveShut || connection.state === 'CLOSED' || count === 0) return { data: EMPTY_BYTES, addr: undefined }
      if ((flags & MSG_DONTWAIT) !== 0 || this.#isOver(deadline)) throw Errno.EAGAIN
      yield this.#until(deadline)
    }
  }
  #take(connection: TcpConnection, count: number, flags: number): Uint8Array {
    if ((flags & MSG_PEEK) !== 0) return connection.received.ready.peek(0, count)
    const data = connection.read(count, this.now)
    this.pump()
    return data
  }
  override shutdown(_task: Task, how: number): void {
    const { connection } = this
    if (this.isListening && how !== SHUT_WR) {
      this.stopListening()
      return
    }
    if (connection === undefined || connection.state === 'CLOSED' || connection.state === 'SYN-SENT') throw Errno.ENOTCONN
    if (how !== SHUT_WR) this.isReceiveShut = true
    if (how !== SHUT_RD && !this.isSendShut) {
      this.isSendShut = true
      connection.finish(this.now)
      this.pump()
    }
    this.changed.wakeAll()
  }

  // Options and readiness

  override setOption(task: Task, level: string, option: string, value: unknown): void {
    const tuning = tuned(this.tuning, option, value, this.net.sysctls)
    if (tuning !== undefined) {
      this.tuning = tuning
      if (this.connection !== undefined) this.connection.sender.noDelay = tuning.noDelay === true
    }
    super.setOption(task, level, option, value)
  }
  override getOption(task: Task, level: string, option: string): unknown {
    switch (option) {
      case 'SO_RCVBUF': return this.buffers.receive
      case 'SO_SNDBUF': return this.buffers.send
      case 'TCP_NODELAY': return this.tuning.noDelay === true ? 1 : 0
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
    const isSendShut = this.isSendShut || state === 'CLOSED'
    const isReceiveShut = this.isReceiveShut || connection.isPeerDone || state === 'CLOSED'
    const isReadable = connection.readable > 0 || isReceiveShut
    const isWritable = isSendShut || connection.writable > 0
    return error | (isReadable || error !== 0 ? POLLIN : 0) | (isWritable || error !== 0 ? POLLOUT : 0) | (isSendShut && isReceiveShut ? POLLHUP : 0)
  }

  #deadline(timeout: number | undefined): number | undefined {
    return timeout === undefined ? undefined : this.now + timeout
  }
  #isOver(deadline: number | undefined): boolean {
    return deadline !== undefined && this.now >= deadline
  }
  #until(deadline: number | undefined): WaitFor {
    return deadline === undefined ? this.changed : { queues: [this.changed], deadline }
  }
}
