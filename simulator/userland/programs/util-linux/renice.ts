// renice(1) of util-linux 2.38.1: changes the niceness of running processes.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { PRIO_PGRP, PRIO_PROCESS, PRIO_USER } from '../../../abi/sched.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { getpwnam } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { tryHelp, UTIL_LINUX } from './common.ts'
import { RENICE_HELP } from './help/renice.ts'

const KINDS = new Map([['-p', PRIO_PROCESS], ['--pid', PRIO_PROCESS], ['-g', PRIO_PGRP], ['--pgrp', PRIO_PGRP], ['-u', PRIO_USER], ['--user', PRIO_USER]])
const TEXT = new Map([[PRIO_PROCESS, 'process ID'], [PRIO_PGRP, 'process group ID'], [PRIO_USER, 'user ID']])

function* complain(c: Crt, message: string): Flow<never> {
  yield* warn(c, message)
  yield* tryHelp(c)
  return exit(1)
}

export function* renice(c: Crt): Flow<number> {
  let words = c.argv.slice(1)
  if (words.length === 1 && (words[0] === '-h' || words[0] === '--help')) {
    yield* c.stdout.write(RENICE_HELP)
    return 0
  }
  if (words.length === 1 && (words[0] === '-V' || words[0] === '--version')) {
    yield* c.stdout.write(`${c.name} from ${UTIL_LINUX}\n`)
    return 0
  }
  const relative = words[0] === '--relative'
  if (words[0] === '-n' || words[0] === '--priority' || relative) words = words.slice(1)
  const [priorityText, ...targets] = words
  if (priorityText === undefined || targets.length === 0) return yield* complain(c, 'not enough arguments')
  if (!/^[+-]?\d+$/.test(priorityText)) return yield* complain(c, `invalid priority '${priorityText}'`)
  let which = PRIO_PROCESS
  let status = 0
  for (const word of targets) {
    const kind = KINDS.get(word)
    if (kind !== undefined) {
      which = kind
      continue
    }
    const who = which === PRIO_USER && !/^\d+$/.test(word) ? (yield* getpwnam(word))?.uid : /^\d+$/.test(word) ? Number(word) : undefined
    if (who === undefined) {
      yield* warn(c, which === PRIO_USER ? `unknown user ${word}` : `bad ${TEXT.get(which)} value: ${word}`)
      status = 1
    } else status = (yield* change(c, which, who, Number(priorityText), relative)) || status
  }
  return status
}

function* change(c: Crt, which: number, who: number, value: number, relative: boolean): Flow<number> {
  const name = `${who} (${TEXT.get(which)})`
  const old = yield* call('getpriority', which, who)
  if (isErr(old)) {
    yield* warn(c, `failed to get priority for ${name}`, old)
    return 1
  }
  const set = yield* call('setpriority', which, who, relative ? old + value : value)
  if (isErr(set)) {
    yield* warn(c, `failed to set priority for ${name}`, set)
    return 1
  }
  const now = yield* call('getpriority', which, who)
  yield* c.stdout.write(`${name} old priority ${old}, new priority ${String(now)}\n`)
  return 0
}
