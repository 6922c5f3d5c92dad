// The plan in words, by the same model as the picture: one line a thing, in the order of the drawing. Backticks enclose machine text.
import type { PlanRoom } from './room.ts'
import { WALL_WORD, wallWords } from './walls.ts'

export interface OutlineItem {
  /** The drawing's box id. */
  readonly id: string
  readonly level: number
  readonly text: string
  readonly parent?: string
  readonly isChanged: boolean
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : what.endsWith('s') ? 'es' : 's'}`

function describeRoom(room: PlanRoom): string {
  const has = [count(room.processes.length + room.moreProcesses, 'process'), ...(room.rooms.length > 0 ? [count(room.rooms.length, 'room')] : [])].join(', ')
  if (room.isHost) return `${room.title}${room.meta.startsWith('hostname') ? `, ${room.meta}` : ''}, ${has}`
  if (room.state === 'gone') return `${room.title}, ${room.meta}`
  const own = `a ${room.state === 'planned' ? 'planned ' : ''}room with its own ${wallWords(room.walls)}`
  return [room.title, own, room.meta, has].filter(part => part !== '').join(', ')
}

export function outline(host: PlanRoom, changed: { readonly rooms: ReadonlySet<string>; readonly processes: ReadonlySet<number> }): OutlineItem[] {
  const items: OutlineItem[] = []
  const visit = (room: PlanRoom, level: number, parent: string | undefined): void => {
    const inside = (id: string, text: string, isChanged = false): void => {
      items.push({ id, level: level + 1, text, parent: room.id, isChanged })
    }
    items.push({ id: room.id, level, text: describeRoom(room), isChanged: changed.rooms.has(room.id), ...(parent === undefined ? {} : { parent }) })
    for (const process of room.processes) {
      const inner = process.numbers.slice(0, -1)
      const numbers = inner.length === 0 ? `${process.pid}` : `${inner[0]} inside, ${inner.slice(1).map(number => `${number} one further out, `).join('')}${process.pid} on the host`
      inside(`p${process.pid}`, `process \`${process.name}\`, ${numbers}${process.who === undefined ? '' : `, ${process.isMapped ? process.who.replace('→', 'stands for') : process.who}`}`, changed.processes.has(process.pid))
    }
    if (room.moreProcesses > 0) inside(`${room.id} more`, `and ${room.moreProcesses} more processes`)
    room.mounts.forEach((mount, i) => inside(`${room.id} m${i}`, `mount \`${mount.path}\`, ${mount.label.replace(', own', ', its own')}${mount.isReadOnly ? ', read-only' : ''}`))
    if (room.note !== '') inside(`${room.id} note`, room.note)
    for (const inner of room.rooms) visit(inner, level + 1, room.id)
    for (const range of room.uidMap) {
      inside(`${room.id} map`, range.count === 1 ? `door: uid ${range.inside} inside is ${range.outside} outside`
        : `door: uids ${range.inside} to ${range.inside + range.count - 1} inside are ${range.outside} to ${range.outside + range.count - 1} outside`)
    }
    for (const each of room.portals) inside(`${room.id} portal ${each.letter}`, `portal ${each.letter}, shares its ${WALL_WORD[each.type]} namespace with ${each.to}`)
    room.bridges.forEach((each, i) => inside(`${room.id} b${i}`, `bridge \`${each.name}\`${each.label === '' ? '' : ` ${each.label}`}, ${count(each.ports, 'port')}`))
    room.ends.forEach((each, i) => inside(`${room.id} e${i}`, `${each.bridge === undefined ? 'cable end' : 'port'} \`${each.label}\`${each.words === '' ? '' : `, ${each.words}`}`))
    room.gates.forEach((each, i) => inside(`${room.id} g${i}`, `gate ${each.hook}, ${each.words}`))
    room.sockets.forEach((each, i) => inside(`${room.id} n${i}`, `socket \`${each.label}\`${each.words === '' ? '' : `, ${each.words}`}`))
  }
  visit(host, 0, undefined)
  return items
}

/** One sentence for the picture's description. */
export function describe(host: PlanRoom): string {
  const rooms = host.rooms.map(room => describeRoom(room))
  return rooms.length === 0 ? `One room: ${describeRoom(host)}.` : `${describeRoom(host)}: ${rooms.join('; ')}.`
}
