// The parent's half of starting a process in a container (libcontainer: initProcess.start, setnsProcess.start): `runc init` is started and put into the
// cgroup, told what to make, and waited for until it is ready to become the user's program.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { F_DUPFD_CLOEXEC } from '../../../abi/fcntl.ts'
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS, type RlimitName } from '../../../abi/sched.ts'
import type { Crt } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, waitpid } from '../../libc/unistd.ts'
import { check, fail } from '../go-error.ts'
import { applyCgroup, joinCgroup } from './cgroup.ts'
import { type Bootstrap, Channel, type StagePids, type Sync } from './channel.ts'
import { type ContainerConfig, type IdMapping, makesNamespace, type NamespaceName } from './config.ts'
import type { InitConfig } from './init-config.ts'
import type { RlimitConfig } from './config.ts'

export const INIT_PIPE_FD = 3
export const FIFO_FD = 4
export const CONSOLE_FD = 5

const FLAGS: Readonly<Record<NamespaceName, number>> = {
  NEWNS: CLONE_NEWNS, NEWUTS: CLONE_NEWUTS, NEWIPC: CLONE_NEWIPC, NEWUSER: CLONE_NEWUSER, NEWPID: CLONE_NEWPID, NEWNET: CLONE_NEWNET, NEWCGROUP: CLONE_NEWCGROUP,
}
/** NamespaceTypes(): the user namespace first, since it decides about the others. */
const JOIN_ORDER: readonly NamespaceName[] = ['NEWUSER', 'NEWIPC', 'NEWUTS', 'NEWNET', 'NEWPID', 'NEWNS', 'NEWCGROUP']

const mapText = (mappings: readonly IdMapping[] | null): string => (mappings ?? []).map((m) => `${m.container_id} ${m.host_id} ${m.size}\n`).join('')

export function initBootstrap(config: ContainerConfig): Bootstrap {
  const makes = config.namespaces.filter(({ path }) => path === '')
  const makesUser = makesNamespace(config, 'NEWUSER')
  return {
    cloneFlags: makes.reduce((flags, { type }) => flags | FLAGS[type], 0),
    namespacePaths: JOIN_ORDER.flatMap((type) => config.namespaces.filter((ns) => ns.type === type && ns.path !== '').map(({ path }) => path)),
    uidMap: makesUser ? mapText(config.uid_mappings) : '', gidMap: makesUser ? mapText(config.gid_mappings) : '', isRootless: config.rootless_euid === true,
    oomScoreAdj: config.oom_score_adj,
  }
}

/** exec joins everything the container has. */
export function setnsBootstrap(config: ContainerConfig, paths: Readonly<Record<string, string>>): Bootstrap {
  const names = JOIN_ORDER.filter((type) => config.namespaces.some((ns) => ns.type === type))
  return { cloneFlags: 0, namespacePaths: names.map((type) => paths[type]), uidMap: '', gidMap: '', isRootless: config.rootless_euid === true, oomScoreAdj: config.oom_score_adj }
}

/** Descriptors the container's process gets as 0, 1 and 2; the end of a console socket if it is to make a terminal. */
export interface Stdio {
  readonly fds: readonly [number, number, number]
  readonly console: number | undefined
  /** Ends that only the child needs: closed in the parent once it has them. */
  readonly closeAfter: readonly number[]
}

export interface Launch {
  readonly config: ContainerConfig
  readonly init: InitConfig
  readonly bootstrap: Bootstrap
  readonly stdio: Stdio
  readonly cgroup: string
  readonly fifoFd: number | undefined
  /** Called between `runc init` having made the mounts and its leaving the old root; the container's PID is known. */
  readonly onHooks: (pid: number) => Flow<void>
  readonly onReady: (pid: number) => Flow<void>
}

