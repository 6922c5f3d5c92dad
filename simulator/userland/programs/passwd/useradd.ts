// useradd(8) and userdel(8) of shadow 4.13 as Debian configures them: no home without -m, a group and subordinate ids of one's own.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { readLoginDefs } from '../../libc/login-defs.ts'
import { chmod, chown, lstat, mkdir, readFile } from '../../libc/unistd.ts'
import { type Accounts, die, findGroup, freeId, freeRange, isValidName, type Line, loadAccounts, requireRoot, saveAccounts, setMember, shadowOptions, type ShadowOptions, today, usage } from './accounts.ts'
import { USERADD_HELP, USERDEL_HELP } from './help.ts'
import { children, copyTree, removeTree } from './tree.ts'

const USERADD_LONG = [
  { name: 'badname', arg: 'none' }, { name: 'base-dir', arg: 'required', is: 'b' }, { name: 'btrfs-subvolume-home', arg: 'none', unsimulated: true },
  { name: 'comment', arg: 'required', is: 'c' }, { name: 'home-dir', arg: 'required', is: 'd' }, { name: 'defaults', arg: 'none', is: 'D' },
  { name: 'expiredate', arg: 'required', is: 'e' }, { name: 'inactive', arg: 'required', is: 'f' }, { name: 'add-subids-for-system', arg: 'none', is: 'F' },
  { name: 'gid', arg: 'required', is: 'g' }, { name: 'groups', arg: 'required', is: 'G' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'skel', arg: 'required', is: 'k' },
  { name: 'key', arg: 'required', unsimulated: true }, { name: 'no-log-init', arg: 'none', is: 'l' }, { name: 'create-home', arg: 'none', is: 'm' },
  { name: 'no-create-home', arg: 'none', is: 'M' }, { name: 'no-user-group', arg: 'none', is: 'N' }, { name: 'non-unique', arg: 'none', is: 'o' },
  { name: 'password', arg: 'required', is: 'p' }, { name: 'system', arg: 'none', is: 'r' }, { name: 'root', arg: 'required', unsimulated: true },
  { name: 'prefix', arg: 'required', unsimulated: true }, { name: 'shell', arg: 'required', is: 's' }, { name: 'uid', arg: 'required', is: 'u' },
  { name: 'user-group', arg: 'none', is: 'U' }, { name: 'selinux-user', arg: 'required', unsimulated: true },
] as const

const DEFAULTS = 'GROUP=100\nHOME=/home\nINACTIVE=-1\nEXPIRE=\nSHELL=/bin/sh\nSKEL=/etc/skel\nCREATE_MAIL_SPOOL=no\nLOG_INIT=yes\n'

function* useraddMain(c: Crt): Flow<number> {
  const o = yield* shadowOptions(c, 'b:c:d:De:f:Fg:G:hk:lmMNop:rs:u:U', USERADD_LONG, USERADD_HELP)
  if (o.flags.has('D') && o.operands.length === 0) {
    yield* c.stdout.write(DEFAULTS)
    return 0
  }
  const [name, ...more] = o.operands
  if (name === undefined || more.length > 0) return yield* usage(c, USERADD_HELP)
  const shell = o.values.get('s') ?? '/bin/sh'
  const uidText = o.values.get('u')
  if (uidText !== undefined && !/^\d+$/.test(uidText)) return yield* die(c, 3, `invalid user ID '${uidText}'`)
  if (!/^\/|^$/.test(shell)) return yield* die(c, 3, `invalid shell '${shell}'`)
  const a = yield* loadAccounts()
  for (const group of [o.values.get('g'), ...(o.values.get('G')?.split(',') ?? [])]) if (group !== undefined && !findGroup(a, group)) return yield* die(c, 6, `group '${group}' does not exist`)
  if (!isValidName(name)) return yield* die(c, 3, `invalid user name '${name}': use --badname to ignore`)
  if (a.passwd.find(name)) return yield* die(c, 9, `user '${name}' already exists`)
  yield* requireRoot(c, '/etc/passwd')
  if (uidText !== undefined && !o.flags.has('o') && a.passwd.lines.some((line) => line[2] === uidText)) return yield* die(c, 4, `UID ${uidText} is not unique`)
  return yield* addUser(c, a, o, name, shell)
}

