import { expect, test } from 'vitest'
import { AUDIT_ARCH_X86_64, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_THREAD, type SockFilter } from '../../abi/seccomp.ts'
import { SYSCALL_NUMBER_BY_NAME } from '../../abi/syscall-names.ts'
import { checkProgram, runProgram } from '../../kernel/security/bpf.ts'
import { compileSeccomp, compileSeccompProfile } from './seccomp-compile.ts'
import { DOCKER_DEFAULT_SECCOMP } from './seccomp-docker-default.ts'

const EPERM = SECCOMP_RET_ERRNO | 1
const ENOSYS = SECCOMP_RET_ERRNO | 38

function ask(program: readonly SockFilter[], name: string | number, ...args: readonly bigint[]): number {
  const data = new Uint32Array(16)
  data.set([typeof name === 'number' ? name : (SYSCALL_NUMBER_BY_NAME.get(name) ?? -1), AUDIT_ARCH_X86_64])
  for (const [i, arg] of args.entries()) data.set([Number(arg & 0xffffffffn), Number(arg >> 32n)], 4 + i * 2)
  return runProgram(program, data)
}

test('the numbers are those of x86-64', () => {
  expect(['read', 'mkdir', 'openat', 'seccomp', 'pidfd_send_signal', 'futex_waitv'].map((name) => SYSCALL_NUMBER_BY_NAME.get(name))).toEqual([0, 83, 257, 317, 424, 449])
})

test("Docker's default profile: what a container may do depends on its capabilities", () => {
  const plain = compileSeccompProfile(DOCKER_DEFAULT_SECCOMP, [])
  const admin = compileSeccompProfile(DOCKER_DEFAULT_SECCOMP, ['CAP_SYS_ADMIN'])
  checkProgram(plain)
  checkProgram(admin)
  expect(['read', 'openat', 'mkdir', 'mount', 'unshare', 'reboot', 'clone3', 'keyctl', 'bpf', 'ptrace'].map((name) => ask(plain, name)))
    .toEqual([SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW, EPERM, EPERM, EPERM, ENOSYS, EPERM, EPERM, SECCOMP_RET_ALLOW])
  expect(['mount', 'unshare', 'reboot', 'clone3', 'keyctl'].map((name) => ask(admin, name))).toEqual([SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW, EPERM, SECCOMP_RET_ALLOW, EPERM])
  expect([ask(plain, 'clone', 17n), ask(plain, 'clone', 0x10000011n), ask(admin, 'clone', 0x10000011n)]).toEqual([SECCOMP_RET_ALLOW, EPERM, SECCOMP_RET_ALLOW])
  expect([ask(plain, 'personality', 8n), ask(plain, 'personality', 9n), ask(plain, 'personality', 0xffffffffn)]).toEqual([SECCOMP_RET_ALLOW, EPERM, SECCOMP_RET_ALLOW])
  expect([ask(plain, 449), ask(plain, 450)]).toEqual([SECCOMP_RET_ALLOW, ENOSYS])
})

test('64-bit arguments are compared by halves', () => {
  const samples = [0n, 1n, 5n, 6n, 0x1_0000_0000n, 0x5_0000_0006n, 0x5_0000_0007n, 0x5_0000_0008n, 0x6_0000_0000n, 0xffffffffffffn]
  const value = 0x5_0000_0007n
  const rules: readonly [string, (a: bigint) => boolean][] = [
    ['EQ', (a) => a === value], ['NE', (a) => a !== value], ['LT', (a) => a < value], ['LE', (a) => a <= value], ['GT', (a) => a > value], ['GE', (a) => a >= value],
    ['MASKED_EQ', (a) => (a & value) === 6n],
  ]
  for (const [op, holds] of rules) {
    const arg = { index: 2, value: Number(value), valueTwo: 6, op: `SCMP_CMP_${op}` }
    const program = compileSeccomp({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_KILL', args: [arg] }] })
    checkProgram(program)
    expect([op, ...samples.map((a) => ask(program, 'mkdir', 0n, 0n, a) === SECCOMP_RET_KILL_THREAD)]).toEqual([op, ...samples.map(holds)])
  }
})
