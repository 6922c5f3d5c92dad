// Where cp, mv and install put files: the last operand, or the directory of -t. Their complaints about it are the same.
import type { Flow } from '../../../abi/syscalls.ts'
import { isDir } from '../../../abi/stat.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError } from '../../libc/err.ts'
import { stat } from '../../libc/unistd.ts'
import { baseName } from './path-names.ts'
import { joinPath } from './walk.ts'

export interface Pair {
  readonly from: string
  readonly to: string
}

/** The copies to make; ends the program if the command line makes no sense. */
export function* destinations(c: Crt, operands: readonly string[], target: string | undefined, noDirectory: boolean): Flow<readonly Pair[]> {
  if (operands.length === 0) exit(yield* usageError(c, 1, 'missing file operand'))
  if (target === undefined && operands.length === 1) exit(yield* usageError(c, 1, `missing destination file operand after ${quoteaf(operands[0])}`))
  const into = (files: readonly string[], directory: string): readonly Pair[] =>
    files.map((from) => ({ from, to: joinPath(directory, baseName(from) === '..' ? '' : baseName(from)) }))
  if (noDirectory) {
    if (target !== undefined) exit(yield* fail(c, 1, 'cannot combine --target-directory (-t) and --no-target-directory (-T)'))
    if (operands.length > 2) exit(yield* usageError(c, 1, `extra operand ${quoteaf(operands[2])}`))
    return [{ from: operands[0], to: operands[1] }]
  }
  if (target !== undefined) {
    const st = yield* stat(target)
    if (isErr(st)) exit(yield* fail(c, 1, `target directory ${quoteaf(target)}`, st))
    if (!isDir(st.mode)) exit(yield* fail(c, 1, `target directory ${quoteaf(target)}`, Errno.ENOTDIR))
    return into(operands, target)
  }
  const last = operands[operands.length - 1]
  const st = yield* stat(last)
  if (!isErr(st) && isDir(st.mode)) return into(operands.slice(0, -1), last)
  if (operands.length > 2) exit(yield* fail(c, 1, `target ${quoteaf(last)}`, isErr(st) ? st : Errno.ENOTDIR))
  return [{ from: operands[0], to: last }]
}
