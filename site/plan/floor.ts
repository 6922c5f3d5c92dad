// What lies on a room's floor below the rooms inside it: cables, free cable ends, bridges. Cables leave a room downward; from any row but the last, and from a
// socket in a side wall, they run through a lane at the right. Everything is in the coordinates of the room the floor belongs to.
import type { Placed } from './measure.ts'
import { textWidth } from './advances.ts'
import type { PlanBridge, PlanEnd, PlanGate, PlanRoom, PlanSocket } from './room.ts'
import type { Point } from './shapes.ts'

export interface PlacedEnd { readonly end: PlanEnd; readonly at: Point; /** Its name stands at the left of it. */ readonly isTurned: boolean }
export interface PlacedBridge { readonly bridge: PlanBridge; readonly x: number; readonly y: number; readonly w: number }
export interface PlacedCable { readonly points: readonly Point[]; readonly isOn: boolean }
export interface PlacedGate { readonly gate: PlanGate; readonly at: Point }
export interface Floor {
  readonly h: number
  readonly cables: readonly PlacedCable[]
  readonly ends: readonly PlacedEnd[]
  readonly bridges: readonly PlacedBridge[]
  readonly gates: readonly PlacedGate[]
}

export const BAR = 26
const ABOVE_BAR = 34, END_ROW = 30, GATE = 46, LANE = 16, LANES = 3

const nameWidth = (label: string): number => Math.ceil(textWidth(label, 'mono', 11.5))
const socketWidth = (socket: PlanSocket): number => Math.max(90, nameWidth(socket.label) + 44)

/** Where the i-th socket of a room is: in the bottom wall, or in the right one where the bottom belongs to the rulers; undefined where there is no room for it. */
export function socketPlace(placed: Placed, i: number): (Point & { readonly isSide: boolean }) | undefined {
  const { room, wall, inset, inner, w, h, titleY } = placed
  const isSide = room.uidMap.length > 0 && room.uidMap.length <= 2
  if (isSide) return i === 0 ? { x: w - wall, y: titleY + 9, isSide } : undefined
  const before = room.sockets.slice(0, i).reduce((sum, socket) => sum + socketWidth(socket), 0)
  const socket = room.sockets[i]
  return i > 0 && socket && before + socketWidth(socket) > inner ? undefined : { x: inset + 10 + before, y: h - wall, isSide }
}

interface Start { readonly at: Point; readonly isStraight: boolean; /** Where a cable that can't go straight leaves its room for the lane. */ readonly exit: Point }

/** Where the cable of a socket of one of `rooms`, or further in, begins. */
function startOf(id: string, rooms: readonly Placed[], isLast: (room: Placed) => boolean): Start | undefined {
  for (const placed of rooms) {
    const i = placed.room.sockets.findIndex(socket => socket.id === id)
    const own = i < 0 ? undefined : socketPlace(placed, i)
    const outer = placed.y + placed.h + placed.below
    if (own) {
      const at = { x: placed.x + own.x, y: placed.y + own.y }
      return { at, isStraight: !own.isSide && isLast(placed), exit: own.isSide ? at : { x: at.x, y: outer + 6 } }
    }
    const inner = startOf(id, placed.rooms, room => placed.rooms.every(other => other.y + other.h <= room.y + room.h))
    if (!inner) continue
    const move = (point: Point): Point => ({ x: placed.x + point.x, y: placed.y + point.y })
    return { at: move(inner.at), isStraight: inner.isStraight && isLast(placed), exit: move(inner.exit) }
  }
  return undefined
}

interface Space { readonly top: number; readonly w: number; readonly wall: number; readonly inset: number; readonly inner: number }

