// The player that plays lessons on any machine must come to the rehearsal's verdict where both can play: on the simulator.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LESSONS, loadLesson } from './lesson-files.ts'
import { playOn } from './machine-lessons.ts'

const lesson = loadLesson(join(LESSONS, 'rooms', '3-pid-1'))

const played = async (change: Partial<typeof lesson>): Promise<readonly string[]> => (await playOn('sim', { ...lesson, ...change })).problems

test('a good lesson is good', async () => {
  expect(await played({})).toEqual([])
})

test('a solution that does too little is found out, and a wrong answer with another hint', async () => {
  const wrong = lesson.wrong.slice(0, 1).map((each) => ({ ...each, hint: 'another' }))
  const problems = await played({ solution: [], wrong })
  expect(problems.filter((line) => line.startsWith('the solution does not meet'))).toHaveLength(lesson.tasks.length)
  expect(problems.at(-1)).toContain("not 'another'")
})
