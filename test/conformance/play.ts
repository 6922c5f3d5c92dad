// Plays a case on a fresh simulated machine, as its recording was made on the real one: a script on bash's standard input, or keys at a terminal.
import { bootMachine } from '../../simulator/machine/machine.ts'
import type { MachineTerminal, SimulatedMachine } from '../../simulator/machine/contract.ts'
import type { RecordedCase } from './case.ts'
import { cutAtSalt, isPrompt, keysOf, scriptOf } from './delimit.ts'
import type { Played } from './delimit.ts'

/** System calls: a case that makes more than this is stuck. */
const SCRIPT_STEPS = 3_000_000
const COMMAND_STEPS = 500_000
const SECOND = 1e9
const QUIET = 0.3 * SECOND

/** What each command printed; for a terminal the first entry is what stood there before anything was typed. */
export function play(recorded: RecordedCase): Played[] {
  const machine = bootMachine({ docker: recorded.docker })
  return recorded.mode === 'pty' ? playTerminal(machine, recorded) : playScript(machine, recorded)
}

function playScript(machine: SimulatedMachine, recorded: RecordedCase): Played[] {
  const { output, timedOut } = machine.runScript(scriptOf(recorded), { user: recorded.user, maxSteps: SCRIPT_STEPS })
  return cutAtSalt(new TextDecoder().decode(output) + (timedOut ? '<TIMEOUT>\n' : ''), recorded.commands.length)
}

function playTerminal(machine: SimulatedMachine, recorded: RecordedCase): Played[] {
  const terminal = machine.openTerminal({ user: recorded.user, rows: 40, cols: 120 })
  const played: Played[] = [{ output: untilPrompt(machine, terminal, 20), status: undefined }]
  for (const { command } of recorded.commands) {
    if (terminal.isClosed) {
      played.push({ output: '<CLOSED>', status: undefined })
      continue
    }
    const { bytes, patience } = keysOf(command)
    terminal.input(bytes)
    const output = untilPrompt(machine, terminal, patience ?? recorded.timeout)
    played.push({ output: patience === undefined ? output : output.replace('<TIMEOUT>', ''), status: undefined })
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
      if (isPrompt(output)) return output
      quietSince = Math.max(machine.now, until)
      if (run.state === 'idle' && terminal.isAtPrompt) return output
      if (run.state === 'idle' && machine.now < until) return `${output}<TIMEOUT>`
    }
  }
  return `${output}<TIMEOUT>`
}
