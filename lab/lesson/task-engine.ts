// Which tasks are met, and how far are the others? Pure: computed from the timeline and the World, so that going back unticks what is undone.
import { actionKey, actionsOf, needsAction } from '../facts/action.ts'
import { evaluate, evaluateAll } from '../facts/evaluate.ts'
import type { Action, Observation } from '../facts/fact.ts'
import type { Exercise, Hint, Task } from './lesson.ts'

export interface TaskState {
  readonly id: string
  readonly met: boolean
  /** The step after which it was first true (a `hold` task: since when it has been true). */
  readonly metInStep: number | undefined
  /** What was measured: "bash, 1 inside, 3421 on the host". For a `once` task that is met: as it was then. */
  readonly words: string
}

/** The state of every task after the steps of an observation; its World may be newer than the last step. */
export function taskStates(lesson: Pick<Exercise, 'tasks'>, observation: Observation): TaskState[] {
  return lesson.tasks.map((task) => taskState(task, observation))
}

function taskState(task: Task, observation: Observation): TaskState {
  const { steps } = observation
  const now = evaluateAll(task.expect, observation)
  if (task.mode === 'hold') {
    let since: number | undefined
    for (let i = steps.length - 1; now.met && i >= 0 && allHold(task, upTo(observation, i)); i--) since = steps[i]?.n
    return { id: task.id, met: now.met, metInStep: now.met ? (since ?? steps.length) : undefined, words: now.words }
  }
  for (let i = 0; i < steps.length; i++) {
    const then = upTo(observation, i)
    if (allHold(task, then)) return { id: task.id, met: true, metInStep: steps[i]?.n, words: evaluateAll(task.expect, then).words }
  }
  return { id: task.id, met: now.met, metInStep: now.met ? steps.length : undefined, words: now.words }
}

function allHold(task: Task, observation: Observation): boolean {
  return task.expect.every((fact) => evaluate(fact, observation).met)
}

/** What could be seen at the end of the step at `index`. */
function upTo({ steps }: Observation, index: number): Observation {
  const seen = steps.slice(0, index + 1)
  const last = seen.at(-1)
  if (last === undefined) throw new RangeError(`no step ${index}`)
  return { world: last.world, steps: seen }
}

/** What is to be run after the last step before its tasks can be measured: for tasks that are open (or must hold) and lack nothing else. */
export function neededActions({ tasks }: Pick<Exercise, 'tasks'>, observation: Observation): Action[] {
  const found = new Map<string, Action>()
  for (const task of tasks) {
    const plain = task.expect.filter((fact) => !needsAction(fact))
    if (plain.length === task.expect.length || !plain.every((fact) => evaluate(fact, observation).met)) continue
    if (task.mode === 'once' && taskState(task, observation).met) continue
    for (const action of task.expect.flatMap((fact) => actionsOf(fact, observation.world))) found.set(actionKey(action), action)
  }
  return [...found.values()]
}

/** The hints of a task in the order they are to be offered: first those that answer what the learner has done, then the rest in the author's order. */
export function hintsFor(task: Task, observation: Observation): Hint[] {
  const fits = (hint: Hint): boolean => hint.when?.every((fact) => evaluate(fact, observation).met) === true
  return [...task.hints.filter(fits), ...task.hints.filter((hint) => hint.when === undefined)]
}
