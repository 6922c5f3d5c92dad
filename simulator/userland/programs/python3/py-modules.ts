// The modules of the standard library that small system scripts import: os, sys, time, subprocess, signal, socket's names, and a few more. What they lack says so.
import { type Errno, isErr } from '../../../abi/errno.ts'
import * as fcntl from '../../../abi/fcntl.ts'
import { CLOCK_MONOTONIC, CLOCK_REALTIME } from '../../../abi/sched.ts'
import { SIG_DFL, SIG_IGN, SIGNAL_NAMES, WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../../abi/signal.ts'
import { isDir } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { access, chmod, chown, execvpe, kill, mkdir, open, readDir, rename, rmdir, sigaction, stat, unlink, waitpid } from '../../libc/unistd.ts'
import type { PyMachine } from './py-machine.ts'
import { SOCKET } from './py-socket.ts'
import { environment, exitCode, SUBPROCESS } from './py-subprocess.ts'
import { bytes, file, itemsOf, keyOf, list, module, type Native, native, object, osError, type Py, raise, str, toBytes, toInt, toText, tuple } from './py-values.ts'

type Entry = readonly [string, Py]
const fn = (name: string, run: Native): Entry => [name, native(name, run)]
const int = (name: string, value: number): Entry => [name, BigInt(value)]

/** The answer of a call as Python has it. `name`: the file an error is about. */
const answer = (value: unknown, name?: string): Py => (isErr(value) ? osError(value as Errno, name) : typeof value === 'number' ? BigInt(value) : null)
const ofPath = (name: string, run: (path: string, args: readonly Py[]) => Flow<unknown>): Entry => fn(name, function* (_m, args) {
  const path = toText(args[0])
  const result = yield* run(path, args)
  return isErr(result) ? osError(result as Errno, path) : null
})
const dict = (entries: Iterable<readonly [Py, Py]>): Py => ({ kind: 'dict', entries: new Map([...entries].map(([k, v]) => [keyOf(k), [k, v] as const])) })

function* system(m: PyMachine, [command]: readonly Py[]): Flow<Py> {
  yield* m.c.stdout.flush()
  const pid = yield* forkChild(m.c, function* () {
    yield* execvpe('/bin/sh', ['sh', '-c', toText(command)], environment(m))
    return 127
  })
  if (isErr(pid)) return -1n
  const waited = yield* waitpid(pid)
  return isErr(waited) ? -1n : BigInt(waited.status)
}
function* wait(args: readonly Py[]): Flow<Py> {
  const waited = yield* waitpid(args.length === 0 ? -1 : toInt(args[0]), args.length < 2 ? 0 : toInt(args[1]))
  return isErr(waited) ? osError(waited) : tuple(BigInt(waited.pid), BigInt(waited.status))
}
function* exec(m: PyMachine, path: Py, argv: readonly Py[], search: boolean, env = environment(m)): Flow<Py> {
  yield* m.c.stdout.flush()
  const name = toText(path)
  const error = search ? yield* execvpe(name, argv.map(toText), env) : yield* call('execve', name, argv.map(toText), env)
  return isErr(error) ? osError(error) : null
}
function* exists(path: Py, wantsDir?: boolean): Flow<Py> {
  const st = yield* stat(toText(path))
  return !isErr(st) && (wantsDir === undefined || isDir(st.mode) === wantsDir)
}

const ids = ['getpid', 'getppid', 'getuid', 'geteuid', 'getgid', 'getegid', 'setsid', 'gettid'] as const
const settings = ['setuid', 'setgid', 'close', 'dup', 'fchdir', 'umask', 'fsync'] as const

const OS = (m: PyMachine): Py => module('os',
  fn('fork', (machine) => machine.fork()), fn('system', system), fn('wait', (_m, args) => wait(args)), fn('waitpid', (_m, args) => wait(args)),
  fn('_exit', function* (_m, [status]) {
    yield* call('exit_group', toInt(status) & 0xff)
    return null
  }),
  ...ids.map((name) => fn(name, function* () {
    return answer(yield* call(name))
  })),
  ...settings.map((name) => fn(name, function* (_m, [a]) {
    return answer(yield* call(name, toInt(a)))
  })),
  ...(['seteuid', 'setegid'] as const).map((name) => fn(name, function* (_m, [id]) {
    return answer(yield* call(name === 'seteuid' ? 'setresuid' : 'setresgid', -1, toInt(id), -1))
  })),
  fn('setgroups', function* (_m, [groups]) {
    return answer(yield* call('setgroups', itemsOf(groups).map(toInt)))
  }),
  fn('getgroups', function* () {
    const groups = yield* call('getgroups')
    return isErr(groups) ? osError(groups) : list(groups.map(BigInt))
  }),
  fn('kill', function* (_m, [pid, sig]) {
    return isErr(yield* kill(toInt(pid), toInt(sig))) ? answer(yield* kill(toInt(pid), toInt(sig))) : null
  }),
  fn('nice', function* (_m, [n]) {
    const now = yield* call('getpriority', 0, 0)
    if (isErr(now)) return osError(now)
    const set = yield* call('setpriority', 0, 0, now + toInt(n))
    return isErr(set) ? osError(set) : BigInt(now + toInt(n))
  }),
  ofPath('mkdir', (path, [, mode]) => mkdir(path, mode === undefined ? 0o777 : toInt(mode))), ofPath('rmdir', rmdir), ofPath('remove', unlink), ofPath('unlink', unlink), ofPath('chdir', (path) => call('chdir', path)),
  ofPath('chroot', (path) => call('chroot', path)), ofPath('chmod', (path, [, mode]) => chmod(path, toInt(mode))), ofPath('chown', (path, [, uid, gid]) => chown(path, toInt(uid), toInt(gid))),
  ofPath('rename', (path, [, to]) => rename(path, toText(to))), ofPath('mkfifo', (path) => call('mknodat', fcntl.AT_FDCWD, path, 0o10666, 0)),
  fn('access', function* (_m, [path, mode]) {
    return !isErr(yield* access(toText(path), toInt(mode)))
  }),
  fn('listdir', function* (_m, [path = '.']) {
    const entries = yield* readDir(toText(path))
    return isErr(entries) ? osError(entries, toText(path)) : list(entries.map((e) => e.name).filter((n) => n !== '.' && n !== '..'))
  }),
  fn('readlink', function* (_m, [path]) {
    const target = yield* call('readlinkat', fcntl.AT_FDCWD, toText(path))
    return isErr(target) ? osError(target, toText(path)) : target
  }),
  fn('getcwd', function* () {
    const path = yield* call('getcwd')
    return isErr(path) ? osError(path) : path
  }),
  fn('open', function* (_m, [path, flags, mode]) {
    return answer(yield* open(toText(path), toInt(flags), mode === undefined ? 0o777 : toInt(mode)), toText(path))
  }),
  fn('read', function* (_m, [fd, n]) {
    const data = yield* call('read', toInt(fd), toInt(n))
    return isErr(data) ? osError(data) : bytes(data)
  }),
  fn('write', function* (_m, [fd, data]) {
    return answer(yield* call('write', toInt(fd), toBytes(data)))
  }),
  fn('dup2', function* (_m, [a, b]) {
    return answer(yield* call('dup2', toInt(a), toInt(b)))
  }),
  fn('pipe', function* () {
    const ends = yield* call('pipe2', fcntl.O_CLOEXEC)
    return isErr(ends) ? osError(ends) : tuple(...ends.map(BigInt))
  }),
  fn('uname', function* () {
    const names = yield* call('uname')
    return isErr(names) ? osError(names) : object('posix.uname_result', [['sysname', names.sysname], ['nodename', names.nodename], ['release', names.release], ['version', names.version], ['machine', names.machine]])
  }),
  fn('urandom', function* (_m, [n]) {
    const data = yield* call('getrandom', toInt(n))
    return isErr(data) ? osError(data) : bytes(data)
  }),
  fn('execvp', (machine, [path, argv]) => exec(machine, path, itemsOf(argv), true)), fn('execv', (machine, [path, argv]) => exec(machine, path, itemsOf(argv), false)),
  fn('execlp', (machine, [path, ...argv]) => exec(machine, path, argv, true)), fn('execl', (machine, [path, ...argv]) => exec(machine, path, argv, false)),
  fn('cpu_count', function* () {
    return 1n
  }),
  fn('getenv', function* (_m, [name, other = null]) {
    const found = m.environment?.entries.get(keyOf(name))
    return found?.[1] ?? other
  }),
  ['environ', m.environment ?? null], ['path', PATH], ['linesep', '\n'], ['sep', '/'], ['name', 'posix'], ['WNOHANG', 1n], ['error', attributeClass('OSError')],
  fn('WEXITSTATUS', function* (_m, [s]) {
    return BigInt(WEXITSTATUS(toInt(s)))
  }),
  fn('WTERMSIG', function* (_m, [s]) {
    return BigInt(WTERMSIG(toInt(s)))
  }),
  fn('WIFEXITED', function* (_m, [s]) {
    return WIFEXITED(toInt(s))
  }),
  fn('waitstatus_to_exitcode', function* (_m, [s]) {
    return BigInt(exitCode(toInt(s)))
  }),
  ...Object.entries(fcntl).flatMap(([name, value]): Entry[] => (name.startsWith('O_') && typeof value === 'number' ? [int(name, value)] : [])), int('F_OK', 0), int('R_OK', 4), int('W_OK', 2), int('X_OK', 1),
)
/** The class of a built-in exception, for `except os.error`. */
function attributeClass(name: string): Py {
  return { kind: 'class', name, make: function* () {
    return raise(name, '')
  } }
}
const PATH: Py = module('posixpath',
  fn('exists', (_m, [path]) => exists(path)), fn('isdir', (_m, [path]) => exists(path, true)), fn('isfile', (_m, [path]) => exists(path, false)),
  fn('join', function* (_m, parts) {
    return parts.map(toText).reduce((a, b) => (b.startsWith('/') ? b : a.endsWith('/') || a === '' ? a + b : `${a}/${b}`))
  }),
  fn('basename', function* (_m, [path]) {
    return toText(path).replace(/^.*\//s, '')
  }),
  fn('dirname', function* (_m, [path]) {
    return toText(path).replace(/\/?[^/]*$/, '')
  }),
  fn('getsize', function* (_m, [path]) {
    const st = yield* stat(toText(path))
    return isErr(st) ? osError(st, toText(path)) : BigInt(st.size)
  }),
)

const SYS = (m: PyMachine): Py => module('sys',
  ['argv', list([...m.argv])], ['stdin', file(0, '<stdin>', false)], ['stdout', file(1, '<stdout>', false)], ['stderr', file(2, '<stderr>', false)], ['version', '3.11.2 (main, Apr 28 2025, 14:11:48) [GCC 12.2.0]'],
  ['executable', '/usr/bin/python3'], ['platform', 'linux'], ['maxsize', 9223372036854775807n], ['path', list(['', '/usr/lib/python311.zip', '/usr/lib/python3.11', '/usr/lib/python3.11/lib-dynload'])],
  ['version_info', tuple(3n, 11n, 2n, 'final', 0n)], ['byteorder', 'little'],
  fn('exit', function* (_m, args) {
    return raise('SystemExit', '', args)
  }),
)

function* sleep(_m: PyMachine, [seconds]: readonly Py[]): Flow<Py> {
  const s = Number(seconds)
  yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: Math.floor(s), nsec: Math.round((s % 1) * 1e9) })
  return null
}
const clock = (name: string, id: number): Entry => fn(name, function* () {
  const t = yield* call('clock_gettime', id)
  return isErr(t) ? osError(t) : t.sec + t.nsec / 1e9
})
const TIME = (): Py => module('time', fn('sleep', sleep), clock('time', CLOCK_REALTIME), clock('monotonic', CLOCK_MONOTONIC), clock('perf_counter', CLOCK_MONOTONIC), clock('process_time', 2))

