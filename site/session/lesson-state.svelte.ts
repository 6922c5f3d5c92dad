// The lesson in hand: its tasks measured over the session, the hints in order, and progress that outlives the session.
import type { Hint, Prediction, Task } from '../../lab/lesson/lesson.ts'
import type { LessonProgress, ProgressEvent } from '../../lab/lesson/progress.ts'
import { isFinished, NO_PROGRESS, progress, readProgress } from '../../lab/lesson/progress.ts'
import type { TaskState } from '../../lab/lesson/task-engine.ts'
import { hintsFor, taskStates } from '../../lab/lesson/task-engine.ts'
import { classroom } from './classroom.svelte.ts'
import * as saves from './saves.ts'

export interface LessonWork { readonly id: string; readonly tasks: readonly Task[]; readonly predictions: readonly Prediction[] }

class LessonState {
  work = $state.raw<LessonWork>({ id: '', tasks: [], predictions: [] })
  progress = $state.raw<LessonProgress>(NO_PROGRESS)
  /** False until the browser has taken over from the page as it was built. */
  isLive = $state(false)

  readonly states = $derived.by((): readonly TaskState[] => {
    const { last, live, frames } = classroom
    if (!last || this.work.tasks.length === 0) return []
    return taskStates(this.work, { world: live ?? last.step.world, steps: frames.map(frame => frame.step) })
  })
  readonly met = $derived(this.work.tasks.filter(task => this.isMet(task.id)).length)
  readonly next = $derived(this.work.tasks.find(task => !this.isMet(task.id)))
  readonly isFinished = $derived(this.work.tasks.length > 0 && isFinished(this.progress, this.work.tasks))

  enter(work: LessonWork): void {
    this.work = work
    this.progress = readProgress(saves.read('progress', work.id) ?? null)
    this.isLive = true
  }

  state(task: string): TaskState | undefined {
    return this.states.find(state => state.id === task)
  }
  /** As the machine stands; while there is no machine, as it was solved earlier. */
  isMet(task: string): boolean {
    return this.state(task)?.met ?? this.progress.solved[task] !== undefined
  }

  /** The hints for a task in the order in which they are due now. */
  hints(task: Task): readonly Hint[] {
    const { last, live, frames } = classroom
    if (!last) return task.hints.filter(hint => hint.when === undefined)
    return hintsFor(task, { world: live ?? last.step.world, steps: frames.map(frame => frame.step) })
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
