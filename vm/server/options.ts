// What a lesson asks of a real machine, wherever it runs.
import type { TerminalOptions } from '../../lab/machine.ts'
import type { RealMachineListeners } from '../agent/real-machine.ts'

export interface OpenVmOptions {
  /** The Docker daemon is to be up. */
  readonly docker?: boolean
  /** A script run as root before the learner comes, and again after every reset. */
  readonly setup?: string
  /** Opened after the setup, and again after every reset. */
  readonly terminals?: readonly TerminalOptions[]
  readonly listeners?: RealMachineListeners
}

/** What a learner may be told while a machine of the server is on its way or in danger. */
export type ServerVmStatus =
  | { readonly state: 'asking' }
  /** Every machine is taken: one's place in the queue, from 1, and about how long that takes (seconds; undefined if it can't be told). */
  | { readonly state: 'queued'; readonly position: number; readonly seconds: number | undefined }
  | { readonly state: 'starting' }
  | { readonly state: 'ready' }
  /** The connection dropped; the machine waits for a while. */
  | { readonly state: 'reconnecting'; readonly attempt: number }
  /** The machine will be taken away in so many seconds: nobody typed for long (`idle`), or the time for one learner is over (`total`). */
  | { readonly state: 'ending'; readonly limit: 'idle' | 'total'; readonly seconds: number }
  | { readonly state: 'ended'; readonly reason: string }

export interface ServerVmOptions extends OpenVmOptions {
  /** The service: `ws://127.0.0.1:7070` or `wss://…`. */
  readonly url: string
  /** Where a ticket is asked for, if not at `/ticket` of the service. */
  readonly ticketUrl?: string
  readonly onStatus?: (status: ServerVmStatus) => void
  /** Gives up waiting. */
  readonly signal?: AbortSignal
  /** Where the way back to the machine is kept while the page is loaded anew: sessionStorage, under this service's name. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}
