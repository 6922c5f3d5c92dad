// netem (net/sched/sch_netem.c, tc-netem(8)): delays, loses, doubles and reorders what leaves by a device. Simpler: chances are independent of one another (the
// correlations are kept and shown), a corrupted packet is one the receiver's checksum throws away, and jitter is even or bell-shaped.
import type { NetemOptions } from '../../abi/netlink.ts'
import { NSEC_PER_SEC } from '../clock.ts'
import type { NetDevice, QdiscCounters } from './net-device.ts'
import { type Frame, frameLength } from './packet.ts'
import { dropPacket } from './packet-events.ts'

const BELL_SAMPLES = 12

/** What a device does with frames it sends: `send` is called for each that leaves, when it leaves. */
export function netemEgress(device: NetDevice, options: NetemOptions, counters: QdiscCounters): (frame: Frame, send: (frame: Frame) => void) => void {
  const { kernel } = device.ns
  const random = (): number => kernel.random.u32() / 2 ** 32
  let since = 0
  /** When the wire is free again, with a rate. */
  let free = 0
  const chance = (p: number | undefined): boolean => p !== undefined && p > 0 && random() < p
  const lost = (frame: Frame, reason: string): void => {
    counters.dropped++
    dropPacket(device.ns, frame.body, device, 'device', reason)
  }
  const spread = (): number => {
    if (options.isNormal !== true) return random() * 2 - 1
    let sum = 0
    for (let i = 0; i < BELL_SAMPLES; i++) sum += random()
    return sum - BELL_SAMPLES / 2
  }
  const latency = (): number => Math.max(0, (options.delay ?? 0) + Math.round((options.jitter ?? 0) * (options.jitter === undefined ? 0 : spread())))
  const enqueue = (frame: Frame, send: (frame: Frame) => void): void => {
    if (counters.qlen >= (options.limit ?? 1000)) return lost(frame, `the queue of netem on ${device.name} is full`)
    const { now } = kernel.clock
    since++
    const jumpsAhead = since >= (options.gap ?? 1) && chance(options.reorder)
    if (jumpsAhead) since = 0
    let leaves = jumpsAhead ? now : now + latency()
    if (options.rate !== undefined && options.rate > 0) {
      leaves = Math.max(leaves, free) + Math.ceil((frameLength(frame) * NSEC_PER_SEC) / options.rate)
      free = leaves
    }
    counters.qlen++
    counters.backlog += frameLength(frame)
    kernel.clock.at(leaves, () => {
      counters.qlen--
      counters.backlog -= frameLength(frame)
      counters.packets++
      counters.bytes += frameLength(frame)
      send(frame)
    })
  }
  return (frame, send) => {
    if (chance(options.loss)) return lost(frame, `netem on ${device.name} loses it`)
    if (chance(options.corrupt)) return lost(frame, `netem on ${device.name} corrupts it, and its checksum is wrong`)
    if (chance(options.duplicate)) enqueue(frame, send)
    enqueue(frame, send)
  }
}
