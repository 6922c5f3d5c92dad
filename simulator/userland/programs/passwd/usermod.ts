// usermod(8), groupadd(8), groupdel(8) and chsh(1) of shadow 4.13.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { X_OK } from '../../../abi/fcntl.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { readLoginDefs } from '../../libc/login-defs.ts'
import { call } from '../../libc/syscall.ts'
import { access, lstat, rename } from '../../libc/unistd.ts'
import { type Accounts, die, findGroup, freeId, isValidName, type Line, loadAccounts, requireRoot, saveAccounts, setMember, shadowOptions, type ShadowOptions, usage } from './accounts.ts'
import { knowsPassword } from './gpasswd.ts'
import { CHSH_HELP, GROUPADD_HELP, GROUPDEL_HELP, USERMOD_HELP } from './help.ts'
import { chownTree } from './tree.ts'

const USERMOD_LONG = [
  { name: 'append', arg: 'none', is: 'a' }, { name: 'badname', arg: 'none', is: 'b' }, { name: 'comment', arg: 'required', is: 'c' }, { name: 'home', arg: 'required', is: 'd' },
  { name: 'expiredate', arg: 'required', unsimulated: true }, { name: 'inactive', arg: 'required', unsimulated: true }, { name: 'gid', arg: 'required', is: 'g' },
  { name: 'groups', arg: 'required', is: 'G' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'login', arg: 'required', is: 'l' }, { name: 'lock', arg: 'none', is: 'L' },
  { name: 'move-home', arg: 'none', is: 'm' }, { name: 'non-unique', arg: 'none', is: 'o' }, { name: 'password', arg: 'required', is: 'p' }, { name: 'remove', arg: 'none', is: 'r' },
  { name: 'root', arg: 'required', unsimulated: true }, { name: 'prefix', arg: 'required', unsimulated: true }, { name: 'shell', arg: 'required', is: 's' },
  { name: 'uid', arg: 'required', is: 'u' }, { name: 'unlock', arg: 'none', is: 'U' }, { name: 'add-subuids', arg: 'required', is: 'v' },
  { name: 'del-subuids', arg: 'required', is: 'V' }, { name: 'add-subgids', arg: 'required', is: 'w' }, { name: 'del-subgids', arg: 'required', is: 'W' },
  { name: 'selinux-user', arg: 'required', unsimulated: true },
] as const

function* usermodMain(c: Crt): Flow<number> {
  const o = yield* shadowOptions(c, 'abc:d:g:G:hl:Lmop:rs:u:Uv:V:w:W:', USERMOD_LONG, USERMOD_HELP)
  const [name, ...more] = o.operands
  if (name === undefined || more.length > 0) return yield* usage(c, USERMOD_HELP)
  const a = yield* loadAccounts()
  const user = a.passwd.find(name)
  if (!user) return yield* die(c, 6, `user '${name}' does not exist`)
  if (o.flags.size === 0) {
    yield* warn(c, 'no options')
    return yield* usage(c, USERMOD_HELP)
  }
  if (o.flags.has('a') && !o.flags.has('G')) {
    yield* warn(c, '-a flag is only allowed with the -G flag')
    return yield* usage(c, USERMOD_HELP)
  }
  for (const group of [o.values.get('g'), ...(o.values.get('G')?.split(',').filter((g) => g !== '') ?? [])]) {
    if (group !== undefined && !findGroup(a, group)) return yield* die(c, 6, `group '${group}' does not exist`)
  }
  if (!changesAnything(a, o, user)) {
    yield* warn(c, 'no changes')
    return 0
  }
  yield* requireRoot(c, '/etc/passwd')
  yield* changePasswd(c, a, o, user)
  changeGroups(a, o, name)
  yield* changeShadow(c, a, o, name)
  changeSubids(a, o, name)
  const login = o.values.get('l')
  if (login !== undefined) renameUser(a, name, login)
  for (const table of Object.values(a)) table.touch()
  yield* saveAccounts(a)
  return 0
}

/** A field that is to become what it is already does not count; the options without a field of passwd always do. */
function changesAnything(a: Accounts, o: ShadowOptions, user: Line): boolean {
  const gid = o.values.get('g')
  const fields = [[o.values.get('l'), user[0]], [o.values.get('u'), user[2]], [gid && (findGroup(a, gid)?.[2] ?? gid), user[3]], [o.values.get('c'), user[4]],
    [o.values.get('d'), user[5]], [o.values.get('s'), user[6]]]
  return ['G', 'L', 'U', 'p', 'v', 'V', 'w', 'W'].some((flag) => o.flags.has(flag)) || fields.some(([wanted, is]) => wanted !== undefined && wanted !== is)
}

