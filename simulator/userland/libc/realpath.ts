// realpath(3): an absolute path without symbolic links, `.` and `..`; every component must exist.
import type { Flow } from '../../abi/syscalls.ts'
import { Errno as E, type Errno, isErr } from '../../abi/errno.ts'
import { isLnk } from '../../abi/stat.ts'
import { call } from './syscall.ts'
import { lstat, readlink } from './unistd.ts'

const MAX_LINKS = 40

export function* realpath(path: string): Flow<string | Errno> {
  if (path === '') return E.ENOENT
  const cwd = path.startsWith('/') ? '/' : yield* call('getcwd')
  if (isErr(cwd)) return cwd
  let pending = path.split('/').filter((part) => part !== '' && part !== '.')
  let resolved: string[] = cwd.split('/').filter((part) => part !== '')
  for (let links = 0; pending.length > 0; ) {
    const [part, ...rest] = pending
    pending = rest
    if (part === '..') {
      resolved.pop()
      continue
    }
    const next = `/${[...resolved, part].join('/')}`
    const st = yield* lstat(next)
    if (isErr(st)) return st
    if (!isLnk(st.mode)) {
      resolved.push(part)
      continue
    }
    if (++links > MAX_LINKS) return E.ELOOP
    const target = yield* readlink(next)
    if (isErr(target)) return target
    if (target.startsWith('/')) resolved = []
    pending = [...target.split('/').filter((p) => p !== '' && p !== '.'), ...pending]
  }
  return `/${resolved.join('/')}`
}
