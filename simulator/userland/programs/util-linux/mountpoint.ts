// mountpoint(1) of util-linux 2.38.1: is a directory a mount point?
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { isBlk, isLnk, major, minor } from '../../../abi/stat.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { readMountinfo } from '../../libc/mountinfo.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { lstat, stat } from '../../libc/unistd.ts'
import { option, tryHelp } from './common.ts'
import { MOUNTPOINT_HELP } from './help/mountpoint.ts'

export const MOUNTPOINT_OPTIONS: OptionTable = {
  short: 'qdxhV',
  long: [
    { name: 'quiet', arg: 'none', is: 'q' }, { name: 'nofollow', arg: 'none' }, { name: 'fs-devno', arg: 'none', is: 'd' },
    { name: 'devno', arg: 'none', is: 'x' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' },
  ],
}

/** The verdict "no". */
const EXIT_NO = 32

export function* mountpoint(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, MOUNTPOINT_OPTIONS.short, MOUNTPOINT_OPTIONS.long)
  const flags = new Set<string>()
  for (const event of parsed.options) flags.add((yield* option(c, event, MOUNTPOINT_HELP)).opt)
  const [path, ...more] = parsed.operands
  if (path === undefined || more.length > 0) {
    yield* warn(c, 'bad usage')
    return yield* tryHelp(c)
  }
  const quiet = flags.has('q')
  const st = yield* flags.has('nofollow') ? lstat(path) : stat(path)
  if (isErr(st)) return quiet ? 1 : yield* fail(c, 1, path, st)
  if (flags.has('x')) {
    if (!isBlk(st.mode)) return quiet ? EXIT_NO : yield* fail(c, EXIT_NO, `${path}: not a block device`)
    return yield* print(c, quiet, `${major(st.rdev)}:${minor(st.rdev)}`, 0)
  }
  const real = yield* canonicalize(path)
  const mounts = yield* readMountinfo()
  const mounted = !(flags.has('nofollow') && isLnk(st.mode)) && !isErr(mounts) && mounts.some((m) => m.target === real)
  if (!mounted) return yield* print(c, quiet || flags.has('d'), `${path} is not a mountpoint`, EXIT_NO)
  return yield* print(c, quiet, flags.has('d') ? `${major(st.dev)}:${minor(st.dev)}` : `${path} is a mountpoint`, 0)
}

function* print(c: Crt, quiet: boolean, text: string, status: number): Flow<number> {
  if (!quiet) yield* c.stdout.write(`${text}\n`)
  return status
}
