// What a bridge does with frames (net/bridge/br_input.c, br_forward.c, br_fdb.c): learn where a sender is, send on where the receiver is, else to all ports.
import { NSEC_PER_SEC } from '../clock.ts'
import { type DeviceOps, enqueue, transmit } from './device-queue.ts'
import type { HookContext, HookName } from './hooks.ts'
import { runHook } from './ip-output.ts'
import type { NetDevice } from './net-device.ts'
import { type Frame, isGroupMac } from './packet.ts'
import { dropPacket, packetEvent } from './packet-events.ts'

/** br_ageing_time, in nanoseconds. */
const AGEING_TIME = 300 * NSEC_PER_SEC

export interface FdbEntry {
  readonly port: NetDevice
  /** When it last sent something, in nanoseconds since boot. */
  seen: number
  /** Made by hand (`bridge fdb add`): it doesn't age. */
  readonly isStatic?: boolean
  /** Local or permanent (NUD_PERMANENT), rather than merely static. */
  readonly isPermanent?: boolean
  readonly isExternal?: boolean
}

function learn(bridge: NetDevice, port: NetDevice, mac: string): void {
  if (isGroupMac(mac)) return
  const known = bridge.fdb.get(mac)
  if (known?.isStatic === true) return
  if (known?.port === port) known.seen = bridge.ns.kernel.clock.now
  else bridge.fdb.set(mac, { port, seen: bridge.ns.kernel.clock.now })
}
/** Where a station was seen last; what is too old is forgotten. */
export function fdbLookup(bridge: NetDevice, mac: string): NetDevice | undefined {
  const entry = bridge.fdb.get(mac)
  if (entry === undefined) return undefined
  if (bridge.ports.has(entry.port) && (entry.isStatic === true || bridge.ns.kernel.clock.now - entry.seen < AGEING_TIME)) return entry.port
  bridge.fdb.delete(mac)
  return undefined
}
/** should_deliver: a port takes no part while it is down or has no carrier. */
const isForwarding = (port: NetDevice): boolean => port.isUp && port.carrier

/** br_netfilter: IP packets that cross a bridge pass iptables' chains as if routed from the bridge to the bridge. Undefined: it ends here. */
function filtered(bridge: NetDevice, frame: Frame, hook: HookName, physicalInput: NetDevice, physicalOutput: NetDevice | undefined): Frame | undefined {
  const { body } = frame
  const { ns } = bridge
  if (body.kind !== 'ip' || ns.hooks.isEmpty(body.family, hook) || ns.sysctls.getNumber(`net/bridge/bridge-nf-call-${body.family === 'inet' ? 'iptables' : 'ip6tables'}`) === 0) return frame
  const context: HookContext = {
    hook, packet: body, input: hook === 'POSTROUTING' ? undefined : bridge, output: hook === 'PREROUTING' ? undefined : bridge, physicalInput, physicalOutput,
  }
  return runHook(ns, context) === 'accept' ? { ...frame, body: context.packet } : undefined
}
function forwardBridged(bridge: NetDevice, frame: Frame, from: NetDevice): void {
  const arrived = filtered(bridge, frame, 'PREROUTING', from, undefined)
  if (arrived !== undefined) forward(bridge, arrived, from)
}
/** br_forward: out by one port. */
function sendBy(bridge: NetDevice, frame: Frame, from: NetDevice | undefined, port: NetDevice): void {
  if (from === undefined) return transmit(port, frame)
  const passed = filtered(bridge, frame, 'FORWARD', from, port)
  const last = passed === undefined ? undefined : filtered(bridge, passed, 'POSTROUTING', from, port)
  if (last !== undefined) transmit(port, last)
}

function forward(bridge: NetDevice, frame: Frame, from: NetDevice | undefined): void {
  const out = isGroupMac(frame.destination) ? undefined : fdbLookup(bridge, frame.destination)
  if (out !== undefined) {
    if (out === from || !isForwarding(out)) return dropPacket(bridge.ns, frame.body, from, 'bridge', `${bridge.name} knows its receiver behind ${out.name}, ${out === from ? 'where it came from' : 'which is down'}`)
    packetEvent(bridge.ns, 'packet.bridge', frame.body, bridge, { in: from?.name ?? '', out: out.name })
    sendBy(bridge, frame, from, out)
    return
  }
  const ports = [...bridge.ports].filter((port) => port !== from && isForwarding(port))
  packetEvent(bridge.ns, 'packet.bridge', frame.body, bridge, { in: from?.name ?? '', out: ports.map((p) => p.name).join(' '), isFlood: true })
  for (const port of ports) sendBy(bridge, frame, from, port)
}

/** br_handle_frame: a frame has come in through a port. */
export function bridgeReceive(bridge: NetDevice, port: NetDevice, frame: Frame): boolean {
  if (!bridge.isUp) {
    dropPacket(bridge.ns, frame.body, port, 'bridge', `${bridge.name} is down`)
    return true
  }
  learn(bridge, port, frame.source)
  const isOurs = frame.destination === bridge.address || port.address === frame.destination
  if (isOurs || isGroupMac(frame.destination) || bridge.isPromiscuous) enqueue(bridge, frame)
  if (!isOurs) forwardBridged(bridge, frame, port)
  return true
}

/** br_dev_xmit: the machine itself sends through the bridge. */
export const bridgeOps: DeviceOps = {
  countsRxHeader: false, countsTxHeader: true,
  xmit(bridge, frame) {
    forward(bridge, frame, undefined)
    return undefined
  },
}
