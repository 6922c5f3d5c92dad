// The machine behind a lesson, whichever it is: the simulated one, or a real Linux that prints the same World. Asynchronous, since the
// simulated machine lives in a Worker and a real one at the end of a wire.
import type { RanCommand, Refusal } from './session/commands.ts'
import type { World } from './world.ts'

export interface TerminalOptions {
  /** How the lesson calls it: `host`, `second`. */
  readonly name: string
  readonly user: string
  readonly rows: number
  readonly cols: number
}

export interface Terminal {
  readonly name: string
  readonly user: string
  type(bytes: Uint8Array): void
  resize(rows: number, cols: number): void
  /** Calls back with what the machine prints; `done` is to be called once it is on the screen, which lets the machine go on printing. */
  onOutput(take: (bytes: Uint8Array, done: () => void) => void): void
  /** Everything printed so far is void: the screen is to be cleared (reset, undo, going back). */
  onClear(clear: () => void): void
  onClosed(closed: (status: number) => void): void
}

/** One command at a prompt, and the machine after it. Step 0 is the start. */
export interface Step {
  readonly n: number
  readonly terminal: string
  /** The command as typed, as well as can be told. */
  readonly label: string
  readonly world: World
  readonly ran: readonly RanCommand[]
  /** What the kernel refused in it, and by which rule. */
  readonly refusals: readonly Refusal[]
  /** nanoseconds of the machine's time */
  readonly time: number
}

export interface ScriptResult { readonly output: string; readonly status: number }

/** What not every machine can do. */
export type Ability = 'undo' | 'rewind' | 'lens' | 'packets' | 'speed' | 'save'

export interface Machine {
  readonly kind: 'simulator' | 'browser-vm' | 'qemu-vm'
  /** What it can't do, and why, in words for a learner. */
  readonly lacks: Readonly<Partial<Record<Ability, string>>>
  openTerminal(options: TerminalOptions): Promise<Terminal>
  /** Runs a script as `user` beside the terminals; for setups and checks, never shown. */
  run(script: string, user?: string): Promise<ScriptResult>
  /** Runs scripts one after the other, for facts. A machine that can look without touching (on a copy of itself) does; else `run` is used. */
  check?(scripts: readonly { readonly user: string; readonly script: string }[]): Promise<readonly ScriptResult[]>
  world(): Promise<World>
  /** All steps so far, step 0 first. */
  readonly timeline: readonly Step[]
  onStep(step: (step: Step) => void): void
  /** The World has changed while a command is still running. */
  onWorld(world: (world: World) => void): void
  /** Back to the start of the lesson. */
  reset(): Promise<void>
  close(): void
}
