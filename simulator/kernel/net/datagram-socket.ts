// What sockets that keep messages apart have in common (net/core/datagram.c): a queue of what has come, bounded, and how it is read. UDP, ping and raw sockets.
import { Errno } from '../../abi/errno.ts'
import { POLLERR, POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { type InetMessage, MSG_DONTWAIT, MSG_ERRQUEUE, MSG_PEEK } from '../../abi/inet-message.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import { formatIp } from '../../lib/ip.ts'
import { NSEC_PER_USEC } from '../clock.ts'
import type { Task } from '../task.ts'
import type { KFlow } from '../wait-queue.ts'
import { InetSocket, type Target } from './inet-socket.ts'
import type { NetDevice } from './net-device.ts'
import type { IpPacket, Payload } from './packet.ts'
import { dropPacket } from './packet-events.ts'
import type { Received } from './socket.ts'
import { payloadBytes } from './wire.ts'

/** net.core.rmem_default, and what the kernel counts for one message besides its bytes. */
const BUFFER = 212992, OVERHEAD = 512
const SEND_COST = 20 * NSEC_PER_USEC

interface Arrived { readonly packet: IpPacket; readonly device: NetDevice; readonly data: Uint8Array; readonly timeMs: number }

export abstract class DatagramSocket extends InetSocket {
  readonly #queue: Arrived[] = []
  #bytes = 0
  /** Messages there was no room for. */
  drops = 0
  isReceiveShut = false

  /** What a read shows of a packet; undefined: it isn't for this socket. */
  protected abstract content(packet: IpPacket): Uint8Array | undefined
  protected sourcePort(_packet: IpPacket): number {
    return 0
  }

  /** Sending takes a while, and what comes back over lo meanwhile is there when the call returns (softirqs run on the way out of it). */
  protected override sendPayload(to: Target, payload: Payload): void {
    try {
      super.sendPayload(to, payload)
    } finally {
      const { scheduler } = this.kernel
      if (scheduler.current !== undefined) scheduler.charge(scheduler.current, SEND_COST)
    }
  }
  override packetArrived(packet: IpPacket, device: NetDevice): void {
    if (this.isClosed || this.isReceiveShut) return
    const data = this.content(packet)
    if (data === undefined) return
    const limit = Number(this.options.get('SO_RCVBUF') ?? BUFFER / 2) * 2
    if (this.#bytes + data.length + OVERHEAD > limit && this.#queue.length > 0) {
      this.drops++
      dropPacket(this.net, packet, device, 'socket', 'its receiver does not read fast enough: the buffer is full')
      return
    }
    this.#queue.push({ packet, device, data, timeMs: this.kernel.clock.realtimeMs })
    this.#bytes += data.length + OVERHEAD
    this.changed.wakeAll()
  }
  /** Bytes that wait to be read, as the tables of /proc/net show them. */
  get queuedBytes(): number {
    return this.#bytes
  }

  #take(flags: number): Arrived | undefined {
    const [first] = this.#queue
    if (first === undefined || (flags & MSG_PEEK) !== 0) return first
    this.#queue.shift()
    this.#bytes -= first.data.length + OVERHEAD
    return first
  }
  *#next(flags: number): KFlow<Arrived | undefined> {
    const { clock } = this.kernel
    const deadline = this.receiveTimeout === undefined ? undefined : clock.now + this.receiveTimeout
    for (;;) {
      this.throwPendingError()
      const first = this.#take(flags)
      if (first !== undefined || this.isReceiveShut) return first
      if ((flags & MSG_DONTWAIT) !== 0 || (deadline !== undefined && clock.now >= deadline)) throw Errno.EAGAIN
      yield deadline === undefined ? this.changed : { queues: [this.changed], deadline }
    }
  }
  #from({ packet, device }: Arrived): SockAddr {
    return this.sockAddr({ family: packet.family, address: packet.source, port: this.sourcePort(packet) }, device)
  }

  override *receive(_task: Task, count: number, flags: number): KFlow<Received> {
    const first = yield* this.#next(flags)
    if (first === undefined) return { data: new Uint8Array(0), addr: undefined }
    return { data: first.data.subarray(0, count), addr: this.#from(first) }
  }
  /** recvmsg(2): abi/inet-message.ts. */
  override *receiveMessage(_task: Task, flags: number): KFlow<InetMessage> {
    if ((flags & MSG_ERRQUEUE) !== 0) return this.#errorMessage()
    const first = yield* this.#next(flags)
    if (first === undefined) return { data: new Uint8Array(0), isTruncated: false, addr: undefined, ttl: 0, tos: 0, destination: '', ifindex: 0, timeMs: this.kernel.clock.realtimeMs }
    const { packet } = first
    return {
      data: first.data, isTruncated: false, addr: this.#from(first), ttl: packet.ttl, tos: packet.tos, destination: formatIp(packet.family, packet.destination), ifindex: first.device.index,
      timeMs: first.timeMs,
    }
  }
  #errorMessage(): InetMessage {
    const entry = this.errors.shift()
    if (entry === undefined) throw Errno.EAGAIN
    this.error = this.errors[0]?.error.errno
    const { error, about, to } = entry
    const data = about === undefined ? new Uint8Array(0) : this.quoted(about)
    return { data, isTruncated: false, addr: this.sockAddr(to), ttl: about?.ttl ?? 0, tos: 0, destination: '', ifindex: this.device?.index ?? 0, timeMs: this.kernel.clock.realtimeMs, error }
  }
  /** What an error quotes of the message that was sent. */
  protected quoted(about: IpPacket): Uint8Array {
    return payloadBytes(about)
  }

  override get available(): number {
    return this.#queue[0]?.data.length ?? 0
  }
  get queuedPackets(): number {
    return this.#queue.length
  }
  poll(): number {
    const isReadable = this.#queue.length > 0 || this.isReceiveShut || this.error !== undefined
    return POLLOUT | (isReadable ? POLLIN : 0) | (this.error !== undefined || this.errors.length > 0 ? POLLERR : 0)
  }
  /** The longest message IP can carry. */
  protected checkLength(length: number, header: number): void {
    if (length + header > 65535) throw Errno.EMSGSIZE
  }
}
