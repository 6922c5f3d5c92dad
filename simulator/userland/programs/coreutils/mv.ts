// mv(1): renames files; across file systems it copies and removes.
import type { Flow } from '../../../abi/syscalls.ts'
import { RENAME_NOREPLACE, AT_FDCWD, W_OK } from '../../../abi/fcntl.ts'
import { type Stat, isDir, isLnk } from '../../../abi/stat.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { modeString } from '../../../lib/filemode.ts'
import { quoteaf } from '../../../lib/quote.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { call } from '../../libc/syscall.ts'
import { access, isatty, lstat, readDir, rmdir, unlink } from '../../libc/unistd.ts'
import { type Backup, BACKUP_LONG, backupChoice, backupNote, makeBackup, NO_BACKUP } from './backup.ts'
import { command, parseArgs } from './command.ts'
import { Copier } from './copy.ts'
import { destinations } from './destination.ts'
import { joinPath } from './walk.ts'

const options = {
  short: 'bfint:uvS:TZ',
  unsimulatedShort: 'Z',
  long: [
    ...BACKUP_LONG, { name: 'context', arg: 'none', unsimulated: true }, { name: 'force', arg: 'none', is: 'f' },
    { name: 'interactive', arg: 'none', is: 'i' }, { name: 'no-clobber', arg: 'none', is: 'n' }, { name: 'no-target-directory', arg: 'none', is: 'T' },
    { name: 'strip-trailing-slashes', arg: 'none' },
    { name: 'target-directory', arg: 'required', is: 't' }, { name: 'update', arg: 'none', is: 'u' }, { name: 'verbose', arg: 'none', is: 'v' },
  ],
} as const

export const mv = command('mv', 'move or rename files', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const files = has('strip-trailing-slashes') ? operands.map((f) => f.replace(/(.)\/+$/, '$1')) : operands
  const target = given.findLast((o) => o.opt === 't')?.arg
  const ask = given.findLast((o) => 'fin'.includes(o.opt))?.opt
  const mover = new Mover(c, { ask: ask === 'f' ? 'force' : ask === 'i' ? 'ask' : ask === 'n' ? 'never' : 'protected', update: has('u'), verbose: has('v'), backup: yield* backupChoice(c, given) })
  let ok = true
  const pairs = files.length === 2 && target === undefined && !has('T') && (yield* mover.renamedAtOnce(files[0], files[1])) ? [] : yield* destinations(c, files, target, has('T'))
  for (const { from, to } of pairs) if (!(yield* mover.move(from, to))) ok = false
  return ok ? 0 : 1
})

interface Task {
  readonly ask: 'force' | 'ask' | 'never' | 'protected'
  readonly update: boolean
  readonly verbose: boolean
  readonly backup: Backup
}

class Mover {
  readonly #c: Crt
  readonly #task: Task

  constructor(c: Crt, task: Task) {
    this.#c = c
    this.#task = task
  }

  *#no(message: string, error?: Errno): Flow<false> {
    yield* warn(this.#c, message, error)
    return false
  }

