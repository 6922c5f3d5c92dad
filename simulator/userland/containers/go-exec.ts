// Finding programs as Go's os/exec does.
import type { Flow } from '../../abi/syscalls.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { isDir } from '../../abi/stat.ts'
import { stat } from '../libc/unistd.ts'
import { fail, goText, quoted } from './go-error.ts'

/** exec.LookPath: the file that will be executed, found with PATH of `env`. Throws a GoError. */
export function* lookPath(file: string, env: readonly string[]): Flow<string> {
  const notFound = (why: string): never => fail(`exec: ${quoted(file)}: ${why}`)
  if (file.includes('/')) {
    const problem = yield* executable(file)
    if (problem !== undefined) notFound(problem === Errno.EACCES ? 'permission denied' : `stat ${file}: ${goText(problem)}`)
    return file
  }
  const path = env.find((entry) => entry.startsWith('PATH='))?.slice(5) ?? ''
  for (const dir of path.split(':')) {
    const full = dir === '' ? `./${file}` : `${dir}/${file}`
    if ((yield* executable(full)) === undefined) return full
  }
  return notFound('executable file not found in $PATH')
}

function* executable(path: string): Flow<Errno | undefined> {
  const st = yield* stat(path)
  if (isErr(st)) return st
  return isDir(st.mode) || (st.mode & 0o111) === 0 ? Errno.EACCES : undefined
}
