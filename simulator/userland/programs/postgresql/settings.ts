// The server's settings: defaults, postgresql.conf, the command line. A value of which nothing would come here is refused.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { readFile } from '../../libc/unistd.ts'

export const VERSION_NUMBER = '15.18'
export const VERSION = `${VERSION_NUMBER} (Debian ${VERSION_NUMBER}-0+deb12u1)`
export const VERSION_TEXT = `PostgreSQL ${VERSION} on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14+deb12u1) 12.2.0, 64-bit`
export const PORT = 5432
export const SOCKET_DIRECTORY = '/var/run/postgresql'

const DEFAULTS: readonly (readonly [string, string])[] = [
  ['server_version', VERSION], ['listen_addresses', 'localhost'], ['port', String(PORT)], ['max_connections', '100'], ['unix_socket_directories', SOCKET_DIRECTORY], ['shared_buffers', '128MB'],
  ['work_mem', '4MB'], ['dynamic_shared_memory_type', 'posix'], ['shared_memory_type', 'mmap'], ['fsync', 'on'], ['wal_level', 'replica'], ['max_wal_size', '1GB'], ['min_wal_size', '80MB'],
  ['log_timezone', 'Etc/UTC'], ['timezone', 'Etc/UTC'], ['datestyle', 'ISO, MDY'], ['lc_messages', 'en_US.utf8'], ['lc_monetary', 'en_US.utf8'], ['lc_numeric', 'en_US.utf8'], ['lc_time', 'en_US.utf8'],
  ['default_text_search_config', 'pg_catalog.english'], ['password_encryption', 'scram-sha-256'], ['ssl', 'off'], ['server_encoding', 'UTF8'], ['client_encoding', 'UTF8'], ['search_path', '"$user", public'],
  ['log_min_messages', 'warning'], ['log_connections', 'off'], ['log_statement', 'none'], ['autovacuum', 'on'], ['shared_preload_libraries', ''], ['transaction_isolation', 'read committed'], ['data_directory', ''],
]
const ALIASES: Readonly<Record<string, string>> = { time: 'timezone' }

/** Heeded at the start only. */
const AT_START: ReadonlySet<string> = new Set(['listen_addresses', 'port', 'max_connections', 'unix_socket_directories', 'shared_buffers', 'wal_level'])
/** Of any value; the latter change nothing that is seen here: there is no write-ahead log, every change is on the disk at once. All others have their default's value only. */
const FREE: ReadonlySet<string> = new Set([...AT_START, 'work_mem', 'fsync', 'max_wal_size', 'min_wal_size'])

export class PgSettings {
  readonly #values = new Map(DEFAULTS)
  /** From the command line, which prevails over the file. */
  readonly #given = new Set<string>()

  get(name: string): string | undefined {
    return this.#values.get(ALIASES[name] ?? name.toLowerCase())
  }
  /** Answers what is wrong. */
  #set(name: string, value: string): string | undefined {
    const old = this.#values.get(name)
    if (old === undefined) return `unrecognized configuration parameter "${name}", or one that is not simulated here`
    if (!FREE.has(name) && old.toLowerCase() !== value.toLowerCase()) return `the value "${value}" of "${name}" may be real, but is not simulated here`
    if (!this.#given.has(name)) this.#values.set(name, value)
    return undefined
  }
  /** One of the command line. Answers what is wrong. */
  give(name: string, value: string): string | undefined {
    const key = name.toLowerCase()
    this.#given.delete(key)
    const problem = this.#set(key, value)
    this.#given.add(key)
    return problem
  }
  set directory(path: string) {
    this.#values.set('data_directory', path)
  }
  get port(): number {
    return Number(this.get('port'))
  }
  entries(): IterableIterator<[string, string]> {
    return this.#values.entries()
  }

  /** `name = value` lines; answers the errors. */
  *readFile(path: string): Flow<readonly string[]> {
    return yield* eachSetting(path, (name, value) => this.#set(name, value))
  }
  /** The same of a server that runs: what only a start can change stays. */
  *readAgain(path: string): Flow<readonly string[]> {
    return yield* eachSetting(path, (name, value) => {
      if (AT_START.has(name)) return this.#given.has(name) || this.#values.get(name) === value ? undefined : `parameter "${name}" cannot be changed without restarting the server`
      return this.#set(name, value)
    })
  }
}
function* eachSetting(path: string, take: (name: string, value: string) => string | undefined): Flow<readonly string[]> {
  const text = yield* readFile(path)
  const errors: string[] = []
  for (const [i, line] of isErr(text) ? [] : text.split('\n').entries()) {
    const [, name, quoted, bare] = /^\s*([A-Za-z_.]+)\s*=?\s*(?:'((?:[^']|'')*)'|([^#\s]+))/.exec(line) ?? []
    if (name === undefined || line.trim().startsWith('#')) continue
    const problem = take(name.toLowerCase(), quoted?.replaceAll("''", "'") ?? bare ?? '')
    if (problem !== undefined) errors.push(problem.startsWith('parameter') ? problem : `${problem} in file "${path}" line ${i + 1}`)
  }
  return errors
}

/** The file as initdb writes it, shortened to what is set. */
export const CONFIG_FILE = (listen: string): string => `# -----------------------------
# PostgreSQL configuration file
# -----------------------------
# This file consists of lines of the form:
#
#   name = value

listen_addresses = '${listen}'
max_connections = 100			# (change requires restart)
shared_buffers = 128MB			# min 128kB
dynamic_shared_memory_type = posix	# the default is usually the first option
max_wal_size = 1GB
min_wal_size = 80MB
log_timezone = 'Etc/UTC'
datestyle = 'iso, mdy'
timezone = 'Etc/UTC'
lc_messages = 'en_US.utf8'			# locale for system error message
lc_monetary = 'en_US.utf8'			# locale for monetary formatting
lc_numeric = 'en_US.utf8'			# locale for number formatting
lc_time = 'en_US.utf8'				# locale for time formatting
default_text_search_config = 'pg_catalog.english'
`
export const HBA_FILE = (local: string, host: string): string => `# PostgreSQL Client Authentication Configuration File
# ===================================================
#
# TYPE  DATABASE        USER            ADDRESS                 METHOD

# "local" is for Unix domain socket connections only
local   all             all                                     ${local}
# IPv4 local connections:
host    all             all             127.0.0.1/32            ${host}
# IPv6 local connections:
host    all             all             ::1/128                 ${host}
`
