// Plays a case on a real machine, delimited as in play.ts: a script's output is cut at a salt after each command, and at a terminal a
// command is over when a prompt has stood there for a moment.
import type { RecordedCase } from './case.ts'
import { cutAtSalt, isPrompt, keysOf, SALT, scriptOf } from './delimit.ts'
import type { Played } from './delimit.ts'

/** What is needed of a machine's agent; the machine is in its pristine state. */
export interface CaseGuest {
  /** Bash reads the script on its standard input. `onOutput` gets output and errors together, in order. */
  run(script: string, options: { readonly user: string; readonly onOutput: (bytes: Uint8Array) => void; readonly timeoutMs: number }): Promise<{ readonly status: number }>
  open(
    options: { readonly name: string; readonly user: string; readonly rows: number; readonly cols: number },
    events: { readonly output: (bytes: Uint8Array) => void; readonly turn: () => void; readonly exit: () => void },
  ): Promise<number>
  input(id: number, bytes: Uint8Array): void
  ack(id: number, bytes: number): void
}

const QUIET_MS = 300
const FIRST_PROMPT_S = 20

/** What each command printed; for a terminal the first entry is what stood there before anything was typed. `slower`: how much longer than the recording it may take. */
export function playReal(guest: CaseGuest, recorded: RecordedCase, slower = 1): Promise<Played[]> {
  return recorded.mode === 'pty' ? playTerminal(guest, recorded, slower) : playScript(guest, recorded, slower)
}

/** Over with the last salt: what a case leaves running may hold the output open for ever. */
async function playScript(guest: CaseGuest, recorded: RecordedCase, slower: number): Promise<Played[]> {
  const decoder = new TextDecoder()
  const last = Promise.withResolvers<'all'>()
  let text = ''
  const onOutput = (bytes: Uint8Array): void => {
    text += decoder.decode(bytes, { stream: true })
    if (text.split(SALT).length > recorded.commands.length && /\d\n$/.test(text)) last.resolve('all')
  }
  const timeoutMs = recorded.timeout * 1000 * slower
  const timer = Promise.withResolvers<'timeout'>()
  const timeout = setTimeout(() => timer.resolve('timeout'), timeoutMs)
  const ended = guest.run(scriptOf(recorded), { user: recorded.user, onOutput, timeoutMs: timeoutMs + 1000 })
  const how = await Promise.race([last.promise, timer.promise, ended])
  clearTimeout(timeout)
  ended.catch(() => undefined)
  return cutAtSalt(text + (how === 'timeout' ? '<TIMEOUT>\n' : ''), recorded.commands.length)
}

async function playTerminal(guest: CaseGuest, recorded: RecordedCase, slower: number): Promise<Played[]> {
  // Output may come before the terminal's number is known.
  const screen: { text: string; heardAt: number; isClosed: boolean; early: number; id: number | undefined } = { text: '', heardAt: performance.now(), isClosed: false, early: 0, id: undefined }
  const decoder = new TextDecoder()
  const id = await guest.open({ name: 'case', user: recorded.user, rows: 40, cols: 120 }, {
    output: (bytes) => {
      screen.text += decoder.decode(bytes, { stream: true })
      screen.heardAt = performance.now()
      if (screen.id === undefined) screen.early += bytes.length
      else guest.ack(screen.id, bytes.length)
    },
    turn: () => undefined,
    exit: () => {
      screen.isClosed = true
    },
  })
  screen.id = id
  if (screen.early > 0) guest.ack(id, screen.early)
  const untilPrompt = async (seconds: number): Promise<string> => {
    const end = performance.now() + seconds * 1000
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      const now = performance.now()
      const isOver = screen.isClosed || (now - screen.heardAt >= QUIET_MS && isPrompt(screen.text))
      if (!isOver && now < end) continue
      const { text } = screen
      screen.text = ''
      return isOver ? text : `${text}<TIMEOUT>`
    }
  }
  const played: Played[] = [{ output: await untilPrompt(FIRST_PROMPT_S * slower), status: undefined }]
  for (const { command } of recorded.commands) {
    if (screen.isClosed) {
      played.push({ output: '<CLOSED>', status: undefined })
      continue
    }
    const { bytes, patience } = keysOf(command)
    screen.heardAt = performance.now()
    guest.input(id, bytes)
    const output = await untilPrompt(patience ?? recorded.timeout * slower)
    played.push({ output: patience === undefined ? output : output.replace('<TIMEOUT>', ''), status: undefined })
  }
  return played
}
