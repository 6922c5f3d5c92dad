// /proc/PID/ns (fs/proc/namespaces.c): one magic link for each namespace of the process, and for those its children will get.
import { Errno } from '../../../abi/errno.ts'
import { type Dirent, DT_LNK } from '../../../abi/stat.ts'
import type { Namespace } from '../../ns/ns-common.ts'
import type { Pid } from '../../pid.ts'
import type { Task } from '../../task.ts'
import type { Inode } from '../../vfs/inode.ts'
import { nsPath } from '../nsfs.ts'
import { PidMagicLink, PidSubDir, taskOf } from './proc-inode.ts'
import type { ProcSuperBlock } from './proc-super-block.ts'

/** In the kernel's order. undefined: there is nothing to show (yet), the link can't be read. */
const LINKS: ReadonlyMap<string, (task: Task) => Namespace | undefined> = new Map<string, (task: Task) => Namespace | undefined>([
  ['net', (t) => alive(t)?.nsproxy.net],
  ['uts', (t) => alive(t)?.nsproxy.uts],
  ['ipc', (t) => alive(t)?.nsproxy.ipc],
  ['pid', (t) => t.pidNs],
  ['pid_for_children', (t) => pidForChildren(alive(t))],
  ['user', (t) => t.userNs],
  ['mnt', (t) => alive(t)?.nsproxy.mnt],
  ['cgroup', (t) => alive(t)?.nsproxy.cgroup],
  ['time', (t) => alive(t)?.nsproxy.time],
  ['time_for_children', (t) => alive(t)?.nsproxy.timeForChildren],
])

/** A zombie has left its namespaces already. */
const alive = (task: Task): Task | undefined => (task.isAlive ? task : undefined)

/** pidns_for_children_get: not before the namespace has an init. */
function pidForChildren(task: Task | undefined): Namespace | undefined {
  const ns = task?.nsproxy.pidForChildren
  return ns?.childReaper === undefined ? undefined : ns
}

export class NsDir extends PidSubDir {
  readonly #made = new Map<string, Inode>()

  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, 0o511)
  }

  override lookup(_task: Task, name: string): Inode | undefined {
    return taskOf(this.pid) === undefined ? undefined : this.#child(name)
  }
  #child(name: string): Inode | undefined {
    const find = LINKS.get(name)
    if (find === undefined) return undefined
    let inode = this.#made.get(name)
    if (inode === undefined) {
      const require = (target: Task): Namespace => {
        const ns = find(target)
        if (ns === undefined) throw Errno.ENOENT
        return ns
      }
      inode = new PidMagicLink(this.sb, this.pid, 0o777, { text: (target) => require(target).link, path: (target, reader) => nsPath(reader.kernel, require(target)) })
      this.#made.set(name, inode)
    }
    return inode
  }
  override *entries(_task: Task): Iterable<Dirent> {
    if (taskOf(this.pid) === undefined) return
    for (const name of LINKS.keys()) {
      const inode = this.#child(name)
      if (inode !== undefined) yield { ino: inode.ino, name, type: DT_LNK }
    }
  }
}
