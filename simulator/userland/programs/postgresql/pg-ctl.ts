// pg_ctl(1): start, stop, restart, reload and status of the server of a data directory.
import { isErr } from '../../../abi/errno.ts'
import { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY } from '../../../abi/fcntl.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import { SIGHUP, SIGINT, SIGQUIT, SIGTERM, WNOHANG } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { execvpe, kill, open, readFile, stat, waitpid } from '../../libc/unistd.ts'
import { long, type PgOptionTable, readOptions } from './options.ts'

export const PG_CTL_OPTIONS: PgOptionTable = {
  short: 'D:l:m:o:st:wW', unsimulatedShort: 'pc', long: [long('pgdata', 'D'), long('log', 'l'), long('mode', 'm'), long('options', 'o'), long('silent', 's', false), long('timeout', 't'), long('wait', 'w', false), long('no-wait', 'W', false)],
}
const MODES: ReadonlyMap<string, number> = new Map([['smart', SIGTERM], ['s', SIGTERM], ['fast', SIGINT], ['f', SIGINT], ['immediate', SIGQUIT], ['i', SIGQUIT]])
const TRY_MORE = 'Try "pg_ctl --help" for more information.\n'
/** Looks this often; a dot a second. */
const WAITS_PER_SECOND = 10

interface Job {
  readonly c: Crt
  readonly directory: string
  readonly options: ReadonlyMap<string, string>
  readonly say: (text: string) => Flow<void>
}

export function* pgCtl(c: Crt): Flow<number> {
  const read = yield* readOptions(c, PG_CTL_OPTIONS, TRY_MORE)
  if (typeof read === 'number') return read
  const { values: options, operands } = read
  const problem = function* (text: string): Flow<number> {
    yield* c.stderr.write(text)
    return 1
  }
  if ((yield* call('geteuid')) === 0) return yield* problem('pg_ctl: cannot be run as root\nPlease log in (using, e.g., "su") as the (unprivileged) user that will\nown the server process.\n')
  const [mode, extra] = operands
  if (mode === undefined) return yield* problem(`pg_ctl: no operation specified\n${TRY_MORE}`)
  if (extra !== undefined) return yield* problem(`pg_ctl: too many command-line arguments (first is "${mode}")\n${TRY_MORE}`)
  if (!['start', 'stop', 'restart', 'reload', 'status'].includes(mode)) {
    return ['init', 'initdb', 'promote', 'logrotate', 'kill'].includes(mode) ? yield* unsimulated(c, `the mode ${mode}`) : yield* problem(`pg_ctl: unrecognized operation mode "${mode}"\n${TRY_MORE}`)
  }
  if (options.has('m') && !MODES.has(options.get('m') ?? '')) return yield* problem(`pg_ctl: unrecognized shutdown mode "${options.get('m') ?? ''}"\n${TRY_MORE}`)
  const directory = options.get('D') ?? c.env.get('PGDATA') ?? ''
  if (directory === '') return yield* problem(`pg_ctl: no database directory specified and environment variable PGDATA unset\n${TRY_MORE}`)
  if (isErr(yield* stat(directory))) return yield* problem(`pg_ctl: directory "${directory}" does not exist\n`)
  const say = function* (text: string): Flow<void> {
    if (options.has('s')) return
    yield* c.stdout.write(text)
    yield* c.stdout.flush()
  }
  const job: Job = { c, directory, options, say }
  switch (mode) {
    case 'start': return yield* start(job)
    case 'stop': return yield* stop(job)
    case 'restart': {
      if ((yield* serverPid(directory)) !== undefined && (yield* stop(job)) !== 0) return 1
      return yield* start(job)
    }
    case 'reload': {
      const pid = yield* serverPid(directory)
      if (pid === undefined) return yield* missing(job)
      yield* kill(pid, SIGHUP)
      yield* say('server signaled\n')
      return 0
    }
    default: return yield* status(job)
  }
}

