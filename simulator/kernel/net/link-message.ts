// A device as RTM_NEWLINK tells it (rtnl_fill_ifinfo in net/core/rtnetlink.c).
import { IFF_ALLMULTI, IFF_PROMISC, type Link, type LinkInfoData } from '../../abi/netlink.ts'
import { bridgeData, portData } from './bridge-port.ts'
import type { NetDevice } from './net-device.ts'

/** What every device starts with (alloc_netdev_mqs); nothing here changes it. */
const GSO_LEGACY_MAX_SIZE = 65536, GRO_LEGACY_MAX_SIZE = 65536, GSO_MAX_SEGS = 65535

/** rtnl_link_ops.kind; tun and tap are one. */
export const infoKind = (device: NetDevice): string | undefined =>
  device.kind === 'loopback' || device.kind === 'physical' ? undefined : device.kind === 'tap' ? 'tun' : device.kind

function kindData(device: NetDevice): LinkInfoData | undefined {
  if (device.kind === 'bridge') return bridgeData(device)
  if (device.kind === 'tun' || device.kind === 'tap') {
    const { settings } = device
    const id = (name: 'user' | 'group'): LinkInfoData => (settings.has(name) ? { [name]: settings.get(name) ?? 0 } : {})
    return {
      type: device.kind, pi: settings.get('pi') === true, vnet_hdr: settings.get('vnet_hdr') === true, multi_queue: settings.get('multi_queue') === true, one_queue: settings.get('one_queue') === true,
      persist: settings.get('persist') === true, ...id('user'), ...id('group'),
    }
  }
  return device.settings.size === 0 ? undefined : Object.fromEntries(device.settings)
}

/** dev_set_promiscuity: its own flag, packet sockets, a bridge it is a port of, macvlans that need frames for their addresses. */
function promiscuity(device: NetDevice): number {
  // A card that filters by several addresses needs not hear everything for that.
  const forStations = device.kind !== 'physical' && [...device.uppers].some((upper) => upper.isUp && upper.kind === 'macvlan') ? 1 : 0
  return device.watchers + (device.has(IFF_PROMISC) ? 1 : 0) + (device.master === undefined ? 0 : 1) + forStations
}

/** The VLANs of a bridge or a port of one, by number. */
const vlansOf = (device: NetDevice): Link['vlans'] =>
  device.kind === 'bridge' || device.master?.kind === 'bridge' ? [...device.bridgeVlans].sort(([a], [b]) => a - b).map(([vid, v]) => ({ vid, ...v })) : undefined

export function linkMessage(device: NetDevice): Link {
  const { ns } = device
  const other = device.peer ?? device.lower
  const hasAddress = device.kind !== 'tun'
  return {
    index: device.index, name: device.name, altnames: [...device.altnames], arphrd: device.traits.arphrd, flags: device.flags, mtu: device.mtu, minMtu: device.traits.minMtu,
    maxMtu: device.traits.maxMtu, txqlen: device.txqlen, qdisc: device.qdisc, operstate: device.operstate, linkmode: 0, group: device.group, address: hasAddress ? device.address : undefined,
    broadcast: hasAddress ? device.broadcast : undefined, permAddress: device.kind === 'physical' && device.address !== device.permAddress ? device.permAddress : undefined,
    link: other?.index ?? (device.kind === 'veth' ? 0 : undefined), linkNetnsid: other === undefined || other.ns === ns ? undefined : ns.assignNsid(other.ns), master: device.master?.index,
    kind: infoKind(device), data: kindData(device), slaveKind: device.master?.kind, slaveData: device.master === undefined ? undefined : portData(device), vlans: vlansOf(device), alias: device.alias,
    promiscuity: promiscuity(device), allmulti: (device.has(IFF_ALLMULTI) ? 1 : 0) + (device.master === undefined ? 0 : 1), carrier: device.carrier, carrierChanges: device.carrierChanges,
    addrGenMode: device.addrGenMode, numTxQueues: device.numTxQueues, numRxQueues: device.numRxQueues, tsoMaxSize: device.tsoMaxSize,
    gsoMaxSize: GSO_LEGACY_MAX_SIZE, gsoMaxSegs: GSO_MAX_SEGS, groMaxSize: GRO_LEGACY_MAX_SIZE, tsoMaxSegs: GSO_MAX_SEGS,
    parentBus: device.kind === 'physical' ? 'virtio' : undefined, parentDev: device.kind === 'physical' ? 'virtio0' : undefined, rx: { ...device.rx, multicast: device.rxMulticast }, tx: { ...device.tx },
  }
}
