// gpasswd(1), groupmod(8) and chfn(1) of shadow 4.13: members and administrators of groups, names of groups, a user's full name. Simpler: no group passwords.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { checkPassword } from '../../libc/crypt.ts'
import { askPassword } from '../../libc/shadow.ts'
import { call } from '../../libc/syscall.ts'
import { die, isValidName, loadAccounts, requireRoot, saveAccounts, setMember, shadowOptions, usage } from './accounts.ts'
import { CHFN_HELP, GPASSWD_HELP, GROUPMOD_HELP } from './help-groups.ts'

const GPASSWD_LONG = [
  { name: 'add', arg: 'required', is: 'a' }, { name: 'delete', arg: 'required', is: 'd' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'root', arg: 'required', unsimulated: true },
  { name: 'remove-password', arg: 'none', is: 'r' }, { name: 'restrict', arg: 'none', is: 'R' }, { name: 'members', arg: 'required', is: 'M' },
  { name: 'administrators', arg: 'required', is: 'A' },
] as const

const listed = (text: string | undefined): readonly string[] => (text ?? '').split(',').filter((name) => name !== '')

function* gpasswdMain(c: Crt): Flow<number> {
  const o = yield* shadowOptions(c, 'A:a:d:hM:rR', GPASSWD_LONG, GPASSWD_HELP)
  const [name] = o.operands
  if (name === undefined || o.operands.length > 1) return yield* usage(c, GPASSWD_HELP)
  const a = yield* loadAccounts()
  const uid = (yield* call('getuid')) as number
  const user = o.values.get('a') ?? o.values.get('d')
  for (const each of [...(user === undefined ? [] : [user]), ...listed(o.values.get('M')), ...listed(o.values.get('A'))]) {
    if (a.passwd.find(each) === undefined && !o.values.has('d')) return yield* die(c, 3, `user '${each}' does not exist`)
  }
  const group = a.group.find(name)
  if (group === undefined) return yield* die(c, 3, `group '${name}' does not exist in /etc/group`)
  const shadow = a.gshadow.find(name)
  const self = a.passwd.lines.find((line) => line[2] === String(uid))?.[0] ?? ''
  if (uid !== 0 && !listed(shadow?.[2]).includes(self)) return yield* die(c, 1, 'Permission denied.')
  if (user !== undefined) {
    const isMember = listed(group[3]).includes(user)
    if (o.values.has('a')) yield* c.stdout.write(`Adding user ${user} to group ${name}\n`)
    else yield* c.stdout.write(`Removing user ${user} from group ${name}\n`)
    if (o.values.has('d') && !isMember) return yield* die(c, 3, `user '${user}' is not a member of '${name}'`)
    if (o.values.has('d') || !isMember) setMember(a, name, user, o.values.has('a'))
  } else if (o.values.has('M') || o.values.has('A')) {
    if (uid !== 0) return yield* die(c, 1, 'Permission denied.')
    if (o.values.has('M')) for (const line of [group, shadow]) if (line !== undefined) line[3] = listed(o.values.get('M')).join(',')
    if (o.values.has('A') && shadow !== undefined) shadow[2] = listed(o.values.get('A')).join(',')
  } else if (o.flags.has('r') || o.flags.has('R')) {
    if (shadow !== undefined) shadow[1] = o.flags.has('r') ? '' : '!'
  } else return yield* unsimulated(c, "a group's password")
  a.group.touch()
  a.gshadow.touch()
  yield* saveAccounts(a)
  return 0
}

const GROUPMOD_LONG = [
  { name: 'append', arg: 'none', is: 'a' }, { name: 'gid', arg: 'required', is: 'g' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'new-name', arg: 'required', is: 'n' },
  { name: 'non-unique', arg: 'none', is: 'o' }, { name: 'password', arg: 'required', is: 'p' }, { name: 'root', arg: 'required', unsimulated: true },
  { name: 'prefix', arg: 'required', unsimulated: true }, { name: 'users', arg: 'required', is: 'U' },
] as const

