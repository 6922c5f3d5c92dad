// How many bytes the files under a directory have, as docker ps -s and docker system df count them.
import { isErr } from '../../../../abi/errno.ts'
import { isDir, isReg } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { lstat, readDir } from '../../../libc/unistd.ts'

export function* diskUsage(path: string): Flow<number> {
  const st = yield* lstat(path)
  if (isErr(st)) return 0
  if (!isDir(st.mode)) return isReg(st.mode) ? st.size : 0
  let sum = 0
  const entries = yield* readDir(path)
  for (const { name } of isErr(entries) ? [] : entries) if (name !== '.' && name !== '..') sum += yield* diskUsage(`${path}/${name}`)
  return sum
}
