// What the simulated machine offers to the rest of the project. machine.ts implements it.
import type { KernelEvent } from '../trace/emitter.ts'
import type { World } from './world.ts'

export interface BootOptions {
  /** Seed of all chance in the machine: same seed, same input, same bytes. */
  readonly seed?: number
  /** milliseconds since 1970 at boot; default 2026-01-01T09:00:00Z */
  readonly bootTimeMs?: number
  /** Boot with the Docker daemon running and its images present. Without it the images aren't there either. */
  readonly docker?: boolean
  /** With `docker`: images besides those of the reference machine, by the names of images/containers/names.ts, or `all`; `compose` is the client's plug-in. */
  readonly images?: readonly string[]
}

/** One terminal: the outside end of a pty on the machine. */
export interface MachineTerminal {
  readonly id: number
  /** PID (initial namespace) of the shell started on it. */
  readonly shellPid: number
  /** Bytes typed. They are taken at once; run the machine to see them act. */
  input(bytes: Uint8Array): void
  resize(rows: number, cols: number): void
  /** Takes what the machine has printed since the last call; bounded: a writer sleeps until it is drained. */
  drain(): Uint8Array
  /** True once the shell has ended. */
  readonly isClosed: boolean
  /** The shell's exit status (128 + signal if it was killed) once it has ended. */
  readonly exitStatus: number | undefined
  /** The other side hangs up: SIGHUP for the session. */
  hangup(): void
  /** True while a process of the foreground group sleeps reading this terminal (a shell at its prompt, also one inside a namespace; `cat`): it is the learner's turn. */
  readonly isAtPrompt: boolean
}

/** idle: nothing can happen before new input. sleeping: the next thing happens at `deadline` (ns since boot). busy: the budget is used up, call again. waiting: nothing goes on before the code of the next program has come. */
export type RunState =
  | { readonly state: 'idle' }
  | { readonly state: 'sleeping'; readonly deadline: number }
  | { readonly state: 'busy' }
  | { readonly state: 'waiting' }

export interface SimulatedMachine {
  /** ns since boot */
  readonly now: number
  /** System calls made since boot. With `now` it is an exact position in the machine's life, so that input can be replayed there: `run` makes exactly `maxSteps` more before it answers busy. */
  readonly steps: number
  /** A login-less interactive shell (`bash`) for `user` in their home, as on the reference machine. */
  openTerminal(options: { readonly user: string; readonly rows: number; readonly cols: number; readonly command?: readonly string[] }): MachineTerminal
  /** Runs bash on a script given on standard input, output and error together in order; virtual time runs free. Answers output and exit status. */
  runScript(script: string | Uint8Array, options?: { readonly user?: string; readonly maxSteps?: number; readonly onOutput?: (bytes: Uint8Array) => void }): { readonly output: Uint8Array; readonly status: number; readonly timedOut: boolean }
  /** Runs until nothing can run, or `maxSteps` system calls were made. Once nothing can run before `until` (ns since boot; default: now, so that sleeping tasks stay asleep), the clock moves there, never past it. */
  run(options: { readonly maxSteps: number; readonly until?: number }): RunState
  world(): World
  /** Events after `seq`. */
  events(seq: number): readonly KernelEvent[]
  readonly lastSeq: number
}
