// struct seccomp_data of a call: the number it was made by and its arguments as registers would hold them. Pointers are addresses no filter can look behind.
import { OLDER_NUMBERS, SYSCALL_NUMBERS } from '../../abi/syscall-numbers.ts'
import type { SyscallRequest } from '../../abi/syscalls.ts'

const NUMBERS = new Map<string, number>(Object.entries(SYSCALL_NUMBERS))
const SIGCHLD = 17
/** Stands for any address in user space. */
const POINTER = 0x7f000000
const ARGUMENTS = 6

/** What socket(2) takes by number. */
const SOCKET_WORDS = new Map<string, number>([
  ['unix', 1], ['inet', 2], ['inet6', 10], ['netlink', 16], ['packet', 17], ['stream', 1], ['dgram', 2], ['raw', 3], ['seqpacket', 5],
])

export const numberOf = (request: SyscallRequest): number => (request.via === undefined ? (NUMBERS.get(request.nr) ?? -1) : OLDER_NUMBERS[request.via])

/** Six 64-bit arguments as twelve words, low ones first. */
export function argumentWords(request: SyscallRequest): Uint32Array {
  const words = new Uint32Array(ARGUMENTS * 2)
  const { nr, via, args } = request
  const isSocket = nr === 'socket' || nr === 'socketpair'
  let at = 0
  for (const arg of args) {
    // The older calls have no directory descriptors.
    if (via !== undefined && typeof arg === 'number' && arg === -100) continue
    if (at >= ARGUMENTS) break
    const value = typeof arg === 'number' ? arg : typeof arg === 'boolean' ? Number(arg) : arg === undefined ? 0 : isSocket ? (SOCKET_WORDS.get(String(arg)) ?? 0) : POINTER
    words[at * 2] = value >>> 0
    words[at * 2 + 1] = value > 0xffffffff ? Math.floor(value / 2 ** 32) : 0
    at++
  }
  if (nr === 'clone') words[0] |= SIGCHLD
  return words
}
