// redis-server(1) 7.0: options, configuration file, sockets; then it serves (server.ts).
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_APPEND, O_CLOEXEC, O_CREAT, O_WRONLY } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close, getcwd, isatty, open, readFile, writeFile } from '../../libc/unistd.ts'
import { ConfigProblem, Settings, UnsimulatedSetting } from './config.ts'
import { VERSION } from './info.ts'
import { Log, ownPid } from './log.ts'
import { Server } from './server.ts'

const HELP = `Usage: ./redis-server [/path/to/redis.conf] [options] [-]
       ./redis-server - (read config from stdin)
       ./redis-server -v or --version
       ./redis-server -h or --help
       ./redis-server --test-memory <megabytes>
       ./redis-server --check-system

Examples:
       ./redis-server (run the server with default conf)
       echo 'maxmemory 128mb' | ./redis-server -
       ./redis-server /etc/redis/6379.conf
       ./redis-server --port 7777
       ./redis-server --port 7777 --replicaof 127.0.0.1 8888
       ./redis-server /etc/myredis.conf --loglevel verbose -
       ./redis-server /etc/myredis.conf --loglevel verbose

Sentinel mode:
       ./redis-server /etc/sentinel.conf --sentinel
`
const LOGO = [
  ['                _._                                                  ', ''],
  ['           _.-``__ \'\'-._                                             ', ''],
  ['      _.-``    `.  `_.  \'\'-._           ', 'Redis %v (00000000/0) 64 bit'],
  ['  .-`` .-```.  ```\\/    _.,_ \'\'-._                                  ', ''],
  [' (    \'      ,       .-`  | `,    )     ', 'Running in standalone mode'],
  [' |`-._`-...-` __...-.``-._|\'` _.-\'|     ', 'Port: %p'],
  [' |    `-._   `._    /     _.-\'    |     ', 'PID: %i'],
  ['  `-._    `-._  `-./  _.-\'    _.-\'                                   ', ''],
  [' |`-._`-._    `-.__.-\'    _.-\'_.-\'|                                  ', ''],
  [' |    `-._`-._        _.-\'_.-\'    |           ', 'https://redis.io       '],
  ['  `-._    `-._`-.__.-\'_.-\'    _.-\'                                   ', ''],
  [' |`-._`-._    `-.__.-\'    _.-\'_.-\'|                                  ', ''],
  [' |    `-._`-._        _.-\'_.-\'    |                                  ', ''],
  ['  `-._    `-._`-.__.-\'_.-\'    _.-\'                                   ', ''],
  ['      `-._    `-.__.-\'    _.-\'                                       ', ''],
  ['          `-._        _.-\'                                           ', ''],
  ['              `-.__.-\'                                               ', ''],
].map((parts) => parts.join('')).join('\n')

/** `--port 7000 --save ""` as lines of a configuration file. */
function optionLines(words: readonly string[]): string[] {
  const lines: string[] = []
  for (const word of words) {
    if (word.startsWith('--')) lines.push(word.slice(2))
    else if (lines.length === 0) lines.push(word)
    else lines[lines.length - 1] += ` "${word.replaceAll(/["\\]/g, '\\$&')}"`
  }
  return lines
}

