// /sys/class/net and the directories of network devices (net/core/net-sysfs.c).
import { CAP_NET_ADMIN } from '../../../abi/capability.ts'
import { Errno } from '../../../abi/errno.ts'
import { IFF_LOWER_UP, IFF_RUNNING } from '../../../abi/netlink.ts'
import { type Dirent, DT_DIR, DT_LNK } from '../../../abi/stat.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { nsCapable } from '../../cred/ns-capable.ts'
import { bridgeData, bridgeSetting, changeBridge, portCost, portPriority, portState, portSwitch } from '../../net/bridge-port.ts'
import type { NetDevice } from '../../net/net-device.ts'
import type { Task } from '../../task.ts'
import type { Inode } from '../../vfs/inode.ts'
import { PseudoDir, PseudoFile, PseudoLink, TableDir } from '../pseudo/pseudo-inode.ts'
import type { SysfsSuperBlock } from './sysfs.ts'

const OPERSTATES = ['unknown', 'notpresent', 'down', 'lowerlayerdown', 'testing', 'dormant', 'up']
const FILE_SIZE = 4096
const deviceDir = (device: NetDevice): string => (device.kind === 'physical' ? 'pci0000:00/0000:00:02.0/virtio0/net' : 'virtual/net')

const whileUp = (device: NetDevice, value: string): string => {
  if (!device.isUp) throw Errno.EINVAL
  return value
}
const unsupported = (): never => {
  throw Errno.EOPNOTSUPP
}

type Read = (device: NetDevice) => string
const FILES: readonly (readonly [name: string, read: Read])[] = [
  ['addr_assign_type', (d) => (d.kind === 'physical' || d.isLoopback ? '0' : '3')], ['addr_len', () => '6'], ['address', (d) => d.address], ['broadcast', (d) => d.broadcast],
  ['carrier', (d) => whileUp(d, d.carrier ? '1' : '0')], ['carrier_changes', (d) => (d.isLoopback ? '0' : '2')], ['carrier_down_count', (d) => (d.isLoopback ? '0' : '1')],
  ['carrier_up_count', (d) => (d.isLoopback ? '0' : '1')], ['dev_id', () => '0x0'], ['dev_port', () => '0'], ['dormant', (d) => whileUp(d, '0')],
  ['duplex', (d) => (d.isLoopback ? whileUp(d, notEthernet()) : whileUp(d, d.kind === 'veth' ? 'full' : 'unknown'))],
  ['flags', (d) => `0x${(d.flags & ~(IFF_RUNNING | IFF_LOWER_UP)).toString(16)}`], ['gro_flush_timeout', () => '0'], ['ifalias', (d) => d.alias ?? ''], ['ifindex', (d) => String(d.index)],
  ['iflink', (d) => String(d.iflink)], ['link_mode', () => '0'], ['mtu', (d) => String(d.mtu)], ['name_assign_type', (d) => (d.isLoopback ? '2' : d.kind === 'physical' ? '1' : '3')],
  ['netdev_group', (d) => String(d.group)], ['operstate', (d) => OPERSTATES[d.operstate]], ['phys_port_id', unsupported], ['phys_port_name', unsupported], ['phys_switch_id', unsupported],
  ['proto_down', () => '0'], ['speed', (d) => (d.isLoopback ? notEthernet() : whileUp(d, d.kind === 'veth' ? '10000' : '-1'))], ['testing', (d) => whileUp(d, '0')], ['threaded', () => '0'],
  ['tx_queue_len', (d) => String(d.txqlen)], ['type', (d) => String(d.traits.arphrd)], ['uevent', (d) => `INTERFACE=${d.name}\nIFINDEX=${d.index}`],
]
function notEthernet(): never {
  throw Errno.EINVAL
}
const WRITABLE: ReadonlyMap<string, (device: NetDevice, text: string) => void> = new Map<string, (device: NetDevice, text: string) => void>([
  ['ifalias', (d, text) => {
    d.alias = text === '' ? undefined : text
  }],
  ['mtu', (d, text) => {
    const mtu = Number(text)
    if (!Number.isInteger(mtu) || mtu < d.traits.minMtu || (d.traits.maxMtu > 0 && mtu > d.traits.maxMtu)) throw Errno.EINVAL
    d.mtu = mtu
  }],
  ['tx_queue_len', (d, text) => {
    d.txqlen = Number(text)
  }],
  ['netdev_group', (d, text) => {
    d.group = Number(text)
  }],
])
const STATISTICS = [
  'collisions', 'multicast', 'rx_bytes', 'rx_compressed', 'rx_crc_errors', 'rx_dropped', 'rx_errors', 'rx_fifo_errors', 'rx_frame_errors', 'rx_length_errors', 'rx_missed_errors',
  'rx_nohandler', 'rx_over_errors', 'rx_packets', 'tx_aborted_errors', 'tx_bytes', 'tx_carrier_errors', 'tx_compressed', 'tx_dropped', 'tx_errors', 'tx_fifo_errors',
  'tx_heartbeat_errors', 'tx_packets', 'tx_window_errors',
]
function statistic(device: NetDevice, name: string): number {
  const match = /^(rx|tx)_(bytes|packets|errors|dropped)$/.exec(name)
  return match === null ? 0 : device[match[1] as 'rx' | 'tx'][match[2] as 'bytes' | 'packets' | 'errors' | 'dropped']
}

