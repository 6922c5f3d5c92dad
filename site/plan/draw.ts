// A measured plan as shapes, and the boxes of its things for the outline that lies over it.
import { fitText } from './advances.ts'
import { drawFloor } from './draw-floor.ts'
import { socketPlace } from './floor.ts'
import { cloud, door, DOOR, layer, plate, portal, rulers, seals, shelf, socket } from './marks.ts'
import type { Placed } from './measure.ts'
import { measure, titleWidth } from './measure.ts'
import type { PlanRoom } from './room.ts'
import type { Box, Point, Shape } from './shapes.ts'
import { group, path, rect, ring, text } from './shapes.ts'

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly shapes: readonly Shape[]
  /** Where each thing of the outline is, by its id. */
  readonly boxes: ReadonlyMap<string, Box>
  /** Where a packet stands that is at an interface, by deviceId(). */
  readonly anchors: ReadonlyMap<string, Point>
}

export interface Revision {
  readonly step: number
  /** Rooms and host processes that the step changed. */
  readonly rooms: ReadonlySet<string>
  readonly processes: ReadonlySet<number>
}

const MARGIN = 3, NARROW = 520

interface Sheet { readonly boxes: Map<string, Box>; readonly anchors: Map<string, Point>; readonly layer: number }

function walls(placed: Placed, box: Box, sheet: Sheet): Shape[] {
  const { room, wall } = placed
  if (room.isHost) {
    const floor = { x: box.x + wall, y: box.y + wall, w: box.w - 2 * wall, h: box.h - 2 * wall }
    return [path('poche', ring(box, 0) + ring(box, wall)), path('ln hv', ring(box, 0)), path('ln', ring(box, wall)), rect(floor.x, floor.y, floor.w, floor.h, 'floor0')]
  }
  if (room.state === 'planned') return [path('unbuilt', ring(box, 0)), path('unbuilt', ring(box, wall))]
  const shapes: Shape[] = [rect(box.x, box.y, box.w, box.h, 'floor')]
  if (room.state === 'gone') return [...shapes, path('unbuilt', ring(box, 0)), path('unbuilt', ring(box, wall))]
  room.walls.forEach((type, i) => shapes.push(layer(type, ring(box, 1.5 + sheet.layer * i + sheet.layer / 2))))
  return [...shapes, path('ln hv', ring(box, 0)), path('ln th', ring(box, wall))]
}

function openings(placed: Placed, box: Box): Shape[] {
  const { room, wall, inset } = placed
  if (room.isHost) return []
  const shapes: Shape[] = []
  const hasRulers = room.uidMap.length > 0
  if (room.state === 'standing') shapes.push(hasRulers ? door(box.x + inset + 2, box.y + box.h - wall, wall, true) : door(box.x + box.w - wall - DOOR - 10, box.y, wall, false))
  shapes.push(seals(room.walls, box.x + wall + 8, box.y, wall, box.w - 2 * inset - (hasRulers ? 0 : DOOR + 20)))
  room.portals.forEach((each, i) => shapes.push(portal(each.type, each.letter, box.x + box.w - inset - 10 - i * 26, box.y + box.h - Math.round(wall / 2))))
  if (room.uidMap.length > 2) shapes.push(text(box.x + inset + DOOR + 14, box.y + box.h - wall - 10, `${room.uidMap.length} ranges of uids`, 'lt s ns-user hue'))
  else room.uidMap.forEach((range, i) => {
    const isTight = placed.inner < 220
    const left = box.x + inset + (isTight ? 58 : range.count === 1 ? 84 : 96), right = box.x + box.w - inset - (isTight ? 44 : 58)
    shapes.push(rulers(range, left, right, box.y + box.h - wall - 16 - i * 30, box.y + box.h + 18 + i * 30))
  })
  return shapes
}

