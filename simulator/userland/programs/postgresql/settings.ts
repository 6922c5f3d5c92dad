// The server's settings: defaults, postgresql.conf, the command line. Those that change nothing here are only shown.
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

export class PgSettings {
  readonly #values = new Map(DEFAULTS)

  get(name: string): string | undefined {
    return this.#values.get(ALIASES[name] ?? name.toLowerCase())
  }
  /** Answers false if there is no such setting. */
  set(name: string, value: string): boolean {
    if (!this.#values.has(name.toLowerCase())) return false
    this.#values.set(name.toLowerCase(), value)
    return true
  }
  get port(): number {
    return Number(this.get('port'))
  }

  /** `name = value` lines; answers the errors. */
  *readFile(path: string): Flow<readonly string[]> {
    const text = yield* readFile(path)
    const errors: string[] = []
    for (const [i, line] of isErr(text) ? [] : text.split('\n').entries()) {
      const [, name, quoted, bare] = /^\s*([A-Za-z_.]+)\s*=?\s*(?:'((?:[^']|'')*)'|([^#\s]+))/.exec(line) ?? []
      if (name === undefined || line.trim().startsWith('#')) continue
      if (!this.set(name, quoted?.replaceAll("''", "'") ?? bare ?? '')) errors.push(`unrecognized configuration parameter "${name}" in file "${path}" line ${i + 1}`)
    }
    return errors
  }
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
