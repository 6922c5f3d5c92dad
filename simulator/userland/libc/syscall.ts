// The gate to the kernel: yields one typed request. Everything else in userland goes through it.
import type { Flow, SyscallName, SyscallResult, Syscalls } from '../../abi/syscalls.ts'

/** syscall(2): makes one call and answers its result or an Errno. */
export function* call<K extends SyscallName>(nr: K, ...args: Parameters<Syscalls[K]>): Flow<SyscallResult<K>> {
  return (yield { nr, args }) as SyscallResult<K>
}
