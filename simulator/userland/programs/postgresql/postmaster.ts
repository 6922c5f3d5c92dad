// The postmaster (postmaster.c): owns the data directory, the sockets and the shared memory, starts every other process, and buries them. It touches no data itself,
// so that it outlives their crashes: then all are ended and started anew.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC } from '../../../abi/fcntl.ts'
import { SIGCHLD, SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGNAL_NAMES, WEXITSTATUS, WIFEXITED, WNOHANG, WTERMSIG } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { GoRuntime, Signal } from '../../libc/goroutine.ts'
import { call } from '../../libc/syscall.ts'
import { chmod, close, kill, sigaction, unlink, waitpid, writeFile } from '../../libc/unistd.ts'
import { peerOf } from './authenticate.ts'
import { Backend } from './backend.ts'
import { Cluster } from './catalog.ts'
import { type LockFile, readState, writeLock, writeState } from './data-directory.ts'
import { SqlError } from './protocol.ts'
import { log, nowMs, timeText } from './server-log.ts'
import { VERSION_TEXT } from './settings.ts'
import { dropDsm, dropSegment, makeDsm, makeSegment, type Segment, type Shared } from './shared.ts'
import { checkpoint, EARLY_WORKERS, LATE_WORKERS, worker, type WorkerKind } from './workers.ts'

type Child = { readonly kind: WorkerKind | 'startup' } | { readonly kind: 'client'; readonly fd: number }
type Shutdown = 'none' | 'smart' | 'fast' | 'immediate'

const SIGNAL_TEXTS: Readonly<Record<number, string>> = { [SIGINT]: 'Interrupt', [SIGQUIT]: 'Quit', [SIGTERM]: 'Terminated', 9: 'Killed', 11: 'Segmentation fault', 6: 'Aborted' }

export class Postmaster {
  readonly #c: Crt
  readonly #shared: Shared
  readonly #lock: LockFile
  readonly #rt = new GoRuntime()
  readonly #woken = new Signal()
  readonly #signals: number[] = []
  readonly #children = new Map<number, Child>()
  #listeners: number[] = []
  #sockets: string[] = []
  #segment: Segment | undefined
  #dsm: readonly string[] = []
  #shutdown: Shutdown = 'none'
  #isCrashed = false
  #isEnding = false

  constructor(c: Crt, shared: Shared, lock: LockFile) {
    this.#c = c
    this.#shared = shared
    this.#lock = lock
  }

