// rm(1), unlink(1): removal, with prompts on a terminal before what is write-protected. Simpler: --one-file-system is honoured per directory.
import { S_IFMT, isDir, isLnk, isReg, S_IFBLK, S_IFCHR, S_IFIFO, S_IFLNK, S_IFSOCK, type Stat } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { W_OK } from '../../../abi/fcntl.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { quoteShell, quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { access, isatty, lstat, readDir, stat, unlink as unlinkFile, unlinkDirectory } from '../../libc/unistd.ts'
import { argMatch } from './argmatch.ts'
import { NO_OPTIONS, command, needOperands, noMoreOperands, parseArgs } from './command.ts'

const options = {
  short: 'dfirvIR',
  long: [
    { name: 'force', arg: 'none', is: 'f' }, { name: 'interactive', arg: 'optional' }, { name: 'one-file-system', arg: 'none' },
    { name: 'no-preserve-root', arg: 'none' }, { name: 'preserve-root', arg: 'optional' }, { name: 'recursive', arg: 'none', is: 'r' },
    { name: 'dir', arg: 'none', is: 'd' }, { name: 'verbose', arg: 'none', is: 'v' },
  ],
} as const

const INTERACTIVE = [['never', 'never', 'no', 'none'], ['once', 'once'], ['always', 'always', 'yes']] as const

interface Task {
  readonly interactive: 'never' | 'once' | 'always' | 'protected'
  readonly force: boolean
  readonly recursive: boolean
  readonly emptyDirectories: boolean
  readonly verbose: boolean
  readonly preserveRoot: boolean
  readonly oneFileSystem: boolean
  readonly stdinIsTty: boolean
}

export const rm = command('rm', 'remove files', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options, 1, hyphenHint)
  let interactive: Task['interactive'] = 'protected'
  let force = false
  for (const { opt, arg } of given) {
    if (opt === 'f') { interactive = 'never'; force = true }
    else if (opt === 'i') { interactive = 'always'; force = false }
    else if (opt === 'I') { interactive = 'once'; force = false }
    else if (opt === 'interactive') {
      interactive = arg === undefined ? 'always' : yield* argMatch(c, '--interactive', arg, INTERACTIVE)
      if (interactive !== 'never') force = false
    }
  }
  const has = (letters: string): boolean => given.some((o) => letters.includes(o.opt))
  const task: Task = {
    interactive, force, recursive: has('rR'), emptyDirectories: has('d'), verbose: has('v'), preserveRoot: !given.some((o) => o.opt === 'no-preserve-root'),
    oneFileSystem: given.some((o) => o.opt === 'one-file-system'), stdinIsTty: yield* isatty(0),
  }
  if (operands.length === 0 && force) return 0
  yield* needOperands(c, operands)
  if (interactive === 'once' && (task.recursive || operands.length > 3)) {
    yield* c.stderr.write(`${c.name}: remove ${operands.length} argument${operands.length === 1 ? '' : 's'}${task.recursive ? ' recursively' : ''}? `)
    if (!(yield* yes(c))) return 0
  }
  const remover = new Remover(c, task)
  for (const operand of operands) yield* remover.operand(operand)
  return remover.status
})

/** After a bad option: a file of that name can be removed by another. */
function* hyphenHint(c: Crt): Flow<void> {
  for (const word of c.argv.slice(1)) {
    if (!/^-./s.test(word) || isErr(yield* lstat(word))) continue
    yield* c.stderr.write(`Try '${c.name} ./${quoteShell(word)}' to remove the file ${quoteaf(word)}.\n`)
    return
  }
}

/** An affirmative line on standard input. */
function* yes(c: Crt): Flow<boolean> {
  return /^[yY]/.test((yield* c.stdin.line()) ?? '')
}

function* isEmptyDirectory(path: string): Flow<boolean> {
  const names = yield* readDir(path)
  return !isErr(names) && names.every((entry) => entry.name === '.' || entry.name === '..')
}

function typeName(st: Stat): string {
  switch (st.mode & S_IFMT) {
    case S_IFBLK: return 'block special file'
    case S_IFCHR: return 'character special file'
    case S_IFIFO: return 'fifo'
    case S_IFLNK: return 'symbolic link'
    case S_IFSOCK: return 'socket'
    default: return isDir(st.mode) ? 'directory' : isReg(st.mode) ? (st.size === 0 ? 'regular empty file' : 'regular file') : 'weird file'
  }
}

class Remover {
  status = 0
  readonly #c: Crt
  readonly #task: Task

  constructor(c: Crt, task: Task) {
    this.#c = c
    this.#task = task
  }

