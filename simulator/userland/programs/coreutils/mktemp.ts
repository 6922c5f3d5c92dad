// mktemp(1): a file or directory with a name that nobody can guess.
import { O_CREAT, O_EXCL, O_RDWR } from '../../../abi/fcntl.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { quote } from '../../../lib/quote.ts'
import { fail, usageError } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { lstat, mkdir, open } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'
import { joinPath } from './walk.ts'

const mktempOptions = {
  short: 'dp:qtuV',
  long: [
    { name: 'directory', arg: 'none', is: 'd' }, { name: 'quiet', arg: 'none', is: 'q' }, { name: 'dry-run', arg: 'none', is: 'u' },
    { name: 'suffix', arg: 'required' }, { name: 'tmpdir', arg: 'optional', is: 'p' },
  ],
} as const
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

export const mktemp = command('mktemp', 'make a temporary file or directory', mktempOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, mktempOptions)
  if (operands.length > 1) return yield* usageError(c, 1, 'too many templates')
  const has = (opt: string): boolean => options.some((o) => o.opt === opt)
  const template = operands[0] ?? 'tmp.XXXXXXXXXX'
  const suffix = options.findLast((o) => o.opt === 'suffix')?.arg
  if (suffix !== undefined && !template.endsWith('X')) return yield* fail(c, 1, `with --suffix, template ${quote(template)} must end in X`)
  const whole = template + (suffix ?? '')
  const xs = /X+(?=[^X]*$)/.exec(whole)
  if (xs === null || xs[0].length < 3) return yield* fail(c, 1, `too few X's in template ${quote(template)}`)
  const directory = options.findLast((o) => o.opt === 'p')
  const inTmp = directory !== undefined || has('t') || operands.length === 0
  if (inTmp && template.startsWith('/')) return yield* fail(c, 1, `invalid template, ${quote(template)}; with --tmpdir, it may not be absolute`)
  const tmp = (directory?.arg === '' ? undefined : directory?.arg) ?? (c.env.get('TMPDIR') || '/tmp')
  for (let tries = 0; tries < 100; tries++) {
    const random = yield* call('getrandom', xs[0].length)
    const letters = isErr(random) ? xs[0] : Array.from(random, (b) => LETTERS[b % LETTERS.length]).join('')
    const name = whole.slice(0, xs.index) + letters + whole.slice(xs.index + xs[0].length)
    const path = inTmp ? joinPath(tmp, name) : name
    const made = yield* has('u') ? lstat(path) : has('d') ? mkdir(path, 0o700) : open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    if (made === Errno.EEXIST || (has('u') && !isErr(made))) continue
    if (isErr(made) && !has('u')) {
      const shown = inTmp ? joinPath(tmp, whole) : whole
      return has('q') ? 1 : yield* fail(c, 1, `failed to create ${has('d') ? 'directory' : 'file'} via template ${quote(shown)}`, made)
    }
    yield* c.stdout.write(`${path}\n`)
    return 0
  }
  return 1
})