  /** Answers the exit status. */
  *run(): Flow<number> {
    try {
      yield* log('LOG', `starting ${VERSION_TEXT}`)
      yield* this.#listen()
      yield* this.#takeMemory()
    } catch (thrown) {
      if (!(thrown instanceof SqlError)) throw thrown
      yield* log('FATAL', thrown.text)
      if (thrown.detail !== undefined) yield* log('DETAIL', thrown.detail)
      if (thrown.hint !== undefined) yield* log('HINT', thrown.hint)
      for (const path of this.#sockets) yield* unlink(path)
      yield* unlink('postmaster.pid')
      yield* log('LOG', 'database system is shut down')
      return 1
    }
    yield* this.#listenToSignals()
    yield* this.#startUp()
    for (const fd of this.#listeners) this.#rt.go(this.#accept(fd))
    return yield* this.#rt.run(this.#watch())
  }

  // ---- sockets and memory

  *#listen(): Flow<void> {
    const { settings } = this.#shared
    const port = settings.port
    for (const name of (settings.get('listen_addresses') ?? '').split(',').map((word) => word.trim()).filter((word) => word !== '')) {
      const addresses = name === '*' ? ['0.0.0.0', '::'] : name === 'localhost' ? ['127.0.0.1'] : [name]
      for (const addr of addresses) {
        const family = addr.includes(':') ? 'inet6' : 'inet'
        const error = yield* this.#bind({ family, addr, port })
        if (error === undefined) yield* log('LOG', `listening on IPv${family === 'inet6' ? 6 : 4} address "${addr}", port ${port}`)
        else {
          yield* log('LOG', `could not bind IPv${family === 'inet6' ? 6 : 4} address "${addr}": ${error.message}`)
          if (error === Errno.EADDRINUSE) yield* log('HINT', `Is another postmaster already running on port ${port}? If not, wait a few seconds and retry.`)
        }
      }
      if (this.#listeners.length === 0) {
        yield* log('WARNING', `could not create listen socket for "${name}"`)
        throw new SqlError('58000', 'could not create any TCP/IP sockets', { severity: 'FATAL' })
      }
    }
    const directory = settings.get('unix_socket_directories') ?? ''
    if (directory === '') return
    const path = `${directory}/.s.PGSQL.${port}`
    yield* unlink(path)
    const error = yield* this.#bind({ family: 'unix', path })
    if (error !== undefined) {
      if (error === Errno.ENOENT || error === Errno.EACCES) throw new SqlError('58000', `could not create lock file "${path}.lock": ${error.message}`, { severity: 'FATAL' })
      throw new SqlError('58000', `could not bind Unix address "${path}": ${error.message}`, { severity: 'FATAL' })
    }
    yield* chmod(path, 0o777)
    yield* writeFile(`${path}.lock`, `${this.#lock.pid}\n${this.#lock.directory}\n`)
    yield* chmod(`${path}.lock`, 0o600)
    this.#sockets = [path, `${path}.lock`]
    yield* log('LOG', `listening on Unix socket "${path}"`)
  }
  *#bind(addr: { readonly family: 'inet' | 'inet6'; readonly addr: string; readonly port: number } | { readonly family: 'unix'; readonly path: string }): Flow<Errno | undefined> {
    const fd = yield* call('socket', addr.family, 'stream', 0)
    if (isErr(fd)) return fd
    if (addr.family !== 'unix') yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_REUSEADDR', 1)
    if (addr.family === 'inet6') yield* call('setsockopt', fd, 'IPPROTO_IPV6', 'IPV6_V6ONLY', 1)
    const bound = yield* call('bind', fd, addr)
    const listening = isErr(bound) ? bound : yield* call('listen', fd, 244)
    if (!isErr(listening)) {
      this.#listeners.push(fd)
      return undefined
    }
    yield* close(fd)
    return listening
  }
  *#takeMemory(): Flow<void> {
    this.#segment = yield* makeSegment(this.#lock.old, this.#lock.directory)
    this.#dsm = yield* makeDsm()
    yield* this.#note('starting')
  }
  *#note(status: string): Flow<void> {
    const { settings } = this.#shared
    const { key = 0, id = 0 } = this.#segment ?? {}
    const host = (settings.get('listen_addresses') ?? '').split(',')[0].trim()
    yield* writeLock(this.#lock, [Math.floor(this.#shared.started / 1000), settings.port, settings.get('unix_socket_directories') ?? '', host, `${String(key).padStart(9)} ${String(id).padStart(9)}`, status.padEnd(8)])
  }

  // ---- starting processes

  *#start(child: Child, run: () => Flow<number>): Flow<number | undefined> {
    const listeners = child.kind === 'client' ? this.#listeners : []
    const pid = yield* forkChild(this.#c, function* () {
      for (const fd of listeners) yield* close(fd)
      for (const sig of [SIGTERM, SIGINT, SIGQUIT, SIGCHLD, SIGHUP, SIGUSR1, SIGUSR2]) yield* sigaction(sig, 'default')
      return yield* run()
    })
    if (isErr(pid)) {
      yield* log('LOG', `could not fork ${child.kind === 'client' ? 'new process for connection' : `${child.kind} process`}: ${pid.message}`)
      return undefined
    }
    this.#children.set(pid, child)
    return pid
  }
  *#startWorkers(kinds: readonly WorkerKind[]): Flow<void> {
    for (const kind of kinds) {
      const pid = yield* this.#start({ kind }, () => worker(kind))
      if (pid !== undefined) this.#shared.activity.set(pid, { pid, user: kind.startsWith('logical') ? [...this.#shared.cluster.roles.keys()][0] : null, database: null, client: null, application: '', type: kind, state: null, query: '' })
    }
  }
  *#startUp(): Flow<void> {
    yield* this.#startWorkers(EARLY_WORKERS)
    const { time, isClean } = yield* readState()
    yield* this.#start({ kind: 'startup' }, function* () {
      yield* call('proctitle', 'postgres: startup ')
      if (isClean) yield* log('LOG', `database system was shut down at ${time} UTC`)
      else {
        yield* log('LOG', `database system was interrupted; last known up at ${time} UTC`)
        yield* log('LOG', 'database system was not properly shut down; automatic recovery in progress')
        yield* log('LOG', 'redo is not required')
        yield* checkpoint('end-of-recovery immediate wait')
      }
      return 0
    })
  }
  *#ready(): Flow<void> {
    this.#shared.state = 'running'
    yield* writeState(timeText(yield* nowMs()), false)
    yield* this.#startWorkers(LATE_WORKERS)
    yield* log('LOG', 'database system is ready to accept connections')
    yield* this.#note('ready')
  }

  *#accept(listener: number): Flow<void> {
    for (;;) {
      yield* this.#rt.readable(listener)
      if (this.#isEnding) return
      const accepted = yield* call('accept4', listener, O_CLOEXEC)
      if (isErr(accepted)) continue
      const { fd, addr } = accepted
      this.#shared.clients++
      const shared = this.#shared
      const c = this.#c
      const pid = yield* this.#start({ kind: 'client', fd }, () => new Backend(c, fd, peerOf(addr), shared).run())
      if (pid === undefined) this.#shared.clients--
      yield* close(fd)
    }
  }

  // ---- signals and deaths

  *#listenToSignals(): Flow<void> {
    yield* sigaction(SIGPIPE, 'ignore')
    const pipe = yield* call('pipe2', O_CLOEXEC)
    if (isErr(pipe)) return
    const signals = this.#signals
    for (const sig of [SIGTERM, SIGINT, SIGQUIT, SIGCHLD, SIGHUP, SIGUSR1]) {
      yield* sigaction(sig, function* () {
        signals.push(sig)
        yield* call('write', pipe[1], Uint8Array.of(sig))
      })
    }
    const woken = this.#woken
    const rt = this.#rt
    rt.go((function* () {
      for (;;) {
        yield* rt.read(pipe[0], 64)
        woken.wake()
      }
    })())
  }
  *#watch(): Flow<number> {
    for (;;) {
      for (const sig of this.#signals.splice(0)) {
        if (sig === SIGCHLD) yield* this.#bury()
        else if (sig === SIGTERM) yield* this.#askToEnd('smart')
        else if (sig === SIGINT) yield* this.#askToEnd('fast')
        else if (sig === SIGQUIT) yield* this.#askToEnd('immediate')
        else if (sig === SIGHUP) {
          yield* log('LOG', 'received SIGHUP, reloading configuration files')
          const path = `${this.#lock.directory}/postgresql.conf`
          const errors = yield* this.#shared.settings.readAgain(path)
          for (const error of errors) yield* log('LOG', error)
          if (errors.length > 0) yield* log('LOG', `configuration file "${path}" contains errors; unaffected changes were applied`)
        }
      }
      const over = yield* this.#progress()
      if (over !== undefined) return over
      if (this.#signals.length === 0) yield* this.#rt.wait(this.#woken)
    }
  }
  *#signal(sig: number, wanted: (child: Child) => boolean): Flow<void> {
    for (const [pid, child] of this.#children) if (wanted(child)) yield* kill(pid, sig)
  }
  *#askToEnd(how: Exclude<Shutdown, 'none'>): Flow<void> {
    const rank = ['none', 'smart', 'fast', 'immediate']
    if (rank.indexOf(how) <= rank.indexOf(this.#shutdown)) return
    this.#shutdown = how
    this.#shared.state = 'stopping'
    yield* log('LOG', `received ${how} shutdown request`)
    yield* this.#note('stopping')
    if (how === 'immediate') return yield* this.#signal(SIGQUIT, () => true)
    if (how === 'fast') {
      yield* log('LOG', 'aborting any active transactions')
      yield* this.#signal(SIGTERM, ({ kind }) => kind !== 'checkpointer')
    } else yield* this.#signal(SIGTERM, ({ kind }) => kind === 'autovacuum launcher' || kind === 'logical replication launcher')
  }

  *#bury(): Flow<void> {
    for (;;) {
      const waited = yield* waitpid(-1, WNOHANG)
      if (isErr(waited) || waited.pid === 0) return
      const child = this.#children.get(waited.pid)
      if (child === undefined) continue
      this.#children.delete(waited.pid)
      const activity = this.#shared.activity.get(waited.pid)
      this.#shared.activity.delete(waited.pid)
      if (child.kind === 'client') this.#shared.clients--
      yield* this.#judge(child, waited.pid, waited.status, activity?.query ?? '')
    }
  }
  *#judge(child: Child, pid: number, status: number, query: string): Flow<void> {
    const code = WIFEXITED(status) ? WEXITSTATUS(status) : -1
    const { kind } = child
    if (kind === 'startup' && code === 0) return this.#shutdown === 'none' ? yield* this.#ready() : undefined
    if (kind === 'logical replication launcher' && code >= 0 && !this.#isCrashed && this.#shutdown !== 'immediate') {
      yield* log('LOG', `background worker "${kind}" (PID ${pid}) exited with exit code ${code}`)
    }
    const isFine = code === 0 || (code === 1 && (kind === 'client' || kind === 'logical replication launcher'))
    if (isFine || this.#isCrashed || this.#shutdown === 'immediate') return
    const what = kind === 'client' ? 'server process' : `${kind} process`
    yield* log('LOG', `${what} (PID ${pid}) ${code >= 0 ? `exited with exit code ${code}` : `was terminated by signal ${WTERMSIG(status)}: ${SIGNAL_TEXTS[WTERMSIG(status)] ?? SIGNAL_NAMES[WTERMSIG(status)] ?? ''}`}`)
    if (kind === 'client' && query !== '') yield* log('DETAIL', `Failed process was running: ${query}`)
    yield* log('LOG', 'terminating any other active server processes')
    // it may have left the shared memory in disorder: nobody may go on
    this.#isCrashed = true
    this.#shared.state = 'recovering'
    yield* this.#signal(SIGQUIT, () => true)
  }

  /** What is due once certain processes are gone. Answers the exit status when all is over. */
  *#progress(): Flow<number | undefined> {
    const others = [...this.#children.values()].filter(({ kind }) => kind !== 'checkpointer')
    if (this.#isCrashed) {
      if (this.#children.size > 0) return undefined
      if (this.#shutdown !== 'none') {
        yield* log('LOG', 'abnormal database system shutdown')
        return yield* this.#end(1)
      }
      yield* log('LOG', 'all server processes terminated; reinitializing')
      this.#isCrashed = false
      if (this.#segment !== undefined) yield* dropSegment(this.#segment)
      yield* dropDsm(this.#dsm)
      this.#shared.cluster = yield* Cluster.load()
      yield* this.#takeMemory()
      yield* this.#startUp()
      return undefined
    }
    if (this.#shutdown === 'none') return undefined
    if (this.#shutdown === 'immediate') return this.#children.size === 0 ? yield* this.#end(0) : undefined
    // smart: clients may finish, then the rest goes as in a fast shutdown
    if (others.some(({ kind }) => kind === 'client' || kind === 'startup')) return undefined
    if (this.#children.size === 0) {
      yield* writeState(timeText(yield* nowMs()), true)
      return yield* this.#end(0)
    }
    if (others.length === 0) yield* this.#signal(SIGUSR2, () => true)
    else if (this.#shutdown === 'smart') yield* this.#signal(SIGTERM, ({ kind }) => kind !== 'checkpointer')
    return undefined
  }
  *#end(status: number): Flow<number> {
    this.#isEnding = true
    if (this.#segment !== undefined) yield* dropSegment(this.#segment)
    yield* dropDsm(this.#dsm)
    for (const path of this.#sockets) yield* unlink(path)
    yield* log('LOG', 'database system is shut down')
    yield* unlink('postmaster.pid')
    return status
  }
}
