// The server process: one thread that answers all clients in turn, saves snapshots, and ends on SIGTERM with what it had on the disk (server.c, networking.c).
// Simpler: no threads for background input and output, no replication, no append-only file.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { SIGCHLD, SIGHUP, SIGINT, SIGPIPE, SIGTERM, WEXITSTATUS, WIFEXITED, WNOHANG } from '../../../abi/signal.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { GoRuntime, Signal } from '../../libc/goroutine.ts'
import { Heap } from '../../libc/malloc.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, readToEnd, sigaction, unlink, waitpid } from '../../libc/unistd.ts'
import { ADMIN } from './admin.ts'
import { COMMANDS } from './commands.ts'
import type { Settings } from './config.ts'
import { VERSION } from './info.ts'
import { Log, ownPid, realtimeMs } from './log.ts'
import { OTHER_COMMANDS } from './names.ts'
import { BadDump, dumpStore, type Loaded, loadStore } from './rdb.ts'
import { encodeReply, RedisError, type Reply, RequestReader } from './resp.ts'
import { writeDump } from './snapshot-file.ts'
import { type Database, sizeOf, Store } from './store.ts'

export interface Client {
  readonly id: number
  readonly fd: number
  readonly addr: string
  readonly local: string
  readonly since: number
  name: string
  last: number
  db: number
  command: string
  isKnown: boolean
  isLeaving: boolean
}

/** What the program takes with an empty store. */
const BASE_MEMORY = 876_056
const CRON_MS = 100
const showAddress = (addr: SockAddr | Errno | undefined): string =>
  addr === undefined || isErr(addr) || !('port' in addr) ? '?:0' : addr.addr.startsWith('::ffff:') ? `${addr.addr.slice(7)}:${addr.port}` : addr.family === 'inet6' ? `[${addr.addr}]:${addr.port}` : `${addr.addr}:${addr.port}`

export class Server {
  readonly settings: Settings
  readonly configFile: string
  readonly log: Log
  readonly store = new Store()
  readonly clients = new Set<Client>()
  readonly errors = new Map<string, number>()
  readonly runId: string
  readonly #c: Crt
  readonly #rt = new GoRuntime()
  readonly #woken = new Signal()
  readonly #heap = new Heap()
  readonly #signals: number[] = []
  #isOver = false
  #status = 0
  #nextId = 1
  /** Bytes of keys and values. */
  #data = 0
  #isStale = false
  #weighed = 0
  started = 0
  connections = 0
  rejected = 0
  commands = 0
  forks = 0
  saves = 0
  lastSave = 0
  lastSaveFailed = false
  savingChild: number | undefined
  #dirtyAtFork = 0
  loaded: Pick<Loaded, 'keys' | 'expired'> = { keys: 0, expired: 0 }

  constructor(c: Crt, settings: Settings, configFile: string, log: Log, runId: string) {
    this.#c = c
    this.settings = settings
    this.configFile = configFile
    this.log = log
    this.runId = runId
  }

  usedMemory(): number {
    return BASE_MEMORY + this.#data + 20_000 * this.clients.size
  }

  /** Serves until told to end. Answers the exit status. */
  *run(listeners: readonly number[]): Flow<number> {
    this.started = this.lastSave = this.store.now = yield* realtimeMs()
    yield* this.#listenToSignals()
    if (!(yield* this.#load())) return 1
    yield* this.log.say('*', 'Ready to accept connections')
    for (const fd of listeners) this.#rt.go(this.#accept(fd))
    return yield* this.#rt.run(this.#cron())
  }

  // ---- time and signals

  *#listenToSignals(): Flow<void> {
    yield* sigaction(SIGHUP, 'ignore')
    yield* sigaction(SIGPIPE, 'ignore')
    const pipe = yield* call('pipe2', O_CLOEXEC)
    if (isErr(pipe)) return
    const { log } = this
    const signals = this.#signals
    for (const [sig, name] of [[SIGTERM, 'SIGTERM'], [SIGINT, 'SIGINT'], [SIGCHLD, 'SIGCHLD']] as const) {
      yield* sigaction(sig, function* () {
        if (sig !== SIGCHLD) {
          if (sig === SIGINT && signals.includes(SIGINT)) {
            yield* log.raw(`${yield* ownPid()}:signal-handler (${Math.floor((yield* realtimeMs()) / 1000)}) You insist... exiting now.\n`)
            yield* call('exit_group', 1)
          }
          yield* log.raw(`${yield* ownPid()}:signal-handler (${Math.floor((yield* realtimeMs()) / 1000)}) Received ${name} scheduling shutdown...\n`)
        }
        signals.push(sig)
        yield* call('write', pipe[1], Uint8Array.of(sig))
      })
    }
    this.#rt.go(this.#watch(pipe[0]))
  }
  *#watch(fd: number): Flow<void> {
    for (;;) {
      yield* this.#rt.read(fd, 64)
      this.#woken.wake()
    }
  }

