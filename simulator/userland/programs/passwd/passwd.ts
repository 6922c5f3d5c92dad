// passwd(1) and chpasswd(8): changes passwords in /etc/shadow. Simpler: no rules about what makes a good password but its length.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, exit, program } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { checkPassword, hashPassword } from '../../libc/crypt.ts'
import { getpwuid } from '../../libc/pwd.ts'
import { askPassword } from '../../libc/shadow.ts'
import { call } from '../../libc/syscall.ts'
import { gmtime } from '../../libc/time.ts'
import { type Accounts, die, type Line, loadAccounts, saveAccounts, shadowOptions, today } from './accounts.ts'
import { CHPASSWD_HELP, PASSWD_HELP } from './help.ts'

const PASSWD_LONG = [
  { name: 'all', arg: 'none', is: 'a' }, { name: 'delete', arg: 'none', is: 'd' }, { name: 'expire', arg: 'none', is: 'e' }, { name: 'help', arg: 'none', is: 'h' },
  { name: 'keep-tokens', arg: 'none', is: 'k' }, { name: 'inactive', arg: 'required', is: 'i' }, { name: 'lock', arg: 'none', is: 'l' }, { name: 'mindays', arg: 'required', is: 'n' },
  { name: 'quiet', arg: 'none', is: 'q' }, { name: 'repository', arg: 'required', unsimulated: true }, { name: 'root', arg: 'required', unsimulated: true },
  { name: 'status', arg: 'none', is: 'S' }, { name: 'unlock', arg: 'none', is: 'u' }, { name: 'warndays', arg: 'required', is: 'w' }, { name: 'maxdays', arg: 'required', is: 'x' },
] as const

/** Exit status of a failed change of the token. */
const EXIT_TOKEN = 10

function* passwdMain(c: Crt): Flow<number> {
  const o = yield* shadowOptions(c, 'adehi:kln:qSuw:x:', PASSWD_LONG, PASSWD_HELP)
  const uid = (yield* call('getuid')) as number
  const a = yield* loadAccounts()
  const name = o.operands[0] ?? (yield* getpwuid(uid))?.name ?? ''
  const user = a.passwd.find(name)
  const line = a.shadow.find(name)
  if (user && !line && o.flags.has('S') && user[2] === String(uid)) {
    // without the right to read /etc/shadow there is only what /etc/passwd says
    yield* c.stdout.write(`${name} ${user[1] === '' ? 'NP' : user[1].startsWith('!') || user[1].startsWith('*') ? 'L' : 'P'}\n`)
    return 0
  }
  if (!user || !line) return yield* die(c, 1, `user '${name}' does not exist`)
  if (uid !== 0 && user[2] !== String(uid)) return yield* die(c, 1, `You may not view or modify password information for ${name}.`)
  if (o.flags.has('S')) return yield* status(c, line)
  const managing = ['d', 'e', 'l', 'u', 'i', 'n', 'w', 'x'].some((flag) => o.flags.has(flag))
  if (managing && uid !== 0) return yield* die(c, 1, 'Permission denied.')
  return managing ? yield* manage(c, a, line, o.flags, o.values) : yield* change(c, a, line, uid === 0)
}

function* status(c: Crt, line: Line): Flow<number> {
  const state = /^[!*]/.test(line[1]) ? 'L' : line[1] === '' ? 'NP' : 'P'
  yield* c.stdout.write(`${line[0]} ${state} ${date(Number(line[2]))} ${line[3]} ${line[4]} ${line[5]} ${line[6] === '' ? -1 : line[6]}\n`)
  return 0
}

