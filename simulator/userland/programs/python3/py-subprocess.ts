// The module subprocess: run and its relatives, and Popen for processes that go on beside this one.
import { Errno, isErr } from '../../../abi/errno.ts'
import * as fcntl from '../../../abi/fcntl.ts'
import { SIGKILL, SIGTERM, SIGNAL_NAMES, WEXITSTATUS, WIFEXITED, WNOHANG, WTERMSIG } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { envStrings } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, execvpe, kill, open, readToEnd, waitpid, writeAll } from '../../libc/unistd.ts'
import type { PyMachine } from './py-machine.ts'
import { bytes, file, isTrue, itemsOf, type Method, module, native, object, osError, type Py, type PyObject, PyRaise, PyUnsimulated, raise, repr, toInt, toText, tuple } from './py-values.ts'

const PIPE = -1, STDOUT = -2, DEVNULL = -3, INHERIT = -9
/** What Popen does with each stream, in the order of their descriptors. */
const STREAMS = ['stdin', 'stdout', 'stderr'] as const
type Named = ReadonlyMap<string, Py>

export const exitCode = (status: number): number => (WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status))

/** What exec gives to a program: os.environ as it is now. */
export function environment(m: PyMachine): string[] {
  const env = m.environment
  return env === undefined ? envStrings(m.c.env) : environmentOf(env)
}
function environmentOf(env: Py): string[] {
  return typeof env === 'object' && env?.kind === 'dict' ? [...env.entries.values()].map(([name, value]) => `${toText(name)}=${toText(value)}`) : []
}

function streamOf(v: Py | undefined): number {
  return typeof v === 'bigint' ? Number(v) : Number((typeof v === 'object' && v?.kind === 'object' ? v.attributes.get('fd') : undefined) ?? BigInt(INHERIT))
}
const errnoOf = (number: number): Errno => Object.values(Errno).find((e) => e.number === number) ?? Errno.EIO
const isText = (named: Named): boolean => isTrue(named.get('text') ?? named.get('universal_newlines') ?? false) || named.has('encoding')
function outputOf(data: Uint8Array | undefined, named: Named): Py {
  if (data === undefined) return null
  return isText(named) ? decodeUtf8(data) : bytes(data)
}

interface Child {
  readonly pid: number
  /** This side's ends of the pipes, by stream. */
  readonly pipes: ReadonlyMap<string, number>
}

/** Named arguments that are heeded; then those that ask for what is so anyway. */
const KNOWN = new Set(['shell', 'capture_output', 'env', 'cwd', 'start_new_session', 'stdin', 'stdout', 'stderr', 'check', 'text', 'universal_newlines', 'encoding', 'bufsize', 'close_fds', 'restore_signals'])

/** Starts a program; an exec that fails is this side's error. */
function* spawn(m: PyMachine, args: readonly Py[], named: Named): Flow<Child> {
  const unknown = [...named].find(([name, value]) => !KNOWN.has(name) && value !== null)?.[0]
  if (unknown !== undefined) throw new PyUnsimulated(`${unknown}= of subprocess`)
  if (args.length > 1) throw new PyUnsimulated('subprocess arguments without their names')
  const isShell = isTrue(named.get('shell') ?? false)
  const argv = isShell ? ['/bin/sh', '-c', toText(args[0])] : typeof args[0] === 'string' ? [args[0]] : itemsOf(args[0]).map(toText)
  const captures = isTrue(named.get('capture_output') ?? false)
  const wanted = (name: string): number => (captures && name !== 'stdin' ? PIPE : named.has(name) && named.get(name) !== null ? streamOf(named.get(name)) : INHERIT)
  const env = named.get('env') ?? null
  const directory = named.get('cwd') ?? null
  const pipes = new Map<string, readonly [number, number]>()
  for (const name of STREAMS) {
    if (wanted(name) !== PIPE) continue
    const ends = yield* call('pipe2', fcntl.O_CLOEXEC)
    if (isErr(ends)) return osError(ends)
    pipes.set(name, ends)
  }
  const report = yield* call('pipe2', fcntl.O_CLOEXEC)
  if (isErr(report)) return osError(report)
  yield* m.c.stdout.flush()
  const pid = yield* forkChild(m.c, function* () {
    for (const [fd, name] of STREAMS.entries()) {
      const how = wanted(name)
      if (how === PIPE) yield* call('dup2', pipes.get(name)?.[fd === 0 ? 0 : 1] ?? -1, fd)
      else if (how === STDOUT) yield* call('dup2', 1, fd)
      else if (how === DEVNULL) {
        const none = yield* open('/dev/null', fcntl.O_RDWR)
        if (!isErr(none)) yield* call('dup2', none, fd)
      } else if (how >= 0) yield* call('dup2', how, fd)
    }
    if (isTrue(named.get('close_fds') ?? true)) {
      yield* call('close_range', 3, report[1] - 1, 0)
      yield* call('close_range', report[1] + 1, 0xffffffff, 0)
    }
    let error: Errno | 0 = directory === null ? 0 : yield* call('chdir', toText(directory))
    if (error === 0 && isTrue(named.get('start_new_session') ?? false)) yield* call('setsid')
    if (error === 0) error = yield* execvpe(argv[0], argv, env === null ? environment(m) : environmentOf(env))
    yield* writeAll(report[1], Uint8Array.of(error.number))
    yield* call('exit_group', 255)
    return 255
  })
  yield* close(report[1])
  const ours = new Map<string, number>()
  for (const [name, ends] of pipes) {
    yield* close(ends[name === 'stdin' ? 0 : 1])
    ours.set(name, ends[name === 'stdin' ? 1 : 0])
  }
  if (isErr(pid)) return osError(pid)
  const failure = yield* call('read', report[0], 1)
  yield* close(report[0])
  if (isErr(failure) || failure.length === 0) return { pid, pipes: ours }
  for (const fd of ours.values()) yield* close(fd)
  yield* waitpid(pid)
  return osError(errnoOf(failure[0]), argv[0])
}

