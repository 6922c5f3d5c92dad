// watch(1) of procps 4.0.2: a command's output, refreshed on a cleared screen. -d, -g, -e and colors are not simulated.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC } from '../../../abi/fcntl.ts'
import { SIGHUP, SIGINT, SIGTERM } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { strftime } from '../../libc/time.ts'
import { close, execvpe, readToEnd, sigaction, waitpid } from '../../libc/unistd.ts'
import { terminalSize } from '../../libc/terminal-size.ts'
import { WATCH_USAGE } from './usages.ts'

export const WATCH_SHORT = '+bced::ghq:n:prtvwx'
export const WATCH_LONG: readonly LongOption[] = [
  { name: 'interval', arg: 'required', is: 'n' }, { name: 'no-title', arg: 'none', is: 't' }, { name: 'exec', arg: 'none', is: 'x' }, { name: 'help', arg: 'none', is: 'h' },
  { name: 'version', arg: 'none', is: 'v' }, { name: 'precise', arg: 'none', is: 'p' }, { name: 'differences', arg: 'optional', unsimulated: true },
]
export const WATCH_UNSIMULATED = 'bcdegqrw'

export function* watch(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, WATCH_SHORT, WATCH_LONG, WATCH_UNSIMULATED)
  const flags = new Set<string>()
  let interval = 2
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`watch: ${event.error}\n${WATCH_USAGE}`)
      return 1
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'h' || event.opt === 'v') {
      yield* c.stdout.write(event.opt === 'v' ? 'watch from procps-ng 4.0.2\n' : WATCH_USAGE)
      return 0
    }
    if (event.opt === 'n') {
      interval = Math.max(0.1, Number(event.arg))
      if (event.arg === '' || Number.isNaN(interval)) {
        yield* c.stderr.write(`watch: failed to parse argument: '${event.arg ?? ''}': ${event.arg === '' ? Errno.ENOENT.message : Errno.EINVAL.message}\n`)
        return 1
      }
    }
    flags.add(event.opt)
  }
  if (parsed.operands.length === 0) {
    yield* c.stderr.write(WATCH_USAGE)
    return 1
  }
  let stopped = false
  const stop = function* (): Flow<void> {
    stopped = true
  }
  for (const signal of [SIGINT, SIGTERM, SIGHUP]) yield* sigaction(signal, stop)
  yield* c.stdout.write('\x1b[?1049h')
  while (!stopped) {
    const size = yield* terminalSize({ rows: 24, cols: 80 })
    const text = yield* output(c, parsed.operands, flags.has('x'))
    const lines = text.replace(/\n$/, '').split('\n').map((line) => line.slice(0, size.cols))
    const heading = flags.has('t') ? [] : [yield* title(interval, parsed.operands.join(' '), size.cols), '']
    yield* c.stdout.write(`\x1b[H\x1b[J${[...heading, ...lines].slice(0, size.rows).join('\r\n')}`)
    yield* c.stdout.flush()
    yield* call('clock_nanosleep', 1, 0, { sec: Math.floor(interval), nsec: Math.round((interval % 1) * 1e9) })
  }
  yield* c.stdout.write('\x1b[?1049l')
  return 0
}

function* title(interval: number, command: string, columns: number): Flow<string> {
  const uname = yield* call('uname')
  const now = yield* call('clock_gettime', 0)
  const right = `${isErr(uname) ? '' : uname.nodename}: ${isErr(now) ? '' : strftime('%a %b %e %H:%M:%S %Y', now.sec)}`
  const left = `Every ${interval.toFixed(1)}s: ${command}`
  return left.slice(0, Math.max(0, columns - right.length - 1)).padEnd(Math.max(0, columns - right.length)) + right
}

function* output(c: Crt, words: readonly string[], exec: boolean): Flow<string> {
  const pipe = yield* call('pipe2', O_CLOEXEC)
  if (isErr(pipe)) return ''
  const env = envStrings(c.env)
  const pid = yield* call('clone', 0, function* () {
    yield* call('dup2', pipe[1], 1)
    yield* call('dup2', pipe[1], 2)
    if (exec) yield* execvpe(words[0], words, env)
    else yield* call('execve', '/bin/sh', ['sh', '-c', words.join(' ')], env)
    return 127
  })
  yield* close(pipe[1])
  const data = yield* readToEnd(pipe[0])
  yield* close(pipe[0])
  if (!isErr(pid)) yield* waitpid(pid)
  return isErr(data) ? '' : decodeUtf8(data)
}
