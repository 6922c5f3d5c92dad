// What the kernel needs of the system call table without importing it.
import type { SyscallRequest } from '../abi/syscalls.ts'
import type { Task } from './task.ts'
import type { Sleepable } from './wait-queue.ts'

export interface SyscallDispatcher {
  /** Answers a request: a value, or a generator that may sleep. Throws an Errno to fail. */
  dispatch(task: Task, request: SyscallRequest): Sleepable<unknown>
}
