// sudo(8) 1.9.13p3 with the sudoers policy: who runs it, what the rules say, which program, with which environment; then run it.
// Simpler: passwords are not remembered between calls, no logging, no plugins.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { PR_GET_NO_NEW_PRIVS } from '../../../abi/sched.ts'
import { isReg, S_ISUID } from '../../../abi/stat.ts'
import { type Crt, exit, program } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { getgrent, getgrgid, getgrnam, getgrouplist, getpwnam, getpwuid, type Passwd } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { stat } from '../../libc/unistd.ts'
import { sudoEnvironment } from './environment.ts'
import { executeWithPty } from './exec-pty.ts'
import { executeNoPty, type RunDetails } from './execute.ts'
import { parseSudo, type SudoRequest } from './options.ts'
import { auditError, authenticate, checkOwner, listRules, loadSudoers } from './policy.ts'
import { type Asker, defaultValue, findCommand, type Sudoers } from './sudoers.ts'

const CONF = '/etc/sudo.conf'

function* die(c: Crt, message: string): Flow<never> {
  yield* warn(c, message)
  return exit(1)
}

function* main(c: Crt): Flow<number> {
  yield* checkOwner(c, CONF)
  yield* requireRoot(c)
  const r = yield* parseSudo(c)
  if (r.flags.has('V')) {
    yield* c.stdout.write('Sudo version 1.9.13p3\nSudoers policy plugin version 1.9.13p3\nSudoers file grammar version 50\nSudoers I/O plugin version 1.9.13p3\nSudoers audit plugin version 1.9.13p3\n')
    return 0
  }
  yield* checkOwner(c, CONF)
  const sudoers = yield* loadSudoers(c)
  const invoker = yield* findInvoker(c)
  const asker = yield* makeAsker(invoker)
  const target = yield* findTarget(c, r, invoker)
  if (r.flags.has('K') || (r.flags.has('k') && r.command.length === 0 && !r.flags.has('l'))) return 0
  const group = yield* findGroup(c, r)
  if (r.flags.has('l')) return yield* list(c, r, sudoers, asker, target)
  if (r.flags.has('v')) return yield* validate(c, r, sudoers, asker, invoker)
  if (r.forbidden === 'C') return yield* die(c, 'you are not permitted to use the -C option')
  if (r.forbidden === 'T') return yield* die(c, 'sorry, you are not allowed set a command timeout')
  const details = yield* prepare(c, r, sudoers, asker, invoker, target, group)
  yield* call('setuid', 0)
  const run = (crt: Crt): Flow<number> => (defaultValue(sudoers, 'use_pty') === undefined ? executeNoPty(crt, details) : executeWithPty(crt, details))
  if (!r.flags.has('b')) return yield* run(c)
  const pid = yield* forkChild(c, run)
  return isErr(pid) ? yield* die(c, `unable to fork: ${pid.message}`) : 0
}

