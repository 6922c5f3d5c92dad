// The simulated machine as a Machine of this Node process: session server and client as in the page, but on one thread, with messages
// passed by call. Its time is held to the wall clock. For what speaks to any machine (the lesson player, its tests); `isolab sh` and
// `isolab shell` drive the simulator directly, which is faster.
import { MachineClient } from '../lab/session/client.ts'
import type { WorkerPort } from '../lab/session/client.ts'
import type { Numbered, Report, SessionStart } from '../lab/session/protocol.ts'
import { SessionServer } from '../lab/session/server.ts'
import { bootMachine } from '../simulator/machine/machine.ts'

/** Opens a session and answers when it has begun. A bug of the simulator ends the process with its report. */
export async function openSimulator(start: SessionStart): Promise<MachineClient> {
  const begun = Promise.withResolvers<undefined>()
  const machine = new MachineClient(serverPort(), {
    started: () => begun.resolve(undefined),
    failed: ({ message }) => {
      throw new Error(message)
    },
  })
  machine.start(start)
  await begun.promise
  return machine
}

function serverPort(): WorkerPort {
  const timers = new Set<() => void>()
  let isOpen = true
  const server = new SessionServer({
    boot: bootMachine, build: 'node',
    now: () => performance.now(),
    later: (call, ms) => {
      const run = (): void => {
        timers.delete(cancel)
        call()
      }
      const timer = ms > 0 ? setTimeout(run, ms) : undefined
      const immediate = ms > 0 ? undefined : setImmediate(run)
      const cancel = (): void => {
        clearTimeout(timer)
        clearImmediate(immediate)
        timers.delete(cancel)
      }
      timers.add(cancel)
      return cancel
    },
    send: (data) => deliver(() => port.onmessage?.({ data })),
  })
  const deliver = (call: () => void): void => queueMicrotask(() => {
    if (isOpen) call()
  })
  const port: { postMessage: WorkerPort['postMessage']; onmessage: ((event: { readonly data: Numbered<Report> }) => void) | null; terminate: () => void } = {
    postMessage: (request) => deliver(() => server.receive(request)),
    onmessage: null,
    terminate: () => {
      isOpen = false
      for (const cancel of [...timers]) cancel()
    },
  }
  return port
}
