// What a step changed, in rooms and processes, and one sentence about it for the live region and the caption.
import type { World, WorldProcess } from '../../simulator/machine/world.ts'
import type { PlanRoom } from './room.ts'
import { eachRoom } from './room.ts'
import { wallWords } from './walls.ts'

export interface Changes { readonly rooms: ReadonlySet<string>; readonly processes: ReadonlySet<number>; readonly sentence: string }

const living = (world: World): Map<number, WorldProcess> => new Map(world.processes.filter(process => !process.isKernelThread).map(process => [process.pid, process]))
const nsKey = (process: WorldProcess): string => JSON.stringify(process.ns)

/** PIDs that are new, or stand elsewhere or as somebody else than before. */
export function freshProcesses(before: World, after: World): Set<number> {
  const old = living(before)
  const fresh = new Set<number>()
  for (const [pid, process] of living(after)) {
    const was = old.get(pid)
    if (!was || nsKey(was) !== nsKey(process) || was.euid !== process.euid || was.uidInside !== process.uidInside || was.comm !== process.comm) fresh.add(pid)
  }
  return fresh
}

const contents = (room: PlanRoom): string => JSON.stringify([room.title, room.walls, room.mounts, room.moreMounts, room.sockets, room.bridges, room.ends, room.cables, room.gates, room.uidMap, room.note, room.meta])

function sayProcess(room: PlanRoom, fresh: ReadonlySet<number>): string {
  const first = room.processes.find(process => fresh.has(process.pid)) ?? room.processes[0]
  if (!first) return ''
  const [inner, outer] = [first.numbers[0], first.numbers.at(-1)]
  return first.numbers.length > 1 ? `${first.name} is ${inner} inside, ${outer} outside` : `${first.name} is ${outer}`
}

/** Compares the plans of two steps; both must be drawn from the same book. */
export function changes(before: World, beforePlan: PlanRoom, after: World, afterPlan: PlanRoom): Changes {
  const old = new Map([...eachRoom(beforePlan)].map(room => [room.id, room]))
  const now = new Map([...eachRoom(afterPlan)].map(room => [room.id, room]))
  const fresh = freshProcesses(before, after)
  const still = living(after)
  const ended = [...living(before).values()].filter(process => !still.has(process.pid))
  const rooms = new Set<string>()
  const said: string[] = []
  for (const [id, room] of now) {
    const was = old.get(id)
    if (was && contents(was) === contents(room)) continue
    rooms.add(id)
    if (!was) said.push([`${room.title}, own ${wallWords(room.walls)}`, sayProcess(room, fresh)].filter(part => part !== '').join('; '))
    else if (was.title !== room.title || was.meta !== room.meta) said.push(room.isHost ? `the host is now called ${room.meta.replace(/^hostname /, '')}` : `${was.title} is now ${room.title}`)
    else if (JSON.stringify(was.uidMap) !== JSON.stringify(room.uidMap)) said.push(`${room.title} has a uid map`)
    else if (JSON.stringify(was.mounts) !== JSON.stringify(room.mounts)) said.push(`mounts changed in ${room.isHost ? 'the host' : room.title}`)
    else said.push(`${room.isHost ? 'the host' : room.title} changed`)
  }
  for (const [id, room] of old) {
    if (now.has(id)) continue
    rooms.add(id)
    said.push(`${room.title} is gone`)
  }
  for (const room of now.values()) {
    if (!old.has(room.id)) continue
    for (const process of room.processes) {
      if (fresh.has(process.pid)) said.push(`${process.name} ${process.numbers.length > 1 ? `is ${process.numbers[0]} in ${room.title}, ${process.pid} outside` : `${process.pid} is in ${room.isHost ? 'the host' : room.title}`}`)
    }
  }
  if (said.length === 0 && ended.length > 0) said.push(ended.length === 1 ? `${ended[0]?.comm} ${ended[0]?.pid} has ended` : `${ended.length} processes have ended`)
  return { rooms, processes: fresh, sentence: said.slice(0, 3).join('. ') + (said.length > 3 ? `. And ${said.length - 3} more changes` : '') }
}

/** `after` with the rooms that the step demolished still standing where they were, marked as gone. */
export function withDemolished(before: PlanRoom, after: PlanRoom, step: number): PlanRoom {
  const present = new Set([...eachRoom(after)].map(room => room.id))
  const ghost = (room: PlanRoom): PlanRoom => ({ ...room, state: 'gone', meta: `gone in step ${step}`, processes: [], moreProcesses: 0, mounts: [], moreMounts: 0, sockets: [], bridges: [], ends: [], cables: [], gates: [], portals: [], uidMap: [], note: '', rooms: [] })
  const merge = (was: PlanRoom, now: PlanRoom): PlanRoom => {
    const rooms = now.rooms.map(room => {
      const old = was.rooms.find(each => each.id === room.id)
      return old ? merge(old, room) : room
    })
    const taken = new Set(rooms.map(room => room.slot))
    const gone = was.rooms.filter(room => !present.has(room.id) && !taken.has(room.slot)).map(ghost)
    return { ...now, rooms: [...rooms, ...gone].toSorted((a, b) => a.slot - b.slot) }
  }
  return merge(before, after)
}

/** `goal` with every room that `start` lacks marked as planned. */
export function asPlanned(start: PlanRoom, goal: PlanRoom): PlanRoom {
  const standing = new Set([...eachRoom(start)].map(room => room.id))
  const mark = (room: PlanRoom): PlanRoom => ({ ...room, state: standing.has(room.id) ? 'standing' : 'planned', rooms: room.rooms.map(mark) })
  return mark(goal)
}
