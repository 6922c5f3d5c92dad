// basename(1), dirname(1), readlink(1), realpath(1): names of files taken apart and put together.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { isDir } from '../../../abi/stat.ts'
import { quotef } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { type CanonicalOptions, canonicalize } from '../../libc/realpath.ts'
import { readlink as readLink, stat } from '../../libc/unistd.ts'
import { command, needOperands, noMoreOperands, parseArgs } from './command.ts'

/** The last component without trailing slashes; `/` of slashes alone. */
export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  return trimmed === '' ? (path === '' ? '' : '/') : trimmed.slice(trimmed.lastIndexOf('/') + 1)
}

/** What is before the last component; `.` if nothing. */
export function dirName(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  const slash = trimmed.lastIndexOf('/')
  if (trimmed === '') return path === '' ? '.' : '/'
  return slash < 0 ? '.' : trimmed.slice(0, slash).replace(/\/+$/, '') || '/'
}

const basenameOptions = {
  short: '+as:z',
  long: [{ name: 'multiple', arg: 'none', is: 'a' }, { name: 'suffix', arg: 'required', is: 's' }, { name: 'zero', arg: 'none', is: 'z' }],
} as const

export const basename = command('basename', 'print a path without its directory', basenameOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, basenameOptions)
  yield* needOperands(c, operands)
  const option = options.findLast((o) => o.opt === 's')?.arg
  const many = option !== undefined || options.some((o) => o.opt === 'a')
  if (!many) yield* noMoreOperands(c, operands, 2)
  const suffix = option ?? (many ? '' : (operands[1] ?? ''))
  const end = options.some((o) => o.opt === 'z') ? '\0' : '\n'
  for (const path of many ? operands : operands.slice(0, 1)) {
    const name = baseName(path)
    yield* c.stdout.write((suffix !== '' && name !== suffix && name.endsWith(suffix) && name !== '/' ? name.slice(0, -suffix.length) : name) + end)
  }
  return 0
})

const dirnameOptions = { short: 'z', long: [{ name: 'zero', arg: 'none', is: 'z' }] } as const

export const dirname = command('dirname', 'print the directory of a path', dirnameOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, dirnameOptions)
  yield* needOperands(c, operands)
  for (const path of operands) yield* c.stdout.write(dirName(path) + (options.length > 0 ? '\0' : '\n'))
  return 0
})

const readlinkOptions = {
  short: 'efmnqsvz',
  long: [
    { name: 'canonicalize', arg: 'none', is: 'f' }, { name: 'canonicalize-existing', arg: 'none', is: 'e' }, { name: 'canonicalize-missing', arg: 'none', is: 'm' },
    { name: 'no-newline', arg: 'none', is: 'n' }, { name: 'quiet', arg: 'none', is: 'q' }, { name: 'silent', arg: 'none', is: 's' },
    { name: 'verbose', arg: 'none', is: 'v' }, { name: 'zero', arg: 'none', is: 'z' },
  ],
} as const

export const readlink = command('readlink', 'print where a symbolic link points', readlinkOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, readlinkOptions)
  yield* needOperands(c, operands)
  let noNewline = options.some((o) => o.opt === 'n')
  const verbose = options.findLast((o) => 'qsv'.includes(o.opt))?.opt === 'v'
  const mode = options.findLast((o) => 'efm'.includes(o.opt))?.opt
  const end = options.some((o) => o.opt === 'z') ? '\0' : '\n'
  if (operands.length > 1 && noNewline) {
    yield* warn(c, 'ignoring --no-newline with multiple arguments')
    noNewline = false
  }
  let status = 0
  for (const path of operands) {
    const value = yield* mode === undefined ? readLink(path) : canonicalize(path, { mustExist: mode === 'e' ? 'all' : mode === 'm' ? 'missing' : 'but-last' })
    if (!isErr(value)) yield* c.stdout.write(value + (noNewline ? '' : end))
    else {
      if (verbose) yield* warn(c, quotef(path), value)
      status = 1
    }
  }
  return status
})

const realpathOptions = {
  short: 'eLmPqsz',
  long: [
    { name: 'canonicalize-existing', arg: 'none', is: 'e' }, { name: 'canonicalize-missing', arg: 'none', is: 'm' },
    { name: 'relative-to', arg: 'required' }, { name: 'relative-base', arg: 'required' }, { name: 'quiet', arg: 'none', is: 'q' },
    { name: 'strip', arg: 'none', is: 's' }, { name: 'no-symlinks', arg: 'none', is: 's' }, { name: 'zero', arg: 'none', is: 'z' },
    { name: 'logical', arg: 'none', is: 'L' }, { name: 'physical', arg: 'none', is: 'P' },
  ],
} as const

/** `path` as seen from `base`, both canonical. */
export function relativePath(path: string, base: string): string {
  const to = path.split('/').filter((p) => p !== '')
  const from = base.split('/').filter((p) => p !== '')
  let common = 0
  while (common < to.length && common < from.length && to[common] === from[common]) common++
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/') || '.'
}

export const realpath = command('realpath', 'print the absolute path without symbolic links', realpathOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, realpathOptions)
  yield* needOperands(c, operands)
  const has = (opt: string): boolean => options.some((o) => o.opt === opt)
  const mode = options.findLast((o) => 'em'.includes(o.opt))?.opt
  const how: CanonicalOptions = {
    mustExist: mode === 'e' ? 'all' : mode === 'm' ? 'missing' : 'but-last', resolveLinks: options.findLast((o) => 'sLP'.includes(o.opt))?.opt !== 's', logical: has('L') || has('s'),
  }
  const anchor = function* (name: 'relative-to' | 'relative-base'): Flow<string | undefined> {
    const path = options.findLast((o) => o.opt === name)?.arg
    return path === undefined ? undefined : yield* anchorDirectory(c, path, how, mode === 'e')
  }
  const base = yield* anchor('relative-base')
  const to = (yield* anchor('relative-to')) ?? base
  const under = (path: string, top: string): boolean => top === '/' || path === top || path.startsWith(`${top}/`)
  let status = 0
  for (const path of operands) {
    const value = yield* canonicalize(path, how)
    if (isErr(value)) {
      if (!has('q')) yield* warn(c, quotef(path), value)
      status = 1
      continue
    }
    const relative = to !== undefined && (base === undefined || (under(value, base) && under(to, base)))
    yield* c.stdout.write((relative ? relativePath(value, to) : value) + (has('z') ? '\0' : '\n'))
  }
  return status
})

function* anchorDirectory(c: Crt, path: string, how: CanonicalOptions, mustBeDirectory: boolean): Flow<string> {
  const value = yield* canonicalize(path, how)
  if (isErr(value)) exit(yield* fail(c, 1, quotef(path), value))
  const st = mustBeDirectory ? yield* stat(value) : undefined
  if (st !== undefined && !isErr(st) && !isDir(st.mode)) exit(yield* usageError(c, 1, `${quotef(path)}: Not a directory`))
  return value
}