function makeDevice(sb: SysfsSuperBlock, device: NetDevice): TableDir {
  const dir = new DeviceDir(sb, device)
  const up = device.kind === 'physical' ? '../../../../../../class/net' : '../../../../class/net'
  for (const [name, read] of FILES) {
    const write = WRITABLE.get(name)
    const store = write === undefined ? undefined : (task: Task, data: Uint8Array): number => {
      if (device.ns.owner === undefined || !nsCapable(task, device.ns.owner, CAP_NET_ADMIN)) throw Errno.EPERM
      write(device, decodeUtf8(data).trim())
      return data.length
    }
    dir.add(name, () => new PseudoFile(sb, write === undefined ? 0o444 : 0o644, () => `${read(device)}\n`, store, { size: FILE_SIZE }))
  }
  if (device.kind === 'physical') dir.add('device', () => new PseudoLink(sb, '../../../virtio0', 0))
  dir.add('subsystem', () => new PseudoLink(sb, up, 0))
  dir.add('statistics', () => {
    const table = new TableDir(sb, 0o755)
    for (const name of STATISTICS) table.add(name, () => new PseudoFile(sb, 0o444, () => `${statistic(device, name)}\n`, undefined, { size: FILE_SIZE }))
    return table
  })
  dir.add('queues', () => new TableDir(sb, 0o755).add('rx-0', () => new TableDir(sb, 0o755)).add('tx-0', () => new TableDir(sb, 0o755)))
  if (device.kind === 'bridge') {
    dir.add('bridge', () => bridgeDir(sb, device))
    dir.add('brif', () => new PortsDir(sb, device))
  }
  return dir
}

/** Settings of a bridge by the names sysfs has for them; times in hundredths of a second. */
const BRIDGE_FILES: readonly string[] = ['ageing_time', 'forward_delay', 'hello_time', 'max_age', 'priority', 'stp_state', 'vlan_filtering', 'mcast_snooping', 'group_fwd_mask', 'vlan_default_pvid']
const SYSFS_NAMES: ReadonlyMap<string, string> = new Map([['mcast_snooping', 'multicast_snooping'], ['vlan_default_pvid', 'default_pvid']])

