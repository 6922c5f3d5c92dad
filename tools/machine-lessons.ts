// `isolab lesson check --machine …`: lessons and final exercises played on a real machine. What only the simulator can prove (that a
// replay prints the same bytes) is left out, and so is what needs something that the machine doesn't have.
import { relative } from 'node:path'
import { LessonError } from '../lab/lesson/lesson-schema.ts'
import type { Exercise, FinalExercise } from '../lab/lesson/lesson.ts'
import { playLesson } from '../lab/lesson/player.ts'
import type { Playing } from '../lab/lesson/player.ts'
import { LESSONS, loadFinal, loadLesson } from './lesson-files.ts'
import { MACHINES, openMachine, patienceWith } from './machines.ts'
import type { MachineName } from './machines.ts'

export async function checkOn(name: MachineName, folders: readonly string[], verbose: boolean): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  const sums = { good: 0, bad: 0, left: 0 }
  const play = async (title: string, load: () => Exercise | undefined): Promise<void> => {
    try {
      const exercise = load()
      if (exercise === undefined) return
      const why = leftOut(name, exercise)
      if (why !== undefined) {
        say(`left  ${title}: ${why}`)
        sums.left++
        return
      }
      const start = performance.now()
      const { problems, transcript, goal } = await playOn(name, exercise)
      if (verbose) say(`${transcript}\n${goal.map(({ id, met, words }) => `  ${met ? 'met    ' : 'not yet'} ${id}: ${words}`).join('\n')}`)
      say(`${problems.length === 0 ? 'good' : 'BAD '}  ${title}: ${exercise.tasks.length} tasks, ${exercise.wrong.length} wrong answers (${((performance.now() - start) / 1000).toFixed(0)} s)`)
      for (const problem of problems) say(`      ${problem}`)
      sums[problems.length === 0 ? 'good' : 'bad']++
    } catch (error) {
      if (!(error instanceof LessonError)) throw error
      say(`BAD   ${title}\n${error.message.split('\n').map((line) => `      ${line}`).join('\n')}`)
      sums.bad++
    }
  }
  for (const folder of folders) {
    const title = relative(LESSONS, folder)
    await play(title, () => loadLesson(folder))
    await play(`${title}, final`, () => loadFinal(folder))
  }
  say(`\nOn ${MACHINES[name].title}: ${sums.good} good, ${sums.bad} bad, ${sums.left} left out. Replays are not compared, only the simulator has them.`)
  return sums.bad > 0 ? 1 : 0
}

/** Why this can't be done on that machine; undefined if it can. */
export function leftOut(name: MachineName, exercise: Exercise | FinalExercise): string | undefined {
  const { kind, hasDocker, title } = MACHINES[name]
  if ('machines' in exercise && !exercise.machines.includes(kind)) return exercise.notOn[kind] ?? `not made for ${title}`
  if (exercise.images.length > 0 && kind !== 'simulator') return `needs the images ${exercise.images.join(', ')}, which only the simulator has`
  return exercise.docker && !hasDocker ? `needs Docker, which ${title} doesn't have` : undefined
}

/** Plays it on a fresh machine of its own. */
export async function playOn(name: MachineName, exercise: Exercise): Promise<Playing> {
  const terminals = exercise.terminals.map((terminal) => ({ ...terminal, rows: 24, cols: 100 }))
  const machine = await openMachine(name, { lesson: exercise.id, docker: exercise.docker, images: exercise.images, setup: exercise.setup, terminals })
  try {
    return await playLesson(machine, exercise, patienceWith(name))
  } finally {
    machine.close()
  }
}
