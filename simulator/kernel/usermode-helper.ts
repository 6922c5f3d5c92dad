// Programs that the kernel itself starts (kernel/umh.c): as root, outside of every container, children of kthreadd's workers.
import type { SyscallRequest } from '../abi/syscalls.ts'
import { initCred } from './cred/cred.ts'
import type { Kernel } from './kernel.ts'
import { SignalState } from './signals.ts'
import { attachTask, startFlow } from './task-fork.ts'
import type { Task } from './task.ts'
import { FdTable } from './vfs/fd-table.ts'

const KTHREADD = 2
const EXEC_FAILED = 127

/** Starts a program; `files` are its open files. Throws what allocating a PID throws; undefined before there is an init. */
export function startHelper(kernel: Kernel, argv: readonly string[], env: readonly string[], files = new FdTable()): Task | undefined {
  const init = kernel.initTask
  if (init === undefined) return undefined
  const helper = attachTask(
    {
      kernel, pid: kernel.initPidNs.allocPid(), parent: kernel.tasks.get(KTHREADD), cred: initCred(kernel.initUserNs), nsproxy: init.nsproxy, fs: init.fs.copy(), files,
      signals: new SignalState(), comm: 'kworker/u2:0',
    },
    undefined,
  )
  startFlow(helper, runHelper(argv, env))
  kernel.trace.emit('task.fork', init, { child: helper.globalPid, pids: helper.pid.numbers.map((n) => n.nr), flags: 0 })
  kernel.scheduler.makeReady(helper)
  return helper
}

function* runHelper(argv: readonly string[], env: readonly string[]): Generator<SyscallRequest, number, unknown> {
  yield { nr: 'execve', args: [argv[0], argv, env] }
  return EXEC_FAILED
}
