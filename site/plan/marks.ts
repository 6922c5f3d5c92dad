// The marks of the drawing, each a pure function of its place: door, seal plate, rulers, socket, shelf, revision cloud.
import type { NsType } from '../../simulator/abi/sched.ts'
import type { WorldIdRange } from '../../simulator/machine/world.ts'
import { fitPath, fitText, textWidth } from './advances.ts'
import type { PlanMount, PlanProcess } from './room.ts'
import type { Box, Shape } from './shapes.ts'
import { glyph, group, line, path, rect, text } from './shapes.ts'
import { layerClasses, WALL_WORD } from './walls.ts'

export const DOOR = 24

export const layer = (type: NsType, d: string): Shape => group(`ns-${type}`, layerClasses(type).map(cls => path(`wl ${cls}`, d)))

/** A gap in the wall, leaf and swing on the inner side: whoever is outside may come in. `isBelow`: the wall is the bottom one. */
export function door(x: number, y: number, thickness: number, isBelow: boolean): Shape {
  const inner = isBelow ? y : y + thickness
  const d = isBelow ? -DOOR : DOOR
  const hinge = isBelow ? x + DOOR : x + DOOR
  return group('door', [
    rect(x, y - 1, DOOR, thickness + 2, 'gap'), line(x, y, x, y + thickness), line(x + DOOR, y, x + DOOR, y + thickness),
    line(hinge, inner, hinge, inner + d, 'ln leaf'), path('swing', `M${x} ${inner}A${DOOR} ${DOOR} 0 0 ${isBelow ? 1 : 0} ${hinge} ${inner + d}`),
  ])
}

const sealWidth = (type: NsType): number => Math.round(26 + textWidth(WALL_WORD[type], 'bold', 12.5) + 10)

/** One plate let into the top wall: glyph and word of each layer, outermost first; words go when they don't fit. */
export function seals(walls: readonly NsType[], x: number, y: number, thickness: number, room: number): Shape {
  const words = walls.reduce((sum, type) => sum + sealWidth(type), 0) <= room
  const width = walls.reduce((sum, type) => sum + (words ? sealWidth(type) : 24), 0)
  const height = Math.max(thickness, 24)
  const middle = y + Math.round(thickness / 2)
  const shapes: Shape[] = [rect(x - 5, thickness < 24 ? middle - 12 : y, width + 4, height, 'plate')]
  let at = x
  for (const type of walls) {
    shapes.push(group(`ns-${type}`, [
      rect(at, middle - 10, 20, 20, 'sealbox'), glyph(type, at + 3, middle - 7, 14), ...(words ? [text(at + 26, middle + 4.5, WALL_WORD[type], 'lt s b hue')] : []),
    ]))
    at += words ? sealWidth(type) : 24
  }
  return group('seal', shapes)
}

/** A dimension line with slashed ticks, `from` and `to` at its ends, `label` in its middle if there is room. */
function dimension(x1: number, x2: number, y: number, from: string, label: string, to: string): Shape[] {
  const tick = (x: number): Shape[] => [path('tick', `M${x - 4} ${y + 4}l8 -8`), path('dimln', `M${x} ${y - 6}v12`)]
  const width = Math.round(textWidth(label, 'regular', 12.5))
  if (x1 === x2) return [...tick(x1), text(x1 - 8, y + 4, from, 'mo sm', 'end'), text(x1 + 10, y + 4, label, 'lt s')]
  const fits = width + 24 <= x2 - x1
  const gap = Math.round((x2 - x1 - width - 12) / 2)
  return [
    ...(fits ? [line(x1, y, x1 + gap, y, 'dimln'), line(x2 - gap, y, x2, y, 'dimln'), text((x1 + x2) / 2, y + 4, label, 'lt s', 'middle')] : [line(x1, y, x2, y, 'dimln')]),
    ...tick(x1), ...tick(x2), text(x1 - 8, y + 4, from, 'mo sm', 'end'), text(x2 + 8, y + 4, to, 'mo sm'),
  ]
}

/** One pair of rulers on the two sides of one wall: the same ids counted inside and outside. */
export function rulers(range: WorldIdRange, left: number, right: number, inner: number, outer: number): Shape {
  const isOne = range.count === 1
  const a = left, b = isOne ? left : right
  const end = (start: number): string => String(start + range.count - 1)
  return group('map ns-user', [
    path('tie', isOne ? `M${a} ${inner}V${outer}` : `M${a} ${inner}V${outer}M${b} ${inner}V${outer}`),
    ...dimension(a, b, outer, String(range.outside), isOne ? 'uid outside' : 'uids outside', end(range.outside)),
    ...dimension(a, b, inner, String(range.inside), isOne ? 'uid inside' : 'uids inside', end(range.inside)),
  ])
}