  *operand(path: string): Flow<void> {
    const trimmed = path.replace(/\/+$/, '')
    const last = trimmed.slice(trimmed.lastIndexOf('/') + 1)
    if ((last === '.' || last === '..') && (this.#task.recursive || (this.#task.emptyDirectories && (yield* isEmptyDirectory(path))))) return yield* this.#complain(`refusing to remove '.' or '..' directory: skipping ${quoteaf(path)}`)
    if (this.#task.recursive && this.#task.preserveRoot && (yield* isRoot(path))) {
      yield* this.#c.stderr.write(`${this.#c.name}: it is dangerous to operate recursively on ${quoteaf(path)}${trimmed === '' ? '' : " (same as '/')"}\n`)
      yield* this.#c.stderr.write(`${this.#c.name}: use --no-preserve-root to override this failsafe\n`)
      this.status = 1
      return
    }
    yield* this.#remove(path, undefined)
  }

  *#complain(message: string, error?: Errno): Flow<void> {
    yield* warn(this.#c, message, error)
    this.status = 1
  }

  /** Removes one path and what is below; false if something stayed. `dev` is the file system to stay on. */
  *#remove(path: string, dev: number | undefined): Flow<boolean> {
    const st = yield* lstat(path)
    if (isErr(st)) {
      if (this.#task.force && (st === Errno.ENOENT || st === Errno.ENOTDIR)) return true
      yield* this.#complain(`cannot remove ${quoteaf(path)}`, st)
      return false
    }
    if (!isDir(st.mode)) return yield* this.#removeFile(path, st)
    if (!this.#task.recursive && !(this.#task.emptyDirectories && (yield* isEmpty(path)))) {
      yield* this.#complain(`cannot remove ${quoteaf(path)}`, this.#task.emptyDirectories ? Errno.ENOTEMPTY : Errno.EISDIR)
      return false
    }
    if (this.#task.oneFileSystem && dev !== undefined && st.dev !== dev) {
      yield* this.#complain(`skipping ${quoteaf(path)}, since it's on a different device`)
      return false
    }
    return yield* this.#removeDirectory(path, st)
  }

  *#removeFile(path: string, st: Stat): Flow<boolean> {
    if (!(yield* this.#agreed(path, st, false))) return false
    const gone = yield* unlinkFile(path)
    if (isErr(gone)) {
      if (this.#task.force && gone === Errno.ENOENT) return true
      yield* this.#complain(`cannot remove ${quoteaf(path)}`, gone)
      return false
    }
    if (this.#task.verbose) yield* this.#c.stdout.write(`removed ${quoteaf(path)}\n`)
    return true
  }

  *#removeDirectory(path: string, st: Stat): Flow<boolean> {
    const names = yield* readDir(path)
    const inside = isErr(names) ? [] : names.filter((e) => e.name !== '.' && e.name !== '..')
    if (this.#task.recursive && inside.length > 0) {
      if (!(yield* this.#agreed(path, st, true))) return false
      let all = true
      for (const { name } of inside) if (!(yield* this.#remove(path.endsWith('/') ? path + name : `${path}/${name}`, st.dev))) all = false
      if (!all) return false
    }
    if ((inside.length === 0 || this.#task.interactive === 'always') && !(yield* this.#agreed(path, st, false))) return false
    const gone = yield* unlinkDirectory(path)
    if (isErr(gone)) {
      yield* this.#complain(`cannot remove ${quoteaf(path)}`, isErr(names) && gone === Errno.ENOTEMPTY ? names : gone)
      return false
    }
    if (this.#task.verbose) yield* this.#c.stdout.write(`removed directory ${quoteaf(path)}\n`)
    return true
  }

  /** Asks if the rules say so: always with -i, else for what may not be written when a person is at the terminal. */
  *#agreed(path: string, st: Stat, descend: boolean): Flow<boolean> {
    const { interactive, stdinIsTty } = this.#task
    if (interactive === 'never' || (interactive === 'once' && !stdinIsTty)) return true
    let guarded = false
    if (interactive !== 'always') {
      if (!stdinIsTty || isLnk(st.mode)) return true
      guarded = isErr(yield* access(path, W_OK))
      if (!guarded) return true
    } else guarded = !isLnk(st.mode) && isErr(yield* access(path, W_OK))
    const what = descend ? 'descend into ' : 'remove '
    yield* this.#c.stdout.flush()
    yield* this.#c.stderr.write(`${this.#c.name}: ${what}${guarded ? 'write-protected ' : ''}${descend ? 'directory' : typeName(st)} ${quoteaf(path)}? `)
    return yield* yes(this.#c)
  }
}

function* isEmpty(path: string): Flow<boolean> {
  const names = yield* readDir(path)
  return isErr(names) || names.length <= 2
}

function* isRoot(path: string): Flow<boolean> {
  const st = yield* lstat(path)
  const root = yield* stat('/')
  return !isErr(st) && !isErr(root) && isDir(st.mode) && st.dev === root.dev && st.ino === root.ino
}

export const unlink = command('unlink', 'remove one file by unlink(2)', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  yield* needOperands(c, operands)
  yield* noMoreOperands(c, operands, 1)
  const gone = yield* unlinkFile(operands[0])
  if (isErr(gone)) exit(yield* fail(c, 1, `cannot unlink ${quoteaf(operands[0])}`, gone))
  return 0
})