export function* redisServer(c: Crt): Flow<number> {
  const [program, ...args] = c.argv
  const [first] = args
  if (first === '-v' || first === '--version') {
    yield* c.stdout.write(`Redis server v=${VERSION} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0\n`)
    return 0
  }
  if (first === '-h' || first === '--help') {
    yield* c.stderr.write(HELP)
    return 1
  }
  for (const word of ['--test-memory', '--check-system', '--sentinel', '-']) if (args.includes(word)) return yield* unsimulated(c, `option ${word}`)
  const hasFile = first !== undefined && !first.startsWith('-')
  const early = new Log('C', 1)
  const settings = new Settings()
  const cwd = yield* getcwd()
  const configFile = hasFile ? (first.startsWith('/') ? first : `${isErr(cwd) ? '' : cwd}/${first}`) : ''
  const text = hasFile ? yield* readFile(first) : ''
  if (isErr(text)) {
    yield* early.say('#', `Fatal error, can't open config file '${configFile}': ${text.message}`)
    return 1
  }
  try {
    settings.read([...text.split('\n'), ...optionLines(hasFile ? args.slice(1) : args)])
  } catch (thrown) {
    if (thrown instanceof UnsimulatedSetting) return yield* unsimulated(c, thrown.what)
    if (!(thrown instanceof ConfigProblem)) throw thrown
    yield* c.stderr.write(`\n*** FATAL CONFIG FILE ERROR (Redis ${VERSION}) ***\nReading the configuration file, at line ${thrown.line}\n>>> '${thrown.text}'\n${thrown.why}\n`)
    return 1
  }
  const log = yield* openLog(settings)
  if (isErr(log)) {
    yield* c.stderr.write(`\n*** FATAL CONFIG FILE ERROR (Redis ${VERSION}) ***\nReading the configuration file, at line 1\n>>> 'logfile "${settings.text('logfile')}"'\nCan't open the log file: ${log.message}\n`)
    return 1
  }
  yield* log.say('#', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo')
  yield* log.say('#', `Redis version=${VERSION}, bits=64, commit=00000000, modified=0, pid=${yield* ownPid()}, just started`)
  yield* log.say('#', args.length > 0 ? 'Configuration loaded' : 'Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf')
  log.role = 'M'
  yield* log.say('*', 'monotonic clock: POSIX clock_gettime')
  const directory = settings.text('dir')
  const moved = directory === '' ? 0 : yield* call('chdir', directory)
  if (isErr(moved)) {
    yield* log.say('#', `Can't chdir to '${directory}': ${moved.message}`)
    return 1
  }
  const here = yield* getcwd()
  settings.set('dir', isErr(here) ? '' : here)
  return yield* serve(c, program, settings, configFile, log)
}

function* openLog(settings: Settings): Flow<Log | Errno> {
  const path = settings.text('logfile')
  if (path === '') return new Log('C', 1)
  const fd = yield* open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
  return isErr(fd) ? fd : new Log('C', fd)
}

function* serve(c: Crt, program: string, settings: Settings, configFile: string, log: Log): Flow<number> {
  const port = settings.number('port')
  if ((yield* isatty(1)) || settings.is('always-show-logo')) yield* log.raw(`${LOGO.replace('%v', VERSION).replace('%p', String(port)).replace('%i', String(yield* ownPid()))}\n\n`)
  else yield* log.say('*', `Running mode=standalone, port=${port}.`)
  const listeners = yield* listen(settings, log, port)
  if (listeners === undefined) return 1
  yield* call('proctitle', `${program} *:${port}`)
  const pidFile = settings.text('pidfile')
  if (pidFile !== '') yield* writeFile(pidFile, `${yield* ownPid()}\n`)
  yield* log.say('#', 'Server initialized')
  const overcommit = yield* readFile('/proc/sys/vm/overcommit_memory')
  if (!isErr(overcommit) && overcommit.trim() === '0') {
    yield* log.say('#', "WARNING Memory overcommit must be enabled! Without it, a background save or replication may fail under low memory condition. Being disabled, it can can also cause failures without low memory condition, see https://github.com/jemalloc/jemalloc/issues/1328. To fix this issue add 'vm.overcommit_memory = 1' to /etc/sysctl.conf and then reboot or run the command 'sysctl vm.overcommit_memory=1' for this to take effect.")
  }
  const chance = yield* call('getrandom', 20)
  const runId = isErr(chance) ? '0'.repeat(40) : Array.from(chance, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return yield* new Server(c, settings, configFile, log, runId).run(listeners)
}

/** Sockets for all addresses of `bind`; undefined when there is none to serve on. A `-` before an address: it may be missing. */
function* listen(settings: Settings, log: Log, port: number): Flow<readonly number[] | undefined> {
  const fds: number[] = []
  for (const word of settings.text('bind').split(' ')) {
    const isOptional = word.startsWith('-')
    const name = isOptional ? word.slice(1) : word
    const family = name.includes(':') ? 'inet6' : 'inet'
    const fd = yield* call('socket', family, 'stream', 0)
    if (isErr(fd)) continue
    if (family === 'inet6') yield* call('setsockopt', fd, 'IPPROTO_IPV6', 'IPV6_V6ONLY', 1)
    yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_REUSEADDR', 1)
    const bound = yield* call('bind', fd, { family, addr: name === '*' ? '0.0.0.0' : name === '::*' ? '::' : name, port })
    const listening = isErr(bound) ? bound : yield* call('listen', fd, settings.number('tcp-backlog'))
    if (!isErr(listening)) {
      fds.push(fd)
      continue
    }
    yield* close(fd)
    if (isOptional && (listening === Errno.EADDRNOTAVAIL || listening === Errno.EAFNOSUPPORT)) continue
    yield* log.say('#', `Warning: Could not create server TCP listening socket ${name}:${port}: bind: ${listening.message}`)
    yield* log.say('#', `Failed listening on port ${port} (TCP), aborting.`)
    return undefined
  }
  return fds
}
