// A server process for one client (postgres.c, PostgresMain): lets it in, then answers its queries until it goes or is told to.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC } from '../../../abi/fcntl.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import { SIGINT, SIGQUIT, SIGTERM, WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, execvpe, readToEnd, sigaction, waitpid, writeAll } from '../../libc/unistd.ts'
import { authenticate, makeSecret, type Peer } from './authenticate.ts'
import type { Database, Role } from './catalog.ts'
import { cstring, errorResponse, int16, int32, message, type Message, MessageStream, PROTOCOL, SqlError } from './protocol.ts'
import { log, nowMs, timeText } from './server-log.ts'
import { VERSION, VERSION_TEXT } from './settings.ts'
import type { Activity, Shared } from './shared.ts'
import { tokenize } from './sql-lexer.ts'
import { denied, notSimulated, type Result, type Surroundings } from './sql-context.ts'
import { runStatement } from './sql-run.ts'
import { type Cell, type Column, shownCell, TYPE_OIDS, type TypeName } from './sql-values.ts'

class Gone {}
/** Of what is made at once: texts aren't memory of the process here. */
const LONGEST_TEXT = 1_048_576

const column = (name: string, type: TypeName = 'text'): Column => ({ name, type })

export class Backend {
  readonly #c: Crt
  readonly #fd: number
  readonly #peer: Peer
  readonly #shared: Shared
  readonly #stream = new MessageStream()
  #isCancelled = false
  #isTerminated = false
  #self: Activity | undefined

  constructor(c: Crt, fd: number, peer: Peer, shared: Shared) {
    this.#c = c
    this.#fd = fd
    this.#peer = peer
    this.#shared = shared
  }

  /** Answers the exit status. */
  *run(): Flow<number> {
    const self = this
    yield* sigaction(SIGTERM, function* () {
      self.#isTerminated = true
    })
    yield* sigaction(SIGINT, function* () {
      self.#isCancelled = true
    })
    yield* sigaction(SIGQUIT, function* () {
      yield* call('exit_group', 2)
    })
    const pid = yield* call('getpid')
    const key = isErr(pid) ? 0 : pid
    try {
      const opened = yield* this.#open()
      if (opened === undefined) return 0
      this.#self = { pid: key, user: opened.role.name, database: opened.database.name, client: this.#peer.isLocal ? null : this.#peer.host, state: 'idle', query: '', application: opened.application, type: 'client backend' }
      this.#shared.activity.set(key, this.#self)
      return yield* this.#serve(opened.database, opened.role)
    } catch (thrown) {
      if (thrown instanceof Gone) return 0
      if (!(thrown instanceof SqlError)) throw thrown
      yield* this.#tell(thrown, undefined)
      return thrown.code === '57P01' ? 1 : 0
    } finally {
      this.#shared.activity.delete(key)
    }
  }

  // ---- talking

