// What drivers tell about their devices (struct ethtool_ops; netdev_features_strings): for `ethtool`. Features are kept per kind as the drivers of Linux 6.1 set them;
// those that may be changed only show it: packets here are never cut up or summed by hardware.
import { Errno } from '../../abi/errno.ts'
import type { EthtoolFeature, EthtoolInfo } from '../../abi/netlink.ts'
import type { DeviceKind, NetDevice } from './net-device.ts'

/** In the order of `ethtool -k`; what is indented belongs to the group above it. */
const FEATURES: readonly string[] = `
rx-checksumming tx-checksumming >tx-checksum-ipv4 >tx-checksum-ip-generic >tx-checksum-ipv6 >tx-checksum-fcoe-crc >tx-checksum-sctp scatter-gather
>tx-scatter-gather >tx-scatter-gather-fraglist tcp-segmentation-offload >tx-tcp-segmentation >tx-tcp-ecn-segmentation >tx-tcp-mangleid-segmentation
>tx-tcp6-segmentation generic-segmentation-offload generic-receive-offload large-receive-offload rx-vlan-offload tx-vlan-offload ntuple-filters
receive-hashing highdma rx-vlan-filter vlan-challenged tx-lockless netns-local tx-gso-robust tx-fcoe-segmentation tx-gre-segmentation
tx-gre-csum-segmentation tx-ipxip4-segmentation tx-ipxip6-segmentation tx-udp_tnl-segmentation tx-udp_tnl-csum-segmentation tx-gso-partial
tx-tunnel-remcsum-segmentation tx-sctp-segmentation tx-esp-segmentation tx-udp-segmentation tx-gso-list fcoe-mtu tx-nocache-copy loopback rx-fcs
rx-all tx-vlan-stag-hw-insert rx-vlan-stag-hw-parse rx-vlan-stag-filter l2-fwd-offload hw-tc-offload esp-hw-offload esp-tx-csum-hw-offload
rx-udp_tunnel-port-offload tls-hw-tx-offload tls-hw-rx-offload rx-gro-hw tls-hw-record rx-gro-list macsec-hw-offload rx-udp-gro-forwarding
hsr-tag-ins-offload hsr-tag-rm-offload hsr-fwd-offload hsr-dup-offload
`.trim().split(/\s+/)

/** One letter for each feature: 1 on, 0 off, and where that can't be changed x on, - off. */
const STATES: Readonly<Partial<Record<DeviceKind, string>>> = {
  loopback: 'x1-x--x1xx1111111-----x-xxx----------1-11--x--------------0-0----',
  physical: 'x0-----0--0----01-----xx------------------0-------------0-0-0----',
  bridge: '-1-1---1111111111--1--1--xx11111111111111-0---1-----------0-0----',
  dummy: '-1-1---1111111111-----1--x---111111--1-11-0---------------0-0----',
  vlan: '-0-0-000000000001-----1--x--0000000--1-1100---------------0-0----',
  macvlan: '-1-x---1xx1xxxx110----x--x-x-xxxxxx--x-xx-0---------------0-0----',
  veth: '11-1--11111111110-11--1--x---111111--1-11-0---11----------0-0----',
}
interface Driver { readonly driver: string; readonly version: string; readonly firmware?: string; readonly bus?: string; readonly hasStatistics?: boolean }
const DRIVERS: Readonly<Partial<Record<DeviceKind, Driver>>> = {
  physical: { driver: 'virtio_net', version: '1.0.0', bus: '0000:00:02.0', hasStatistics: true }, bridge: { driver: 'bridge', version: '2.3', firmware: 'N/A', bus: 'N/A' },
  veth: { driver: 'veth', version: '1.0', hasStatistics: true }, dummy: { driver: 'dummy', version: '' }, vlan: { driver: '802.1Q VLAN Support', version: '1.8', firmware: 'N/A' },
  macvlan: { driver: 'macvlan', version: '0.1' }, ipvlan: { driver: 'ipvlan', version: '0.1' }, tun: { driver: 'tun', version: '1.6', bus: 'tun' }, tap: { driver: 'tun', version: '1.6', bus: 'tap' },
}
const SETTINGS: Readonly<Partial<Record<DeviceKind, EthtoolInfo['settings']>>> = {
  veth: { speed: 10000, duplex: 'Full', port: 'Twisted Pair', mdix: true }, physical: { speed: undefined, duplex: undefined, port: 'Other', mdix: false },
  bridge: { speed: undefined, duplex: undefined, port: 'Other', mdix: false }, tun: { speed: 10, duplex: 'Full', port: 'Twisted Pair', mdix: true, messageLevel: 0 },
  tap: { speed: 10, duplex: 'Full', port: 'Twisted Pair', mdix: true, messageLevel: 0 },
}
/** Devices above others have what those have; dummies tell nothing, not even of a link. */
const base = (device: NetDevice): NetDevice => (device.lower !== undefined && device.kind !== 'ipvlan' ? base(device.lower) : device)

