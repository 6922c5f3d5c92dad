// sysfs (fs/sysfs, sysfs(5)): the machine's devices and the kernel's own settings. A mount belongs to the network namespace of whoever mounted it:
// /sys/class/net shows the devices of that one, whoever looks.
import { Errno } from '../../../abi/errno.ts'
import { isReg } from '../../../abi/stat.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import type { NetNamespace } from '../../net/net-namespace.ts'
import type { Task } from '../../task.ts'
import { Dentry } from '../../vfs/dentry.ts'
import type { FileSystemType } from '../../vfs/super-block.ts'
import { MODULES } from '../proc/machine-info.ts'
import { PseudoFile, PseudoLink, TableDir } from '../pseudo/pseudo-inode.ts'
import { PseudoSuperBlock } from '../pseudo/pseudo-super-block.ts'
import { SYSFS_MOUNT_POINTS, SYSFS_TREE } from './sysfs-data.ts'
import { NetClassDir, NetParentDir } from './sysfs-net.ts'

const SYSFS_MAGIC = 0x62656572
const FILE_SIZE = 4096

/** A directory of sysfs: mode 755 below the root, nothing can be made in it. */
export class SysfsDir extends TableDir {
  readonly #isMountPoint: boolean
  constructor(sb: PseudoSuperBlock, isMountPoint = false, permissions = isMountPoint ? 0o555 : 0o755) {
    super(sb, permissions)
    this.#isMountPoint = isMountPoint
  }
  override get isPermanentlyEmpty(): boolean {
    return this.#isMountPoint
  }
  override create(_task: Task, _name: string, mode: number): never {
    throw isReg(mode) ? Errno.EACCES : Errno.EPERM
  }
}

/** A file with a value that can be replaced. */
export function sysfsFile(sb: PseudoSuperBlock, permissions: number, initial: string): PseudoFile {
  let value = initial
  const store = (permissions & 0o222) === 0 ? undefined : (_task: unknown, data: Uint8Array): number => {
    value = decodeUtf8(data).replace(/\n$/, '')
    return data.length
  }
  return new PseudoFile(sb, permissions, () => `${value}\n`, store, { size: FILE_SIZE })
}

export class SysfsSuperBlock extends PseudoSuperBlock {
  readonly net: NetNamespace
  readonly root: Dentry

  constructor(net: NetNamespace) {
    super(net.kernel, SysfsType, net.owner ?? net.kernel.initUserNs, SYSFS_MAGIC)
    this.net = net
    net.hold('super-block')
    this.usernsVisible = true
    this.root = new Dentry('', undefined, this.#build())
  }

  #build(): SysfsDir {
    const root = new SysfsDir(this, false, 0o555)
    const directory = (path: string): SysfsDir => {
      let dir = root
      let at = ''
      for (const name of path.split('/')) {
        at = at === '' ? name : `${at}/${name}`
        if (!dir.has(name)) {
          const made = new SysfsDir(this, SYSFS_MOUNT_POINTS.has(at))
          dir.add(name, () => made)
          dir.nlink++
        }
        const next = dir.child(name)
        if (!(next instanceof SysfsDir)) throw new Error(`sysfs: ${at} is not a directory`)
        dir = next
      }
      return dir
    }
    for (const line of SYSFS_TREE.split('\n')) if (line !== '') this.#addLine(line, directory)
    for (const [name, size, users] of MODULES) {
      const module = directory(`module/${name}`)
      module.add('refcnt', () => sysfsFile(this, 0o444, String(users))).add('initstate', () => sysfsFile(this, 0o444, 'live')).add('coresize', () => sysfsFile(this, 0o444, String(size)))
    }
    directory('class').add('net', () => new NetClassDir(this))
    directory('devices/virtual').add('net', () => new NetParentDir(this, false))
    directory('devices/pci0000:00/0000:00:02.0/virtio0').add('net', () => new NetParentDir(this, true))
    return root
  }

  #addLine(line: string, directory: (path: string) => SysfsDir): void {
    if (line.endsWith('/')) {
      directory(line.slice(0, -1))
      return
    }
    const [head, target] = line.split(' -> ')
    const equals = head.indexOf('=')
    const named = target === undefined ? /^(.*)\/([^/:]+)(?::(\d{3}))?$/.exec(head.slice(0, equals)) : /^(.*)\/([^/]+)()$/.exec(head)
    if (named === null) return
    const [, dir, name, mode] = named
    const make = target === undefined
      ? () => sysfsFile(this, Number.parseInt(mode ?? '444', 8), head.slice(equals + 1).replaceAll('\\n', '\n'))
      : () => new PseudoLink(this, target, 0)
    directory(dir).add(name, make)
  }

  override onLastUnmount(): void {
    super.onLastUnmount()
    instances.delete(this.net)
    this.net.release('super-block')
  }
}

const instances = new WeakMap<NetNamespace, SysfsSuperBlock>()

export const SysfsType: FileSystemType = {
  name: 'sysfs',
  isKernfs: true,
  requiresDevice: false,
  userNsMount: true,
  ownerOf: (task) => task.nsproxy.net.owner ?? task.kernel.initUserNs,
  mount(task) {
    const { net } = task.nsproxy
    let sb = instances.get(net)
    if (sb === undefined) {
      sb = new SysfsSuperBlock(net)
      instances.set(net, sb)
    }
    return sb
  },
}
