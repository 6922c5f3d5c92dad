// Neighbour discovery, what comes in (net/ipv6/ndisc.c: ndisc_recv_ns, ndisc_recv_na): answering for one's own addresses, learning, and finding out that an address
// is somebody else's already (duplicate address detection).
import { IFA_F_DADFAILED } from '../../abi/netlink.ts'
import { learnNeighbour, neighbourFor } from './arp.ts'
import { advertise } from './ndp.ts'
import type { NetDevice } from './net-device.ts'
import type { IpPacket, Ndp } from './packet.ts'
import { isMulticast } from './route-choice.ts'

export function ndpReceived(device: NetDevice, packet: IpPacket, ndp: Ndp): void {
  const own = device.addresses.find((a) => a.family === 'inet6' && a.local === ndp.target)
  if (own?.isTentative === true) {
    // Somebody answers, or probes the same address at the same time.
    if (ndp.type === 136 || packet.source === 0n) own.flags |= IFA_F_DADFAILED
    return
  }
  if (ndp.type === 136) {
    if (own !== undefined) return
    const known = device.neighbours.find('inet6', ndp.target)
    const lladdr = ndp.lladdr ?? known?.lladdr
    if (known !== undefined && lladdr !== undefined) learnNeighbour(known, lladdr, ndp.solicited)
    return
  }
  if (own === undefined) return
  if (packet.source === 0n) return advertise(device, ndp.target, undefined)
  if (ndp.lladdr === undefined) return
  learnNeighbour(neighbourFor(device, 'inet6', packet.source), ndp.lladdr, false)
  advertise(device, ndp.target, { address: packet.source, mac: ndp.lladdr, asksByName: !isMulticast('inet6', packet.destination) })
}