/** Days since 1970 as 2026-11-22. */
function date(days: number): string {
  const { year, month, day } = gmtime(days * 86400)
  return `${year}-${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

function* manage(c: Crt, a: Accounts, line: Line, flags: ReadonlySet<string>, values: ReadonlyMap<string, string>): Flow<number> {
  if (flags.has('u') && /^!+$/.test(line[1])) {
    yield* warn(c, 'unlocking the password would result in a passwordless account.')
    yield* c.stderr.write('You should set a password with usermod -p to unlock the password of this account.\n')
    return 3
  }
  if (flags.has('d')) line[1] = ''
  if (flags.has('l') && !line[1].startsWith('!')) line[1] = `!${line[1]}`
  if (flags.has('u')) line[1] = line[1].replace(/^!/, '')
  if (flags.has('e')) line[2] = '0'
  for (const [flag, field] of [['n', 3], ['x', 4], ['w', 5], ['i', 6]] as const) line[field] = values.get(flag) ?? line[field]
  a.shadow.touch()
  yield* saveAccounts(a)
  const password = flags.has('d') || flags.has('e') || flags.has('l') || flags.has('u')
  yield* c.stdout.write(password ? `${c.name}: password changed.\n` : `${c.name}: password expiry information changed.\n`)
  return 0
}

function* unchanged(c: Crt): Flow<never> {
  yield* warn(c, 'Authentication token manipulation error')
  yield* warn(c, 'password unchanged')
  return exit(EXIT_TOKEN)
}

function* change(c: Crt, a: Accounts, line: Line, isRoot: boolean): Flow<number> {
  if (!isRoot) {
    yield* c.stdout.write(`Changing password for ${line[0]}.\n`)
    const current = yield* askPassword(c, 'Current password: ')
    if (current === undefined || !(yield* checkPassword(current, line[1]))) return yield* unchanged(c)
  }
  const first = yield* askPassword(c, 'New password: ')
  const second = first === undefined ? undefined : yield* askPassword(c, 'Retype new password: ')
  if (first === undefined || second === undefined || first === '') {
    if (first === '') yield* c.stderr.write('No password has been supplied.\n')
    return yield* unchanged(c)
  }
  if (first !== second) {
    yield* c.stderr.write('Sorry, passwords do not match.\n')
    return yield* unchanged(c)
  }
  yield* setPassword(a, line, first)
  yield* saveAccounts(a)
  yield* c.stdout.write(`${c.name}: password updated successfully\n`)
  return 0
}

function* setPassword(a: Accounts, line: Line, password: string): Flow<void> {
  line[1] = yield* hashPassword(password)
  line[2] = String(yield* today())
  a.shadow.touch()
}

function* chpasswdMain(c: Crt): Flow<number> {
  const long = [
    { name: 'crypt-method', arg: 'required', unsimulated: true }, { name: 'encrypted', arg: 'none', is: 'e' }, { name: 'help', arg: 'none', is: 'h' },
    { name: 'md5', arg: 'none', unsimulated: true }, { name: 'root', arg: 'required', unsimulated: true }, { name: 'sha-rounds', arg: 'required', unsimulated: true },
  ] as const
  const o = yield* shadowOptions(c, 'eh', long, CHPASSWD_HELP, 1)
  if ((yield* call('getuid')) !== 0) return yield* die(c, 1, 'Permission denied.')
  const a = yield* loadAccounts()
  let status = 0
  let number = 0
  for (let text = yield* c.stdin.line(); text !== undefined; text = yield* c.stdin.line()) {
    number++
    const entry = text.replace(/\n$/, '')
    const colon = entry.indexOf(':')
    const name = colon < 0 ? entry : entry.slice(0, colon)
    const line = a.shadow.find(name)
    if (colon < 0) yield* warn(c, `line ${number}: missing new password`)
    else if (!line) {
      yield* c.stderr.write(`${c.name}: (user ${name}) pam_chauthtok() failed, error:\nAuthentication token manipulation error\n`)
      yield* warn(c, `(line ${number}, user ${name}) password not changed`)
    }
    if (colon < 0 || !line) status = 1
    else if (o.flags.has('e')) {
      line[1] = entry.slice(colon + 1)
      a.shadow.touch()
    } else yield* setPassword(a, line, entry.slice(colon + 1))
  }
  yield* saveAccounts(a)
  return status
}

export const passwd = program(passwdMain)
export const chpasswd = program(chpasswdMain)
