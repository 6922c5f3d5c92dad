// Runs at build time only: the machine as it stands at the start of a lesson and after its solution, for the pictures that need no JavaScript.
import type { Lesson } from '../lab/lesson/lesson.ts'
import { startLesson, typeLines } from '../lab/lesson/rehearsal.ts'
import { bootMachine } from '../simulator/machine/machine.ts'
import type { World } from '../simulator/machine/world.ts'
import { asPlanned } from './plan/changes.ts'
import { furnish } from './plan/furnish.ts'
import type { PlanRoom } from './plan/room.ts'
import { advance, openBook } from './plan/slots.ts'

type Beginning = Pick<Lesson, 'id' | 'docker' | 'setup' | 'terminals'>

/** A host with the lesson's terminals open and the shells at their prompts. */
export const startWorld = (lesson: Beginning): World => startLesson(bootMachine, lesson).machine.world()

export function goalPlan(lesson: Lesson): PlanRoom {
  const session = startLesson(bootMachine, lesson)
  const start = session.machine.world()
  typeLines(session, lesson, lesson.solution)
  const goal = session.machine.world()
  const book = openBook(start)
  return asPlanned(furnish(start, book), furnish(goal, advance(book, goal)))
}
