// chrt(1) of util-linux 2.38.1: shows and sets the scheduling policy of a process. SCHED_DEADLINE is refused, as it is without runtime and period.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { SCHED_BATCH, SCHED_DEADLINE, SCHED_FIFO, SCHED_IDLE, SCHED_OTHER, SCHED_RESET_ON_FORK, SCHED_RR } from '../../../abi/sched.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { die, execute, option, signedNumber, tryHelp } from './common.ts'
import { CHRT_HELP } from './help/chrt.ts'

export const CHRT_OPTIONS: OptionTable = {
  short: '+abdD:fiphmoP:T:rRvV',
  long: [
    { name: 'all-tasks', arg: 'none', is: 'a' }, { name: 'batch', arg: 'none', is: 'b' }, { name: 'deadline', arg: 'none', is: 'd' }, { name: 'fifo', arg: 'none', is: 'f' },
    { name: 'idle', arg: 'none', is: 'i' }, { name: 'pid', arg: 'none', is: 'p' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'max', arg: 'none', is: 'm' },
    { name: 'other', arg: 'none', is: 'o' }, { name: 'rr', arg: 'none', is: 'r' }, { name: 'sched-runtime', arg: 'required', is: 'T' },
    { name: 'sched-period', arg: 'required', is: 'P' }, { name: 'sched-deadline', arg: 'required', is: 'D' }, { name: 'reset-on-fork', arg: 'none', is: 'R' },
    { name: 'verbose', arg: 'none', is: 'v' }, { name: 'version', arg: 'none', is: 'V' },
  ],
}

const POLICIES = new Map([
  [SCHED_OTHER, 'SCHED_OTHER'], [SCHED_FIFO, 'SCHED_FIFO'], [SCHED_RR, 'SCHED_RR'], [SCHED_BATCH, 'SCHED_BATCH'], [SCHED_IDLE, 'SCHED_IDLE'], [SCHED_DEADLINE, 'SCHED_DEADLINE'],
])
const LETTERS = new Map([['b', SCHED_BATCH], ['d', SCHED_DEADLINE], ['f', SCHED_FIFO], ['i', SCHED_IDLE], ['o', SCHED_OTHER], ['r', SCHED_RR]])
const isRealtime = (policy: number): boolean => policy === SCHED_FIFO || policy === SCHED_RR

export function* chrt(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, CHRT_OPTIONS.short, CHRT_OPTIONS.long)
  const flags = new Set<string>()
  let policy = SCHED_RR
  let pid = 0
  for (const event of parsed.options) {
    const { opt } = yield* option(c, event, CHRT_HELP)
    if (opt === 'p') pid = yield* signedNumber(c, c.argv[c.argv.length - 1], 'invalid PID argument')
    if (opt === 'm') return yield* showRanges(c)
    flags.add(opt)
    policy = LETTERS.get(opt) ?? policy
  }
  const words = parsed.operands
  const onProcess = flags.has('p')
  if (words.length === 0 || (!onProcess && words.length < 2)) {
    yield* warn(c, 'bad usage')
    return yield* tryHelp(c)
  }
  if (onProcess && words.length === 1) return (yield* show(c, pid, 'current')) ? 0 : 1
  if (onProcess && flags.has('v')) yield* show(c, pid, 'current')
  const priority = yield* signedNumber(c, words[0], 'invalid priority argument')
  if (isRealtime(policy) ? priority < 1 || priority > 99 : priority !== 0) {
    return yield* die(c, 1, `unsupported priority value for the policy: ${priority}: see --max for valid range`)
  }
  const set = yield* call('sched_setscheduler', pid, policy | (flags.has('R') ? SCHED_RESET_ON_FORK : 0), priority)
  if (isErr(set)) return yield* die(c, 1, `failed to set pid ${pid}'s policy`, set)
  if (flags.has('v') && onProcess) yield* show(c, pid, 'new')
  return onProcess ? 0 : yield* execute(c, words.slice(1))
}

function* show(c: Crt, asked: number, which: 'current' | 'new'): Flow<boolean> {
  const pid = asked === 0 ? ((yield* call('getpid')) as number) : asked
  const policy = yield* call('sched_getscheduler', pid)
  if (isErr(policy)) return yield* die(c, 1, `failed to get pid ${pid}'s policy`, policy)
  const plain = policy & ~SCHED_RESET_ON_FORK
  const name = POLICIES.get(plain) ?? 'unknown scheduling policy'
  yield* c.stdout.write(`pid ${pid}'s ${which} scheduling policy: ${name}${plain === policy ? '' : '|SCHED_RESET_ON_FORK'}\n`)
  const priority = yield* call('sched_getparam', pid)
  if (isErr(priority)) return yield* die(c, 1, `failed to get pid ${pid}'s attributes`, E.ESRCH)
  yield* c.stdout.write(`pid ${pid}'s ${which} scheduling priority: ${priority}\n`)
  return true
}

function* showRanges(c: Crt): Flow<number> {
  for (const [policy, name] of POLICIES) yield* c.stdout.write(`${name} min/max priority\t: ${isRealtime(policy) ? '1/99' : '0/0'}\n`)
  return 0
}
