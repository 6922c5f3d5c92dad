// What a bridge does with frames (net/bridge/br_input.c, br_forward.c, br_fdb.c): learn where a sender is, send on where the receiver is, else to all ports.
import { NSEC_PER_MSEC } from '../clock.ts'
import { bridgeSetting, portState, portSwitch } from './bridge-port.ts'
import { type DeviceOps, enqueue, transmit } from './device-queue.ts'
import type { HookContext, HookName } from './hooks.ts'
import { runHook } from './ip-output.ts'
import type { NetDevice } from './net-device.ts'
import { type Frame, isGroupMac } from './packet.ts'
import { dropPacket, packetEvent } from './packet-events.ts'

const LEARNING = 2, FORWARDING = 3
/** So many ports are told by name where a frame goes to all. */
const NAMED_PORTS = 16
/** In nanoseconds; the setting is in hundredths of a second. */
export const ageingTime = (bridge: NetDevice): number => Number(bridgeSetting(bridge, 'ageing_time')) * 10 * NSEC_PER_MSEC

export interface FdbEntry {
  readonly port: NetDevice
  /** When it last sent something, in nanoseconds since boot. */
  seen: number
  /** Made by hand (`bridge fdb add`): it doesn't age. */
  readonly isStatic?: boolean
  /** Local or permanent (NUD_PERMANENT), rather than merely static. */
  readonly isPermanent?: boolean
  readonly isExternal?: boolean
  /** Added by somebody: in all VLANs of the port. */
  readonly isByHand?: boolean
  /** With vlan_filtering: where it was heard. */
  readonly vlan?: number
}

const filters = (bridge: NetDevice): boolean => bridge.settings.get('vlan_filtering') === 1
const pvidOf = (port: NetDevice): number | undefined => [...port.bridgeVlans].find(([, v]) => v.isPvid)?.[0]

function learn(bridge: NetDevice, port: NetDevice, { source: mac, vlan }: Frame): void {
  if (isGroupMac(mac)) return
  const known = bridge.fdb.get(mac)
  if (known?.isStatic === true) return
  if (known?.port === port) known.seen = bridge.ns.kernel.clock.now
  else bridge.fdb.set(mac, { port, seen: bridge.ns.kernel.clock.now, ...(filters(bridge) ? { vlan: vlan?.id ?? pvidOf(port) } : {}) })
}
/** Where a station was seen last; what is too old is forgotten. */
export function fdbLookup(bridge: NetDevice, mac: string): NetDevice | undefined {
  const entry = bridge.fdb.get(mac)
  if (entry === undefined) return undefined
  if (bridge.ports.has(entry.port) && (entry.isStatic === true || bridge.ns.kernel.clock.now - entry.seen < ageingTime(bridge))) return entry.port
  bridge.fdb.delete(mac)
  return undefined
}
/** should_deliver: a port takes no part while it is down or has no carrier. */
const isForwarding = (port: NetDevice): boolean => port.isUp && port.carrier && portState(port) === FORWARDING
/** What may go from one port to another, or back out of the same one (hairpin, isolated). */
const mayPass = (from: NetDevice | undefined, to: NetDevice): boolean =>
  from === undefined || (from === to ? portSwitch(to, 'hairpin') : !(portSwitch(from, 'isolated') && portSwitch(to, 'isolated')))

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
function sendBy(bridge: NetDevice, frame: Frame, vid: number, from: NetDevice | undefined, port: NetDevice): void {
  if (from === undefined) return transmit(port, egress(bridge, port, vid, frame) ?? frame)
  const passed = filtered(bridge, frame, 'FORWARD', from, port)
  const last = passed === undefined ? undefined : filtered(bridge, passed, 'POSTROUTING', from, port)
  if (last !== undefined) transmit(port, egress(bridge, port, vid, last) ?? last)
}

/** br_allowed_ingress: the VLAN a frame is in, and the frame without a tag; undefined if it may not come in here. */
function ingress(bridge: NetDevice, at: NetDevice, frame: Frame): { readonly vid: number; readonly frame: Frame } | undefined {
  if (!filters(bridge)) return { vid: 0, frame }
  const vid = frame.vlan?.id ?? pvidOf(at)
  return vid === undefined || !at.bridgeVlans.has(vid) ? undefined : { vid, frame: { ...frame, vlan: undefined } }
}
/** br_handle_vlan: the frame as it leaves, tagged or not; undefined if it may not go out here. */
function egress(bridge: NetDevice, at: NetDevice, vid: number, frame: Frame): Frame | undefined {
  if (!filters(bridge)) return frame
  const own = at.bridgeVlans.get(vid)
  return own === undefined ? undefined : own.isUntagged ? frame : { ...frame, vlan: { id: vid } }
}

function forward(bridge: NetDevice, whole: Frame, from: NetDevice | undefined): void {
  const entered = ingress(bridge, from ?? bridge, whole)
  if (entered === undefined) return dropPacket(bridge.ns, whole.body, from, 'bridge', `${from?.name ?? bridge.name} is not in its VLAN`)
  const { vid, frame } = entered
  const out = isGroupMac(frame.destination) ? undefined : fdbLookup(bridge, frame.destination)
  if (out !== undefined) {
    if (!mayPass(from, out) || !isForwarding(out)) return dropPacket(bridge.ns, frame.body, from, 'bridge', `${bridge.name} knows its receiver behind ${out.name}, ${out === from ? 'where it came from' : isForwarding(out) ? 'which is isolated' : 'which is down'}`)
    if (egress(bridge, out, vid, frame) === undefined) return dropPacket(bridge.ns, frame.body, from, 'bridge', `${out.name} is not in VLAN ${vid}`)
    packetEvent(bridge.ns, 'packet.bridge', frame.body, bridge, { in: from?.name ?? '', out: out.name })
    sendBy(bridge, frame, vid, from, out)
    return
  }
  // The port list of a bridge has its newest port first.
  const ports = [...bridge.ports].reverse().filter((port) => mayPass(from, port) && isForwarding(port) && portSwitch(port, isGroupMac(frame.destination) ? 'bcast_flood' : 'flood') && egress(bridge, port, vid, frame) !== undefined)
  packetEvent(bridge.ns, 'packet.bridge', frame.body, bridge, { in: from?.name ?? '', out: ports.length > NAMED_PORTS ? `${ports.length} ports` : ports.map((p) => p.name).join(' '), isFlood: true })
  for (const port of ports) sendBy(bridge, frame, vid, from, port)
}

/** br_handle_frame: a frame has come in through a port. */
export function bridgeReceive(bridge: NetDevice, port: NetDevice, frame: Frame): boolean {
  if (!bridge.isUp) {
    dropPacket(bridge.ns, frame.body, port, 'bridge', `${bridge.name} is down`)
    return true
  }
  if (portState(port) >= LEARNING && portSwitch(port, 'learning')) learn(bridge, port, frame)
  if (!isForwarding(port)) {
    dropPacket(bridge.ns, frame.body, port, 'bridge', `${port.name} does not forward yet`)
    return true
  }
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