/** Answers the PID of the process. Throws what kept it from starting, in the words of whoever found it. */
export function* launch(c: Crt, l: Launch): Flow<number> {
  const [ours, theirs] = check(yield* call('socketpair', 'unix', 'stream|cloexec'), 'unable to create init pipe')
  const stage0 = check(yield* forkChild(c, () => execInit(l, theirs)), 'unable to start init')
  yield* close(theirs)
  for (const fd of l.stdio.closeAfter) yield* close(fd)
  const pipe = new Channel(ours)
  let pid = 0
  try {
    if (l.init.type === 'standard') yield* applyTo(l, stage0)
    else yield* enter(l, stage0)
    yield* pipe.send(l.bootstrap)
    const stages = (yield* pipe.receive()) as StagePids | Sync | undefined
    if (stages !== undefined && 'message' in stages) fail(stages.message ?? '')
    if (stages === undefined || !('stage2' in stages)) fail("can't get final child's PID from pipe: EOF")
    pid = (stages as StagePids).stage2
    yield* reap(stage0)
    yield* reap((stages as StagePids).stage1)
    yield* pipe.send({ type: 'createCgroupns' })
    if (l.init.type === 'setns') yield* setRlimits(l.init.rlimits, pid)
    yield* pipe.send(l.init)
    yield* converse(l, pipe, pid)
  } catch (thrown) {
    yield* pipe.close()
    yield* call('kill', pid === 0 ? stage0 : pid, 9)
    yield* reap(pid === 0 ? stage0 : pid)
    throw thrown
  }
  yield* pipe.close()
  return pid
}

function* applyTo(l: Launch, pid: number): Flow<void> {
  const config = l.config.cgroups
  try {
    yield* applyCgroup(config, l.cgroup, pid)
  } catch (thrown) {
    fail(`unable to apply cgroup configuration: ${(thrown as { message: string }).message}`)
  }
}

function* enter(l: Launch, pid: number): Flow<void> {
  if (l.config.rootless_cgroups === true) return
  try {
    yield* joinCgroup(l.cgroup, pid)
  } catch (thrown) {
    fail(`error adding pid ${pid} to cgroups: failed to write ${(thrown as { message: string }).message}`)
  }
}

/** The child becomes `runc init`: descriptors in their places, everything else closes. */
function* execInit(l: Launch, pipe: number): Flow<number> {
  const wanted: [number, number][] = [[0, l.stdio.fds[0]], [1, l.stdio.fds[1]], [2, l.stdio.fds[2]], [INIT_PIPE_FD, pipe]]
  if (l.fifoFd !== undefined) wanted.push([FIFO_FD, l.fifoFd])
  if (l.stdio.console !== undefined) wanted.push([CONSOLE_FD, l.stdio.console])
  // First out of the way of each other, then into place.
  const moved: [number, number][] = []
  for (const [target, fd] of wanted) moved.push([target, check(yield* call('fcntl', fd, F_DUPFD_CLOEXEC, 10), 'dup')])
  for (const [target, fd] of moved) check(yield* call('dup2', fd, target), 'dup2')
  const env = [`_LIBCONTAINER_INITPIPE=${INIT_PIPE_FD}`, `_LIBCONTAINER_INITTYPE=${l.init.type}`]
  if (l.fifoFd !== undefined) env.push(`_LIBCONTAINER_FIFOFD=${FIFO_FD}`)
  if (l.stdio.console !== undefined) env.push(`_LIBCONTAINER_CONSOLE=${CONSOLE_FD}`)
  yield* call('execve', '/proc/self/exe', ['runc', 'init'], env)
  return 1
}

function* reap(pid: number): Flow<void> {
  for (;;) {
    const result = yield* waitpid(pid)
    if (!isErr(result) || result.name !== 'EINTR') return
  }
}

/** parseSync: answers each step of the child until it closes the pipe, which means that all went well. */
function* converse(l: Launch, pipe: Channel, pid: number): Flow<void> {
  let isReady = l.init.type === 'setns'
  for (;;) {
    const sync = (yield* pipe.receive()) as Sync | undefined
    if (sync === undefined) break
    if (sync.type === 'procReady') {
      yield* setRlimits(l.init.rlimits, pid)
      yield* l.onReady(pid)
      isReady = true
      yield* pipe.send({ type: 'procRun' })
    } else if (sync.type === 'procHooks') {
      yield* l.onHooks(pid)
      yield* pipe.send({ type: 'procResume' })
    } else if (sync.type === 'procError') fail(isReady ? sync.message ?? '' : `error during container init: ${sync.message}`)
  }
  if (!isReady) fail('error during container init: EOF')
}

function* setRlimits(rlimits: readonly RlimitConfig[], pid: number): Flow<void> {
  for (const { type, soft, hard } of rlimits) {
    const limit = { soft: unlimited(soft), hard: unlimited(hard) }
    check(yield* call('prlimit64', pid, type as RlimitName, limit), `error setting rlimits for ready process: error setting rlimit type ${type}`)
  }
}
/** RLIM_INFINITY is the largest 64-bit number in config.json. */
const unlimited = (value: number): number => (value >= Number.MAX_SAFE_INTEGER || value < 0 ? Infinity : value)
