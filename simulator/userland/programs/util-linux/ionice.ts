// ionice(1) of util-linux 2.38.1: shows and sets the class and priority of a process's input and output.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import {
  IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE, IOPRIO_CLASS_NONE, IOPRIO_CLASS_SHIFT, IOPRIO_WHO_PGRP, IOPRIO_WHO_PROCESS, IOPRIO_WHO_USER,
} from '../../../abi/sched.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { die, execute, option, signedNumber, tryHelp } from './common.ts'
import { IONICE_HELP } from './help/ionice.ts'

export const IONICE_OPTIONS: OptionTable = {
  short: '+n:c:p:P:u:tVh',
  long: [
    { name: 'classdata', arg: 'required', is: 'n' }, { name: 'class', arg: 'required', is: 'c' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'ignore', arg: 'none', is: 't' },
    { name: 'pid', arg: 'required', is: 'p' }, { name: 'pgid', arg: 'required', is: 'P' }, { name: 'uid', arg: 'required', is: 'u' }, { name: 'version', arg: 'none', is: 'V' },
  ],
}

const NAMES = ['none', 'realtime', 'best-effort', 'idle']
const WHO = new Map([['p', IOPRIO_WHO_PROCESS], ['P', IOPRIO_WHO_PGRP], ['u', IOPRIO_WHO_USER]])
const INVALID = new Map([['p', 'invalid PID argument'], ['P', 'invalid PGID argument'], ['u', 'invalid UID argument']])

export function* ionice(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, IONICE_OPTIONS.short, IONICE_OPTIONS.long)
  const targets: string[] = []
  let who: string | undefined
  let level: number | undefined
  let kind: number | undefined
  let tolerant = false
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, IONICE_HELP)
    if (opt === 'n') level = yield* signedNumber(c, arg, 'invalid class data argument')
    else if (opt === 'c') kind = yield* classNumber(c, arg)
    else if (opt === 't') tolerant = true
    else if (who !== undefined) yield* die(c, 1, 'can handle only one of pid, pgid or uid at once')
    else {
      who = opt
      targets.push(arg)
    }
  }
  const setting = kind !== undefined || level !== undefined
  const theClass = kind ?? IOPRIO_CLASS_BE
  let data = level ?? 4
  if (theClass === IOPRIO_CLASS_NONE || theClass === IOPRIO_CLASS_IDLE) {
    if (level !== undefined && !tolerant) yield* warn(c, `ignoring given class data for ${NAMES[theClass]} class`)
    data = theClass === IOPRIO_CLASS_IDLE ? 7 : 0
  } else if (theClass > IOPRIO_CLASS_IDLE && !tolerant) yield* warn(c, `unknown prio class ${theClass}`)
  const set = (target: number, of: number): Flow<void> => setPriority(c, of, target, (theClass << IOPRIO_CLASS_SHIFT) | data, tolerant)
  if (who !== undefined) {
    const of = WHO.get(who) ?? IOPRIO_WHO_PROCESS
    for (const text of [...targets, ...parsed.operands]) {
      const target = yield* signedNumber(c, text, INVALID.get(who) ?? '')
      yield* setting ? set(target, of) : show(c, of, target)
    }
    return 0
  }
  if (parsed.operands.length === 0) {
    if (setting) {
      yield* warn(c, 'bad usage')
      return yield* tryHelp(c)
    }
    yield* show(c, IOPRIO_WHO_PROCESS, 0)
    return 0
  }
  yield* set(0, IOPRIO_WHO_PROCESS)
  return yield* execute(c, parsed.operands)
}

function* classNumber(c: Crt, text: string): Flow<number> {
  if (/^\d/.test(text)) return yield* signedNumber(c, text, 'invalid class argument')
  const n = NAMES.findIndex((name) => name.toLowerCase() === text.toLowerCase())
  return n >= 0 ? n : yield* die(c, 1, `unknown scheduling class: '${text}'`)
}

function* setPriority(c: Crt, of: number, target: number, ioprio: number, tolerant: boolean): Flow<void> {
  const set = yield* call('ioprio_set', of, target, ioprio)
  if (!isErr(set) || tolerant) return
  yield* warn(c, 'ioprio_set failed', set)
  exit(1)
}

function* show(c: Crt, of: number, target: number): Flow<void> {
  const value = yield* call('ioprio_get', of, target)
  if (isErr(value)) return yield* die(c, 1, 'ioprio_get failed', value)
  const kind = value >> IOPRIO_CLASS_SHIFT
  const text = kind === IOPRIO_CLASS_IDLE ? NAMES[kind] : `${NAMES[kind] ?? 'unknown'}: prio ${value & ((1 << IOPRIO_CLASS_SHIFT) - 1)}`
  yield* c.stdout.write(`${text}\n`)
}
