// What all of coreutils shares: reading the command line as GNU programs do (--help, --version, hint after a bad option), missing and extra operands,
// and the declaration of a command for the package's table.
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { quote } from '../../../lib/quote.ts'
import { type Crt, type Main, exit, program } from '../../libc/crt.ts'
import { unsimulated, usageError, warn } from '../../libc/err.ts'
import type { OptionTable, ProgramEntry } from '../../program-table.ts'
import { helpText } from './help.ts'

export interface Option {
  /** The short letter if there is one, else the long name. */
  readonly opt: string
  readonly arg: string | undefined
}

export interface Arguments {
  readonly options: readonly Option[]
  readonly operands: readonly string[]
}

const VERSION = '9.1'
const LICENSE = `Copyright (C) 2022 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.
This is free software: you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.
`

const nothing = function* (): Flow<void> {}

/**
 * Options and operands of the command line; ends the program at --version, at a bad option (with `status`), or at one that is not simulated.
 * `beforeHint` may add something to the complaint about a bad option; `told` is the status after --help and --version.
 */
export function* parseArgs(c: Crt, table: OptionTable, status = 1, beforeHint: (c: Crt) => Flow<void> = nothing, told = 0): Flow<Arguments> {
  const long = [...table.long, { name: 'help', arg: 'none' } as const, { name: 'version', arg: 'none' } as const]
  const parsed = getoptLong(c.argv, table.short, long, table.unsimulatedShort)
  const options: Option[] = []
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* warn(c, event.error)
      yield* beforeHint(c)
      yield* c.stderr.write(`Try '${c.name} --help' for more information.\n`)
      exit(status)
    }
    if ('unsimulated' in event) exit(yield* unsimulated(c, `option ${event.unsimulated}`))
    if (event.opt === 'help') {
      const text = helpText(c.name.replace(/^.*\//s, ''), c.name)
      if (text === undefined) exit(yield* unsimulated(c, 'option --help'))
      yield* c.stdout.write(text)
      exit(told)
    }
    if (event.opt === 'version') {
      yield* c.stdout.write(`${c.name.replace(/^.*\//s, '')} (GNU coreutils) ${VERSION}\n${LICENSE}`)
      exit(told)
    }
    options.push(event)
  }
  return { options, operands: parsed.operands }
}

/** Ends with the usual complaint unless there are at least `count` operands. */
export function* needOperands(c: Crt, operands: readonly string[], count = 1, status = 1): Flow<void> {
  if (operands.length >= count) return
  const last = operands.at(-1)
  exit(yield* usageError(c, status, last === undefined ? 'missing operand' : `missing operand after ${quote(last)}`))
}

/** Ends with the usual complaint if there are more than `count` operands. */
export function* noMoreOperands(c: Crt, operands: readonly string[], count: number, status = 1): Flow<void> {
  if (operands.length > count) exit(yield* usageError(c, status, `extra operand ${quote(operands[count])}`))
}

export const NO_OPTIONS: OptionTable = { short: '', long: [] }

/** Messages of coreutils begin with the whole of argv[0]. */
function* run(c: Crt, main: Main): Flow<number> {
  const own: Crt = { ...c, name: c.argv[0] }
  const status = yield* main(own)
  c.writeFailure = own.writeFailure
  return status
}

/** Declares a command of /usr/bin. Coreutils call themselves in messages by the whole of argv[0]. */
export const command = (name: string, summary: string, options: OptionTable, main: Main): ProgramEntry => ({
  path: `/usr/bin/${name}`, program: program((c) => run(c, main)), options, summary,
})
