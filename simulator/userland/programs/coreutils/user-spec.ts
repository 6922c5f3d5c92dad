// USER[:GROUP] as chown(1), chroot(1) and install(1) take it: names or numbers, `:` alone for the user's login group. gnulib's userspec.
import type { Flow } from '../../../abi/syscalls.ts'
import { getgrgid, getgrnam, getpwnam, getpwuid } from '../../libc/pwd.ts'

export interface UserSpec {
  /** -1 where nothing was said. */
  readonly uid: number
  readonly gid: number
  /** The names as given, for messages: empty in front of a lone `:GROUP`, undefined where nothing was said. */
  readonly user: string | undefined
  readonly group: string | undefined
  /** A `.` was taken for the separator. */
  readonly dot: boolean
}

const MAX_ID = 4294967295
const asNumber = (text: string): number | undefined => (/^\+?\d+$/.test(text) && Number(text) < MAX_ID ? Number(text) : undefined)

/** The ids, or what is wrong: `invalid user`, `invalid group`, `invalid spec`. */
export function* parseUserSpec(text: string): Flow<UserSpec | string> {
  const colon = yield* parseWith(text, text.indexOf(':'))
  if (typeof colon !== 'string' || text.includes(':') || !text.includes('.')) return colon
  const dot = yield* parseWith(text, text.indexOf('.'))
  return typeof dot === 'string' ? colon : { ...dot, dot: true }
}

function* parseWith(text: string, separator: number): Flow<UserSpec | string> {
  const user = separator < 0 ? text : text.slice(0, separator)
  const group = separator < 0 ? undefined : text.slice(separator + 1)
  let uid = -1
  let gid = -1
  let groupName = group
  if (user !== '') {
    const known = user.startsWith('+') ? undefined : yield* getpwnam(user)
    const number = known?.uid ?? asNumber(user)
    if (number === undefined) return group === '' ? 'invalid spec' : 'invalid user'
    uid = number
    if (group === '') {
      const login = known ?? (yield* getpwuid(number))
      if (login === undefined || known === undefined) return 'invalid spec'
      gid = login.gid
      groupName = (yield* getgrgid(gid))?.name ?? String(gid)
    }
  }
  if (group !== undefined && group !== '') {
    const number = yield* parseGroupSpec(group)
    if (number === undefined) return 'invalid group'
    gid = number
  }
  return { uid, gid, user: user === '' && group === undefined ? undefined : user, group: groupName === '' ? undefined : groupName, dot: false }
}

/** The id of a group name or number. */
export function* parseGroupSpec(text: string): Flow<number | undefined> {
  return (text.startsWith('+') ? undefined : (yield* getgrnam(text))?.gid) ?? asNumber(text)
}
