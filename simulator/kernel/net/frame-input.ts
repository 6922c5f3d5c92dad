// A frame has come up to the protocols (netif_receive_skb): to ARP or to IP, if it is meant for this station.
import { IFF_NOARP } from '../../abi/netlink.ts'
import { arpReceived } from './arp.ts'
import { ipReceived } from './ip-input.ts'
import type { NetDevice } from './net-device.ts'
import { type Frame, isGroupMac } from './packet.ts'
import { dropPacket } from './packet-events.ts'

export function frameReceived(device: NetDevice, frame: Frame): void {
  const isGroup = isGroupMac(frame.destination)
  if (!device.isLoopback && !isGroup && frame.destination !== device.address) {
    // A copy for those who watch the device.
    if (device.isPromiscuous) return
    return dropPacket(device.ns, frame.body, device, 'device', 'its MAC address is another station’s')
  }
  if (frame.vlan !== undefined) return dropPacket(device.ns, frame.body, device, 'device', `nobody here listens to VLAN ${frame.vlan.id}`)
  if (frame.body.kind === 'ip') ipReceived(device, frame.body, isGroup && !device.isLoopback, frame.source)
  else if (!device.has(IFF_NOARP) && !device.isLoopback) arpReceived(device, frame.body)
}
