// id(1): real and effective ids of the caller, or the ids of named users. No SELinux, as in Debian's default: -Z is refused.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { quote } from '../../../lib/quote.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { IdNames, getgrouplist, getpwnam, getpwuid } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { command, parseArgs } from './command.ts'

const options = {
  short: 'agnruzGZ',
  long: [
    { name: 'context', arg: 'none', is: 'Z' }, { name: 'group', arg: 'none', is: 'g' }, { name: 'groups', arg: 'none', is: 'G' },
    { name: 'name', arg: 'none', is: 'n' }, { name: 'real', arg: 'none', is: 'r' }, { name: 'user', arg: 'none', is: 'u' },
    { name: 'zero', arg: 'none', is: 'z' },
  ],
} as const

interface Ids {
  readonly ruid: number
  readonly euid: number
  readonly rgid: number
  readonly egid: number
  readonly groups: readonly number[]
}

interface Style {
  readonly one: 'u' | 'g' | 'G' | undefined
  readonly real: boolean
  readonly useName: boolean
  readonly zero: boolean
}

export const id = command('id', 'print user and group ids', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const letters = new Set(given.map((o) => o.opt))
  if (letters.has('Z')) {
    if (operands.length > 0) return yield* fail(c, 1, 'cannot print security context when user specified')
    return yield* fail(c, 1, '--context (-Z) works only on an SELinux-enabled kernel')
  }
  const chosen = (['u', 'g', 'G'] as const).filter((l) => letters.has(l))
  if (chosen.length > 1) return yield* fail(c, 1, 'cannot print "only" of more than one choice')
  const style: Style = { one: chosen[0], real: letters.has('r'), useName: letters.has('n'), zero: letters.has('z') }
  if (style.one === undefined && (style.real || style.useName)) return yield* fail(c, 1, 'cannot print only names or real IDs in default format')
  if (style.one === undefined && style.zero) return yield* fail(c, 1, 'option --zero not permitted in default format')
  const printer = new Printer(c, style, operands.length > 1)
  if (operands.length === 0) {
    yield* printer.print(yield* ownIds(style), undefined)
  }
  for (const operand of operands) {
    const user = (yield* getpwnam(operand)) ?? (/^\+?\d+$/.test(operand) ? yield* getpwuid(Number(operand)) : undefined)
    if (user === undefined) {
      yield* warn(c, `${quote(operand)}: no such user`)
      printer.status = 1
      continue
    }
    const list = yield* getgrouplist(user.name, user.gid)
    yield* printer.print({ ruid: user.uid, euid: user.uid, rgid: user.gid, egid: user.gid, groups: list }, user.name)
  }
  return printer.status
})

/** Asks for what is printed, and for nothing else. */
function* ownIds({ one, real }: Style): Flow<Ids> {
  const ask = function* (nr: 'geteuid' | 'getuid' | 'getegid' | 'getgid', wanted: boolean): Flow<number> {
    const id = wanted ? yield* call(nr) : 0
    return isErr(id) ? 0 : id
  }
  const euid = yield* ask('geteuid', one === 'u' ? !real : one === undefined)
  const ruid = yield* ask('getuid', one === 'u' ? real : one !== 'g')
  const egid = yield* ask('getegid', one !== 'u')
  const rgid = yield* ask('getgid', one !== 'u')
  const list = one === undefined || one === 'G' ? yield* call('getgroups') : []
  return { ruid, euid, rgid, egid, groups: isErr(list) ? [] : list }
}

class Printer {
  status = 0
  readonly #c: Crt
  readonly #style: Style
  readonly #many: boolean
  readonly #names = new IdNames()

  constructor(c: Crt, style: Style, many: boolean) {
    this.#c = c
    this.#style = style
    this.#many = many
  }

  *print(ids: Ids, user: string | undefined): Flow<void> {
    const { one, real, zero } = this.#style
    let text: string
    if (one === 'u') text = yield* this.#single('user', real ? ids.ruid : ids.euid)
    else if (one === 'g') text = yield* this.#single('group', real ? ids.rgid : ids.egid)
    else if (one === 'G') text = yield* this.#groupList(ids)
    else text = yield* this.#full(ids, user)
    yield* this.#c.stdout.write(text + (zero ? (this.#many && one === 'G' ? '\0\0' : '\0') : '\n'))
  }

  *#single(kind: 'user' | 'group', number: number): Flow<string> {
    if (!this.#style.useName) return String(number)
    const name = yield* this.#names[kind](number)
    if (name !== undefined) return name
    yield* warn(this.#c, `cannot find name for ${kind} ID ${number}`)
    this.status = 1
    return String(number)
  }

  *#groupList(ids: Ids): Flow<string> {
    const order = [ids.rgid, ...(ids.egid === ids.rgid ? [] : [ids.egid]), ...ids.groups.filter((g) => g !== ids.rgid && g !== ids.egid)]
    const words: string[] = []
    for (const gid of order) words.push(yield* this.#single('group', gid))
    return words.join(this.#style.zero ? '\0' : ' ')
  }

  *#full(ids: Ids, user: string | undefined): Flow<string> {
    let text = `uid=${yield* this.#named('user', ids.ruid)} gid=${yield* this.#named('group', ids.rgid)}`
    if (ids.euid !== ids.ruid) text += ` euid=${yield* this.#named('user', ids.euid)}`
    if (ids.egid !== ids.rgid) text += ` egid=${yield* this.#named('group', ids.egid)}`
    const groups = user === undefined ? [ids.egid, ...ids.groups.filter((g) => g !== ids.egid)] : ids.groups
    const words: string[] = []
    for (const gid of groups) words.push(yield* this.#named('group', gid))
    return words.length > 0 ? `${text} groups=${words.join(',')}` : text
  }

  *#named(kind: 'user' | 'group', number: number): Flow<string> {
    const name = yield* this.#names[kind](number)
    return name === undefined ? String(number) : `${number}(${name})`
  }
}
