// What a page asks of the machine behind it, whichever it is, and what it hears from it. simulator-session.ts and real-session.ts are the two kinds of it.
import type { Explanation } from '../../lab/lens/explain.ts'
import type { MachineKind } from '../../lab/lesson/lesson.ts'
import type { Machine, Step, Terminal } from '../../lab/machine.ts'
import type { World } from '../../lab/world.ts'

export const MACHINE_NAMES: Readonly<Record<MachineKind, string>> = { 'simulator': 'Simulator', 'browser-vm': 'Real Linux in this page', 'qemu-vm': 'Real Linux on a server' }

export interface TerminalPlan { readonly name: string; readonly user: string }

/** Where a page's session belongs and what it starts from. */
export interface Place {
  /** Lesson id, `playground`, …: the key of what is kept. */
  readonly id: string
  /** Run by root before the learner arrives. */
  readonly setup: string
  readonly terminals: readonly TerminalPlan[]
  /** Does it outlive the page? */
  readonly isKept: boolean
  readonly docker?: boolean
  /** Images that Docker has besides the usual ones. */
  readonly images?: readonly string[]
  readonly hasBootMounts?: boolean
  /** What a fresh simulated machine's terminals will show, by terminal. */
  readonly opening?: Readonly<Record<string, string>>
}

export interface Size { readonly rows: number; readonly cols: number }

/** The screens of a page: `ready` resolves when they know their sizes. */
export interface Screens { readonly ready: Promise<void>; size(terminal: string): Size }

/** starting: no prompt yet. elsewhere: another tab has it. bad-log: the saved session can't be used. failed: a bug of the simulator, or a real machine that is gone. */
export type Status = 'off' | 'starting' | 'ready' | 'elsewhere' | 'bad-log' | 'failed'

/** Words of what went wrong, and the log that shows it, if there is one. */
export interface Problem { readonly message: string; readonly log: string }

export type Checks = Pick<Machine, 'run' | 'check'>

export interface RoomListeners {
  status(status: 'starting' | 'elsewhere'): void
  /** What the terminals will show, before the machine is there; undefined once it is. */
  opening(screens: Readonly<Record<string, string>> | undefined): void
  /** The session, or another one after going back or a reset, stands at the end of this timeline. */
  began(timeline: readonly Step[], terminals: readonly Terminal[], isRestored: boolean): void
  step(step: Step): void
  /** The World in the middle of a step. */
  world(world: World): void
  /** Whose turn it is, by terminal: true where the machine waits for the learner. */
  turn(turn: Readonly<Record<string, boolean>>): void
  unsaved(isUnsaved: boolean): void
  /** The connection to the machine is lost, and being made again. */
  lost(isLost: boolean): void
  problem(status: 'bad-log' | 'failed', problem: Problem): void
}

export interface RoomMachine {
  readonly kind: Machine['kind']
  /** What it can't do, and why. */
  readonly lacks: Machine['lacks']
  /** Scripts beside the terminals, for facts that need an action. */
  readonly checks: Checks
  start(): Promise<void>
  type(terminal: string, bytes: Uint8Array): void
  resize(terminal: string, size: Size): void
  /** What a step asked of the kernel; undefined where nobody kept a record. */
  explanation(step: Step): Promise<Explanation | undefined>
  /** Takes back everything after step `n`. */
  goBack(n: number): void
  reset(): void
  /** Keeps what can be kept and frees the rest. */
  leave(): Promise<void>
}
