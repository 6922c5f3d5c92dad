// realpath(3) and gnulib's canonicalize: a path without symbolic links, `.`, `..` and repeated slashes.
import type { Flow } from '../../abi/syscalls.ts'
import { isDir, isLnk } from '../../abi/stat.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { getcwd, lstat, readlink } from './unistd.ts'

/** all: every component must exist; but-last: the last one may be missing; missing: any may be. */
export type MustExist = 'all' | 'but-last' | 'missing'

const MAX_LINKS = 40

export interface CanonicalOptions {
  readonly mustExist?: MustExist
  /** false: symbolic links stay as they are (realpath -s). */
  readonly resolveLinks?: boolean
  /** Resolve `..` before looking at links (realpath -L). */
  readonly logical?: boolean
}

/** The canonical absolute path, or the error that stands in the way. */
export function* canonicalize(path: string, options: CanonicalOptions = {}): Flow<string | Errno> {
  const { mustExist = 'all', resolveLinks = true } = options
  if (path === '') return Errno.ENOENT
  let resolved: string[] = []
  if (!path.startsWith('/')) {
    const cwd = yield* getcwd()
    if (isErr(cwd)) return cwd
    resolved = cwd.split('/').filter((p) => p !== '')
  }
  let rest = (options.logical === true ? collapse(path) : path).split('/').filter((p) => p !== '' && p !== '.')
  let trailing = path.endsWith('/') && path !== '/'
  let links = 0
  while (rest.length > 0) {
    const [name, ...after] = rest
    rest = after
    if (name === '..') {
      resolved.pop()
      continue
    }
    const here = `/${[...resolved, name].join('/')}`
    const st = yield* lstat(here)
    if (isErr(st)) {
      if (mustExist === 'all' || (st !== Errno.ENOENT && mustExist === 'but-last') || (mustExist === 'but-last' && rest.length > 0)) return st
      resolved.push(name)
      continue
    }
    if (isLnk(st.mode) && resolveLinks) {
      if (++links > MAX_LINKS) {
        if (mustExist !== 'missing') return Errno.ELOOP
        resolved.push(name)
        continue
      }
      const target = yield* readlink(here)
      if (isErr(target)) return target
      if (target.startsWith('/')) resolved = []
      rest = [...target.split('/').filter((p) => p !== '' && p !== '.'), ...rest]
      trailing ||= target.endsWith('/') && rest.length === 0
      continue
    }
    if (!isDir(st.mode) && !isLnk(st.mode) && (rest.length > 0 || trailing) && mustExist !== 'missing') return Errno.ENOTDIR
    resolved.push(name)
  }
  return `/${resolved.join('/')}`
}

/** `..` takes away the component before it, without asking what that is. */
function collapse(path: string): string {
  const out: string[] = []
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue
    if (name === '..' && out.length > 0 && out.at(-1) !== '..') out.pop()
    else if (name !== '..' || !path.startsWith('/')) out.push(name)
  }
  return (path.startsWith('/') ? '/' : '') + out.join('/')
}
