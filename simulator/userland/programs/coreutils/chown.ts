// chown(1), chgrp(1): change the owner and group of files.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { isLnk } from '../../../abi/stat.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { IdNames } from '../../libc/pwd.ts'
import { chown as setOwner, lchown, stat } from '../../libc/unistd.ts'
import { type Arguments, command, needOperands, parseArgs } from './command.ts'
import { type UserSpec, parseGroupSpec, parseUserSpec } from './user-spec.ts'
import { type Follow, type Visit, isDanglingLink, walk } from './walk.ts'

const options = {
  short: 'HLPRcfhv',
  long: [
    { name: 'changes', arg: 'none', is: 'c' }, { name: 'dereference', arg: 'none' }, { name: 'from', arg: 'required' },
    { name: 'no-dereference', arg: 'none', is: 'h' }, { name: 'no-preserve-root', arg: 'none' }, { name: 'preserve-root', arg: 'none' },
    { name: 'quiet', arg: 'none', is: 'f' }, { name: 'recursive', arg: 'none', is: 'R' }, { name: 'reference', arg: 'required' },
    { name: 'silent', arg: 'none', is: 'f' }, { name: 'verbose', arg: 'none', is: 'v' },
  ],
} as const
const chgrpOptions = { short: options.short, long: options.long.filter((o) => o.name !== 'from') }

const specOf = function* (c: Crt, text: string): Flow<UserSpec> {
  const spec = yield* parseUserSpec(text)
  if (typeof spec === 'string') return exit(yield* fail(c, 1, `${spec}: ${quote(text)}`))
  if (spec.dot) yield* warn(c, `warning: '.' should be ':': ${quote(text)}`)
  return spec
}

export const chown = command('chown', 'change the owner of files', options, function* (c) {
  const args = yield* parseArgs(c, options)
  return yield* change(c, args, 'ownership', (text) => specOf(c, text))
})

export const chgrp = command('chgrp', 'change the group of files', chgrpOptions, function* (c) {
  const args = yield* parseArgs(c, chgrpOptions)
  return yield* change(c, args, 'group', function* (text) {
    const named = { uid: -1, user: undefined, group: text === '' ? undefined : text, dot: false }
    if (text === '') return { ...named, gid: -1 }
    const gid = yield* parseGroupSpec(text)
    return gid === undefined ? exit(yield* fail(c, 1, `invalid group: ${quote(text)}`)) : { ...named, gid }
  })
})

function* change(c: Crt, { options: given, operands }: Arguments, what: 'ownership' | 'group', parse: (text: string) => Flow<UserSpec>): Flow<number> {
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const value = (opt: string): string | undefined => given.findLast((o) => o.opt === opt)?.arg
  const reference = value('reference')
  yield* needOperands(c, operands, reference === undefined ? 2 : 1)
  let spec: UserSpec
  if (reference !== undefined) {
    const st = yield* stat(reference)
    if (isErr(st)) return yield* fail(c, 1, `failed to get attributes of ${quoteaf(reference)}`, st)
    const names = new IdNames()
    const user = (yield* names.user(st.uid)) ?? String(st.uid)
    spec = { uid: what === 'group' ? -1 : st.uid, gid: st.gid, user: what === 'group' ? undefined : user, group: (yield* names.group(st.gid)) ?? String(st.gid), dot: false }
  } else spec = yield* parse(operands[0])
  const from = value('from')
  const letter = given.findLast((o) => 'HLP'.includes(o.opt))?.opt
  const recursive = has('R')
  const nofollow = has('h') || (recursive && letter !== 'H' && letter !== 'L')
  const follow: Follow = !recursive ? (nofollow ? 'never' : 'always') : letter === 'L' ? 'always' : letter === 'H' ? 'operands' : 'never'
  const changer = new Changer(c, {
    spec, from: from === undefined ? undefined : yield* specOf(c, from), nofollow, silent: has('f'), report: has('v') ? 'all' : has('c') ? 'changes' : 'no', what, recursive,
  })
  for (const file of operands.slice(reference === undefined ? 1 : 0)) yield* walk(file, { recursive, follow, postorder: true }, changer)
  return changer.status
}

interface Task {
  readonly spec: UserSpec
  readonly from: UserSpec | undefined
  readonly nofollow: boolean
  readonly silent: boolean
  readonly recursive: boolean
  readonly report: 'no' | 'changes' | 'all'
  readonly what: 'ownership' | 'group'
}

class Changer {
  status = 0
  readonly #c: Crt
  readonly #task: Task
  readonly #names = new IdNames()

  constructor(c: Crt, task: Task) {
    this.#c = c
    this.#task = task
  }

  *failed(path: string, error: Errno, what: 'stat' | 'read'): Flow<void> {
    this.status = 1
    if (this.#task.silent) return
    if (what === 'read') yield* warn(this.#c, `cannot read directory ${quoteaf(path)}`, error)
    else yield* warn(this.#c, `${error === Errno.ENOENT && (yield* isDanglingLink(path)) ? 'cannot dereference' : 'cannot access'} ${quoteaf(path)}`, error)
  }

  *visit({ path, st }: Visit): Flow<void> {
    const { spec, from, nofollow, silent, report, recursive } = this.#task
    const matches = from === undefined || ((from.uid < 0 || from.uid === st.uid) && (from.gid < 0 || from.gid === st.gid))
    const throughLink = recursive && isLnk(st.mode) && !nofollow
    let error: Errno | undefined
    if (matches) {
      const target = throughLink ? yield* stat(path) : st
      const set = isErr(target) ? target : yield* nofollow ? lchown(path, spec.uid, spec.gid) : setOwner(path, spec.uid, spec.gid)
      if (isErr(set)) error = set
    }
    if (error !== undefined) {
      this.status = 1
      if (!silent) yield* warn(this.#c, `changing ${spec.uid < 0 ? 'group' : 'ownership'} of ${quoteaf(path)}`, error)
    }
    const changed = matches && error === undefined && ((spec.uid >= 0 && spec.uid !== st.uid) || (spec.gid >= 0 && spec.gid !== st.gid))
    if (report === 'all' || (report === 'changes' && changed)) yield* this.#report(path, st.uid, st.gid, error !== undefined ? 'failed' : changed ? 'changed' : 'retained')
  }

  *#report(path: string, uid: number, gid: number, outcome: 'failed' | 'changed' | 'retained'): Flow<void> {
    const { spec, what } = this.#task
    const oldUser = spec.user === undefined ? undefined : ((yield* this.#names.user(uid)) ?? String(uid))
    const oldGroup = spec.group === undefined ? undefined : ((yield* this.#names.group(gid)) ?? String(gid))
    const old = together(oldUser, oldGroup, what)
    const fresh = together(spec.user, spec.group, what)
    const name = quoteaf(path)
    if (outcome === 'retained') yield* this.#c.stdout.write(`${what} of ${name} retained${old === '' ? '' : ` as ${old}`}\n`)
    else yield* this.#c.stdout.write(`${outcome === 'failed' ? 'failed to change' : 'changed'} ${what} of ${name} from ${old} to ${fresh}\n`)
  }
}

function together(user: string | undefined, group: string | undefined, what: 'ownership' | 'group'): string {
  if (what === 'group') return group ?? ''
  return group === undefined ? (user ?? '') : `${user ?? ''}:${group}`
}