function bridgeDir(sb: SysfsSuperBlock, bridge: NetDevice): TableDir {
  const dir = new TableDir(sb, 0o755)
  const identifier = (): string => {
    const [priority, mac = ''] = String(bridgeData(bridge).bridge_id).split('.')
    return `${priority}.${mac.split(':').map((byte) => byte.padStart(2, '0')).join('')}\n`
  }
  for (const setting of BRIDGE_FILES) {
    const store = (task: Task, data: Uint8Array): number => {
      if (bridge.ns.owner === undefined || !nsCapable(task, bridge.ns.owner, CAP_NET_ADMIN)) throw Errno.EPERM
      const value = Number(decodeUtf8(data).trim())
      if (!Number.isInteger(value)) throw Errno.EINVAL
      changeBridge(bridge, { [setting]: value })
      return data.length
    }
    dir.add(SYSFS_NAMES.get(setting) ?? setting, () => new PseudoFile(sb, 0o644, () => `${setting === 'group_fwd_mask' ? '0x' : ''}${String(bridgeSetting(bridge, setting))}\n`, store, { size: FILE_SIZE }))
  }
  for (const name of ['bridge_id', 'root_id']) dir.add(name, () => new PseudoFile(sb, 0o444, identifier, undefined, { size: FILE_SIZE }))
  for (const name of ['root_port', 'root_path_cost', 'topology_change', 'topology_change_detected', 'hello_timer', 'tcn_timer', 'topology_change_timer']) dir.add(name, () => new PseudoFile(sb, 0o444, () => '0\n', undefined, { size: FILE_SIZE }))
  return dir
}
/** brif: a link for each port. */
class PortsDir extends PseudoDir {
  declare readonly sb: SysfsSuperBlock
  readonly #bridge: NetDevice
  constructor(sb: SysfsSuperBlock, bridge: NetDevice) {
    super(sb, 0o755)
    this.#bridge = bridge
  }
  override lookup(_task: Task, name: string): Inode | undefined {
    const port = [...this.#bridge.ports].find((d) => d.name === name)
    return port === undefined ? undefined : new PseudoLink(this.sb, `../../${name}/brport`, 0)
  }
  override isStale(): boolean {
    return true
  }
  override *entries(): Iterable<Dirent> {
    for (const port of this.#bridge.ports) yield { ino: this.ino, name: port.name, type: DT_LNK }
  }
}
function portDir(sb: SysfsSuperBlock, port: NetDevice): TableDir {
  const dir = new TableDir(sb, 0o755)
  const file = (name: string, read: () => string | number): void => {
    dir.add(name, () => new PseudoFile(sb, 0o444, () => `${read()}\n`, undefined, { size: FILE_SIZE }))
  }
  file('state', () => portState(port))
  file('port_no', () => `0x${port.portNumber.toString(16)}`)
  file('priority', () => portPriority(port))
  file('path_cost', () => portCost(port))
  for (const name of ['hairpin', 'learning', 'flood', 'isolated']) file(SYSFS_PORT_NAMES.get(name) ?? name, () => (portSwitch(port, name) ? 1 : 0))
  dir.add('bridge', () => new PseudoLink(sb, `../../${port.master?.name ?? ''}`, 0))
  return dir
}
const SYSFS_PORT_NAMES: ReadonlyMap<string, string> = new Map([['hairpin', 'hairpin_mode'], ['flood', 'unicast_flood']])

/** The directory of a device: beside its files, links to what it belongs to, what is above and what is below. */
class DeviceDir extends TableDir {
  declare readonly sb: SysfsSuperBlock
  readonly #device: NetDevice
  constructor(sb: SysfsSuperBlock, device: NetDevice) {
    super(sb, 0o755)
    this.#device = device
  }
  #ties(): ReadonlyMap<string, () => Inode> {
    const { master, lower, uppers, ports, ns } = this.#device
    const ties = new Map<string, () => Inode>()
    const link = (name: string, to: NetDevice): void => {
      if (to.ns === ns) ties.set(name, () => new PseudoLink(this.sb, `../${to.name}`, 0))
    }
    if (master !== undefined) {
      ties.set('brport', () => portDir(this.sb, this.#device))
      link('master', master)
      link(`upper_${master.name}`, master)
    }
    if (lower !== undefined) link(`lower_${lower.name}`, lower)
    for (const upper of uppers) link(`upper_${upper.name}`, upper)
    for (const port of ports) link(`lower_${port.name}`, port)
    return ties
  }
  override lookup(task: Task, name: string): Inode | undefined {
    return super.lookup(task, name) ?? this.#ties().get(name)?.()
  }
  override isStale(task: Task, name: string, child: Inode): boolean {
    return super.lookup(task, name) === undefined || super.isStale(task, name, child)
  }
  override *entries(task: Task): Iterable<Dirent> {
    yield* super.entries(task)
    for (const name of this.#ties().keys()) yield { ino: this.ino, name, type: name === 'brport' ? DT_DIR : DT_LNK }
  }
}

/** Devices by name, made again when another device takes the name. */
abstract class DevicesDir extends PseudoDir {
  declare readonly sb: SysfsSuperBlock
  readonly #made = new Map<string, { readonly device: NetDevice; readonly inode: Inode }>()
  protected abstract readonly entryType: number
  protected abstract make(device: NetDevice): Inode
  protected shows(_device: NetDevice): boolean {
    return true
  }

  #find(name: string): NetDevice | undefined {
    for (const device of this.sb.net.devices.values()) if (device.name === name && this.shows(device)) return device
    return undefined
  }
  #child(device: NetDevice): Inode {
    const made = this.#made.get(device.name)
    if (made !== undefined && made.device === device) return made.inode
    const inode = this.make(device)
    this.#made.set(device.name, { device, inode })
    return inode
  }
  override lookup(_task: Task, name: string): Inode | undefined {
    const device = this.#find(name)
    return device === undefined ? undefined : this.#child(device)
  }
  override isStale(task: Task, name: string, child: Inode): boolean {
    return this.lookup(task, name) !== child
  }
  /** These names are tagged with a namespace: no order by their hash alone. */
  override *listing(_task: Task, dots: readonly Dirent[]): Iterable<Dirent> {
    yield* dots
    yield* this.entries()
  }
  override *entries(): Iterable<Dirent> {
    for (const device of this.sb.net.devices.values()) if (this.shows(device)) yield { ino: this.#child(device).ino, name: device.name, type: this.entryType }
  }
}

/** /sys/class/net */
export class NetClassDir extends DevicesDir {
  protected readonly entryType = DT_LNK
  constructor(sb: SysfsSuperBlock) {
    super(sb, 0o755)
  }
  protected make(device: NetDevice): Inode {
    return new PseudoLink(this.sb, `../../devices/${deviceDir(device)}/${device.name}`, 0)
  }
}

/** /sys/devices/virtual/net, or the directory of the one physical card. */
export class NetParentDir extends DevicesDir {
  protected readonly entryType = DT_DIR
  readonly #physical: boolean
  constructor(sb: SysfsSuperBlock, physical: boolean) {
    super(sb, 0o755)
    this.#physical = physical
  }
  protected override shows(device: NetDevice): boolean {
    return (device.kind === 'physical') === this.#physical
  }
  protected make(device: NetDevice): Inode {
    return makeDevice(this.sb, device)
  }
}