function* groupmodMain(c: Crt): Flow<number> {
  const o = yield* shadowOptions(c, 'ag:hn:op:U:', GROUPMOD_LONG, GROUPMOD_HELP)
  const [name] = o.operands
  if (name === undefined || o.operands.length > 1) return yield* usage(c, GROUPMOD_HELP)
  const a = yield* loadAccounts()
  const group = a.group.find(name)
  if (group === undefined) return yield* die(c, 6, `group '${name}' does not exist`)
  const newName = o.values.get('n')
  const gid = o.values.get('g')
  if (gid !== undefined && !/^\d+$/.test(gid)) return yield* die(c, 3, `invalid group ID '${gid}'`)
  if (gid !== undefined && !o.flags.has('o') && a.group.lines.some((line) => line[2] === gid && line !== group)) return yield* die(c, 4, `GID '${gid}' already exists`)
  if (newName !== undefined && !isValidName(newName)) return yield* die(c, 3, `invalid group name '${newName}'`)
  if (newName !== undefined && newName !== name && a.group.find(newName) !== undefined) return yield* die(c, 9, `group '${newName}' already exists`)
  yield* requireRoot(c, '/etc/group', 10)
  const shadow = a.gshadow.find(name)
  if (gid !== undefined) {
    for (const line of a.passwd.lines) if (line[3] === group[2]) line[3] = gid
    group[2] = gid
    a.passwd.touch()
  }
  for (const line of [group, shadow]) {
    if (line === undefined) continue
    if (newName !== undefined) line[0] = newName
    if (o.values.has('U')) line[3] = (o.flags.has('a') ? [...listed(line[3]), ...listed(o.values.get('U'))] : listed(o.values.get('U'))).join(',')
  }
  if (o.values.has('p') && shadow !== undefined) shadow[1] = o.values.get('p') ?? ''
  a.group.touch()
  a.gshadow.touch()
  yield* saveAccounts(a)
  return 0
}

const CHFN_LONG = [
  { name: 'full-name', arg: 'required', is: 'f' }, { name: 'home-phone', arg: 'required', is: 'h' }, { name: 'other', arg: 'required', is: 'o' },
  { name: 'room', arg: 'required', is: 'r' }, { name: 'root', arg: 'required', unsimulated: true }, { name: 'help', arg: 'none', is: 'u' }, { name: 'work-phone', arg: 'required', is: 'w' },
] as const
/** Where each option's text stands in the comma-separated field of /etc/passwd. */
const GECOS = ['f', 'r', 'w', 'h', 'o']

function* chfnMain(c: Crt): Flow<number> {
  const o = yield* shadowOptions(c, 'f:h:o:r:R:uw:', CHFN_LONG, CHFN_HELP)
  if (o.flags.has('u')) {
    yield* c.stdout.write(CHFN_HELP)
    return 0
  }
  const uid = (yield* call('getuid')) as number
  const a = yield* loadAccounts()
  const name = o.operands[0] ?? a.passwd.lines.find((line) => line[2] === String(uid))?.[0] ?? ''
  const user = a.passwd.find(name)
  if (user === undefined) return yield* die(c, 1, `user '${name}' does not exist`)
  if (uid !== 0 && user[2] !== String(uid)) return yield* die(c, 1, 'Permission denied.')
  if (o.values.size === 0) return yield* unsimulated(c, 'asking for each value')
  if (uid !== 0 && !(yield* knowsPassword(c, a.shadow.find(name)?.[1]))) return 1
  const parts = Array.from({ length: 5 }, (_, i) => user[4].split(',')[i] ?? '')
  for (const [i, opt] of GECOS.entries()) parts[i] = o.values.get(opt) ?? parts[i]
  user[4] = (parts[4] === '' ? parts.slice(0, 4) : parts).join(',')
  a.passwd.touch()
  yield* saveAccounts(a)
  return 0
}

/** PAM's question to everybody but root; false after its complaint. */
export function* knowsPassword(c: Crt, hash: string | undefined): Flow<boolean> {
  const password = yield* askPassword(c, 'Password: ')
  if (password !== undefined && hash !== undefined && (yield* checkPassword(password, hash))) return true
  yield* call('clock_nanosleep', 0, 0, { sec: password === undefined ? 0 : 2, nsec: 0 })
  yield* warn(c, 'PAM: Authentication failure')
  return false
}

export const gpasswd = program(gpasswdMain)
export const groupmod = program(groupmodMain)
export const chfn = program(chfnMain)
