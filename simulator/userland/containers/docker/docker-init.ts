// tini(1) 0.19, which Docker mounts into a container as /sbin/docker-init for --init: starts the program as its child, passes signals on to it,
// waits for every orphan that comes its way, and ends as the program ended.
import { isErr } from '../../../abi/errno.ts'
import { SIG_BLOCK, SIG_UNBLOCK, SIGCHLD, sigBit, SIGTTIN, SIGTTOU, WNOHANG } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, envStrings, program } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { execvpe, kill, waitpid } from '../../libc/unistd.ts'

const NOT_FORWARDED = new Set([4, 5, 6, 7, 8, 11, 17, SIGTTIN, SIGTTOU, 9, 19])

function* main(c: Crt): Flow<number> {
  const words = c.argv.slice(1)
  const args = words[0] === '--' ? words.slice(1) : words
  if (args.length === 0) {
    yield* c.stderr.write(`${c.name} (tini version 0.19.0)\nUsage: ${c.name} [OPTIONS] PROGRAM -- [ARGS] | --version\n\nExecute a program under the supervision of a valid init process (${c.name})\n`)
    return 1
  }
  if (args[0] === '--version') {
    yield* c.stdout.write('tini version 0.19.0\n')
    return 0
  }
  const forwarded = Array.from({ length: 31 }, (_, i) => i + 1).filter((n) => !NOT_FORWARDED.has(n))
  const all = forwarded.reduce((set, n) => set | sigBit(n), sigBit(SIGCHLD))
  yield* call('rt_sigprocmask', SIG_BLOCK, all)
  const child = yield* call('clone', 0, function* () {
    yield* call('setpgid', 0, 0)
    yield* call('rt_sigprocmask', SIG_UNBLOCK, all)
    const error = yield* execvpe(args[0], args, envStrings(c.env))
    yield* c.stderr.write(`[FATAL tini (${String(yield* call('getpid'))})] exec ${args[0]} failed: ${error.message}\n`)
    return error.name === 'ENOENT' ? 127 : error.name === 'EACCES' ? 126 : 1
  })
  if (isErr(child)) return 1
  for (;;) {
    const sig = yield* call('rt_sigtimedwait', all, { sec: 1, nsec: 0 })
    if (!isErr(sig) && sig !== SIGCHLD) yield* kill(child, sig)
    for (;;) {
      const dead = yield* waitpid(-1, WNOHANG)
      if (isErr(dead) || dead.pid === 0) break
      if (dead.pid !== child) continue
      const signal = dead.status & 0x7f
      return signal === 0 ? (dead.status >> 8) & 0xff : 128 + signal
    }
  }
}
export const dockerInit = program(main)
