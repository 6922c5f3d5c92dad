// A worker process: accepts connections from the sockets it inherited and answers requests, many at a time, one event loop for all (ngx_worker_process_cycle).
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, POLLHUP, POLLIN } from '../../../abi/fcntl.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import { SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 } from '../../../abi/signal.ts'
import { concatBytes } from '../../../lib/bytes.ts'
import { httpHeader, type HttpRequest, MessageReader } from '../../../lib/http.ts'
import { GoRuntime, Signal } from '../../libc/goroutine.ts'
import { getgrouplist, getpwnam } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { close, sigaction } from '../../libc/unistd.ts'
import type { Config } from './config.ts'
import { errorLine, type Logs, logTime, seconds } from './log.ts'
import { type Answer, badRequest, chooseServer, type Peer, respond } from './respond.ts'

export interface Listener {
  readonly fd: number
  readonly key: string
}

/** Runs until told to end. Answers the exit status. */
export function* workerProcess(config: Config, listeners: readonly Listener[], logs: Logs): Flow<number> {
  yield* call('proctitle', 'nginx: worker process')
  const status = yield* becomeUser(config, logs)
  if (status !== undefined) return status
  const rt = new GoRuntime()
  const worker = new Worker(rt, config, logs)
  yield* worker.listenToSignals()
  for (const { fd } of listeners) rt.go(worker.accept(fd))
  return yield* rt.run(worker.untilOver())
}

function* becomeUser({ user = 'www-data', errorLog }: Config, logs: Logs): Flow<number | undefined> {
  if ((yield* call('geteuid')) !== 0) return undefined
  const entry = yield* getpwnam(user)
  if (entry === undefined) return undefined
  for (const step of [call('setgid', entry.gid), call('setgroups', yield* getgrouplist(user, entry.gid)), call('setuid', entry.uid)]) {
    const done = yield* step
    if (!isErr(done)) continue
    yield* logs.write(errorLog, yield* errorLine('emerg', `setgid(${entry.gid}) failed (${done.number}: ${done.message})`))
    return 2
  }
  return undefined
}

class Worker {
  readonly #rt: GoRuntime
  readonly #config: Config
  readonly #logs: Logs
  readonly #over = new Signal()
  #isOver = false
  /** No new connections; the open ones are served to their end. */
  #isQuitting = false
  #connections = 0
  #requests = 0

  constructor(rt: GoRuntime, config: Config, logs: Logs) {
    this.#rt = rt
    this.#config = config
    this.#logs = logs
  }

  *listenToSignals(): Flow<void> {
    const pipe = yield* call('pipe2', O_CLOEXEC)
    if (isErr(pipe)) return
    const pending: number[] = []
    for (const sig of [SIGTERM, SIGINT, SIGQUIT, SIGUSR1]) {
      yield* sigaction(sig, function* (number) {
        pending.push(number)
        yield* call('write', pipe[1], new Uint8Array([number]))
      })
    }
    yield* sigaction(SIGHUP, 'ignore')
    yield* sigaction(SIGCHLD, 'default')
    this.#rt.go(this.#watch(pipe[0], pending))
  }
  *#watch(fd: number, pending: number[]): Flow<void> {
    for (;;) {
      yield* this.#rt.read(fd, 64)
      for (const sig of pending.splice(0)) {
        if (sig === SIGUSR1) yield* this.#logs.reopen()
        else if (sig === SIGQUIT) this.#isQuitting = true
        else this.#isOver = true
      }
      this.#over.wake()
    }
  }

  *untilOver(): Flow<number> {
    while (!this.#isOver && !(this.#isQuitting && this.#connections === 0)) yield* this.#rt.wait(this.#over)
    return 0
  }

  *accept(listener: number): Flow<void> {
    for (;;) {
      yield* this.#rt.readable(listener)
      if (this.#isQuitting) return
      const accepted = yield* call('accept4', listener, O_CLOEXEC)
      if (isErr(accepted)) continue
      this.#rt.go(this.#serve(accepted.fd, accepted.addr))
    }
  }

  *#serve(fd: number, from: SockAddr | undefined): Flow<void> {
    this.#connections++
    const local = yield* call('getsockname', fd)
    const peer: Peer = {
      addr: addressOf(from), localAddr: isErr(local) ? '' : addressOf(local), localPort: isErr(local) || !('port' in local) ? 80 : local.port,
    }
    let left = new Uint8Array()
    for (;;) {
      const reader = MessageReader.request()
      if (left.length > 0) reader.push(left)
      while (!reader.isComplete && reader.error === undefined) {
        const data = yield* this.#rt.read(fd)
        if (isErr(data) && data.name === 'EINTR') continue
        if (isErr(data) || data.length === 0) break
        reader.push(data)
      }
      const bad = reader.error === 'malformed'
      if (!reader.isComplete && !bad) break
      const answer = yield* this.#answer(reader.head, bad, peer)
      if (isErr(yield* this.#rt.write(fd, concatBytes([answer.head, answer.body])))) break
      if (!answer.keepAlive || this.#isQuitting) break
      left = new Uint8Array(reader.rest)
      if (left.length === 0 && (yield* this.#isIdleFor(fd, answer.settings.keepAlive))) break
    }
    yield* close(fd)
    this.#connections--
    this.#over.wake()
  }

  /** keepalive_timeout: nothing more comes for so many seconds. */
  *#isIdleFor(fd: number, limit: number): Flow<boolean> {
    const before = yield* call('clock_gettime', CLOCK_MONOTONIC)
    yield* this.#rt.ready(fd, POLLIN | POLLHUP, limit * 1000)
    const after = yield* call('clock_gettime', CLOCK_MONOTONIC)
    return !isErr(before) && !isErr(after) && after.sec - before.sec + (after.nsec - before.nsec) / 1e9 >= limit
  }

  *#answer(head: HttpRequest | undefined, bad: boolean, peer: Peer): Flow<Answer> {
    this.#requests++
    const now = yield* seconds()
    const request = head ?? { method: '', target: '', version: 'HTTP/1.0', headers: [] }
    const answer = bad || head === undefined ? badRequest(request, now) : yield* respond(this.#config, request, peer, now)
    const line = `${request.method} ${request.target} ${request.version}`.trim()
    const field = (name: string): string => httpHeader(request.headers, name) ?? '-'
    if (answer.settings.accessLog !== undefined) {
      yield* this.#logs.write(answer.settings.accessLog, `${peer.addr} - - [${logTime(now)}] "${head === undefined ? '' : line}" ${answer.status} ${answer.body.length} "${field('referer')}" "${field('user-agent')}"\n`)
    }
    if (answer.complaint !== undefined) {
      const server = chooseServer(this.#config, peer, httpHeader(request.headers, 'host'))?.names[0] ?? ''
      const host = httpHeader(request.headers, 'host')
      const where = `client: ${peer.addr}, server: ${server}, request: "${line}"${host === undefined ? '' : `, host: "${host}"`}`
      yield* this.#logs.write(answer.settings.errorLog ?? this.#config.errorLog, yield* errorLine('error', `*${this.#requests} ${answer.complaint}, ${where}`))
    }
    return answer
  }
}

/** IPv4 addresses in their IPv6 clothes are shown without them. */
const addressOf = (address: SockAddr | undefined): string => (address !== undefined && 'addr' in address && typeof address.addr === 'string' ? address.addr.replace(/^::ffff:(?=\d+\.)/, '') : '')
