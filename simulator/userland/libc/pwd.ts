// The user and group databases: getpwnam(3), getgrnam(3), getgrouplist(3), initgroups(3). Files only (/etc/passwd, /etc/group): what
// nsswitch.conf names besides has no other source here. Read anew at each call, since a lesson may edit the files or mount over them.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { readFile } from './unistd.ts'

export interface Passwd {
  readonly name: string
  readonly passwd: string
  readonly uid: number
  readonly gid: number
  readonly gecos: string
  readonly dir: string
  readonly shell: string
}

export interface Group {
  readonly name: string
  readonly passwd: string
  readonly gid: number
  readonly members: readonly string[]
}

const isId = (text: string): boolean => /^\d+$/.test(text)

/** The lines of /etc/passwd that are well formed; others are skipped as glibc does. */
export function parsePasswd(text: string): Passwd[] {
  const all: Passwd[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue
    const [name, passwd, uid, gid, gecos = '', dir = '', shell = ''] = line.split(':')
    if (name !== '' && gid !== undefined && isId(uid) && isId(gid)) all.push({ name, passwd, uid: Number(uid), gid: Number(gid), gecos, dir, shell })
  }
  return all
}

export function parseGroup(text: string): Group[] {
  const all: Group[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue
    const [name, passwd, gid, members = ''] = line.split(':')
    if (name !== '' && gid !== undefined && isId(gid)) all.push({ name, passwd, gid: Number(gid), members: members.split(',').filter((m) => m !== '') })
  }
  return all
}

/** All of /etc/passwd, in file order; empty if it can't be read. */
export function* getpwent(): Flow<readonly Passwd[]> {
  const text = yield* readFile('/etc/passwd')
  return isErr(text) ? [] : parsePasswd(text)
}

/** All of /etc/group, in file order; empty if it can't be read. */
export function* getgrent(): Flow<readonly Group[]> {
  const text = yield* readFile('/etc/group')
  return isErr(text) ? [] : parseGroup(text)
}

export function* getpwnam(name: string): Flow<Passwd | undefined> {
  return (yield* getpwent()).find((p) => p.name === name)
}

export function* getpwuid(uid: number): Flow<Passwd | undefined> {
  return (yield* getpwent()).find((p) => p.uid === uid)
}

export function* getgrnam(name: string): Flow<Group | undefined> {
  return (yield* getgrent()).find((g) => g.name === name)
}

export function* getgrgid(gid: number): Flow<Group | undefined> {
  return (yield* getgrent()).find((g) => g.gid === gid)
}

/** The groups `user` is in: `gid` first, then those of /etc/group that list the name, in file order. */
export function* getgrouplist(user: string, gid: number): Flow<readonly number[]> {
  const groups = yield* getgrent()
  return [gid, ...groups.filter((g) => g.gid !== gid && g.members.includes(user)).map((g) => g.gid)]
}

/** Names of ids for listings: each file is read once, at first need, as coreutils' idcache does. */
export class IdNames {
  #users: Map<number, string> | undefined
  #groups: Map<number, string> | undefined

  *user(uid: number): Flow<string | undefined> {
    this.#users ??= firstNames((yield* getpwent()).map((p) => [p.uid, p.name] as const))
    return this.#users.get(uid)
  }

  *group(gid: number): Flow<string | undefined> {
    this.#groups ??= firstNames((yield* getgrent()).map((g) => [g.gid, g.name] as const))
    return this.#groups.get(gid)
  }
}

/** Of several lines with one id the first counts. */
export function firstNames(pairs: readonly (readonly [number, string])[]): Map<number, string> {
  const names = new Map<number, string>()
  for (const [id, name] of pairs) if (!names.has(id)) names.set(id, name)
  return names
}
