// /proc itself: the machine's files, `self`, and a directory for each process of the mount's PID namespace (fs/proc/root.c, base.c).
import { Errno } from '../../../abi/errno.ts'
import { type Dirent, DT_DIR, DT_LNK } from '../../../abi/stat.ts'
import type { Pid } from '../../pid.ts'
import type { Task } from '../../task.ts'
import { dropDentry } from '../../vfs/dentry.ts'
import type { Inode } from '../../vfs/inode.ts'
import { PseudoDir, PseudoLink, type TableDir } from '../pseudo/pseudo-inode.ts'
import { machineFiles } from './machine-files.ts'
import { PidDir } from './pid-dir.ts'
import { taskOf } from './proc-inode.ts'
import type { ProcSuperBlock } from './proc-super-block.ts'

const HIDEPID_INVISIBLE = 2
const SWEEP_EVERY = 256

export class ProcRoot extends PseudoDir {
  declare readonly sb: ProcSuperBlock
  #machine: TableDir | undefined
  readonly #self: PseudoLink
  readonly #threadSelf: PseudoLink
  #lookups = 0
  readonly #pids = new WeakMap<Pid, PidDir>()

  constructor(sb: ProcSuperBlock) {
    super(sb, 0o555)
    const own = (task: Task): string => {
      const nr = task.numberIn(sb.pidNs)
      if (nr === 0) throw Errno.ENOENT
      return String(nr)
    }
    this.#self = new PseudoLink(sb, own)
    this.#threadSelf = new PseudoLink(sb, (task) => `${own(task)}/task/${own(task)}`)
  }

  get #files(): TableDir {
    this.#machine ??= machineFiles(this.sb)
    return this.#machine
  }

  #process(name: string): Pid | undefined {
    if (!/^[1-9]\d{0,8}$/.test(name)) return undefined
    const pid = this.sb.pidNs.find(Number(name))
    return pid !== undefined && taskOf(pid) !== undefined ? pid : undefined
  }

  /** proc_flush_pid, now and then: forgets the names of processes that have gone. */
  #sweep(): void {
    if (++this.#lookups % SWEEP_EVERY !== 0) return
    for (const [name, dentry] of [...this.sb.root.children]) {
      if (dentry.inode instanceof PidDir && this.#process(name) !== dentry.inode.pid) dropDentry(dentry)
    }
  }

  override lookup(task: Task, name: string): Inode | undefined {
    this.#sweep()
    if (name === 'self') return this.#self
    if (name === 'thread-self') return this.#threadSelf
    const pid = this.#process(name)
    if (pid !== undefined) {
      return this.#isHidden(task, pid) ? undefined : this.#directory(pid)
    }
    return this.sb.onlyPids ? undefined : this.#files.lookup(task, name)
  }

  #directory(pid: Pid): PidDir {
    let dir = this.#pids.get(pid)
    if (dir === undefined) {
      dir = new PidDir(this.sb, pid, false)
      this.#pids.set(pid, dir)
    }
    return dir
  }

  /** hidepid=invisible and ptraceable: for others the process isn't there at all. */
  #isHidden(task: Task, pid: Pid): boolean {
    const target = taskOf(pid)
    return target !== undefined && !this.sb.showsProcess(task, target, HIDEPID_INVISIBLE)
  }

  override isStale(task: Task, name: string, child: Inode): boolean {
    if (!(child instanceof PidDir)) return false
    if (this.#process(name) !== child.pid) return true
    if (this.#isHidden(task, child.pid)) throw Errno.ENOENT
    child.refresh()
    return false
  }

  override *entries(task: Task): Iterable<Dirent> {
    const { pidNs } = this.sb
    if (!this.sb.onlyPids) yield* this.#files.entries(task)
    yield { ino: this.#self.ino, name: 'self', type: DT_LNK }
    yield { ino: this.#threadSelf.ino, name: 'thread-self', type: DT_LNK }
    for (const pid of pidNs.pids()) {
      const target = taskOf(pid)
      if (target === undefined || !this.sb.showsProcess(task, target, HIDEPID_INVISIBLE)) continue
      yield { ino: this.#directory(pid).ino, name: String(pid.numberIn(pidNs)), type: DT_DIR }
    }
  }
}
