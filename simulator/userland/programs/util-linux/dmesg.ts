// dmesg(1) of util-linux 2.38.1: prints the kernel's log, clears it, filters it by level or facility.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { SYSLOG_ACTION_READ_ALL } from '../../../abi/syslog.ts'
import { CLOCK_BOOTTIME, CLOCK_REALTIME } from '../../../abi/sched.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { strftime } from '../../libc/time.ts'
import { die, option } from './common.ts'
import { DMESG_HELP } from './help/dmesg.ts'

export const DMESG_OPTIONS: OptionTable = {
  short: 'CcDdEeF:f:HhkL::l:n:iPprSs:TtuVWwx',
  unsimulatedShort: 'deFHipuWw',
  long: [
    { name: 'buffer-size', arg: 'required', is: 's' }, { name: 'clear', arg: 'none', is: 'C' }, { name: 'color', arg: 'optional', is: 'L' },
    { name: 'console-level', arg: 'required', is: 'n' }, { name: 'console-off', arg: 'none', is: 'D' }, { name: 'console-on', arg: 'none', is: 'E' },
    { name: 'ctime', arg: 'none', is: 'T' }, { name: 'decode', arg: 'none', is: 'x' }, { name: 'facility', arg: 'required', is: 'f' },
    { name: 'follow', arg: 'none', unsimulated: true }, { name: 'help', arg: 'none', is: 'h' }, { name: 'human', arg: 'none', unsimulated: true },
    { name: 'kernel', arg: 'none', is: 'k' }, { name: 'level', arg: 'required', is: 'l' }, { name: 'nopager', arg: 'none', is: 'P' }, { name: 'notime', arg: 'none', is: 't' }, { name: 'raw', arg: 'none', is: 'r' },
    { name: 'read-clear', arg: 'none', is: 'c' }, { name: 'syslog', arg: 'none', is: 'S' }, { name: 'userspace', arg: 'none', unsimulated: true }, { name: 'version', arg: 'none', is: 'V' },
    { name: 'file', arg: 'required', unsimulated: true }, { name: 'json', arg: 'none', unsimulated: true }, { name: 'force-prefix', arg: 'none', unsimulated: true }, { name: 'noescape', arg: 'none', unsimulated: true },
    { name: 'follow-new', arg: 'none', unsimulated: true }, { name: 'show-delta', arg: 'none', unsimulated: true }, { name: 'reltime', arg: 'none', unsimulated: true },
    { name: 'time-format', arg: 'required', unsimulated: true }, { name: 'since', arg: 'required', unsimulated: true }, { name: 'until', arg: 'required', unsimulated: true },
  ],
}

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug']
const FACILITIES = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp']
/** What each of these asks of syslog(2), and what it is called where that fails. */
const ACTIONS: ReadonlyMap<string, readonly [number, string]> = new Map([
  ['c', [4, 'read kernel buffer failed']], ['C', [5, 'clear kernel buffer failed']], ['D', [6, 'klogctl failed']], ['E', [7, 'klogctl failed']], ['n', [8, 'klogctl failed']],
])
const MONTH_DAY = '%a %b %e %H:%M:%S %Y'

export function* dmesg(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, DMESG_OPTIONS.short, DMESG_OPTIONS.long, DMESG_OPTIONS.unsimulatedShort)
  const flags = new Set<string>()
  let levels: readonly string[] | undefined
  let facilities: readonly string[] | undefined
  let consoleLevel = 0
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, DMESG_HELP)
    flags.add(opt)
    if (opt === 'l') levels = yield* names(c, arg, LEVELS, 'level')
    if (opt === 'f') facilities = yield* names(c, arg, FACILITIES, 'facility')
    if (opt === 'k') facilities = ['kern']
    if (opt === 'L' && arg !== '' && !['auto', 'always', 'never'].includes(arg)) return yield* die(c, 1, `unsupported color mode: '${arg}'`)
    if (opt === 'L' && arg === 'always') return yield* unsimulated(c, 'option --color=always')
    if (opt === 'n') consoleLevel = (yield* level(c, arg)) + 1
  }
  // the size is asked of syslog(2) only
  if (flags.has('S') && flags.has('s')) return yield* unsimulated(c, 'option -s')
  const [wanted] = [...ACTIONS.keys()].filter((opt) => flags.has(opt))
  if ([...ACTIONS.keys(), 'r'].filter((opt) => flags.has(opt)).length > 1) return yield* die(c, 1, EXCLUSIVE)
  if (parsed.operands.length > 0) return yield* badUsage(c)
  const [action, failure] = ACTIONS.get(wanted) ?? [SYSLOG_ACTION_READ_ALL, 'read kernel buffer failed']
  const text = yield* call('syslog', action, wanted === 'n' ? consoleLevel : 1 << 20)
  if (isErr(text)) return yield* die(c, 1, failure, text)
  if (wanted !== undefined && wanted !== 'c') return 0
  const boot = flags.has('T') ? yield* bootTime() : 0
  for (const line of text.split('\n')) {
    const m = /^<(\d+)>(\[[^\]]*\] )?(.*)$/.exec(line)
    if (m === null) {
      if (line !== '') yield* c.stdout.write(`${line}\n`)
      continue
    }
    const [level, facility] = [LEVELS[Number(m[1]) & 7], FACILITIES[Number(m[1]) >> 3] ?? 'kern']
    if ((levels && !levels.includes(level)) || (facilities && !facilities.includes(facility))) continue
    const prefix = flags.has('r') ? `<${Number(m[1]) & 7 | Number(m[1]) >> 3}>` : flags.has('x') ? `${facility.padEnd(6)}:${level.padEnd(6)}: ` : ''
    yield* c.stdout.write(`${prefix}${flags.has('t') ? '' : flags.has('T') ? `[${strftime(MONTH_DAY, Math.floor(boot + Number(m[2]?.slice(1, -2))))}] ` : (m[2] ?? '')}${m[3]}\n`)
  }
  return 0
}

const EXCLUSIVE = 'mutually exclusive arguments: --clear --console-off --console-on --read-clear --console-level --raw'

/** Seconds since the epoch. */
function* bootTime(): Flow<number> {
  const [now, since] = [yield* call('clock_gettime', CLOCK_REALTIME), yield* call('clock_gettime', CLOCK_BOOTTIME)]
  return isErr(now) || isErr(since) ? 0 : now.sec - since.sec + (now.nsec - since.nsec) / 1e9
}
function* badUsage(c: Crt): Flow<number> {
  yield* c.stderr.write("dmesg: bad usage\nTry 'dmesg --help' for more information.\n")
  return 1
}
/** A level by its name, or by the number that a user counts from 1. */
function* level(c: Crt, text: string): Flow<number> {
  const found = /^[1-8]$/.test(text) ? Number(text) - 1 : LEVELS.indexOf(text)
  return found < 0 ? yield* die(c, 1, `unknown level '${text}'`) : found
}
function* names(c: Crt, list: string, known: readonly string[], what: string): Flow<readonly string[]> {
  for (const name of list.split(',')) if (!known.includes(name)) yield* die(c, 1, `unknown ${what} '${name}'`)
  return list.split(',')
}
