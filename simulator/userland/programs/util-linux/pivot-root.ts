// pivot_root(8) of util-linux 2.38.1: makes another mount the root of this mount namespace.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { die, option, tryHelp } from './common.ts'
import { PIVOT_ROOT_HELP } from './help/pivot-root.ts'

export const PIVOT_ROOT_OPTIONS: OptionTable = { short: 'Vh', long: [{ name: 'version', arg: 'none', is: 'V' }, { name: 'help', arg: 'none', is: 'h' }] }

export function* pivotRoot(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, PIVOT_ROOT_OPTIONS.short, PIVOT_ROOT_OPTIONS.long)
  for (const event of parsed.options) yield* option(c, event, PIVOT_ROOT_HELP)
  const [root, old, ...more] = parsed.operands
  if (old === undefined || more.length > 0) {
    yield* warn(c, 'bad usage')
    return yield* tryHelp(c)
  }
  const done = yield* call('pivot_root', root, old)
  return isErr(done) ? yield* die(c, 1, `failed to change root from \`${root}' to \`${old}'`, done) : 0
}
