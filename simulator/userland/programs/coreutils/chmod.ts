// chmod(1): changes permissions. Symbolic links met while descending are left alone.
import type { Flow } from '../../../abi/syscalls.ts'
import { isDir, isLnk } from '../../../abi/stat.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { modeString } from '../../../lib/filemode.ts'
import { quote, quoteaf, quotef } from '../../../lib/quote.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { chmod as setMode, stat } from '../../libc/unistd.ts'
import { command, needOperands, parseArgs } from './command.ts'
import { type ModeChange, applyMode, parseMode } from './mode-change.ts'
import { type Visit, isDanglingLink, walk } from './walk.ts'

const options = {
  short: 'Rcfv',
  long: [
    { name: 'changes', arg: 'none', is: 'c' }, { name: 'recursive', arg: 'none', is: 'R' }, { name: 'no-preserve-root', arg: 'none' },
    { name: 'preserve-root', arg: 'none' }, { name: 'quiet', arg: 'none', is: 'f' }, { name: 'reference', arg: 'required' },
    { name: 'silent', arg: 'none', is: 'f' }, { name: 'verbose', arg: 'none', is: 'v' },
  ],
} as const

/** `-rwx` is a mode, not a bundle of options. */
const isModeLike = (word: string): boolean => /^-[rwxXstugoa,+=0-7][-rwxXstugoa,+=0-7]*$/.test(word)

export const chmod = command('chmod', 'change who may read, write and execute files', options, function* (c) {
  const end = c.argv.indexOf('--')
  const modeWords = c.argv.filter((word, i) => i > 0 && (end < 0 || i < end) && isModeLike(word))
  const { options: given, operands } = yield* parseArgs({ ...c, argv: c.argv.filter((word) => !modeWords.includes(word)) }, options)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const reference = given.findLast((o) => o.opt === 'reference')?.arg
  if (reference !== undefined && modeWords.length > 0) return yield* usageError(c, 1, 'cannot combine mode and --reference options')
  const files = [...operands]
  let text = modeWords.join(',')
  if (modeWords.length === 0 && reference === undefined) text = files.shift() ?? ''
  if (files.length === 0) yield* needOperands(c, text === '' ? [] : [c.argv.at(-1) ?? text], 2)
  let changes: ModeChange | undefined
  if (reference !== undefined) {
    const st = yield* stat(reference)
    if (isErr(st)) return yield* fail(c, 1, `failed to get attributes of ${quoteaf(reference)}`, st)
    changes = parseMode((st.mode & 0o7777).toString(8).padStart(5, '0'))
  } else changes = parseMode(text)
  if (changes === undefined) return yield* usageError(c, 1, `invalid mode: ${quote(text)}`)
  const umask = yield* call('umask', 0)
  yield* call('umask', isErr(umask) ? 0o022 : umask)
  const changer = new Changer(c, {
    changes, umask: isErr(umask) ? 0o022 : umask, silent: has('f'), report: has('v') ? 'all' : has('c') ? 'changes' : 'no', surprises: modeWords.length > 0,
  })
  for (const file of files) {
    if (has('R') && has('preserve-root') && (yield* changer.refusesRoot(file))) continue
    yield* walk(file, { recursive: has('R'), follow: 'operands' }, changer)
  }
  return changer.status
})

interface Task {
  readonly changes: ModeChange
  readonly umask: number
  readonly silent: boolean
  readonly report: 'no' | 'changes' | 'all'
  /** Warn if the umask kept the change from being what the mode seems to say. */
  readonly surprises: boolean
}

const describe = (mode: number): string => `${(mode & 0o7777).toString(8).padStart(4, '0')} (${modeString(mode).slice(1)})`

class Changer {
  status = 0
  readonly #c: Crt
  readonly #task: Task

  constructor(c: Crt, task: Task) {
    this.#c = c
    this.#task = task
  }

  *refusesRoot(path: string): Flow<boolean> {
    const st = yield* stat(path)
    const root = yield* stat('/')
    if (isErr(st) || isErr(root) || st.ino !== root.ino || st.dev !== root.dev) return false
    yield* warn(this.#c, `it is dangerous to operate recursively on ${quoteaf(path)}`)
    yield* warn(this.#c, 'use --no-preserve-root to override this failsafe')
    this.status = 1
    return true
  }

  *failed(path: string, error: Errno, what: 'stat' | 'read'): Flow<void> {
    this.status = 1
    if (this.#task.silent) return
    if (what === 'read') yield* warn(this.#c, `cannot read directory ${quoteaf(path)}`, error)
    else if (error === Errno.ENOENT && (yield* isDanglingLink(path))) yield* warn(this.#c, `cannot operate on dangling symlink ${quoteaf(path)}`)
    else yield* warn(this.#c, `cannot access ${quoteaf(path)}`, error)
    if (this.#task.report === 'all') yield* this.#c.stdout.write(`${quoteaf(path)} could not be accessed\n`)
  }

  *visit({ path, st }: Visit): Flow<void> {
    const { changes, umask, report, silent, surprises } = this.#task
    if (isLnk(st.mode)) {
      if (report === 'all') yield* this.#c.stdout.write(`neither symbolic link ${quoteaf(path)} nor referent has been changed\n`)
      return
    }
    const mode = applyMode(st.mode, isDir(st.mode), umask, changes)
    const set = yield* setMode(path, mode)
    if (isErr(set)) {
      this.status = 1
      if (!silent) yield* warn(this.#c, `changing permissions of ${quoteaf(path)}`, set)
      if (report === 'all') yield* this.#c.stdout.write(`failed to change mode of ${quoteaf(path)} from ${describe(st.mode)} to ${describe(mode)}\n`)
      return
    }
    const after = report === 'no' ? mode : yield* this.#modeOf(path, mode)
    const changed = (after & 0o7777) !== (st.mode & 0o7777)
    if (report === 'all' || (report === 'changes' && changed)) {
      yield* this.#c.stdout.write(`mode of ${quoteaf(path)} ${changed ? `changed from ${describe(st.mode)} to ${describe(after)}` : `retained as ${describe(st.mode)}`}\n`)
    }
    const naive = applyMode(st.mode, isDir(st.mode), 0, changes)
    if (surprises && (mode & ~naive) !== 0) {
      yield* warn(this.#c, `${quotef(path)}: new permissions are ${modeString(mode).slice(1)}, not ${modeString(naive).slice(1)}`)
      this.status = 1
    }
  }

  *#modeOf(path: string, otherwise: number): Flow<number> {
    const st = yield* stat(path)
    return isErr(st) ? otherwise : st.mode
  }
}
