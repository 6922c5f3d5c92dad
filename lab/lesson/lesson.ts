// A lesson as data. lessons/README.md explains it to authors; lesson-schema.ts reads it.
import type { Fact } from '../facts/fact.ts'

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

export interface Lesson {
  /** `rooms/what-is-a-namespace` */
  readonly id: string
  readonly track: string
  readonly slug: string
  readonly number: number
  readonly title: string
  readonly summary: string
  readonly minutes: number
  readonly claims: readonly string[]
  readonly terminals: readonly LessonTerminal[]
  readonly setup: string
  readonly docker: boolean
  readonly tasks: readonly Task[]
  readonly predictions: readonly Prediction[]
  readonly solution: readonly Typed[]
  readonly wrong: readonly WrongAnswer[]
}

/** `order`: its place in the course. */
export interface Track { readonly id: string; readonly letter: string; readonly order: number; readonly title: string; readonly summary: string }

/** `R-01` */
export function sheetNumber(track: Track, lesson: Lesson): string {
  return `${track.letter}-${String(lesson.number).padStart(2, '0')}`
}
