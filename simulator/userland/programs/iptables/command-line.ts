// What a command line of iptables says once it is understood, and what it is read from.
import type { IpFamily } from '../../../abi/netlink.ts'
import type { Names, RuleState } from './types.ts'

export type CommandLetter = 'A' | 'I' | 'D' | 'R' | 'L' | 'S' | 'F' | 'Z' | 'N' | 'X' | 'P' | 'E' | 'C' | 'h' | 'V'
export interface Command {
  readonly letter: CommandLetter
  /** -Z beside -L or -S. */
  readonly alsoZero: boolean
  readonly table: string
  readonly chain: string | undefined
  readonly newName: string | undefined
  readonly policy: string | undefined
  readonly rulenum: number
  /** One for each pair of source and destination address. */
  readonly rules: readonly RuleState[]
  readonly verbose: number
  readonly numeric: boolean
  readonly exact: boolean
  readonly lineNumbers: boolean
  readonly noFlush: boolean
}

export interface ParseInput {
  /** Without the program's name. */
  readonly args: readonly string[]
  readonly family: IpFamily
  readonly names: Names
  /** The table of iptables-restore's section. */
  readonly table?: string
}

/** printf("Bad argument `%s'\n") and the hint, without the program's name. */
export class BadArgument {
  readonly word: string
  constructor(word: string) {
    this.word = word
  }
}
