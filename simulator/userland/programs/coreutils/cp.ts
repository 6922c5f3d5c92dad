// cp(1): copies files and directories. The copying itself is in copy.ts.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { isDir } from '../../../abi/stat.ts'
import { quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { usageError, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { mkdir, stat } from '../../libc/unistd.ts'
import { argMatch } from './argmatch.ts'
import { BACKUP_LONG, backupChoice } from './backup.ts'
import { type Option, command, parseArgs } from './command.ts'
import { Copier, type CopyOptions } from './copy.ts'
import { type Pair, destinations } from './destination.ts'
import { joinPath } from './walk.ts'

const options = {
  short: 'abdfHilLnprst:uvxPRS:TZ',
  unsimulatedShort: 'Z',
  long: [
    { name: 'archive', arg: 'none', is: 'a' }, { name: 'attributes-only', arg: 'none' }, ...BACKUP_LONG,
    { name: 'copy-contents', arg: 'none', unsimulated: true }, { name: 'dereference', arg: 'none', is: 'L' }, { name: 'force', arg: 'none', is: 'f' },
    { name: 'interactive', arg: 'none', is: 'i' }, { name: 'link', arg: 'none', is: 'l' }, { name: 'no-clobber', arg: 'none', is: 'n' },
    { name: 'no-dereference', arg: 'none', is: 'P' }, { name: 'no-preserve', arg: 'required' }, { name: 'no-target-directory', arg: 'none', is: 'T' },
    { name: 'one-file-system', arg: 'none', is: 'x' }, { name: 'parents', arg: 'none' }, { name: 'path', arg: 'none', is: 'parents' },
    { name: 'preserve', arg: 'optional' }, { name: 'recursive', arg: 'none', is: 'r' }, { name: 'remove-destination', arg: 'none' },
    { name: 'sparse', arg: 'required' }, { name: 'reflink', arg: 'optional' }, { name: 'strip-trailing-slashes', arg: 'none' },
    { name: 'symbolic-link', arg: 'none', is: 's' }, { name: 'target-directory', arg: 'required', is: 't' },
    { name: 'update', arg: 'none', is: 'u' }, { name: 'verbose', arg: 'none', is: 'v' }, { name: 'context', arg: 'optional', unsimulated: true },
  ],
} as const

export const cp = command('cp', 'copy files and directories', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  if (has('l') && has('s')) return yield* usageError(c, 1, 'cannot make both hard and symbolic links')
  const copier = new Copier(c, yield* copyOptions(c, given))
  const target = given.findLast((o) => o.opt === 't')?.arg
  const files = has('strip-trailing-slashes') ? operands.map((f) => f.replace(/(.)\/+$/, '$1')) : operands
  const pairs = has('parents') ? yield* withParents(c, files, target) : yield* destinations(c, files, target, has('T'))
  let ok = true
  for (const { from, to } of pairs) if (!(yield* copier.copy(from, to))) ok = false
  return ok ? 0 : 1
})

function* copyOptions(c: Crt, given: readonly Option[]): Flow<CopyOptions> {
  const has = (letters: string): boolean => given.some((o) => o.opt.length === 1 && letters.includes(o.opt))
  const keep = new Set<string>()
  for (const { opt, arg } of given) {
    if (opt === 'a') for (const what of ['mode', 'ownership', 'timestamps', 'links', 'xattr']) keep.add(what)
    if (opt === 'd') keep.add('links')
    if (opt === 'p' || (opt === 'preserve' && arg === undefined)) for (const what of ['mode', 'ownership', 'timestamps']) keep.add(what)
    else if (opt === 'preserve' || opt === 'no-preserve') yield* preserveList(c, opt, arg ?? '', keep)
  }
  const umask = yield* call('umask', 0)
  yield* call('umask', isErr(umask) ? 0o022 : umask)
  const recursive = has('rRa')
  const links = given.findLast((o) => 'LPHad'.includes(o.opt))?.opt
  const sparse = given.findLast((o) => o.opt === 'sparse')?.arg
  const ask = given.findLast((o) => 'in'.includes(o.opt))?.opt
  return {
    recursive, follow: links === 'L' ? 'always' : links === 'H' ? 'operands' : links !== undefined || (recursive && !has('l')) ? 'never' : 'always',
    preserveMode: keep.has('mode'), preserveOwner: keep.has('ownership'), preserveTimes: keep.has('timestamps'), preserveLinks: keep.has('links'),
    preserveXattrs: keep.has('xattr'), plainMode: keep.has('no-mode'), force: has('f'), interactive: ask === 'i' ? 'ask' : ask === 'n' ? 'never' : 'no', update: has('u'),
    removeDestination: given.some((o) => o.opt === 'remove-destination'), make: has('l') ? 'hard links' : has('s') ? 'symbolic links' : 'copies',
    oneFileSystem: has('x'), attributesOnly: given.some((o) => o.opt === 'attributes-only'), verbose: has('v'), umask: isErr(umask) ? 0o022 : umask,
    sparse: sparse === undefined ? 'auto' : yield* argMatch(c, '--sparse', sparse, [['never', 'never'], ['auto', 'auto'], ['always', 'always']] as const),
    backup: yield* backupChoice(c, given),
  }
}

function* preserveList(c: Crt, option: string, list: string, keep: Set<string>): Flow<void> {
  for (const word of list.split(',')) {
    const all = ['mode', 'timestamps', 'ownership', 'links', 'context', 'xattr', 'all']
    const matches = all.filter((name) => name.startsWith(word))
    if (matches.length !== 1) exit(yield* usageError(c, 1, `${matches.length === 0 ? 'invalid' : 'ambiguous'} argument ‘${word}’ for ‘--${option}’`))
    for (const what of matches[0] === 'all' ? all : matches) {
      if (option === 'preserve') keep.add(what)
      else {
        keep.delete(what)
        if (what === 'mode') keep.add('no-mode')
      }
    }
  }
}

/** --parents: the whole source path is made anew below the destination. */
function* withParents(c: Crt, operands: readonly string[], target: string | undefined): Flow<readonly Pair[]> {
  const directory = target ?? operands.at(-1)
  const files = target === undefined ? operands.slice(0, -1) : operands
  if (directory === undefined || files.length === 0) return yield* destinations(c, operands, target, false)
  const st = yield* stat(directory)
  if (isErr(st) || !isDir(st.mode)) exit(yield* usageError(c, 1, 'with --parents, the destination must be a directory'))
  for (const file of files) {
    const parts = file.replace(/\/+$/, '').split('/').slice(0, -1).filter((p) => p !== '')
    let path = directory
    let source = file.startsWith('/') ? '' : '.'
    for (const part of parts) {
      path = joinPath(path, part)
      source = `${source}/${part}`
      if (!isErr(yield* stat(path))) continue
      const from = yield* stat(source)
      const made = yield* mkdir(path, isErr(from) ? 0o777 : from.mode & 0o777)
      if (isErr(made)) yield* warn(c, `cannot make directory ${quoteaf(path)}`, made)
    }
  }
  return files.map((from) => ({ from, to: joinPath(directory, from.replace(/^\/+|\/+$/g, '')) }))
}