/** subprocess.run and its relatives: a child with its output perhaps read here. */
function* runProcess(m: PyMachine, args: readonly Py[], named: Named): Flow<{ readonly code: number; readonly out: Uint8Array | undefined; readonly err: Uint8Array | undefined }> {
  const { pid, pipes } = yield* spawn(m, args, named)
  const read = function* (name: string): Flow<Uint8Array | undefined> {
    const fd = pipes.get(name)
    if (fd === undefined) return undefined
    const data = yield* readToEnd(fd)
    yield* close(fd)
    return isErr(data) ? new Uint8Array(0) : data
  }
  const out = yield* read('stdout')
  const err = yield* read('stderr')
  const waited = yield* waitpid(pid)
  return { code: isErr(waited) ? -1 : exitCode(waited.status), out, err }
}

function failed(args: Py, code: number, output: Py): never {
  const how = code < 0 ? `died with <Signals.SIG${SIGNAL_NAMES[-code] ?? ''}: ${-code}>.` : `returned non-zero exit status ${code}.`
  throw new PyRaise(object('CalledProcessError', [['args', tuple(BigInt(code), args)], ['returncode', BigInt(code)], ['cmd', args], ['output', output], ['message', `Command ${repr(args)} ${how}`]]))
}

// ---- Popen

const pidOf = (self: PyObject): number => toInt(self.attributes.get('pid') ?? null)
function* reap(self: PyObject, options: number): Flow<Py> {
  const known = self.attributes.get('returncode') ?? null
  if (known !== null) return known
  const waited = yield* waitpid(pidOf(self), options)
  if (isErr(waited) || waited.pid === 0) return null
  const code = BigInt(exitCode(waited.status))
  self.attributes.set('returncode', code)
  return code
}
function* signal(self: PyObject, sig: number): Flow<Py> {
  // a process that has been waited for may have left its number to another one
  if ((yield* reap(self, WNOHANG)) !== null) return null
  const sent = yield* kill(pidOf(self), sig)
  return isErr(sent) && sent !== Errno.ESRCH ? osError(sent) : null
}
function refuseTimeout(args: readonly Py[], named: Named): void {
  if (args.length > 0 || named.has('timeout')) throw new PyUnsimulated('a timeout of Popen')
}

/** Methods of Popen objects. */
export const POPEN = new Map<string, Method<PyObject>>(Object.entries<Method<PyObject>>({
  poll: (_m, self) => reap(self, WNOHANG),
  wait: function* (_m, self, args, named) {
    refuseTimeout(args, named)
    return yield* reap(self, 0)
  },
  communicate: function* (_m, self, args, named) {
    refuseTimeout(args, named)
    const read = function* (name: string): Flow<Py> {
      const stream = self.attributes.get(name)
      if (typeof stream !== 'object' || stream?.kind !== 'object') return null
      const fd = toInt(stream.attributes.get('fd') ?? null)
      const data = yield* readToEnd(fd)
      yield* close(fd)
      if (isErr(data)) return osError(data)
      return stream.attributes.get('binary') === true ? bytes(data) : decodeUtf8(data)
    }
    if ((self.attributes.get('stdin') ?? null) !== null) throw new PyUnsimulated('communicate with an open stdin')
    const out = yield* read('stdout')
    const err = yield* read('stderr')
    yield* reap(self, 0)
    return tuple(out, err)
  },
  send_signal: (_m, self, [sig]) => signal(self, toInt(sig)),
  terminate: (_m, self) => signal(self, SIGTERM),
  kill: (_m, self) => signal(self, SIGKILL),
  close: (_m, self) => reap(self, 0),
}))

function* popen(m: PyMachine, args: readonly Py[], named: Named): Flow<Py> {
  const { pid, pipes } = yield* spawn(m, args, named)
  const stream = (name: string): Py => {
    const fd = pipes.get(name)
    return fd === undefined ? null : file(fd, String(fd), !isText(named))
  }
  return object('Popen', [['args', args[0]], ['pid', BigInt(pid)], ['returncode', null], ...STREAMS.map((name) => [name, stream(name)] as const)])
}

export const SUBPROCESS = (): Py => module('subprocess',
  ['PIPE', BigInt(PIPE)], ['STDOUT', BigInt(STDOUT)], ['DEVNULL', BigInt(DEVNULL)],
  ['run', native('run', function* (m, args, named) {
    const { code, out, err } = yield* runProcess(m, args, named)
    if (code !== 0 && isTrue(named.get('check') ?? false)) failed(args[0], code, outputOf(out, named))
    return object('CompletedProcess', [['args', args[0]], ['returncode', BigInt(code)], ['stdout', outputOf(out, named)], ['stderr', outputOf(err, named)]])
  })],
  ['call', native('call', function* (m, args, named) {
    return BigInt((yield* runProcess(m, args, named)).code)
  })],
  ['check_call', native('check_call', function* (m, args, named) {
    const { code } = yield* runProcess(m, args, named)
    return code === 0 ? 0n : failed(args[0], code, null)
  })],
  ['check_output', native('check_output', function* (m, args, named) {
    const { code, out } = yield* runProcess(m, args, new Map([...named, ['stdout', BigInt(PIPE)]]))
    return code === 0 ? outputOf(out, named) : failed(args[0], code, outputOf(out, named))
  })],
  ['Popen', { kind: 'class', name: 'Popen', make: popen }],
  ['CalledProcessError', { kind: 'class', name: 'CalledProcessError', make: function* () {
    return raise('CalledProcessError', '')
  } }],
)
