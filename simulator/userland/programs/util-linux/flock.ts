// flock(1) of util-linux 2.38.1: runs a command while holding a lock on a file, or locks an open descriptor.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { Errno as E, type Errno, isErr } from '../../../abi/errno.ts'
import { LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, O_CREAT, O_NOCTTY, O_RDONLY } from '../../../abi/fcntl.ts'
import { SIGALRM, WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../../abi/signal.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, execvpe, open, sigaction, waitpid } from '../../libc/unistd.ts'
import { die, option, signedNumber, tryHelp } from './common.ts'
import { FLOCK_HELP } from './help/flock.ts'

export const FLOCK_OPTIONS: OptionTable = {
  short: '+sexnoFuw:E:hV',
  long: [
    { name: 'shared', arg: 'none', is: 's' }, { name: 'exclusive', arg: 'none', is: 'x' }, { name: 'unlock', arg: 'none', is: 'u' }, { name: 'nonblocking', arg: 'none', is: 'n' },
    { name: 'nonblock', arg: 'none', is: 'n' }, { name: 'nb', arg: 'none', is: 'n' }, { name: 'timeout', arg: 'required', is: 'w' }, { name: 'wait', arg: 'required', is: 'w' },
    { name: 'conflict-exit-code', arg: 'required', is: 'E' }, { name: 'close', arg: 'none', is: 'o' }, { name: 'no-fork', arg: 'none', is: 'F' },
    { name: 'verbose', arg: 'none', is: 'v' }, { name: 'command', arg: 'none', is: 'c' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' },
  ],
}

const EX_UNAVAILABLE = 69, EX_NOINPUT = 66, EX_DATAERR = 65, EX_USAGE = 64, EX_OSERR = 71

export function* flock(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, FLOCK_OPTIONS.short, FLOCK_OPTIONS.long)
  const flags = new Set<string>()
  let conflict = 1
  let timeout: number | undefined
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, FLOCK_HELP, EX_USAGE)
    flags.add(opt)
    if (opt === 'E') {
      conflict = yield* signedNumber(c, arg, 'invalid exit code')
      if (conflict < 0 || conflict > 255) yield* die(c, EX_USAGE, 'exit code out of range (expected 0 to 255)')
    }
    if (opt === 'w') {
      if (!/^\s*[-+]?(\d+\.?\d*|\.\d+)$/.test(arg)) yield* die(c, EX_USAGE, `invalid timeout value: '${arg}'`)
      timeout = Number(arg)
    }
  }
  const [file, ...words] = parsed.operands
  if (file === undefined) {
    yield* warn(c, 'not enough arguments')
    return yield* tryHelp(c, EX_USAGE)
  }
  let command: readonly string[] | undefined
  let fd: number
  if (words.length > 0) {
    const shell = c.env.get('SHELL') ?? '/bin/sh'
    const isShell = words[0] === '-c' || words[0] === '--command' || flags.has('c')
    const script = flags.has('c') ? words[0] : words[1]
    if (isShell && (script === undefined || words.length > (flags.has('c') ? 1 : 2))) yield* die(c, EX_USAGE, '-c requires exactly one command argument')
    command = isShell ? [shell, '-c', script] : words
    fd = yield* openFile(c, file)
  } else {
    if (!/^\d+$/.test(file)) return yield* die(c, EX_USAGE, `bad file descriptor: '${file}'`)
    fd = Number(file)
  }
  const operation = flags.has('u') ? LOCK_UN : flags.has('s') ? LOCK_SH : LOCK_EX
  if (timeout !== undefined && timeout < 0) yield* die(c, EX_OSERR, 'cannot set up timer', E.EINVAL)
  const locked = yield* lock(fd, operation | (flags.has('n') || timeout === 0 ? LOCK_NB : 0), timeout)
  if (locked === E.EAGAIN || locked === E.EINTR) {
    if (flags.has('v')) yield* warn(c, locked === E.EINTR ? 'timeout while waiting to get lock' : 'failed to get lock')
    return conflict
  }
  if (isErr(locked)) return yield* die(c, EX_DATAERR, file, locked)
  return command ? yield* run(c, command, fd, flags) : 0
}

function* openFile(c: Crt, file: string): Flow<number> {
  const created = yield* open(file, O_RDONLY | O_NOCTTY | O_CREAT, 0o666)
  const fd = created === E.EISDIR ? yield* open(file, O_RDONLY | O_NOCTTY) : created
  return isErr(fd) ? yield* die(c, EX_NOINPUT, `cannot open lock file ${file}`, fd) : fd
}

function* lock(fd: number, operation: number, timeout: number | undefined): Flow<0 | Errno> {
  if (timeout === undefined || timeout === 0) return yield* call('flock', fd, operation)
  yield* sigaction(SIGALRM, function* expired() {})
  yield* call('alarm', timeout)
  const result = yield* call('flock', fd, operation)
  yield* call('alarm', 0)
  return result
}

function* run(c: Crt, command: readonly string[], fd: number, flags: ReadonlySet<string>): Flow<number> {
  const execute = function* (child: Crt): Flow<number> {
    if (flags.has('o')) yield* close(fd)
    const error = yield* execvpe(command[0], command, envStrings(child.env))
    return yield* die(child, error === E.ENOMEM ? EX_OSERR : EX_UNAVAILABLE, `failed to execute ${command[0]}`, error)
  }
  if (flags.has('F')) return yield* execute(c)
  const pid = yield* forkChild(c, execute)
  if (isErr(pid)) return yield* die(c, EX_OSERR, 'fork failed', pid)
  const result = yield* waitpid(pid)
  if (isErr(result)) return 1
  return WIFEXITED(result.status) ? WEXITSTATUS(result.status) : WTERMSIG(result.status) + 128
}
