// unshare(1) of util-linux 2.38.1: runs a program with namespaces of its own. The order of the calls is the real one, since what fails first
// is what a user reads. Simpler: parent and helper child synchronise over a pipe where the real one uses an eventfd.
import type { Flow } from '../../../abi/syscalls.ts'
import { CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLONE_NEWNS, CLONE_NEWUSER, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, PR_SET_PDEATHSIG } from '../../../abi/sched.ts'
import { CAP_LAST, capBit } from '../../../abi/capability.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_WRONLY } from '../../../abi/fcntl.ts'
import { MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC } from '../../../abi/mount.ts'
import { SA_RESTART, SIGCHLD, SIGINT, SIGTERM, SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK, sigBit, WEXITSTATUS, WIFEXITED, WIFSIGNALED, WTERMSIG } from '../../../abi/signal.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, kill, open, read, sigaction, stat, waitpid, writeAll } from '../../libc/unistd.ts'
import { die, execute, executeShell } from './common.ts'
import { layOutMap, type MapRange } from './id-map-ranges.ts'
import { NAMESPACE_FILES } from './namespace-files.ts'
import { parseUnshare, type UnshareRequest } from './unshare-options.ts'

/** A child that waits until release() is called, or is told nothing if its parent dies. */
interface WaitingChild {
  readonly pid: number
  readonly fd: number
}

export function* unshare(c: Crt): Flow<number> {
  const r = yield* parseUnshare(c)
  yield* sigaction(SIGCHLD, 'default', SA_RESTART)
  const binder = r.persist.size > 0 && (r.flags & CLONE_NEWNS) !== 0 ? yield* bindFromChild(c, r) : undefined
  const mapper = r.userRange || r.groupRange ? yield* mapFromChild(c, r) : undefined

  const result = yield* call('unshare', r.flags)
  if (isErr(result)) return yield* die(c, 1, 'unshare failed', result)
  if (mapper) yield* release(c, mapper)
  if (r.boottime !== undefined) yield* setTime(c, CLOCK_BOOTTIME, r.boottime)
  if (r.monotonic !== undefined) yield* setTime(c, CLOCK_MONOTONIC, r.monotonic)

  if (!r.fork) {
    yield* persist(c, r, binder)
    return yield* inside(c, r)
  }
  const oldMask = yield* call('rt_sigprocmask', SIG_BLOCK, sigBit(SIGINT) | sigBit(SIGTERM))
  const pid = yield* forkChild(c, function* (child) {
    if (!isErr(oldMask)) yield* call('rt_sigprocmask', SIG_SETMASK, oldMask)
    if (binder) yield* close(binder.fd)
    return yield* inside(child, r)
  })
  if (isErr(pid)) return yield* die(c, 1, 'fork failed', pid)
  yield* persist(c, r, binder)
  return yield* waitForProgram(c, pid)
}

/** Waits for the forked program and ends as it ended. */
function* waitForProgram(c: Crt, pid: number): Flow<number> {
  const result = yield* waitpid(pid)
  if (isErr(result)) return yield* die(c, 1, 'waitpid failed', result)
  if (WIFEXITED(result.status)) return WEXITSTATUS(result.status)
  if (WIFSIGNALED(result.status)) {
    const sig = WTERMSIG(result.status)
    // SIGKILL has no handler to reset, so a killed PID 1 ends here and not by the signal.
    const reset = yield* sigaction(sig, 'default')
    if (isErr(reset)) return yield* die(c, 1, 'sigprocmask unblock failed', reset)
    yield* call('rt_sigprocmask', SIG_UNBLOCK, sigBit(sig))
    yield* kill((yield* call('getpid')) as number, sig)
  }
  return yield* die(c, 1, 'child exit failed', E.EINVAL)
}

/** What happens inside the new namespaces, up to the program. */
function* inside(c: Crt, r: UnshareRequest): Flow<number> {
  if (r.killChild !== 0) {
    const set = yield* call('prctl', PR_SET_PDEATHSIG, r.killChild)
    if (isErr(set)) return yield* die(c, 1, 'prctl failed', set)
  }
  yield* mapSelf(c, r)
  if ((r.flags & CLONE_NEWNS) !== 0 && r.propagation !== 0) {
    const changed = yield* call('mount', 'none', '/', '', r.propagation, '')
    if (isErr(changed)) return yield* die(c, 1, 'cannot change root filesystem propagation', changed)
  }
  if (r.root !== undefined) {
    const rooted = yield* call('chroot', r.root)
    if (isErr(rooted)) return yield* die(c, 1, `cannot change root directory to '${r.root}'`, rooted)
  }
  const wd = r.wd ?? (r.root === undefined ? undefined : '/')
  if (wd !== undefined) {
    const moved = yield* call('chdir', wd)
    if (isErr(moved)) return yield* die(c, 1, `cannot chdir to '${wd}'`, moved)
  }
  if (r.proc !== undefined) yield* mountProc(c, r, r.proc)
  yield* becomeIds(c, r)
  if (r.keepCaps && (r.flags & CLONE_NEWUSER) !== 0) yield* permittedToAmbient(c)
  return r.command.length > 0 ? yield* execute(c, r.command) : yield* executeShell(c)
}

