// What find(1) knows about the file it is looking at, and about the whole search.
import type { Stat } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import type { IdNames } from '../../libc/pwd.ts'

export interface Entry {
  readonly path: string
  /** the starting point it was found under */
  readonly start: string
  readonly depth: number
  readonly name: string
  readonly stat: Stat
}

/** The state of one run. */
export interface Search {
  readonly c: Crt
  readonly names: IdNames
  /** -L, -H, -P */
  readonly follow: 'always' | 'start' | 'never'
  /** seconds since 1970 when it began, or the end of today with -daystart */
  readonly now: number
  status: number
  prune: boolean
  quit: boolean
  readonly device: ReadonlyMap<number, string>
}

export type Test = (s: Search, e: Entry) => Flow<boolean>

/** A mistake on the command line: printed after `find: `, status 1. */
export class FindError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** Stays a plain function for tests that make no system call. */
export const pure = (test: (e: Entry, s: Search) => boolean): Test =>
  function* (s, e) {
    return test(e, s)
  }