function* serverPid(directory: string): Flow<number | undefined> {
  const text = yield* readFile(`${directory}/postmaster.pid`)
  return isErr(text) ? undefined : Number(text.split('\n')[0])
}
function* missing({ c, directory }: Job): Flow<number> {
  yield* c.stderr.write(`pg_ctl: PID file "${directory}/postmaster.pid" does not exist\nIs server running?\n`)
  return 1
}
function* status({ c, directory }: Job): Flow<number> {
  const pid = yield* serverPid(directory)
  if (pid === undefined || isErr(yield* kill(pid, 0))) {
    yield* c.stdout.write('pg_ctl: no server running\n')
    return 3
  }
  const how = yield* readFile(`${directory}/postmaster.opts`)
  yield* c.stdout.write(`pg_ctl: server is running (PID: ${pid})\n${isErr(how) ? '' : how}`)
  return 0
}

/** Waits until `isDone` answers a verdict, with a dot a second. */
function* patience(job: Job, isDone: () => Flow<boolean | undefined>): Flow<boolean> {
  const limit = Number(job.options.get('t') ?? 60) * WAITS_PER_SECOND
  for (let n = 0; n < limit; n++) {
    const verdict = yield* isDone()
    if (verdict !== undefined) return verdict
    if (n % WAITS_PER_SECOND === 0) yield* job.say('.')
    yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: 0, nsec: 1e9 / WAITS_PER_SECOND })
  }
  return false
}

function* start(job: Job): Flow<number> {
  const { c, directory, options, say } = job
  if ((yield* serverPid(directory)) !== undefined) yield* c.stderr.write('pg_ctl: another server might be running; trying to start server anyway\n')
  const words = (options.get('o') ?? '').match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []
  const argv = ['postgres', '-D', directory, ...words.map((word) => word.replaceAll(/['"]/g, ''))]
  const pid = yield* forkChild(c, function* () {
    yield* call('setsid')
    const input = yield* open('/dev/null', O_RDONLY)
    if (!isErr(input)) yield* call('dup2', input, 0)
    const file = options.get('l')
    const output = file === undefined ? undefined : yield* open(file, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    if (output !== undefined && !isErr(output)) for (const fd of [1, 2]) yield* call('dup2', output, fd)
    yield* execvpe(c.argv[0].includes('/') ? c.argv[0].replace(/[^/]*$/, 'postgres') : 'postgres', argv, envStrings(c.env))
    return 127
  })
  if (isErr(pid)) {
    yield* c.stderr.write(`pg_ctl: could not start server: ${pid.message}\n`)
    return 1
  }
  if (options.has('W')) {
    yield* say('server starting\n')
    return 0
  }
  yield* say('waiting for server to start...')
  const isUp = yield* patience(job, function* () {
    const text = yield* readFile(`${directory}/postmaster.pid`)
    if (!isErr(text) && Number(text.split('\n')[0]) === pid && text.split('\n')[7]?.trim() === 'ready') return true
    const ended = yield* waitpid(pid, WNOHANG)
    return isErr(ended) || ended.pid === 0 ? undefined : false
  })
  if (isUp) {
    yield* say(' done\nserver started\n')
    return 0
  }
  yield* say(' stopped waiting\n')
  yield* c.stderr.write('pg_ctl: could not start server\nExamine the log output.\n')
  return 1
}

function* stop(job: Job): Flow<number> {
  const { c, directory, options, say } = job
  const pid = yield* serverPid(directory)
  if (pid === undefined) return yield* missing(job)
  const sent = yield* kill(pid, MODES.get(options.get('m') ?? 'fast') ?? SIGINT)
  if (isErr(sent)) {
    yield* c.stderr.write(`pg_ctl: could not send stop signal (PID: ${pid}): ${sent.message}\n`)
    return 1
  }
  if (options.has('W')) {
    yield* say('server shutting down\n')
    return 0
  }
  yield* say('waiting for server to shut down...')
  const isDown = yield* patience(job, function* () {
    return (yield* serverPid(directory)) === undefined ? true : undefined
  })
  yield* say(isDown ? ' done\nserver stopped\n' : ' failed\n')
  if (!isDown) yield* c.stderr.write('pg_ctl: server does not shut down\n')
  return isDown ? 0 : 1
}
