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

/** The process that a terminal runs at its prompt: of all that descend from its first shell (also on a pty of sudo's) the shell furthest down. */
export function terminalProcess(world: World, terminal: string): WorldProcess | undefined {
  const tty = `pts/${Math.max(0, order.indexOf(terminal))}`
  const alive = new Map(world.processes.filter(process => process.state !== 'Z').map(process => [process.pid, process]))
  const first = [...alive.values()].find(process => process.tty === tty && alive.get(process.ppid)?.tty !== tty)
  const depth = (process: WorldProcess): number => {
    if (process === first) return 0
    const parent = process.pid === process.ppid ? undefined : alive.get(process.ppid)
    return parent ? 1 + depth(parent) : -Infinity
  }
  const shells = [...alive.values()].filter(process => SHELLS.includes(process.comm) && depth(process) >= 0)
  return shells.toSorted((a, b) => depth(b) - depth(a) || b.pid - a.pid)[0] ?? first
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
