// `runc init` (libcontainer/nsenter/nsexec.c and *_init_linux.go): three stages make or join the namespaces, the last of them becomes the container's process.
// Each stage names itself, as ps -o comm shows. The bootstrap is JSON where the real one is netlink attributes.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { F_SETFD, FD_CLOEXEC, O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { CLONE_NEWCGROUP, CLONE_NEWUSER, CLONE_PARENT, PR_SET_DUMPABLE, PR_SET_NAME } from '../../../abi/sched.ts'
import { SIGHUP, SIGINT, SIGTERM } from '../../../abi/signal.ts'
import type { Crt } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, sigaction, writeFile } from '../../libc/unistd.ts'
import { O_WRONLY } from '../../../abi/fcntl.ts'
import { check, fail, GoError, goText } from '../go-error.ts'
import { type Bootstrap, Channel, type Sync } from './channel.ts'
import type { InitConfig } from './init-config.ts'
import { FIFO_FD } from './launch.ts'
import { setnsInit } from './setns-init.ts'
import { standardInit } from './standard-init.ts'
import { writeMaps } from './user-maps.ts'

export interface InitContext {
  readonly c: Crt
  readonly pipe: Channel
  readonly init: InitConfig
  /** The O_PATH descriptor of exec.fifo. */
  readonly fifoFd: number | undefined
  /** The socket that takes the container's terminal. */
  readonly consoleFd: number | undefined
}

/** Exit status of a Go program that a signal ends. */
const GO_SIGNALLED = 2

const envNumber = (c: Crt, name: string): number | undefined => {
  const text = c.env.get(name)
  return text === undefined ? undefined : Number(text)
}
const setName = (name: string): Flow<unknown> => call('prctl', PR_SET_NAME, name)

/** Stage 0: reads what is to be made, has it made by its sibling, tells runc the numbers, ends. */
export function* runInit(c: Crt): Flow<number> {
  const pipeFd = envNumber(c, '_LIBCONTAINER_INITPIPE')
  if (pipeFd === undefined) {
    yield* c.stderr.write('runc: init is started by runc only\n')
    return 1
  }
  yield* call('fcntl', pipeFd, F_SETFD, FD_CLOEXEC)
  const pipe = new Channel(pipeFd)
  const bootstrap = (yield* pipe.receive()) as Bootstrap | undefined
  if (bootstrap === undefined) return 1
  yield* setName('runc:[0:PARENT]')
  if (bootstrap.oomScoreAdj !== undefined) yield* writeFile('/proc/self/oom_score_adj', String(bootstrap.oomScoreAdj), O_WRONLY)
  yield* call('prctl', PR_SET_DUMPABLE, 0)
  const [mine, childs] = check(yield* call('socketpair', 'unix', 'stream|cloexec'), 'socketpair')
  const sync = new Channel(mine)
  const stage1 = yield* forkChild(c, (child) => runStage1(child, bootstrap, pipe, new Channel(childs)), CLONE_PARENT)
  yield* close(childs)
  try {
    check(stage1, 'nsexec: unable to spawn stage-1')
    yield* manage(bootstrap, sync, stage1 as number, pipe)
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown
    yield* pipe.send({ type: 'procError', message: thrown.message } satisfies Sync)
    return 1
  }
  return 0
}

/** Serves stage 1: id maps need the privileges that it gives up by entering the new user namespace. */
function* manage(bootstrap: Bootstrap, sync: Channel, stage1: number, pipe: Channel): Flow<void> {
  for (;;) {
    const message = (yield* sync.receive()) as { readonly maps?: true; readonly stage2?: number; readonly error?: string } | undefined
    if (message === undefined) return
    if (message.error !== undefined) fail(message.error)
    if (message.maps === true) {
      yield* writeMaps(bootstrap, stage1)
      yield* sync.send({})
    }
    if (message.stage2 !== undefined) {
      yield* pipe.send({ stage1, stage2: message.stage2 })
      return
    }
  }
}

