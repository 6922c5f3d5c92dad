// A shell's variables at its start: the environment, imported functions, and those it sets itself.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { CLOCK_REALTIME } from '../../abi/sched.ts'
import { SIG_IGN, SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD } from '../../abi/signal.ts'
import { call } from '../libc/syscall.ts'
import { getcwd, stat } from '../libc/unistd.ts'
import type { Shell } from './state.ts'
import { searchPath } from './exec-program.ts'
import { isName, newVariable } from './variables.ts'
import { readCommand } from './read-command.ts'
import { parseCommands } from './syntax.ts'

function importFunction(sh: Shell, name: string, text: string): void {
  const source = `${name} ${text}\n`
  const r = readCommand(source, 0, { dialect: 'bash', final: true, extglob: false, aliases: undefined })
  if (r.kind !== 'command') return
  const command = parseCommands(r.source, 1).statements[0]?.command
  if (command?.kind === 'function') sh.functions.set(name, { name, body: command.body, source: 'environment', exported: true, readonly: false, trace: false })
}

function setDefault(sh: Shell, name: string, value: string, exported = false): void {
  if (sh.vars.get(name) === undefined) sh.vars.map.set(name, { ...newVariable(value), exported })
}

/** Does it run with another identity than its caller's (uidget)? */
export function* runsSetuid(): Flow<boolean> {
  return (yield* call('getuid')) !== (yield* call('geteuid')) || (yield* call('getgid')) !== (yield* call('getegid'))
}
/** disable_priv_mode; dash's setprivileged(0): the identity of the caller, unless -p asks to keep the file's. BusyBox's shell leaves that to its file. */
export function* dropPrivileges(sh: Shell): Flow<void> {
  if (sh.dialect === 'ash' || !(yield* runsSetuid())) return
  const uid = yield* call('getuid')
  const gid = yield* call('getgid')
  if (isErr(uid) || isErr(gid)) return
  const dropped = sh.bash ? yield* call('setresuid', uid, uid, uid) : yield* call('setuid', uid)
  if (isErr(dropped)) yield* sh.write2(`${sh.arg0}: cannot set uid to ${uid}: effective uid ${String(yield* call('geteuid'))}: ${dropped.message}\n`)
  if (sh.bash) yield* call('setresgid', gid, gid, gid)
  else yield* call('setgid', gid)
  sh.effectiveUid = uid
}

export function* importEnvironment(sh: Shell, env: readonly string[]): Flow<void> {
  const uid = yield* call('getuid')
  const euid = yield* call('geteuid')
  sh.effectiveUid = typeof euid === 'number' ? euid : 0
  const mayNotTrust = sh.options.has('privileged')
  for (const entry of env) {
    const eq = entry.indexOf('=')
    if (eq < 1) continue
    const name = entry.slice(0, eq)
    const value = entry.slice(eq + 1)
    const fn = /^BASH_FUNC_(.+)%%$/.exec(name)
    if (fn && sh.bash && !mayNotTrust) importFunction(sh, fn[1], value)
    // Root ignores an inherited PS4: it could hold a command substitution.
    else if (isName(name) && !(sh.bash && name === 'PS4' && sh.effectiveUid === 0)) sh.vars.map.set(name, { ...newVariable(value), exported: true })
  }
  if (sh.bash) sh.lastArgument = sh.vars.get('_') ?? sh.arg0
  const now = yield* call('clock_gettime', CLOCK_REALTIME)
  if (!isErr(now)) sh.now = now.sec + now.nsec / 1e9
  sh.startSeconds = Math.floor(sh.now)
  const random = yield* call('getrandom', 4)
  sh.random = isErr(random) ? sh.pid : ((random[0] | (random[1] << 8) | (random[2] << 16) | ((random[3] & 127) << 24)) % 2147483646) + 1
  sh.parentPid = Number(yield* call('getppid'))
  if (sh.bash) yield* learnHostname(sh)
  yield* initialDirectory(sh)
  for (const sig of [SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD]) {
    const old = yield* call('rt_sigaction', sig, undefined)
    if (!isErr(old) && old.handler === SIG_IGN) sh.ignoredAtStart.add(sig)
  }
  setDefault(sh, 'PATH', sh.bash ? '/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin:.' : '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin')
  sh.vars.map.set('IFS', newVariable(' \t\n'))
  sh.vars.map.set('PPID', { ...newVariable(String(sh.parentPid)), readonly: sh.bash, integer: sh.bash })
  sh.vars.map.set('OPTIND', { ...newVariable('1'), integer: sh.bash })
  setDefault(sh, 'PS4', '+ ')
  if (!sh.bash) {
    sh.shopts.set('expand_aliases', true)
    if (sh.dialect === 'ash') setDefault(sh, 'SHLVL', '1')
    return
  }
  const level = Number(sh.vars.get('SHLVL'))
  sh.vars.map.set('SHLVL', { ...newVariable(String(Number.isInteger(level) && level >= 0 ? level + 1 : 1)), exported: true })
  for (const [name, value] of [
    ['BASH', sh.arg0.includes('/') ? sh.arg0 : sh.arg0.startsWith('-') ? '/bin/bash' : ((yield* searchPath(sh, 'bash'))[0] ?? '/bin/bash')], ['BASH_VERSION', '5.2.15(1)-release'], ['HOSTTYPE', 'x86_64'], ['MACHTYPE', 'x86_64-pc-linux-gnu'],
    ['OSTYPE', 'linux-gnu'], ['OPTERR', '1'],
  ]) sh.vars.map.set(name, newVariable(value))
  setDefault(sh, 'HOSTNAME', sh.hostname)
  setDefault(sh, 'TERM', 'dumb')
  sh.vars.map.set('UID', { ...newVariable(String(uid)), readonly: true, integer: true })
  sh.vars.map.set('EUID', { ...newVariable(String(euid)), readonly: true, integer: true })
  sh.vars.map.set('BASH_VERSINFO', { ...newVariable(), readonly: true, indexed: new Map(['5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu'].map((v, i) => [i, v])) })
  setDefault(sh, 'OLDPWD', '')
  const old = sh.vars.map.get('OLDPWD')
  if (old?.value === '') sh.vars.map.set('OLDPWD', { ...newVariable(), exported: true })
}

/** bash asks at once, for $HOSTNAME; other shells when they first need it, for a prompt. */
export function* learnHostname(sh: Shell): Flow<void> {
  const uname = yield* call('uname')
  sh.hostname = isErr(uname) ? '' : uname.nodename
}

/** PWD is believed if it names the current directory, else getcwd(2) says. */
function* initialDirectory(sh: Shell): Flow<void> {
  const inherited = sh.vars.get('PWD')
  const here = yield* stat('.')
  if (inherited?.startsWith('/') && !isErr(here) && !/(^|\/)\.\.?(\/|$)/.test(inherited)) {
    const there = yield* stat(inherited)
    if (!isErr(there) && there.ino === here.ino && there.dev === here.dev) {
      sh.cwd = inherited
      return
    }
  }
  const cwd = yield* getcwd()
  if (isErr(cwd)) {
    if (sh.bash) yield* sh.write2(`shell-init: error retrieving current directory: getcwd: cannot access parent directories: ${cwd.message}\n`)
    sh.cwd = inherited ?? '.'
  } else sh.cwd = cwd
  sh.vars.map.set('PWD', { ...newVariable(sh.cwd), exported: true })
}
