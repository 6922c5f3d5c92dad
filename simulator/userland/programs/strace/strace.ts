// strace(1) 6.1: the system calls of a program and, with -f, of its children. It listens to the kernel through perf_event_open instead of stopping the program at
// every call with ptrace(2), so it does not slow it down. Calls that only a C library makes (brk, mmap, the dynamic loader's) do not happen here.
import type { Errno } from '../../../abi/errno.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, X_OK } from '../../../abi/fcntl.ts'
import { SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGQUIT, SIGTERM, WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../../abi/signal.ts'
import { isDir } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { TraceRecord } from '../../../abi/trace-record.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { fail, unsimulated } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { access, close, kill, open, sigaction, stat, waitpid, writeAll } from '../../libc/unistd.ts'
import { parseFilter } from './filter.ts'
import { Printer } from './printer.ts'
import { Summary } from './summary.ts'

interface Settings {
  follows: boolean
  quiet: number
  shows: (nr: string) => boolean
  showsSignals: boolean
  output: string | undefined
  pid: number | undefined
  results: 'all' | 'successful' | 'failed'
  summary: Summary | undefined
}

const SHORT = '+a:Ab:cCdDe:E:fFhiI:kKnNo:O:p:P:qrs:S:tTu:UvVwxX:yYzZ'
const UNSIMULATED = 'aAbCdDEFhiIkKnNOPrsStTuUvwxXyY'

/** Reads the options; a number is the exit status of a run that ends here. */
function* parse(c: Crt, settings: Settings): Flow<readonly string[] | number> {
  const parsed = getoptLong(c.argv, SHORT, [
    { name: 'follow-forks', arg: 'none', is: 'f' }, { name: 'output', arg: 'required', is: 'o' }, { name: 'attach', arg: 'required', is: 'p' },
    { name: 'trace', arg: 'required' }, { name: 'signal', arg: 'required' }, { name: 'quiet', arg: 'none', is: 'q' }, { name: 'version', arg: 'none', is: 'V' },
    { name: 'summary-only', arg: 'none', is: 'c' }, { name: 'successful-only', arg: 'none', is: 'z' }, { name: 'failed-only', arg: 'none', is: 'Z' }, { name: 'string-limit', arg: 'required', is: 's', unsimulated: true },
  ], UNSIMULATED)
  for (const event of parsed.options) {
    if ('error' in event) return yield* usage(c, event.error)
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    const arg = event.arg ?? ''
    if (event.opt === 'f') settings.follows = true
    else if (event.opt === 'c') settings.summary ??= new Summary()
    else if (event.opt === 'q') settings.quiet++
    else if (event.opt === 'z' || event.opt === 'Z') settings.results = event.opt === 'z' ? 'successful' : 'failed'
    else if (event.opt === 'o') settings.output = arg
    else if (event.opt === 'p') {
      if (!/^[1-9]\d*$/.test(arg)) return yield* fail(c, 1, `Invalid process id: '${arg}'`)
      settings.pid = Number(arg)
    } else if (event.opt === 'V') {
      yield* c.stdout.write('strace -- version 6.1\nCopyright (c) 1991-2022 The strace developers <https://strace.io>.\nThis is free software; see the source for copying conditions.  There is NO\nwarranty; not even for MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.\n')
      return 0
    } else {
      const status = yield* expression(c, settings, event.opt === 'e' ? arg : `${event.opt}=${arg}`)
      if (status !== undefined) return status
    }
  }
  if (parsed.operands.length === 0 && settings.pid === undefined) return yield* usage(c, 'must have PROG [ARGS] or -p PID')
  return parsed.operands
}

function* usage(c: Crt, error: string): Flow<number> {
  yield* c.stderr.write(`strace: ${error}\nTry 'strace -h' for more information.\n`)
  return 1
}

/** -e [trace=]SET and -e signal=SET. */
function* expression(c: Crt, settings: Settings, text: string): Flow<number | undefined> {
  const m = /^(\w+)=(.*)$/s.exec(text)
  const key = m === null ? 'trace' : m[1]
  const value = m === null ? text : m[2]
  if (key === 'signal' || key === 'signals' || key === 's') {
    if (value !== 'none' && value !== 'all') return yield* unsimulated(c, `-e ${text}`)
    settings.showsSignals = value === 'all'
    return undefined
  }
  if (key !== 'trace' && key !== 't') return yield* unsimulated(c, `-e ${text}`)
  const filter = parseFilter(value)
  if ('error' in filter) return yield* fail(c, 1, filter.error)
  settings.shows = filter
  return undefined
}

/** The file to execute, looked for along PATH. */
function* findProgram(c: Crt, name: string): Flow<string | Errno> {
  if (name.includes('/')) {
    const found = yield* stat(name)
    return isErr(found) ? found : name
  }
  for (const dir of (c.env.get('PATH') ?? '').split(':')) {
    const path = `${dir === '' ? '.' : dir}/${name}`
    const found = yield* stat(path)
    if (!isErr(found) && !isDir(found.mode) && !isErr(yield* access(path, X_OK))) return path
  }
  return E.ENOENT
}

/** The program, held back until its calls are heard: the child waits for the end of a pipe. */
function* startHeld(c: Crt, path: string, argv: readonly string[]): Flow<{ readonly pid: number; readonly go: number } | Errno> {
  const pipe = yield* call('pipe2', O_CLOEXEC)
  if (isErr(pipe)) return pipe
  const pid = yield* forkChild(c, function* (child) {
    yield* close(pipe[1])
    yield* call('read', pipe[0], 1)
    const error = (yield* call('execve', path, argv, envStrings(child.env))) as Errno
    return yield* fail(child, 1, 'exec', error)
  })
  yield* close(pipe[0])
  return isErr(pid) ? pid : { pid, go: pipe[1] }
}

export function* strace(c: Crt): Flow<number> {
  const settings: Settings = { follows: false, quiet: 0, shows: () => true, showsSignals: true, output: undefined, pid: undefined, results: 'all', summary: undefined }
  const operands = yield* parse(c, settings)
  if (typeof operands === 'number') return operands
  if (settings.pid !== undefined && operands.length > 0) return yield* unsimulated(c, '-p together with a program')
  const path = settings.pid === undefined ? yield* findProgram(c, operands[0]) : ''
  if (isErr(path)) return yield* fail(c, 1, `Can't stat '${operands[0]}'`, path)
  const out = settings.output === undefined ? 2 : yield* open(settings.output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  if (isErr(out)) return yield* fail(c, 1, `Can't fopen '${settings.output}'`, out)
  const started = settings.pid === undefined ? yield* startHeld(c, path, operands) : undefined
  if (isErr(started)) return yield* fail(c, 1, 'fork', started)
  const pid = started?.pid ?? settings.pid ?? 0
  const events = yield* call('perf_event_open', pid, settings.follows)
  if (isErr(events)) return yield* refused(c, pid, started !== undefined, events)
  if (started === undefined && settings.quiet === 0) yield* c.stderr.write(`strace: Process ${pid} attached\n`)
  return yield* follow(c, settings, pid, events, out, started?.go)
}

/** Prints until the last process has ended, then ends like the first one. */
function* follow(c: Crt, settings: Settings, pid: number, events: number, out: number, go: number | undefined): Flow<number> {
  let stopped: number | undefined
  if (go === undefined) for (const sig of [SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM]) yield* sigaction(sig, function* () {
    stopped = sig
  })
  else for (const sig of [SIGINT, SIGQUIT, SIGTERM]) yield* sigaction(sig, 'ignore')
  if (go !== undefined) yield* close(go)
  const printer = new Printer({
    shows: settings.shows, showsSignals: settings.showsSignals, results: settings.results, alwaysNames: settings.follows && settings.output !== undefined,
    announces: settings.quiet === 0 && settings.output === undefined, announcesEnd: settings.quiet < 2,
  }, pid)
  // What a started program does before it is executed is strace's own.
  let isHeld = go !== undefined
  let hasStarted = !isHeld
  let status = 0
  for (;;) {
    const data = yield* call('read', events, 65536)
    if (isErr(data) && stopped === undefined) continue
    if (isErr(data) || data.length === 0) break
    let text = ''
    for (const line of decodeUtf8(data).trimEnd().split('\n')) {
      const record = JSON.parse(line) as TraceRecord
      if (isHeld && record.kind === 'enter' && record.nr === 'execve') isHeld = false
      if (record.kind === 'end' && record.pid === pid) status = record.status
      if (!isHeld || record.kind === 'end') text += settings.summary === undefined ? printer.print(record) : settings.summary.count(record, settings.shows)
      // Where the program can't be executed, the rest is strace's own again.
      if (record.kind === 'exit' && record.nr === 'execve' && record.pid === pid && !hasStarted) {
        hasStarted = !record.result.startsWith('-1')
        isHeld = !hasStarted
      }
    }
    if (text !== '') yield* writeAll(out, encodeUtf8(text))
  }
  if (settings.summary !== undefined) yield* writeAll(out, encodeUtf8(settings.summary.table()))
  if (stopped !== undefined) {
    yield* c.stderr.write(`strace: Process ${pid} detached\n`)
    return yield* dieOf(stopped)
  }
  if (go === undefined) return 0
  yield* waitpid(pid)
  if (WIFEXITED(status)) return WEXITSTATUS(status)
  return yield* dieOf(WTERMSIG(status))
}
function* dieOf(signal: number): Flow<number> {
  yield* sigaction(signal, 'default')
  const self = yield* call('getpid')
  if (!isErr(self)) yield* kill(self, signal)
  return 128 + signal
}

/** strace tries at its start whether it may trace a child of its own; where it may not (Yama), it says so and attaches by the older request. */
function* refused(c: Crt, pid: number, isOwnChild: boolean, error: Errno): Flow<number> {
  const mayTrace = !isOwnChild && error === E.EPERM ? yield* mayTraceChild(c) : !isOwnChild
  if (!mayTrace) yield* c.stderr.write(`strace: test_ptrace_get_syscall_info: PTRACE_TRACEME: ${error.message}\n`)
  return yield* fail(c, 1, isOwnChild ? 'ptrace(PTRACE_TRACEME, ...)' : `attach: ptrace(${mayTrace ? 'PTRACE_SEIZE' : 'PTRACE_ATTACH'}, ${pid})`, error)
}
function* mayTraceChild(c: Crt): Flow<boolean> {
  const child = yield* forkChild(c, function* () {
    yield* call('pause')
    return 0
  })
  if (isErr(child)) return true
  const events = yield* call('perf_event_open', child, false)
  if (!isErr(events)) yield* close(events)
  yield* kill(child, SIGKILL)
  yield* waitpid(child)
  return !isErr(events)
}
