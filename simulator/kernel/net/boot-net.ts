// The host's network after boot: lo, and eth0 with the address and default route of the reference machine.
import { IFA_F_TENTATIVE, RT_SCOPE_UNIVERSE, RT_TABLE_MAIN, RTN_UNICAST, RTPROT_BOOT } from '../../abi/netlink.ts'
import { parseIpv4 } from '../../lib/ip.ts'
import type { Task } from '../task.ts'
import { addAddress } from './address-change.ts'
import { addAddressRoutes } from './address-routes.ts'
import { createDevice } from './device-register.ts'
import { bringUp } from './device-state.ts'

const MAC = '52:54:00:12:34:56', ADDRESS = '10.0.2.15', GATEWAY = '10.0.2.2'

export function bootNetwork(init: Task): void {
  const { net } = init.nsproxy
  const address = (text: string): bigint => BigInt(parseIpv4(text) ?? 0)
  bringUp(net.loopback)
  const eth0 = createDevice(net, 'physical', { name: 'eth0', address: MAC })
  bringUp(eth0)
  addAddress(eth0, { family: 'inet', local: address(ADDRESS), prefixlen: 24, scope: RT_SCOPE_UNIVERSE, label: 'eth0' })
  // The machine has been up for a while: nobody has objected to its link-local address.
  for (const a of eth0.addresses) {
    a.flags &= ~IFA_F_TENTATIVE
    addAddressRoutes(eth0, a)
  }
  net.routes.add({
    family: 'inet', table: RT_TABLE_MAIN, type: RTN_UNICAST, dst: 0n, dstLen: 0, scope: RT_SCOPE_UNIVERSE, protocol: RTPROT_BOOT, prefsrc: undefined, metric: 0,
    mtu: undefined, nexthops: [{ device: eth0, gateway: address(GATEWAY), weight: 1, onlink: false }],
  })
}
