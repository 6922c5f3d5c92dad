// Starts a program from outside the simulation, as a login program on the machine would: child of init, in its own session.
import { AT_FDCWD, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../abi/fcntl.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { PROGRAM_REPLACED } from '../kernel/scheduler.ts'
import { Session } from '../kernel/session.ts'
import { SignalState } from '../kernel/signals.ts'
import { execve } from '../kernel/task-exec.ts'
import { attachTask } from '../kernel/task-fork.ts'
import { joinGroup, joinSession } from '../kernel/task-groups.ts'
import type { Task } from '../kernel/task.ts'
import { openPath } from '../kernel/vfs/file-open.ts'
import { FdTable } from '../kernel/vfs/fd-table.ts'
import { LOOKUP_DIRECTORY, LOOKUP_FOLLOW, pathLookup } from '../kernel/vfs/path-walk.ts'
import { credOf, environmentOf, type Identity } from './identity.ts'

/** A new task for `who`, in their home, leader of its own session, not yet running anything. Its descriptors are empty. */
export function prepareTask(kernel: Kernel, init: Task, who: Identity): Task {
  const task = attachTask(
    {
      kernel, pid: kernel.initPidNs.allocPid(), parent: init, cred: credOf(kernel.initUserNs, who), nsproxy: init.nsproxy, fs: init.fs.copy(),
      files: new FdTable(), signals: new SignalState(), comm: init.comm,
    },
    init,
  )
  joinGroup(task, task.pid)
  joinSession(task, new Session(task.pid))
  task.fs.setCwd(pathLookup(task, AT_FDCWD, who.home, LOOKUP_FOLLOW | LOOKUP_DIRECTORY))
  task.fs.umask = 0o022
  return task
}

/** Replaces the task by a program and lets it run. Throws an Errno if it can't be executed. */
export function startProgram(task: Task, who: Identity, path: string, argv: readonly string[]): void {
  try {
    execve(task, AT_FDCWD, path, argv, environmentOf(who))
  } catch (thrown) {
    if (thrown !== PROGRAM_REPLACED) throw thrown
  }
  task.didExec = false
  task.kernel.scheduler.makeReady(task)
}

/** Starts a daemon: standard input from /dev/null, output into a log file. */
export function startService(kernel: Kernel, init: Task, who: Identity, path: string, argv: readonly string[], log: string): void {
  const task = prepareTask(kernel, init, who)
  const input = openPath(task, AT_FDCWD, '/dev/null', O_RDONLY, 0)
  const output = openPath(task, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  task.files.install(0, input, false)
  task.files.install(1, output, false)
  task.files.install(2, output.hold(), false)
  startProgram(task, who, path, argv)
}
