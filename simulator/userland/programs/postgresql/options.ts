// Options of PostgreSQL's programs: getopt_long(3), with the words these programs end a mistake with.
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { VERSION } from './settings.ts'

export interface PgOptionTable { readonly short: string; readonly long: readonly LongOption[]; readonly unsimulatedShort?: string }
export interface PgOptions {
  /** Last value of each option, by letter. */
  readonly values: ReadonlyMap<string, string>
  /** Every option in order. */
  readonly all: readonly (readonly [string, string])[]
  readonly operands: readonly string[]
}

/** The options, or the status to end with: after --version, a mistake, or something not simulated. `advice` precedes the hint. */
export function* readOptions(c: Crt, { short, long, unsimulatedShort }: PgOptionTable, advice: string): Flow<PgOptions | number> {
  if (c.argv[1] === '--version' || c.argv[1] === '-V') {
    yield* c.stdout.write(`${c.name} (PostgreSQL) ${VERSION}\n`)
    return 0
  }
  const { options, operands } = getoptLong(c.argv, short, long, unsimulatedShort)
  const all: (readonly [string, string])[] = []
  for (const option of options) {
    if ('unsimulated' in option) return yield* unsimulated(c, `option ${option.unsimulated}`)
    if ('error' in option) {
      yield* c.stderr.write(`${c.name}: ${option.error.replace(/^.*?: /, '')}\n${advice}`)
      return 1
    }
    all.push([option.opt, option.arg ?? ''])
  }
  return { values: new Map(all), all, operands }
}
/** A long option that stands for a letter. */
export const long = (name: string, is: string, hasValue = true): LongOption => ({ name, arg: hasValue ? 'required' : 'none', is })
