// What each kind of device does with the frames it sends (ndo_start_xmit; drivers/net/{loopback,veth,dummy}.c). One entry per kind; new kinds bring their own file.
import { bridgeOps } from './bridge-forward.ts'
import { type DeviceOps, enqueue, transmit } from './device-queue.ts'
import { ipvlanOps } from './ipvlan.ts'
import { macvlanOps } from './macvlan.ts'
import type { DeviceKind, NetDevice } from './net-device.ts'
import { outsideReceive } from './outside.ts'
import { type Frame, frameLength } from './packet.ts'
import { dropPacket } from './packet-events.ts'
import { isMulticast } from './route-choice.ts'

const HEADER = 14, VLAN_HEADER = 4

/** What is sent comes right back in. */
const loopbackOps: DeviceOps = {
  countsRxHeader: false, countsTxHeader: false,
  xmit(device, frame) {
    enqueue(device, frame)
    return undefined
  },
}
/** skb_scrub_packet: what one side knows of a packet's connection means nothing on the other. */
const scrubbed = (frame: Frame): Frame => (frame.body.kind === 'ip' && frame.body.nfct !== undefined ? { ...frame, body: { ...frame.body, nfct: undefined } } : frame)
/** veth_xmit: the other end receives it, if it is there, up, and the frame fits it (is_skb_forwardable). */
const vethOps: DeviceOps = {
  countsRxHeader: true, countsTxHeader: true,
  xmit(device, frame) {
    const { peer } = device
    if (peer === undefined || !peer.isUp) return `the other end of ${device.name} is down`
    if (frameLength(frame) > peer.mtu + HEADER + VLAN_HEADER) return `it is longer than the MTU of the other end, ${peer.name}`
    enqueue(peer, scrubbed(frame))
    return undefined
  },
  isUnheard({ peer }, frame) {
    if (peer === undefined || !peer.isUp || !isUnjoined(peer, frame)) return false
    peer.rx.packets++
    peer.rx.bytes += frameLength(frame)
    return true
  },
}
/** An IPv6 group of which a device is no member, on a device that only its own stack listens to: on a big bridge most of all frames. */
function isUnjoined(device: NetDevice, { body, vlan }: Frame): boolean {
  if (body.kind !== 'ip' || body.family !== 'inet6' || vlan !== undefined || !isMulticast('inet6', body.destination) || device.rxHandler !== undefined || device.vlans.size > 0) return false
  const { ns } = device
  return ns.taps.size === 0 && ns.hooks.isEmpty('inet6', 'PREROUTING') && !ns.inet.isInGroup6(device, body.destination)
}
/** dummy_xmit: counted as sent, and gone. */
const dummyOps: DeviceOps = {
  countsRxHeader: true, countsTxHeader: true,
  xmit(device, frame) {
    dropPacket(device.ns, frame.body, device, 'device', `${device.name} is a dummy: what is sent by it goes nowhere`)
    return undefined
  },
}
const physicalOps: DeviceOps = {
  countsRxHeader: true, countsTxHeader: true,
  xmit(device, frame) {
    outsideReceive(device, frame, (answer) => enqueue(device, answer))
    return undefined
  },
}

/** The frames of a tun or tap end in its descriptor; nobody here reads them. */
const tunOps: DeviceOps = { countsRxHeader: true, countsTxHeader: true, xmit: (device) => `no program reads what is sent by ${device.name}` }

/** vlan_dev_hard_start_xmit: out by the device below, tagged. */
const vlanOps: DeviceOps = {
  countsRxHeader: false, countsTxHeader: true,
  xmit(device, frame) {
    if (device.lower === undefined) return `${device.name} has no device below it`
    transmit(device.lower, { ...frame, vlan: { id: Number(device.settings.get('id')) } })
    return undefined
  },
}

export const DEVICE_OPS: Readonly<Record<DeviceKind, DeviceOps>> = {
  loopback: loopbackOps, veth: vethOps, dummy: dummyOps, bridge: bridgeOps, physical: physicalOps,
  vlan: vlanOps, macvlan: macvlanOps, ipvlan: ipvlanOps, tun: tunOps, tap: tunOps,
}
