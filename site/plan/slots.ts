// What must be remembered from step to step so that the picture stays put: the number and the place of each room, by its namespaces.
// It follows from the sequence of Worlds alone, so a replay draws the same plans.
import type { NsId, World } from '../../simulator/machine/world.ts'
import type { Nest } from './nesting.ts'
import { nest } from './nesting.ts'

export interface SlotBook {
  readonly numbers: ReadonlyMap<NsId, number>
  readonly slots: ReadonlyMap<NsId, number>
  readonly nextNumber: number
  /** Host mounts of the first World: what everybody has is not drawn. */
  readonly bootMounts: ReadonlySet<string>
}

export function openBook(world: World): SlotBook {
  const mounts = world.mounts[world.initial.mnt] ?? []
  return advance({ numbers: new Map(), slots: new Map(), nextNumber: 1, bootMounts: new Set(mounts.map(mount => `${mount.target} ${mount.fstype}`)) }, world)
}

const idsOf = (room: Nest): NsId[] => room.walls.map(type => room.around[type])

/** The book after `world`: new rooms take the next number and the lowest free slot among their siblings, old ones keep theirs. */
export function advance(book: SlotBook, world: World): SlotBook {
  const numbers = new Map(book.numbers)
  const slots = new Map(book.slots)
  let nextNumber = book.nextNumber
  const taken = new Set<number>()
  const visit = (room: Nest): void => {
    const usedSlots = new Set<number>()
    const late: Nest[] = []
    const settle = (inner: Nest, slot: number): void => {
      usedSlots.add(slot)
      for (const id of idsOf(inner)) slots.set(id, slot)
    }
    for (const inner of room.inner.toSorted((a, b) => Math.min(...idsOf(a)) - Math.min(...idsOf(b)))) {
      const known = idsOf(inner).map(id => book.numbers.get(id)).filter(number => number !== undefined && !taken.has(number))
      const number = known.length > 0 ? Math.min(...known.map(Number)) : nextNumber++
      taken.add(number)
      for (const id of idsOf(inner)) numbers.set(id, number)
      const slot = idsOf(inner).map(id => book.slots.get(id)).find(at => at !== undefined && !usedSlots.has(at))
      if (slot === undefined) late.push(inner)
      else settle(inner, slot)
    }
    for (const inner of late) {
      let slot = 0
      while (usedSlots.has(slot)) slot++
      settle(inner, slot)
    }
    for (const inner of room.inner) visit(inner)
  }
  visit(nest(world))
  return { ...book, numbers, slots, nextNumber }
}
