// cgroup2 (kernel/cgroup/cgroup.c, fs/kernfs; cgroups(7)): the hierarchy as directories. There is one superblock; a mount made in a cgroup namespace
// shows the tree from that namespace's root.
import { Errno } from '../../../abi/errno.ts'
import { type Cgroup, type Controller, findCgroup, rootCgroup } from '../../cgroup/cgroup.ts'
import { CGROUP_FILES, hasFile, setProcsPermission } from '../../cgroup/cgroup-files.ts'
import { cgroupPathFrom } from '../../cgroup/cgroup-path.ts'
import { type Cred, inGroup } from '../../cred/cred.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../task.ts'
import { Dentry, lookupChild } from '../../vfs/dentry.ts'
import type { Inode } from '../../vfs/inode.ts'
import type { FileSystemType } from '../../vfs/super-block.ts'
import { GroupDir, type GroupFile } from '../group-dir.ts'
import type { Owner } from '../pseudo/pseudo-inode.ts'
import { PseudoSuperBlock } from '../pseudo/pseudo-super-block.ts'
import { Room } from '../../rooms.ts'

const CGROUP2_SUPER_MAGIC = 0x63677270
const MOUNT_OPTIONS: ReadonlySet<string> = new Set(['nsdelegate', 'favordynmods', 'memory_localevents', 'memory_recursiveprot'])

/** CFTYPE_NS_DELEGATABLE: what a cgroup namespace may set in its own root. */
const DELEGATABLE: ReadonlySet<string> = new Set(['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control', 'memory.oom.group', 'memory.reclaim'])

class CgroupDir extends GroupDir<Cgroup> {
  constructor(sb: PseudoSuperBlock, group: Cgroup, owner?: Owner) {
    super(sb, group, owner)
    setProcsPermission(group, (cred) => this.#mayWriteProcs(cred))
  }
  #mayWriteProcs(cred: Cred): boolean {
    const procs = this.file('cgroup.procs')
    if (procs === undefined) return false
    const mode = procs.mode
    return (mode & (procs.uid === cred.fsuid ? 0o200 : inGroup(cred, procs.gid) ? 0o020 : 0o002)) !== 0
  }

  protected override fileNames(): Iterable<string> {
    return CGROUP_FILES.keys()
  }
  protected override fileOf(name: string): GroupFile | undefined {
    const { group } = this
    const file = CGROUP_FILES.get(name)
    if (file === undefined || !hasFile(group, name, file)) return undefined
    const store = name === 'cgroup.subtree_control' ? this.#changeSubtreeControl : file.store
    const guarded = store && ((writer: Task, text: string, opener: Cred): void => {
      if (!DELEGATABLE.has(name)) this.#checkDelegation(writer)
      store(group, writer, text, opener)
    })
    return { mode: file.mode, show: (reader) => file.show(group, reader), store: guarded }
  }
  /** nsdelegate: the root of one's own cgroup namespace is somebody else's to set. */
  #checkDelegation({ nsproxy, kernel }: Task): void {
    const isOwnRoot = nsproxy.cgroup !== kernel.initCgroupNs && nsproxy.cgroup.root === this.group.path
    if (isOwnRoot && this.sb instanceof Cgroup2SuperBlock && this.sb.isDelegating) throw Errno.EPERM
  }
  /** cgroup_subtree_control_write: the files of new controllers below belong to the writer. */
  readonly #changeSubtreeControl = (group: Cgroup, { cred }: Task, text: string): void => {
    const before = new Set(group.subtreeControl)
    group.changeSubtreeControl(text)
    const changed = (controller: Controller | undefined): boolean => controller !== undefined && before.has(controller) !== group.subtreeControl.has(controller)
    const names = [...CGROUP_FILES].filter(([, file]) => changed(file.controller)).map(([name]) => name)
    for (const dir of this.directories) if (dir instanceof CgroupDir) dir.renewFiles(names, { uid: cred.fsuid, gid: cred.fsgid })
  }
  protected override makeDir(group: Cgroup, owner: Owner | undefined): CgroupDir {
    return new CgroupDir(this.sb, group, owner)
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
  get isDelegating(): boolean {
    return this.#options.includes('nsdelegate')
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