function* mapSelf(c: Crt, r: UnshareRequest): Flow<void> {
  if (r.mapUser !== undefined && !r.userRange) yield* writeProc(c, '/proc/self/uid_map', `${r.mapUser} ${r.euid} 1`)
  if (r.mapGroup !== undefined && !r.groupRange) {
    if (r.setgroups === 'allow') yield* die(c, 1, 'options --setgroups=allow and --map-group are mutually exclusive')
    yield* writeProc(c, '/proc/self/setgroups', 'deny', true)
    yield* writeProc(c, '/proc/self/gid_map', `${r.mapGroup} ${r.egid} 1`)
  }
  if (r.setgroups !== undefined) yield* writeProc(c, '/proc/self/setgroups', r.setgroups, true)
}

function* writeProc(c: Crt, file: string, text: string, mayLack = false): Flow<void> {
  const fd = yield* open(file, O_WRONLY)
  if (isErr(fd)) {
    if (mayLack && fd === E.ENOENT) return
    return yield* die(c, 1, `cannot open ${file}`, fd)
  }
  const n = yield* writeAll(fd, encodeUtf8(text))
  if (isErr(n)) yield* die(c, 1, `write failed ${file}`, n)
  yield* close(fd)
}

function* mountProc(c: Crt, r: UnshareRequest, dir: string): Flow<void> {
  if (r.root === undefined && r.propagation !== (MS_PRIVATE | MS_REC)) {
    const changed = yield* call('mount', 'none', dir, '', MS_PRIVATE | MS_REC, '')
    // A directory that is no mount point yet has no propagation to change.
    if (isErr(changed) && changed !== E.EINVAL) yield* die(c, 1, `cannot change ${dir} filesystem propagation`, changed)
  }
  const mounted = yield* call('mount', 'proc', dir, 'proc', MS_NOSUID | MS_NOEXEC | MS_NODEV, '')
  if (isErr(mounted)) yield* die(c, 1, `mount ${dir} failed`, mounted)
}

function* becomeIds(c: Crt, r: UnshareRequest): Flow<void> {
  if (r.gid !== undefined) {
    const groups = yield* call('setgroups', [])
    if (isErr(groups)) yield* die(c, 1, 'setgroups failed', groups)
    const gid = yield* call('setgid', r.gid)
    if (isErr(gid)) yield* die(c, 1, 'setgid failed', gid)
  }
  if (r.uid !== undefined) {
    const uid = yield* call('setuid', r.uid)
    if (isErr(uid)) yield* die(c, 1, 'setuid failed', uid)
  }
}

/** --keep-caps: makes the permitted capabilities survive execve without root. */
function* permittedToAmbient(c: Crt): Flow<void> {
  const sets = yield* call('capget', 0)
  if (isErr(sets)) return yield* die(c, 1, 'capget failed', sets)
  const set = yield* call('capset', { permitted: sets.permitted, effective: sets.effective, inheritable: sets.permitted })
  if (isErr(set)) return yield* die(c, 1, 'capset failed', set)
  for (let cap = 0; cap <= CAP_LAST; cap++) {
    if ((sets.permitted & capBit(cap)) === 0n) continue
    const raised = yield* call('prctl', PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0)
    if (isErr(raised)) return yield* die(c, 1, 'prctl(PR_CAP_AMBIENT) failed', raised)
  }
}

function* setTime(c: Crt, clock: number, offset: number): Flow<void> {
  const fd = yield* open('/proc/self/timens_offsets', O_WRONLY)
  if (isErr(fd)) return yield* die(c, 1, 'failed to open /proc/self/timens_offsets', fd)
  const n = yield* call('write', fd, encodeUtf8(`${clock} ${offset} 0`))
  if (isErr(n)) yield* die(c, 1, 'failed to write to /proc/self/timens_offsets', n)
  yield* close(fd)
}