  *#send(bytes: Uint8Array): Flow<void> {
    if (isErr(yield* writeAll(this.#fd, bytes))) throw new Gone()
  }
  *#more(): Flow<void> {
    for (;;) {
      const bytes = yield* call('read', this.#fd, 65536)
      if (this.#isTerminated) throw new SqlError('57P01', 'terminating connection due to administrator command', { severity: 'FATAL' })
      if (bytes === Errno.EINTR) continue
      if (isErr(bytes) || bytes.length === 0) throw new Gone()
      this.#stream.push(bytes)
      return
    }
  }
  *#receive(): Flow<Message> {
    for (let got = this.#stream.next(); ; got = this.#stream.next()) {
      if (got !== undefined) return got
      yield* this.#more()
    }
  }
  *#tell(error: SqlError, statement: string | undefined): Flow<void> {
    yield* log(error.severity, `${error.text}${error.position === undefined ? '' : ` at character ${error.position}`}`)
    if (error.detail !== undefined) yield* log('DETAIL', error.detail)
    if (error.hint !== undefined) yield* log('HINT', error.hint)
    if (statement !== undefined) yield* log('STATEMENT', statement)
    yield* writeAll(this.#fd, errorResponse(error))
  }

  // ---- coming in

  *#open(): Flow<{ readonly database: Database; readonly role: Role; readonly application: string } | undefined> {
    let first = this.#stream.nextStartup()
    for (;; first = this.#stream.nextStartup()) {
      if (first === undefined) yield* this.#more()
      else if (first.isSsl) yield* this.#send(encodeUtf8('N'))
      else break
    }
    if (first.code !== PROTOCOL) return undefined
    const user = first.parameters.get('user') ?? ''
    const name = first.parameters.get('database') ?? user
    yield* call('proctitle', `postgres: ${user} ${name} ${this.#where} startup`)
    const state = this.#shared.state
    const fatal = (code: string, text: string): SqlError => new SqlError(code, text, { severity: 'FATAL' })
    if (state !== 'running') {
      throw fatal('57P03', state === 'starting' ? 'the database system is starting up' : state === 'recovering' ? 'the database system is in recovery mode' : 'the database system is shutting down')
    }
    if (this.#shared.clients > Number(this.#shared.settings.get('max_connections'))) throw fatal('53300', 'sorry, too many clients already')
    const { cluster } = this.#shared
    yield* authenticate({ send: (bytes) => this.#send(bytes), receive: () => this.#receive() }, this.#peer, user, name, cluster.roles.get(user))
    const role = cluster.roles.get(user)
    if (role === undefined) throw fatal('28000', `role "${user}" does not exist`)
    if (!role.canLogin) throw fatal('28000', `role "${user}" is not permitted to log in`)
    const database = cluster.databases.get(name)
    if (database === undefined) throw fatal('3D000', `database "${name}" does not exist`)
    if (!database.allowsConnections) throw fatal('55000', `database "${name}" is not currently accepting connections`)
    const parameters = [['application_name', first.parameters.get('application_name') ?? ''], ['client_encoding', 'UTF8'], ['DateStyle', 'ISO, MDY'], ['is_superuser', role.isSuper ? 'on' : 'off'], ['server_encoding', 'UTF8'], ['server_version', VERSION], ['session_authorization', user], ['TimeZone', 'Etc/UTC']]
    const pid = yield* call('getpid')
    yield* this.#send(concatBytes([...parameters.map(([word, value]) => message('S', cstring(word), cstring(value))), message('K', int32(isErr(pid) ? 0 : pid), int32(1)), message('Z', encodeUtf8('I'))]))
    return { database, role, application: first.parameters.get('application_name') ?? '' }
  }
  get #where(): string {
    return this.#peer.isLocal ? '[local]' : `${this.#peer.host}(${this.#peer.port})`
  }
  *#show(state: string): Flow<void> {
    yield* call('proctitle', `postgres: ${this.#self?.user ?? ''} ${this.#self?.database ?? ''} ${this.#where} ${state}`)
  }

  // ---- queries

  *#serve(database: Database, role: Role): Flow<number> {
    yield* this.#show('idle')
    for (;;) {
      const { type, body } = yield* this.#receive()
      if (type === 'X') return 0
      if (type !== 'Q') throw new SqlError('08P01', `the message ${type} of the protocol is real, but not simulated here`, { severity: 'FATAL' })
      const query = body.cstring()
      yield* this.#query(query, database, role)
      yield* this.#send(message('Z', encodeUtf8('I')))
      yield* this.#show('idle')
    }
  }
  *#query(query: string, database: Database, role: Role): Flow<void> {
    this.#isCancelled = false
    if (this.#self !== undefined) Object.assign(this.#self, { state: 'active', query })
    try {
      const statements = splitStatements(query)
      if (statements.length === 0) return yield* this.#send(message('I'))
      for (const statement of statements) {
        yield* this.#show(/[a-z]+/i.exec(statement)?.[0].toUpperCase() ?? '')
        const result = yield* runStatement(statement, this.#surroundings(database, role))
        if (result !== undefined) yield* this.#answer(result)
      }
    } catch (thrown) {
      if (!(thrown instanceof SqlError)) throw thrown
      if (thrown.severity === 'FATAL') throw thrown
      yield* this.#tell(thrown, query)
    } finally {
      if (this.#self !== undefined) this.#self.state = 'idle'
    }
  }
  *#answer({ tag, columns, rows = [], notice }: Result): Flow<void> {
    const parts: Uint8Array[] = []
    if (notice !== undefined) parts.push(message('N', ...[['S', 'NOTICE'], ['V', 'NOTICE'], ['C', '00000'], ['M', notice]].map(([type, value]) => cstring(type + value)), Uint8Array.of(0)))
    if (columns !== undefined) {
      parts.push(message('T', int16(columns.length), ...columns.flatMap(({ name, type }) => [cstring(name), int32(0), int16(0), int32(TYPE_OIDS[type]), int16(-1), int32(-1), int16(0)])))
      for (const row of rows) {
        parts.push(message('D', int16(row.length), ...row.flatMap((cell) => {
          const text = shownCell(cell)
          if (text === null) return [int32(-1)]
          const bytes = encodeUtf8(text)
          return [int32(bytes.length), bytes]
        })))
      }
    }
    yield* this.#send(concatBytes([...parts, message('C', cstring(tag))]))
  }

  #surroundings(database: Database, role: Role): Surroundings {
    const shared = this.#shared
    const self = this.#self
    const constant = (type: TypeName, value: Cell): { readonly type: TypeName; readonly run: () => Cell } => ({ type, run: () => value })
    const now = timeText(shared.clock) + '+00'
    const text = (cell: Cell): string => shownCell(cell) ?? ''
    const functions = new Map<string, { readonly type: TypeName; readonly run: (args: readonly Cell[]) => Cell }>([
      ['version', constant('text', VERSION_TEXT)], ['current_user', constant('name', role.name)], ['session_user', constant('name', role.name)], ['user', constant('name', role.name)],
      ['current_database', constant('name', database.name)], ['current_catalog', constant('name', database.name)], ['now', constant('timestamp with time zone', now)],
      ['current_timestamp', constant('timestamp with time zone', now)], ['current_date', constant('text', now.slice(0, 10))], ['pg_backend_pid', constant('integer', self?.pid ?? 0)],
      ['pg_postmaster_start_time', constant('timestamp with time zone', `${timeText(shared.started)}+00`)], ['pg_sleep', constant('text', '')], ['inet_client_addr', constant('text', self?.client ?? null)],
      ['upper', { type: 'text', run: ([a]) => text(a).toUpperCase() }], ['lower', { type: 'text', run: ([a]) => text(a).toLowerCase() }], ['length', { type: 'integer', run: ([a]) => [...text(a)].length }],
      ['repeat', { type: 'text', run: ([a, n]) => repeated(text(a), Number(n)) }], ['concat', { type: 'text', run: (args) => args.map(text).join('') }], ['coalesce', { type: 'text', run: (args) => args.find((a) => a !== null) ?? null }],
    ])
    return {
      cluster: shared.cluster, database, role, functions, setting: (name) => shared.settings.get(name), makeSecret,
      others: (name) => [...shared.activity.values()].filter((a) => a.database === name && a.pid !== self?.pid).length,
      view: (name) => this.#view(name, database, role),
      sleep: (seconds) => this.#sleep(seconds),
      program: (command, input) => this.#program(command, input),
    }
  }
  *#sleep(seconds: number): Flow<void> {
    yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: Math.floor(seconds), nsec: Math.round((seconds % 1) * 1e9) })
    if (this.#isTerminated) throw new SqlError('57P01', 'terminating connection due to administrator command', { severity: 'FATAL' })
    if (this.#isCancelled) throw new SqlError('57014', 'canceling statement due to user request')
  }

  *#view(name: string, database: Database, role: Role): Flow<{ readonly columns: readonly Column[]; readonly rows: Cell[][] } | undefined> {
    const { cluster, activity, settings } = this.#shared
    this.#shared.clock = yield* nowMs()
    switch (name) {
      case 'pg_database': return { columns: [column('oid', 'integer'), column('datname', 'name'), column('datdba', 'name'), column('datallowconn', 'boolean')], rows: [...cluster.databases.values()].map((d) => [d.oid, d.name, d.owner, d.allowsConnections]) }
      case 'pg_roles': case 'pg_user': return { columns: [column('rolname', 'name'), column('rolsuper', 'boolean'), column('rolcanlogin', 'boolean'), column('oid', 'integer')], rows: [...cluster.roles.values()].map((r) => [r.name, r.isSuper, r.canLogin, r.oid]) }
      case 'pg_authid':
        if (!role.isSuper) throw denied('permission denied for table pg_authid')
        return { columns: [column('rolname', 'name'), column('rolpassword')], rows: [...cluster.roles.values()].map((r) => [r.name, r.secret]) }
      case 'pg_tables': return { columns: [column('schemaname', 'name'), column('tablename', 'name'), column('tableowner', 'name')], rows: [...database.tables.values()].map((t) => ['public', t.name, t.owner]) }
      case 'columns': return {
        columns: [column('table_name', 'name'), column('column_name', 'name'), column('data_type'), column('is_nullable'), column('column_default'), column('character_maximum_length', 'integer'), column('is_key', 'boolean')],
        rows: [...database.tables.values()].flatMap((t) => t.columns.map((c): Cell[] => [t.name, c.name, c.type, c.isNotNull === true ? 'NO' : 'YES', c.isSerial === true ? `nextval('${t.name}_${c.name}_seq'::regclass)` : c.default === undefined || c.default === null ? null : typeof c.default === 'string' ? `'${c.default}'::${c.type}` : String(c.default), c.limit ?? null, c.isKey === true])),
      }
      case 'pg_settings': return { columns: [column('name'), column('setting')], rows: [...settings.entries()].sort(([a], [b]) => (a < b ? -1 : 1)) }
      case 'pg_stat_activity': return {
        columns: [column('pid', 'integer'), column('usename', 'name'), column('datname', 'name'), column('application_name'), column('client_addr'), column('state'), column('query'), column('backend_type')],
        rows: [...activity.values()].map((a) => [a.pid, a.user, a.database, a.application, a.client, a.state, a.query, a.type]),
      }
      default: return undefined
    }
  }

  /** popen(3): a shell as the server's user. */
  *#program(command: string, input: string | undefined): Flow<string> {
    const pipe = yield* call('pipe2', O_CLOEXEC)
    if (isErr(pipe)) throw new SqlError('58030', `could not execute command "${command}": ${pipe.message}`)
    const [from, to] = pipe
    const env = envStrings(this.#c.env)
    const pid = yield* forkChild(this.#c, function* () {
      for (const sig of [SIGTERM, SIGINT, SIGQUIT]) yield* sigaction(sig, 'default')
      yield* input === undefined ? call('dup2', to, 1) : call('dup2', from, 0)
      yield* execvpe('/bin/sh', ['sh', '-c', command], env)
      return 127
    })
    if (isErr(pid)) throw new SqlError('58030', `could not execute command "${command}": ${pid.message}`)
    if (input !== undefined) yield* writeAll(to, encodeUtf8(input))
    yield* close(to)
    const output = input === undefined ? yield* readToEnd(from) : new Uint8Array(0)
    yield* close(from)
    const waited = yield* waitpid(pid)
    if (!isErr(waited) && waited.status !== 0) {
      const { status } = waited
      throw new SqlError('38000', `program "${command}" failed`, { detail: WIFEXITED(status) ? (WEXITSTATUS(status) === 127 ? 'command not found' : `child process exited with exit code ${WEXITSTATUS(status)}`) : `child process was terminated by signal ${WTERMSIG(status)}` })
    }
    return isErr(output) ? '' : decodeUtf8(output)
  }
}

function repeated(text: string, times: number): string {
  if (text.length * times > LONGEST_TEXT) throw notSimulated(`a text of more than ${LONGEST_TEXT} characters`)
  return text.repeat(Math.max(0, times))
}

/** Statements of a query, between semicolons. */
function splitStatements(query: string): readonly string[] {
  const ends = tokenize(query).filter((token) => token.text === ';' || token.kind === 'end').map((token) => token.at)
  return ends.map((end, i) => query.slice(i === 0 ? 0 : ends[i - 1] + 1, end)).filter((text) => text.trim() !== '')
}
