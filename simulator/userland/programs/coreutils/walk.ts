// Walking file trees for -R: each file with its lstat, directories before or after what is in them. A small fts(3).
import type { Stat } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { isDir, isLnk } from '../../../abi/stat.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { lstat, readDir, stat } from '../../libc/unistd.ts'

export type Follow = 'never' | 'operands' | 'always'

export interface Visit {
  readonly path: string
  readonly st: Stat
  /** A file named on the command line. */
  readonly isOperand: boolean
}

export interface WalkHandlers {
  visit(v: Visit): Flow<void>
  /** stat failed, or a directory can't be read. */
  failed(path: string, error: Errno, what: 'stat' | 'read'): Flow<void>
}

export interface WalkOptions {
  readonly recursive: boolean
  readonly follow: Follow
  /** The directory comes after its contents. */
  readonly postorder?: boolean
}

export const joinPath = (directory: string, name: string): string => (directory.endsWith('/') ? directory + name : `${directory}/${name}`)

/** Calls `visit` for the operand and, if recursive, for everything below it. */
export function* walk(path: string, options: WalkOptions, handlers: WalkHandlers, isOperand = true, above: readonly string[] = []): Flow<void> {
  const follows = options.follow === 'always' || (isOperand && options.follow === 'operands')
  let st = yield* follows ? stat(path) : lstat(path)
  if (isErr(st) && follows && !isOperand) st = yield* lstat(path)
  if (isErr(st)) return yield* handlers.failed(path, st, 'stat')
  const id = `${st.dev}:${st.ino}`
  const enter = options.recursive && isDir(st.mode) && !above.includes(id)
  if (options.postorder !== true || !enter) yield* handlers.visit({ path, st, isOperand })
  if (!enter) return
  const names = yield* readDir(path)
  if (isErr(names)) yield* handlers.failed(path, names, 'read')
  else for (const { name } of names) if (name !== '.' && name !== '..') yield* walk(joinPath(path, name), options, handlers, false, [...above, id])
  if (options.postorder === true) yield* handlers.visit({ path, st, isOperand })
}

export const isDanglingLink = function* (path: string): Flow<boolean> {
  const st = yield* lstat(path)
  return !isErr(st) && isLnk(st.mode) && isErr(yield* stat(path))
}
