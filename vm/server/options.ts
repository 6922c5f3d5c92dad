// What a lesson asks of a real machine, wherever it runs.

export interface OpenVmOptions {
  /** The Docker daemon is to be up. */
  readonly docker?: boolean
  /** A script run as root before the learner comes, and again after every reset. */
  readonly setup?: string
}

/** What a learner may be told while a machine of the server is on its way or in danger. */
export type ServerVmStatus =
  | { readonly state: 'asking' }
  /** Every machine is taken: how many are before you, and about how long that takes (seconds; undefined if it can't be told). */
  | { readonly state: 'queued'; readonly position: number; readonly seconds: number | undefined }
  | { readonly state: 'starting' }
  | { readonly state: 'ready' }
  /** The connection dropped; the machine waits for a while. */
  | { readonly state: 'reconnecting'; readonly attempt: number }
  /** The machine will be taken away in so many seconds: nobody typed for long (`idle`), or the time for one learner is over (`total`). */
  | { readonly state: 'ending'; readonly limit: 'idle' | 'total'; readonly seconds: number }
  | { readonly state: 'ended'; readonly reason: string }
