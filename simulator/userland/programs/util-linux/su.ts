// su(1) and runuser(1) of util-linux 2.38.1: a shell or a command as another user. PAM is reduced to what Debian's configuration does with it:
// root needs no password, others are asked for it, the account must be readable in /etc/shadow, the session sets MAIL.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { SIGALRM, SIGCONT, SIGINT, SIGKILL, SIGNAL_TEXTS, SIGQUIT, SIGSTOP, SIGTERM, SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK, sigBit, WCOREDUMP, WEXITSTATUS, WIFSIGNALED, WIFSTOPPED, WTERMSIG, WUNTRACED } from '../../../abi/signal.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { checkPassword } from '../../libc/crypt.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { readLoginDefs, readShells } from '../../libc/login-defs.ts'
import { getgrnam, getgrouplist, getpwnam, type Passwd } from '../../libc/pwd.ts'
import { askPassword, getspnam } from '../../libc/shadow.ts'
import { call } from '../../libc/syscall.ts'
import { kill, sigaction, waitpid } from '../../libc/unistd.ts'
import { die, execute, option, tryHelp } from './common.ts'
import { RUNUSER_HELP } from './help/runuser.ts'
import { SU_HELP } from './help/su.ts'

export const SU_OPTIONS: OptionTable = {
  short: 'c:fg:G:lmpPs:u:hVw:',
  unsimulatedShort: 'P',
  long: [
    { name: 'command', arg: 'required', is: 'c' }, { name: 'session-command', arg: 'required', is: 'C' }, { name: 'fast', arg: 'none', is: 'f' },
    { name: 'login', arg: 'none', is: 'l' }, { name: 'preserve-environment', arg: 'none', is: 'm' }, { name: 'pty', arg: 'none', unsimulated: true },
    { name: 'shell', arg: 'required', is: 's' }, { name: 'group', arg: 'required', is: 'g' }, { name: 'supp-group', arg: 'required', is: 'G' },
    { name: 'user', arg: 'required', is: 'u' }, { name: 'whitelist-environment', arg: 'required', is: 'w' }, { name: 'help', arg: 'none', is: 'h' },
    { name: 'version', arg: 'none', is: 'V' },
  ],
}

interface Request {
  command: string | undefined
  /** Keep the session of the caller, with its terminal. */
  sameSession: boolean
  fast: boolean
  login: boolean
  preserve: boolean
  shell: string | undefined
  user: string | undefined
  readonly keep: string[]
  readonly groups: number[]
  gid: number | undefined
  /** pam_mail is in su's stack, not in runuser's. */
  readonly setsMail: boolean
}

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games'
const DEFAULT_SUPATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export const su = (c: Crt): Flow<number> => substitute(c, false)
export const runuser = (c: Crt): Flow<number> => substitute(c, true)

function* substitute(c: Crt, isRunuser: boolean): Flow<number> {
  const { r, operands } = yield* parse(c, isRunuser)
  if (operands[0] === '-') {
    r.login = true
    operands.shift()
  }
  let direct: readonly string[] | undefined
  let name = 'root'
  if (isRunuser && r.user !== undefined) {
    if (r.shell !== undefined || r.fast || r.command !== undefined || r.login) yield* die(c, 1, 'options --{shell,fast,command,session-command,login} and --user are mutually exclusive')
    if (operands.length === 0) yield* die(c, 1, 'no command was specified')
    direct = operands
    name = r.user
  } else if (operands.length > 0) name = operands.shift() ?? name
  if (isRunuser && (yield* call('getuid')) !== 0) yield* die(c, 1, 'may not be used by non-root users')
  if ((r.gid !== undefined || r.groups.length > 0) && (yield* call('getuid')) !== 0) yield* die(c, 1, 'only root can specify alternative groups')

  const user = yield* getpwnam(name)
  if (!user) return yield* die(c, 1, `user ${name} does not exist or the user entry does not contain all the required fields`)
  yield* authenticate(c, user, isRunuser)
  const shell = yield* chooseShell(c, r, user)
  yield* setGroups(c, r, user)
  const gid = r.gid ?? r.groups[0] ?? user.gid
  yield* call('setuid', (yield* call('geteuid')) as number)
  return yield* watch(c, r, (child) => become(child, r, user, gid, direct ? { direct } : { shell, args: operands }))
}

