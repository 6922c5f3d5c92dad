// nice(1), nohup(1), chroot(1): run a command with a lower priority, immune to hangups, under another root directory.
import type { Flow } from '../../../abi/syscalls.ts'
import { O_APPEND, O_CREAT, O_WRONLY } from '../../../abi/fcntl.ts'
import { PRIO_PROCESS } from '../../../abi/sched.ts'
import { SIGHUP, SIG_IGN } from '../../../abi/signal.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { getgrouplist, getpwuid } from '../../libc/pwd.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { call } from '../../libc/syscall.ts'
import { isatty, open, sigaction } from '../../libc/unistd.ts'
import type { ProgramEntry } from '../../program-table.ts'
import { NO_OPTIONS, command, needOperands, parseArgs } from './command.ts'
import { EXIT_CANCELED, runCommand } from './run.ts'
import { parseGroupSpec, parseUserSpec } from './user-spec.ts'

const niceOptions = { short: '+n:', long: [{ name: 'adjustment', arg: 'required', is: 'n' }] } as const

export const nice = command('nice', 'run a program with another priority', niceOptions, function* (c) {
  const argv = c.argv.flatMap((word, i) => (/^-[-+]?\d+$/.test(word) && niceArgument(c.argv, i) ? ['-n', word.slice(1)] : [word]))
  const { options, operands } = yield* parseArgs({ ...c, argv }, niceOptions, EXIT_CANCELED)
  const text = options.at(-1)?.arg
  if (text !== undefined && !/^\s*[-+]?\d+$/.test(text)) return yield* fail(c, EXIT_CANCELED, `invalid adjustment ${quote(text)}`)
  const now = yield* call('getpriority', PRIO_PROCESS, 0)
  if (isErr(now)) return yield* fail(c, EXIT_CANCELED, 'cannot get niceness', now)
  if (operands.length === 0) {
    if (text !== undefined) return yield* usageError(c, EXIT_CANCELED, 'a command must be given with an adjustment')
    yield* c.stdout.write(`${now}\n`)
    return 0
  }
  const set = yield* call('setpriority', PRIO_PROCESS, 0, now + Number(text ?? 10))
  if (isErr(set)) {
    yield* warn(c, 'cannot set niceness', set)
    if (set !== Errno.EPERM && set !== Errno.EACCES) return EXIT_CANCELED
  }
  return yield* runCommand(c, operands, quote(operands[0]))
})

/** True if the word is an old-style adjustment (-10, --10), not the command's argument. */
const niceArgument = (argv: readonly string[], at: number): boolean => argv.slice(1, at).every((word) => word.startsWith('-') && word !== '--') && argv[at - 1] !== '-n'

export const nohup = command('nohup', 'run a program that survives a hangup', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, { short: '+', long: [] }, EXIT_CANCELED)
  yield* needOperands(c, operands, 1, EXIT_CANCELED)
  const [noInput, redirectOut, redirectErr] = [yield* isatty(0), yield* isatty(1), yield* isatty(2)]
  if (noInput) {
    const nothing = yield* open('/dev/null', O_WRONLY)
    if (!isErr(nothing)) yield* call('dup2', nothing, 0)
    if (!redirectOut && !redirectErr) yield* warn(c, 'ignoring input')
  }
  if (redirectOut) yield* outputToFile(c, noInput)
  if (redirectErr) {
    if (!redirectOut) yield* warn(c, noInput ? 'ignoring input and redirecting stderr to stdout' : 'redirecting stderr to stdout')
    yield* call('dup2', 1, 2)
  }
  yield* sigaction(SIGHUP, SIG_IGN)
  return yield* runCommand(c, operands, `failed to run command ${quoteaf(operands[0])}`)
})

function* outputToFile(c: Crt, noInput: boolean): Flow<void> {
  let name = 'nohup.out'
  let fd = yield* open(name, O_CREAT | O_WRONLY | O_APPEND, 0o600)
  const first = fd
  if (isErr(fd) && c.env.has('HOME')) {
    name = `${c.env.get('HOME')}/nohup.out`
    fd = yield* open(name, O_CREAT | O_WRONLY | O_APPEND, 0o600)
  }
  if (isErr(fd)) {
    yield* warn(c, `failed to open ${quoteaf('nohup.out')}`, isErr(first) ? first : undefined)
    exit(yield* fail(c, EXIT_CANCELED, `failed to open ${quoteaf(name)}`, fd))
  }
  yield* warn(c, `${noInput ? 'ignoring input and appending' : 'appending'} output to ${quoteaf(name)}`)
  yield* call('dup2', fd, 1)
}