  /** The plain case `mv a b` where b doesn't exist: one call decides, as in mv. */
  *renamedAtOnce(from: string, to: string): Flow<boolean> {
    const renamed = yield* call('renameat2', AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE)
    if (isErr(renamed)) return false
    if (this.#task.verbose) yield* this.#c.stdout.write(`renamed ${quoteaf(from)} -> ${quoteaf(to)}\n`)
    return true
  }

  *move(from: string, to: string): Flow<boolean> {
    const st = yield* lstat(from)
    if (isErr(st)) return yield* this.#no(`cannot stat ${quoteaf(from)}`, st)
    const old = yield* lstat(to)
    if (isErr(old) && old !== Errno.ENOENT) return yield* this.#no(`cannot stat ${quoteaf(to)}`, old)
    if (!isErr(old)) {
      const refused = yield* this.#mayReplace(from, st, to, old)
      if (refused !== undefined) return refused
    }
    const kept = isErr(old) ? undefined : yield* makeBackup(this.#c, this.#task.backup, to)
    if (kept !== undefined && isErr(kept)) return false
    const renamed = yield* call('renameat2', AT_FDCWD, from, AT_FDCWD, to, 0)
    if (!isErr(renamed)) {
      if (this.#task.verbose) yield* this.#c.stdout.write(`renamed ${quoteaf(from)} -> ${quoteaf(to)}${backupNote(kept)}\n`)
      return true
    }
    if (renamed === Errno.EINVAL && isDir(st.mode)) return yield* this.#no(`cannot move ${quoteaf(from)} to a subdirectory of itself, ${quoteaf(to)}`)
    if (renamed !== Errno.EXDEV) return yield* this.#no(`cannot move ${quoteaf(from)} to ${quoteaf(to)}`, renamed)
    return yield* this.#across(from, st, to, !isErr(old) && kept === undefined)
  }

  *#mayReplace(from: string, st: Stat, to: string, old: Stat): Flow<boolean | undefined> {
    const { ask, update } = this.#task
    const [a, b] = [yield* canonicalize(from, { resolveLinks: false, mustExist: 'but-last' }), yield* canonicalize(to, { resolveLinks: false, mustExist: 'but-last' })]
    if (st.ino === old.ino && st.dev === old.dev && (a === b || isDir(st.mode))) return yield* this.#no(`${quoteaf(from)} and ${quoteaf(to)} are the same file`)
    if (isDir(st.mode) && !isDir(old.mode)) return yield* this.#no(`cannot overwrite non-directory ${quoteaf(to)} with directory ${quoteaf(from)}`)
    if (!isDir(st.mode) && isDir(old.mode)) return yield* this.#no(`cannot overwrite directory ${quoteaf(to)} with non-directory`)
    if (ask === 'never') return true
    if (update && !isDir(st.mode) && old.mtime >= st.mtime) return true
    const protectedFile = ask !== 'force' && !isLnk(old.mode) && (ask === 'ask' || (yield* isatty(0))) && isErr(yield* access(to, W_OK))
    if (ask !== 'ask' && !protectedFile) return undefined
    const mode = `${(old.mode & 0o7777).toString(8).padStart(4, '0')} (${modeString(old.mode).slice(1)})`
    yield* this.#c.stdout.flush()
    yield* this.#c.stderr.write(protectedFile ? `${this.#c.name}: replace ${quoteaf(to)}, overriding mode ${mode}? ` : `${this.#c.name}: overwrite ${quoteaf(to)}? `)
    return /^[yY]/.test((yield* this.#c.stdin.line()) ?? '') ? undefined : true
  }

  /** The other file system gets a copy, then the original goes. */
  *#across(from: string, st: Stat, to: string, exists: boolean): Flow<boolean> {
    if (exists) {
      const gone = yield* isDir(st.mode) ? rmdir(to) : unlink(to)
      if (isErr(gone)) return yield* this.#no(`inter-device move failed: ${quoteaf(from)} to ${quoteaf(to)}; unable to remove target`, gone)
    }
    const copier = new Copier(this.#c, {
      recursive: true, follow: 'never', preserveMode: true, preserveOwner: true, preserveTimes: true, preserveLinks: true, preserveXattrs: true, plainMode: false,
      force: false, interactive: 'no', update: false, removeDestination: false, make: 'copies', oneFileSystem: false, attributesOnly: false, verbose: false, umask: 0o022, sparse: 'auto', backup: NO_BACKUP,
    })
    if (!(yield* copier.copy(from, to))) return false
    if (this.#task.verbose) yield* this.#c.stdout.write(`copied ${quoteaf(from)} -> ${quoteaf(to)}\n`)
    return yield* this.#removeTree(from, st)
  }

  *#removeTree(path: string, st: Stat): Flow<boolean> {
    if (isDir(st.mode)) {
      const names = yield* readDir(path)
      for (const { name } of isErr(names) ? [] : names) {
        if (name === '.' || name === '..') continue
        const child = joinPath(path, name)
        const inner = yield* lstat(child)
        if (!isErr(inner) && !(yield* this.#removeTree(child, inner))) return false
      }
    }
    const gone = yield* isDir(st.mode) ? rmdir(path) : unlink(path)
    if (isErr(gone)) return yield* this.#no(`cannot remove ${quoteaf(path)}`, gone)
    if (this.#task.verbose) yield* this.#c.stdout.write(`removed ${isDir(st.mode) ? 'directory ' : ''}${quoteaf(path)}\n`)
    return true
  }
}