/** Stage 1: joins, then makes namespaces; its child is the first process in a new PID namespace, and like itself a child of runc. */
function* runStage1(c: Crt, bootstrap: Bootstrap, pipe: Channel, sync: Channel): Flow<number> {
  yield* setName('runc:[1:CHILD]')
  try {
    yield* joinNamespaces(bootstrap.namespacePaths)
    if ((bootstrap.cloneFlags & CLONE_NEWUSER) !== 0) {
      check(yield* call('unshare', CLONE_NEWUSER), 'nsexec: failed to unshare user namespace')
      yield* call('prctl', PR_SET_DUMPABLE, 1)
      yield* sync.send({ maps: true })
      if ((yield* sync.receive()) === undefined) return 1
      yield* call('prctl', PR_SET_DUMPABLE, 0)
      check(yield* call('setresuid', 0, 0, 0), 'nsexec: failed to become root in user namespace')
    }
    check(yield* call('unshare', bootstrap.cloneFlags & ~(CLONE_NEWUSER | CLONE_NEWCGROUP)), 'nsexec: failed to unshare remaining namespaces')
    const stage2 = check(yield* forkChild(c, (child) => runStage2(child, bootstrap, pipe), CLONE_PARENT), 'nsexec: unable to spawn stage-2')
    yield* sync.send({ stage2 })
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown
    yield* sync.send({ error: thrown.message })
    return 1
  }
  return 0
}

/** All files are opened before the first is entered: afterwards the paths may mean something else. */
function* joinNamespaces(paths: readonly string[]): Flow<void> {
  const fds: number[] = []
  for (const path of paths) fds.push(check(yield* open(path, O_RDONLY | O_CLOEXEC), `nsexec: failed to open ${path}`))
  for (const [index, fd] of fds.entries()) {
    const entered = yield* call('setns', fd, 0)
    // The user namespace is joined only if it is another one.
    if (isErr(entered) && !(entered.name === 'EINVAL' && paths[index].endsWith('/user'))) fail(`nsexec: failed to setns into ${paths[index].slice(paths[index].lastIndexOf('/') + 1)} namespace: ${goText(entered)}`)
    yield* close(fd)
  }
}

/** Stage 2: a session of its own, root of whatever it is in; from here on it is Go. */
function* runStage2(c: Crt, bootstrap: Bootstrap, pipe: Channel): Flow<number> {
  yield* setName('runc:[2:INIT]')
  const consoleFd = envNumber(c, '_LIBCONTAINER_CONSOLE')
  const fifoFd = envNumber(c, '_LIBCONTAINER_FIFOFD') === undefined ? undefined : FIFO_FD
  for (const fd of [fifoFd, consoleFd]) if (fd !== undefined) yield* call('fcntl', fd, F_SETFD, FD_CLOEXEC)
  // The Go run time ends at these signals, also as PID 1, to which they would otherwise mean nothing.
  for (const sig of [SIGHUP, SIGINT, SIGTERM]) yield* sigaction(sig, () => call('exit_group', GO_SIGNALLED) as Flow<never>)
  try {
    check(yield* call('setsid'), 'nsexec: setsid failed')
    check(yield* call('setuid', 0), 'nsexec: setuid failed')
    check(yield* call('setgid', 0), 'nsexec: setgid failed')
    if (!bootstrap.isRootless && (bootstrap.cloneFlags & CLONE_NEWUSER) === 0) yield* call('setgroups', [])
    yield* pipe.receive()
    if ((bootstrap.cloneFlags & CLONE_NEWCGROUP) !== 0) check(yield* call('unshare', CLONE_NEWCGROUP), 'nsexec: failed to unshare cgroup namespace')
    const init = (yield* pipe.receive()) as InitConfig | undefined
    if (init === undefined) return 1
    const context: InitContext = { c, pipe, init, fifoFd, consoleFd }
    return yield* init.type === 'standard' ? standardInit(context) : setnsInit(context)
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown
    yield* pipe.send({ type: 'procError', message: thrown.message } satisfies Sync)
    return 1
  }
}
