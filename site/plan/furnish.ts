// A room's contents from the World: plates, shelves, sockets, title and notes.
import type { NsId, World, WorldMount, WorldNamespace, WorldProcess } from '../../simulator/machine/world.ts'
import type { Nest } from './nesting.ts'
import type { PlanMount, PlanProcess, PlanRoom } from './room.ts'
import { eachRoom } from './room.ts'
import type { SlotBook } from './slots.ts'
import { nest } from './nesting.ts'
import { WALL_ORDER } from './walls.ts'
import { NO_WIRING, wire } from './wiring.ts'

const CROWD = 8, FIRST = 4, SHELVES = 6, NAME = 14, LONG_PATH = 20

export interface PlanOptions {
  /** PIDs on the host to be marked as what the terminal in use runs. */
  readonly selected?: number
  /** False: of the host's mounts only those made since boot, where a drawing is to be small. */
  readonly hasBootMounts?: boolean
  /** PIDs that the step shown has brought: never left out of a crowd. */
  readonly fresh?: ReadonlySet<number>
}

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export function processName(process: WorldProcess): string {
  const [first = '', ...rest] = process.argv
  const program = base(first).replace(/^-/, '')
  const line = [program, ...rest].join(' ')
  return program === process.comm && line.length <= NAME && !/[\n\t]/.test(line) ? line : process.comm
}

function plate(process: WorldProcess, world: World, options: PlanOptions): PlanProcess {
  const isMapped = process.uidInside !== process.uid
  const name = (uid: number): string => world.users[uid] ?? String(uid)
  const who = process.state === 'Z' ? 'zombie'
    : isMapped ? `${process.uidInside === 65534 ? 'nobody' : name(process.uidInside)} ${process.uidInside} → ${process.uid}`
    : process.tty !== undefined || process.uid !== 0 ? name(process.euid) : undefined
  return {
    pid: process.pid,
    numbers: process.pids.toReversed(),
    name: process.state === 'T' ? `${processName(process)}, stopped` : processName(process),
    isMapped: isMapped && process.state !== 'Z',
    isSelected: process.pid === options.selected,
    isNew: options.fresh?.has(process.pid) ?? false,
    ...(who === undefined ? {} : { who }),
  }
}

/** The first and the last name of a long path. */
function shortPath(path: string): string {
  const names = path.split('/')
  return path.length <= LONG_PATH ? path : `/${names[1] ?? ''}/…/${names.at(-1) ?? ''}`
}
const mountKey = (mount: WorldMount): string => `${mount.target}\0${mount.fstype}\0${mount.source}\0${mount.root}`

/** Mounts worth a shelf, no two alike: on the host `/`, `/proc` and what was mounted since boot; elsewhere what the surroundings don't have. */
function shelves(room: Nest, outer: Nest | undefined, world: World, book: SlotBook, hasBootMounts: boolean): PlanMount[] {
  const mounts = world.mounts[room.around.mnt] ?? []
  const label = (mount: WorldMount, isOwn: boolean): PlanMount => ({
    path: mount.target, isOwn, isReadOnly: mount.options.includes('ro'),
    label: (mount.root !== '/' && mount.fstype !== 'cgroup2' && mount.fstype !== 'nsfs' ? `${mount.fstype} ${shortPath(mount.root)}` : mount.fstype) + (isOwn ? ', own' : ''),
  })
  if (!outer) {
    const chosen = mounts.filter(mount => hasBootMounts && (mount.target === '/' || mount.target === '/proc') || !book.bootMounts.has(`${mount.target} ${mount.fstype}`))
    const labels = chosen.map(mount => label(mount, false))
    return labels.filter((shelf, i) => labels.findIndex(each => each.path === shelf.path && each.label === shelf.label) === i)
  }
  const around = new Map<string, number>()
  for (const mount of world.mounts[outer.around.mnt] ?? []) around.set(mountKey(mount), (around.get(mountKey(mount)) ?? 0) + 1)
  const own: PlanMount[] = []
  for (const mount of mounts) {
    const left = around.get(mountKey(mount)) ?? 0
    if (left > 0) around.set(mountKey(mount), left - 1)
    else own.push(label(mount, true))
  }
  return own
}

function note(room: Nest, outer: Nest | undefined, outerTitle: string, world: World, user: WorldNamespace | undefined): string {
  if (room.held) {
    const by = Object.keys(room.held.holders).filter(reason => (room.held?.holders[reason] ?? 0) > 0)
    const path = room.held.mountedAt?.[0]
    return `held by: ${path === undefined ? by.map(reason => reason.replaceAll('-', ' ')).join(', ') : `bind mount ${path}`}`
  }
  if (!outer) return ''
  if (user && (user.uidMap ?? []).length === 0) return 'No uid map yet: everybody is nobody.'
  if (room.walls.includes('pid') && room.processes.length > 0) {
    const proc = (world.mounts[room.around.mnt] ?? []).findLast(mount => mount.target === '/proc')
    if (proc?.pidns !== undefined && proc.pidns !== room.around.pid) return `/proc still shows ${proc.pidns === outer.around.pid ? outerTitle : 'another room'}.`
  }
  return room.walls.length === 1 && room.inner.length === 0 && outerTitle === 'the host' ? `Shares everything else with ${outerTitle}.` : ''
}

