// uptime(1) and w(1) of procps 4.0.2. Nobody is ever in utmp here, so both count 0 users.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { strftime } from '../../libc/time.ts'
import { readFile } from '../../libc/unistd.ts'
import { UPTIME_USAGE, W_USAGE } from './usages.ts'

export const UPTIME_SHORT = 'phsV'
export const UPTIME_LONG: readonly LongOption[] = [
  { name: 'pretty', arg: 'none', is: 'p' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'since', arg: 'none', is: 's' }, { name: 'version', arg: 'none', is: 'V' },
]

/** ` 02:35:43 up 1 day,  3:02,  0 user,  load average: 0.07, 0.02, 0.00`, also top's first words. Undefined without /proc. */
export function* uptimeLine(): Flow<string | undefined> {
  const times = yield* readTimes()
  const load = yield* readFile('/proc/loadavg')
  if (times === undefined) return undefined
  const { up, now } = times
  const days = Math.floor(up / 86400)
  const hours = Math.floor(up / 3600) % 24
  const minutes = Math.floor(up / 60) % 60
  const dayText = days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''
  const clock = hours > 0 ? `${String(hours).padStart(2)}:${String(minutes).padStart(2, '0')}, ` : `${minutes} min, `
  const average = isErr(load) ? '0.00, 0.00, 0.00' : load.split(' ').slice(0, 3).join(', ')
  return ` ${strftime('%H:%M:%S', now)} up ${dayText}${clock} 0 user,  load average: ${average}`
}

function* readTimes(): Flow<{ readonly up: number; readonly now: number } | undefined> {
  const text = yield* readFile('/proc/uptime')
  const clock = yield* call('clock_gettime', 0)
  return isErr(text) || isErr(clock) ? undefined : { up: Number(text.split(' ')[0]), now: clock.sec }
}

export function* uptime(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, UPTIME_SHORT, UPTIME_LONG)
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`uptime: ${event.error}\n${UPTIME_USAGE}`)
      return 1
    }
    if ('unsimulated' in event) continue
    if (event.opt === 'h' || event.opt === 'V') {
      yield* c.stdout.write(event.opt === 'V' ? 'uptime from procps-ng 4.0.2\n' : UPTIME_USAGE)
      return 0
    }
    const times = yield* readTimes()
    if (times === undefined) break
    yield* c.stdout.write(event.opt === 's' ? `${strftime('%Y-%m-%d %H:%M:%S', times.now - times.up)}\n` : `${pretty(times.up)}\n`)
    return 0
  }
  if (parsed.operands.length > 0) {
    yield* c.stderr.write(UPTIME_USAGE)
    return 1
  }
  const line = yield* uptimeLine()
  if (line === undefined) {
    yield* c.stderr.write('uptime: Cannot get system uptime: No such file or directory\n')
    return 1
  }
  yield* c.stdout.write(`${line}\n`)
  return 0
}

function pretty(up: number): string {
  const parts: string[] = []
  const amount = (n: number, word: string, always = false): void => {
    if (n > 0 || always) parts.push(`${n} ${word}${n === 1 ? '' : 's'}`)
  }
  amount(Math.floor(up / 604800), 'week')
  amount(Math.floor(up / 86400) % 7, 'day')
  amount(Math.floor(up / 3600) % 24, 'hour')
  const minutes = Math.floor(up / 60) % 60
  amount(minutes, 'minute', parts.length === 0)
  return `up ${parts.join(', ')}`
}

export function* w(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, 'husfVoi', [{ name: 'no-header', arg: 'none', is: 'h' }, { name: 'help', arg: 'none' }, { name: 'version', arg: 'none', is: 'V' }, { name: 'short', arg: 'none', is: 's' }, { name: 'from', arg: 'none', is: 'f' }])
  let header = true
  let short = false
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`w: ${event.error}\n${W_USAGE}`)
      return 1
    }
    if ('unsimulated' in event) continue
    if (event.opt === 'help' || event.opt === 'V') {
      yield* c.stdout.write(event.opt === 'V' ? 'w from procps-ng 4.0.2\n' : W_USAGE)
      return 0
    }
    if (event.opt === 'h') header = false
    if (event.opt === 's') short = true
  }
  if (!header) return 0
  yield* c.stdout.write(`${(yield* uptimeLine()) ?? ''}\n`)
  yield* c.stdout.write(short ? 'USER     TTY      FROM              IDLE WHAT\n' : 'USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n')
  return 0
}
