// `isolab lesson check --machine …`: every lesson played on a real machine. What only the simulator can prove (that a replay prints the
// same bytes) is left out, and so are lessons that need what the machine doesn't have.
import { relative } from 'node:path'
import { LessonError } from '../lab/lesson/lesson-schema.ts'
import { playLesson } from '../lab/lesson/player.ts'
import { LESSONS, loadLesson } from './lesson-files.ts'
import { MACHINES, openMachine, patienceWith } from './machines.ts'
import type { MachineName } from './machines.ts'

export async function checkOn(name: MachineName, folders: readonly string[], verbose: boolean): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  let bad = 0
  let left = 0
  for (const folder of folders) {
    const title = relative(LESSONS, folder)
    try {
      const lesson = loadLesson(folder)
      if (lesson.docker && !MACHINES[name].hasDocker) {
        say(`left  ${title}: needs Docker, which ${MACHINES[name].title} doesn't have`)
        left++
        continue
      }
      const { problems, transcript, goal } = await played(name, folder)
      if (verbose) say(`${transcript}\n${goal.map(({ id, met, words }) => `  ${met ? 'met    ' : 'not yet'} ${id}: ${words}`).join('\n')}`)
      say(`${problems.length === 0 ? 'good' : 'BAD '}  ${title}: ${lesson.tasks.length} tasks, ${lesson.wrong.length} wrong answers`)
      for (const problem of problems) say(`      ${problem}`)
      bad += problems.length > 0 ? 1 : 0
    } catch (error) {
      if (!(error instanceof LessonError)) throw error
      say(`BAD   ${title}\n${error.message.split('\n').map((line) => `      ${line}`).join('\n')}`)
      bad++
    }
  }
  say(`\n${folders.length - bad - left} of ${folders.length} lessons keep their word on ${MACHINES[name].title}${left > 0 ? `, ${left} left out` : ''}. Replays are not compared: only the simulator has them.`)
  return bad > 0 ? 1 : 0
}

/** One lesson on a fresh machine of its own. @throws {LessonError} */
export async function played(name: MachineName, folder: string): ReturnType<typeof playLesson> {
  const lesson = loadLesson(folder)
  const terminals = lesson.terminals.map((terminal) => ({ ...terminal, rows: 24, cols: 100 }))
  const machine = await openMachine(name, { lesson: lesson.id, docker: lesson.docker, setup: lesson.setup, terminals })
  try {
    return await playLesson(machine, lesson, patienceWith(name))
  } finally {
    machine.close()
  }
}
