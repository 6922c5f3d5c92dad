// Plays a case on a fresh simulated machine, as its recording was made on the real one: a script on bash's standard input, or keys at a terminal.
import { bootMachine } from '../../simulator/machine/machine.ts'
import type { MachineTerminal, SimulatedMachine } from '../../simulator/machine/contract.ts'
import type { RecordedCase } from './case.ts'

export interface Played { readonly output: string; readonly status: number | undefined }

const SALT = 'SALT7f3a9'
/** System calls: a case that makes more than this is stuck. */
const SCRIPT_STEPS = 3_000_000
const COMMAND_STEPS = 500_000
const SECOND = 1e9
const QUIET = 0.3 * SECOND
const encoder = new TextEncoder()

/** What each command printed; for a terminal the first entry is what stood there before anything was typed. */
export function play(recorded: RecordedCase): Played[] {
  const machine = bootMachine({ docker: recorded.docker })
  return recorded.mode === 'pty' ? playTerminal(machine, recorded) : playScript(machine, recorded)
}

function playScript(machine: SimulatedMachine, recorded: RecordedCase): Played[] {
  const script = recorded.commands.map(({ command }) => `${command}\necho "${SALT} $?"\n`).join('')
  const { output, timedOut } = machine.runScript(script, { user: recorded.user, maxSteps: SCRIPT_STEPS })
  let text = new TextDecoder().decode(output) + (timedOut ? '<TIMEOUT>\n' : '')
  return recorded.commands.map(() => {
    const mark = new RegExp(`${SALT} (\\d+)\\n?`).exec(text)
    const played = { output: mark === null ? text : text.slice(0, mark.index), status: mark === null ? undefined : Number(mark[1]) }
    text = mark === null ? '' : text.slice(mark.index + mark[0].length)
    return played
  })
}

const PROMPT = /(?:[\w !]+@[\w.-]+:[^\n]*[#$] |(?:^|\n)(?:\/[^\n ]* )?[#$] |(?:^|\n)> )$/
const ESCAPES = /\x1b\[[0-9;?]*[a-zA-Z]|\r/g

function playTerminal(machine: SimulatedMachine, recorded: RecordedCase): Played[] {
  const terminal = machine.openTerminal({ user: recorded.user, rows: 40, cols: 120 })
  const played: Played[] = [{ output: untilPrompt(machine, terminal, 20), status: undefined }]
  for (const { command } of recorded.commands) {
    if (terminal.isClosed) {
      played.push({ output: '<CLOSED>', status: undefined })
      continue
    }
    const patient = /^<no-prompt (\d+)> (.*)$/s.exec(command)
    const typed = patient?.[2] ?? command
    terminal.input(/^\^[A-Z\\]$/.test(typed) ? Uint8Array.of(typed.charCodeAt(1) & 31) : encoder.encode(`${typed}\n`))
    const output = untilPrompt(machine, terminal, patient === null ? recorded.timeout : Number(patient[1]))
    played.push({ output: patient === null ? output : output.replace('<TIMEOUT>', ''), status: undefined })
  }
  return played
}

/** Lets the machine run until a prompt has stood there for a moment, or for so many seconds of its time. */
function untilPrompt(machine: SimulatedMachine, terminal: MachineTerminal, seconds: number): string {
  const decoder = new TextDecoder()
  const end = machine.now + seconds * SECOND
  const lastStep = machine.steps + COMMAND_STEPS
  let output = ''
  let quietSince = machine.now
  while (machine.now < end && machine.steps < lastStep) {
    const until = Math.min(end, quietSince + QUIET)
    const run = machine.run({ maxSteps: 2_000, until })
    const bytes = terminal.drain()
    if (bytes.length > 0) {
      output += decoder.decode(bytes, { stream: true })
      quietSince = machine.now
    } else if (terminal.isClosed) return output
    else if (run.state !== 'busy') {
      if (PROMPT.test(output.replace(ESCAPES, ''))) return output
      quietSince = Math.max(machine.now, until)
      if (run.state === 'idle' && terminal.isAtPrompt) return output
      if (run.state === 'idle' && machine.now < until) return `${output}<TIMEOUT>`
    }
  }
  return `${output}<TIMEOUT>`
}
