// devpts (fs/devpts/inode.c, pts(4)): each mount is an instance of its own, with its own numbering of pseudo terminals from 0 and its own ptmx.
import { Errno } from '../../../abi/errno.ts'
import { DT_CHR, type Dirent, isReg, makedev, S_IFCHR } from '../../../abi/stat.ts'
import { IdAllocator } from '../../../lib/id-allocator.ts'
import { fromKgidMunged, fromKuidMunged, type Kgid, type Kuid, makeKgid, makeKuid } from '../../cred/ids.ts'
import type { Kernel } from '../../kernel.ts'
import type { UserNamespace } from '../../ns/user-namespace.ts'
import type { Task } from '../../task.ts'
import { type PtyMaster, type PtyOwner, UNIX98_PTY_SLAVE_MAJOR } from '../../tty/pty.ts'
import { Dentry, lookupChild } from '../../vfs/dentry.ts'
import { registerCharDevice } from '../../vfs/devices.ts'
import type { File } from '../../vfs/file.ts'
import type { Inode } from '../../vfs/inode.ts'
import type { FileSystemType } from '../../vfs/super-block.ts'
import { PseudoDir, PseudoInode } from '../pseudo/pseudo-inode.ts'
import { PseudoSuperBlock } from '../pseudo/pseudo-super-block.ts'
import { O_NOCTTY } from '../../../abi/fcntl.ts'
import { Room } from '../../rooms.ts'

const DEVPTS_SUPER_MAGIC = 0x1cd1
const FIRST_PTY_INO = 3

interface DevptsOptions {
  uid: Kuid | undefined
  gid: Kgid | undefined
  mode: number
  ptmxMode: number
}

function parseOptions(task: Task, data: string): DevptsOptions {
  const options: DevptsOptions = { uid: undefined, gid: undefined, mode: 0o600, ptmxMode: 0 }
  const octal = (text: string): number => {
    if (!/^[0-7]+$/.test(text)) throw Errno.EINVAL
    return Number.parseInt(text, 8) & 0o7777
  }
  const { userNs } = task.cred
  for (const word of data.split(',').filter((w) => w !== '')) {
    const [key, value = ''] = word.split('=')
    if (key === 'newinstance') continue
    if (key === 'mode') options.mode = octal(value)
    else if (key === 'ptmxmode') options.ptmxMode = octal(value)
    else if (key === 'uid' || key === 'gid') {
      const id = /^\d+$/.test(value) ? (key === 'uid' ? makeKuid : makeKgid)(userNs, Number(value)) : undefined
      if (id === undefined) throw Errno.EINVAL
      if (key === 'uid') options.uid = id as Kuid
      else options.gid = id as Kgid
    } else if (key !== 'max' || !/^\d+$/.test(value)) throw Errno.EINVAL
  }
  return options
}

/** A character device node; opening it goes to the driver of its number. */
class DeviceNode extends PseudoInode {
  constructor(sb: DevptsSuperBlock, permissions: number, rdev: number, owner: { readonly uid: Kuid; readonly gid: Kgid } | undefined, ino: number) {
    super(sb, S_IFCHR | permissions, owner, ino)
    this.rdev = rdev
  }
  override open(): File {
    throw Errno.ENXIO
  }
}

/** /dev/pts/N */
export class PtsInode extends DeviceNode {
  readonly master: PtyMaster
  constructor(sb: DevptsSuperBlock, permissions: number, master: PtyMaster, index: number, owner: { readonly uid: Kuid; readonly gid: Kgid }) {
    super(sb, permissions, makedev(UNIX98_PTY_SLAVE_MAJOR, index), owner, index + FIRST_PTY_INO)
    this.master = master
  }
}

class DevptsRoot extends PseudoDir {
  readonly ptys = new Map<number, PtsInode>()
  readonly #ptmx: DeviceNode

