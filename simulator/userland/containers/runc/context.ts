// What every command of runc is given: the process, the global options, the log.
import type { Crt } from '../../libc/crt.ts'
import type { ParsedFlags } from './cli.ts'
import type { Log } from './log.ts'

export interface Context {
  readonly c: Crt
  readonly log: Log
  /** --root */
  readonly root: string
  readonly rootless: string
  readonly flags: ParsedFlags
  /** The command's operands. */
  readonly args: readonly string[]
}

export const option = (x: Context, name: string): string => x.flags.values.get(name) ?? ''
export const isSet = (x: Context, name: string): boolean => x.flags.values.has(name)
