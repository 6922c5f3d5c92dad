// Runs at build time only: the machine as it stands at the start of a lesson and after its solution, for the pictures that need no JavaScript.
import type { Exercise } from '../lab/lesson/lesson.ts'
import { startLesson, typeLines } from '../lab/lesson/rehearsal.ts'
import { bootMachine } from '../simulator/machine/machine.ts'
import type { World } from '../simulator/machine/world.ts'
import { asPlanned } from './plan/changes.ts'
import { furnish } from './plan/furnish.ts'
import type { PlanRoom } from './plan/room.ts'
import { advance, openBook } from './plan/slots.ts'

type Beginning = Pick<Exercise, 'id' | 'docker' | 'images' | 'setup' | 'terminals'>

/** A host with the lesson's terminals open and the shells at their prompts: its World, and what each terminal shows. A machine is the same every time. */
export function opening(lesson: Beginning): { readonly world: World, readonly screens: Readonly<Record<string, string>> } {
  const session = startLesson(bootMachine, lesson)
  const decoder = new TextDecoder()
  const screens: Record<string, string> = Object.fromEntries(lesson.terminals.map(({ name }) => [name, '']))
  for (const { terminal, bytes } of session.takeOutput()) screens[terminal] += decoder.decode(bytes)
  return { world: session.machine.world(), screens }
}

export function goalPlan(lesson: Exercise): PlanRoom {
  const session = startLesson(bootMachine, lesson)
  const start = session.machine.world()
  typeLines(session, lesson, lesson.solution)
  const goal = session.machine.world()
  const book = openBook(start)
  return asPlanned(furnish(start, book), furnish(goal, advance(book, goal)))
}
