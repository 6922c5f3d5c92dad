// The two scales for many rooms. Plan: a room folds to a tile with name and number of processes; what all have in common is said once,
// a tile marks only its exception. Site: one square for each room, in rows by network.
import type { NsType } from '../../simulator/abi/sched.ts'
import { fitText, textWidth } from './advances.ts'
import type { Drawing } from './draw.ts'
import type { PlanRoom } from './room.ts'
import { eachRoom } from './room.ts'
import type { Box, Shape } from './shapes.ts'
import { glyph, group, line, path, rect, ring, text } from './shapes.ts'

export type Scale = 'detail' | 'plan' | 'site'

const MARGIN = 3, WALL = 11, PAD = 14, TILE_H = 46, GAP = 10, SQUARE = 14

/** The scale a crowd of rooms is first shown at. */
export const scaleFor = (host: PlanRoom): Scale => host.rooms.length <= 4 ? 'detail' : host.rooms.length <= 60 ? 'plan' : 'site'

/** Walls that more than half of the rooms have. */
export function common(host: PlanRoom): NsType[] {
  const counts = new Map<NsType, number>()
  for (const room of host.rooms) for (const type of room.walls) counts.set(type, (counts.get(type) ?? 0) + 1)
  return [...counts].filter(([, count]) => count * 2 > host.rooms.length).map(([type]) => type)
}

const population = (room: PlanRoom): number => [...eachRoom(room)].reduce((sum, each) => sum + each.processes.length + each.moreProcesses, 0)

function shell(width: number, height: number, title: string, words: string): Shape[] {
  const box = { x: MARGIN, y: MARGIN, w: width - 2 * MARGIN, h: height - 2 * MARGIN }
  return [
    path('poche', ring(box, 0) + ring(box, WALL)), path('ln hv', ring(box, 0)), path('ln', ring(box, WALL)), rect(box.x + WALL, box.y + WALL, box.w - 2 * WALL, box.h - 2 * WALL, 'floor0'),
    text(MARGIN + WALL + PAD, 43, title, 'lt tag'), text(MARGIN + WALL + PAD + Math.ceil(textWidth(title, 'bold', 15.5)) + 12, 43, words, 'lt dim'),
  ]
}

function tile(room: PlanRoom, box: Box, usual: readonly NsType[]): Shape {
  const odd = [...usual.filter(type => !room.walls.includes(type)), ...room.walls.filter(type => !usual.includes(type))]
  const people = population(room)
  const marks = odd.slice(0, 3).flatMap((type, i) => {
    const x = box.x + box.w - 27 - i * 26
    return [rect(x, box.y - 3, 22, 12, 'gap'), line(x, box.y, x, box.y + 5), line(x + 22, box.y, x + 22, box.y + 5), glyph(type, x + 3, box.y + 4, 15)]
  })
  return group('room', [
    rect(box.x, box.y, box.w, box.h, 'floor'), path('ln hv', ring(box, 0)), path('ln th', ring(box, 4)),
    text(box.x + 12, box.y + 19, fitText(room.title, 'bold', 13, box.w - 20), 'lt b'), text(box.x + 12, box.y + 35, `${people} ${people === 1 ? 'process' : 'processes'}`, 'lt s dim'), ...marks,
  ])
}

function drawTiles(host: PlanRoom, width: number): Drawing {
  const boxes = new Map<string, Box>()
  const inner = width - 2 * (MARGIN + WALL + PAD), min = width < 520 ? 92 : 124
  const columns = Math.max(1, Math.floor((inner + GAP) / (min + GAP)))
  const w = Math.floor((inner - (columns - 1) * GAP) / columns)
  const last = Math.max(...host.rooms.map(room => room.slot))
  const top = 62, height = top + (Math.floor(last / columns) + 1) * (TILE_H + GAP) + WALL + MARGIN + 8
  const usual = common(host)
  const shapes = shell(width, height, host.title, `${population({ ...host, rooms: [] })} processes of its own, ${host.rooms.length} rooms`)
  for (const room of host.rooms) {
    const box = { x: MARGIN + WALL + PAD + (room.slot % columns) * (w + GAP), y: top + Math.floor(room.slot / columns) * (TILE_H + GAP), w, h: TILE_H }
    boxes.set(room.id, box)
    shapes.push(tile(room, box, usual))
  }
  boxes.set(host.id, { x: MARGIN, y: MARGIN, w: width - 2 * MARGIN, h: height - 2 * MARGIN })
  return { width, height, shapes, boxes, anchors: new Map() }
}

function drawSquares(host: PlanRoom, width: number): Drawing {
  const boxes = new Map<string, Box>()
  const left = MARGIN + WALL + PAD, inner = width - 2 * left
  const byNet = new Map<string, PlanRoom[]>()
  for (const room of host.rooms) {
    const key = room.walls.includes('net') ? 'with a network of their own' : 'on the host’s network'
    byNet.set(key, [...(byNet.get(key) ?? []), room])
  }
  const shapes: Shape[] = []
  let y = 62
  for (const [words, rooms] of byNet) {
    shapes.push(text(left, y + 11, `${rooms.length} ${words}`, 'lt dim'))
    y += 20
    const columns = Math.max(1, Math.floor((inner + 4) / (SQUARE + 4)))
    rooms.forEach((room, i) => {
      const box = { x: left + (i % columns) * (SQUARE + 4), y: y + Math.floor(i / columns) * (SQUARE + 4), w: SQUARE, h: SQUARE }
      boxes.set(room.id, box)
      shapes.push(rect(box.x, box.y, SQUARE, SQUARE, 'floor'), path('ln', ring(box, 0)))
    })
    y += Math.ceil(rooms.length / columns) * (SQUARE + 4) + 12
  }
  const height = y + WALL + MARGIN + 4
  boxes.set(host.id, { x: MARGIN, y: MARGIN, w: width - 2 * MARGIN, h: height - 2 * MARGIN })
  return { width, height, shapes: [...shell(width, height, host.title, `${host.rooms.length} rooms`), ...shapes], boxes, anchors: new Map() }
}

/** The smaller scales; with no rooms there is nothing to fold. */
export const drawFolded = (host: PlanRoom, width: number, scale: 'plan' | 'site'): Drawing => scale === 'plan' ? drawTiles(host, width) : drawSquares(host, width)
