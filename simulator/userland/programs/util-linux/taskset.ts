// taskset(1) of util-linux 2.38.1, for the one CPU of this machine: shows masks, and runs a program on it; every mask needs that CPU.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { readFile } from '../../libc/unistd.ts'
import { call } from '../../libc/syscall.ts'
import { die, execute, option, tryHelp } from './common.ts'
import { TASKSET_HELP } from './help/taskset.ts'

export const TASKSET_OPTIONS: OptionTable = {
  short: '+apchV',
  long: [
    { name: 'all-tasks', arg: 'none', is: 'a' }, { name: 'pid', arg: 'none', is: 'p' }, { name: 'cpu-list', arg: 'none', is: 'c' }, { name: 'help', arg: 'none', is: 'h' },
    { name: 'version', arg: 'none', is: 'V' },
  ],
}

export function* taskset(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, TASKSET_OPTIONS.short, TASKSET_OPTIONS.long)
  const flags = new Set<string>()
  for (const event of parsed.options) flags.add((yield* option(c, event, TASKSET_HELP)).opt)
  const words = parsed.operands
  if (words.length === 0 || (!flags.has('p') && words.length < 2)) {
    yield* warn(c, 'bad usage')
    return yield* tryHelp(c)
  }
  const mask = flags.has('p') && words.length === 1 ? undefined : words[0]
  const list = flags.has('c')
  if (flags.has('p')) return yield* onProcess(c, mask, words[words.length - 1], list)
  if (!(yield* includesCpu(c, words[0], list))) return yield* die(c, 1, `failed to set pid ${(yield* call('getpid')) as number}'s affinity`, E.EINVAL)
  return yield* execute(c, words.slice(1))
}

function* onProcess(c: Crt, mask: string | undefined, pid: string, list: boolean): Flow<number> {
  if (!/^\d+$/.test(pid)) return yield* die(c, 1, `invalid PID argument: '${pid}'`)
  if (isErr(yield* readFile(`/proc/${pid}/stat`))) return yield* die(c, 1, `failed to get pid ${pid}'s affinity`, E.ESRCH)
  const text = list ? 'affinity list: 0' : 'affinity mask: 1'
  yield* c.stdout.write(`pid ${pid}'s current ${text}\n`)
  if (mask === undefined) return 0
  if (!(yield* includesCpu(c, mask, list))) return yield* die(c, 1, `failed to set pid ${pid}'s affinity`, E.EINVAL)
  yield* c.stdout.write(`pid ${pid}'s new ${text}\n`)
  return 0
}

function* includesCpu(c: Crt, mask: string, list: boolean): Flow<boolean> {
  if (list) {
    if (!/^\d+(-\d+(:\d+)?)?(,\d+(-\d+(:\d+)?)?)*$/.test(mask)) return yield* die(c, 1, `failed to parse CPU list: ${mask}`)
    return mask.split(',').some((part) => /^0+(-|$)/.test(part))
  }
  if (!/^(0x)?[0-9a-f,]+$/i.test(mask)) return yield* die(c, 1, `failed to parse CPU mask: ${mask}`)
  return (Number.parseInt(mask.slice(-1), 16) & 1) === 1
}