function* parse(c: Crt, isRunuser: boolean): Flow<{ r: Request; operands: string[] }> {
  // Options may follow the user name, as in `su nobody -s /bin/sh`; those of a command after -u need `--` in front.
  const parsed = getoptLong(c.argv, SU_OPTIONS.short, SU_OPTIONS.long, SU_OPTIONS.unsimulatedShort)
  const r: Request = { command: undefined, sameSession: false, fast: false, login: false, preserve: false, shell: undefined, user: undefined, keep: [], groups: [], gid: undefined, setsMail: !isRunuser }
  const help = isRunuser ? RUNUSER_HELP : SU_HELP
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, help)
    if (opt === 'c' || opt === 'C') {
      r.command = arg
      r.sameSession = opt === 'C'
    } else if (opt === 'f') r.fast = true
    else if (opt === 'l') r.login = true
    else if (opt === 'm' || opt === 'p') r.preserve = true
    else if (opt === 's') r.shell = arg
    else if (opt === 'w') r.keep.push(...arg.split(','))
    else if (opt === 'u') {
      // The letter is in the list it shares with runuser, which is why getopt does not complain.
      if (!isRunuser) yield* tryHelp(c)
      r.user = arg
    } else if (opt === 'g' || opt === 'G') {
      const group = yield* getgrnam(arg)
      if (!group) return yield* die(c, 1, `group ${arg} does not exist`)
      if (opt === 'g') r.gid = group.gid
      else r.groups.push(group.gid)
    }
  }
  return { r, operands: [...parsed.operands] }
}

/** Root is let in; everybody else has to know the password. Then the account is looked up, for which /etc/shadow must be readable. */
function* authenticate(c: Crt, user: Passwd, isRunuser: boolean): Flow<void> {
  const entry = yield* getspnam(user.name)
  if (!isRunuser && (yield* call('getuid')) !== 0) {
    const password = yield* askPassword(c, 'Password: ')
    const good = password !== undefined && entry !== undefined && !isErr(entry) && (yield* checkPassword(password, entry.passwd))
    if (!good) {
      yield* call('clock_nanosleep', 0, 0, { sec: password === undefined ? 0 : 2, nsec: 0 })
      yield* die(c, 1, 'Authentication failure')
    }
  }
  if (!isRunuser && isErr(entry)) yield* die(c, 1, 'Authentication failure')
}

function* chooseShell(c: Crt, r: Request, user: Passwd): Flow<string> {
  const own = user.shell === '' ? '/bin/sh' : user.shell
  const restricted = (yield* call('getuid')) !== 0 && !(yield* readShells()).includes(own)
  if (r.shell !== undefined && restricted) {
    yield* warn(c, `using restricted shell ${own}`)
    return own
  }
  return r.shell ?? (r.preserve && !restricted ? (c.env.get('SHELL') ?? own) : own)
}

function* setGroups(c: Crt, r: Request, user: Passwd): Flow<void> {
  const list = r.gid !== undefined || r.groups.length > 0 ? [...(r.gid === undefined ? [] : [r.gid]), ...r.groups] : yield* getgrouplist(user.name, user.gid)
  const set = yield* call('setgroups', [...list].sort((a, b) => a - b))
  if (isErr(set)) yield* die(c, 1, 'cannot set groups', set)
}

type Target = { readonly direct: readonly string[] } | { readonly shell: string; readonly args: readonly string[] }

/** In the child: take the ids, prepare the environment, run. */
function* become(c: Crt, r: Request, user: Passwd, gid: number, target: Target): Flow<number> {
  const setGid = yield* call('setgid', gid)
  if (isErr(setGid)) return yield* die(c, 1, 'cannot set group id', setGid)
  const setUid = yield* call('setuid', user.uid)
  if (isErr(setUid)) return yield* die(c, 1, 'cannot set user id', setUid)
  if (r.command !== undefined && !r.sameSession) yield* call('setsid')
  if ('direct' in target) {
    yield* changeEnvironment(c, r, user, undefined)
    return yield* execute(c, target.direct)
  }
  yield* changeEnvironment(c, r, user, target.shell)
  if (r.login) {
    const moved = yield* call('chdir', user.dir)
    if (isErr(moved)) yield* warn(c, `warning: cannot change directory to ${user.dir}`, moved)
  }
  const base = target.shell.slice(target.shell.lastIndexOf('/') + 1)
  const argv = [r.login ? `-${base}` : base, ...(r.fast ? ['-f'] : []), ...(r.command === undefined ? [] : ['-c', r.command]), ...target.args]
  yield* c.stdout.flush()
  const error = yield* call('execve', target.shell, argv, envStrings(c.env))
  const errno = isErr(error) ? error : E.ENOENT
  return yield* die(c, errno === E.ENOENT ? 127 : 126, `failed to execute ${target.shell}`, errno)
}

