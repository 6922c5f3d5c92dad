// cgroup v1's file system (kernel/cgroup/cgroup-v1.c), as far as it goes on a machine that uses v2: named hierarchies without controllers, a directory for each group. All
// controllers belong to v2, and only the initial cgroup namespace makes new hierarchies.
import { CAP_SYS_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { CONTROLLERS } from '../cgroup/cgroup.ts'
import { nextHierarchyId, type OldCgroup, OldHierarchy, oldHierarchies } from '../cgroup/cgroup1.ts'
import { integer } from '../cgroup/cgroup-values.ts'
import { GLOBAL_ROOT_UID } from '../cred/ids.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../task.ts'
import { startHelper } from '../usermode-helper.ts'
import { Dentry } from '../vfs/dentry.ts'
import type { FileSystemType, SuperBlock } from '../vfs/super-block.ts'
import { GroupDir, type GroupFile } from './group-dir.ts'
import type { Owner } from './pseudo/pseudo-inode.ts'
import { PseudoSuperBlock } from './pseudo/pseudo-super-block.ts'
import { Room } from '../rooms.ts'

const CGROUP_SUPER_MAGIC = 0x27e0eb
const V1_CONTROLLERS: ReadonlySet<string> = new Set([...CONTROLLERS, 'cpuacct', 'blkio', 'devices', 'freezer', 'net_cls', 'perf_event', 'net_prio', 'all'])

interface MountOptions {
  readonly name: string
  readonly releaseAgent: string
  readonly cloneChildren: boolean
  readonly isNone: boolean
  /** Those that change nothing here but are shown, in the order the kernel shows them. */
  readonly flags: readonly string[]
}
const FLAGS = ['noprefix', 'xattr']

/** Throws EINVAL for options that make no hierarchy, EBUSY for controllers that v2 has (rebind_subsystems, when the hierarchy has its number already). */
function parseOptions(kernel: Kernel, data: string): MountOptions {
  const isBusy = (): Errno => {
    nextHierarchyId(kernel)
    return Errno.EBUSY
  }
  const words = data.split(',').filter((w) => w !== '')
  const valueOf = (option: string): string => {
    const given = words.filter((w) => w.startsWith(`${option}=`))
    if (given.length > 1) throw Errno.EINVAL
    return given.at(0)?.slice(option.length + 1) ?? ''
  }
  for (const word of words) {
    if (V1_CONTROLLERS.has(word)) throw isBusy()
    if (!/^(name|release_agent)=/.test(word) && !['none', 'clone_children', ...FLAGS].includes(word)) throw Errno.EINVAL
  }
  const name = valueOf('name')
  const isNone = words.includes('none')
  if (name === '' && !isNone) throw isBusy()
  if (!/^[\w.-]{1,63}$/.test(name)) throw Errno.EINVAL
  return { name, releaseAgent: valueOf('release_agent'), cloneChildren: words.includes('clone_children'), isNone, flags: FLAGS.filter((flag) => words.includes(flag)) }
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

function setReleaseAgent(hierarchy: OldHierarchy, writer: Task, text: string): void {
  if (!nsCapable(writer, writer.kernel.initUserNs, CAP_SYS_ADMIN)) throw Errno.EPERM
  hierarchy.releaseAgent = text.trim()
}

const NAMES = ['cgroup.clone_children', 'cgroup.procs', 'cgroup.sane_behavior', 'notify_on_release', 'release_agent', 'tasks']
const ROOT_ONLY: ReadonlySet<string> = new Set(['cgroup.sane_behavior', 'release_agent'])

class OldCgroupDir extends GroupDir<OldCgroup> {
  protected override fileNames(): Iterable<string> {
    return NAMES
  }
  protected override fileOf(name: string): GroupFile | undefined {
    const { group } = this
    const { hierarchy } = group
    const flag = (get: () => boolean, set: (value: boolean) => void): GroupFile => ({ mode: 0o644, show: () => `${get() ? 1 : 0}\n`, store: (_writer, text) => set(truth(text)) })
    if (group.parent !== undefined && ROOT_ONLY.has(name)) return undefined
    switch (name) {
      case 'cgroup.clone_children': return flag(() => group.cloneChildren, (value) => (group.cloneChildren = value))
      case 'notify_on_release': return flag(() => group.notifyOnRelease, (value) => (group.notifyOnRelease = value))
      case 'cgroup.sane_behavior': return { mode: 0o444, show: () => '0\n', store: undefined }
      case 'release_agent': return { mode: 0o644, show: () => `${hierarchy.releaseAgent}\n`, store: (writer, text) => setReleaseAgent(hierarchy, writer, text) }
      case 'cgroup.procs':
      case 'tasks': return { mode: 0o644, show: (reader) => this.#members(reader), store: (writer, text) => moveTask(group, writer, text) }
      default: return undefined
    }
  }
  #members(reader: Task): string {
    const { group } = this
    const all = group.parent === undefined ? [...group.hierarchy.kernel.tasks.values()].filter((t) => t.isAlive && !(t.oldGroups?.has(group.hierarchy) ?? false)) : [...group.tasks]
    return all.map((t) => t.numberIn(reader.pidNs)).filter((n) => n > 0).sort((a, b) => a - b).map((n) => `${n}\n`).join('')
  }
  protected override makeDir(group: OldCgroup, owner: Owner | undefined): OldCgroupDir {
    return new OldCgroupDir(this.sb, group, owner)
  }
}

const SUPER_BLOCKS = new Room<Map<string, OldSuperBlock>>('cgroup1-mounts')

class OldSuperBlock extends PseudoSuperBlock {
  readonly root: Dentry
  readonly hierarchy: OldHierarchy

  readonly #flags: readonly string[]

  constructor(kernel: Kernel, hierarchy: OldHierarchy, flags: readonly string[]) {
    super(kernel, CgroupV1Type, kernel.initUserNs, CGROUP_SUPER_MAGIC)
    this.#flags = flags
    this.hierarchy = hierarchy
    this.root = new Dentry('', undefined, new OldCgroupDir(this, hierarchy.root))
  }
  override showOptions(): string {
    const { name, releaseAgent, root } = this.hierarchy
    return [...this.#flags, ...(releaseAgent === '' ? [] : [`release_agent=${releaseAgent}`]), ...(root.cloneChildren ? ['clone_children'] : []), `name=${name}`].join(',')
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
    const { name, releaseAgent, cloneChildren, isNone, flags } = parseOptions(kernel, data)
    const mounted = kernel.rooms.open(SUPER_BLOCKS, () => new Map<string, OldSuperBlock>())
    const known = mounted.get(name)
    if (known !== undefined) return known
    // Without `none`, a name alone only finds what is there.
    if (!isNone) throw Errno.EINVAL
    const hierarchies = oldHierarchies(kernel)
    const hierarchy = new OldHierarchy(kernel, nextHierarchyId(kernel), name, (argv, env) => startHelper(kernel, argv, env))
    hierarchy.releaseAgent = releaseAgent
    hierarchy.root.cloneChildren = cloneChildren
    hierarchies.set(name, hierarchy)
    const made = new OldSuperBlock(kernel, hierarchy, flags)
    mounted.set(name, made)
    return made
  },
}