const chrootOptions = { short: '+', long: [{ name: 'groups', arg: 'required' }, { name: 'userspec', arg: 'required' }, { name: 'skip-chdir', arg: 'none' }] } as const

export const chroot: ProgramEntry = { ...command('chroot', 'run a program with another root directory', chrootOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, chrootOptions, EXIT_CANCELED)
  const value = (opt: string): string | undefined => options.findLast((o) => o.opt === opt)?.arg
  yield* needOperands(c, operands, 1, EXIT_CANCELED)
  const [root, ...words] = operands
  const resolved = yield* canonicalize(root)
  const isOldRoot = resolved === '/'
  const skip = options.some((o) => o.opt === 'skip-chdir')
  if (skip && !isOldRoot) return yield* usageError(c, EXIT_CANCELED, `option --skip-chdir only permitted if NEWROOT is old ${quoteaf('/')}`)
  // The old root's account files are asked first; the new one's may say something else.
  const outside = yield* supplementary(value('userspec'))
  const entered = yield* call('chroot', root)
  if (isErr(entered)) return yield* fail(c, EXIT_CANCELED, `cannot change root directory to ${quoteaf(root)}`, entered)
  if (!skip) {
    const moved = yield* call('chdir', '/')
    if (isErr(moved)) return yield* fail(c, EXIT_CANCELED, 'cannot chdir to root directory', moved)
  }
  yield* becomeUser(c, value('userspec'), value('groups'), outside)
  return yield* runCommand(c, words.length > 0 ? words : [c.env.get('SHELL') ?? '/bin/sh', '-i'])
}), path: '/usr/sbin/chroot' }

/** --userspec and --groups, looked up inside the new root. */
/** The groups that the account of a user named by --userspec brings; undefined without one. */
function* supplementary(userspec: string | undefined): Flow<readonly number[] | undefined> {
  const spec = userspec === undefined ? '' : yield* parseUserSpec(userspec)
  const user = typeof spec === 'string' || spec.uid < 0 ? undefined : yield* getpwuid(spec.uid)
  return user === undefined || typeof spec === 'string' ? undefined : yield* getgrouplist(user.name, spec.gid >= 0 ? spec.gid : user.gid)
}

function* becomeUser(c: Crt, userspec: string | undefined, groups: string | undefined, outside: readonly number[] | undefined): Flow<void> {
  const spec = userspec === undefined ? { uid: -1, gid: -1, dot: false } : yield* parseUserSpec(userspec)
  if (typeof spec === 'string') exit(yield* fail(c, EXIT_CANCELED, spec))
  const user = spec.uid < 0 ? undefined : yield* getpwuid(spec.uid)
  const gid = spec.gid >= 0 ? spec.gid : (user?.gid ?? -1)
  if (spec.uid >= 0 && gid < 0) exit(yield* fail(c, EXIT_CANCELED, `no group specified for unknown uid: ${spec.uid}`))
  let list: readonly number[] | undefined = user === undefined ? outside : yield* getgrouplist(user.name, gid)
  if (groups !== undefined) {
    const ids: number[] = []
    for (const name of groups.split(',').filter((g) => g !== '')) {
      const id = yield* parseGroupSpec(name)
      if (id === undefined) exit(yield* fail(c, EXIT_CANCELED, `invalid group ${quote(name)}`, Errno.ENOENT))
      ids.push(id)
    }
    list = ids
  }
  const groupsSet = list === undefined ? 0 : yield* call('setgroups', list)
  if (isErr(groupsSet)) exit(yield* fail(c, EXIT_CANCELED, 'failed to set supplemental groups', groupsSet))
  const gidSet = gid < 0 ? 0 : yield* call('setgid', gid)
  if (isErr(gidSet)) exit(yield* fail(c, EXIT_CANCELED, 'failed to set group-ID', gidSet))
  const uidSet = spec.uid < 0 ? 0 : yield* call('setuid', spec.uid)
  if (isErr(uidSet)) exit(yield* fail(c, EXIT_CANCELED, 'failed to set user-ID', uidSet))
}
