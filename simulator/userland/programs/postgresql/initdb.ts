// initdb(1): makes a data directory.
import { Errno, isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { getpwuid } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { chmod, mkdir, readDir, readFile, writeFile } from '../../libc/unistd.ts'
import { makeSecret } from './authenticate.ts'
import { Cluster } from './catalog.ts'
import { writeState } from './data-directory.ts'
import { long, type PgOptionTable, readOptions } from './options.ts'
import { nowMs, timeText } from './server-log.ts'
import { CONFIG_FILE, HBA_FILE } from './settings.ts'

const DIRECTORIES = [
  'global', 'pg_wal', 'pg_wal/archive_status', 'pg_commit_ts', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_subtrans', 'pg_twophase', 'pg_multixact', 'pg_multixact/members',
  'pg_multixact/offsets', 'base', 'pg_replslot', 'pg_tblspc', 'pg_stat', 'pg_stat_tmp', 'pg_xact', 'pg_logical', 'pg_logical/snapshots', 'pg_logical/mappings',
]
const WAL_SEGMENT = 16 * 1024 * 1024

export const INITDB_OPTIONS: PgOptionTable = {
  short: 'A:D:E:U:N', unsimulatedShort: 'WksSTXgn',
  long: [
    long('pgdata', 'D'), long('username', 'U'), { name: 'pwfile', arg: 'required' }, long('auth', 'A'), { name: 'auth-local', arg: 'required' }, { name: 'auth-host', arg: 'required' }, long('encoding', 'E'),
    { name: 'locale', arg: 'required' }, long('no-sync', 'N', false), { name: 'pwprompt', arg: 'none', unsimulated: true }, { name: 'data-checksums', arg: 'none', unsimulated: true },
    { name: 'waldir', arg: 'required', unsimulated: true }, { name: 'wal-segsize', arg: 'required', unsimulated: true },
  ],
}

export function* initdb(c: Crt): Flow<number> {
  const read = yield* readOptions(c, INITDB_OPTIONS, 'initdb: hint: Try "initdb --help" for more information.\n')
  if (typeof read === 'number') return read
  const { values: options, operands } = read
  const problem = function* (text: string, hint?: string): Flow<number> {
    yield* c.stdout.flush()
    yield* c.stderr.write(`initdb: error: ${text}\n${hint === undefined ? '' : `initdb: hint: ${hint}\n`}`)
    return 1
  }
  const uid = yield* call('geteuid')
  if (uid === 0) return yield* problem('cannot be run as root', 'Please log in (using, e.g., "su") as the (unprivileged) user that will own the server process.')
  const self = isErr(uid) ? undefined : yield* getpwuid(uid)
  const directory = options.get('D') ?? operands[0] ?? c.env.get('PGDATA') ?? ''
  if (directory === '') return yield* problem('no data directory specified', 'You must identify the directory where the data for this database system will reside.  Do this with either the invocation option -D or the environment variable PGDATA.')
  const say = (text: string): Flow<void> => c.stdout.write(text)
  const locale = options.get('locale') ?? c.env.get('LANG') ?? 'C.UTF-8'
  yield* say(`The files belonging to this database system will be owned by user "${self?.name ?? String(uid)}".\nThis user must also own the server process.\n\nThe database cluster will be initialized with locale "${locale}".\nThe default database encoding has accordingly been set to "UTF8".\nThe default text search configuration will be set to "english".\n\nData page checksums are disabled.\n\n`)
  const user = options.get('U') ?? self?.name ?? 'postgres'
  const passwordFile = options.get('pwfile')
  const password = passwordFile === undefined ? '' : yield* readFile(passwordFile)
  if (isErr(password)) return yield* problem(`could not open file "${passwordFile ?? ''}" for reading: ${password.message}`)
  const [secretText] = password.split('\n')
  if (passwordFile !== undefined && secretText === '') return yield* problem(`password file "${passwordFile}" is empty`)
  const entries = yield* readDir(directory)
  if (!isErr(entries) && entries.some(({ name }) => name !== '.' && name !== '..')) {
    return yield* problem(`directory "${directory}" exists but is not empty`, `If you want to create a new database system, either remove or empty the directory "${directory}" or run initdb with an argument other than "${directory}".`)
  }
  if (isErr(entries) && entries !== Errno.ENOENT) return yield* problem(`could not access directory "${directory}": ${entries.message}`)
  const step = function* (text: string, done: Errno | number): Flow<boolean> {
    yield* say(`${text} ... `)
    yield* c.stdout.flush()
    if (!isErr(done)) yield* say('ok\n')
    return !isErr(done)
  }
  yield* call('umask', 0o077)
  const made = isErr(entries) ? yield* mkdir(directory, 0o700) : yield* chmod(directory, 0o700)
  if (!(yield* step(isErr(entries) ? `creating directory ${directory}` : `fixing permissions on existing directory ${directory}`, made))) {
    return yield* problem(isErr(entries) ? `could not create directory "${directory}": ${isErr(made) ? made.message : ''}` : `could not change permissions of directory "${directory}": ${isErr(made) ? made.message : ''}`)
  }
  yield* call('chdir', directory)
  for (const name of DIRECTORIES) {
    const folder = yield* mkdir(name, 0o700)
    if (isErr(folder)) return yield* problem(`could not create directory "${directory}/${name}": ${folder.message}`)
  }
  yield* say('creating subdirectories ... ok\nselecting dynamic shared memory implementation ... posix\nselecting default max_connections ... 100\nselecting default shared_buffers ... 128MB\nselecting default time zone ... Etc/UTC\n')
  const auth = options.get('A')
  const local = options.get('auth-local') ?? auth ?? 'trust'
  const host = options.get('auth-host') ?? auth ?? 'trust'
  const files: readonly (readonly [string, string])[] = [
    ['PG_VERSION', '15\n'], ['postgresql.conf', CONFIG_FILE('*')], ['postgresql.auto.conf', '# Do not edit this file manually!\n# It will be overwritten by the ALTER SYSTEM command.\n'],
    ['pg_hba.conf', HBA_FILE(local, host)], ['pg_ident.conf', '# PostgreSQL User Name Maps\n# =========================\n#\n# MAPNAME       SYSTEM-USERNAME         PG-USERNAME\n'],
  ]
  for (const [name, text] of files) {
    yield* writeFile(name, text)
    yield* chmod(name, 0o600)
  }
  yield* say('creating configuration files ... ok\n')
  yield* writeFile('pg_wal/000000010000000000000001', '')
  yield* call('truncate', 'pg_wal/000000010000000000000001', WAL_SEGMENT)
  yield* Cluster.fresh(user, secretText === '' ? null : yield* makeSecret(secretText)).saveAll()
  yield* writeState(timeText(yield* nowMs()), true)
  yield* say('running bootstrap script ... ok\nperforming post-bootstrap initialization ... ok\nsyncing data to disk ... ok\n\n')
  yield* call('sync')
  yield* c.stdout.flush()
  if (local === 'trust') yield* c.stderr.write('initdb: warning: enabling "trust" authentication for local connections\ninitdb: hint: You can change this by editing pg_hba.conf or using the option -A, or --auth-local and --auth-host, the next time you run initdb.\n')
  yield* say(`\nSuccess. You can now start the database server using:\n\n    pg_ctl -D ${directory} -l logfile start\n\n`)
  return 0
}
