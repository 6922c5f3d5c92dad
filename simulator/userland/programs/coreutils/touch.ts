// touch(1): sets the times of files and creates the missing ones.
import type { Flow } from '../../../abi/syscalls.ts'
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW, O_CREAT, O_NOCTTY, O_NONBLOCK, O_WRONLY } from '../../../abi/fcntl.ts'
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close, lstat, open, stat } from '../../libc/unistd.ts'
import { argMatch } from './argmatch.ts'
import { type Option, command, parseArgs } from './command.ts'
import { parseDate, parseStamp } from './parse-date.ts'

const options = {
  short: 'acd:fhmr:t:',
  long: [
    { name: 'time', arg: 'required' }, { name: 'no-create', arg: 'none', is: 'c' }, { name: 'date', arg: 'required', is: 'd' },
    { name: 'reference', arg: 'required', is: 'r' }, { name: 'no-dereference', arg: 'none', is: 'h' },
  ],
} as const

const TIMES = [['atime', 'atime', 'access', 'use'], ['mtime', 'mtime', 'modify']] as const

type Time = number | 'now'

interface Task {
  readonly atime: Time | 'omit'
  readonly mtime: Time | 'omit'
  readonly create: boolean
  readonly nofollow: boolean
}

export const touch = command('touch', "create files, or set files' times", options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  let [atimeOnly, mtimeOnly] = [has('a'), has('m')]
  for (const { opt, arg } of given) {
    if (opt !== 'time') continue
    if ((yield* argMatch(c, '--time', arg ?? '', TIMES)) === 'atime') atimeOnly = true
    else mtimeOnly = true
  }
  const { atime, mtime } = yield* timesOf(c, given)
  if (operands.length === 0) return yield* usageError(c, 1, 'missing file operand')
  const task: Task = {
    atime: mtimeOnly && !atimeOnly ? 'omit' : atime, mtime: atimeOnly && !mtimeOnly ? 'omit' : mtime, create: !has('c') && !has('h'), nofollow: has('h'),
  }
  let status = 0
  for (const path of operands) if (!(yield* touchOne(c, path, task))) status = 1
  return status
})

/** The time to set, from -d, -t, -r. */
function* timesOf(c: Crt, given: readonly Option[]): Flow<{ readonly atime: Time; readonly mtime: Time }> {
  const value = (opt: string): string | undefined => given.findLast((o) => o.opt === opt)?.arg
  const clock = yield* call('clock_gettime', CLOCK_REALTIME)
  const now = isErr(clock) ? 0 : clock.sec + clock.nsec / 1e9
  const [reference, date, stamp] = [value('r'), value('d'), value('t')]
  if (stamp !== undefined && (date !== undefined || reference !== undefined)) exit(yield* usageError(c, 1, 'cannot specify times from more than one source'))
  if (reference !== undefined) {
    const st = yield* given.some((o) => o.opt === 'h') ? lstat(reference) : stat(reference)
    if (isErr(st)) exit(yield* fail(c, 1, `failed to get attributes of ${quoteaf(reference)}`, st))
    return { atime: st.atime, mtime: st.mtime }
  }
  if (date === undefined && stamp === undefined) return { atime: 'now', mtime: 'now' }
  const seconds = date === undefined ? parseStamp(stamp ?? '', now) : parseDate(date, now)
  if (seconds === undefined) exit(yield* fail(c, 1, `invalid date format ${quote(date ?? stamp ?? '')}`))
  return { atime: seconds * 1000, mtime: seconds * 1000 }
}

function* touchOne(c: Crt, path: string, task: Task): Flow<boolean> {
  let openError: Errno | undefined
  if (task.create) {
    const fd = yield* open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY, 0o666)
    if (isErr(fd)) openError = fd
    else yield* close(fd)
  }
  const set = yield* call('utimensat', AT_FDCWD, path, task.atime, task.mtime, task.nofollow ? AT_SYMLINK_NOFOLLOW : 0)
  if (!isErr(set)) return true
  if (set === Errno.ENOENT && !task.create && !task.nofollow) return true
  if (openError !== undefined && openError !== Errno.EISDIR && !(openError === Errno.EINVAL && path !== '')) {
    yield* warn(c, `cannot touch ${quoteaf(path)}`, openError)
    return false
  }
  if (set === Errno.ENOENT && !task.create) return true
  yield* warn(c, `setting times of ${quoteaf(path)}`, set)
  return false
}
