// cgroup v1 (kernel/cgroup/cgroup-v1.c), as far as it goes on a machine that uses v2: a named hierarchy without controllers, its root directory with release_agent. All
// controllers belong to v2, and only the initial cgroup namespace makes new hierarchies. Simpler: there are no groups below the root.
import { Errno } from '../../abi/errno.ts'
import { decodeUtf8 } from '../../lib/bytes.ts'
import { Dentry } from '../vfs/dentry.ts'
import type { FileSystemType, SuperBlock } from '../vfs/super-block.ts'
import { CONTROLLERS } from '../cgroup/cgroup.ts'
import type { Task } from '../task.ts'
import { PseudoFile, TableDir } from './pseudo/pseudo-inode.ts'
import { SimplePseudoSuperBlock } from './pseudo/pseudo-super-block.ts'
import { Room } from '../rooms.ts'

const CGROUP_SUPER_MAGIC = 0x27e0eb
const V1_CONTROLLERS: ReadonlySet<string> = new Set([...CONTROLLERS, 'cpuacct', 'blkio', 'devices', 'freezer', 'net_cls', 'perf_event', 'net_prio', 'all'])

/** Throws EINVAL for options that make no hierarchy, EBUSY for controllers that v2 has. */
function hierarchyName(data: string): string {
  let name = ''
  let isNone = false
  for (const word of data.split(',').filter((w) => w !== '')) {
    if (word === 'none') isNone = true
    else if (word.startsWith('name=')) name = word.slice(5)
    else if (V1_CONTROLLERS.has(word)) throw Errno.EBUSY
    else if (!['xattr', 'noprefix', 'clone_children'].includes(word)) throw Errno.EINVAL
  }
  if (name === '' && !isNone) throw Errno.EBUSY
  if (!/^[\w.-]+$/.test(name)) throw Errno.EINVAL
  return name
}

function makeHierarchy(task: Task): SimplePseudoSuperBlock {
  const { kernel } = task
  return new SimplePseudoSuperBlock(kernel, CgroupV1Type, kernel.initUserNs, CGROUP_SUPER_MAGIC, (sb) => {
    const values = new Map<string, string>([['cgroup.clone_children', '0'], ['notify_on_release', '0'], ['release_agent', '']])
    const setting = (name: string) => () => new PseudoFile(sb, 0o644, () => `${values.get(name) ?? ''}\n`, (_task, bytes) => {
      values.set(name, decodeUtf8(bytes).trim())
      return bytes.length
    })
    const members = () => new PseudoFile(sb, 0o644, (reader) => [...kernel.tasks.values()].map((t) => t.numberIn(reader.pidNs)).filter((n) => n > 0).sort((a, b) => a - b).map((n) => `${n}\n`).join(''), () => {
      throw Errno.EINVAL
    })
    const root = new TableDir(sb, 0o555)
    root.add('cgroup.clone_children', setting('cgroup.clone_children')).add('cgroup.procs', members).add('cgroup.sane_behavior', () => new PseudoFile(sb, 0o444, () => '0\n'))
    root.add('notify_on_release', setting('notify_on_release')).add('release_agent', setting('release_agent')).add('tasks', members)
    return new Dentry('', undefined, root)
  })
}

const HIERARCHIES = new Room<Map<string, SimplePseudoSuperBlock>>('cgroup1')

export const CgroupV1Type: FileSystemType = {
  name: 'cgroup',
  isKernfs: true,
  requiresDevice: false,
  userNsMount: true,
  ownerOf: (task) => task.nsproxy.cgroup.owner ?? task.kernel.initUserNs,
  mount(task, _source, _flags, data): SuperBlock {
    const { kernel } = task
    if (task.nsproxy.cgroup !== kernel.initCgroupNs) throw Errno.EPERM
    const name = hierarchyName(data)
    const hierarchies = kernel.rooms.open(HIERARCHIES, () => new Map())
    const known = hierarchies.get(name)
    if (known !== undefined) return known
    const made = makeHierarchy(task)
    hierarchies.set(name, made)
    made.whenGone(() => hierarchies.delete(name))
    return made
  },
}
