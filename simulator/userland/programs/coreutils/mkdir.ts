// mkdir(1), rmdir(1).
import type { Flow } from '../../../abi/syscalls.ts'
import { X_OK } from '../../../abi/fcntl.ts'
import { isDir } from '../../../abi/stat.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { access, chmod, mkdir as makeDirectory, rmdir as removeDirectory, stat } from '../../libc/unistd.ts'
import { command, needOperands, parseArgs } from './command.ts'
import { type ModeChange, applyMode, parseMode } from './mode-change.ts'

const mkdirOptions = {
  short: 'pm:vZ',
  unsimulatedShort: 'Z',
  long: [
    { name: 'context', arg: 'optional', unsimulated: true }, { name: 'mode', arg: 'required', is: 'm' }, { name: 'parents', arg: 'none', is: 'p' },
    { name: 'verbose', arg: 'none', is: 'v' },
  ],
} as const

export const mkdir = command('mkdir', 'make directories', mkdirOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, mkdirOptions)
  yield* needOperands(c, operands)
  const modeText = options.findLast((o) => o.opt === 'm')?.arg
  const changes = modeText === undefined ? undefined : parseMode(modeText)
  if (modeText !== undefined && changes === undefined) return yield* fail(c, 1, `invalid mode ${quote(modeText)}`)
  const umask = yield* call('umask', 0)
  yield* call('umask', isErr(umask) ? 0o022 : umask)
  const task: Task = {
    parents: options.some((o) => o.opt === 'p'), verbose: options.some((o) => o.opt === 'v'), changes, umask: isErr(umask) ? 0o022 : umask,
  }
  let status = 0
  for (const path of operands) if (!(yield* make(c, path, task))) status = 1
  return status
})

interface Task {
  readonly parents: boolean
  readonly verbose: boolean
  readonly changes: ModeChange | undefined
  readonly umask: number
}

function* make(c: Crt, path: string, task: Task): Flow<boolean> {
  if (task.parents && !(yield* makeParents(c, path, task))) return false
  const made = yield* makeDirectory(path, task.changes === undefined ? 0o777 : applyMode(0o777, true, task.umask, task.changes) & 0o777)
  if (isErr(made)) {
    if (task.parents && made === Errno.EEXIST) {
      const st = yield* stat(path)
      if (!isErr(st) && isDir(st.mode)) return true
    }
    yield* warn(c, `cannot create directory ${quote(path)}`, made)
    return false
  }
  if (task.verbose) yield* announce(c, path)
  if (task.changes === undefined) return true
  const st = yield* stat(path)
  const changed = yield* chmod(path, applyMode(isErr(st) ? 0o777 : (st.mode & 0o7000) | 0o777, true, task.umask, task.changes))
  if (!isErr(changed)) return true
  yield* warn(c, `cannot change permissions of ${quoteaf(path)}`, changed)
  return false
}

const announce = (c: Crt, path: string): Flow<void> => c.stdout.write(`${c.name}: created directory ${quoteaf(path)}\n`)

/** The directories above `path`, with the umask's permissions and those of the owner to go on inside. */
function* makeParents(c: Crt, path: string, task: Task): Flow<boolean> {
  const trimmed = path.replace(/\/+$/, '')
  for (const slash of trimmed.matchAll(/[^/]\/+/g)) {
    const parent = trimmed.slice(0, slash.index + 1)
    const made = yield* makeDirectory(parent, 0o777)
    if (isErr(made)) {
      const st = yield* stat(parent)
      if (!isErr(st) && isDir(st.mode)) {
        const entered = yield* access(parent, X_OK)
        if (!isErr(entered)) continue
        yield* warn(c, `cannot create directory ${quote(parent)}`, entered)
        return false
      }
      yield* warn(c, `cannot create directory ${quote(parent)}`, isErr(st) ? made : made === Errno.EEXIST ? Errno.ENOTDIR : made)
      return false
    }
    if ((task.umask & 0o300) !== 0) yield* chmod(parent, (0o777 & ~task.umask) | 0o300)
    if (task.verbose) yield* announce(c, parent)
  }
  return true
}

const rmdirOptions = {
  short: 'pv',
  long: [
    { name: 'ignore-fail-on-non-empty', arg: 'none' }, { name: 'parents', arg: 'none', is: 'p' }, { name: 'path', arg: 'none', is: 'p' },
    { name: 'verbose', arg: 'none', is: 'v' },
  ],
} as const

export const rmdir = command('rmdir', 'remove empty directories', rmdirOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, rmdirOptions)
  yield* needOperands(c, operands)
  const has = (opt: string): boolean => options.some((o) => o.opt === opt)
  let status = 0
  for (const operand of operands) {
    let path = operand.replace(/(.)\/+$/, '$1')
    for (let first = true; ; first = false) {
      if (has('v')) yield* c.stdout.write(`${c.name}: removing directory, ${quoteaf(first ? operand : path)}\n`)
      const removed = yield* removeDirectory(first ? operand : path)
      if (isErr(removed)) {
        if (has('ignore-fail-on-non-empty') && removed === Errno.ENOTEMPTY) break
        yield* warn(c, `failed to remove ${first ? '' : 'directory '}${quoteaf(first ? operand : path)}`, removed)
        status = 1
        break
      }
      const slash = path.replace(/\/+$/, '').lastIndexOf('/')
      if (!has('p') || slash < 0) break
      path = path.slice(0, slash).replace(/\/+$/, '')
      if (path === '') break
    }
  }
  return status
})