/** Without a shell (runuser -u) SHELL stays as it is. */
function* changeEnvironment(c: Crt, r: Request, user: Passwd, shell: string | undefined): Flow<void> {
  if (r.login) {
    const kept = ['TERM', 'COLORTERM', 'NO_COLOR', ...r.keep].map((name) => [name, c.env.get(name)] as const)
    const defs = yield* readLoginDefs()
    c.env.clear()
    for (const [name, value] of kept) if (value !== undefined) c.env.set(name, value)
    const path = user.uid === 0 ? (defs.get('ENV_SUPATH') ?? DEFAULT_SUPATH) : (defs.get('ENV_PATH') ?? DEFAULT_PATH)
    for (const [name, value] of [['HOME', user.dir], ['SHELL', shell ?? user.shell], ['USER', user.name], ['LOGNAME', user.name], ['PATH', path.replace(/^PATH=/, '')]]) c.env.set(name, value)
  } else if (!r.preserve) {
    c.env.set('HOME', user.dir)
    if (shell !== undefined) c.env.set('SHELL', shell)
    if (user.uid !== 0) {
      c.env.set('USER', user.name)
      c.env.set('LOGNAME', user.name)
    }
  }
  if (r.setsMail) c.env.set('MAIL', `/var/mail/${user.name}`)
}

const ALL_SIGNALS = (1n << 64n) - 1n

/** The parent stays: it stops and ends as the child does, and hands a SIGTERM on. */
function* watch(c: Crt, r: Request, work: (child: Crt) => Flow<number>): Flow<number> {
  let caught = 0
  const pid = yield* forkChild(c, work)
  if (isErr(pid)) return yield* die(c, 1, 'cannot create child process', pid)
  const oldMask = yield* call('rt_sigprocmask', SIG_BLOCK, ALL_SIGNALS)
  const handled = r.command === undefined ? [SIGALRM, SIGTERM] : [SIGINT, SIGQUIT, SIGALRM, SIGTERM]
  for (const sig of handled.filter((s) => s !== SIGALRM)) yield* sigaction(sig, function* note(s: number) { caught = s })
  yield* call('rt_sigprocmask', SIG_UNBLOCK, handled.reduce((set, s) => set | sigBit(s), 0n))
  for (;;) {
    const result = yield* waitpid(pid, WUNTRACED)
    if (isErr(result)) {
      if (caught === 0) return 1
      yield* terminateChild(c, pid, caught)
      yield* call('rt_sigprocmask', SIG_SETMASK, isErr(oldMask) ? 0n : oldMask)
      yield* sigaction(caught, 'default')
      yield* kill((yield* call('getpid')) as number, caught)
      return 1
    }
    if (WIFSTOPPED(result.status)) {
      yield* kill((yield* call('getpid')) as number, SIGSTOP)
      yield* kill(pid, SIGCONT)
      continue
    }
    if (!WIFSIGNALED(result.status)) return WEXITSTATUS(result.status)
    const sig = WTERMSIG(result.status)
    yield* c.stderr.write(`${SIGNAL_TEXTS[sig] ?? `Real-time signal ${sig - 34}`}${WCOREDUMP(result.status) ? ' (core dumped)' : ''}\n`)
    return sig + 128
  }
}

function* terminateChild(c: Crt, pid: number, sig: number): Flow<void> {
  yield* c.stderr.write('\nSession terminated, killing shell...')
  yield* kill(pid, sig === SIGTERM ? SIGTERM : sig)
  yield* call('clock_nanosleep', 0, 0, { sec: 2, nsec: 0 })
  yield* kill(pid, SIGKILL)
  yield* c.stderr.write(' ...killed.\n')
}
