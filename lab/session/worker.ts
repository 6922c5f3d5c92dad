// The Worker's side of a session: a SessionServer on this thread's messages. A page's Worker calls serveSession with the machine it has.
import type { Numbered, Request } from './protocol.ts'
import { SessionServer } from './server.ts'
import type { Boot } from './session.ts'

/** Code of programs that comes while the machine is there already: first what is typed most, then all the rest. Each resolves when its part is there. */
export interface ProgramsToCome { readonly everyday: Promise<void>; readonly complete: Promise<void> }

/**
 * `build` names the code of the simulator in saved sessions. A fresh machine boots, prompts and echoes without further code; what may start programs waits for the everyday ones,
 * and a program that isn't among them makes the machine wait. What runs to its end at once (setup, replays, scripts) waits for all code.
 */
export function serveSession(boot: Boot, build: string, toCome: ProgramsToCome): void {
  const server = new SessionServer({
    boot,
    build,
    now: () => performance.now(),
    send: (report) => self.postMessage(report),
    later: immediately(),
  })
  const waiting: Numbered<Request>[] = []
  let has: Code = NOTHING
  const receive = (): void => {
    for (let next = waiting[0]; next !== undefined && needs(next) <= has; next = waiting[0]) {
      waiting.shift()
      server.receive(next)
    }
  }
  const came = (code: Code) => (): void => {
    has = code
    receive()
    server.codeCame()
  }
  void toCome.everyday.then(came(EVERYDAY)).then(() => toCome.complete).then(came(COMPLETE))
  self.onmessage = ({ data }: MessageEvent<Numbered<Request>>) => {
    waiting.push(data)
    receive()
  }
}

/** How much code has to be there. */
type Code = typeof NOTHING | typeof EVERYDAY | typeof COMPLETE
const NOTHING = 0, EVERYDAY = 1, COMPLETE = 2
const ENTER = [0x0a, 0x0d]

function needs(request: Request): Code {
  switch (request.kind) {
    case 'start': return request.start.setup !== '' || request.start.docker || request.start.log !== undefined ? COMPLETE : NOTHING
    case 'type': return request.bytes.some((byte) => ENTER.includes(byte)) ? EVERYDAY : NOTHING
    case 'resize':
    case 'explain':
    case 'ack': return NOTHING
    case 'open':
    case 'speed':
    case 'world': return EVERYDAY
    default: return COMPLETE
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
