// install(1): copies files and sets their attributes, or makes directories (-d).
import type { Flow } from '../../../abi/syscalls.ts'
import { isDir, isReg } from '../../../abi/stat.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { chmod, chown, mkdir, stat, unlink } from '../../libc/unistd.ts'
import { BACKUP_LONG, backupChoice } from './backup.ts'
import { command, parseArgs } from './command.ts'
import { Copier } from './copy.ts'
import { destinations } from './destination.ts'
import { applyMode, parseMode } from './mode-change.ts'
import { dirName } from './path-names.ts'
import { parseGroupSpec, parseUserSpec } from './user-spec.ts'
import { joinPath } from './walk.ts'

const options = {
  short: 'bcCsDdg:m:o:pt:TvS:Z',
  unsimulatedShort: 'sZC',
  long: [
    ...BACKUP_LONG, { name: 'compare', arg: 'none', unsimulated: true }, { name: 'context', arg: 'optional', unsimulated: true },
    { name: 'debug', arg: 'none', unsimulated: true }, { name: 'directory', arg: 'none', is: 'd' }, { name: 'group', arg: 'required', is: 'g' },
    { name: 'mode', arg: 'required', is: 'm' }, { name: 'no-target-directory', arg: 'none', is: 'T' }, { name: 'owner', arg: 'required', is: 'o' },
    { name: 'preserve-timestamps', arg: 'none', is: 'p' }, { name: 'strip', arg: 'none', unsimulated: true }, { name: 'strip-program', arg: 'required', unsimulated: true },
    { name: 'target-directory', arg: 'required', is: 't' }, { name: 'verbose', arg: 'none', is: 'v' },
  ],
} as const

interface Attributes {
  readonly modeText: string
  readonly uid: number
  readonly gid: number
  readonly verbose: boolean
}

export const install = command('install', 'copy files and set their attributes', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const value = (opt: string): string | undefined => given.findLast((o) => o.opt === opt)?.arg
  const modeText = value('m') ?? '0755'
  if (parseMode(modeText) === undefined) return yield* fail(c, 1, `invalid mode ${quote(modeText)}`)
  const attributes: Attributes = { modeText, ...(yield* owners(c, value('o'), value('g'))), verbose: has('v') }
  let ok = true
  if (has('d')) {
    if (operands.length === 0) return yield* usageError(c, 1, 'missing file operand')
    for (const path of operands) if (!(yield* makeDirectory(c, path, attributes))) ok = false
    return ok ? 0 : 1
  }
  const target = value('t')
  if (has('D') && target !== undefined) yield* makeParents(c, target, attributes)
  else if (has('D') && operands.length === 2) yield* makeParents(c, dirName(operands[1]), attributes)
  const backup = yield* backupChoice(c, given)
  const copier = new Copier(c, {
    recursive: false, follow: 'always', preserveMode: false, preserveOwner: false, preserveTimes: has('p'), preserveLinks: false, preserveXattrs: false, plainMode: false,
    force: false, interactive: 'no', update: false, removeDestination: true, make: 'copies', oneFileSystem: false, attributesOnly: false, verbose: has('v'), umask: 0o022, sparse: 'auto', backup,
  })
  for (const { from, to } of yield* destinations(c, operands, target, has('T'))) {
    const source = yield* stat(from)
    if (!isErr(source) && isDir(source.mode)) {
      yield* warn(c, `omitting directory ${quoteaf(from)}`)
      ok = false
      continue
    }
    const old = yield* stat(to)
    if (!isErr(old) && backup.kind === 'none' && isReg(old.mode) && (isErr(source) || old.ino !== source.ino)) yield* unlink(to)
    if (!(yield* copier.copy(from, to)) || !(yield* setAttributes(c, to, attributes, false))) ok = false
  }
  return ok ? 0 : 1
})

function* owners(c: Crt, owner: string | undefined, group: string | undefined): Flow<{ readonly uid: number; readonly gid: number }> {
  const user = owner === undefined ? undefined : yield* parseUserSpec(owner)
  if (typeof user === 'string' || (owner ?? '').includes(':')) exit(yield* fail(c, 1, `invalid user ${quote(owner ?? '')}`))
  const gid = group === undefined ? -1 : yield* parseGroupSpec(group)
  if (gid === undefined) exit(yield* fail(c, 1, `invalid group ${quote(group ?? '')}`))
  return { uid: user?.uid ?? -1, gid }
}

function* setAttributes(c: Crt, path: string, a: Attributes, isDirectory: boolean): Flow<boolean> {
  if (a.uid >= 0 || a.gid >= 0) {
    const set = yield* chown(path, a.uid, a.gid)
    if (isErr(set)) {
      yield* warn(c, `cannot change ownership of ${quoteaf(path)}`, set)
      return false
    }
  }
  const changes = parseMode(a.modeText) ?? []
  const set = yield* chmod(path, applyMode(0, isDirectory, 0, changes))
  if (!isErr(set)) return true
  yield* warn(c, `cannot change permissions of ${quoteaf(path)}`, set)
  return false
}

function* makeDirectory(c: Crt, path: string, a: Attributes): Flow<boolean> {
  return (yield* makeParents(c, path, a)) && (yield* setAttributes(c, path, a, true))
}

/** Every missing directory of a path, with mode 755. */
function* makeParents(c: Crt, path: string, a: Attributes): Flow<boolean> {
  let so = path.startsWith('/') ? '/' : '.'
  for (const part of path.split('/').filter((p) => p !== '')) {
    so = so === '.' ? part : joinPath(so, part)
    const made = yield* mkdir(so, 0o755)
    if (!isErr(made)) {
      if (a.verbose) yield* c.stdout.write(`${c.name}: creating directory ${quoteaf(so)}\n`)
      continue
    }
    const st = made === Errno.EEXIST ? yield* stat(so) : made
    if (!isErr(st) && isDir(st.mode)) continue
    yield* warn(c, `cannot create directory ${quote(so)}`, made)
    return false
  }
  return true
}
