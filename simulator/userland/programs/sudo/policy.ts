// sudo's policy: reads the configuration with the checks of its owner and mode, asks for a password where the rules want one, lists rules.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { AT_FDCWD } from '../../../abi/fcntl.ts'
import { checkPassword } from '../../libc/crypt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import type { Passwd } from '../../libc/pwd.ts'
import { askPassword, getspnam } from '../../libc/shadow.ts'
import { call } from '../../libc/syscall.ts'
import { isatty, readDir, readFile, stat } from '../../libc/unistd.ts'
import { type Asker, emptySudoers, type Include, parseSudoers, rulesFor, type Sudoers } from './sudoers.ts'

/** A file that must be root's and writable by nobody else; false (said on stderr) if it isn't. */
export function* checkOwner(c: Crt, path: string): Flow<boolean> {
  const st = yield* stat(path)
  if (isErr(st)) return true
  if (st.uid !== 0) yield* warn(c, `${path} is owned by uid ${st.uid}, should be 0`)
  else if ((st.mode & 0o002) !== 0) yield* warn(c, `${path} is world writable`)
  else return true
  return false
}

/** Loads /etc/sudoers and what it includes; without any that can be used sudo gives up. */
export function* loadSudoers(c: Crt): Flow<Sudoers> {
  const sudoers = emptySudoers()
  // A file that its group may read is opened as somebody else than root, for network file systems.
  const probed = yield* call('setresuid', -1, 1, -1)
  if (isErr(probed)) {
    yield* warn(c, 'PERM_SUDOERS: setresuid(-1, 1, -1)', probed)
    return yield* noSources(c)
  }
  yield* call('setresuid', -1, 0, -1)
  if (!(yield* load(c, '/etc/sudoers', sudoers, 0))) return yield* noSources(c)
  return sudoers
}

function* noSources(c: Crt): Flow<never> {
  yield* warn(c, 'no valid sudoers sources found, quitting')
  return yield* auditError(c)
}

export function* auditError(c: Crt): Flow<never> {
  yield* warn(c, 'error initializing audit plugin sudoers_audit')
  return exit(1)
}

const MAX_DEPTH = 128

function* load(c: Crt, path: string, into: Sudoers, depth: number): Flow<boolean> {
  if (depth > MAX_DEPTH || !(yield* checkOwner(c, path))) return false
  const text = yield* readFile(path)
  if (isErr(text)) {
    yield* warn(c, `unable to open ${path}`, text)
    return false
  }
  const bad: number[] = []
  const includes = parseSudoers(text, into, (line) => bad.push(line))
  for (const line of bad) yield* c.stderr.write(`${path}:${line}:1: syntax error\n`)
  for (const include of includes) yield* loadInclude(c, include, into, depth + 1)
  return true
}

function* loadInclude(c: Crt, include: Include, into: Sudoers, depth: number): Flow<void> {
  if ('file' in include) {
    yield* load(c, include.file, into, depth)
    return
  }
  const entries = yield* readDir(include.dir)
  if (isErr(entries)) return
  for (const name of entries.map((e) => e.name).sort()) if (!name.includes('.') && !name.endsWith('~')) yield* load(c, `${include.dir}/${name}`, into, depth)
}

export interface AskOptions { readonly nonInteractive: boolean; readonly fromStdin: boolean; readonly prompt: string | undefined }

/** Three tries; ends the program if none is right. */
export function* authenticate(c: Crt, user: Passwd, options: AskOptions): Flow<void> {
  if (options.nonInteractive) {
    yield* warn(c, 'a password is required')
    exit(1)
  }
  const hasTerminal = !isErr(yield* call('faccessat2', AT_FDCWD, '/dev/tty', 6, 0)) && (yield* isatty(0))
  if (!hasTerminal && !options.fromStdin) {
    yield* warn(c, 'a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper')
    yield* warn(c, 'a password is required')
    exit(1)
  }
  const entry = yield* getspnam(user.name)
  for (let tries = 1; tries <= 3; tries++) {
    const password = yield* askPassword(c, options.prompt ?? `[sudo] password for ${user.name}: `)
    if (password === undefined) {
      yield* warn(c, tries === 1 ? 'no password was provided' : `${tries - 1} incorrect password attempt${tries === 2 ? '' : 's'}`)
      if (tries === 1) yield* warn(c, 'a password is required')
      exit(1)
    } else if (entry !== undefined && !isErr(entry) && (yield* checkPassword(password, entry.passwd))) return
    yield* call('clock_nanosleep', 0, 0, { sec: 2, nsec: 0 })
    if (tries < 3) yield* c.stderr.write('Sorry, try again.\n')
  }
  yield* warn(c, '3 incorrect password attempts')
  exit(1)
}

/** sudo -l */
export function* listRules(c: Crt, s: Sudoers, asker: Asker, long: boolean): Flow<number> {
  const rules = rulesFor(s, asker)
  if (rules.length === 0) {
    yield* c.stderr.write(`Sorry, user ${asker.user} may not run sudo on ${asker.host}.\n`)
    return 1
  }
  if (s.defaults.length > 0) {
    const words = s.defaults.map((d) => d.replaceAll(':', '\\:'))
    yield* c.stdout.write(`Matching Defaults entries for ${asker.user} on ${asker.host}:\n    ${words.join(', ')}\n\n`)
  }
  yield* c.stdout.write(`User ${asker.user} may run the following commands on ${asker.host}:\n`)
  for (const rule of rules) {
    const noPassword = rule.commands[0]?.noPassword === true
    const names = rule.commands.map((command) => (command.negated ? '!' : '') + command.path)
    if (long) {
      const groups = rule.runasGroups ? `    RunAsGroups: ${rule.runasGroups.join(', ')}\n` : ''
      yield* c.stdout.write(`\nSudoers entry:\n    RunAsUsers: ${(rule.runasUsers ?? ['root']).join(', ')}\n${groups}${noPassword ? '    Options: !authenticate\n' : ''}    Commands:\n${names.map((n) => `\t${n}\n`).join('')}`)
      continue
    }
    const runas = `${(rule.runasUsers ?? ['root']).join(', ')}${rule.runasGroups ? ` : ${rule.runasGroups.join(', ')}` : ''}`
    yield* c.stdout.write(`    (${runas}) ${noPassword ? 'NOPASSWD: ' : ''}${names.join(', ')}\n`)
  }
  return 0
}
