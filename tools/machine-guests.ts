// Real machines for recorded cases: no lesson, no Worlds, only the guest's agent, put back to its pristine state before each case.
import { MACHINES } from './machines.ts'
import type { MachineName } from './machines.ts'
import type { CaseGuest } from '../test/conformance/play-real.ts'

export interface Guests {
  /** `uname -r` */
  readonly kernel: string
  /** How much longer a case may take than it did when it was recorded. */
  readonly slower: number
  pristine(): Promise<CaseGuest>
  close(): void
}

export async function openGuests(name: Exclude<MachineName, 'sim'>, docker: boolean): Promise<Guests> {
  return Promise.reject(new Error(`${MACHINES[name].title} ${String(docker)}`))
}
