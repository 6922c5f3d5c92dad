// The container's first process before it is the user's program (libcontainer/standard_init_linux.go).
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_WRONLY } from '../../../abi/fcntl.ts'
import { PR_SET_NO_NEW_PRIVS } from '../../../abi/sched.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, writeAll, writeFile } from '../../libc/unistd.ts'
import { check, fail, goText } from '../go-error.ts'
import type { Sync } from './channel.ts'
import { hasNamespace } from './config.ts'
import { setUpConsole } from './console.ts'
import { lookPath } from '../go-exec.ts'
import { execute, finalizeNamespace } from './finalize.ts'
import { runHooks } from './hooks.ts'
import type { InitContext } from './init.ts'
import { setUpLoopback } from './loopback.ts'
import { applyAppArmor, applySeccomp } from './lsm.ts'
import { maskPath, makeReadonly } from './masked-paths.ts'
import { finalizeRootfs, prepareRootfs } from './rootfs.ts'

/** Doesn't return unless something fails. */
export function* standardInit(x: InitContext): Flow<number> {
  const { init, pipe } = x
  const { config } = init
  if (config.networks !== null) yield* setUpLoopback()
  yield* prepareRootfs(init, () => ask(x, 'procHooks'))
  if (init.createConsole) yield* setUpConsole(x, true)
  if (hasNamespace(config, 'NEWNS')) yield* finalizeRootfs(init)
  if (config.hostname !== '') check(yield* call('sethostname', config.hostname), 'sethostname')
  yield* applyAppArmor(init.appArmorProfile)
  for (const [key, value] of Object.entries(config.sysctl ?? {})) yield* writeSysctl(key, value)
  for (const path of config.readonly_paths ?? []) yield* makeReadonly(path)
  for (const path of config.mask_paths ?? []) yield* maskPath(path)
  if (init.noNewPrivileges) check(yield* call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 'prctl')
  yield* ask(x, 'procReady')
  if (!init.noNewPrivileges) yield* applySeccomp(config.seccomp)
  const env = yield* finalizeNamespace(init)
  const name = yield* lookPath(init.args[0], env)
  if (init.noNewPrivileges) yield* applySeccomp(config.seccomp)
  yield* pipe.close()
  if (x.fifoFd !== undefined) {
    // Sleeps until runc start opens the other end.
    const fd = check(yield* open(`/proc/self/fd/${x.fifoFd}`, O_WRONLY | O_CLOEXEC), 'open exec fifo')
    check(yield* writeAll(fd, encodeUtf8('0')), 'write 0 exec fifo')
    yield* close(fd)
    yield* close(x.fifoFd)
  }
  yield* runHooks(config.Hooks.startContainer, init.hookState)
  return yield* execute(x, name, env)
}

/** syncParentReady, syncParentHooks: tells runc and waits for its word to go on. */
function* ask({ pipe }: InitContext, type: 'procReady' | 'procHooks'): Flow<void> {
  yield* pipe.send({ type } satisfies Sync)
  if ((yield* pipe.receive()) === undefined) fail('EOF')
}

function* writeSysctl(key: string, value: string): Flow<void> {
  const file = `/proc/sys/${key.replaceAll('.', '/')}`
  const written = yield* writeFile(file, value, O_WRONLY)
  if (isErr(written)) fail(`open ${file}: ${goText(written)}`)
}
