// bwrap(1) of bubblewrap 0.8: runs a command in a sandbox made of namespaces and an empty tmpfs, without being setuid. The order of calls is the real one.
// Simpler: the monitor learns the command's exit status over a pipe and wait4, where the real one uses an eventfd and a signalfd; file locks are not taken.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_DIRECTORY, O_PATH, O_RDONLY } from '../../../abi/fcntl.ts'
import { MNT_DETACH, MS_BIND, MS_NODEV, MS_NOSUID, MS_PRIVATE, MS_REC, MS_SILENT, MS_SLAVE } from '../../../abi/mount.ts'
import {
  CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG,
} from '../../../abi/sched.ts'
import { SIG_BLOCK, SIG_UNBLOCK, SIGCHLD, SIGKILL, sigBit, WNOHANG } from '../../../abi/signal.ts'
import { forkChild } from '../../libc/fork.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { call } from '../../libc/syscall.ts'
import { close, execvpe, getcwd, isatty, mkdir, open, read, readFile, readlink, stat, waitpid } from '../../libc/unistd.ts'
import { type Crt, envStrings, exit } from '../../libc/crt.ts'
import { die, must } from './die.ts'
import { runInit } from './init.ts'
import { monitor, writeInfo } from './monitor.ts'
import { setUpNewRoot } from './new-root.ts'
import { parseOptions, type Settings, usage } from './options.ts'
import { dropBounding, dropPrivileges, raiseAmbient, setUpLoopback, writeAt, writeIdMaps } from './privileges.ts'
import { applySeccomp, loadSeccomp } from './seccomp-data.ts'

const BASE_PATH = '/tmp'

/** The sandbox as decided, before the first namespace is made. */
interface Plan {
  readonly s: Settings
  readonly realUid: number
  readonly realGid: number
  readonly uid: number
  readonly gid: number
  readonly newUser: boolean
  /** The capabilities the command ends with; undefined: nothing is changed (root who asked for nothing). */
  readonly keep: bigint | undefined
  readonly tty: string | undefined
  readonly procFd: number
}

const has = (s: Settings, name: string): boolean => s.switches.has(`--${name}`)

export function* bwrap(c: Crt): Flow<number> {
  const realUid = (yield* call('getuid')) as number
  const realGid = (yield* call('getgid')) as number
  const sets = yield* must(c, yield* call('capget', 0), 'capget failed')
  if (realUid !== 0 && sets.permitted !== 0n) yield* die(c, 'Unexpected capabilities but not setuid, old file caps config?')
  yield* must(c, yield* call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 'prctl(PR_SET_NO_NEW_PRIVS) failed')
  const tty = (yield* isatty(1)) ? yield* readlink('/proc/self/fd/1') : undefined
  const s = yield* parseOptions(c, realUid === 0 ? sets.effective : 0n)
  const newUser = yield* wantsUserNamespace(s, realUid)
  if (s.command.length === 0) yield* usage(c, 1)
  const uid = s.numbers.get('--uid') ?? realUid
  const gid = s.numbers.get('--gid') ?? realGid
  yield* checkCombinations(c, s, newUser, uid !== realUid, gid !== realGid)
  const procFd = yield* must(c, yield* open('/proc', O_PATH), "Can't open /proc")
  const keep = !s.capsAsked && realUid === 0 ? undefined : s.caps
  return yield* launch(c, { s, realUid, realGid, uid, gid, newUser, keep, tty: isErr(tty) ? undefined : tty, procFd })
}

/** Who is not root cannot do without one; --unshare-user-try takes one unless the administrator allows none. */
function* wantsUserNamespace(s: Settings, realUid: number): Flow<boolean> {
  if (has(s, 'unshare-user') || realUid !== 0) return true
  if (!has(s, 'unshare-user-try') || isErr(yield* stat('/proc/self/ns/user'))) return false
  return (yield* readFile('/proc/sys/user/max_user_namespaces')) !== '0\n'
}

function* checkCombinations(c: Crt, s: Settings, newUser: boolean, otherUid: boolean, otherGid: boolean): Flow<void> {
  if (has(s, 'disable-userns') && !has(s, 'unshare-user')) yield* die(c, '--disable-userns requires --unshare-user')
  if (!newUser && otherUid) yield* die(c, 'Specifying --uid requires --unshare-user or --userns')
  if (!newUser && otherGid) yield* die(c, 'Specifying --gid requires --unshare-user or --userns')
  if (!has(s, 'unshare-uts') && s.texts.has('--hostname')) yield* die(c, 'Specifying --hostname requires --unshare-uts')
  if (has(s, 'as-pid-1') && !has(s, 'unshare-pid')) yield* die(c, 'Specifying --as-pid-1 requires --unshare-pid')
  if (has(s, 'as-pid-1') && s.lockFiles.length > 0) yield* die(c, 'Specifying --as-pid-1 and --lock-file is not permitted')
}

