// Draws what lies on a room's floor: cables under everything, then bridges, then cable ends with their names.
import { fitText, textWidth } from './advances.ts'
import { BAR } from './floor.ts'
import type { PlacedBridge, PlacedCable, PlacedEnd, PlacedGate } from './floor.ts'
import type { Placed } from './measure.ts'
import type { Box, Point, Shape } from './shapes.ts'
import { group, path, rect, text } from './shapes.ts'

interface Places { readonly boxes: Map<string, Box>; readonly anchors: Map<string, Point> }

function cable({ points, isOn }: PlacedCable, x: number, y: number): Shape {
  const [first, ...rest] = points
  return path(`cable ns-net${isOn ? '' : ' off'}`, first ? `M${x + first.x} ${y + first.y}${rest.map(point => `L${x + point.x} ${y + point.y}`).join('')}` : '')
}

function bar({ bridge, w }: PlacedBridge, x: number, y: number): Shape {
  const name = fitText(bridge.name, 'bold', 13, w - 28)
  const room = w - 40 - textWidth(name, 'bold', 13)
  return group('bridge-g ns-net', [
    rect(x, y, w, BAR, 'bridge'), text(x + 12, y + 17.5, name, 'lt b'),
    ...(textWidth(bridge.label, 'mono', 11.5) < room ? [text(x + 22 + Math.ceil(textWidth(name, 'bold', 13)), y + 17.5, bridge.label, 'mo sm')] : []),
    ...(textWidth(bridge.label, 'mono', 11.5) + 60 < room ? [text(x + w - 12, y + 17.5, 'bridge', 'lt s dim', 'end')] : []),
  ])
}

const end = ({ end: { label }, isTurned }: PlacedEnd, x: number, y: number): Shape =>
  group('sock ns-net', [path('tri', `M${x - 7} ${y}h14l-7 -11z`), text(isTurned ? x - 12 : x + 12, y - 5, label, 'mo sm dim', isTurned ? 'end' : 'start')])

/** Two short bars across the way: what comes by is judged here. */
const gate = ({ gate: { hook, words } }: PlacedGate, x: number, y: number, room: number): Shape =>
  group('gate-g ns-net', [rect(x - 12, y - 7, 24, 14, 'gap0'), path('gate', `M${x - 13} ${y - 7}h26M${x - 13} ${y + 7}h26`), path('cable', `M${x} ${y - 7}v14`), text(x + 24, y - 1, hook, 'lt s b sp'), text(x + 24, y + 14, fitText(words, 'mono', 11.5, room), 'mo sm dim')])

/** `x` and `y` are the room's. */
export function drawFloor({ room, floor, inner }: Placed, x: number, y: number, places: Places): Shape[] {
  const shapes = floor.cables.map(each => cable(each, x, y))
  for (const each of floor.bridges) {
    const at = { x: x + each.x, y: y + each.y }
    shapes.push(bar(each, at.x, at.y))
    places.boxes.set(`${room.id} b${room.bridges.indexOf(each.bridge)}`, { ...at, w: each.w, h: BAR })
    places.anchors.set(each.bridge.id, { x: at.x + each.w / 2, y: at.y + BAR / 2 })
  }
  for (const each of floor.ends) {
    const at = { x: x + each.at.x, y: y + each.at.y }
    shapes.push(end(each, at.x, at.y))
    places.boxes.set(`${room.id} e${room.ends.indexOf(each.end)}`, { x: at.x - (each.isTurned ? 150 : 10), y: at.y - 16, w: 160, h: 18 })
    places.anchors.set(each.end.id, { x: at.x, y: at.y - 14 })
  }
  for (const each of floor.gates) {
    const at = { x: x + each.at.x, y: y + each.at.y }
    shapes.push(gate(each, at.x, at.y, inner - 40))
    places.boxes.set(`${room.id} g${room.gates.indexOf(each.gate)}`, { x: at.x - 14, y: at.y - 16, w: Math.min(inner, 220), h: 34 })
    places.anchors.set(each.gate.id, { x: at.x, y: at.y + 20 })
  }
  return shapes
}
