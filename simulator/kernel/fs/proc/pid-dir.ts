// The directory of one process, /proc/PID, and of its thread, /proc/PID/task/TID (fs/proc/base.c: tgid_base_stuff, tid_base_stuff).
import { Errno } from '../../../abi/errno.ts'
import { type Dirent, DT_DIR } from '../../../abi/stat.ts'
import type { Pid } from '../../pid.ts'
import type { Task } from '../../task.ts'
import type { Inode } from '../../vfs/inode.ts'
import { PID_ENTRIES, type PidEntry } from './pid-entries.ts'
import { PidSubDir, taskOf, updateOwner } from './proc-inode.ts'
import type { ProcSuperBlock } from './proc-super-block.ts'

const HIDEPID_NOACCESS = 1, HIDEPID_INVISIBLE = 2

export class PidDir extends PidSubDir {
  readonly #isThread: boolean
  readonly #made = new Map<string, Inode>()

  constructor(sb: ProcSuperBlock, pid: Pid, isThread: boolean) {
    super(sb, pid, 0o555)
    this.#isThread = isThread
    this.nlink = isThread ? 7 : 9
  }

  refresh(): void {
    const task = taskOf(this.pid)
    if (task !== undefined) updateOwner(this, task)
  }

  #has(entry: PidEntry): boolean {
    return (this.#isThread ? entry.onlyProcess : entry.onlyThread) !== true
  }

  #child(name: string): Inode | undefined {
    const made = this.#made.get(name)
    if (made !== undefined) return made
    if (name === 'task' && !this.#isThread) {
      const dir = new TaskDir(this.sb, this.pid)
      this.#made.set(name, dir)
      return dir
    }
    const entry = PID_ENTRIES.get(name)
    if (entry === undefined || !this.#has(entry)) return undefined
    const inode = entry.make(this.sb, this.pid)
    this.#made.set(name, inode)
    return inode
  }

  override lookup(_task: Task, name: string): Inode | undefined {
    const task = taskOf(this.pid)
    if (task === undefined) return undefined
    const inode = this.#child(name)
    if (inode !== undefined) updateOwner(inode, task)
    return inode
  }

  override *entries(_task: Task): Iterable<Dirent> {
    if (taskOf(this.pid) === undefined) return
    const taskDir = this.#child('task')
    if (taskDir !== undefined) yield { ino: taskDir.ino, name: 'task', type: DT_DIR }
    for (const [name, entry] of PID_ENTRIES) {
      if (!this.#has(entry)) continue
      const inode = this.#child(name)
      if (inode !== undefined) yield { ino: inode.ino, name, type: inode.mode >> 12 }
    }
  }

  /** proc_pid_permission: hidepid. */
  override extraPermission(task: Task): void {
    const target = taskOf(this.pid)
    if (target === undefined) throw Errno.ESRCH
    if (this.sb.showsProcess(task, target, HIDEPID_NOACCESS)) return
    throw this.sb.hidepid === HIDEPID_INVISIBLE ? Errno.ENOENT : Errno.EPERM
  }
}

/** /proc/PID/task: one thread. */
class TaskDir extends PidSubDir {
  readonly #thread: PidDir

  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, 0o555)
    this.nlink = 3
    this.#thread = new PidDir(sb, pid, true)
  }
  override lookup(_task: Task, name: string): Inode | undefined {
    return taskOf(this.pid) !== undefined && name === String(this.pid.numberIn(this.sb.pidNs)) ? this.#thread : undefined
  }
  override *entries(_task: Task): Iterable<Dirent> {
    if (taskOf(this.pid) === undefined) return
    yield { ino: this.#thread.ino, name: String(this.pid.numberIn(this.sb.pidNs)), type: DT_DIR }
  }
}
