// ln(1), link(1): hard and symbolic links.
import type { Flow } from '../../../abi/syscalls.ts'
import { AT_FDCWD, AT_SYMLINK_FOLLOW } from '../../../abi/fcntl.ts'
import { isDir } from '../../../abi/stat.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { quoteaf, quotef } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { call } from '../../libc/syscall.ts'
import { link as makeLink, lstat, rename, stat, symlink, unlink } from '../../libc/unistd.ts'
import { type Backup, BACKUP_LONG, backupChoice, backupNote, makeBackup } from './backup.ts'
import { NO_OPTIONS, command, needOperands, noMoreOperands, parseArgs } from './command.ts'
import { baseName, dirName, relativePath } from './path-names.ts'
import { joinPath } from './walk.ts'

const options = {
  short: 'bdfinrst:vFLPS:T',
    long: [
    ...BACKUP_LONG, { name: 'directory', arg: 'none', is: 'd' }, { name: 'no-dereference', arg: 'none', is: 'n' },
    { name: 'no-target-directory', arg: 'none', is: 'T' }, { name: 'force', arg: 'none', is: 'f' }, { name: 'interactive', arg: 'none', is: 'i' },
    { name: 'target-directory', arg: 'required', is: 't' }, { name: 'logical', arg: 'none', is: 'L' },
    { name: 'physical', arg: 'none', is: 'P' }, { name: 'relative', arg: 'none', is: 'r' }, { name: 'symbolic', arg: 'none', is: 's' },
    { name: 'verbose', arg: 'none', is: 'v' },
  ],
} as const

interface Task {
  readonly symbolic: boolean
  readonly relative: boolean
  readonly force: boolean
  readonly interactive: boolean
  readonly verbose: boolean
  readonly directories: boolean
  readonly logical: boolean
  readonly backup: Backup
}

export const ln = command('ln', 'make links between files', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const last = given.findLast((o) => o.opt === 'f' || o.opt === 'i')?.opt
  const task: Task = {
    symbolic: has('s'), relative: has('r'), force: last === 'f', interactive: last === 'i', verbose: has('v'), directories: has('d') || has('F'),
    logical: given.findLast((o) => o.opt === 'L' || o.opt === 'P')?.opt === 'L', backup: yield* backupChoice(c, given),
  }
  if (task.relative && !task.symbolic) return yield* fail(c, 1, 'cannot do --relative without --symbolic')
  if (operands.length === 0) return yield* usageError(c, 1, 'missing file operand')
  const { sources, directory } = yield* destination(c, operands, given.findLast((o) => o.opt === 't')?.arg, has('T'), has('n'))
  let ok = true
  if (directory === undefined) ok = yield* make(c, sources[0], operands[1], task)
  else for (const source of sources) if (!(yield* make(c, source, joinPath(directory, baseName(source)), task))) ok = false
  return ok ? 0 : 1
})

/** Sorts the four forms of the command line: with a directory to put links in, or with the link's own name. */
function* destination(c: Crt, operands: readonly string[], target: string | undefined, noDirectory: boolean, noDereference: boolean):
  Flow<{ readonly sources: readonly string[]; readonly directory: string | undefined }> {
  if (noDirectory) {
    if (target !== undefined) exit(yield* fail(c, 1, 'cannot combine --target-directory and --no-target-directory'))
    if (operands.length < 2) exit(yield* usageError(c, 1, `missing destination file operand after ${quoteaf(operands[0])}`))
    if (operands.length > 2) exit(yield* usageError(c, 1, `extra operand ${quoteaf(operands[2])}`))
    return { sources: operands.slice(0, 1), directory: undefined }
  }
  if (target !== undefined) {
    const st = yield* stat(target)
    if (isErr(st)) exit(yield* fail(c, 1, `target directory ${quoteaf(target)}`, st))
    if (!isDir(st.mode)) exit(yield* fail(c, 1, `target directory ${quoteaf(target)}`, Errno.ENOTDIR))
    return { sources: operands, directory: target }
  }
  if (operands.length === 1) return { sources: operands, directory: '.' }
  const end = operands[operands.length - 1]
  const st = yield* noDereference ? lstat(end) : stat(end)
  if (!isErr(st) && isDir(st.mode)) return { sources: operands.slice(0, -1), directory: end }
  if (operands.length > 2) exit(yield* fail(c, 1, `target ${quoteaf(end)}`, isErr(st) ? st : Errno.ENOTDIR))
  return { sources: operands.slice(0, 1), directory: undefined }
}

