// postgres(1): the server's command line; then it is the postmaster.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { chmod, getcwd, stat, writeFile } from '../../libc/unistd.ts'
import { Cluster } from './catalog.ts'
import { checkDirectory, type LockFile, takeLock } from './data-directory.ts'
import { Postmaster } from './postmaster.ts'
import { SqlError } from './protocol.ts'
import { log, nowMs } from './server-log.ts'
import { PgSettings, VERSION } from './settings.ts'

const OPTIONS: Readonly<Record<string, string>> = { p: 'port', h: 'listen_addresses', k: 'unix_socket_directories', N: 'max_connections', B: 'shared_buffers' }

const isRoot = `"root" execution of the PostgreSQL server is not permitted.
The server must be started under an unprivileged user ID to prevent
possible system security compromise.  See the documentation for
more information on how to properly start the server.
`

/** -D, and settings in their order; the name of an option that isn't known, or isn't simulated. */
function parse(argv: readonly string[]): { readonly directory: string | undefined; readonly settings: readonly (readonly [string, string])[]; readonly bad?: string; readonly other?: string } {
  let directory: string | undefined
  const settings: (readonly [string, string])[] = []
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i]
    const letter = word[1] ?? ''
    const value = (): string => (word.length > 2 ? word.slice(2) : (argv[++i] ?? ''))
    if (word.startsWith('--')) {
      const [, name = '', text = ''] = /^--([^=]+)=?(.*)$/s.exec(word) ?? []
      if (['single', 'boot', 'describe-config', 'check'].includes(name)) return { directory, settings, other: `option --${name}` }
      settings.push([name.replaceAll('-', '_'), text])
    } else if (word[0] !== '-') return { directory, settings, bad: word }
    else if (letter === 'D') directory = value()
    else if (letter === 'c') {
      const [name, ...rest] = value().split('=')
      settings.push([name.replaceAll('-', '_'), rest.join('=')])
    } else if (letter === 'i') settings.push(['listen_addresses', '*'])
    else if (letter === 'F') settings.push(['fsync', 'off'])
    else if (OPTIONS[letter] !== undefined) settings.push([OPTIONS[letter], value()])
    else return { directory, settings, other: `option -${letter}` }
  }
  return { directory, settings }
}

export function* postgres(c: Crt): Flow<number> {
  const [, first] = c.argv
  if (first === '--version' || first === '-V') {
    yield* c.stdout.write(`postgres (PostgreSQL) ${VERSION}\n`)
    return 0
  }
  if (first === '--help' || first === '-?') return yield* unsimulated(c, `option ${first}`)
  if ((yield* call('geteuid')) === 0) {
    yield* c.stderr.write(isRoot)
    return 1
  }
  const { directory: given, settings: words, bad, other } = parse(c.argv)
  if (other !== undefined) return yield* unsimulated(c, other)
  if (bad !== undefined) {
    yield* c.stderr.write(`postgres: invalid argument: "${bad}"\nTry "postgres --help" for more information.\n`)
    return 1
  }
  const directory = yield* absolute(given ?? c.env.get('PGDATA') ?? '')
  if (directory === '') {
    yield* c.stderr.write('postgres does not know where to find the server configuration file.\nYou must specify the --config-file or -D invocation option or set the PGDATA environment variable.\n')
    return 2
  }
  const there = yield* stat(directory)
  if (isErr(there)) {
    yield* c.stderr.write(`postgres: could not access directory "${directory}": ${there.message}\nRun initdb or pg_basebackup to initialize a PostgreSQL data directory.\n`)
    return 2
  }
  const config = yield* stat(`${directory}/postgresql.conf`)
  if (isErr(config)) {
    yield* c.stderr.write(`postgres: could not access the server configuration file "${directory}/postgresql.conf": ${config.message}\n`)
    return 2
  }
  return yield* serve(c, directory, words)
}

function* absolute(path: string): Flow<string> {
  const cwd = yield* getcwd()
  return path === '' || path.startsWith('/') || isErr(cwd) ? path : `${cwd}/${path}`
}

function* serve(c: Crt, directory: string, words: readonly (readonly [string, string])[]): Flow<number> {
  let lock: LockFile
  const settings = new PgSettings()
  try {
    const errors = yield* settings.readFile(`${directory}/postgresql.conf`)
    for (const error of errors) yield* log('LOG', error)
    if (errors.length > 0) throw new SqlError('F0000', `configuration file "${directory}/postgresql.conf" contains errors`, { severity: 'FATAL' })
    for (const [name, value] of words) {
      const problem = settings.give(name, value)
      if (problem !== undefined) throw new SqlError('42704', problem, { severity: 'FATAL' })
    }
    settings.directory = directory
    yield* checkDirectory(directory)
    yield* call('chdir', directory)
    yield* call('umask', 0o077)
    lock = yield* takeLock(directory)
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown
    yield* log('FATAL', thrown.text)
    if (thrown.detail !== undefined) yield* log('DETAIL', thrown.detail)
    if (thrown.hint !== undefined) yield* log('HINT', thrown.hint)
    return 1
  }
  yield* writeFile('postmaster.opts', `/usr/lib/postgresql/15/bin/postgres${c.argv.slice(1).map((word) => ` "${word}"`).join('')}\n`)
  yield* chmod('postmaster.opts', 0o600)
  const started = yield* nowMs()
  const cluster = yield* Cluster.load()
  return yield* new Postmaster(c, { cluster, settings, activity: new Map(), state: 'starting', clients: 0, started, clock: started }, lock).run()
}
