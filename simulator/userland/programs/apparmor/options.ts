// Options of AppArmor's tools: a wrong one goes to the caller, one that isn't simulated ends the program.
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import type { OptionTable } from '../../program-table.ts'

export interface Given {
  readonly has: (opt: string) => boolean
  readonly value: (opt: string) => string | undefined
  readonly names: readonly string[]
  readonly operands: readonly string[]
  readonly error: string | undefined
}

export function* readOptions(c: Crt, table: OptionTable): Flow<Given> {
  const { options, operands } = getoptLong(c.argv, table.short, table.long, table.unsimulatedShort)
  const known = new Map<string, string | undefined>()
  let error: string | undefined
  for (const event of options) {
    if ('error' in event) error = `${c.name}: ${event.error}`
    else if ('unsimulated' in event) exit(yield* unsimulated(c, `option ${event.unsimulated}`))
    else known.set(event.opt, event.arg)
  }
  return { has: (opt) => known.has(opt), value: (opt) => known.get(opt), names: [...known.keys()], operands, error }
}
