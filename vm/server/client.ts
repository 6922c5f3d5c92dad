// A machine of the WebSocket service (npm run vm:serve), for the page and for Node 22 and later: both have a WebSocket of their own.
import { RealMachine } from '../agent/real-machine.ts'
import type { ServerVmOptions } from './options.ts'
import { ServerConnection } from './server-connection.ts'

/** Answers as soon as a machine is ready (waiting in the queue if need be); rejects with words for a learner. */
export async function openServerVm(options: ServerVmOptions): Promise<RealMachine> {
  const { setup = '', terminals = [], listeners, signal } = options
  const machine = new RealMachine(new ServerConnection(options), listeners)
  const giveUp = (): void => machine.close()
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    signal?.throwIfAborted()
    await machine.start({ setup, terminals })
    return machine
  } catch (error) {
    machine.close()
    throw error
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}
