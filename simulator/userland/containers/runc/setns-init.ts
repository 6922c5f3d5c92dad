// A further process in a running container before it is the user's program (libcontainer/setns_init_linux.go).
import type { Flow } from '../../../abi/syscalls.ts'
import { PR_SET_NO_NEW_PRIVS } from '../../../abi/sched.ts'
import { call } from '../../libc/syscall.ts'
import { check } from '../go-error.ts'
import { setUpConsole } from './console.ts'
import { lookPath } from '../go-exec.ts'
import { execute, finalizeNamespace } from './finalize.ts'
import type { InitContext } from './init.ts'
import { applyAppArmor, applySeccomp } from './lsm.ts'

/** Doesn't return unless something fails. */
export function* setnsInit(x: InitContext): Flow<number> {
  const { init } = x
  const { config } = init
  if (init.createConsole) yield* setUpConsole(x, false)
  if (init.noNewPrivileges) check(yield* call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 'prctl')
  if (!init.noNewPrivileges) yield* applySeccomp(config.seccomp)
  const env = yield* finalizeNamespace(init)
  yield* applyAppArmor(init.appArmorProfile, true)
  const name = yield* lookPath(init.args[0], env)
  if (init.noNewPrivileges) yield* applySeccomp(config.seccomp)
  yield* x.pipe.close()
  return yield* execute(x, name, env)
}
