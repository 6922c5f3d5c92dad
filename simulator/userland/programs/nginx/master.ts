// The master process: sockets, PID file, workers, signals (ngx_master_process_cycle; nginx(8)).
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { AT_FDCWD, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import { SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIG_BLOCK, SIG_SETMASK, sigBit, WEXITSTATUS, WIFEXITED, WNOHANG, WTERMSIG } from '../../../abi/signal.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { getpwnam } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, sigaction, unlink, waitpid, writeFile } from '../../libc/unistd.ts'
import type { Config, Listen } from './config.ts'
import { errorLine, type Level, Logs } from './log.ts'
import { type Listener, workerProcess } from './worker.ts'

const TRIES = 5
const TEMP_DIRECTORIES = ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `/var/lib/nginx/${name}`)
const isWildcard = (addr: string): boolean => addr === '0.0.0.0' || /^[0:]+$/.test(addr)
const keyOf = ({ family, addr, port }: Listen): string => (family === 'inet6' ? `[${addr}]:${port}` : `${addr}:${port}`)

export class Master {
  readonly #c: Crt
  #config: Config
  /** Reads the configuration again; undefined if it is bad, which has been told. */
  readonly #reload: () => Flow<Config | undefined>
  readonly #logs = new Logs()
  #listeners: Listener[] = []
  #workers = new Set<number>()
  readonly #pending: number[] = []

  constructor(c: Crt, config: Config, reload: () => Flow<Config | undefined>) {
    this.#c = c
    this.#config = config
    this.#reload = reload
  }

  *#log(level: Level, message: string): Flow<void> {
    if (this.#config.errorLog !== 'stderr') yield* this.#logs.write(this.#config.errorLog, yield* errorLine(level, message))
  }
  /** While it starts, nginx also complains on stderr. */
  *complain(level: Level, message: string): Flow<void> {
    yield* this.#c.stderr.write(`nginx: [${level}] ${message}\n`)
    yield* this.#log(level, message)
  }

  /** Everything that can fail before the first worker; ends the program if it does. `test`: nothing is kept. */
  *prepare(test: boolean): Flow<void> {
    yield* this.#makeTempDirectories()
    const log = this.#config.errorLog === 'stderr' ? 2 : yield* this.#logs.open(this.#config.errorLog)
    if (isErr(log)) {
      yield* this.#c.stderr.write(`nginx: [alert] could not open error log file: open() "${this.#config.errorLog}" failed (${log.number}: ${log.message})\n`)
    }
    for (const path of new Set(this.#config.servers.map(({ settings }) => settings.accessLog))) {
      const opened = path === undefined ? 0 : yield* this.#logs.open(path)
      if (isErr(opened)) yield* this.#die(`open() "${path}" failed (${opened.number}: ${opened.message})`)
    }
    if (!test) yield* this.#bindAll(this.#config)
  }
  *#die(message: string): Flow<never> {
    yield* this.complain('emerg', message)
    return exit(1)
  }

  *#makeTempDirectories(): Flow<void> {
    const isRoot = (yield* call('geteuid')) === 0
    const owner = isRoot ? yield* getpwnam(this.#config.user ?? 'www-data') : undefined
    for (const path of TEMP_DIRECTORIES) {
      const made = yield* call('mkdirat', AT_FDCWD, path, 0o700)
      if (isErr(made) && made !== Errno.EEXIST) {
        yield* this.#c.stderr.write(yield* errorLine('emerg', `mkdir() "${path}" failed (${made.number}: ${made.message})`))
        exit(1)
      }
      if (owner !== undefined && !isErr(made)) yield* call('fchownat', AT_FDCWD, path, owner.uid, -1, 0)
    }
  }

