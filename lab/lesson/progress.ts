// What a learner has done, as a pure reducer. The page keeps the state (in the browser, under one key for each lesson) and shows it.
import type { MachineKind } from './lesson.ts'

export interface LessonProgress {
  /** Task id → how it was solved. Once solved it stays so here, also after a reset. */
  readonly solved: Readonly<Record<string, 'alone' | 'with-help'>>
  /** Task id → the machines it was met on, in that order; older entries don't know. */
  readonly machines: Readonly<Record<string, readonly MachineKind[]>>
  /** Task id → number of hints opened. */
  readonly hints: Readonly<Record<string, number>>
  /** Tasks whose solution was used before they were met. */
  readonly helped: readonly string[]
  /** Prediction id → the option chosen, from 1, at the first try. */
  readonly predicted: Readonly<Record<string, number>>
}

export type ProgressEvent =
  | { readonly kind: 'met'; readonly task: string; readonly machine?: MachineKind }
  | { readonly kind: 'hint'; readonly task: string; readonly count: number }
  /** The last hint's command was run for the learner. */
  | { readonly kind: 'solution-used'; readonly task: string }
  | { readonly kind: 'predicted'; readonly prediction: string; readonly option: number }
  /** Forget everything about this lesson. */
  | { readonly kind: 'forget' }

export const NO_PROGRESS: LessonProgress = { solved: {}, machines: {}, hints: {}, helped: [], predicted: {} }

export function progress(state: LessonProgress, event: ProgressEvent): LessonProgress {
  switch (event.kind) {
    case 'met': {
      const solved = has(state.solved, event.task) ? state.solved : { ...state.solved, [event.task]: state.helped.includes(event.task) ? 'with-help' as const : 'alone' as const }
      const before = has(state.machines, event.task) ? state.machines[event.task] ?? [] : []
      const isKnown = event.machine === undefined || before.includes(event.machine)
      if (solved === state.solved && isKnown) return state
      return { ...state, solved, machines: event.machine === undefined || isKnown ? state.machines : { ...state.machines, [event.task]: [...before, event.machine] } }
    }
    case 'hint':
      return { ...state, hints: { ...state.hints, [event.task]: Math.max(event.count, has(state.hints, event.task) ? (state.hints[event.task] ?? 0) : 0) } }
    case 'solution-used':
      return has(state.solved, event.task) || state.helped.includes(event.task) ? state : { ...state, helped: [...state.helped, event.task] }
    case 'predicted':
      return has(state.predicted, event.prediction) ? state : { ...state, predicted: { ...state.predicted, [event.prediction]: event.option } }
    case 'forget':
      return NO_PROGRESS
  }
}

/** What was stored, if it is a progress; else none: a damaged entry costs ticks, never the lesson. */
export function readProgress(text: string | null): LessonProgress {
  if (text === null) return NO_PROGRESS
  try {
    const value = JSON.parse(text) as Partial<LessonProgress> | null
    const isRecord = (each: unknown): boolean => typeof each === 'object' && each !== null && !Array.isArray(each)
    if (value === null || !isRecord(value.solved) || !isRecord(value.hints) || !isRecord(value.predicted) || !isRecord(value.machines ?? {}) || !Array.isArray(value.helped)) return NO_PROGRESS
    return { ...NO_PROGRESS, ...value }
  } catch {
    return NO_PROGRESS
  }
}

export function isFinished(state: LessonProgress, tasks: readonly { readonly id: string }[]): boolean {
  return tasks.every(({ id }) => has(state.solved, id))
}

/** Has every task been met on this machine? */
export function isDoneOn(state: LessonProgress, tasks: readonly { readonly id: string }[], machine: MachineKind): boolean {
  return tasks.length > 0 && tasks.every(({ id }) => has(state.machines, id) && state.machines[id]?.includes(machine) === true)
}

const has = (record: object, key: string): boolean => Object.hasOwn(record, key)
