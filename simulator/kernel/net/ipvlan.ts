// ipvlan (drivers/net/ipvlan): several stations that share one MAC address and are told apart by their IP addresses. In mode l2 they use the wire themselves; in l3
// and l3s the namespace of the device below routes for them.
import { isErr } from '../../abi/errno.ts'
import { type DeviceOps, enqueue, transmit } from './device-queue.ts'
import { outputPacket, routeOutput } from './ip-output.ts'
import type { NetDevice } from './net-device.ts'
import { type Frame, isGroupMac } from './packet.ts'

const siblings = (lower: NetDevice): NetDevice[] => [...lower.uppers].filter((upper) => upper.kind === 'ipvlan')

/** ipvlan_addr_lookup: whose address a frame is for. */
function owner(lower: NetDevice, frame: Frame): NetDevice | undefined {
  const { body } = frame
  const family = body.kind === 'arp' ? 'inet' : body.family
  const address = body.kind === 'arp' ? body.targetIp : body.payload.kind === 'ndp' ? body.payload.target : body.destination
  const byDestination = siblings(lower).find((d) => d.addresses.some((a) => a.family === family && a.local === address))
  if (byDestination !== undefined || body.kind === 'arp') return byDestination
  return siblings(lower).find((d) => d.addresses.some((a) => a.family === family && a.local === body.destination))
}

/** ipvlan_handle_frame */
export function deliverIpvlan(lower: NetDevice, frame: Frame): boolean {
  if (isGroupMac(frame.destination)) {
    for (const d of siblings(lower)) if (d.isUp && d.settings.get('mode') === 'l2') enqueue(d, frame)
    return false
  }
  const target = owner(lower, frame)
  if (target === undefined) return false
  enqueue(target, { ...frame, destination: target.address })
  return true
}

/** ipvlan_queue_xmit */
export const ipvlanOps: DeviceOps = {
  countsRxHeader: true, countsTxHeader: true,
  xmit(device, frame) {
    const { lower } = device
    if (lower === undefined) return `${device.name} has no device below it`
    const mode = device.settings.get('mode')
    if (isGroupMac(frame.destination) && mode === 'l2') {
      for (const d of siblings(lower)) if (d !== device && d.isUp) enqueue(d, frame)
      transmit(lower, frame)
      return undefined
    }
    const target = owner(lower, frame)
    if (target !== undefined && target !== device && device.settings.get('flag') === 'bridge') {
      enqueue(target, { ...frame, destination: target.address })
      return undefined
    }
    if (mode === 'l2') {
      transmit(lower, frame)
      return undefined
    }
    return routeBelow(lower, frame)
  },
}

/** ipvlan_process_outbound: the namespace below finds the way. */
function routeBelow(lower: NetDevice, { body }: Frame): string | undefined {
  if (body.kind === 'arp') return 'an ipvlan in mode l3 speaks no ARP'
  try {
    outputPacket(lower.ns, body, routeOutput(lower.ns, body.family, body.destination, { device: lower, source: body.source }))
  } catch (error) {
    if (!isErr(error)) throw error
    return `the namespace of ${lower.name} has no way to its destination (${error.name})`
  }
  return undefined
}
