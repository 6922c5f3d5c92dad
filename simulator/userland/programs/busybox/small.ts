// Applets of a few lines whose words differ from those of the full programs: whoami, kill, chroot, su.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { SIGNAL_NAMES } from '../../../abi/signal.ts'
import { type Crt, envStrings, exit } from '../../libc/crt.ts'
import { getgrouplist, getpwnam, getpwuid } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { execvpe } from '../../libc/unistd.ts'
import { die, options, showUsage } from './applet.ts'

const EXIT_NOT_FOUND = 127, EXIT_CANNOT_EXECUTE = 126

export function* whoami(c: Crt): Flow<number> {
  if (c.argv.length > 1) return yield* showUsage(c)
  const uid = yield* call('geteuid')
  const entry = isErr(uid) ? undefined : yield* getpwuid(uid)
  if (entry === undefined) return yield* die(c, `unknown uid ${String(uid)}`)
  yield* c.stdout.write(`${entry.name}\n`)
  return 0
}

/** get_signum: a number, or a name with or without SIG. */
function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= 64 ? Number(text) : undefined
  const number = SIGNAL_NAMES.indexOf(text.toUpperCase().replace(/^SIG/, ''))
  return number > 0 ? number : undefined
}

export function* kill(c: Crt): Flow<number> {
  let words = c.argv.slice(1)
  let signal = 15
  if (words[0] === '-l') {
    for (const word of words.slice(1)) {
      const number = signalNumber(word)
      if (number === undefined) return yield* die(c, `unknown signal '${word}'`)
      yield* c.stdout.write(`${/^\d+$/.test(word) ? SIGNAL_NAMES[number & 0x7f] : number}\n`)
    }
    if (words.length === 1) for (let n = 1; n < 32; n++) yield* c.stdout.write(`${String(n).padStart(2)}) ${SIGNAL_NAMES[n]}\n`)
    return 0
  }
  if (words[0]?.startsWith('-') === true && words[0] !== '--') {
    const name = words[0] === '-s' ? words[1] ?? '' : words[0].slice(1)
    const number = signalNumber(name)
    if (number === undefined) return yield* die(c, `bad signal name '${name}'`)
    signal = number
    words = words.slice(words[0] === '-s' ? 2 : 1)
  }
  if (words[0] === '--') words = words.slice(1)
  if (words.length === 0) return yield* die(c, 'you need to specify whom to kill')
  let errors = 0
  for (const word of words) {
    if (!/^-?\d+$/.test(word)) {
      yield* c.stderr.write(`kill: invalid number '${word}'\n`)
      errors++
      continue
    }
    const sent = yield* call('kill', Number(word), signal)
    if (!isErr(sent)) continue
    yield* c.stderr.write(`kill: can't kill pid ${word}: ${sent.message}\n`)
    errors++
  }
  return errors
}

export function* chroot(c: Crt): Flow<number> {
  const [, root, ...given] = c.argv
  if (root === undefined) return yield* showUsage(c)
  const changed = yield* call('chroot', root)
  if (isErr(changed)) return yield* die(c, `can't change root directory to '${root}'`, changed)
  yield* call('chdir', '/')
  const command = given.length > 0 ? given : [c.env.get('SHELL') ?? '/bin/sh', '-i']
  const error = yield* execvpe(command[0], command, envStrings(c.env))
  yield* c.stderr.write(`chroot: can't execute '${command[0]}': ${error.message}\n`)
  return exit(error === Errno.ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE)
}

/** su: root changes into anybody; who isn't would be asked for a password, which nobody here has. */
export function* su(c: Crt): Flow<number> {
  const { flags, operands } = yield* options(c, '+mplc:s:')
  const login = flags.has('l') || operands[0] === '-'
  const rest = operands[0] === '-' ? operands.slice(1) : operands
  const name = rest[0] ?? 'root'
  const entry = yield* getpwnam(name)
  if (entry === undefined) return yield* die(c, `unknown user ${name}`)
  const uid = yield* call('getuid')
  if (uid !== 0) return yield* die(c, 'must be suid to work properly')
  const groups = yield* call('setgroups', yield* getgrouplist(name, entry.gid))
  if (isErr(groups)) return yield* die(c, "can't set groups", groups)
  const group = yield* call('setgid', entry.gid)
  if (isErr(group)) return yield* die(c, 'setgid', group)
  const user = yield* call('setuid', entry.uid)
  if (isErr(user)) return yield* die(c, 'setuid', user)
  const shell = flags.get('s') ?? (entry.shell === '' ? '/bin/sh' : entry.shell)
  if (!flags.has('m') && !flags.has('p')) {
    c.env.set('HOME', entry.dir)
    c.env.set('SHELL', shell)
    if (entry.uid !== 0 || login) c.env.set('USER', name)
    if (entry.uid !== 0 || login) c.env.set('LOGNAME', name)
  }
  if (login) yield* call('chdir', entry.dir)
  const base = shell.slice(shell.lastIndexOf('/') + 1)
  const command = flags.get('c')
  const error = yield* execvpe(shell, [login ? `-${base}` : base, ...(command === undefined ? [] : ['-c', command]), ...rest.slice(1)], envStrings(c.env))
  return yield* die(c, `can't execute '${shell}'`, error)
}