  constructor(sb: DevptsSuperBlock, ptmxMode: number) {
    super(sb, 0o755)
    this.#ptmx = new DeviceNode(sb, ptmxMode, makedev(5, 2), undefined, 2)
  }
  override create(_task: Task, _name: string, mode: number): never {
    throw isReg(mode) ? Errno.EACCES : Errno.EPERM
  }
  override lookup(_task: Task, name: string): Inode | undefined {
    if (name === 'ptmx') return this.#ptmx
    return /^(0|[1-9]\d*)$/.test(name) ? this.ptys.get(Number(name)) : undefined
  }
  override isStale(task: Task, name: string, child: Inode): boolean {
    return this.lookup(task, name) !== child
  }
  override *entries(): Iterable<Dirent> {
    for (const [index, inode] of [...this.ptys].sort(([a], [b]) => b - a)) yield { ino: inode.ino, name: String(index), type: DT_CHR }
    yield { ino: this.#ptmx.ino, name: 'ptmx', type: DT_CHR }
  }
}

export class DevptsSuperBlock extends PseudoSuperBlock {
  readonly root: Dentry
  readonly #dir: DevptsRoot
  readonly #options: DevptsOptions
  readonly #indices = new IdAllocator(0)

  constructor(kernel: Kernel, userNs: UserNamespace, options: DevptsOptions) {
    super(kernel, DevptsType, userNs, DEVPTS_SUPER_MAGIC)
    this.#options = options
    this.#dir = new DevptsRoot(this, options.ptmxMode)
    this.root = new Dentry('', undefined, this.#dir)
  }

  /** Ids as the initial user namespace has them, whoever reads. */
  override showOptions(): string {
    const { uid, gid, mode, ptmxMode } = this.#options
    const ns = this.kernel.initUserNs
    const octal = (n: number): string => n.toString(8).padStart(3, '0')
    const words = [`mode=${octal(mode)}`, `ptmxmode=${octal(ptmxMode)}`]
    if (gid !== undefined) words.unshift(`gid=${fromKgidMunged(ns, gid)}`)
    if (uid !== undefined) words.unshift(`uid=${fromKuidMunged(ns, uid)}`)
    return words.join(',')
  }

  /** devpts_new_index and devpts_pty_new */
  allocate(master: PtyMaster, opener: PtyOwner): number {
    const index = this.#indices.alloc()
    const { uid, gid, mode } = this.#options
    this.#dir.ptys.set(index, new PtsInode(this, mode, master, index, { uid: uid ?? opener.uid, gid: gid ?? opener.gid }))
    registerCharDevice(this.kernel, makedev(UNIX98_PTY_SLAVE_MAJOR, index), (task, path, flags) => {
      const { inode } = path.dentry
      if (!(inode instanceof PtsInode)) throw Errno.EIO
      return inode.master.openSlave(task, path, flags, (flags & O_NOCTTY) === 0)
    })
    return index
  }
  /** The name goes when the master closes … */
  remove(index: number): void {
    this.#dir.ptys.delete(index)
    const dentry = this.root.children.get(String(index))
    if (dentry === undefined) return
    dentry.isUnlinked = true
    this.root.setChild(String(index), undefined)
  }
  /** … and the number is free for another once the slaves are closed too. */
  release(index: number): void {
    this.#indices.free(index)
  }
  slave(task: Task, index: number): Dentry {
    const dentry = lookupChild(task, this.root, String(index))
    if (dentry === undefined) throw Errno.EIO
    return dentry
  }
  get count(): number {
    return this.#dir.ptys.size
  }
}

const HOST_DEVPTS = new Room<DevptsSuperBlock>('devpts')
/** The instance mounted first: the host's. */
export const hostDevpts = (kernel: Kernel): DevptsSuperBlock | undefined => kernel.rooms.get(HOST_DEVPTS)

export const DevptsType: FileSystemType = {
  name: 'devpts',
  requiresDevice: false,
  userNsMount: true,
  mount(task, _source, _flags, data) {
    const sb = new DevptsSuperBlock(task.kernel, task.cred.userNs, parseOptions(task, data))
    task.kernel.rooms.open(HOST_DEVPTS, () => sb)
    return sb
  },
}
