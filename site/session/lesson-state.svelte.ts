// The lesson in hand: its tasks measured over the session, the hints in order, and progress that outlives the session.
import { needsAction } from '../../lab/facts/action.ts'
import type { SeenStep } from '../../lab/facts/fact.ts'
import { Lookout } from '../../lab/lesson/lookout.ts'
import type { Hint, Prediction, Task } from '../../lab/lesson/lesson.ts'
import type { LessonProgress, ProgressEvent } from '../../lab/lesson/progress.ts'
import { isFinished, NO_PROGRESS, progress, readProgress } from '../../lab/lesson/progress.ts'
import type { TaskState } from '../../lab/lesson/task-engine.ts'
import { hintsFor, taskStates } from '../../lab/lesson/task-engine.ts'
import type { Step } from '../../lab/machine.ts'
import { classroom } from './classroom.svelte.ts'
import type { Frame } from './frames.ts'
import type { Checks } from './room.ts'
import * as saves from './saves.ts'

export interface LessonWork { readonly id: string; readonly tasks: readonly Task[]; readonly predictions: readonly Prediction[] }

class LessonState {
  work = $state.raw<LessonWork>({ id: '', tasks: [], predictions: [] })
  progress = $state.raw<LessonProgress>(NO_PROGRESS)
  /** False until the browser has taken over from the page as it was built. */
  isLive = $state(false)

  /** Counts what actions have found, so that tasks are measured again. */
  #found = $state(0)
  #lookout: { readonly on: Checks; readonly out: Lookout } | undefined
  #watched: readonly Step[] = []

  readonly states = $derived.by((): readonly TaskState[] => {
    const { last, live, frames } = classroom
    if (!last || this.work.tasks.length === 0) return []
    return taskStates(this.work, { world: live ?? last.step.world, steps: this.#seen(frames) })
  })
  readonly met = $derived(this.work.tasks.filter(task => this.isMet(task.id)).length)
  readonly next = $derived(this.work.tasks.find(task => !this.isMet(task.id)))
  readonly isFinished = $derived(this.work.tasks.length > 0 && isFinished(this.progress, this.work.tasks))

  enter(work: LessonWork): void {
    this.work = work
    this.progress = readProgress(saves.read('progress', work.id) ?? null)
    this.isLive = true
  }

  /** To be called when steps have come or gone: finds out what the World alone can't tell. */
  watch({ frames, checks }: Pick<typeof classroom, 'frames' | 'checks'>): void {
    if (!checks || this.work.tasks.length === 0) return
    const steps = frames.map(frame => frame.step)
    if (this.#lookout?.on !== checks) {
      this.#lookout = { on: checks, out: new Lookout(checks, this.work) }
      this.#watched = []
    }
    const { out } = this.#lookout
    const same = this.#watched.findIndex((step, i) => step.label !== steps[i]?.label || step.time !== steps[i]?.time)
    if (same >= 0) out.forget(same - 1)
    this.#watched = steps
    // A look that fails, since the machine has just gone, leaves the task as it was; the next step looks again.
    out.look(steps).then(isNew => { if (isNew) this.#found++ }, () => undefined)
  }

  #seen(frames: readonly Frame[]): readonly SeenStep[] {
    void this.#found
    const steps = frames.map(frame => frame.step)
    return this.#lookout?.out.seen(steps) ?? steps
  }

  state(task: string): TaskState | undefined {
    return this.states.find(state => state.id === task)
  }
  /** As the machine stands; while there is no machine, as it was solved earlier. What an action found in an earlier visit isn't kept with the session, only the tick it earned. */
  isMet(id: string): boolean {
    const state = this.state(id)
    if (state?.met === true) return true
    const wasLookedAt = classroom.isRestored && this.work.tasks.some(task => task.id === id && task.mode === 'once' && task.expect.some(needsAction))
    return (state === undefined || wasLookedAt) && this.progress.solved[id] !== undefined
  }

  /** The hints for a task in the order in which they are due now. */
  hints(task: Task): readonly Hint[] {
    const { last, live, frames } = classroom
    if (!last) return task.hints.filter(hint => hint.when === undefined)
    return hintsFor(task, { world: live ?? last.step.world, steps: this.#seen(frames) })
  }

  note(event: ProgressEvent): void {
    const next = progress(this.progress, event)
    if (next === this.progress) return
    this.progress = next
    saves.write('progress', this.work.id, JSON.stringify(next))
    dispatchEvent(new Event('isolab-progress'))
  }
}

export const lesson = new LessonState()
