// A timeline of Worlds as a timeline of plans: each step's rooms, what it changed, and its sentence.
import type { Step } from '../../lab/machine.ts'
import type { World } from '../../simulator/machine/world.ts'
import type { Changes } from '../plan/changes.ts'
import { changes, freshProcesses, withDemolished } from '../plan/changes.ts'
import { furnish } from '../plan/furnish.ts'
import type { PlanRoom } from '../plan/room.ts'
import type { SlotBook } from '../plan/slots.ts'
import { advance, openBook } from '../plan/slots.ts'
import { refusalOf } from './refusal.ts'
import { terminalProcess } from './whereabouts.ts'

export interface Frame {
  readonly step: Step
  readonly book: SlotBook
  /** As it stands after the step. */
  readonly plan: PlanRoom
  /** The same with the rooms that the step demolished. */
  readonly shown: PlanRoom
  readonly changes: Changes
  readonly isRefused: boolean
}

const NOTHING: Changes = { rooms: new Set(), processes: new Set(), sentence: '' }

export function nextFrame(before: Frame | undefined, step: Step, hasBootMounts = true): Frame {
  const { world } = step
  const book = before ? advance(before.book, world) : openBook(world)
  const selected = terminalProcess(world, step.terminal)?.pid
  const fresh = before ? freshProcesses(before.step.world, world) : new Set<number>()
  const plan = furnish(world, book, { fresh, hasBootMounts, ...(selected === undefined ? {} : { selected }) })
  const changed = before ? changes(before.step.world, before.plan, world, plan) : NOTHING
  return { step, book, plan, shown: before ? withDemolished(before.plan, plan, step.n) : plan, changes: changed, isRefused: refusalOf(step) !== undefined }
}

export function frames(steps: readonly Step[], hasBootMounts = true): Frame[] {
  const all: Frame[] = []
  for (const step of steps) all.push(nextFrame(all.at(-1), step, hasBootMounts))
  return all
}

/** The plan of a World in the middle of a step. */
export function livePlan(before: Frame, world: World, terminal: string, hasBootMounts = true): PlanRoom {
  const selected = terminalProcess(world, terminal)?.pid
  return furnish(world, advance(before.book, world), { hasBootMounts, ...(selected === undefined ? {} : { selected }) })
}
