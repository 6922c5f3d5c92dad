// free(1) of procps 4.0.2.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { toFixedEven } from '../../../lib/decimal.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { readFile } from '../../libc/unistd.ts'
import { readMeminfo } from './read-proc.ts'
import { FREE_USAGE } from './usages.ts'

export const FREE_SHORT = 'bkmghltvc:ws:V'
const UNITS: readonly (readonly [string, string, number])[] = [
  ['bytes', 'b', 1], ['kibi', 'k', 1024], ['mebi', 'm', 1024 ** 2], ['gibi', 'g', 1024 ** 3], ['tebi', 'tebi', 1024 ** 4], ['pebi', 'pebi', 1024 ** 5],
  ['kilo', 'kilo', 1e3], ['mega', 'mega', 1e6], ['giga', 'giga', 1e9], ['tera', 'tera', 1e12], ['peta', 'peta', 1e15],
]
export const FREE_LONG: readonly LongOption[] = [
  ...UNITS.map(([name, is]) => ({ name, arg: 'none' as const, is })),
  ...([['human', 'h'], ['si', 'si'], ['lohi', 'l'], ['total', 't'], ['committed', 'v'], ['wide', 'w'], ['help', 'help'], ['version', 'V']] as const).map(([name, is]) => ({ name, arg: 'none' as const, is })),
  { name: 'seconds', arg: 'required', is: 's' }, { name: 'count', arg: 'required', is: 'c' },
]

export function* free(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, FREE_SHORT, FREE_LONG)
  const flags = new Set<string>()
  let unit = 1024
  let seconds: number | undefined
  let count = 1
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`free: ${event.error}\n${FREE_USAGE}`)
      return 1
    }
    if ('unsimulated' in event) continue
    if (event.opt === 'help' || event.opt === 'V') {
      yield* c.stdout.write(event.opt === 'V' ? 'free from procps-ng 4.0.2\n' : FREE_USAGE)
      return 0
    }
    const size = UNITS.find(([, is]) => is === event.opt)?.[2]
    if (size !== undefined) unit = size
    if (event.opt === 's') {
      seconds = Number(event.arg)
      count = Infinity
    }
    if (event.opt === 'c') {
      count = Number(event.arg)
      seconds ??= 1
    }
    flags.add(event.opt)
  }
  for (let i = 0; i < count; i++) {
    if (i > 0) {
      yield* c.stdout.write('\n')
      yield* c.stdout.flush()
      yield* call('clock_nanosleep', 1, 0, { sec: Math.floor(seconds ?? 1), nsec: ((seconds ?? 1) % 1) * 1e9 })
    }
    if (isErr(yield* readFile('/proc/meminfo'))) {
      yield* c.stderr.write('free: Memory information file /proc/meminfo does not exist\n')
      return 1
    }
    yield* show(c, flags, unit)
  }
  return 0
}

function human(kb: number, si: boolean): string {
  const base = si ? 1000 : 1024
  let value = kb * 1024
  if (value < base) return `${value}B`
  const units = si ? ['K', 'M', 'G', 'T', 'P'] : ['Ki', 'Mi', 'Gi', 'Ti', 'Pi']
  let at = -1
  while (value >= base && at < units.length - 1) {
    value /= base
    at++
  }
  const decimal = toFixedEven(value, 1)
  return `${decimal.length <= 3 ? decimal : Math.floor(value)}${units[at]}`
}

function* show(c: Crt, flags: ReadonlySet<string>, unit: number): Flow<void> {
  const m = yield* readMeminfo()
  const kb = (name: string): number => m.get(name) ?? 0
  const text = (value: number): string => (flags.has('h') ? human(value, flags.has('si')) : String(Math.floor((value * 1024) / unit)))
  const row = (label: string, values: readonly number[]): string => `${label.padEnd(8)}${values.map((v) => ` ${text(v).padStart(11)}`).join('').slice(0)}\n`
  const cache = kb('Cached') + kb('SReclaimable')
  const used = kb('MemTotal') - kb('MemAvailable')
  const heads = flags.has('w') ? ['total', 'used', 'free', 'shared', 'buffers', 'cache', 'available'] : ['total', 'used', 'free', 'shared', 'buff/cache', 'available']
  yield* c.stdout.write(`        ${heads.map((h) => ` ${h.padStart(11)}`).join('')}\n`)
  const middle = flags.has('w') ? [kb('Buffers'), cache] : [kb('Buffers') + cache]
  yield* c.stdout.write(row('Mem:', [kb('MemTotal'), used, kb('MemFree'), kb('Shmem'), ...middle, kb('MemAvailable')]))
  if (flags.has('l')) {
    yield* c.stdout.write(row('Low:', [kb('MemTotal'), kb('MemTotal') - kb('MemFree'), kb('MemFree')]))
    yield* c.stdout.write(row('High:', [0, 0, 0]))
  }
  const swapUsed = kb('SwapTotal') - kb('SwapFree')
  yield* c.stdout.write(row('Swap:', [kb('SwapTotal'), swapUsed, kb('SwapFree')]))
  if (flags.has('t')) yield* c.stdout.write(row('Total:', [kb('MemTotal') + kb('SwapTotal'), used + swapUsed, kb('MemFree') + kb('SwapFree')]))
  if (flags.has('v')) yield* c.stdout.write(row('Comm:', [kb('CommitLimit'), kb('Committed_AS'), kb('CommitLimit') - kb('Committed_AS')]))
}
