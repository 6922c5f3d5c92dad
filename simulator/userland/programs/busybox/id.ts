// BusyBox's id: supplementary groups are shown only if there are any.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { getgrouplist, getpwnam, IdNames } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'

export function* id(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, 'uGgnrZ')
  const flags = new Set<string>()
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`id: ${event.error}\n`)
      return 1
    }
    if (!('unsimulated' in event)) flags.add(event.opt)
  }
  const names = new IdNames()
  const [user] = parsed.operands
  let uid = yield* number(call(flags.has('r') ? 'getuid' : 'geteuid'))
  let gid = yield* number(call(flags.has('r') ? 'getgid' : 'getegid'))
  let groups: readonly number[] = []
  if (user !== undefined) {
    const entry = yield* getpwnam(user)
    if (entry === undefined) {
      yield* c.stderr.write(`id: unknown user ${user}\n`)
      return 1
    }
    uid = entry.uid
    gid = entry.gid
    groups = yield* getgrouplist(user, gid)
  } else {
    const own = yield* call('getgroups')
    if (!isErr(own)) groups = own
  }
  const named = function* (value: number, kind: 'user' | 'group'): Flow<string> {
    const name = yield* kind === 'user' ? names.user(value) : names.group(value)
    return flags.has('n') ? name ?? String(value) : String(value)
  }
  if (flags.has('u')) return yield* line(c, yield* named(uid, 'user'))
  if (flags.has('g')) return yield* line(c, yield* named(gid, 'group'))
  if (flags.has('G')) {
    const all: string[] = []
    for (const g of new Set([gid, ...groups])) all.push(yield* named(g, 'group'))
    return yield* line(c, all.join(' '))
  }
  const shown = function* (value: number, kind: 'user' | 'group'): Flow<string> {
    const name = yield* kind === 'user' ? names.user(value) : names.group(value)
    return name === undefined ? String(value) : `${value}(${name})`
  }
  let text = `uid=${yield* shown(uid, 'user')} gid=${yield* shown(gid, 'group')}`
  if (groups.length > 0) {
    const all: string[] = []
    for (const g of groups) all.push(yield* shown(g, 'group'))
    text += ` groups=${all.join(',')}`
  }
  return yield* line(c, text)
}

function* number(flow: Flow<number | object>): Flow<number> {
  const value = yield* flow
  return typeof value === 'number' ? value : 0
}

function* line(c: Crt, text: string): Flow<number> {
  yield* c.stdout.write(`${text}\n`)
  return 0
}
