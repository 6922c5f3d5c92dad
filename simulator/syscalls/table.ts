// The system call table: name → handler. A call that is in abi/syscalls.ts but not here answers ENOSYS, as on a kernel built without it.
import { Errno } from '../abi/errno.ts'
import { checkSeccomp } from '../kernel/security/seccomp.ts'
import type { SyscallDispatcher } from '../kernel/syscall-dispatcher.ts'
import type { Task } from '../kernel/task.ts'
import type { Sleepable } from '../kernel/wait-queue.ts'
import { attrSyscalls } from './attr.ts'
import { bpfSyscalls } from './bpf.ts'
import { credSyscalls } from './cred.ts'
import { dirSyscalls } from './dir.ts'
import { epollSyscalls } from './epoll.ts'
import { fdSyscalls } from './fd.ts'
import { fileSyscalls } from './file.ts'
import type { Handlers } from './handlers.ts'
import { ipcSyscalls } from './ipc.ts'
import { memorySyscalls } from './memory.ts'
import { mountSyscalls } from './mount.ts'
import { nsSyscalls } from './ns.ts'
import { processSyscalls } from './process.ts'
import { signalSyscalls } from './signal.ts'
import { socketSyscalls } from './socket.ts'
import { syslogSyscalls } from './syslog.ts'
import { timeSyscalls } from './time.ts'

const HANDLERS: Partial<Handlers> = {
  ...attrSyscalls, ...bpfSyscalls, ...credSyscalls, ...dirSyscalls, ...fdSyscalls, ...epollSyscalls, ...fileSyscalls, ...ipcSyscalls, ...memorySyscalls, ...mountSyscalls, ...nsSyscalls, ...processSyscalls, ...signalSyscalls, ...socketSyscalls, ...syslogSyscalls, ...timeSyscalls,
}

const table = new Map<string, (task: Task, ...args: readonly unknown[]) => Sleepable<unknown>>(
  Object.entries(HANDLERS) as [string, (task: Task, ...args: readonly unknown[]) => Sleepable<unknown>][],
)

export const dispatcher: SyscallDispatcher = {
  dispatch(task, request) {
    const handler = table.get(request.nr)
    if (task.seccomp !== undefined) {
      const answer = checkSeccomp(task, task.seccomp, request)
      if (answer !== undefined) return answer.result
    }
    if (handler === undefined) throw Errno.ENOSYS
    return handler(task, ...request.args)
  },
}