const QUEUE_COUNTERS: readonly string[] = ['rx_queue_0_xdp_packets', 'rx_queue_0_xdp_bytes', 'rx_queue_0_drops', 'rx_queue_0_xdp_redirect', 'rx_queue_0_xdp_drops', 'rx_queue_0_xdp_tx', 'rx_queue_0_xdp_tx_errors', 'tx_queue_0_xdp_xmit', 'tx_queue_0_xdp_xmit_errors']
const CARD_COUNTERS: readonly string[] = ['xdp_packets', 'xdp_tx', 'xdp_redirects', 'xdp_drops']

function statistics(device: NetDevice): readonly (readonly [string, number])[] {
  if (device.kind === 'veth') return [['peer_ifindex', device.peer?.index ?? 0], ...QUEUE_COUNTERS.map((name) => [name, 0] as const)]
  if (device.kind !== 'physical') return []
  return [
    ['rx_queue_0_packets', device.rx.packets], ['rx_queue_0_bytes', device.rx.bytes], ['rx_queue_0_drops', device.rx.dropped], ...CARD_COUNTERS.map((name) => [`rx_queue_0_${name}`, 0] as const),
    ['tx_queue_0_packets', device.tx.packets], ['tx_queue_0_bytes', device.tx.bytes], ['tx_queue_0_xdp_tx', 0], ['tx_queue_0_xdp_tx_drops', 0], ['tx_queue_0_tx_timeouts', 0],
  ]
}

function features(device: NetDevice): readonly EthtoolFeature[] | undefined {
  const states = STATES[device.kind]
  if (states === undefined) return undefined
  return FEATURES.map((name, i) => {
    const plain = name.replace(/^>/, '')
    const changed = device.features.get(plain)
    return { name: plain, isPart: name.startsWith('>'), isOn: changed ?? (states[i] === '1' || states[i] === 'x'), isFixed: states[i] === 'x' || states[i] === '-' }
  })
}

export function ethtoolInfo(device: NetDevice): EthtoolInfo {
  const driver = DRIVERS[device.kind]
  return {
    name: device.name, hasLink: device.isUp && device.carrier, permAddress: device.kind === 'physical' ? device.permAddress : undefined,
    driver: driver === undefined ? undefined : { driver: driver.driver, version: driver.version, firmware: driver.firmware ?? '', bus: driver.bus ?? '', hasStatistics: driver.hasStatistics === true },
    settings: SETTINGS[base(device).kind], reportsLink: device.kind !== 'dummy', statistics: statistics(device), features: features(device), queues: [device.numRxQueues, device.numTxQueues],
  }
}
/** Turns features on or off by name. Throws EOPNOTSUPP for one that is fixed. */
export function setFeatures(device: NetDevice, changes: Readonly<Record<string, boolean>>): void {
  const own = features(device)
  for (const [name, value] of Object.entries(changes)) {
    const feature = own?.find((f) => f.name === name)
    if (feature === undefined || (feature.isFixed && feature.isOn !== value)) throw Errno.EOPNOTSUPP
  }
  for (const [name, value] of Object.entries(changes)) device.features.set(name, value)
}
