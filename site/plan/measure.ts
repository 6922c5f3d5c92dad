// Sizes and places: how big each room is and where it stands in its parent. Rooms grow downward only; nothing moves sideways because
// something was added. Widths follow from the room around, heights from the contents.
import { textWidth } from './advances.ts'
import type { PlateSize } from './marks.ts'
import { plateSize } from './marks.ts'
import type { PlanProcess, PlanRoom } from './room.ts'
import { type Floor, layFloor } from './floor.ts'

const PAD = 14, GAP = 16, SHELF = 25, RULER = 30, MIN_ROOM = 340, SIDE_SHELVES = 520

export interface PlacedPlate { readonly process: PlanProcess; readonly size: PlateSize; readonly x: number; readonly y: number }

/** A measured room; x and y are in its parent, everything else in the room itself. */
export interface Placed {
  readonly room: PlanRoom
  x: number
  y: number
  readonly w: number
  h: number
  readonly wall: number
  /** Left edge of the contents, and their width. */
  readonly inset: number
  readonly inner: number
  readonly titleY: number
  readonly plates: readonly PlacedPlate[]
  readonly moreY?: number
  readonly shelf: { readonly x: number; readonly y: number; readonly w: number }
  readonly noteY: number
  /** Room that its seal plate needs above the wall, and its outer rulers below. */
  readonly above: number
  readonly below: number
  readonly rooms: readonly Placed[]
  /** What lies on the floor below the rooms, in the room's own coordinates. */
  readonly floor: Floor
}

export interface Scale { readonly layer: number }

const rulerRows = (room: PlanRoom): number => (room.uidMap.length > 2 ? 0 : room.uidMap.length)

function flow(processes: readonly PlanProcess[], width: number): { plates: PlacedPlate[]; height: number } {
  const plates: PlacedPlate[] = []
  let x = 0, y = 0, rowHeight = 0
  for (const process of processes) {
    const size = plateSize(process)
    if (x > 0 && x + size.w > width) {
      x = 0
      y += rowHeight + 6
      rowHeight = 0
    }
    plates.push({ process, size, x, y })
    x += size.w + 10
    rowHeight = Math.max(rowHeight, size.h)
  }
  return { plates, height: processes.length > 0 ? y + rowHeight : 0 }
}

/** Rows of rooms by slot. A room with rooms inside takes its whole row; an empty slot stays empty. */
export function rows(rooms: readonly PlanRoom[], columns: number): (PlanRoom | undefined)[][] {
  const found: (PlanRoom | undefined)[][] = []
  let row: (PlanRoom | undefined)[] | undefined
  const place = (room: PlanRoom | undefined): void => {
    if (!row || row.length === columns) found.push(row = [])
    row.push(room)
  }
  let slot = 0
  for (const room of rooms) {
    for (; slot < room.slot; slot++) place(undefined)
    slot = room.slot + 1
    if (room.rooms.length > 0) {
      found.push([room])
      row = undefined
    } else place(room)
  }
  return found.filter(cells => cells.some(cell => cell !== undefined))
}

export function measure(room: PlanRoom, w: number, scale: Scale): Placed {
  const wall = room.isHost ? 11 : room.walls.length === 0 ? 6 : room.walls.length * scale.layer + 3
  const inset = wall + PAD
  const inner = w - 2 * inset
  let y = Math.max(wall, Math.round(wall / 2) + 12) + 6
  const titleY = y
  y += 26

  const isSide = room.mounts.length > 0 && inner >= SIDE_SHELVES
  const { plates, height } = flow(room.processes, isSide ? inner - 220 : inner)
  const placedPlates = plates.map(plate => ({ ...plate, x: plate.x + inset, y: plate.y + y }))
  let contents = height
  let moreY: number | undefined
  if (room.moreProcesses > 0) {
    moreY = y + contents + 16
    contents += 24
  }
  const shelves = room.mounts.length + (room.moreMounts > 0 ? 1 : 0)
  const shelf = { x: isSide ? inset + inner - 200 : inset, y: isSide ? y - 8 : y + contents + (contents > 0 ? 8 : 0), w: isSide ? 200 : inner }
  y = isSide ? y + Math.max(contents, shelves * SHELF) : shelves > 0 ? shelf.y + shelves * SHELF : y + contents
  if (room.note !== '') y += 22
  const noteY = y - 6

  const placed: Placed[] = []
  if (room.rooms.length > 0) {
    y += contents > 0 || shelves > 0 ? 18 : 6
    const columns = Math.max(1, Math.floor((inner + GAP) / (MIN_ROOM + GAP)))
    const cell = Math.floor((inner - (columns - 1) * GAP) / columns)
    for (const row of rows(room.rooms, columns)) {
      const measured = row.map(each => each && measure(each, each.rooms.length > 0 ? inner : cell, scale))
      const present = measured.filter(each => each !== undefined)
      const above = Math.max(...present.map(each => each.above)), tallest = Math.max(...present.map(each => each.h))
      measured.forEach((each, i) => {
        if (!each) return
        each.x = inset + i * (cell + GAP)
        each.y = y + above
        each.h = tallest
        placed.push(each)
      })
      y += above + tallest + Math.max(...present.map(each => each.below)) + GAP
    }
    y -= 8
  }
  const isLast = (each: Placed): boolean => each.y + each.h === Math.max(...placed.map(other => other.y + other.h))
  const floor = layFloor(room, placed, isLast, { top: y, w, wall, inset, inner })
  y += floor.h
  if (room.sockets.length > 0) y += 24
  if (rulerRows(room) > 0) y += rulerRows(room) * RULER - 2
  else if (room.uidMap.length > 2) y += 24
  y += room.sockets.length > 0 && rulerRows(room) === 0 ? 0 : 10
  return {
    room, x: 0, y: 0, w, h: y + wall, wall, inset, inner, titleY, plates: placedPlates, shelf, noteY, rooms: placed, floor,
    above: room.isHost ? 0 : Math.max(2, Math.ceil((24 - wall) / 2)), below: rulerRows(room) * RULER + (rulerRows(room) > 0 ? 6 : 0), ...(moreY === undefined ? {} : { moreY }),
  }
}

/** Room for words beside the title. */
export const titleWidth = (room: PlanRoom): number => Math.ceil(textWidth(room.title, 'bold', 15.5)) + 12