function* changePasswd(c: Crt, a: Accounts, o: ShadowOptions, user: Line): Flow<void> {
  const uid = o.values.get('u')
  if (uid !== undefined) {
    if (!/^\d+$/.test(uid)) yield* die(c, 3, `invalid user ID '${uid}'`)
    if (uid !== user[2] && !o.flags.has('o') && a.passwd.lines.some((line) => line[2] === uid)) yield* die(c, 4, `UID '${uid}' already exists`)
    yield* chownTree(user[5], Number(user[2]), Number(uid))
    user[2] = uid
  }
  const home = o.values.get('d')
  if (home !== undefined) {
    if (o.flags.has('m')) {
      if (isErr(yield* lstat(user[5]))) yield* warn(c, `The previous home directory (${user[5]}) does not exist or is inaccessible. Move cannot be completed.`)
      else if (isErr(yield* rename(user[5], home))) yield* die(c, 12, `cannot rename directory ${user[5]} to ${home}`)
    }
    user[5] = home
  }
  const gid = o.values.get('g')
  if (gid !== undefined) user[3] = findGroup(a, gid)?.[2] ?? gid
  user[4] = o.values.get('c') ?? user[4]
  user[6] = o.values.get('s') ?? user[6]
}

function changeGroups(a: Accounts, o: ShadowOptions, name: string): void {
  const list = o.values.get('G')
  if (list === undefined) return
  const wanted = list.split(',').filter((g) => g !== '').map((g) => findGroup(a, g)?.[0] ?? g)
  for (const line of a.group.lines) {
    const isMember = (line[3] ?? '').split(',').includes(name)
    const named = wanted.includes(line[0])
    const target = o.flags.has('r') ? isMember && !named : o.flags.has('a') ? isMember || named : named
    if (target !== isMember) setMember(a, line[0], name, target)
  }
}

function* changeShadow(c: Crt, a: Accounts, o: ShadowOptions, name: string): Flow<void> {
  const line = a.shadow.find(name)
  if (!line) return
  line[1] = o.values.get('p') ?? line[1]
  if (o.flags.has('L') && !line[1].startsWith('!')) line[1] = `!${line[1]}`
  if (!o.flags.has('U') || !line[1].startsWith('!')) return
  if (line[1] === '!') {
    yield* warn(c, "unlocking the user's password would result in a passwordless account.")
    yield* c.stderr.write("You should set a password with usermod -p to unlock this user's password.\n")
  } else line[1] = line[1].slice(1)
}

function changeSubids(a: Accounts, o: ShadowOptions, name: string): void {
  for (const [add, del, table] of [['v', 'V', a.subuid], ['w', 'W', a.subgid]] as const) {
    const [first, last] = (o.values.get(add) ?? '').split('-').map(Number)
    if (last !== undefined && last >= first && !table.lines.some((l) => l[0] === name && Number(l[1]) <= first && Number(l[1]) + Number(l[2]) > last)) table.add([name, String(first), String(last - first + 1)])
    const gone = o.values.get(del)
    if (gone !== undefined) table.remove((line) => line[0] === name && `${line[1]}-${Number(line[1]) + Number(line[2]) - 1}` === gone)
  }
}

function renameUser(a: Accounts, from: string, to: string): void {
  for (const line of a.group.lines) {
    if (!(line[3] ?? '').split(',').includes(from)) continue
    setMember(a, line[0], from, false)
    setMember(a, line[0], to, true)
  }
  // The subordinate ids stay with the old name.
  for (const table of [a.passwd, a.shadow]) for (const line of table.lines) if (line[0] === from) line[0] = to
}

const GROUPADD_LONG = [
  { name: 'force', arg: 'none', is: 'f' }, { name: 'gid', arg: 'required', is: 'g' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'key', arg: 'required', unsimulated: true },
  { name: 'non-unique', arg: 'none', is: 'o' }, { name: 'password', arg: 'required', is: 'p' }, { name: 'system', arg: 'none', is: 'r' },
  { name: 'root', arg: 'required', unsimulated: true }, { name: 'prefix', arg: 'required', unsimulated: true }, { name: 'users', arg: 'required', is: 'U' },
] as const