/** sudo must be setuid root, and allowed to be. */
function* requireRoot(c: Crt): Flow<void> {
  if ((yield* call('geteuid')) === 0) return
  if ((yield* call('prctl', PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) === 1) {
    yield* warn(c, 'The "no new privileges" flag is set, which prevents sudo from running as root.')
    return yield* die(c, 'If sudo is running in a container, you may need to adjust the container configuration to disable the flag.')
  }
  const path = (yield* findInPath(c.argv[0], c.env.get('PATH') ?? '')) ?? c.argv[0]
  const st = yield* stat(path)
  if (isErr(st)) return yield* die(c, 'effective uid is not 0, is sudo installed setuid root?')
  if (st.uid !== 0 || (st.mode & S_ISUID) === 0) return yield* die(c, `${path} must be owned by uid 0 and have the setuid bit set`)
  yield* die(c, `effective uid is not 0, is ${path} on a file system with the 'nosuid' option set or an NFS file system without root privileges?`)
}

function* findInvoker(c: Crt): Flow<Passwd> {
  const uid = (yield* call('getuid')) as number
  return (yield* getpwuid(uid)) ?? (yield* die(c, `you do not exist in the passwd database`))
}

function* makeAsker(user: Passwd): Flow<Asker> {
  const gids = yield* getgrouplist(user.name, user.gid)
  const groups = (yield* getgrent()).filter((g) => gids.includes(g.gid)).map((g) => g.name)
  const uts = yield* call('uname')
  return { user: user.name, uid: user.uid, groups, host: isErr(uts) ? 'localhost' : uts.nodename.replace(/\..*/s, '') }
}

function* findTarget(c: Crt, r: SudoRequest, invoker: Passwd): Flow<Passwd> {
  if (r.user === undefined) {
    if (r.group !== undefined) return invoker
    return (yield* getpwnam('root')) ?? { name: 'root', passwd: 'x', uid: 0, gid: 0, gecos: '', dir: '/', shell: '/bin/sh' }
  }
  const user = r.user.startsWith('#') ? yield* getpwuid(Number(r.user.slice(1))) : yield* getpwnam(r.user)
  if (user) return user
  yield* warn(c, `unknown user ${r.user}`)
  return r.user.startsWith('#') ? exit(1) : yield* auditError(c)
}

function* findGroup(c: Crt, r: SudoRequest): Flow<number | undefined> {
  if (r.group === undefined) return undefined
  const group = r.group.startsWith('#') ? yield* getgrgid(Number(r.group.slice(1))) : yield* getgrnam(r.group)
  if (group) return group.gid
  if (/^#\d+$/.test(r.group)) return Number(r.group.slice(1))
  yield* warn(c, `unknown group ${r.group}`)
  return yield* auditError(c)
}

const ask = (r: SudoRequest): { nonInteractive: boolean; fromStdin: boolean; prompt: string | undefined } => ({
  nonInteractive: r.flags.has('n'), fromStdin: r.flags.has('S'), prompt: r.prompt,
})

function* list(c: Crt, r: SudoRequest, s: Sudoers, asker: Asker, target: Passwd): Flow<number> {
  const who = r.otherUser === undefined ? undefined : ((yield* getpwnam(r.otherUser)) ?? (yield* die(c, `unknown user ${r.otherUser}`)))
  const about = who ? yield* makeAsker(who) : asker
  const any = s.rules.some((rule) => rule.commands.some((cmd) => cmd.noPassword)) && findCommand(s, asker, wanted(target, undefined, '/bin/true', []))?.noPassword
  if (asker.uid !== 0 && any !== true) yield* authenticate(c, (yield* findInvoker(c)), ask(r))
  if (r.command.length === 0) return yield* listRules(c, s, about, r.flags.has('ll'))
  const path = yield* resolve(c, s, r.command[0])
  if (!findCommand(s, about, wanted(target, undefined, path, r.command.slice(1)))) return 1
  yield* c.stdout.write(`${[path, ...r.command.slice(1)].join(' ')}\n`)
  return 0
}

function* validate(c: Crt, r: SudoRequest, s: Sudoers, asker: Asker, invoker: Passwd): Flow<number> {
  const free = asker.uid === 0 || findCommand(s, asker, { runasUser: 'root', runasUid: 0, runasGroup: undefined, path: '/bin/true', args: [] })?.noPassword
  if (!free) yield* authenticate(c, invoker, ask(r))
  return 0
}

const wanted = (target: Passwd, runasGroup: string | undefined, path: string, args: readonly string[]) => ({ runasUser: target.name, runasUid: target.uid, runasGroup, path, args })

function* findInPath(name: string, path: string): Flow<string | undefined> {
  const candidates = name.includes('/') ? [name] : path.split(':').map((dir) => `${dir === '' ? '.' : dir}/${name}`)
  for (const candidate of candidates) {
    const st = yield* stat(candidate)
    if (!isErr(st) && isReg(st.mode) && (st.mode & 0o111) !== 0) return candidate
  }
  return undefined
}

function* resolve(c: Crt, s: Sudoers, name: string): Flow<string> {
  const path = defaultValue(s, 'secure_path') ?? c.env.get('PATH') ?? ''
  const found = yield* findInPath(name, path)
  if (found !== undefined) return found
  yield* warn(c, `${name}: command not found`)
  if (name === 'cd') {
    yield* warn(c, '"cd" is a shell built-in command, it cannot be run directly.')
    yield* warn(c, 'the -s option may be used to run a privileged shell.')
    yield* warn(c, 'the -D option may be used to run a command in a specific directory.')
  }
  return exit(1)
}

/** Letters a shell leaves alone; all others get a backslash. */
const escape = (word: string): string => word.replace(/[^A-Za-z0-9_$-]/g, (char) => `\\${char}`)

function* prepare(c: Crt, r: SudoRequest, s: Sudoers, asker: Asker, invoker: Passwd, target: Passwd, group: number | undefined): Flow<RunDetails> {
  const login = r.flags.has('i')
  const viaShell = login || r.flags.has('s')
  const shell = login ? target.shell : (c.env.get('SHELL') ?? invoker.shell)
  const words = viaShell ? [shell, ...(r.command.length > 0 ? ['-c', r.command.map(escape).join(' ')] : [])] : r.command
  const shown = viaShell && r.command.length > 0 ? [shell, '-c', r.command.join(' ')] : words
  const path = yield* resolve(c, s, words[0])
  const rule = findCommand(s, asker, wanted(target, r.group, path, words.slice(1)))
  const isSelf = target.uid === asker.uid && (group === undefined || group === invoker.gid)
  if (asker.uid !== 0 && !isSelf && rule?.noPassword !== true) yield* authenticate(c, invoker, ask(r))
  if (!rule) return yield* refuse(c, r, asker, target, [path, ...words.slice(1)])
  if (r.forbidden !== undefined) yield* die(c, `you are not permitted to use the -${r.forbidden} option with ${path}`)
  const env = sudoEnvironment(c.env, s, {
    invoker, target, command: [path, ...shown.slice(1)].join(' '), login, preserveAll: r.flags.has('E'), setHome: r.flags.has('H'), preserve: r.preserve,
    assignments: r.assignments,
  })
  const base = path.slice(path.lastIndexOf('/') + 1)
  const argv0 = login ? `-${base}` : viaShell ? path : r.command[0]
  const gid = group ?? target.gid
  const groups = r.flags.has('P') ? undefined : yield* getgrouplist(target.name, target.gid)
  return { path, argv: [argv0, ...words.slice(1)], env, uid: target.uid, gid, groups, cwd: login ? target.dir : undefined }
}

function* refuse(c: Crt, r: SudoRequest, asker: Asker, target: Passwd, words: readonly string[]): Flow<never> {
  const as = r.group === undefined ? target.name : `${target.name}:${r.group}`
  yield* c.stderr.write(`Sorry, user ${asker.user} is not allowed to execute '${words.join(' ')}' as ${as} on ${asker.host}.\n`)
  return exit(1)
}

export const sudo = program(main)
