// A machine of the WebSocket service (npm run vm:serve), for the page and for Node 22 and later: both have a WebSocket of their own.
import type { Machine } from '../../lab/machine.ts'
import type { OpenVmOptions, ServerVmStatus } from './options.ts'

export interface ServerVmOptions extends OpenVmOptions {
  /** The service: `ws://127.0.0.1:7070` or `wss://…`. */
  readonly url: string
  /** Where a ticket is asked for, if not at `/ticket` of the service. */
  readonly ticketUrl?: string
  readonly onStatus?: (status: ServerVmStatus) => void
}

/** Answers as soon as a machine is ready (waiting in the queue if need be); rejects with words for a learner. */
export function openServerVm(_options: ServerVmOptions): Promise<Machine> {
  return Promise.reject(new Error('the service for machines is still being built'))
}