function* make(c: Crt, source: string, path: string, task: Task): Flow<boolean> {
  if (!task.symbolic) {
    const st = yield* task.logical ? stat(source) : lstat(source)
    if (isErr(st)) {
      yield* warn(c, `failed to access ${quoteaf(source)}`, st)
      return false
    }
    if (isDir(st.mode) && !task.directories) {
      yield* warn(c, `${quotef(source)}: hard link not allowed for directory`)
      return false
    }
  }
  const target = task.relative ? yield* relativeTarget(source, path) : source
  const old = task.force || task.interactive || task.backup.kind !== 'none' ? yield* lstat(path) : Errno.ENOENT
  if (!isErr(old)) {
    if (isDir(old.mode)) {
      yield* warn(c, `${quotef(path)}: cannot overwrite directory`)
      return false
    }
    const from = task.symbolic ? Errno.ENOENT : yield* stat(source)
    if (!isErr(from) && from.ino === old.ino && from.dev === old.dev && dirName(source) === dirName(path) && baseName(source) === baseName(path)) {
      yield* warn(c, `${quoteaf(source)} and ${quoteaf(path)} are the same file`)
      return false
    }
    if (task.interactive) {
      yield* c.stderr.write(`${c.name}: replace ${quoteaf(path)}? `)
      if (!/^[yY]/.test((yield* c.stdin.line()) ?? '')) return true
    }
  }
  const kept = isErr(old) ? undefined : yield* makeBackup(c, task.backup, path)
  if (kept !== undefined && isErr(kept)) return false
  const error = yield* create(target, path, task, !isErr(old))
  if (error === undefined) {
    if (task.verbose) yield* c.stdout.write(`${quoteaf(path)} ${task.symbolic ? '->' : '=>'} ${quoteaf(target)}${backupNote(kept)}\n`)
    return true
  }
  const kind = task.symbolic ? 'symbolic link' : 'hard link'
  const obvious = [Errno.EDQUOT, Errno.EEXIST, Errno.ENOSPC, Errno.EROFS].includes(error)
  const arrow = task.symbolic ? (error === Errno.ENAMETOOLONG || target === '' ? ` -> ${quoteaf(target)}` : '') : obvious ? '' : ` => ${quoteaf(target)}`
  yield* warn(c, error === Errno.EMLINK && !task.symbolic ? `failed to create hard link to ${quoteaf(target)}` : `failed to create ${kind} ${quoteaf(path)}${arrow}`, error)
  return false
}

/** One link; an existing file is replaced at once by renaming, as ln -f does. */
function* create(target: string, path: string, task: Task, replace: boolean): Flow<Errno | undefined> {
  const at = function* (name: string): Flow<Errno | undefined> {
    const made = yield* task.symbolic ? symlink(target, name) : task.logical ? call('linkat', AT_FDCWD, target, AT_FDCWD, name, AT_SYMLINK_FOLLOW) : makeLink(target, name)
    return isErr(made) ? made : undefined
  }
  const first = yield* at(path)
  if (first !== Errno.EEXIST || !replace) return first
  for (let n = 0; ; n++) {
    const temporary = joinPath(dirName(path), `Cu${String(n).padStart(6, '0')}`)
    const made = yield* at(temporary)
    if (made === Errno.EEXIST) continue
    if (made !== undefined) return made
    const moved = yield* rename(temporary, path)
    if (isErr(moved)) {
      yield* unlink(temporary)
      return moved
    }
    yield* unlink(temporary)
    return undefined
  }
}

/** -r: the target as seen from the link's directory. */
function* relativeTarget(source: string, path: string): Flow<string> {
  const from = yield* canonicalize(dirName(path), { mustExist: 'missing' })
  const to = yield* canonicalize(source, { mustExist: 'missing' })
  return isErr(from) || isErr(to) ? source : relativePath(to, from)
}

export const link = command('link', 'make a hard link by link(2)', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  yield* needOperands(c, operands, 2)
  yield* noMoreOperands(c, operands, 2)
  const made = yield* makeLink(operands[0], operands[1])
  return isErr(made) ? yield* fail(c, 1, `cannot create link ${quoteaf(operands[1])} to ${quoteaf(operands[0])}`, made) : 0
})
