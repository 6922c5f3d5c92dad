// Where a terminal's shell stands: the deepest process of the terminal, and the room it lives in.
import type { NsType } from '../../simulator/abi/sched.ts'
import type { World, WorldProcess } from '../../simulator/machine/world.ts'
import type { PlanRoom } from '../plan/room.ts'
import { eachRoom } from '../plan/room.ts'

/** Terminals in the order in which the lesson names them: the first is pts/0. */
let order: readonly string[] = []

export function setTerminalOrder(names: readonly string[]): void {
  order = names
}

const SHELLS = ['bash', 'sh', 'dash', 'rbash']

/** The process that a terminal runs at its prompt: the shell furthest from the terminal's first one. */
export function terminalProcess(world: World, terminal: string): WorldProcess | undefined {
  const tty = `pts/${Math.max(0, order.indexOf(terminal))}`
  const here = new Map(world.processes.filter(process => process.tty === tty && process.state !== 'Z').map(process => [process.pid, process]))
  const depth = (process: WorldProcess): number => {
    const parent = here.get(process.ppid)
    return parent && parent !== process ? 1 + depth(parent) : 0
  }
  const shells = [...here.values()].filter(process => SHELLS.includes(process.comm))
  return shells.toSorted((a, b) => depth(b) - depth(a) || b.pid - a.pid)[0] ?? here.values().next().value
}

export interface Whereabouts { readonly label: string; readonly glyph?: NsType }

/** `host`, or `inside web1` with the glyph of its outermost wall. */
export function whereabouts(world: World, plan: PlanRoom, terminal: string): Whereabouts {
  const process = terminalProcess(world, terminal)
  const room = process && [...eachRoom(plan)].find(each => each.processes.some(plate => plate.pid === process.pid))
  if (!room || room.isHost) return { label: terminal }
  const [glyph] = room.walls
  return { label: `inside ${room.title}`, ...(glyph === undefined ? {} : { glyph }) }
}
