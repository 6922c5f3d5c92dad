// pidfds (kernel/fork.c: pidfd_prepare, pidfd_open(2)): a descriptor for a process, readable (poll) once it has ended.
import { POLLIN } from '../../abi/fcntl.ts'
import type { Pid } from '../pid.ts'
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import type { Path } from '../vfs/path.ts'

export class PidFile extends File {
  readonly pid: Pid
  constructor(path: Path, flags: number, pid: Pid) {
    super(path, flags)
    this.pid = pid
  }
  get task(): Task | undefined {
    return this.pid.task
  }
  override poll(): number {
    const task = this.pid.task
    return task === undefined || !task.isAlive ? POLLIN : 0
  }
}
