// chage(1) of shadow 4.13: how long a password is good for. Simpler: asks nothing, so it needs an option.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { strftime } from '../../libc/time.ts'
import { call } from '../../libc/syscall.ts'
import { die, type Line, loadAccounts, saveAccounts, shadowOptions, usage } from './accounts.ts'
import { CHAGE_HELP } from './help-groups.ts'

const CHAGE_LONG = [
  { name: 'lastday', arg: 'required', is: 'd' }, { name: 'expiredate', arg: 'required', is: 'E' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'iso8601', arg: 'none', is: 'i' },
  { name: 'inactive', arg: 'required', is: 'I' }, { name: 'list', arg: 'none', is: 'l' }, { name: 'mindays', arg: 'required', is: 'm' }, { name: 'maxdays', arg: 'required', is: 'M' },
  { name: 'root', arg: 'required', unsimulated: true }, { name: 'warndays', arg: 'required', is: 'W' },
] as const
/** Fields of /etc/shadow by option. */
const FIELDS = new Map([['d', 2], ['m', 3], ['M', 4], ['W', 5], ['I', 6], ['E', 7]])
const NO_LIMIT = 10000

function* chageMain(c: Crt): Flow<number> {
  const o = yield* shadowOptions(c, 'd:E:hiI:lm:M:R:W:', CHAGE_LONG, CHAGE_HELP)
  const [name] = o.operands
  if (name === undefined || o.operands.length > 1) return yield* usage(c, CHAGE_HELP)
  const uid = (yield* call('getuid')) as number
  if (uid !== 0 && !o.flags.has('l')) return yield* die(c, 1, 'Permission denied.')
  const a = yield* loadAccounts()
  const user = a.passwd.find(name)
  const line = a.shadow.find(name)
  if (user === undefined) return yield* die(c, 1, `user '${name}' does not exist in /etc/passwd`)
  if (uid !== 0 && user[2] !== String(uid)) return yield* die(c, 1, 'Permission denied.')
  if (line === undefined) return yield* die(c, 1, `user '${name}' does not exist in /etc/shadow`)
  if (o.flags.has('l')) {
    yield* c.stdout.write(list(line, o.flags.has('i')))
    return 0
  }
  if (o.values.size === 0) return yield* unsimulated(c, 'asking for each value')
  for (const [opt, field] of FIELDS) {
    const value = o.values.get(opt)
    if (value !== undefined) line[field] = value === '-1' ? '' : (opt === 'd' || opt === 'E') && value.includes('-') ? String(dayNumber(value)) : value
  }
  a.shadow.touch()
  yield* saveAccounts(a)
  return 0
}

/** Days from 1970 to `2026-11-22`. */
function dayNumber(date: string): number {
  const [year, month, day] = date.split('-').map(Number)
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const inEra = y - era * 400
  const inYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return era * 146097 + inEra * 365 + Math.floor(inEra / 4) - Math.floor(inEra / 100) + inYear - 719468
}

function list(line: Line, iso: boolean): string {
  const [changed, max, inactive, expires] = [line[2], line[4], line[6], line[7]]
  const mustChange = changed === '0'
  const limited = changed !== '' && max !== '' && Number(max) < NO_LIMIT
  const date = (days: number): string => strftime(iso ? '%Y-%m-%d' : '%b %d, %Y', days * 86400)
  const must = 'password must be changed'
  const row = (text: string, value: string): string => `${text}: ${value}\n`
  return row('Last password change\t\t\t\t\t', mustChange ? must : changed === '' ? 'never' : date(Number(changed)))
    + row('Password expires\t\t\t\t\t', mustChange ? must : limited ? date(Number(changed) + Number(max)) : 'never')
    + row('Password inactive\t\t\t\t\t', mustChange ? must : limited && inactive !== '' ? date(Number(changed) + Number(max) + Number(inactive)) : 'never')
    + row('Account expires\t\t\t\t\t\t', expires === '' || expires === undefined ? 'never' : date(Number(expires)))
    + row('Minimum number of days between password change\t\t', line[3] === '' ? '-1' : line[3])
    + row('Maximum number of days between password change\t\t', max === '' ? '-1' : max)
    + row('Number of days of warning before password expires\t', line[5] === '' ? '-1' : line[5])
}

export const chage = program(chageMain)
