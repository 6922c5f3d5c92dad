// Frames between devices (dev_queue_xmit, netif_rx, NAPI): sending puts a frame into the receiver's queue, and the clock empties the queues, so no device ever
// calls into the next one. Queues are bounded (net.core.netdev_max_backlog); what doesn't fit is counted as dropped. All queues share
// one softirq CPU, on which a frame takes its time: a bridge loop or a flood is bounded by it, as on a real machine, and everything else goes on.
import { NSEC_PER_USEC } from '../clock.ts'
import type { NetDevice } from './net-device.ts'
import { type Frame, frameLength } from './packet.ts'
import { dropPacket, packetEvent } from './packet-events.ts'

const ETH_HLEN = 14
const QUEUE_LIMIT = 1000
const BUDGET = 64
const DELAY = 15 * NSEC_PER_USEC
/** What the softirq CPU needs for one frame. */
const FRAME_TIME = 10 * NSEC_PER_USEC

/** What a kind of device does with frames. */
export interface DeviceOps {
  /** Whether the Ethernet header counts as received and sent bytes. */
  readonly countsRxHeader: boolean
  readonly countsTxHeader: boolean
  /** ndo_start_xmit: sends a frame that leaves by the device, by `enqueue` on another device or `transmit` on a lower one. Answers why it can't, as the end of “dropped: …”. */
  xmit(device: NetDevice, frame: Frame): string | undefined
  /** True if nobody at the other end would even look at a frame: it is only counted (as a card's filter of group addresses does). */
  isUnheard?(device: NetDevice, frame: Frame): boolean
}
/** A packet socket sees a frame that comes in or goes out (dev_queue_xmit_nit, ptype_all). */
export interface FrameTap {
  frame(device: NetDevice, frame: Frame, direction: 'in' | 'out'): void
}

/** The frames that wait at a device. */
export class FrameQueue {
  frames: Frame[] = []
  isScheduled = false
}

const counted = (frame: Frame, withHeader: boolean): number => frameLength(frame) - (withHeader ? 0 : ETH_HLEN)

/** dev_queue_xmit: a frame leaves by a device, through its queueing discipline if that delays or loses frames. */
export function transmit(device: NetDevice, frame: Frame): void {
  if (!device.isUp || !device.hasQdisc || !device.carrier) {
    // noop_qdisc: nobody counts it.
    return dropPacket(device.ns, frame.body, device, 'device', `${device.name} ${device.isUp ? 'has no carrier' : 'is down'}`)
  }
  if (device.egress === undefined) send(device, frame)
  else device.egress(frame, (late) => send(device, late))
}
function lostOut(device: NetDevice, frame: Frame, reason: string): void {
  device.tx.dropped++
  dropPacket(device.ns, frame.body, device, 'device', reason)
}
/** dev_hard_start_xmit */
function send(device: NetDevice, frame: Frame): void {
  if (!device.isUp) return lostOut(device, frame, `${device.name} is down`)
  if (device.ns.taps.size === 0 && device.ops.isUnheard?.(device, frame) === true) {
    device.tx.packets++
    device.tx.bytes += frameLength(frame)
    return
  }
  for (const tap of device.ns.taps) tap.frame(device, frame, 'out')
  packetEvent(device.ns, 'packet.xmit', frame.body, device)
  const refusal = device.ops.xmit(device, frame)
  if (refusal !== undefined) return lostOut(device, frame, refusal)
  device.tx.packets++
  device.tx.bytes += counted(frame, device.ops.countsTxHeader)
}

/** netif_rx: a frame has come to a device, from a wire or from a device above or below it. */
export function enqueue(device: NetDevice, frame: Frame): void {
  const { queue } = device
  if (queue.frames.length >= QUEUE_LIMIT) return lostIn(device, frame, `the queue of ${device.name} is full`)
  queue.frames.push(frame)
  if (!queue.isScheduled) schedule(device)
}
export function lostIn(device: NetDevice, frame: Frame, reason: string): void {
  device.rx.dropped++
  dropPacket(device.ns, frame.body, device, 'device', reason)
}
/** do_softirq at the end of a system call's transmission: what waits at a device is received now. */
export function drainNow(device: NetDevice): void {
  if (device.queue.frames.length > 0) drain(device)
}
function schedule(device: NetDevice): void {
  const { clock, softirq } = device.ns.kernel
  const { queue } = device
  queue.isScheduled = true
  clock.at(Math.max(clock.now + DELAY, softirq.freeAt), () => {
    queue.isScheduled = false
    drain(device)
  })
}
function drain(device: NetDevice): void {
  const { queue } = device
  const { clock, softirq } = device.ns.kernel
  const batch = queue.frames.length <= BUDGET ? queue.frames : queue.frames.slice(0, BUDGET)
  queue.frames = queue.frames.length <= BUDGET ? [] : queue.frames.slice(BUDGET)
  softirq.freeAt = Math.max(softirq.freeAt, clock.now) + batch.length * FRAME_TIME
  for (const frame of batch) receive(device, frame)
  if (queue.frames.length > 0 && !queue.isScheduled) schedule(device)
}

/** __netif_receive_skb_core: packet sockets see it, a tagged frame goes to its VLAN's device, the master of a port takes it, else it goes up to the protocols. */
function receive(device: NetDevice, frame: Frame): void {
  if (!device.isUp) return lostIn(device, frame, `${device.name} is down`)
  device.rx.packets++
  device.rx.bytes += counted(frame, device.ops.countsRxHeader)
  for (const tap of device.ns.taps) tap.frame(device, frame, 'in')
  packetEvent(device.ns, 'packet.receive', frame.body, device)
  if (frame.vlan !== undefined) {
    const upper = device.vlans.get(`802.1Q ${frame.vlan.id}`)
    if (upper !== undefined) return enqueue(upper, { ...frame, vlan: undefined })
  }
  if (device.rxHandler?.(device, frame) === true) return
  device.ns.receiveFrame(device, frame)
}
