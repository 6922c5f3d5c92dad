// The type of the system call table: one handler per call, with the arguments of abi/syscalls.ts after the calling task.
// A handler throws an Errno to fail, and a failed call changes nothing.
import type { SyscallName, Syscalls } from '../abi/syscalls.ts'
import type { Task } from '../kernel/task.ts'
import type { Sleepable } from '../kernel/wait-queue.ts'

export type Handlers = { [K in SyscallName]: (task: Task, ...args: Parameters<Syscalls[K]>) => Sleepable<ReturnType<Syscalls[K]>> }