/** A network socket: triangle with its base on the wall, point into the room. */
export const socket = (x: number, wall: number, label: string): Shape =>
  group('sock ns-net', [path('tri', `M${x - 8} ${wall}h16l-8 -13z`), text(x + 14, wall - 4.5, label, 'mo sm')])

/** A portal: a deliberate opening in the wall; its other end carries the same letter. */
export const portal = (type: NsType, letter: string, x: number, y: number): Shape =>
  group(`ns-${type}`, [path('portal', `M${x - 10} ${y}l10 -10 10 10 -10 10z`), text(x, y + 4, letter, 'lt pl', 'middle')])

export function shelf(mount: PlanMount, box: Box): Shape {
  const words = fitText(mount.label, 'regular', 12.5, box.w * 0.6)
  const label = textWidth(words, 'regular', 12.5)
  return group('shelf ns-mnt', [
    text(box.x + 2, box.y + 14, fitPath(mount.path, 11.5, box.w - label - 16), 'mo sm'), text(box.x + box.w - 2, box.y + 14, words, 'lt s dim', 'end'),
    path(mount.isReadOnly ? 'board ro' : 'board', `M${box.x} ${box.y + 18.5}h${box.w}M${box.x} ${box.y + 21}h${box.w}`),
  ])
}

export interface PlateSize { readonly cells: readonly number[]; readonly w: number; readonly h: number }

export function plateSize(process: PlanProcess): PlateSize {
  const cells = process.numbers.map(number => Math.max(24, Math.round(textWidth(String(number), 'mono', 12.5)) + 12))
  const words = Math.max(textWidth(process.name, 'mono', 12.5), textWidth(process.who ?? '', 'regular', 12.5))
  return { cells, w: cells.reduce((sum, cell) => sum + cell, 0) + 9 + Math.ceil(words) + 14, h: process.who === undefined ? 26 : 38 }
}

/** A process: one cell for each PID level, innermost first, the host's number in ink last. */
export function plate(process: PlanProcess, x: number, y: number, size: PlateSize): Shape {
  const shapes: Shape[] = []
  let at = x
  size.cells.forEach((cell, i) => {
    const isHost = i === size.cells.length - 1
    shapes.push(rect(at, y + 2, cell, 22, isHost ? 'pl-host' : 'pl-in ns-pid'),
      text(at + cell / 2, y + 17, String(process.numbers[i] ?? ''), isHost ? 'mo' : 'mo pin ns-pid', 'middle'))
    at += cell
  })
  shapes.push(text(at + 9, y + 17, process.name, 'mo'))
  if (process.who !== undefined) shapes.push(text(at + 9, y + 33, process.who, process.isMapped ? 'lt s ns-user who' : 'lt s dim'))
  return group(`proc${process.isSelected ? ' sel' : ''}${process.isNew ? ' fresh' : ''}`, shapes)
}

/** Revision cloud with a numbered delta: what step `n` changed. */
export function cloud(box: Box, n: number): Shape {
  const nx = Math.max(3, Math.round(box.w / 18)), ny = Math.max(3, Math.round(box.h / 18))
  const dx = Math.round(box.w / nx * 10) / 10, dy = Math.round(box.h / ny * 10) / 10
  const arcs = (count: number, rx: number, ry: number, x: number, y: number): string => `a${rx.toFixed(1)} ${ry.toFixed(1)} 0 0 1 ${x} ${y}`.repeat(count)
  const d = `M${box.x} ${box.y}` + arcs(nx, dx / 2, dx / 2.6, dx, 0) + arcs(ny, dy / 2.6, dy / 2, 0, dy) + arcs(nx, dx / 2, dx / 2.6, -dx, 0) + arcs(ny, dy / 2.6, dy / 2, 0, -dy)
  const x = box.x + box.w - 46, y = box.y - 2
  return group('changed fresh', [path('cloud', d + 'z'), group('delta', [path('', `M${x} ${y - 13}l13 22h-26z`), text(x, y + 5.5, String(n), 'lt s b', 'middle')])])
}
