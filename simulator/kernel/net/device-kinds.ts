// What each kind of device does with the frames it sends (ndo_start_xmit; drivers/net/{loopback,veth,dummy}.c). One entry per kind; new kinds bring their own file.
import { bridgeOps } from './bridge-forward.ts'
import { type DeviceOps, enqueue } from './device-queue.ts'
import type { DeviceKind } from './net-device.ts'
import { outsideReceive } from './outside.ts'
import { frameLength } from './packet.ts'

const HEADER = 14, VLAN_HEADER = 4

/** What is sent comes right back in. */
const loopbackOps: DeviceOps = {
  countsRxHeader: false, countsTxHeader: false,
  xmit(device, frame) {
    enqueue(device, frame)
    return undefined
  },
}
/** veth_xmit: the other end receives it, if it is there, up, and the frame fits it (is_skb_forwardable). */
const vethOps: DeviceOps = {
  countsRxHeader: true, countsTxHeader: true,
  xmit(device, frame) {
    const { peer } = device
    if (peer === undefined || !peer.isUp) return `the other end of ${device.name} is down`
    if (frameLength(frame) > peer.mtu + HEADER + VLAN_HEADER) return `it is longer than the MTU of the other end, ${peer.name}`
    enqueue(peer, frame)
    return undefined
  },
}
/** dummy_xmit: counted, and gone. */
const dummyOps: DeviceOps = { countsRxHeader: true, countsTxHeader: true, xmit: () => undefined }
const physicalOps: DeviceOps = {
  countsRxHeader: true, countsTxHeader: true,
  xmit(device, frame) {
    outsideReceive(device, frame, (answer) => enqueue(device, answer))
    return undefined
  },
}

export const DEVICE_OPS: Readonly<Record<DeviceKind, DeviceOps>> = { loopback: loopbackOps, veth: vethOps, dummy: dummyOps, bridge: bridgeOps, physical: physicalOps }
