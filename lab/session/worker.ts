// The Worker's side of a session: a SessionServer on this thread's messages. A page's Worker calls serveSession with the machine it has.
import type { Numbered, Request } from './protocol.ts'
import { SessionServer } from './server.ts'
import type { Boot } from './session.ts'

/** `build` names the code of the simulator in saved sessions. `complete` resolves when all code of programs is there. Until then a fresh machine boots, prompts and echoes; what would start programs waits. */
export function serveSession(boot: Boot, build: string, complete: Promise<void>): void {
  const server = new SessionServer({
    boot,
    build,
    now: () => performance.now(),
    send: (report) => self.postMessage(report),
    later: immediately(),
  })
  let waiting: Numbered<Request>[] | undefined = []
  let isHolding = false
  void complete.then(() => {
    const held = waiting ?? []
    waiting = undefined
    for (const request of held) server.receive(request)
  })
  self.onmessage = ({ data }: MessageEvent<Numbered<Request>>) => {
    isHolding ||= mayStartPrograms(data)
    if (waiting !== undefined && isHolding) waiting.push(data)
    else server.receive(data)
  }
}

const ENTER = [0x0a, 0x0d]

function mayStartPrograms(request: Request): boolean {
  switch (request.kind) {
    case 'start': return request.start.setup !== '' || request.start.docker || request.start.log !== undefined
    case 'type': return request.bytes.some((byte) => ENTER.includes(byte))
    case 'resize':
    case 'explain':
    case 'ack': return false
    default: return true
  }
}

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