/** The plan of one World: the host and everything inside it. */
export function furnish(world: World, book: SlotBook, options: PlanOptions = {}): PlanRoom {
  const namespaces = new Map(world.namespaces.map(namespace => [namespace.id, namespace]))
  const hostname = (room: Nest): string => namespaces.get(room.around.uts)?.hostname ?? 'host'
  const whole = nest(world)
  const outers = new Map<Nest, Nest>()
  const remember = (room: Nest): void => {
    for (const inner of room.inner) {
      outers.set(inner, room)
      remember(inner)
    }
  }
  remember(whole)
  const idsOf = (room: Nest): NsId[] => room.walls.map(type => room.around[type])
  const numberOf = (room: Nest): number => idsOf(room).map(id => book.numbers.get(id)).find(at => at !== undefined) ?? 0
  const isNamedBy = (room: Nest, outer: Nest | undefined): boolean => outer !== undefined && room.walls.includes('uts') && hostname(room) !== hostname(outer)
  const titleOf = (room: Nest): string => {
    const outer = outers.get(room)
    const path = idsOf(room).map(id => namespaces.get(id)?.mountedAt?.[0]).find(mounted => mounted !== undefined)
    return !outer ? 'host' : isNamedBy(room, outer) ? hostname(room) : path !== undefined ? base(path) : `room ${numberOf(room)}`
  }
  const wiring = wire(world, whole, titleOf)
  const build = (room: Nest, outer: Nest | undefined, outerTitle: string): PlanRoom => {
    const ids = idsOf(room)
    const number = numberOf(room)
    const isNamed = isNamedBy(room, outer)
    const title = titleOf(room)
    const level = Math.max(0, ...room.processes.map(process => process.pids.length - 1))
    const meta = !outer ? (hostname(room) === 'host' ? 'pid level 0' : `hostname ${hostname(room)}`)
      : room.walls.includes('pid') && level > 0 ? `pid level ${level}`
      : isNamed ? 'hostname' : room.walls.includes('uts') && !room.held ? `hostname ${hostname(room)}` : ''
    const sorted = room.processes.toSorted((a, b) => a.pid - b.pid)
    const shown = sorted.length <= CROWD ? sorted : sorted.filter((process, i) => i < FIRST || process.pid === options.selected || (options.fresh?.has(process.pid) && i < CROWD))
    const user = room.walls.includes('user') ? namespaces.get(room.around.user) : undefined
    const mounts = room.walls.includes('mnt') || !outer ? shelves(room, outer, world, book, options.hasBootMounts ?? true) : []
    const says = outer && note(room, outer, outerTitle, world, user)
    return {
      id: outer ? `r${number}` : 'host', isHost: !outer, state: 'standing', title, meta,
      walls: WALL_ORDER.filter(type => room.walls.includes(type)), namespaces: WALL_ORDER.filter(type => room.walls.includes(type)).map(type => room.around[type]),
      processes: shown.map(process => plate(process, world, options)), moreProcesses: sorted.length - shown.length,
      mounts: mounts.slice(0, SHELVES), moreMounts: Math.max(0, mounts.length - SHELVES),
      ...(wiring.get(room) ?? NO_WIRING),
      portals: [], uidMap: user?.uidMap ?? [], note: says ?? '',
      slot: ids.map(id => book.slots.get(id)).find(at => at !== undefined) ?? 0,
      rooms: room.inner.map(inner => build(inner, room, outer ? title : 'the host')).toSorted((a, b) => a.slot - b.slot),
    }
  }
  return withPortals(build(whole, undefined, ''))
}

/** Namespaces that stand as a wall in more than one place, since their sharing could not be nested: portals, lettered in order. */
function withPortals(host: PlanRoom): PlanRoom {
  const places = new Map<NsId, PlanRoom[]>()
  for (const room of eachRoom(host)) for (const id of room.namespaces) places.set(id, [...(places.get(id) ?? []), room])
  const shared = [...places].filter(([, rooms]) => rooms.length > 1).toSorted(([a], [b]) => a - b)
  if (shared.length === 0) return host
  const letters = new Map(shared.map(([id], i) => [id, String.fromCharCode(97 + i % 26)]))
  const mark = (room: PlanRoom): PlanRoom => ({
    ...room, rooms: room.rooms.map(mark),
    portals: room.namespaces.flatMap((id, i) => {
      const letter = letters.get(id), type = room.walls[i]
      return letter === undefined || type === undefined ? [] : [{ letter, type, to: (places.get(id) ?? []).filter(each => each.id !== room.id).map(each => each.title).join(', ') }]
    }),
  })
  return mark(host)
}
