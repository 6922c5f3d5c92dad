// A sed script in memory, and what can be wrong with it.
import type { Regex } from '../../../lib/regex.ts'

export type Address =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  /** undefined: the last expression used */
  | { readonly kind: 'regex'; readonly regex: Regex | undefined }
  | { readonly kind: 'zero' }
/** Second addresses may also be relative to the first. */
export type EndAddress = Address | { readonly kind: 'plus'; readonly count: number } | { readonly kind: 'multiple'; readonly of: number }

export type CaseMode = 'none' | 'upper' | 'lower' | 'upperFirst' | 'lowerFirst' | 'end'
export type ReplacementPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'group'; readonly index: number }
  | { readonly kind: 'case'; readonly mode: CaseMode }

export interface Substitution {
  readonly regex: Regex | undefined
  readonly replacement: readonly ReplacementPart[]
  readonly global: boolean
  readonly print: number
  readonly evaluate: boolean
  readonly number: number
  readonly file: string | undefined
}

export interface Command {
  readonly from: Address | undefined
  readonly to: EndAddress | undefined
  readonly negated: boolean
  readonly name: string
  /** a c i: text; b t T: label; r R w W: file name; e: command */
  readonly text: string
  /** q Q l L: number */
  readonly number: number | undefined
  readonly substitution: Substitution | undefined
  readonly translation: ReadonlyMap<string, string> | undefined
  /** `{`: index of the matching `}`; branches: where to go */
  target: number
  /** a range's state: the line it began on and, if known, the line it ends on */
  active: boolean
  endLine: number | undefined
}

export interface Script {
  readonly commands: readonly Command[]
  readonly quiet: boolean
}

/** Printed after `sed: `; status 1. */
export class SedSyntaxError {
  readonly message: string
  /** 1, or 4 where sed panics */
  readonly status: number
  constructor(message: string, status = 1) {
    this.message = message
    this.status = status
  }
}
