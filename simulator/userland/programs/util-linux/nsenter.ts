// nsenter(1) of util-linux 2.38.1: runs a program in the namespaces of another process. Namespaces are entered in two passes, the user namespace
// only in the second: last if entering it gives rights away, first if the others could not be entered without it.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { CLONE_NEWPID, CLONE_NEWUSER } from '../../../abi/sched.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import { SIGCHLD, SIGCONT, SIGSTOP, WEXITSTATUS, WIFEXITED, WIFSIGNALED, WIFSTOPPED, WTERMSIG, WUNTRACED } from '../../../abi/signal.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, kill, open, sigaction, stat, waitpid } from '../../libc/unistd.ts'
import { die, execute, executeShell, option, signedNumber, unsignedNumber } from './common.ts'
import { NAMESPACE_FILES, type NamespaceFile } from './namespace-files.ts'
import { NSENTER_HELP } from './help/nsenter.ts'

export const NSENTER_OPTIONS: OptionTable = {
  short: '+ahVt:m::u::i::n::p::C::U::T::S:G:r::w::W:FZ',
    long: [
    { name: 'all', arg: 'none', is: 'a' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' },
    { name: 'target', arg: 'required', is: 't' }, { name: 'mount', arg: 'optional', is: 'm' }, { name: 'uts', arg: 'optional', is: 'u' },
    { name: 'ipc', arg: 'optional', is: 'i' }, { name: 'net', arg: 'optional', is: 'n' }, { name: 'pid', arg: 'optional', is: 'p' },
    { name: 'user', arg: 'optional', is: 'U' }, { name: 'cgroup', arg: 'optional', is: 'C' }, { name: 'time', arg: 'optional', is: 'T' },
    { name: 'setuid', arg: 'required', is: 'S' }, { name: 'setgid', arg: 'required', is: 'G' }, { name: 'root', arg: 'optional', is: 'r' },
    { name: 'wd', arg: 'optional', is: 'w' }, { name: 'wdns', arg: 'required', is: 'W' }, { name: 'no-fork', arg: 'none', is: 'F' },
    { name: 'preserve-credentials', arg: 'none' }, { name: 'follow-context', arg: 'none', is: 'Z' },
  ],
}

/** What is open so far, and what is still to be opened at the target. */
interface Entry {
  target: number
  readonly fds: Map<number, number>
  readonly wanted: Set<number>
  root: number
  wd: number
  wantRoot: boolean
  wantWd: boolean
  wdns: string | undefined
  all: boolean
  fork: boolean | undefined
  uid: number | undefined
  gid: number | undefined
  preserve: boolean
}

export function* nsenter(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, NSENTER_OPTIONS.short, NSENTER_OPTIONS.long, NSENTER_OPTIONS.unsimulatedShort)
  const e: Entry = {
    target: 0, fds: new Map(), wanted: new Set(), root: -1, wd: -1, wantRoot: false, wantWd: false, wdns: undefined, all: false, fork: undefined,
    uid: undefined, gid: undefined, preserve: false,
  }
  for (const event of parsed.options) {
    const { opt, arg } = yield* option(c, event, NSENTER_HELP)
    yield* take(c, e, opt, arg)
  }
  if (e.all) yield* wantAll(c, e)
  for (const file of NAMESPACE_FILES) if (e.wanted.has(file.flag)) e.fds.set(file.flag, yield* openTarget(c, e, file.name))
  if (e.wantRoot) e.root = yield* openTarget(c, e, 'root')
  if (e.wantWd) e.wd = yield* openTarget(c, e, 'cwd')

  let groupsKept = false
  if (e.fds.has(CLONE_NEWUSER) && !e.preserve) {
    e.uid ??= 0
    e.gid ??= 0
    // Tried outside and again inside: one of both is enough.
    groupsKept = isErr(yield* call('setgroups', []))
  }
  yield* enter(c, e)
  yield* changeDirectories(c, e)
  if (e.fork !== true) return yield* run(c, e, groupsKept, parsed.operands)
  return yield* continueAsChild(c, (child) => run(child, e, groupsKept, parsed.operands))
}

function* take(c: Crt, e: Entry, opt: string, arg: string | undefined): Flow<void> {
  const file = NAMESPACE_FILES.find((f) => f.letter === opt)
  if (file) {
    if (arg === undefined) e.wanted.add(file.flag)
    else e.fds.set(file.flag, yield* openTarget(c, e, file.name, arg))
    return
  }
  if (opt === 'a') e.all = true
  else if (opt === 't') e.target = (yield* signedNumber(c, arg ?? '', 'failed to parse pid')) >>> 0
  else if (opt === 'S') e.uid = yield* unsignedNumber(c, arg ?? '', 'failed to parse uid')
  else if (opt === 'G') e.gid = yield* unsignedNumber(c, arg ?? '', 'failed to parse gid')
  else if (opt === 'F') e.fork = false
  else if (opt === 'W') e.wdns = arg
  else if (opt === 'preserve-credentials') e.preserve = true
  else if (opt === 'r' && arg === undefined) e.wantRoot = true
  else if (opt === 'w' && arg === undefined) e.wantWd = true
  else if (opt === 'r') e.root = yield* openTarget(c, e, 'root', arg)
  else if (opt === 'w') e.wd = yield* openTarget(c, e, 'cwd', arg)
}

