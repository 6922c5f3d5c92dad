// The Worker itself: a SessionServer on this thread's messages. A page starts it with
// `new Worker(new URL('…/lab/session/worker.ts', import.meta.url), { type: 'module', name: BUILD })`; its name is the build id of saved sessions.
import { bootMachine } from '../../simulator/machine/machine.ts'
import type { Numbered, Request } from './protocol.ts'
import { SessionServer } from './server.ts'

const server = new SessionServer({
  boot: bootMachine,
  build: self.name === '' ? 'unnamed' : self.name,
  now: () => performance.now(),
  send: (report) => self.postMessage(report),
  later: immediately(),
})
self.onmessage = (event: MessageEvent<Numbered<Request>>) => server.receive(event.data)

/** setTimeout waits 4 ms at least when it is nested; a message to oneself doesn't, and still lets the page's messages in first. */
function immediately(): (call: () => void, ms: number) => () => void {
  const channel = new MessageChannel()
  const waiting: { call: (() => void) | undefined }[] = []
  channel.port1.onmessage = () => waiting.shift()?.call?.()
  return (call, ms) => {
    if (ms > 0) {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    }
    const place: { call: (() => void) | undefined } = { call }
    waiting.push(place)
    channel.port2.postMessage(undefined)
    return () => {
      place.call = undefined
    }
  }
}
