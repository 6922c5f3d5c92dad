// cgroup2 (kernel/cgroup/cgroup.c, fs/kernfs; cgroups(7)): the hierarchy as directories. There is one superblock; a mount made in a cgroup namespace
// shows the tree from that namespace's root.
import { Errno } from '../../../abi/errno.ts'
import { type Dirent, DT_DIR, DT_REG, S_IFDIR, S_IFMT, S_IFREG } from '../../../abi/stat.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { type Cgroup, findCgroup, rootCgroup } from '../../cgroup/cgroup.ts'
import { CGROUP_FILES, type CgroupFile, hasFile, setProcsPermission } from '../../cgroup/cgroup-files.ts'
import { cgroupPathFrom } from '../../cgroup/cgroup-path.ts'
import { type Cred, inGroup } from '../../cred/cred.ts'
import type { Kgid, Kuid } from '../../cred/ids.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../task.ts'
import { Dentry, lookupChild } from '../../vfs/dentry.ts'
import type { Inode } from '../../vfs/inode.ts'
import type { FileSystemType } from '../../vfs/super-block.ts'
import { type Owner, PseudoDir, PseudoFile } from '../pseudo/pseudo-inode.ts'
import { PseudoSuperBlock } from '../pseudo/pseudo-super-block.ts'
import { Room } from '../../rooms.ts'

const CGROUP2_SUPER_MAGIC = 0x63677270
const MOUNT_OPTIONS: ReadonlySet<string> = new Set(['nsdelegate', 'favordynmods', 'memory_localevents', 'memory_recursiveprot'])

class CgroupDir extends PseudoDir {
  readonly group: Cgroup
  readonly #files = new Map<string, Inode>()
  readonly #dirs = new Map<Cgroup, CgroupDir>()
  readonly #owner: Owner | undefined

  constructor(sb: PseudoSuperBlock, group: Cgroup, owner?: Owner) {
    super(sb, group.parent === undefined ? 0o555 : 0o755, owner)
    this.group = group
    this.#owner = owner
    setProcsPermission(group, (cred) => this.#mayWriteProcs(cred))
  }
  #mayWriteProcs(cred: Cred): boolean {
    const procs = this.#file('cgroup.procs')
    if (procs === undefined) return false
    const mode = procs.mode
    return (mode & (procs.uid === cred.fsuid ? 0o200 : inGroup(cred, procs.gid) ? 0o020 : 0o002)) !== 0
  }

  #file(name: string): Inode | undefined {
    const file = CGROUP_FILES.get(name)
    if (file === undefined || !hasFile(this.group, name, file)) return undefined
    let inode = this.#files.get(name)
    if (inode === undefined) {
      inode = this.#makeFile(file)
      this.#files.set(name, inode)
    }
    return inode
  }
  #makeFile(file: CgroupFile): Inode {
    const { group } = this
    const alive = (): Cgroup => {
      if (group.isRemoved) throw Errno.ENODEV
      return group
    }
    const { store } = file
    const write = store === undefined ? undefined : (task: Task, data: Uint8Array, open: { readonly openerCred: Cred }): number => {
      store(alive(), task, decodeUtf8(data), open.openerCred)
      return data.length
    }
    return new PseudoFile(this.sb, file.mode, (task) => file.show(alive(), task), write, { owner: this.#owner })
  }
  #dir(group: Cgroup, owner?: Owner): CgroupDir {
    let dir = this.#dirs.get(group)
    if (dir === undefined) {
      dir = new CgroupDir(this.sb, group, owner)
      this.#dirs.set(group, dir)
    }
    return dir
  }

  override lookup(_task: Task, name: string): Inode | undefined {
    const group = this.group.children.get(name)
    return group === undefined ? this.#file(name) : this.#dir(group)
  }
  override isStale(task: Task, name: string, child: Inode): boolean {
    return this.lookup(task, name) !== child
  }
  override *entries(): Iterable<Dirent> {
    for (const name of CGROUP_FILES.keys()) {
      const inode = this.#file(name)
      if (inode !== undefined) yield { ino: inode.ino, name, type: DT_REG }
    }
    for (const [name, group] of this.group.children) yield { ino: this.#dir(group).ino, name, type: DT_DIR }
  }

  /** mkdir makes a group; nothing else can be made. */
  override create(_task: Task, name: string, mode: number, _rdev: number, uid: Kuid, gid: Kgid): Inode {
    if ((mode & S_IFMT) !== S_IFDIR) throw (mode & S_IFMT) === S_IFREG ? Errno.EACCES : Errno.EPERM
    if (name.includes('\n')) throw Errno.EINVAL
    this.nlink++
    return this.#dir(this.group.makeChild(name), { uid, gid })
  }
  override rmdir(_task: Task, _name: string, child: Inode): void {
    if (!(child instanceof CgroupDir)) throw Errno.EPERM
    child.group.remove()
    child.nlink = 0
    this.#dirs.delete(child.group)
    this.nlink--
  }
}

const CGROUP2 = new Room<Cgroup2SuperBlock>('cgroup2')
class Cgroup2SuperBlock extends PseudoSuperBlock {
  readonly root: Dentry
  #options: readonly string[] = []

  constructor(kernel: Kernel) {
    super(kernel, Cgroup2Type, kernel.initUserNs, CGROUP2_SUPER_MAGIC)
    this.root = new Dentry('', undefined, new CgroupDir(this, rootCgroup(kernel)))
  }
  /** Options hold for the whole hierarchy; only the initial cgroup namespace sets them. */
  setOptions(task: Task, data: string): void {
    const words = data.split(',').filter((w) => w !== '')
    if (words.some((w) => !MOUNT_OPTIONS.has(w))) throw Errno.EINVAL
    if (task.nsproxy.cgroup === this.kernel.initCgroupNs) this.#options = words
  }
  override remount(task: Task, data: string): void {
    this.setOptions(task, data)
  }
  override showOptions(): string {
    return this.#options.join(',')
  }
  override showRoot(task: Task, root: Dentry): string | undefined {
    return root.inode instanceof CgroupDir ? cgroupPathFrom(task.nsproxy.cgroup.root, root.inode.group.path) : undefined
  }
  override onLastUnmount(): void {
    if (findCgroup(this.kernel, '/')?.children.size === 0) {
      this.kernel.rooms.delete(CGROUP2)
      super.onLastUnmount()
    }
  }
  dentryOf(task: Task, path: string): Dentry {
    let dentry = this.root
    for (const name of path.split('/')) {
      if (name === '') continue
      const child = lookupChild(task, dentry, name)
      if (child === undefined) throw Errno.ENOENT
      dentry = child
    }
    return dentry
  }
}

export const Cgroup2Type: FileSystemType = {
  name: 'cgroup2',
  isKernfs: true,
  requiresDevice: false,
  userNsMount: true,
  ownerOf: (task) => task.nsproxy.cgroup.owner ?? task.kernel.initUserNs,
  rootOf: (task, sb) => (sb instanceof Cgroup2SuperBlock ? sb.dentryOf(task, task.nsproxy.cgroup.root) : sb.root),
  mount(task, _source, _flags, data) {
    const { kernel } = task
    const sb = kernel.rooms.open(CGROUP2, () => new Cgroup2SuperBlock(kernel))
    sb.setOptions(task, data)
    return sb
  },
}

/** The group whose directory the inode is; undefined for anything else. */
export const cgroupOfDirectory = (inode: Inode): Cgroup | undefined => (inode instanceof CgroupDir ? inode.group : undefined)