function* cloneFlags(s: Settings, newUser: boolean): Flow<number> {
  let flags = CLONE_NEWNS | (newUser ? CLONE_NEWUSER : 0)
  if (has(s, 'unshare-pid')) flags |= CLONE_NEWPID
  if (has(s, 'unshare-net')) flags |= CLONE_NEWNET
  if (has(s, 'unshare-ipc')) flags |= CLONE_NEWIPC
  if (has(s, 'unshare-uts')) flags |= CLONE_NEWUTS
  const wantsCgroup = has(s, 'unshare-cgroup') || has(s, 'unshare-cgroup-try')
  if (wantsCgroup && !isErr(yield* stat('/proc/self/ns/cgroup'))) flags |= CLONE_NEWCGROUP
  return flags
}

function* launch(c: Crt, plan: Plan): Flow<number> {
  const { s } = plan
  const status = has(s, 'unshare-pid') && !has(s, 'as-pid-1') ? yield* must(c, yield* call('pipe2', O_CLOEXEC), 'eventfd()') : undefined
  yield* call('rt_sigprocmask', SIG_BLOCK, sigBit(SIGCHLD))
  for (;;) {
    const reaped = yield* waitpid(-1, WNOHANG)
    if (isErr(reaped) || reaped.pid === 0) break
  }
  const flags = yield* cloneFlags(s, plan.newUser)
  const go = yield* must(c, yield* call('pipe2', O_CLOEXEC), 'eventfd()')
  const pid = yield* forkChild(c, function* (child) {
    yield* close(go[1])
    if (status !== undefined) yield* close(status[0])
    for (const fd of [s.numbers.get('--info-fd'), s.numbers.get('--json-status-fd')]) if (fd !== undefined) yield* close(fd)
    yield* read(go[0], 1)
    yield* close(go[0])
    return yield* sandbox(child, plan, status?.[1])
  }, flags)
  if (isErr(pid)) return yield* cloneFailed(c, plan.newUser, pid)
  yield* close(go[0])
  if (status !== undefined) yield* close(status[1])
  yield* writeInfo(c, s.numbers, plan.procFd, pid, flags)
  yield* dropPrivileges(c, 0n)
  if (has(s, 'die-with-parent')) yield* call('prctl', PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
  yield* call('write', go[1], new Uint8Array([1]))
  yield* close(go[1])
  return yield* monitor(c, plan.procFd, pid, status?.[0], s.numbers.get('--json-status-fd'))
}

function* cloneFailed(c: Crt, newUser: boolean, error: E): Flow<never> {
  if (newUser && error === E.EINVAL) {
    yield* die(c, 'Creating new namespace failed, likely because the kernel does not support user namespaces.  bwrap must be installed setuid on such systems.')
  }
  if (newUser && error === E.EPERM) {
    yield* die(c, "No permissions to creating new namespace, likely because the kernel does not allow non-privileged user namespaces. On e.g. debian this can be enabled with 'sysctl kernel.unprivileged_userns_clone=1'.")
  }
  if (newUser && error === E.ENOSPC) yield* die(c, 'Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)')
  return yield* die(c, 'Creating new namespace failed', error)
}

/** The cloned child: everything from the id maps to the command. */
function* sandbox(c: Crt, plan: Plan, statusFd: number | undefined): Flow<number> {
  const { s, procFd } = plan
  if (plan.newUser) yield* dropBounding(c, s.caps)
  if (has(s, 'unshare-net')) yield* setUpLoopback(c)
  // devpts needs a mapped root, so with --dev the real ids come back in a second user namespace.
  const needsRoot = plan.newUser && s.ops.some((op) => op.type === 'dev')
  const innerUid = needsRoot ? 0 : plan.uid
  const innerGid = needsRoot ? 0 : plan.gid
  if (plan.newUser) yield* writeIdMaps(c, procFd, [innerUid, plan.realUid], [innerGid, plan.realGid], true)
  const oldUmask = (yield* call('umask', 0)) as number
  yield* resolveSources(c, s)
  const cwd = yield* getcwd()
  yield* enterNewRoot(c, plan)
  if (has(s, 'disable-userns')) yield* must(c, yield* writeAt(procFd, 'sys/user/max_user_namespaces', '1'), '/proc/sys/user/max_user_namespaces')
  if (plan.newUser && (innerUid !== plan.uid || innerGid !== plan.gid || has(s, 'disable-userns'))) {
    yield* must(c, yield* call('unshare', CLONE_NEWUSER), 'unshare user ns')
    yield* dropBounding(c, s.caps)
    yield* writeIdMaps(c, procFd, [plan.uid, innerUid], [plan.gid, innerGid], false)
  }
  if (has(s, 'assert-userns-disabled') && !isErr(yield* forkChild(c, function* () { return yield* exitNow() }, CLONE_NEWUSER))) {
    yield* die(c, 'creation of new user namespaces was not disabled as requested')
  }
  yield* dropPrivileges(c, plan.keep)
  const blockFd = s.numbers.get('--block-fd')
  if (blockFd !== undefined) {
    yield* read(blockFd, 1)
    yield* close(blockFd)
  }
  const filters = yield* loadSeccomp(c, s.seccompFds)
  yield* call('umask', oldUmask)
  yield* goHome(c, s, isErr(cwd) ? '/' : cwd)
  if (has(s, 'new-session')) yield* must(c, yield* call('setsid'), 'setsid')
  const needsInit = !has(s, 'as-pid-1') && (has(s, 'unshare-pid') || s.lockFiles.length > 0 || s.numbers.has('--sync-fd'))
  if (needsInit) {
    const pid = yield* must(c, yield* forkChild(c, (child) => command(child, plan, filters)), "Can't fork for pid 1")
    if (has(s, 'die-with-parent')) yield* call('prctl', PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    return yield* runInit(c, { procFd, statusFd, pid, lockFiles: s.lockFiles, filters, keepOpen: s.numbers.get('--sync-fd') })
  }
  return yield* command(c, plan, filters)
}

function* exitNow(): Flow<number> {
  yield* call('exit_group', 0)
  return 0
}

/** Sources are looked up outside, where symbolic links still mean what the user meant. */
function* resolveSources(c: Crt, s: Settings): Flow<void> {
  for (const op of s.ops) {
    if (op.type !== 'bind') continue
    const found = yield* canonicalize(op.asGiven)
    if (!isErr(found)) op.source = found
    else if (op.mayLack && found === E.ENOENT) op.source = undefined
    else yield* die(c, `Can't find source path ${op.asGiven}`, found)
  }
}

/** A tmpfs becomes the root, the old root moves below it, the new one is built, and then both are left behind. */
function* enterNewRoot(c: Crt, plan: Plan): Flow<void> {
  yield* must(c, yield* call('mount', '', '/', '', MS_SILENT | MS_SLAVE | MS_REC, ''), 'Failed to make / slave')
  yield* must(c, yield* call('mount', 'tmpfs', BASE_PATH, 'tmpfs', MS_NODEV | MS_NOSUID, ''), 'Failed to mount tmpfs')
  yield* must(c, yield* call('chdir', BASE_PATH), 'chdir base_path')
  yield* must(c, yield* mkdir('newroot', 0o755), 'Creating newroot failed')
  yield* must(c, yield* call('mount', 'newroot', 'newroot', '', MS_SILENT | MS_BIND | MS_REC, ''), 'setting up newroot bind')
  yield* must(c, yield* mkdir('oldroot', 0o755), 'Creating oldroot failed')
  yield* must(c, yield* call('pivot_root', BASE_PATH, 'oldroot'), 'pivot_root')
  yield* must(c, yield* call('chdir', '/'), 'chdir / (base path)')
  yield* setUpNewRoot({ c, procFd: plan.procFd, ownPids: has(plan.s, 'unshare-pid'), tty: plan.tty }, plan.s.ops)
  yield* must(c, yield* call('mount', 'oldroot', 'oldroot', '', MS_SILENT | MS_REC | MS_PRIVATE, ''), 'Failed to make old root rprivate')
  yield* must(c, yield* call('umount2', 'oldroot', MNT_DETACH), 'unmount old root')
  const oldRoot = yield* must(c, yield* open('/', O_DIRECTORY | O_RDONLY), "can't open /")
  yield* must(c, yield* call('chdir', '/newroot'), 'chdir /newroot')
  yield* must(c, yield* call('pivot_root', '.', '.'), 'pivot_root(/newroot)')
  yield* must(c, yield* call('fchdir', oldRoot), 'fchdir to oldroot')
  yield* must(c, yield* call('umount2', '.', MNT_DETACH), 'umount old root')
  yield* must(c, yield* call('chdir', '/'), 'chdir /')
  yield* close(oldRoot)
}

/** The directory to start in: the one asked for, else the old one, else home, else the root. */
function* goHome(c: Crt, s: Settings, old: string): Flow<void> {
  const asked = s.texts.get('--chdir')
  let now = '/'
  if (asked !== undefined) {
    yield* must(c, yield* call('chdir', asked), `Can't chdir to ${asked}`)
    now = asked
  } else {
    const home = c.env.get('HOME')
    if (!isErr(yield* call('chdir', old))) now = old
    else if (home !== undefined && !isErr(yield* call('chdir', home))) now = home
  }
  c.env.set('PWD', now)
}

function* command(c: Crt, plan: Plan, filters: Parameters<typeof applySeccomp>[1]): Flow<number> {
  const { s } = plan
  yield* close(plan.procFd)
  const sync = s.numbers.get('--sync-fd')
  if (sync !== undefined) yield* close(sync)
  yield* call('rt_sigprocmask', SIG_UNBLOCK, sigBit(SIGCHLD))
  if (has(s, 'die-with-parent')) yield* call('prctl', PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
  if (plan.keep !== undefined) yield* raiseAmbient(c, plan.keep)
  yield* applySeccomp(c, filters)
  const error = yield* execvpe(s.command[0], s.command, envStrings(c.env))
  yield* die(c, `execvp ${s.command[0]}`, error)
  return exit(1)
}
