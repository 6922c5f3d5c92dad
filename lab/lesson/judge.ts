// What may be found wrong with a lesson that has been played, on whichever machine: a task that is met too early or not at all, a wrong
// answer that meets its task or gets another hint than its author said.
import type { Observation } from '../facts/fact.ts'
import type { Exercise, WrongAnswer } from './lesson.ts'
import { hintsFor, taskStates } from './task-engine.ts'
import type { TaskState } from './task-engine.ts'

export function startProblems(states: readonly TaskState[]): string[] {
  return states.filter(({ met }) => met).map(({ id, words }) => `task '${id}' is met before anything was done: ${words}`)
}

export function goalProblems(states: readonly TaskState[]): string[] {
  return states.filter(({ met }) => !met).map(({ id, words }) => `the solution does not meet task '${id}': ${words}`)
}

/** `seen`: the machine after the wrong answer was typed. */
export function wrongProblems(lesson: Pick<Exercise, 'tasks'>, { name, task: id, hint }: WrongAnswer, seen: Observation): string[] {
  const task = lesson.tasks.find((each) => each.id === id)
  if (task === undefined) return []
  const problems: string[] = []
  if (taskStates({ tasks: [task] }, seen)[0]?.met === true) problems.push(`wrong answer '${name}' meets task '${id}'`)
  const first = hintsFor(task, seen)[0]?.id
  if (first !== hint) problems.push(`wrong answer '${name}': the first hint of task '${id}' is ${first === undefined ? 'none' : `'${first}'`}, not '${hint}'`)
  return problems
}

/** The bytes of a line as a lesson writes it: a control key (`^C`), or text and Enter. */
export function keystrokes(line: string): Uint8Array {
  const control = /^\^([A-Z\\])$/.exec(line)
  return control === null ? new TextEncoder().encode(`${line}\r`) : Uint8Array.of((control[1] ?? '').charCodeAt(0) & 31)
}
