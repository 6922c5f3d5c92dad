// What IPv6 says by itself when a device comes up (net/ipv6/addrconf.c, mcast.c): that it listens to the group of its address (MLDv2, RFC 3810), that it looks for
// routers (RFC 4861 6.3.7), and, before, whether the address is free (RFC 4862 5.4). Simpler: three questions for routers, delays that are not random.
import { IFA_F_DADFAILED, IFA_F_TENTATIVE, IFF_NOARP, RT_SCOPE_LINK } from '../../abi/netlink.ts'
import { NSEC_PER_MSEC, NSEC_PER_SEC } from '../clock.ts'
import type { InterfaceAddress } from './address.ts'
import { addAddressRoutes } from './address-routes.ts'
import { addressChanged } from './rtnl-notify.ts'
import { probeDuplicate, sendMulticastReport, sendRouterSolicitation } from './ndp.ts'
import type { NetDevice } from './net-device.ts'

/** Milliseconds after the link is there: two reports, the probe; a second later the address is ours, and two more reports. */
const REPORTS = [0, 240], PROBE = 500, WAIT = 1000, LATER_REPORT = 180
const SOLICIT_INTERVAL = 4 * NSEC_PER_SEC, SOLICITATIONS = 3

/** addrconf_link_ready */
export const isReady = (device: NetDevice): boolean => device.isUp && device.carrier && device.hasQdisc

/** Duplicate address detection: asks once whether somebody has the address; after a while without an answer it is ours. */
export function startDad(device: NetDevice, address: InterfaceAddress): void {
  const { clock } = device.ns.kernel
  const { generation } = device
  const isPending = (): boolean => device.generation === generation && address.isTentative && (address.flags & IFA_F_DADFAILED) === 0 && device.addresses.includes(address) && isReady(device)
  const after = (ms: number, then: () => void): void => {
    clock.at(clock.now + ms * NSEC_PER_MSEC, () => {
      if (isPending()) then()
    })
  }
  for (const ms of REPORTS) after(ms, () => sendMulticastReport(device, 0n, address.local))
  after(PROBE, () => {
    probeDuplicate(device, address.local)
    after(WAIT, () => {
      address.flags &= ~IFA_F_TENTATIVE
      addressChanged(device, address, 'RTM_NEWADDR')
      addAddressRoutes(device, address)
      announce(device, address)
    })
  })
}

/** addrconf_dad_completed: the groups again, now with an address; and is there a router? Each device asks once, when its link-local address is there. */
function announce(device: NetDevice, address: InterfaceAddress): void {
  if (address.scope !== RT_SCOPE_LINK || device.has(IFF_NOARP)) return
  const { clock } = device.ns.kernel
  const { generation } = device
  const isStill = (): boolean => device.generation === generation && device.addresses.includes(address) && isReady(device)
  for (const ms of [0, LATER_REPORT]) {
    clock.at(clock.now + ms * NSEC_PER_MSEC, () => {
      if (isStill()) sendMulticastReport(device, address.local, address.local)
    })
  }
  const solicit = (left: number, interval: number): void => {
    if (!isStill() || device.ns.sysctls.getNumber(`net/ipv6/conf/${device.name}/accept_ra`) === 0 || device.ns.sysctls.getNumber(`net/ipv6/conf/${device.name}/forwarding`) !== 0) return
    sendRouterSolicitation(device, address.local)
    if (left > 1) clock.at(clock.now + interval, () => solicit(left - 1, interval * 2))
  }
  solicit(SOLICITATIONS, SOLICIT_INTERVAL)
}