/** Forks a child that waits for release() and then runs `work`. */
function* waitingChild(c: Crt, work: (child: Crt) => Flow<number>): Flow<WaitingChild> {
  const pipe = yield* call('pipe2', O_CLOEXEC)
  if (isErr(pipe)) return yield* die(c, 1, 'eventfd failed', pipe)
  const [readEnd, writeEnd] = pipe
  const pid = yield* forkChild(c, function* (child) {
    yield* close(writeEnd)
    const go = yield* read(readEnd, 1)
    if (isErr(go) || go.length === 0) return 1
    yield* close(readEnd)
    return yield* work(child)
  })
  if (isErr(pid)) return yield* die(c, 1, 'fork failed', pid)
  yield* close(readEnd)
  return { pid, fd: writeEnd }
}

/** Lets the child work, waits for it, and ends with its status if it failed. */
function* release(c: Crt, child: WaitingChild): Flow<void> {
  yield* writeAll(child.fd, new Uint8Array([6]))
  yield* close(child.fd)
  yield* waitForSuccess(c, child.pid)
}

function* waitForSuccess(c: Crt, pid: number): Flow<void> {
  for (;;) {
    const result = yield* waitpid(pid)
    if (result === E.EINTR) continue
    if (isErr(result)) return yield* die(c, 1, 'waitpid failed', result)
    if (WIFEXITED(result.status) && WEXITSTATUS(result.status) !== 0) return exit(WEXITSTATUS(result.status))
    return
  }
}

function* persist(c: Crt, r: UnshareRequest, binder: WaitingChild | undefined): Flow<void> {
  if (r.persist.size === 0) return
  if (binder) yield* release(c, binder)
  else yield* bindFiles(c, r, (yield* call('getpid')) as number)
}

/** Bind-mounts the namespaces of `pid` on the files the user named. */
function* bindFiles(c: Crt, r: UnshareRequest, pid: number): Flow<void> {
  for (const file of NAMESPACE_FILES) {
    const target = r.persist.get(file.flag)
    if (target === undefined) continue
    const source = `/proc/${pid}/${file.forChildren ?? file.name}`
    const bound = yield* call('mount', source, target, '', MS_BIND, '')
    if (isErr(bound)) yield* die(c, 1, `mount ${source} on ${target} failed`, bound)
  }
}

/** With a new mount namespace the bind mounts have to be made by somebody who stayed in the old one. */
function* bindFromChild(c: Crt, r: UnshareRequest): Flow<WaitingChild> {
  const pid = (yield* call('getpid')) as number
  const before = yield* mountNamespace(c, pid)
  return yield* waitingChild(c, function* (child) {
    if ((yield* mountNamespace(child, pid)) === before) return 1
    yield* bindFiles(child, r, pid)
    return 0
  })
}

function* mountNamespace(c: Crt, pid: number): Flow<number> {
  const path = `/proc/${pid}/ns/mnt`
  const st = yield* stat(path)
  return isErr(st) ? yield* die(c, 1, `stat of ${path} failed`, st) : st.ino
}

/** newuidmap and newgidmap must run outside: inside they would have no power over the outer ids. */
function* mapFromChild(c: Crt, r: UnshareRequest): Flow<WaitingChild> {
  const ppid = (yield* call('getpid')) as number
  const single = (inner: number | undefined, outer: number): { inner: number; outer: number } | undefined => (inner === undefined ? undefined : { inner, outer })
  return yield* waitingChild(c, function* (child) {
    const { userRange, groupRange } = r
    if (userRange && groupRange) {
      const pid = yield* forkChild(child, (grandchild) => runMapper(grandchild, 'newuidmap', ppid, userRange, single(r.mapUser, r.euid)))
      if (isErr(pid)) return yield* die(child, 1, 'fork failed', pid)
      yield* waitForSuccess(child, pid)
    } else if (userRange) return yield* runMapper(child, 'newuidmap', ppid, userRange, single(r.mapUser, r.euid))
    return groupRange ? yield* runMapper(child, 'newgidmap', ppid, groupRange, single(r.mapGroup, r.egid)) : 0
  })
}

function* runMapper(c: Crt, mapper: string, pid: number, range: MapRange, single: { inner: number; outer: number } | undefined): Flow<number> {
  const ranges = layOutMap(range, single).flatMap((m) => [String(m.inner), String(m.outer), String(m.count)])
  return yield* execute(c, [mapper, String(pid), ...ranges])
}
