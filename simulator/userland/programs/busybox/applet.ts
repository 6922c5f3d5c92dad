// What BusyBox's applets share: options with the usage text after a wrong one, and messages that begin with the applet's name (libbb).
import type { Flow } from '../../../abi/syscalls.ts'
import type { Errno } from '../../../abi/errno.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { usageOf } from './usage.ts'

export interface AppletOptions {
  /** Letters seen, with the last value. */
  readonly flags: ReadonlyMap<string, string>
  readonly operands: readonly string[]
}

/** bb_show_usage: the usage text on stderr, status 1. */
export function* showUsage(c: Crt): Flow<never> {
  yield* c.stdout.flush()
  yield* c.stderr.write(usageOf(c.name) ?? '')
  return exit(1)
}

/** getopt32: a wrong option is named and the usage shown. `missing`: letters that are real, but not simulated. */
export function* options(c: Crt, short: string, missing = ''): Flow<AppletOptions> {
  const parsed = getoptLong(c.argv, short, [], missing)
  const flags = new Map<string, string>()
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`${c.name}: ${event.error.replace(/unrecognized option '(.*)'/, 'unrecognized option: $1').replace('unrecognized option: --', 'unrecognized option: ')}\n`)
      return yield* showUsage(c)
    }
    if ('unsimulated' in event) return exit(yield* unsimulated(c, `option ${event.unsimulated}`))
    flags.set(event.opt, event.arg ?? '')
  }
  return { flags, operands: parsed.operands }
}

/** bb_error_msg_and_die, bb_perror_msg_and_die. */
export function* die(c: Crt, message: string, errno?: Errno, status = 1): Flow<never> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${c.name}: ${message}${errno === undefined ? '' : `: ${errno.message}`}\n`)
  return exit(status)
}

/** xatou and its kin. */
export function* number(c: Crt, text: string): Flow<number> {
  return /^\d+$/.test(text) ? Number(text) : yield* die(c, `invalid number '${text}'`)
}
