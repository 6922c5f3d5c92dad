// Runs what the facts of an exercise need to know beyond the World (`ping`, `sh`) after each step, and keeps what was found.
import { actionKey } from '../facts/action.ts'
import type { Action, ActionResults, Observation, SeenStep } from '../facts/fact.ts'
import type { Machine, ScriptResult } from '../machine.ts'
import type { Exercise } from './lesson.ts'
import { neededActions } from './task-engine.ts'

/** What the actions found, by actionKey. */
export function resultsOf(actions: readonly Action[], results: readonly ScriptResult[]): ActionResults {
  return new Map(actions.flatMap((action, index) => {
    const result = results[index]
    return result === undefined ? [] : [[actionKey(action), result] as const]
  }))
}

export class Lookout {
  readonly #machine: Pick<Machine, 'run' | 'check'>
  readonly #exercise: Pick<Exercise, 'tasks'>
  #found = new Map<number, ActionResults>()
  #due = 0
  #queue: Promise<unknown> = Promise.resolve()

  constructor(machine: Pick<Machine, 'run' | 'check'>, exercise: Pick<Exercise, 'tasks'>) {
    this.#machine = machine
    this.#exercise = exercise
  }

  /** The steps, with what was found after each. */
  seen(steps: readonly SeenStep[]): readonly SeenStep[] {
    return this.#found.size === 0 ? steps : steps.map((step) => ({ ...step, results: this.#found.get(step.n) }))
  }

  /** To be called after each step. True if something new was found, so that the tasks are to be measured again. A look that comes late, after the next step, is left out. */
  look(steps: readonly SeenStep[]): Promise<boolean> {
    const turn = ++this.#due
    const looked = this.#queue.then(() => (turn === this.#due ? this.#look(turn, steps) : false))
    this.#queue = looked.catch(() => undefined)
    return looked
  }

  async #look(turn: number, steps: readonly SeenStep[]): Promise<boolean> {
    const last = steps.at(-1)
    if (last === undefined) return false
    const observation: Observation = { world: last.world, steps: this.seen(steps) }
    const actions = neededActions(this.#exercise, observation)
    if (actions.length === 0) return false
    const results = await this.#run(actions)
    if (turn !== this.#due) return false
    this.#found.set(last.n, resultsOf(actions, results))
    return true
  }

  async #run(actions: readonly Action[]): Promise<readonly ScriptResult[]> {
    if (this.#machine.check !== undefined) return this.#machine.check(actions)
    const results: ScriptResult[] = []
    for (const { script, user } of actions) results.push(await this.#machine.run(script, user))
    return results
  }

  /** The machine has gone back to the end of step `n` (to its start: -1); what was found later is void. */
  forget(n: number): void {
    this.#due++
    this.#found = new Map([...this.#found].filter(([step]) => step <= n))
  }
}
