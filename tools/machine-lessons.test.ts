// The player that plays lessons on any machine must come to the rehearsal's verdict where both can play: on the simulator.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { playLesson } from '../lab/lesson/player.ts'
import { LESSONS, loadLesson } from './lesson-files.ts'
import { openMachine, patienceWith } from './machines.ts'

const lesson = loadLesson(join(LESSONS, 'rooms', '3-pid-1'))

async function played(change: Partial<typeof lesson>): Promise<readonly string[]> {
  const terminals = lesson.terminals.map((terminal) => ({ ...terminal, rows: 24, cols: 100 }))
  const machine = await openMachine('sim', { lesson: lesson.id, docker: false, setup: lesson.setup, terminals })
  const { problems } = await playLesson(machine, { ...lesson, ...change }, patienceWith('sim'))
  machine.close()
  return problems
}

test('a good lesson is good', async () => {
  expect(await played({})).toEqual([])
})

test('a solution that does too little is found out, and a wrong answer with another hint', async () => {
  const wrong = lesson.wrong.slice(0, 1).map((each) => ({ ...each, hint: 'another' }))
  const problems = await played({ solution: [], wrong })
  expect(problems.filter((line) => line.startsWith('the solution does not meet'))).toHaveLength(lesson.tasks.length)
  expect(problems.at(-1)).toContain("not 'another'")
})
