// How sudo runs a command: as a child that it watches. It stops and ends as the command does. exec-pty.ts does it on a terminal of its own.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, type Errno, isErr } from '../../../abi/errno.ts'
import { SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGSTOP, SIGTERM, SIGUSR1, SIGUSR2, SIG_UNBLOCK, sigBit, WEXITSTATUS, WIFEXITED, WIFSTOPPED, WTERMSIG, WUNTRACED } from '../../../abi/signal.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { kill, sigaction, waitpid } from '../../libc/unistd.ts'

export interface RunDetails {
  readonly path: string
  readonly argv: readonly string[]
  readonly env: ReadonlyMap<string, string>
  readonly uid: number
  readonly gid: number
  /** Undefined: keep those of the invoking user (-P). */
  readonly groups: readonly number[] | undefined
  readonly cwd: string | undefined
}

/** In the child: take the target's ids and run; a file without an interpreter goes to /bin/sh. */
export function* runCommand(c: Crt, d: RunDetails): Flow<number> {
  if (d.groups !== undefined) {
    const groups = yield* call('setgroups', d.groups)
    if (isErr(groups)) return yield* failed(c, 'unable to set supplementary group IDs', groups)
  }
  const gid = yield* call('setresgid', d.gid, d.gid, d.gid)
  if (isErr(gid)) return yield* failed(c, `unable to set effective gid to runas gid ${d.gid}`, gid)
  if (d.cwd !== undefined) {
    const moved = yield* call('chdir', d.cwd)
    if (isErr(moved)) yield* warn(c, `unable to change directory to ${d.cwd}`, moved)
  }
  const uid = yield* call('setresuid', d.uid, d.uid, d.uid)
  if (isErr(uid)) return yield* failed(c, `unable to change to runas uid (${d.uid}, ${d.uid})`, uid)
  const env = envStrings(d.env)
  let error: Errno | never = yield* call('execve', d.path, d.argv, env)
  if (error === E.ENOEXEC) error = yield* call('execve', '/bin/sh', ['sh', d.path, ...d.argv.slice(1)], env)
  return yield* failed(c, `unable to execute ${d.path}`, error)
}

function* failed(c: Crt, message: string, errno: Errno): Flow<number> {
  yield* warn(c, message, errno)
  return 1
}

/** Ends this process the way the command ended. */
export function* endAs(status: number): Flow<number> {
  if (WIFEXITED(status)) return WEXITSTATUS(status)
  const sig = WTERMSIG(status)
  yield* sigaction(sig, 'default')
  yield* call('rt_sigprocmask', SIG_UNBLOCK, sigBit(sig))
  yield* kill((yield* call('getpid')) as number, sig)
  return sig | 128
}

/** Without a terminal: the command is a child in the same session and process group. */
export function* executeNoPty(c: Crt, d: RunDetails): Flow<number> {
  const pid = yield* forkChild(c, (child) => runCommand(child, d))
  if (isErr(pid)) return yield* failed(c, 'unable to fork', pid)
  // The keyboard's signals reach the command by itself; others are handed on.
  for (const sig of [SIGINT, SIGQUIT]) yield* sigaction(sig, function* ignore() {})
  for (const sig of [SIGTERM, SIGHUP, SIGUSR1, SIGUSR2]) yield* sigaction(sig, function* relay(s: number) { yield* kill(pid, s) })
  const self = (yield* call('getpid')) as number
  for (;;) {
    const result = yield* waitpid(pid, WUNTRACED)
    if (result === E.EINTR) continue
    if (isErr(result)) return 1
    if (!WIFSTOPPED(result.status)) return yield* endAs(result.status)
    yield* kill(self, SIGSTOP)
    yield* kill(pid, SIGCONT)
  }
}
