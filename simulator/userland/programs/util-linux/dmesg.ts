// dmesg(1) of util-linux 2.38.1: prints the kernel's log, clears it, filters it by level or facility.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { die, option } from './common.ts'
import { DMESG_HELP } from './help/dmesg.ts'

export const DMESG_OPTIONS: OptionTable = {
  short: 'CcDdEeF:f:HhkL::l:n:iPprSs:TtuVWwx',
  unsimulatedShort: 'DdEeFHinLpPSuWwT',
  long: [
    { name: 'buffer-size', arg: 'required', is: 's' }, { name: 'clear', arg: 'none', is: 'C' }, { name: 'color', arg: 'optional', unsimulated: true },
    { name: 'console-level', arg: 'required', unsimulated: true }, { name: 'console-off', arg: 'none', unsimulated: true }, { name: 'console-on', arg: 'none', unsimulated: true },
    { name: 'ctime', arg: 'none', unsimulated: true }, { name: 'decode', arg: 'none', is: 'x' }, { name: 'facility', arg: 'required', is: 'f' },
    { name: 'follow', arg: 'none', unsimulated: true }, { name: 'help', arg: 'none', is: 'h' }, { name: 'human', arg: 'none', unsimulated: true },
    { name: 'kernel', arg: 'none', is: 'k' }, { name: 'level', arg: 'required', is: 'l' }, { name: 'notime', arg: 'none', is: 't' }, { name: 'raw', arg: 'none', is: 'r' },
    { name: 'read-clear', arg: 'none', is: 'c' }, { name: 'userspace', arg: 'none', unsimulated: true }, { name: 'version', arg: 'none', is: 'V' },
  ],
}

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug']
const FACILITIES = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp']
const SYSLOG_ACTION_READ_ALL = 3, SYSLOG_ACTION_READ_CLEAR = 4, SYSLOG_ACTION_CLEAR = 5

export function* dmesg(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, DMESG_OPTIONS.short, DMESG_OPTIONS.long, DMESG_OPTIONS.unsimulatedShort)
  const flags = new Set<string>()
  let levels: readonly string[] | undefined
  let facilities: readonly string[] | undefined
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, DMESG_HELP)
    flags.add(opt)
    if (opt === 'l') levels = yield* names(c, arg, LEVELS, 'level')
    if (opt === 'f') facilities = yield* names(c, arg, FACILITIES, 'facility')
    if (opt === 'k') facilities = ['kern']
  }
  const action = flags.has('C') ? SYSLOG_ACTION_CLEAR : flags.has('c') ? SYSLOG_ACTION_READ_CLEAR : SYSLOG_ACTION_READ_ALL
  const text = yield* call('syslog', action, 1 << 20)
  if (isErr(text)) return yield* die(c, 1, flags.has('C') ? 'clear kernel buffer failed' : 'read kernel buffer failed', text)
  if (flags.has('C')) return 0
  for (const line of text.split('\n')) {
    const m = /^<(\d+)>(\[[^\]]*\] )?(.*)$/.exec(line)
    if (m === null) {
      if (line !== '') yield* c.stdout.write(`${line}\n`)
      continue
    }
    const [level, facility] = [LEVELS[Number(m[1]) & 7], FACILITIES[Number(m[1]) >> 3] ?? 'kern']
    if ((levels && !levels.includes(level)) || (facilities && !facilities.includes(facility))) continue
    const prefix = flags.has('r') ? `<${m[1]}>` : flags.has('x') ? `${facility.padEnd(6)}:${level.padEnd(6)}: ` : ''
    yield* c.stdout.write(`${prefix}${flags.has('t') ? '' : (m[2] ?? '')}${m[3]}\n`)
  }
  return 0
}

function* names(c: Crt, list: string, known: readonly string[], what: string): Flow<readonly string[]> {
  for (const name of list.split(',')) if (!known.includes(name)) yield* die(c, 1, `unknown ${what} '${name}'`)
  return list.split(',')
}
