// Packet sockets (net/packet/af_packet.c, packet(7)): frames as bytes, as they come in and go out, and frames of one's own. A dgram socket leaves the link's header out.
import { CAP_NET_RAW } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { POLLERR, POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { ETH_P_ALL, type InetMessage, PACKET_BROADCAST, PACKET_HOST, PACKET_MULTICAST, PACKET_OTHERHOST, PACKET_OUTGOING } from '../../abi/inet-message.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import { EMPTY_BYTES } from '../../lib/bytes.ts'
import type { Kuid } from '../cred/ids.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { Task } from '../task.ts'
import { type KFlow, WaitQueue } from '../wait-queue.ts'
import { type FrameTap, transmit } from './device-queue.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { BROADCAST_MAC, type Frame, frameLength, isGroupMac } from './packet.ts'
import { packetEvent } from './packet-events.ts'
import { nextPacketId } from './packet-id.ts'
import { MSG_DONTWAIT, MSG_PEEK, type Received, Socket } from './socket.ts'
import { etherType, frameBytes, parseFrame } from './wire.ts'

/** What libpcap asks for: 2 MB of frames. */
const BUFFER = 2097152
const ETH_HLEN = 14, VLAN_HLEN = 4

interface Captured { readonly frame: Frame; readonly device: NetDevice; readonly pktType: number; readonly timeMs: number }

function packetType(device: NetDevice, frame: Frame, direction: 'in' | 'out'): number {
  if (direction === 'out') return PACKET_OUTGOING
  if (frame.destination === BROADCAST_MAC) return PACKET_BROADCAST
  if (isGroupMac(frame.destination)) return PACKET_MULTICAST
  return frame.destination === device.address ? PACKET_HOST : PACKET_OTHERHOST
}

export class PacketSocket extends Socket implements FrameTap {
  readonly net: NetNamespace
  readonly type: 'raw' | 'dgram'
  readonly uid: Kuid
  #protocol: number
  #device: NetDevice | undefined
  readonly #queue: Captured[] = []
  #bytes = 0
  /** tp_packets and tp_drops since they were last asked for (PACKET_STATISTICS). */
  #counted = { packets: 0, drops: 0 }
  #error: Errno | undefined
  #isClosed = false
  readonly #watched: NetDevice[] = []
  readonly #readable = new WaitQueue()

  /** Throws EPERM without CAP_NET_RAW. */
  constructor(task: Task, type: 'raw' | 'dgram', protocol: number) {
    const { net } = task.nsproxy
    if (net.owner === undefined || !nsCapable(task, net.owner, CAP_NET_RAW)) throw Errno.EPERM
    super(task.kernel)
    this.net = net
    this.type = type
    this.uid = task.cred.fsuid
    this.#protocol = protocol
    this.net.hold('socket')
    if (protocol !== 0) this.net.taps.add(this)
  }

  get protocol(): number {
    return this.#protocol
  }
  get device(): NetDevice | undefined {
    return this.#device
  }
  get queuedBytes(): number {
    return this.#bytes
  }

  override bind(_task: Task, addr: SockAddr): void {
    if (addr.family !== 'packet') throw Errno.EINVAL
    const device = addr.ifindex === 0 ? undefined : this.net.device(addr.ifindex)
    if (addr.ifindex !== 0 && device === undefined) throw Errno.ENODEV
    if (device !== undefined && !device.isUp) this.#error = Errno.ENETDOWN
    this.#device = device
    if (addr.protocol !== 0) this.#protocol = addr.protocol
    if (this.#protocol !== 0) this.net.taps.add(this)
  }

  /** packet_rcv */
  frame(device: NetDevice, frame: Frame, direction: 'in' | 'out'): void {
    if (this.#device !== undefined && this.#device !== device) return
    if (this.#protocol !== ETH_P_ALL && (direction === 'out' || etherType(frame) !== this.#protocol)) return
    const size = frameLength(frame)
    this.#counted.packets++
    if (this.#bytes + size > BUFFER) {
      this.#counted.drops++
      return
    }
    this.#queue.push({ frame, device, pktType: packetType(device, frame, direction), timeMs: this.kernel.clock.realtimeMs })
    this.#bytes += size
    this.#readable.wakeAll()
  }

  *#next(flags: number): KFlow<Captured> {
    for (;;) {
      if (this.#error !== undefined) {
        const error = this.#error
        this.#error = undefined
        throw error
      }
      const [first] = this.#queue
      if (first !== undefined) {
        if ((flags & MSG_PEEK) === 0) {
          this.#queue.shift()
          this.#bytes -= frameLength(first.frame)
        }
        return first
      }
      if ((flags & MSG_DONTWAIT) !== 0) throw Errno.EAGAIN
      yield this.#readable
    }
  }
  #bytesOf({ frame }: Captured): Uint8Array {
    const bytes = frameBytes(frame)
    return this.type === 'raw' ? bytes : bytes.subarray(ETH_HLEN + (frame.vlan === undefined ? 0 : VLAN_HLEN))
  }
  #addressOf({ frame, device, pktType }: Captured): SockAddr {
    const addr = Uint8Array.from(frame.source.split(':').map((b) => Number.parseInt(b, 16)))
    return { family: 'packet', ifindex: device.index, protocol: etherType(frame), addr, pktType, hatype: device.traits.arphrd }
  }
  override *receive(_task: Task, count: number, flags: number): KFlow<Received> {
    const first = yield* this.#next(flags)
    return { data: this.#bytesOf(first).subarray(0, count), addr: this.#addressOf(first) }
  }
  override *receiveMessage(_task: Task, flags: number): KFlow<InetMessage> {
    const first = yield* this.#next(flags)
    return { data: this.#bytesOf(first), isTruncated: false, addr: this.#addressOf(first), ttl: 0, tos: 0, destination: '', ifindex: first.device.index, timeMs: first.timeMs }
  }

  /** packet_snd: a whole frame, or what goes behind the header made of the address. */
  override send(_task: Task, data: Uint8Array, _flags: number, addr: SockAddr | undefined): number {
    const to = addr?.family === 'packet' ? addr : undefined
    const device = to === undefined ? this.#device : this.net.device(to.ifindex)
    if (device === undefined) throw Errno.ENXIO
    if (!device.isUp) throw Errno.ENETDOWN
    if (data.length > device.mtu + (this.type === 'raw' ? ETH_HLEN + VLAN_HLEN : 0)) throw Errno.EMSGSIZE
    const frame = this.type === 'raw' ? parseFrame(data, nextPacketId(this.kernel)) : this.#cooked(device, data, to)
    if (frame === undefined) throw Errno.EINVAL
    packetEvent(this.net, 'packet.send', frame.body, device, { socket: this.ino })
    transmit(device, frame)
    return data.length
  }
  #cooked(device: NetDevice, data: Uint8Array, to: Extract<SockAddr, { readonly family: 'packet' }> | undefined): Frame | undefined {
    const mac = (text: string): readonly number[] => text.split(':').map((b) => Number.parseInt(b, 16))
    const protocol = to?.protocol ?? this.#protocol
    const header = [...(to === undefined || to.addr.length < 6 ? mac(BROADCAST_MAC) : to.addr.subarray(0, 6)), ...mac(device.address), protocol >> 8, protocol & 255]
    const bytes = new Uint8Array(ETH_HLEN + data.length)
    bytes.set(header)
    bytes.set(data, ETH_HLEN)
    return parseFrame(bytes, nextPacketId(this.kernel))
  }

  /** PACKET_ADD_MEMBERSHIP with PACKET_MR_PROMISC: the index of a device. */
  override setOption(task: Task, level: string, option: string, value: unknown): void {
    if (option !== 'PACKET_ADD_MEMBERSHIP') return super.setOption(task, level, option, value)
    const device = this.net.device(Number(value))
    if (device === undefined) throw Errno.ENODEV
    device.watchers++
    if (device.watchers === 1) this.kernel.printk(6, `device ${device.name} entered promiscuous mode`)
    this.#watched.push(device)
  }
  /** PACKET_STATISTICS starts counting again. */
  override getOption(task: Task, level: string, option: string): unknown {
    if (option !== 'PACKET_STATISTICS') return super.getOption(task, level, option)
    const counted = this.#counted
    this.#counted = { packets: 0, drops: 0 }
    return counted
  }
  localAddress(): SockAddr {
    return { family: 'packet', ifindex: this.#device?.index ?? 0, protocol: this.#protocol, addr: EMPTY_BYTES }
  }
  override get available(): number {
    const [first] = this.#queue
    return first === undefined ? 0 : frameLength(first.frame)
  }
  poll(): number {
    return POLLOUT | (this.#queue.length > 0 ? POLLIN : 0) | (this.#error === undefined ? 0 : POLLERR)
  }
  pollQueues(): readonly WaitQueue[] {
    return [this.#readable]
  }
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.net.taps.delete(this)
    for (const device of this.#watched) {
      device.watchers--
      if (device.watchers === 0) this.kernel.printk(6, `device ${device.name} left promiscuous mode`)
    }
    this.net.release('socket')
  }
}
