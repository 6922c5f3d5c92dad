// ipcs(1) of util-linux 2.38.1: tables of System V IPC objects, from /proc/sysvipc.
import type { Flow } from '../../../../abi/syscalls.ts'
import { getoptLong } from '../../../../lib/getopt.ts'
import type { Crt } from '../../../libc/crt.ts'
import type { OptionTable } from '../../../program-table.ts'
import { die, option, unsignedNumber } from '../common.ts'
import { IPCS_HELP } from '../help/ipcs.ts'
import { printDetails } from './ipcs-details.ts'
import { printLimits, printSummary } from './ipcs-limits.ts'
import { type IpcsView, printTable } from './ipcs-tables.ts'
import type { IpcKind } from './tables.ts'

export const IPCS_OPTIONS: OptionTable = {
  short: 'i:qmsatpclubhV',
  long: [
    { name: 'id', arg: 'required', is: 'i' }, { name: 'queues', arg: 'none', is: 'q' }, { name: 'shmems', arg: 'none', is: 'm' }, { name: 'semaphores', arg: 'none', is: 's' },
    { name: 'all', arg: 'none', is: 'a' }, { name: 'time', arg: 'none', is: 't' }, { name: 'pid', arg: 'none', is: 'p' }, { name: 'creator', arg: 'none', is: 'c' },
    { name: 'limits', arg: 'none', is: 'l' }, { name: 'summary', arg: 'none', is: 'u' }, { name: 'human', arg: 'none' }, { name: 'bytes', arg: 'none', is: 'b' },
    { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' },
  ],
}
const LETTERS: Readonly<Record<string, IpcKind>> = { q: 'msg', m: 'shm', s: 'sem' }
const VIEWS: Readonly<Record<string, IpcsView>> = { t: 'time', p: 'pid', c: 'creator' }

export function* ipcs(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, IPCS_OPTIONS.short, IPCS_OPTIONS.long)
  let kinds = new Set<IpcKind>()
  let everything = false
  let view: IpcsView | 'limits' | 'summary' = 'table'
  let human = false
  let id: number | undefined
  for (const event of parsed.options) {
    const { opt, arg } = yield* option(c, event, IPCS_HELP)
    const kind = LETTERS[opt]
    if (opt === 'i') id = yield* unsignedNumber(c, arg ?? '', 'failed to parse id argument')
    else if (opt === 'a') everything = true
    else if (kind !== undefined) kinds.add(kind)
    else if (opt === 'l') view = 'limits'
    else if (opt === 'u') view = 'summary'
    else if (opt === 'human') human = true
    else view = VIEWS[opt] ?? view
  }
  if (id !== undefined) {
    const [only] = kinds
    if (kinds.size !== 1 || everything) yield* die(c, 1, 'when using an ID, a single resource must be specified')
    return yield* printDetails(c, only, id)
  }
  if (everything || kinds.size === 0) kinds = new Set(['msg', 'shm', 'sem'])
  yield* c.stdout.write('\n')
  for (const kind of ['msg', 'shm', 'sem'] as const) {
    if (!kinds.has(kind)) continue
    if (view === 'limits') yield* printLimits(c, kind)
    else if (view === 'summary') yield* printSummary(c, kind)
    else yield* printTable(c, kind, view, human)
    yield* c.stdout.write('\n')
  }
  return 0
}