  /** Sockets that are open already are kept; what is in use is tried again for two seconds. */
  *#bindAll(config: Config): Flow<void> {
    const all = config.servers.flatMap(({ listens }) => listens)
    // a socket for any address also takes what comes to a certain one
    const covered = ({ family, addr, port }: Listen): boolean => !isWildcard(addr) && all.some((other) => other.family === family && other.port === port && isWildcard(other.addr))
    const wanted = new Map(all.filter((listen) => !covered(listen)).map((listen) => [keyOf(listen), listen]))
    for (const { fd } of this.#listeners.filter(({ key }) => !wanted.has(key))) yield* close(fd)
    this.#listeners = this.#listeners.filter(({ key }) => wanted.has(key))
    for (let attempt = 0; ; attempt++) {
      let failed = false
      for (const [key, listen] of wanted) {
        if (this.#listeners.some((other) => other.key === key)) continue
        const fd = yield* this.#bind(listen, key)
        if (fd === undefined) failed = true
        else this.#listeners.push({ fd, key })
      }
      if (!failed) return
      if (attempt === TRIES - 1) yield* this.#die('still could not bind()')
      yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: 0, nsec: 500_000_000 })
    }
  }
  *#bind({ family, addr, port }: Listen, key: string): Flow<number | undefined> {
    const fd = yield* call('socket', family, 'stream', 0)
    if (isErr(fd)) return yield* this.#die(`socket() ${key} failed (${fd.number}: ${fd.message})`)
    yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_REUSEADDR', 1)
    if (family === 'inet6') yield* call('setsockopt', fd, 'IPPROTO_IPV6', 'IPV6_V6ONLY', 1)
    const bound = yield* call('bind', fd, { family, addr, port })
    if (isErr(bound)) {
      const message = `bind() to ${key} failed (${bound.number}: ${bound.message})`
      if (bound !== Errno.EADDRINUSE) yield* this.#die(message)
      yield* this.complain('emerg', message)
      yield* close(fd)
      return undefined
    }
    const listening = yield* call('listen', fd, 511)
    if (isErr(listening)) return yield* this.#die(`listen() to ${key}, backlog 511 failed (${listening.number}: ${listening.message})`)
    return fd
  }

  /** With `daemon on` the program goes on in a child, away from the terminal. */
  *run(title: string): Flow<number> {
    if (this.#config.daemon) {
      const pid = yield* forkChild(this.#c, (child) => this.#daemon(child, title))
      if (isErr(pid)) yield* this.#die(`fork() failed (${pid.number}: ${pid.message})`)
      return 0
    }
    return yield* this.#cycle(title)
  }
  *#daemon(_child: Crt, title: string): Flow<number> {
    yield* call('setsid')
    yield* call('umask', 0)
    const fd = yield* open('/dev/null', O_RDWR)
    if (!isErr(fd)) {
      for (const target of [0, 1]) yield* call('dup2', fd, target)
      if (fd > 2) yield* close(fd)
    }
    const log = this.#config.errorLog === 'stderr' ? 2 : yield* this.#logs.open(this.#config.errorLog)
    if (!isErr(log) && log !== 2) yield* call('dup2', log, 2)
    return yield* this.#cycle(title)
  }

  *#cycle(title: string): Flow<number> {
    const pid = yield* call('getpid')
    const written = yield* writeFile(this.#config.pidFile, `${isErr(pid) ? 0 : pid}\n`, O_WRONLY | O_CREAT | O_TRUNC)
    if (isErr(written)) yield* this.#die(`open() "${this.#config.pidFile}" failed (${written.number}: ${written.message})`)
    const pending = this.#pending
    const handled = [SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1]
    for (const sig of handled) yield* sigaction(sig, function* (number) {
      pending.push(number)
    })
    const mask = handled.reduce((set, sig) => set | sigBit(sig), 0n)
    yield* call('rt_sigprocmask', SIG_BLOCK, mask)
    yield* call('proctitle', `nginx: master process ${title}`)
    for (let n = 0; n < this.#config.workers; n++) yield* this.#spawn()
    let isEnding = false
    while (!(isEnding && this.#workers.size === 0)) {
      if (pending.length === 0) yield* call('rt_sigsuspend', 0n)
      for (const sig of pending.splice(0)) {
        if (sig === SIGCHLD) yield* this.#bury(isEnding)
        else if (sig === SIGHUP) yield* this.#changeConfig()
        else if (sig === SIGUSR1) {
          yield* this.#logs.reopen()
          yield* this.#signal(SIGUSR1)
        } else {
          isEnding = true
          yield* this.#signal(sig === SIGQUIT ? SIGQUIT : SIGTERM)
          if (sig === SIGQUIT) for (const { fd } of this.#listeners.splice(0)) yield* close(fd)
        }
      }
    }
    yield* unlink(this.#config.pidFile)
    return 0
  }

  *#spawn(): Flow<void> {
    const pid = yield* forkChild(this.#c, (child) => this.#worker(child))
    if (isErr(pid)) yield* this.#log('alert', `fork() failed while spawning "worker process" (${pid.number}: ${pid.message})`)
    else this.#workers.add(pid)
  }
  *#worker(_child: Crt): Flow<number> {
    yield* call('rt_sigprocmask', SIG_SETMASK, 0n)
    return yield* workerProcess(this.#config, this.#listeners, this.#logs)
  }
  *#signal(sig: number): Flow<void> {
    for (const pid of this.#workers) yield* call('kill', pid, sig)
  }

  /** A worker that died of itself gets a successor. */
  *#bury(isEnding: boolean): Flow<void> {
    for (;;) {
      const result = yield* waitpid(-1, WNOHANG)
      if (isErr(result) || result.pid === 0) return
      const { pid, status } = result
      const wasOurs = this.#workers.delete(pid)
      if (!WIFEXITED(status)) yield* this.#log('alert', `worker process ${pid} exited on signal ${WTERMSIG(status)}`)
      if (wasOurs && !isEnding && (!WIFEXITED(status) || WEXITSTATUS(status) === 0)) yield* this.#spawn()
      if (WIFEXITED(status) && WEXITSTATUS(status) === 2) yield* this.#log('alert', `worker process ${pid} exited with fatal code 2 and cannot be respawned`)
    }
  }

  /** HUP: new workers with the new configuration, then the old ones may finish. */
  *#changeConfig(): Flow<void> {
    const config = yield* this.#reload()
    if (config === undefined) return
    yield* this.#bindAll(config)
    this.#config = config
    const old = this.#workers
    this.#workers = new Set()
    for (let n = 0; n < config.workers; n++) yield* this.#spawn()
    for (const pid of old) yield* call('kill', pid, SIGQUIT)
  }
}
