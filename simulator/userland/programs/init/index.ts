// PID 1 of the simulated host: adopts orphans and waits for them, nothing else. It stands where Debian has systemd.
import { SIG_BLOCK, SIGCHLD, sigBit, WNOHANG } from '../../../abi/signal.ts'
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { sigaction, waitpid } from '../../libc/unistd.ts'
import { call } from '../../libc/syscall.ts'
import type { ProgramPackage } from '../../program-table.ts'

function* main(_c: Crt): Flow<number> {
  yield* call('rt_sigprocmask', SIG_BLOCK, sigBit(SIGCHLD))
  yield* sigaction(SIGCHLD, function* () {})
  for (;;) {
    const child = yield* waitpid(-1, WNOHANG)
    if (isErr(child) || child.pid === 0) yield* call('rt_sigsuspend', 0n)
  }
}

export const init: ProgramPackage = {
  name: 'init',
  version: '1',
  programs: [{ path: '/usr/sbin/init', program: program(main), summary: 'The first process: adopts what others leave behind' }],
}
