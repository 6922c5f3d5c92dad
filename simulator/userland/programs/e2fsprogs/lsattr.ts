// lsattr(1) of e2fsprogs 1.47.0
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { isDir } from '../../../abi/stat.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { lstat, readDir } from '../../libc/unistd.ts'
import type { OptionTable } from '../../program-table.ts'
import { getFlags } from './attributes.ts'
import { flagNames, flagText } from './flags.ts'

export const LSATTR_OPTIONS: OptionTable = { short: 'RVadlvp', long: [], unsimulatedShort: 'vp' }

export function* lsattr(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, LSATTR_OPTIONS.short, LSATTR_OPTIONS.long, LSATTR_OPTIONS.unsimulatedShort)
  const flags = new Set<string>()
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* warn(c, event.error)
      yield* c.stderr.write('Usage: lsattr [-RVadlpv] [files...]\n')
      return 1
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    flags.add(event.opt)
  }
  if (flags.has('V')) yield* c.stderr.write('lsattr 1.47.0 (5-Feb-2023)\n')
  let status = 0
  for (const path of parsed.operands.length === 0 ? ['.'] : parsed.operands) {
    const info = yield* lstat(path)
    if (isErr(info)) {
      yield* warn(c, `${info.message} while trying to stat ${path}`)
      status = 1
    } else if (isDir(info.mode) && !flags.has('d')) status = Math.max(status, yield* listDirectory(c, path, flags))
    else status = Math.max(status, yield* listOne(c, path, flags))
  }
  return status
}

function* listOne(c: Crt, path: string, options: ReadonlySet<string>): Flow<number> {
  const flags = yield* getFlags(path)
  if (isErr(flags)) {
    yield* warn(c, `${flags.message} While reading flags on ${path}`)
    return 1
  }
  yield* c.stdout.write(options.has('l') ? `${path.padEnd(28)} ${flagNames(flags)}\n` : `${flagText(flags)} ${path}\n`)
  return 0
}

function* listDirectory(c: Crt, path: string, options: ReadonlySet<string>): Flow<number> {
  const entries = yield* readDir(path)
  if (isErr(entries)) return yield* listOne(c, path, options)
  for (const { name } of entries) {
    if (name.startsWith('.') && !options.has('a')) continue
    const full = `${path.replace(/\/$/, '')}/${name}`
    yield* listOne(c, full, options)
    if (!options.has('R') || name === '.' || name === '..') continue
    const info = yield* lstat(full)
    if (isErr(info) || !isDir(info.mode)) continue
    yield* c.stdout.write(`\n${full}:\n`)
    yield* listDirectory(c, full, options)
    yield* c.stdout.write('\n')
  }
  return 0
}