const SIGNAL = (): Py => module('signal',
  ...SIGNAL_NAMES.flatMap((name, n): Entry[] => (name === undefined ? [] : [int(`SIG${name}`, n)])), int('SIG_DFL', 0), int('SIG_IGN', 1),
  fn('signal', function* (m, [sig, handler]) {
    const n = toInt(sig)
    const isFunction = typeof handler === 'object' && handler !== null
    const old = yield* sigaction(n, isFunction ? function* () {
      m.pendingSignals.push(n)
    } : Number(handler) === 1 ? SIG_IGN : SIG_DFL)
    if (isErr(old)) return osError(old)
    const before = m.handlers.get(n) ?? 0n
    m.handlers.set(n, handler)
    return before
  }),
  fn('pause', function* () {
    yield* call('pause')
    return null
  }),
  fn('alarm', function* (_m, [n]) {
    return answer(yield* call('alarm', toInt(n)))
  }),
)
const JSON_MODULE = (): Py => module('json',
  fn('dumps', function* (_m, [value]) {
    return jsonText(value)
  }),
  fn('loads', function* (_m, [text]) {
    return fromJson(JSON.parse(toText(text)))
  }),
)
function jsonText(v: Py): string {
  if (v === null || typeof v === 'boolean') return String(v)
  if (typeof v === 'bigint' || typeof v === 'number') return String(v)
  if (typeof v === 'string') return JSON.stringify(v)
  if (v.kind === 'list' || v.kind === 'tuple') return `[${v.items.map(jsonText).join(', ')}]`
  if (v.kind === 'dict') return `{${[...v.entries.values()].map(([k, value]) => `${JSON.stringify(str(k))}: ${jsonText(value)}`).join(', ')}}`
  return raise('TypeError', `Object of type ${v.kind} is not JSON serializable`)
}
function fromJson(v: unknown): Py {
  if (Array.isArray(v)) return list(v.map(fromJson))
  if (typeof v === 'object' && v !== null) return dict(Object.entries(v).map(([k, value]) => [k, fromJson(value)] as const))
  return typeof v === 'number' && Number.isInteger(v) ? BigInt(v) : (v as Py)
}

export const MODULES: ReadonlyMap<string, (m: PyMachine) => Py> = new Map<string, (m: PyMachine) => Py>([
  ['os', OS], ['sys', SYS], ['time', TIME], ['subprocess', SUBPROCESS], ['signal', SIGNAL], ['socket', SOCKET], ['json', JSON_MODULE],
  ['platform', () => module('platform', fn('node', function* () {
    const names = yield* call('uname')
    return isErr(names) ? '' : names.nodename
  }))],
])
