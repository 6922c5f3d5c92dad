// date(1): prints the time in a format, also another time (-d, -r), or sets the clock. UTC is the only time zone.
import type { Flow } from '../../../abi/syscalls.ts'
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import { isErr } from '../../../abi/errno.ts'
import { quote, quotef } from '../../../lib/quote.ts'
import { fail, usageError } from '../../libc/err.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { strftime } from '../../libc/time.ts'
import { readFile, stat } from '../../libc/unistd.ts'
import { argMatch } from './argmatch.ts'
import { command, parseArgs } from './command.ts'
import { parseDate, parseStamp } from './parse-date.ts'

const options = {
  short: 'd:f:I::r:Rs:u',
  long: [
    { name: 'date', arg: 'required', is: 'd' }, { name: 'debug', arg: 'none', unsimulated: true }, { name: 'file', arg: 'required', is: 'f' },
    { name: 'iso-8601', arg: 'optional', is: 'I' }, { name: 'reference', arg: 'required', is: 'r' }, { name: 'resolution', arg: 'none', unsimulated: true },
    { name: 'rfc-email', arg: 'none', is: 'R' }, { name: 'rfc-822', arg: 'none', is: 'R' }, { name: 'rfc-2822', arg: 'none', is: 'R' },
    { name: 'rfc-3339', arg: 'required' }, { name: 'set', arg: 'required', is: 's' }, { name: 'uct', arg: 'none', is: 'u' },
    { name: 'utc', arg: 'none', is: 'u' }, { name: 'universal', arg: 'none', is: 'u' },
  ],
} as const

const ISO = [
  ['%Y-%m-%dT%H%:z', 'hours'], ['%Y-%m-%dT%H:%M%:z', 'minutes'], ['%Y-%m-%d', 'date'], ['%Y-%m-%dT%H:%M:%S%:z', 'seconds'], ['%Y-%m-%dT%H:%M:%S,%N%:z', 'ns'],
] as const
const RFC_3339 = [['%Y-%m-%d', 'date'], ['%Y-%m-%d %H:%M:%S%:z', 'seconds'], ['%Y-%m-%d %H:%M:%S.%N%:z', 'ns']] as const

export const date = command('date', 'print the date and time', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  let format: string | undefined
  const value = (opt: string): string | undefined => given.findLast((o) => o.opt === opt)?.arg
  for (const { opt, arg } of given) {
    let next: string
    if (opt === 'I') next = yield* argMatch(c, '--iso-8601', arg ?? 'date', ISO)
    else if (opt === 'rfc-3339') next = yield* argMatch(c, '--rfc-3339', arg ?? '', RFC_3339)
    else if (opt === 'R') next = '%a, %d %b %Y %H:%M:%S %z'
    else continue
    if (format !== undefined) return yield* fail(c, 1, 'multiple output formats specified')
    format = next
  }
  const words = [...operands]
  if (words[0]?.startsWith('+')) {
    if (format !== undefined) return yield* fail(c, 1, 'multiple output formats specified')
    format = words.shift()?.slice(1)
  }
  if (words.length > 1 || (words.length === 1 && format !== undefined)) return yield* usageError(c, 1, `extra operand ${quote(words[format === undefined ? 1 : 0])}`)
  const sources = ['d', 'f', 'r'].filter((o) => value(o) !== undefined)
  if (sources.length > 1) return yield* usageError(c, 1, 'the options to specify dates for printing are mutually exclusive')
  const clock = yield* call('clock_gettime', CLOCK_REALTIME)
  const now = isErr(clock) ? 0 : clock.sec + clock.nsec / 1e9
  const show = (seconds: number, nanoseconds = Math.round((seconds - Math.floor(seconds)) * 1e9)): Flow<void> =>
    c.stdout.write(`${strftime(format ?? '%a %b %e %H:%M:%S %Z %Y', Math.floor(seconds), nanoseconds)}\n`)
  const [text, file, reference, set] = [value('d'), value('f'), value('r'), value('s')]
  if (set !== undefined || (words.length > 0 && sources.length === 0)) {
    if (set !== undefined && words.length > 0) return yield* usageError(c, 1, `the argument ${quote(words[0])} lacks a leading '+';\nwhen using an option to specify date(s), any non-option\nargument must be a format string beginning with '+'`)
    const seconds = set === undefined ? parseClockStamp(words[0], now) : parseDate(set, now)
    if (seconds === undefined) return yield* fail(c, 1, `invalid date ${quote(set ?? words[0])}`)
    const done = yield* call('clock_settime', CLOCK_REALTIME, { sec: Math.floor(seconds), nsec: 0 })
    const status = isErr(done) ? yield* fail(c, 1, 'cannot set date', done) : 0
    yield* show(seconds)
    return status
  }
  if (words.length > 0) {
    return yield* usageError(c, 1, `the argument ${quote(words[0])} lacks a leading '+';\nwhen using an option to specify date(s), any non-option\nargument must be a format string beginning with '+'`)
  }
  if (file !== undefined) return yield* datesOfFile(c, file, now, show)
  if (text !== undefined) {
    const seconds = parseDate(text, now)
    if (seconds === undefined) return yield* fail(c, 1, `invalid date ${quote(text)}`)
    yield* show(seconds)
  } else if (reference !== undefined) {
    const st = yield* stat(reference)
    if (isErr(st)) return yield* fail(c, 1, quotef(reference), st)
    yield* show(st.mtime / 1000)
  } else yield* show(now, isErr(clock) ? 0 : clock.nsec)
  return 0
})

/** MMDDhhmm[[CC]YY][.ss], the old way to set the clock. */
function parseClockStamp(text: string, now: number): number | undefined {
  const m = /^(\d{8})(\d\d(?:\d\d)?)?(\.\d\d)?$/.exec(text)
  return m === null ? undefined : parseStamp((m[2] ?? '') + m[1] + (m[3] ?? ''), now)
}

function* datesOfFile(c: Crt, file: string, now: number, show: (seconds: number) => Flow<void>): Flow<number> {
  const text = yield* readFile(file === '-' ? '/proc/self/fd/0' : file)
  if (isErr(text)) return yield* fail(c, 1, quotef(file), text)
  let status = 0
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const seconds = parseDate(line, now)
    if (seconds === undefined) status = yield* fail(c, 1, `invalid date ${quote(line)}`)
    else yield* show(seconds)
  }
  return status
}
