// --seccomp FD and --add-seccomp-fd FD: compiled programs as libseccomp's seccomp_export_bpf writes them, struct sock_filter after struct sock_filter.
import { Errno, isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { PR_SET_SECCOMP, SECCOMP_MODE_FILTER, type SockFilter } from '../../../abi/seccomp.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { close, readToEnd } from '../../libc/unistd.ts'
import { die, must } from './die.ts'

const INSTRUCTION_SIZE = 8
const NO_FILTERS = 'Unable to set up system call filtering as requested: prctl(PR_SET_SECCOMP) reported EINVAL. '
  + '(Hint: this requires a kernel configured with CONFIG_SECCOMP and CONFIG_SECCOMP_FILTER.)'

function decode(data: Uint8Array): SockFilter[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const program: SockFilter[] = []
  for (let at = 0; at < data.length; at += INSTRUCTION_SIZE) {
    program.push({ code: view.getUint16(at, true), jt: data[at + 2], jf: data[at + 3], k: view.getUint32(at + 4, true) })
  }
  return program
}

export function* loadSeccomp(c: Crt, fds: readonly number[]): Flow<readonly (readonly SockFilter[])[]> {
  const programs: SockFilter[][] = []
  for (const fd of fds) {
    const data = yield* must(c, yield* readToEnd(fd), "Can't read seccomp data")
    if (data.length % INSTRUCTION_SIZE !== 0) yield* die(c, 'Invalid seccomp data, must be multiple of 8')
    programs.push(decode(data))
    yield* close(fd)
  }
  return programs
}

export function* applySeccomp(c: Crt, programs: readonly (readonly SockFilter[])[]): Flow<void> {
  for (const program of programs) {
    const applied = yield* call('prctl', PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)
    if (applied === Errno.EINVAL) yield* die(c, NO_FILTERS)
    if (isErr(applied)) yield* die(c, 'prctl(PR_SET_SECCOMP)', applied)
  }
}
