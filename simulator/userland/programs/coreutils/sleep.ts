// sleep(1): waits for the sum of its operands.
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { quote } from '../../../lib/quote.ts'
import { fail, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { NO_OPTIONS, command, needOperands, parseArgs } from './command.ts'

const UNITS = new Map([['', 1], ['s', 1], ['m', 60], ['h', 3600], ['d', 86400]])

/** Seconds of a duration like 1, 0.5, 2m, 1e3, infinity; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const m = /^\s*\+?((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|0[xX][0-9a-fA-F]+|inf(?:inity)?)([smhd]?)$/i.exec(text)
  const factor = m === null ? undefined : UNITS.get(m[2])
  if (m === null || factor === undefined) return undefined
  return (/^inf/i.test(m[1]) ? Infinity : Number(m[1])) * factor
}

export const sleep = command('sleep', 'wait for some time', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  yield* needOperands(c, operands)
  let seconds = 0
  let bad = false
  for (const operand of operands) {
    const duration = parseDuration(operand)
    if (duration === undefined) {
      yield* warn(c, `invalid time interval ${quote(operand)}`)
      bad = true
    } else seconds += duration
  }
  if (bad) {
    yield* c.stderr.write(`Try '${c.name} --help' for more information.\n`)
    return 1
  }
  while (seconds === Infinity) yield* call('pause')
  const whole = Math.floor(seconds)
  const slept = yield* call('clock_nanosleep', CLOCK_REALTIME, 0, { sec: whole, nsec: Math.round((seconds - whole) * 1e9) })
  return isErr(slept) && slept !== Errno.EINTR ? yield* fail(c, 1, 'cannot read realtime clock', slept) : 0
})