/** What useradd and adduser do once everything is decided. */
export function* addUser(c: Crt, a: Accounts, o: ShadowOptions, name: string, shell: string): Flow<number> {
  const defs = yield* readLoginDefs()
  const setting = (key: string, fallback: number): number => Number(defs.get(key) ?? fallback)
  const system = o.flags.has('r')
  const [min, max] = system ? [setting('SYS_UID_MIN', 100), setting('SYS_UID_MAX', 999)] : [setting('UID_MIN', 1000), setting('UID_MAX', 60000)]
  const uid = Number(o.values.get('u') ?? freeId(a.passwd, min, max, system))
  const gid = yield* primaryGroup(c, a, o, name, uid, [min, max, system])
  const home = o.values.get('d') ?? `${o.values.get('b') ?? '/home'}/${name}`
  a.passwd.add([name, 'x', String(uid), String(gid), o.values.get('c') ?? '', home, shell])
  a.shadow.add([name, o.values.get('p') ?? '!', String(yield* today()), '0', '99999', '7', '', '', ''])
  for (const group of o.values.get('G')?.split(',') ?? []) setMember(a, findGroup(a, group)?.[0] ?? group, name, true)
  if (!system || o.flags.has('F')) {
    for (const [table, prefix] of [[a.subuid, 'UID'], [a.subgid, 'GID']] as const) {
      const count = setting(`SUB_${prefix}_COUNT`, 65536)
      table.add([name, String(freeRange(table, setting(`SUB_${prefix}_MIN`, 100000), count)), String(count)])
    }
  }
  yield* saveAccounts(a)
  if (o.flags.has('m') && !o.flags.has('M')) yield* makeHome(c, home, o.values.get('k') ?? '/etc/skel', uid, gid, Number.parseInt(defs.get('HOME_MODE') ?? '755', 8))
  return 0
}

function* primaryGroup(c: Crt, a: Accounts, o: ShadowOptions, name: string, uid: number, [min, max, system]: readonly [number, number, boolean]): Flow<number> {
  const wanted = o.values.get('g')
  if (wanted !== undefined) return Number(findGroup(a, wanted)?.[2] ?? wanted)
  if (o.flags.has('N')) return 100
  if (a.group.find(name)) return yield* die(c, 9, `group ${name} exists - if you want to add this user to that group, use -g.`)
  const taken = a.group.lines.some((line) => line[2] === String(uid))
  const gid = taken ? freeId(a.group, min, max, system) : uid
  a.group.add([name, 'x', String(gid), ''])
  a.gshadow.add([name, '!', '', ''])
  return gid
}

export function* makeHome(c: Crt, home: string, skel: string, uid: number, gid: number, mode: number): Flow<void> {
  if (!isErr(yield* lstat(home))) {
    yield* warn(c, `warning: the home directory ${home} already exists.\n${c.name}: Not copying any file from skel directory into it.`)
    return
  }
  const made = yield* mkdir(home, 0o700)
  if (isErr(made)) return yield* warn(c, `cannot create directory ${home}`)
  yield* copyTree(skel, home, uid, gid)
  yield* chown(home, uid, gid)
  yield* chmod(home, mode)
}

const USERDEL_LONG = [
  { name: 'force', arg: 'none', is: 'f' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'remove', arg: 'none', is: 'r' },
  { name: 'root', arg: 'required', unsimulated: true }, { name: 'prefix', arg: 'required', unsimulated: true }, { name: 'selinux-user', arg: 'none', unsimulated: true },
] as const

function* userdelMain(c: Crt): Flow<number> {
  const o = yield* shadowOptions(c, 'fhr', USERDEL_LONG, USERDEL_HELP)
  const [name] = o.operands
  if (name === undefined || o.operands.length > 1) return yield* usage(c, USERDEL_HELP)
  const a = yield* loadAccounts()
  const user = a.passwd.find(name)
  if (!user) return yield* die(c, 6, `user '${name}' does not exist`)
  const pid = yield* processOf(Number(user[2]))
  if (pid !== undefined) {
    yield* warn(c, `user ${name} is currently used by process ${pid}`)
    if (!o.flags.has('f')) return 8
  }
  yield* requireRoot(c, '/etc/passwd')
  forget(a, name, user)
  yield* saveAccounts(a)
  if (o.flags.has('r')) {
    if (!(yield* removeTree(`/var/mail/${name}`))) yield* warn(c, `${name} mail spool (/var/mail/${name}) not found`)
    if (isErr(yield* lstat(user[5]))) yield* warn(c, `${name} home directory (${user[5]}) not found`)
    else yield* removeTree(user[5])
  }
  return 0
}

function forget(a: Accounts, name: string, user: Line): void {
  for (const table of [a.passwd, a.shadow, a.subuid, a.subgid]) table.remove((line) => line[0] === name)
  for (const line of [...a.group.lines]) if ((line[3] ?? '').split(',').includes(name)) setMember(a, line[0], name, false)
  const own = a.group.find(name)
  const shared = own !== undefined && ((own[3] ?? '') !== '' || a.passwd.lines.some((line) => line[3] === own[2]))
  if (own?.[2] !== user[3] || shared) return
  a.group.remove((line) => line[0] === name)
  a.gshadow.remove((line) => line[0] === name)
}

/** A process that runs under the uid. */
function* processOf(uid: number): Flow<number | undefined> {
  for (const name of yield* children('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const status = yield* readFile(`/proc/${name}/status`)
    const m = isErr(status) ? null : /^Uid:\t(\d+)\t(\d+)\t(\d+)/m.exec(status)
    if (m !== null && [m[1], m[2], m[3]].some((id) => Number(id) === uid)) return Number(name)
  }
  return undefined
}

export const useradd = program(useraddMain)
export const userdel = program(userdelMain)
