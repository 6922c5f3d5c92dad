// Where a packet stands in a drawing: at the gate of a hook, at its device, at the process that sends it, else at the title of the room it is in.
import type { Stop } from '../../lab/lens/journeys.ts'
import type { World } from '../../simulator/machine/world.ts'
import type { Drawing } from './draw.ts'
import type { PlanRoom } from './room.ts'
import { eachRoom } from './room.ts'
import type { Point } from './shapes.ts'
import { deviceId, gateId } from './wiring.ts'

/** The room whose wall a network namespace is. */
export function roomOf(host: PlanRoom, world: World, netns: number): PlanRoom {
  if (netns === world.initial.net) return host
  return [...eachRoom(host)].find(room => room.namespaces.includes(netns)) ?? host
}

export function envelopeAt(stop: Stop, host: PlanRoom, world: World, drawing: Drawing): Point {
  const link = world.links[stop.netns]?.find(each => each.name === stop.device)
  const process = stop.kind === 'send' && stop.pid !== undefined ? drawing.boxes.get(`p${stop.pid}`) : undefined
  const place = (stop.kind === 'hook' ? drawing.anchors.get(gateId(stop.netns, stop.title)) : undefined)
    ?? (process && { x: process.x + process.w / 2, y: process.y + process.h })
    ?? (link && drawing.anchors.get(deviceId(stop.netns, link.index)))
  if (place) return place
  const box = drawing.boxes.get(roomOf(host, world, stop.netns).id)
  return box ? { x: box.x + box.w / 2, y: box.y + 34 } : { x: 0, y: 0 }
}
