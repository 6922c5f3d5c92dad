// The gate to the kernel: yields one typed request. Everything else in userland goes through it.
import type { OlderName } from '../../abi/syscall-numbers.ts'
import type { Flow, SyscallName, SyscallResult, Syscalls } from '../../abi/syscalls.ts'

/** syscall(2): makes one call and answers its result or an Errno. */
export function* call<K extends SyscallName>(nr: K, ...args: Parameters<Syscalls[K]>): Flow<SyscallResult<K>> {
  return (yield { nr, args }) as SyscallResult<K>
}

/** The same for a call that the C library makes by its older number. */
export function* callVia<K extends SyscallName>(via: OlderName, nr: K, ...args: Parameters<Syscalls[K]>): Flow<SyscallResult<K>> {
  return (yield { nr, args, via }) as SyscallResult<K>
}
