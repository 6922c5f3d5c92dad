// macvlan (drivers/net/macvlan.c): several stations with MAC addresses of their own behind one device. In mode bridge they hear each other; in vepa and private
// they don't, unless a switch outside sends their frames back; the device below is never heard.
import { type DeviceOps, enqueue, transmit } from './device-queue.ts'
import type { NetDevice } from './net-device.ts'
import { type Frame, isGroupMac } from './packet.ts'

const isIn = (device: NetDevice, mode: string): boolean => device.settings.get('mode') === mode
const siblings = (lower: NetDevice): NetDevice[] => [...lower.uppers].filter((upper) => upper.kind === 'macvlan')

/** macvlan_handle_frame: to the station with that address, to all for a group; what isn't for one of them goes on to the device itself. */
export function deliverMacvlan(lower: NetDevice, frame: Frame): boolean {
  const all = siblings(lower)
  if (isGroupMac(frame.destination)) {
    const sender = all.find((d) => d.address === frame.source)
    for (const d of all) if (d.isUp && d !== sender && (sender === undefined || isIn(d, 'vepa') || (isIn(d, 'bridge') && !isIn(sender, 'bridge')))) enqueue(d, frame)
    return false
  }
  const target = all.find((d) => isIn(d, 'passthru') || d.address === frame.destination)
  if (target === undefined) return false
  enqueue(target, frame)
  return true
}

/** macvlan_queue_xmit */
export const macvlanOps: DeviceOps = {
  countsRxHeader: true, countsTxHeader: true,
  xmit(device, frame) {
    const { lower } = device
    if (lower === undefined) return `${device.name} has no device below it`
    if (isIn(device, 'bridge')) {
      const others = siblings(lower).filter((d) => d !== device && isIn(d, 'bridge') && d.isUp)
      if (isGroupMac(frame.destination)) for (const d of others) enqueue(d, frame)
      else {
        const target = others.find((d) => d.address === frame.destination)
        if (target !== undefined) {
          enqueue(target, frame)
          return undefined
        }
      }
    }
    transmit(lower, frame)
    return undefined
  },
}
