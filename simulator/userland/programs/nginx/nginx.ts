// nginx(8) 1.22.1: a web server with a master and workers. Serves files; forwarding to other servers, TLS and rewriting are not simulated.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { SIGHUP, SIGQUIT, SIGTERM, SIGUSR1 } from '../../../abi/signal.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { readFile } from '../../libc/unistd.ts'
import { type Config, readConfig, Unsimulated } from './config.ts'
import { ConfigError, parseFile, parseText } from './config-parse.ts'
import { errorLine } from './log.ts'
import { Master } from './master.ts'

const VERSION = 'nginx version: nginx/1.22.1\n'
const HELP = `${VERSION}Usage: nginx [-?hvVtTq] [-s signal] [-p prefix]
             [-e filename] [-c filename] [-g directives]

Options:
  -?,-h         : this help
  -v            : show version and exit
  -V            : show version and configure options then exit
  -t            : test configuration and exit
  -T            : test configuration, dump it and exit
  -q            : suppress non-error messages during configuration testing
  -s signal     : send signal to a master process: stop, quit, reopen, reload
  -p prefix     : set prefix path (default: /usr/share/nginx/)
  -e filename   : set error log file (default: stderr)
  -c filename   : set configuration file (default: /etc/nginx/nginx.conf)
  -g directives : set global directives out of configuration file

`
const SIGNALS = new Map([['stop', SIGTERM], ['quit', SIGQUIT], ['reload', SIGHUP], ['reopen', SIGUSR1]])

interface Options {
  readonly flags: Set<string>
  readonly values: Map<string, string>
  readonly error: string | undefined
}

function parseOptions(argv: readonly string[]): Options {
  const flags = new Set<string>()
  const values = new Map<string, string>()
  const bad = (error: string): Options => ({ flags, values, error })
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i]
    if (!word.startsWith('-')) return bad(`invalid option: "${word}"`)
    for (let k = 1; k < word.length; k++) {
      const letter = word[k]
      if ('?hvVtTq'.includes(letter)) flags.add(letter)
      else if ('specg'.includes(letter)) {
        const value = word.slice(k + 1) || argv[++i]
        if (value === undefined) return bad(`option "-${letter}" requires ${letter === 's' ? 'parameter' : letter === 'p' ? 'directory name' : letter === 'g' ? 'parameter' : 'file name'}`)
        if (letter === 's' && !SIGNALS.has(value)) return bad(`invalid option: "-s ${value}"`)
        values.set(letter, value)
        break
      } else return bad(`invalid option: "${letter}"`)
    }
  }
  return { flags, values, error: undefined }
}

export function* nginx(c: Crt): Flow<number> {
  const { flags, values, error } = parseOptions(c.argv)
  if (error !== undefined) {
    yield* c.stderr.write(`nginx: ${error}\n`)
    return 1
  }
  if (flags.has('h') || flags.has('?') || flags.has('v')) {
    yield* c.stderr.write(flags.has('v') ? VERSION : HELP)
    return 0
  }
  for (const letter of ['V', 'T']) if (flags.has(letter)) return yield* unsimulated(c, `option -${letter}`)
  for (const letter of ['p', 'e']) if (values.has(letter)) return yield* unsimulated(c, `option -${letter}`)
  const file = values.get('c') ?? '/etc/nginx/nginx.conf'
  const load = function* (): Flow<Config> {
    const directives = [...(yield* parseText(values.get('g') ?? '')), ...(yield* parseFile(file, '/etc/nginx'))]
    return readConfig(directives, yield* countCpus())
  }
  let config: Config
  try {
    config = yield* load()
  } catch (thrown) {
    return yield* badConfig(c, thrown, flags.has('t'), file)
  }
  if (config.user !== undefined && (yield* call('geteuid')) !== 0) {
    yield* c.stderr.write(yield* errorLine('warn', `the "user" directive makes sense only if the master process runs with super-user privileges, ignored in ${config.userPlace}`))
  }
  const signal = values.get('s')
  if (signal !== undefined) return yield* signalMaster(c, config, SIGNALS.get(signal) ?? SIGTERM)
  const master: Master = new Master(c, config, function* reload(): Flow<Config | undefined> {
    try {
      return yield* load()
    } catch (thrown) {
      if (thrown instanceof ConfigError) yield* master.complain('emerg', thrown.message)
      if (thrown instanceof Unsimulated) yield* master.complain('emerg', `${thrown.what} is real, but not simulated here`)
      return undefined
    }
  })
  if (flags.has('t') && !flags.has('q')) yield* c.stderr.write(`nginx: the configuration file ${file} syntax is ok\n`)
  yield* master.prepare(flags.has('t'))
  if (flags.has('t')) {
    if (!flags.has('q')) yield* c.stderr.write(`nginx: configuration file ${file} test is successful\n`)
    return 0
  }
  return yield* master.run(c.argv.join(' '))
}

function* countCpus(): Flow<number> {
  const info = yield* readFile('/proc/cpuinfo')
  return isErr(info) ? 1 : Math.max(1, info.match(/^processor/gm)?.length ?? 1)
}

function* badConfig(c: Crt, thrown: unknown, isTest: boolean, file: string): Flow<number> {
  if (thrown instanceof Unsimulated) return yield* unsimulated(c, thrown.what)
  if (!(thrown instanceof ConfigError)) throw thrown
  yield* c.stderr.write(isTest ? `nginx: [emerg] ${thrown.message}\n` : yield* errorLine('emerg', thrown.message))
  if (isTest) yield* c.stderr.write(`nginx: configuration file ${file} test failed\n`)
  return 1
}

/** -s: to the process whose number the PID file holds. */
function* signalMaster(c: Crt, { pidFile }: Config, signal: number): Flow<number> {
  yield* c.stderr.write(yield* errorLine('notice', 'signal process started'))
  const text = yield* readFile(pidFile)
  const say = function* (level: 'error' | 'alert', message: string): Flow<number> {
    yield* c.stderr.write(yield* errorLine(level, message))
    return 1
  }
  if (isErr(text)) return yield* say('error', `open() "${pidFile}" failed (${text.number}: ${text.message})`)
  const pid = Number(text.trim())
  if (!Number.isInteger(pid) || pid <= 0) return yield* say('error', `invalid PID number "${text.trim()}" in "${pidFile}"`)
  const sent = yield* call('kill', pid, signal)
  return isErr(sent) ? yield* say('alert', `kill(${pid}, ${signal}) failed (${sent.number}: ${sent.message})`) : 0
}