function* groupaddMain(c: Crt): Flow<number> {
  const o = yield* shadowOptions(c, 'fg:hop:rU:', GROUPADD_LONG, GROUPADD_HELP)
  const gidText = o.values.get('g')
  if (gidText !== undefined && !/^\d+$/.test(gidText)) return yield* die(c, 3, `invalid group ID '${gidText}'`)
  const [name] = o.operands
  if (name === undefined || o.operands.length > 1) return yield* usage(c, GROUPADD_HELP)
  if (!isValidName(name)) return yield* die(c, 3, `'${name}' is not a valid group name`)
  const a = yield* loadAccounts()
  if (a.group.find(name)) return o.flags.has('f') ? 0 : yield* die(c, 9, `group '${name}' already exists`)
  if (gidText !== undefined && !o.flags.has('o') && a.group.lines.some((line) => line[2] === gidText)) return yield* die(c, 4, `GID '${gidText}' already exists`)
  yield* requireRoot(c, '/etc/group', 10)
  const defs = yield* readLoginDefs()
  const system = o.flags.has('r')
  const [min, max] = system ? [Number(defs.get('SYS_GID_MIN') ?? 100), Number(defs.get('SYS_GID_MAX') ?? 999)] : [Number(defs.get('GID_MIN') ?? 1000), Number(defs.get('GID_MAX') ?? 60000)]
  a.group.add([name, 'x', gidText ?? String(freeId(a.group, min, max, system)), o.values.get('U') ?? ''])
  a.gshadow.add([name, '!', '', o.values.get('U') ?? ''])
  yield* saveAccounts(a)
  return 0
}

function* groupdelMain(c: Crt): Flow<number> {
  const long = [{ name: 'force', arg: 'none', is: 'f' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'root', arg: 'required', unsimulated: true }] as const
  const o = yield* shadowOptions(c, 'fh', long, GROUPDEL_HELP)
  const [name] = o.operands
  if (name === undefined || o.operands.length > 1) return yield* usage(c, GROUPDEL_HELP)
  const a = yield* loadAccounts()
  const group = a.group.find(name)
  if (!group) return yield* die(c, 6, `group '${name}' does not exist`)
  const user = a.passwd.lines.find((line) => line[3] === group[2])
  if (user && !o.flags.has('f')) return yield* die(c, 8, `cannot remove the primary group of user '${user[0]}'`)
  yield* requireRoot(c, '/etc/group', 10)
  a.group.remove((line) => line[0] === name)
  a.gshadow.remove((line) => line[0] === name)
  yield* saveAccounts(a)
  return 0
}

function* chshMain(c: Crt): Flow<number> {
  const long = [{ name: 'help', arg: 'none', is: 'h' }, { name: 'root', arg: 'required', unsimulated: true }, { name: 'shell', arg: 'required', is: 's' }] as const
  const o = yield* shadowOptions(c, 'hs:', long, CHSH_HELP, 1)
  const a = yield* loadAccounts()
  const uid = (yield* call('getuid')) as number
  const name = o.operands[0] ?? a.passwd.lines.find((line) => line[2] === String(uid))?.[0] ?? ''
  const user = a.passwd.find(name)
  if (!user) return yield* die(c, 1, `user '${name}' does not exist`)
  if (uid !== 0 && user[2] !== String(uid)) return yield* die(c, 1, `You may not change the shell for '${name}'.`)
  if (uid !== 0 && !(yield* knowsPassword(c, a.shadow.find(name)?.[1]))) return 1
  const shell = o.values.get('s')
  if (shell === undefined) {
    yield* c.stdout.write(`Changing the login shell for ${name}\nEnter the new value, or press ENTER for the default\n\tLogin Shell [${user[6]}]: `)
    yield* c.stdout.flush()
    const typed = (yield* c.stdin.line())?.trim() ?? ''
    if (typed === '') return 0
    user[6] = typed
  } else user[6] = shell
  const usable = yield* access(user[6], X_OK)
  if (isErr(usable)) yield* warn(c, `Warning: ${user[6]} ${usable === E.ENOENT ? 'does not exist' : 'is not executable'}`)
  a.passwd.touch()
  yield* saveAccounts(a)
  return 0
}

export const usermod = program(usermodMain)
export const groupadd = program(groupaddMain)
export const groupdel = program(groupdelMain)
export const chsh = program(chshMain)