export function layFloor(room: PlanRoom, rooms: readonly Placed[], isLast: (room: Placed) => boolean, space: Space): Floor {
  const cables: PlacedCable[] = []
  const ends: PlacedEnd[] = []
  const right = space.inset + space.inner
  let lanes = 0
  const laneX = (): number => space.w - space.wall - 4 - (lanes++ % LANES) * 4
  /** The way of a cable from its socket down to `y`. */
  const down = (start: Start, y: number): Point[] => {
    if (start.isStraight) return [start.at, { x: start.at.x, y }]
    const x = laneX()
    const out = { ...start.exit, y: start.exit.y + (start.exit === start.at ? 0 : (lanes % LANES) * 3) }
    return [start.at, ...(start.exit === start.at ? [] : [out]), { x, y: out.y }, { x, y }]
  }
  let y = space.top
  if (room.cables.length + room.bridges.length + room.ends.length > 0) y += 8

  const own = new Map(room.ends.map(end => [end.id, end]))
  const starts = room.cables.flatMap(cable => {
    const from = startOf(cable.from, rooms, isLast)
    return from ? [{ cable, from, to: own.has(cable.to) ? undefined : startOf(cable.to, rooms, isLast), end: own.get(cable.to) }] : []
  })
  for (const { cable, from, to } of starts) {
    if (!to) continue
    y += LANE
    const back = down(to, y).toReversed()
    cables.push({ points: [...down(from, y), ...back], isOn: cable.isOn })
  }
  const free = starts.filter(({ end }) => end !== undefined && end.bridge === undefined)
  const straight = free.filter(({ from }) => from.isStraight)
  if (straight.length > 0) y += END_ROW
  for (const { cable, from, end } of straight) {
    cables.push({ points: down(from, y), isOn: cable.isOn })
    if (end) ends.push({ end, at: { x: from.at.x, y }, isTurned: false })
  }
  for (const { cable, from, end } of free.filter(each => !each.from.isStraight)) {
    y += END_ROW
    const way = down(from, y - 14)
    const x = right - 12
    cables.push({ points: [...way, { x, y: y - 14 }, { x, y }], isOn: cable.isOn })
    if (end) ends.push({ end, at: { x, y }, isTurned: true })
  }
  const bridges: PlacedBridge[] = []
  for (const bridge of room.bridges) {
    y += ABOVE_BAR
    bridges.push({ bridge, x: space.inset, y, w: space.inner })
    let fromRight = 22
    for (const { cable, from, end } of starts) {
      if (end?.bridge !== bridge.id) continue
      if (from.isStraight) {
        cables.push({ points: down(from, y), isOn: cable.isOn })
        ends.push({ end, at: { x: from.at.x, y }, isTurned: false })
      } else {
        const x = right - fromRight
        fromRight += Math.max(26, nameWidth(end.name) + 30)
        if (x < space.inset + 20) continue
        const way = down(from, y - 16)
        cables.push({ points: [...way, { x, y: y - 16 }, { x, y }], isOn: cable.isOn })
        ends.push({ end, at: { x, y }, isTurned: true })
      }
    }
    y += BAR
  }
  // Ends whose cable's other end has no place in the drawing, or that have no cable any more, stand in a row of their own.
  const rest = room.ends.filter(end => !ends.some(each => each.end === end))
  if (rest.length > 0) {
    y += END_ROW
    rest.forEach((end, i) => ends.push({ end, at: { x: space.inset + 10 + i * 160, y }, isTurned: false }))
  }
  // The way between the rooms and the outside world, through the gates down to the first socket in the wall.
  const gates: PlacedGate[] = []
  if (room.gates.length > 0) {
    const from = y
    const x = space.inset + 10
    for (const gate of room.gates) {
      gates.push({ gate, at: { x, y: y + GATE / 2 + 4 } })
      y += GATE
    }
    y += 6
    cables.push({ points: [{ x, y: bridges.length > 0 ? from : from + 6 }, { x, y: y + (room.sockets.length > 0 ? 20 : 0) }], isOn: true })
  }
  return { h: y - space.top + (y > space.top ? 8 : 0), cables, ends, bridges, gates }
}
