// cgroup v1's file system (kernel/cgroup/cgroup-v1.c), as far as it goes on a machine that uses v2: named hierarchies without controllers, a directory for each group. All
// controllers belong to v2, and only the initial cgroup namespace makes new hierarchies.
import { CAP_SYS_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { type Dirent, DT_DIR, DT_REG, S_IFDIR, S_IFMT, S_IFREG } from '../../abi/stat.ts'
import { decodeUtf8 } from '../../lib/bytes.ts'
import { CONTROLLERS } from '../cgroup/cgroup.ts'
import { type OldCgroup, OldHierarchy, oldHierarchies } from '../cgroup/cgroup1.ts'
import { integer } from '../cgroup/cgroup-values.ts'
import { GLOBAL_ROOT_UID, type Kgid, type Kuid } from '../cred/ids.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../task.ts'
import { startHelper } from '../usermode-helper.ts'
import { Dentry } from '../vfs/dentry.ts'
import type { Inode } from '../vfs/inode.ts'
import type { FileSystemType, SuperBlock } from '../vfs/super-block.ts'
import { type Owner, PseudoDir, PseudoFile } from './pseudo/pseudo-inode.ts'
import { PseudoSuperBlock } from './pseudo/pseudo-super-block.ts'
import { Room } from '../rooms.ts'

const CGROUP_SUPER_MAGIC = 0x27e0eb
const V1_CONTROLLERS: ReadonlySet<string> = new Set([...CONTROLLERS, 'cpuacct', 'blkio', 'devices', 'freezer', 'net_cls', 'perf_event', 'net_prio', 'all'])

interface MountOptions {
  readonly name: string
  readonly releaseAgent: string
  readonly cloneChildren: boolean
}

/** Throws EINVAL for options that make no hierarchy, EBUSY for controllers that v2 has. */
function parseOptions(data: string): MountOptions {
  let name = ''
  let isNone = false
  let releaseAgent = ''
  let cloneChildren = false
  for (const word of data.split(',').filter((w) => w !== '')) {
    if (word === 'none') isNone = true
    else if (word.startsWith('name=')) name = word.slice(5)
    else if (word.startsWith('release_agent=')) releaseAgent = word.slice('release_agent='.length)
    else if (word === 'clone_children') cloneChildren = true
    else if (V1_CONTROLLERS.has(word)) throw Errno.EBUSY
    else if (!['xattr', 'noprefix'].includes(word)) throw Errno.EINVAL
  }
  if (name === '' && !isNone) throw Errno.EBUSY
  if (!/^[\w.-]+$/.test(name)) throw Errno.EINVAL
  return { name, releaseAgent, cloneChildren }
}

/** A number written to a file that is 0 or not. */
const truth = (text: string): boolean => {
  const n = integer(text.trim())
  if (n < 0) throw Errno.EINVAL
  return n !== 0
}

/** cgroup1_procs_write: root moves everybody, others their own. */
function moveTask(group: OldCgroup, writer: Task, text: string): void {
  const number = integer(text.trim())
  if (number < 0) throw Errno.EINVAL
  const task = number === 0 ? writer : writer.pidNs.find(number)?.task
  if (task === undefined || !task.isAlive) throw Errno.ESRCH
  if (task.isKernelThread) throw Errno.EINVAL
  const { euid } = writer.cred
  if (euid !== GLOBAL_ROOT_UID && euid !== task.cred.uid && euid !== task.cred.suid) throw Errno.EACCES
  group.attach(task)
}

const NAMES = ['cgroup.clone_children', 'cgroup.procs', 'cgroup.sane_behavior', 'notify_on_release', 'release_agent', 'tasks']
const ROOT_ONLY: ReadonlySet<string> = new Set(['cgroup.sane_behavior', 'release_agent'])

class OldCgroupDir extends PseudoDir {
  readonly group: OldCgroup
  readonly #files = new Map<string, Inode>()
  readonly #dirs = new Map<OldCgroup, OldCgroupDir>()
  readonly #owner: Owner | undefined

  constructor(sb: PseudoSuperBlock, group: OldCgroup, owner?: Owner) {
    super(sb, group.parent === undefined ? 0o555 : 0o755, owner)
    this.group = group
    this.#owner = owner
  }

  #file(name: string): Inode | undefined {
    if (!NAMES.includes(name) || (this.group.parent !== undefined && ROOT_ONLY.has(name))) return undefined
    const known = this.#files.get(name)
    if (known !== undefined) return known
    const made = this.#makeFile(name)
    this.#files.set(name, made)
    return made
  }
  #makeFile(name: string): Inode {
    const { group } = this
    const { hierarchy } = group
    const file = (show: (reader: Task) => string, store?: (writer: Task, text: string) => void, mode = 0o644): Inode => new PseudoFile(this.sb, mode, show, store === undefined ? undefined : (writer, data) => {
      if (group.isRemoved) throw Errno.ENODEV
      store(writer, decodeUtf8(data))
      return data.length
    }, { owner: this.#owner })
    const flag = (get: () => boolean, set: (value: boolean) => void): Inode => file(() => `${get() ? 1 : 0}\n`, (_writer, text) => set(truth(text)))
    switch (name) {
      case 'cgroup.clone_children': return flag(() => group.cloneChildren, (value) => (group.cloneChildren = value))
      case 'notify_on_release': return flag(() => group.notifyOnRelease, (value) => (group.notifyOnRelease = value))
      case 'cgroup.sane_behavior': return file(() => '0\n', undefined, 0o444)
      case 'release_agent': return file(() => `${hierarchy.releaseAgent}\n`, (writer, text) => {
        if (!nsCapable(writer, writer.kernel.initUserNs, CAP_SYS_ADMIN)) throw Errno.EPERM
        hierarchy.releaseAgent = text.trim()
      })
      default: return file((reader) => this.#members(reader), (writer, text) => moveTask(group, writer, text))
    }
  }
  #members(reader: Task): string {
    const { group } = this
    const all = group.parent === undefined ? [...group.hierarchy.kernel.tasks.values()].filter((t) => t.isAlive && !(t.oldGroups?.has(group.hierarchy) ?? false)) : [...group.tasks]
    return all.map((t) => t.numberIn(reader.pidNs)).filter((n) => n > 0).sort((a, b) => a - b).map((n) => `${n}\n`).join('')
  }
  #dir(group: OldCgroup, owner?: Owner): OldCgroupDir {
    const known = this.#dirs.get(group)
    if (known !== undefined) return known
    const made = new OldCgroupDir(this.sb, group, owner)
    this.#dirs.set(group, made)
    return made
  }

  override lookup(_task: Task, name: string): Inode | undefined {
    const group = this.group.children.get(name)
    return group === undefined ? this.#file(name) : this.#dir(group)
  }
  override isStale(task: Task, name: string, child: Inode): boolean {
    return this.lookup(task, name) !== child
  }
  override *entries(): Iterable<Dirent> {
    for (const name of NAMES) {
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
    if (!(child instanceof OldCgroupDir)) throw Errno.EPERM
    child.group.remove()
    child.nlink = 0
    this.#dirs.delete(child.group)
    this.nlink--
  }
}

const SUPER_BLOCKS = new Room<Map<string, OldSuperBlock>>('cgroup1-mounts')

class OldSuperBlock extends PseudoSuperBlock {
  readonly root: Dentry
  readonly hierarchy: OldHierarchy

  constructor(kernel: Kernel, hierarchy: OldHierarchy) {
    super(kernel, CgroupV1Type, kernel.initUserNs, CGROUP_SUPER_MAGIC)
    this.hierarchy = hierarchy
    this.root = new Dentry('', undefined, new OldCgroupDir(this, hierarchy.root))
  }
  override showOptions(): string {
    const { name, releaseAgent, root } = this.hierarchy
    return [...(releaseAgent === '' ? [] : [`release_agent=${releaseAgent}`]), ...(root.cloneChildren ? ['clone_children'] : []), `name=${name}`].join(',')
  }
  /** A hierarchy lives on without mounts as long as it has groups. */
  override onLastUnmount(): void {
    const { kernel, hierarchy } = this
    if (hierarchy.root.children.size > 0) return
    oldHierarchies(kernel).delete(hierarchy.name)
    kernel.rooms.open(SUPER_BLOCKS, () => new Map()).delete(hierarchy.name)
    super.onLastUnmount()
  }
}

export const CgroupV1Type: FileSystemType = {
  name: 'cgroup',
  isKernfs: true,
  requiresDevice: false,
  userNsMount: true,
  ownerOf: (task) => task.nsproxy.cgroup.owner ?? task.kernel.initUserNs,
  mount(task, _source, _flags, data): SuperBlock {
    const { kernel } = task
    if (task.nsproxy.cgroup !== kernel.initCgroupNs) throw Errno.EPERM
    const { name, releaseAgent, cloneChildren } = parseOptions(data)
    const mounted = kernel.rooms.open(SUPER_BLOCKS, () => new Map<string, OldSuperBlock>())
    const known = mounted.get(name)
    if (known !== undefined) return known
    const hierarchies = oldHierarchies(kernel)
    const ids = new Set([...hierarchies.values()].map((h) => h.id))
    let id = 1
    while (ids.has(id)) id++
    const hierarchy = new OldHierarchy(kernel, id, name, (argv, env) => startHelper(kernel, argv, env))
    hierarchy.releaseAgent = releaseAgent
    hierarchy.root.cloneChildren = cloneChildren
    hierarchies.set(name, hierarchy)
    const made = new OldSuperBlock(kernel, hierarchy)
    mounted.set(name, made)
    return made
  },
}
