// A lesson as data. lessons/README.md explains it to authors; lesson-schema.ts reads it.
import type { Fact } from '../facts/fact.ts'
import type { Machine } from '../machine.ts'

export interface LessonTerminal { readonly name: string; readonly user: 'root' | 'learner' }

/** Typed at the first terminal unless another is named; `^C` is a control key. */
export interface Typed { readonly terminal?: string | undefined; readonly type: string }

export interface Hint {
  /** `hint-2` where the author gave none. */
  readonly id: string
  /** Offered first while all of these hold. */
  readonly when?: readonly Fact[] | undefined
  readonly say?: string | undefined
  /** A command chip; using it marks the task as solved with help. */
  readonly run?: string | undefined
  /** Where the command belongs; else the terminal in use. */
  readonly terminal?: string | undefined
}

export interface Task {
  readonly id: string
  readonly title: string
  /** once: stays ticked once it was true. hold: must be true now as well. */
  readonly mode: 'once' | 'hold'
  readonly expect: readonly Fact[]
  readonly hints: readonly Hint[]
}

export interface Prediction {
  readonly id: string
  readonly question: string
  readonly options: readonly string[]
  /** Number of the right option, from 1. */
  readonly answer: number
  /** What "Check by running it" types. */
  readonly run: string
  /** Where it is typed; else at the terminal in use. */
  readonly terminal?: string | undefined
  readonly because: string
}

export interface WrongAnswer { readonly name: string; readonly type: readonly Typed[]; readonly task: string; readonly hint: string }

/** What can be played and checked: a lesson's work, or a final exercise. */
export interface Exercise {
  readonly id: string
  readonly title: string
  readonly minutes: number
  readonly terminals: readonly LessonTerminal[]
  readonly setup: string
  readonly docker: boolean
  /** Images that Docker has besides the usual ones. */
  readonly images: readonly string[]
  readonly tasks: readonly Task[]
  readonly solution: readonly Typed[]
  readonly wrong: readonly WrongAnswer[]
}

export interface Lesson extends Exercise {
  /** `rooms/what-is-a-namespace` */
  readonly id: string
  readonly track: string
  readonly slug: string
  readonly number: number
  readonly summary: string
  readonly claims: readonly string[]
  readonly predictions: readonly Prediction[]
}

export type MachineKind = Machine['kind']
export const MACHINE_KINDS: readonly MachineKind[] = ['simulator', 'browser-vm', 'qemu-vm']

/** The exercise at the end of a lesson, on a machine of the learner's choice. No steps are given, only the goal. */
export interface FinalExercise extends Exercise {
  /** `rooms/pid-1/final` */
  readonly id: string
  /** The lesson it belongs to: `rooms/pid-1`. */
  readonly lesson: string
  readonly track: string
  readonly slug: string
  /** Paragraphs of plain text; `code` stands in backquotes. */
  readonly story: readonly string[]
  /** Where it can be done, the simulator first. */
  readonly machines: readonly MachineKind[]
  /** Where it can't be done, and why: a sentence for the learner. */
  readonly notOn: Readonly<Partial<Record<MachineKind, string>>>
}

/** `order`: its place in the course. */
export interface Track { readonly id: string; readonly letter: string; readonly order: number; readonly title: string; readonly summary: string }

/** `R-01` */
export function sheetNumber(track: Track, lesson: Lesson): string {
  return `${track.letter}-${String(lesson.number).padStart(2, '0')}`
}
