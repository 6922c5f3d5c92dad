// setsid(1) of util-linux 2.38.1: runs a program in a session of its own; forks if the caller leads a process group already.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../../abi/signal.ts'
import { TIOCSCTTY } from '../../../abi/termios.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { waitpid } from '../../libc/unistd.ts'
import { die, execute, option, tryHelp } from './common.ts'
import { SETSID_HELP } from './help/setsid.ts'

export const SETSID_OPTIONS: OptionTable = {
  short: '+Vhcfw',
  long: [
    { name: 'ctty', arg: 'none', is: 'c' }, { name: 'fork', arg: 'none', is: 'f' }, { name: 'wait', arg: 'none', is: 'w' },
    { name: 'version', arg: 'none', is: 'V' }, { name: 'help', arg: 'none', is: 'h' },
  ],
}

export function* setsid(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, SETSID_OPTIONS.short, SETSID_OPTIONS.long)
  const flags = new Set<string>()
  for (const event of parsed.options) flags.add((yield* option(c, event, SETSID_HELP)).opt)
  if (parsed.operands.length === 0) {
    yield* warn(c, 'no command specified')
    yield* tryHelp(c)
  }
  const leads = (yield* call('getpgid', 0)) === (yield* call('getpid'))
  if (!flags.has('f') && !leads) return yield* run(c, parsed.operands, flags.has('c'))
  const pid = yield* forkChild(c, (child) => run(child, parsed.operands, flags.has('c')))
  if (isErr(pid)) return yield* die(c, 1, 'fork', pid)
  if (!flags.has('w')) return 0
  const result = yield* waitpid(pid)
  if (isErr(result)) return yield* die(c, 1, 'wait', result)
  if (WIFEXITED(result.status)) return WEXITSTATUS(result.status)
  return yield* die(c, 1, `child ${pid} did not exit normally${WTERMSIG(result.status) > 0 ? ': Success' : ''}`)
}

function* run(c: Crt, command: readonly string[], ctty: boolean): Flow<number> {
  const made = yield* call('setsid')
  if (isErr(made)) return yield* die(c, 1, 'setsid failed', made)
  if (ctty) {
    const set = yield* call('ioctl', 0, TIOCSCTTY, 1)
    if (isErr(set)) return yield* die(c, 1, 'failed to set the controlling terminal', set)
  }
  return yield* execute(c, command)
}
