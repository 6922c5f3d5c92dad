// /proc/PID/net (fs/proc/proc_net.c): the network namespace of that process, so /proc/net is the reader's own.
import { Errno } from '../../../abi/errno.ts'
import { type Dirent, DT_REG } from '../../../abi/stat.ts'
import type { NetNamespace } from '../../net/net-namespace.ts'
import { PROC_NET_FILES } from '../../net/proc-net.ts'
import type { Pid } from '../../pid.ts'
import type { Task } from '../../task.ts'
import type { Inode } from '../../vfs/inode.ts'
import { PidFile, PidSubDir, taskOf } from './proc-inode.ts'
import type { ProcSuperBlock } from './proc-super-block.ts'

export class NetDir extends PidSubDir {
  readonly #made = new Map<string, Inode>()
  readonly #hidden: boolean

  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, 0o555)
    this.#hidden = sb.onlyPids
  }

  #netOf(target: Task): NetNamespace {
    if (!target.isAlive) throw Errno.EINVAL
    return target.nsproxy.net
  }
  #child(name: string): Inode | undefined {
    const show = PROC_NET_FILES.get(name)
    if (show === undefined || this.#hidden) return undefined
    let inode = this.#made.get(name)
    if (inode === undefined) {
      inode = new PidFile(this.sb, this.pid, name.startsWith('nf_conntrack') ? 0o440 : 0o444, (target) => show(this.#netOf(target)))
      this.#made.set(name, inode)
    }
    return inode
  }
  override lookup(_task: Task, name: string): Inode | undefined {
    return taskOf(this.pid)?.isAlive === true ? this.#child(name) : undefined
  }
  override *entries(_task: Task): Iterable<Dirent> {
    if (taskOf(this.pid)?.isAlive !== true) return
    for (const name of PROC_NET_FILES.keys()) {
      const inode = this.#child(name)
      if (inode !== undefined) yield { ino: inode.ino, name, type: DT_REG }
    }
  }
}
