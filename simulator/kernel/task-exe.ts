// The file a task runs (mm->exe_file, /proc/PID/exe).
import type { Task } from './task.ts'
import { allowWriteAccess, denyWriteAccess } from './vfs/exec-file.ts'
import type { Path } from './vfs/path.ts'

/** Moves /proc/PID/exe: the running file stays mounted and can't be written (ETXTBSY). */
export function setExe(task: Task, path: Path | undefined): void {
  if (path !== undefined) {
    path.mount.pin()
    denyWriteAccess(path.dentry.inode)
  }
  if (task.exe !== undefined) {
    allowWriteAccess(task.exe.dentry.inode)
    task.exe.mount.unpin()
  }
  task.exe = path
}