function draw(placed: Placed, x: number, y: number, sheet: Sheet): Shape {
  const { room, inset, inner } = placed
  const box = { x, y, w: placed.w, h: placed.h }
  sheet.boxes.set(room.id, box)
  const left = x + inset, titleY = y + placed.titleY
  const shapes = [...walls(placed, box, sheet), ...openings(placed, box)]
  const title = fitText(room.title, 'bold', 15.5, inner)
  shapes.push(text(left, titleY + 13, title, 'lt tag'))
  if (room.meta !== '' && titleWidth(room) < inner - 60) shapes.push(text(left + titleWidth(room), titleY + 13, fitText(room.meta, 'regular', 13, inner - titleWidth(room)), 'lt dim'))
  for (const each of placed.plates) {
    shapes.push(plate(each.process, x + each.x, y + each.y, each.size))
    sheet.boxes.set(`p${each.process.pid}`, { x: x + each.x, y: y + each.y, w: each.size.w - 6, h: each.size.h })
  }
  if (placed.moreY !== undefined) shapes.push(text(left, y + placed.moreY, `and ${room.moreProcesses} more`, 'lt dim'))
  room.mounts.forEach((mount, i) => {
    const at = { x: x + placed.shelf.x, y: y + placed.shelf.y + i * 25, w: placed.shelf.w, h: 23 }
    shapes.push(shelf(mount, at))
    sheet.boxes.set(`${room.id} m${i}`, at)
  })
  if (room.moreMounts > 0) shapes.push(text(x + placed.shelf.x + 2, y + placed.shelf.y + room.mounts.length * 25 + 14, `and ${room.moreMounts} more mounts`, 'lt s dim'))
  if (room.note !== '') shapes.push(text(left, y + placed.noteY, fitText(room.note, 'regular', 13, inner), 'lt dim'))
  for (const each of placed.rooms) shapes.push(draw(each, x + each.x, y + each.y, sheet))
  shapes.push(...drawFloor(placed, x, y, sheet))
  room.sockets.forEach((each, i) => {
    const place = socketPlace(placed, i)
    if (!place) return
    const at = { x: x + place.x, y: y + place.y }
    shapes.push(place.isSide ? group('sock ns-net', [path('tri', `M${at.x} ${at.y - 8}v16l-13 -8z`), text(at.x - 18, at.y + 4, each.label, 'mo sm', 'end')]) : socket(at.x, at.y, each.label))
    sheet.boxes.set(`${room.id} n${i}`, place.isSide ? { x: at.x - 150, y: at.y - 9, w: 150, h: 18 } : { x: at.x - 10, y: at.y - 18, w: 150, h: 18 })
    sheet.anchors.set(each.id, place.isSide ? { x: at.x + 16, y: at.y } : { x: at.x, y: at.y + 6 })
  })
  return group(`room ${room.isHost ? 'k-host' : `k-${room.state}`}`, shapes)
}

const around = (boxes: readonly Box[], margin: number, top: number): Box => {
  const x = Math.min(...boxes.map(box => box.x)) - margin, y = Math.min(...boxes.map(box => box.y)) - top
  return { x, y, w: Math.max(...boxes.map(box => box.x + box.w)) + margin - x, h: Math.max(...boxes.map(box => box.y + box.h)) + margin - y }
}

/** The cloud goes round the smallest room that contains the change; on the host itself, round the plates. Helpers that came along with a new room are no news. */
function revise(root: Placed, all: Revision, sheet: Sheet): Shape[] {
  const isAboutRooms = [...all.rooms].some(id => id !== 'host')
  const revision = isAboutRooms ? { ...all, processes: new Set<number>() } : all
  const chain = (placed: Placed): Placed[] | undefined => {
    if (revision.rooms.has(placed.room.id) || placed.plates.some(each => revision.processes.has(each.process.pid))) return [placed]
    const inner = placed.rooms.map(chain).filter(found => found !== undefined)
    return inner.length === 0 ? undefined : inner.length === 1 ? inner[0] : [placed]
  }
  const [smallest] = chain(root) ?? []
  if (!smallest) return []
  if (!smallest.room.isHost) {
    const box = sheet.boxes.get(smallest.room.id)
    return box ? [cloud({ x: box.x - 6, y: box.y - 16, w: box.w + 12, h: box.h + 23 + smallest.below }, revision.step)] : []
  }
  const boxes = [...revision.processes].map(pid => sheet.boxes.get(`p${pid}`)).filter(box => box !== undefined)
  const rooms = [...revision.rooms].filter(id => id !== 'host').map(id => sheet.boxes.get(id)).filter(box => box !== undefined)
  if (boxes.length + rooms.length === 0) {
    const title = sheet.boxes.get('host')
    return revision.rooms.has('host') && title ? [cloud({ x: title.x + 16, y: title.y + 16, w: 170, h: 26 }, revision.step)] : []
  }
  return [cloud(around([...boxes, ...rooms], 8, rooms.length > 0 ? 16 : 6), revision.step)]
}

/** Same rooms, same width, same drawing. */
export function drawPlan(host: PlanRoom, width: number, revision?: Revision): Drawing {
  const sheet: Sheet = { boxes: new Map(), anchors: new Map(), layer: width < NARROW ? 4 : 5 }
  const placed = measure(host, width - 2 * MARGIN, sheet)
  const shapes = [draw(placed, MARGIN, MARGIN + placed.above, sheet)]
  if (revision) shapes.push(...revise(placed, revision, sheet))
  return { width, height: placed.above + placed.h + placed.below + 2 * MARGIN, shapes, boxes: sheet.boxes, anchors: sheet.anchors }
}

/** A straight piece of one layer: for keys. */
export const sample = (type: Parameters<typeof layer>[0]): Shape => layer(type, 'M1 4H33')
