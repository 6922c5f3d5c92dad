// /sys/class/net and the directories of network devices (net/core/net-sysfs.c).
import { CAP_NET_ADMIN } from '../../../abi/capability.ts'
import { Errno } from '../../../abi/errno.ts'
import { IFF_LOWER_UP, IFF_RUNNING } from '../../../abi/netlink.ts'
import { type Dirent, DT_DIR, DT_LNK } from '../../../abi/stat.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { nsCapable } from '../../cred/ns-capable.ts'
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
  const dir = new TableDir(sb, 0o755)
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
    dir.add('bridge', () => new TableDir(sb, 0o755))
    dir.add('brif', () => new TableDir(sb, 0o755))
  }
  return dir
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