function* openTarget(c: Crt, e: Entry, name: string, path?: string): Flow<number> {
  const file = path ?? (e.target === 0 ? undefined : `/proc/${e.target}/${name}`)
  if (file === undefined) return yield* die(c, 1, `neither filename nor target pid supplied for ${name}`)
  const fd = yield* open(file, O_RDONLY)
  return isErr(fd) ? yield* die(c, 1, `cannot open ${file}`, fd) : fd
}

/** --all: every type but those named already; not one's own user namespace, since entering that is refused. */
function* wantAll(c: Crt, e: Entry): Flow<void> {
  if (e.target === 0) yield* die(c, 1, 'no target PID specified for --all')
  const self = (yield* call('getpid')) as number
  for (const file of NAMESPACE_FILES) if (!e.fds.has(file.flag) && (yield* isUsable(c, e, self, file))) e.wanted.add(file.flag)
}

function* isUsable(c: Crt, e: Entry, self: number, file: NamespaceFile): Flow<boolean> {
  const mine = yield* stat(`/proc/${self}/${file.name}`)
  if (mine === E.ENOENT) return false
  if (file.flag !== CLONE_NEWUSER) return true
  const path = `/proc/${e.target}/${file.name}`
  const theirs = yield* stat(path)
  if (isErr(theirs)) return yield* die(c, 1, `stat of ${path} failed`, theirs)
  return isErr(mine) || mine.ino !== theirs.ino
}

function* enter(c: Crt, e: Entry): Flow<void> {
  for (const pass of [0, 1]) {
    for (const file of NAMESPACE_FILES) {
      const fd = e.fds.get(file.flag)
      if (fd === undefined || (pass === 0 && file.flag === CLONE_NEWUSER)) continue
      if (file.flag === CLONE_NEWPID) e.fork ??= true
      const entered = yield* call('setns', fd, file.flag)
      if (isErr(entered)) {
        if (pass === 1) yield* die(c, 1, `reassociate to namespace '${file.name}' failed`, entered)
        continue
      }
      yield* close(fd)
      e.fds.delete(file.flag)
    }
  }
}

function* changeDirectories(c: Crt, e: Entry): Flow<void> {
  if (e.root >= 0 && e.wd < 0 && e.wdns === undefined) e.wd = yield* openDirectory(c, '.')
  if (e.root >= 0) {
    const moved = yield* call('fchdir', e.root)
    if (isErr(moved)) yield* die(c, 1, 'change directory by root file descriptor failed', moved)
    const rooted = yield* call('chroot', '.')
    if (isErr(rooted)) yield* die(c, 1, 'chroot failed', rooted)
    yield* call('chdir', '/')
    yield* close(e.root)
  }
  if (e.wdns !== undefined) e.wd = yield* openDirectory(c, e.wdns)
  if (e.wd >= 0) {
    const moved = yield* call('fchdir', e.wd)
    if (isErr(moved)) yield* die(c, 1, 'change directory by working directory file descriptor failed', moved)
    yield* close(e.wd)
  }
}

function* openDirectory(c: Crt, path: string): Flow<number> {
  const fd = yield* open(path, O_RDONLY)
  return isErr(fd) ? yield* die(c, 1, 'cannot open current working directory', fd) : fd
}

function* run(c: Crt, e: Entry, groupsKept: boolean, command: readonly string[]): Flow<number> {
  if (e.gid !== undefined) {
    const groups = yield* call('setgroups', [])
    if (isErr(groups) && groupsKept) return yield* die(c, 1, 'setgroups failed', groups)
    const gid = yield* call('setgid', e.gid)
    if (isErr(gid)) return yield* die(c, 1, 'setgid failed', gid)
  }
  if (e.uid !== undefined) {
    const uid = yield* call('setuid', e.uid)
    if (isErr(uid)) return yield* die(c, 1, 'setuid failed', uid)
  }
  return command.length > 0 ? yield* execute(c, command) : yield* executeShell(c)
}

/** A PID namespace is entered by children only. The parent stops, goes on and ends as the child does. */
function* continueAsChild(c: Crt, work: (child: Crt) => Flow<number>): Flow<number> {
  yield* sigaction(SIGCHLD, 'default')
  const pid = yield* forkChild(c, work)
  if (isErr(pid)) return yield* die(c, 1, 'fork failed', pid)
  const self = (yield* call('getpid')) as number
  for (;;) {
    const result = yield* waitpid(pid, WUNTRACED)
    if (isErr(result)) return 1
    if (WIFSTOPPED(result.status)) {
      yield* kill(self, SIGSTOP)
      yield* kill(pid, SIGCONT)
      continue
    }
    if (WIFEXITED(result.status)) return WEXITSTATUS(result.status)
    if (WIFSIGNALED(result.status)) yield* kill(self, WTERMSIG(result.status))
    return 1
  }
}