  /** What Redis does ten times a second; here only when there is something to do. */
  *#cron(): Flow<number> {
    while (!this.#isOver) {
      this.store.now = yield* realtimeMs()
      if (this.#isStale && this.store.now >= this.#weighed + CRON_MS) yield* this.#weigh()
      const next = Math.min(this.store.expire(), this.#nextSave(), this.#isStale ? this.#weighed + CRON_MS : Infinity)
      if (this.#signals.length === 0) yield* this.#rt.wait(this.#woken, next === Infinity ? Infinity : Math.max(CRON_MS, next - this.store.now))
      yield* this.#settleSignals()
      this.store.now = yield* realtimeMs()
      if (!this.#isOver && this.#nextSave() <= this.store.now) yield* this.#saveOnTime()
    }
    return this.#status
  }
  *#settleSignals(): Flow<void> {
    const come = this.#signals.splice(0)
    if (come.includes(SIGCHLD)) yield* this.#bury()
    if (come.includes(SIGTERM) || come.includes(SIGINT)) {
      // at the next turn of the clock
      yield* this.#rt.sleep(CRON_MS / 2)
      yield* this.shutDown('usual', false)
    }
  }

  // ---- snapshots

  #nextSave(): number {
    if (this.savingChild !== undefined) return Infinity
    const due = this.settings.savePoints.filter(({ changes }) => this.store.dirty >= changes && this.store.dirty > 0).map(({ seconds }) => this.lastSave + seconds * 1000)
    return Math.min(Infinity, ...due)
  }
  *#saveOnTime(): Flow<void> {
    const point = this.settings.savePoints.find(({ seconds, changes }) => this.store.dirty >= changes && this.lastSave + seconds * 1000 <= this.store.now)
    if (point === undefined) return
    yield* this.log.say('*', `${point.changes} changes in ${point.seconds} seconds. Saving...`)
    yield* this.saveInBackground()
  }
  #dump(): Uint8Array {
    return dumpStore(this.store, { version: VERSION, time: Math.floor(this.store.now / 1000), memory: this.usedMemory() })
  }
  *save(): Flow<boolean> {
    this.store.now = yield* realtimeMs()
    const isSaved = yield* writeDump(this.log, this.#dump(), this.settings.text('dbfilename'))
    this.lastSaveFailed = !isSaved
    if (!isSaved) return false
    yield* this.log.say('*', 'DB saved on disk')
    this.saves++
    this.store.dirty = 0
    this.lastSave = this.store.now
    return true
  }
  /** In a child, which has a copy of everything as it is now. */
  *saveInBackground(): Flow<boolean> {
    const title = `redis-rdb-bgsave *:${this.settings.text('port')}`
    const bytes = this.#dump()
    const name = this.settings.text('dbfilename')
    const log = new Log('C', this.log.fd)
    const pid = yield* forkChild(this.#c, function* () {
      for (const sig of [SIGTERM, SIGINT, SIGCHLD]) yield* sigaction(sig, 'default')
      yield* call('proctitle', title)
      if (!(yield* writeDump(log, bytes, name))) return 1
      yield* log.say('*', 'DB saved on disk')
      yield* log.say('*', 'Fork CoW for RDB: current 0 MB, peak 0 MB, average 0 MB')
      return 0
    })
    this.forks++
    if (isErr(pid)) {
      this.lastSaveFailed = true
      yield* this.log.say('#', `Can't save in background: fork: ${pid.message}`)
      return false
    }
    this.savingChild = pid
    this.#dirtyAtFork = this.store.dirty
    yield* this.log.say('*', `Background saving started by pid ${pid}`)
    return true
  }
  *#bury(): Flow<void> {
    for (;;) {
      const waited = yield* waitpid(-1, WNOHANG)
      if (isErr(waited) || waited.pid === 0) return
      if (waited.pid !== this.savingChild) continue
      this.savingChild = undefined
      const isSaved = WIFEXITED(waited.status) && WEXITSTATUS(waited.status) === 0
      this.lastSaveFailed = !isSaved
      if (isSaved) {
        this.saves++
        this.store.dirty -= this.#dirtyAtFork
        this.lastSave = yield* realtimeMs()
      }
      yield* this.log.say(isSaved ? '*' : '#', isSaved ? 'Background saving terminated with success' : 'Background saving error')
    }
  }
  *#load(): Flow<boolean> {
    const path = this.settings.text('dbfilename')
    const fd = yield* open(path, O_RDONLY | O_CLOEXEC)
    if (fd === Errno.ENOENT) return true
    const bytes = isErr(fd) ? fd : yield* readToEnd(fd)
    if (!isErr(fd)) yield* close(fd)
    if (isErr(bytes)) {
      yield* this.log.say('#', `Fatal error: can't open the RDB file ${path} for reading: ${bytes.message}`)
      return false
    }
    try {
      const loaded = loadStore(this.store, bytes)
      this.loaded = loaded
      const age = Math.max(0, Math.floor(this.store.now / 1000) - Number(loaded.aux.get('ctime') ?? 0))
      yield* this.log.say('*', `Loading RDB produced by version ${loaded.aux.get('redis-ver') ?? '?'}`)
      yield* this.log.say('*', `RDB age ${age} seconds`)
      yield* this.log.say('*', `RDB memory usage when created ${(Number(loaded.aux.get('used-mem') ?? 0) / 1048576).toFixed(2)} Mb`)
      yield* this.log.say('*', `Done loading RDB, keys loaded: ${loaded.keys}, keys expired: ${loaded.expired}.`)
      yield* this.log.say('*', 'DB loaded from disk: 0.000 seconds')
      yield* this.#weigh()
      return true
    } catch (thrown) {
      if (!(thrown instanceof BadDump)) throw thrown
      yield* this.log.say('#', 'Short read or OOM loading DB. Unrecoverable error, aborting now.')
      return false
    }
  }

  /** Answers false if it goes on because the last snapshot can't be written. */
  *shutDown(how: 'usual' | 'save' | 'nosave', isForced: boolean): Flow<boolean> {
    yield* this.log.say('#', 'User requested shutdown...')
    if (how === 'save' || (how === 'usual' && this.settings.savePoints.length > 0)) {
      yield* this.log.say('*', 'Saving the final RDB snapshot before exiting.')
      if (!(yield* this.save())) {
        yield* this.log.say('#', isForced ? 'Error trying to save the DB, but configured to exit anyway.' : "Error trying to save the DB, can't exit.")
        if (!isForced) {
          yield* this.log.say('#', 'Errors trying to shut down the server. Check the logs for more information.')
          return false
        }
      }
    }
    const pidFile = this.settings.text('pidfile')
    if (pidFile !== '') {
      yield* this.log.say('*', 'Removing the pid file.')
      yield* unlink(pidFile)
    }
    yield* this.log.say('#', 'Redis is now ready to exit, bye bye...')
    this.#isOver = true
    this.#woken.wake()
    return true
  }

  // ---- clients

  *#accept(listener: number): Flow<void> {
    for (;;) {
      yield* this.#rt.readable(listener)
      const accepted = yield* call('accept4', listener, O_CLOEXEC)
      if (isErr(accepted)) continue
      if (this.clients.size >= this.settings.number('maxclients')) {
        yield* call('write', accepted.fd, encodeUtf8(encodeReply(new RedisError('ERR max number of clients reached'))))
        this.rejected++
        yield* close(accepted.fd)
        continue
      }
      const local = yield* call('getsockname', accepted.fd)
      const now = yield* realtimeMs()
      this.connections++
      const client: Client = {
        id: this.#nextId++, fd: accepted.fd, addr: showAddress(accepted.addr), local: showAddress(local), since: now, last: now, name: '', db: 0, command: 'NULL',
        isKnown: this.settings.text('requirepass') === '', isLeaving: false,
      }
      this.clients.add(client)
      this.#rt.go(this.#serve(client))
    }
  }
  *drop(client: Client): Flow<void> {
    if (!this.clients.delete(client)) return
    yield* this.#rt.close(client.fd)
  }

  *#serve(client: Client): Flow<void> {
    const reader = new RequestReader()
    while (!client.isLeaving && this.clients.has(client)) {
      const bytes = yield* this.#rt.read(client.fd)
      if (bytes === Errno.EINTR) continue
      if (isErr(bytes) || bytes.length === 0) break
      reader.push(bytes)
      let answers = ''
      try {
        for (let words = reader.next(); words !== undefined && !this.#isOver; words = reader.next()) {
          if (words.length === 0) continue
          const reply = yield* this.#answer(client, words)
          // a server that ends says no more
          if (this.#isOver) return
          answers += encodeReply(reply)
          if (client.isLeaving) break
        }
      } catch (thrown) {
        if (!(thrown instanceof RedisError)) throw thrown
        answers += encodeReply(thrown)
        client.isLeaving = true
      }
      if (answers !== '' && isErr(yield* this.#rt.write(client.fd, encodeUtf8(answers)))) break
    }
    yield* this.drop(client)
  }

  *#answer(client: Client, words: readonly string[]): Flow<Reply> {
    this.store.now = client.last = yield* realtimeMs()
    this.commands++
    try {
      return yield* this.#execute(client, words)
    } catch (thrown) {
      if (!(thrown instanceof RedisError)) throw thrown
      const kind = thrown.text.split(' ')[0]
      this.errors.set(kind, (this.errors.get(kind) ?? 0) + 1)
      return thrown
    }
  }
  *#execute(client: Client, [word, ...args]: readonly string[]): Flow<Reply> {
    const name = word.toLowerCase()
    const data = COMMANDS.get(name)
    const admin = ADMIN.get(name)
    const arity = data?.arity ?? admin?.arity
    if (arity === undefined) {
      if (OTHER_COMMANDS.has(name)) throw new RedisError(`ERR the command ${name.toUpperCase()} is real, but not simulated here`)
      throw new RedisError(`ERR unknown command '${word.slice(0, 128)}', with args beginning with: ${args.map((arg) => `'${arg}' `).join('').slice(0, 128)}`)
    }
    if (arity > 0 ? args.length + 1 !== arity : args.length + 1 < -arity) throw new RedisError(`ERR wrong number of arguments for '${name}' command`)
    if (!client.isKnown && name !== 'auth' && name !== 'quit') throw new RedisError('NOAUTH Authentication required.')
    client.command = ['config', 'client', 'command'].includes(name) ? `${name}|${args[0]?.toLowerCase() ?? ''}` : name
    if (admin !== undefined) return yield* admin.run(this, client, args)
    if (data === undefined) return null
    const limit = this.settings.number('maxmemory')
    if (data.grows === true && limit > 0 && this.usedMemory() > limit) throw new RedisError("OOM command not allowed when used memory > 'maxmemory'.")
    if (data.grows === true && this.lastSaveFailed && this.settings.is('stop-writes-on-bgsave-error') && this.settings.savePoints.length > 0) {
      throw new RedisError('MISCONF Redis is configured to save RDB snapshots, but it\'s currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.')
    }
    const db = this.store.databases[client.db]
    const before = this.store.dirty
    const size = stringSize(db, args[0])
    const reply = data.run({ store: this.store, db }, args)
    if (this.store.dirty === before) return reply
    if (data.grows === true) yield* this.#grow(db.values.get(args[0])?.type === 'string' ? stringSize(db, args[0]) - size : args.reduce((sum, arg) => sum + arg.length + 11, 0))
    else this.#isStale = true
    this.#woken.wake()
    return reply
  }

  /** What the data takes is memory of the process. */
  *#grow(by: number): Flow<void> {
    this.#data += by
    yield* this.#heap.resize(this.#data)
  }
  /** All of it anew, since something was taken away. */
  *#weigh(): Flow<void> {
    this.#isStale = false
    this.#weighed = this.store.now
    this.#data = this.store.databases.reduce((sum, { values }) => [...values].reduce((n, [key, value]) => n + sizeOf(key, value), sum), 0)
    yield* this.#heap.resize(this.#data)
  }
}

const stringSize = (db: Database, key: string | undefined): number => {
  const value = key === undefined ? undefined : db.values.get(key)
  return key === undefined || value?.type !== 'string' ? 0 : sizeOf(key, value)
}
