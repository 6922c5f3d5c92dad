// AppArmor and seccomp of a container's process (libcontainer/apparmor, libcontainer/seccomp).
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_WRONLY } from '../../../abi/fcntl.ts'
import { PR_SET_SECCOMP, SECCOMP_MODE_FILTER } from '../../../abi/seccomp.ts'
import { call } from '../../libc/syscall.ts'
import { stat, writeFile } from '../../libc/unistd.ts'
import { fail, goText } from '../go-error.ts'
import { compileSeccomp } from '../seccomp-compile.ts'
import type { OciSeccomp } from '../seccomp-profile.ts'

/** The profile takes effect at execve(2). `bare`: exec says no more than what failed. */
export function* applyAppArmor(profile: string, bare = false): Flow<void> {
  if (profile === '') return
  const prefix = bare ? '' : 'unable to apply apparmor profile: '
  if (isErr(yield* stat('/sys/kernel/security/apparmor')) && isErr(yield* stat('/proc/self/attr/apparmor'))) fail(`${prefix}apparmor: config provided but apparmor not supported`)
  const file = isErr(yield* stat('/proc/self/attr/apparmor')) ? '/proc/self/attr/exec' : '/proc/self/attr/apparmor/exec'
  const written = yield* writeFile(file, `exec ${profile}`, O_WRONLY)
  if (isErr(written)) fail(`${prefix}apparmor failed to apply profile: write ${file}: ${goText(written)}`)
}

export function* applySeccomp(seccomp: unknown): Flow<void> {
  if (seccomp === null || seccomp === undefined) return
  let program
  try {
    program = compileSeccomp(seccomp as OciSeccomp)
  } catch (thrown) {
    return fail(`unable to init seccomp: ${thrown instanceof Error ? thrown.message : ''}`)
  }
  const set = yield* call('prctl', PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)
  if (isErr(set)) fail(`unable to init seccomp: error loading seccomp filter into kernel: error loading seccomp filter: ${goText(set)}`)
}
