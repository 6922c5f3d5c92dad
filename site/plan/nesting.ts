// Which rooms there are and which stands in which. A room is a distinct set of namespaces that a process lives in or something holds.
// Rooms that share a namespace which their surroundings lack get one enclosure with that layer; pid and user parents always enclose their children.
import type { NsType } from '../../simulator/abi/sched.ts'
import type { NsId, World, WorldNamespace, WorldProcess } from '../../simulator/machine/world.ts'
import { NESTING_ORDER, WALL_ORDER } from './walls.ts'

export type Surroundings = Readonly<Record<NsType, NsId>>

export interface Nest {
  readonly around: Surroundings
  readonly walls: readonly NsType[]
  readonly processes: readonly WorldProcess[]
  /** Set when nobody lives here and the namespace is alive for another reason. */
  readonly held?: WorldNamespace
  readonly inner: readonly Nest[]
}

interface Dwelling { readonly ns: Surroundings; readonly processes: WorldProcess[]; readonly held?: WorldNamespace }

/** Reasons that let a namespace be drawn although nobody lives in it. */
const HOLDING = ['bind-mount', 'open-file', 'socket', 'for-children']

function dwellings(world: World): Dwelling[] {
  const found = new Map<string, Dwelling>()
  for (const process of world.processes) {
    if (process.isKernelThread) continue
    const key = WALL_ORDER.map(type => process.ns[type]).join(' ')
    const known = found.get(key)
    if (known) known.processes.push(process)
    else found.set(key, { ns: process.ns, processes: [process] })
  }
  const lived = new Set([...found.values()].flatMap(dwelling => WALL_ORDER.map(type => dwelling.ns[type])))
  for (const held of world.namespaces) {
    if (lived.has(held.id) || world.initial[held.type] === held.id || !HOLDING.some(reason => (held.holders[reason] ?? 0) > 0)) continue
    found.set(`held ${held.id}`, { ns: { ...world.initial, [held.type]: held.id }, processes: [], held })
  }
  return [...found.values()]
}

/** The namespace of `type` that a wall within `around` must belong to so that `id` lies behind it; undefined if there is none. */
function wallOf(type: NsType, id: NsId, around: Surroundings, parents: ReadonlyMap<NsId, NsId>): NsId | undefined {
  if (id === around[type]) return undefined
  for (let at: NsId | undefined = id; at !== undefined;) {
    const parent = parents.get(at)
    if (parent === around[type]) return at
    at = parent
  }
  return id
}

/**
 * The dwellings that the next enclosure is to go round: the most that share one namespace their surroundings lack, in doubt the first type of the order.
 * What would cut through a pid or user family has to wait: those always enclose their children.
 */
function biggest(rest: readonly Dwelling[], around: Surroundings, parents: ReadonlyMap<NsId, NsId>): readonly Dwelling[] | undefined {
  const groups = NESTING_ORDER.flatMap(type => {
    const byKey = new Map<NsId, Dwelling[]>()
    for (const dwelling of rest) {
      const key = wallOf(type, dwelling.ns[type], around, parents)
      if (key !== undefined) byKey.set(key, [...(byKey.get(key) ?? []), dwelling])
    }
    return [...byKey.values()].map(members => ({ type, members }))
  })
  const families = groups.filter(({ type }) => type === 'user' || type === 'pid')
  const cuts = (members: readonly Dwelling[], family: readonly Dwelling[]): boolean =>
    members.some(each => family.includes(each)) && members.some(each => !family.includes(each)) && family.some(each => !members.includes(each))
  const allowed = groups.filter(({ type, members }) => type === 'user' || type === 'pid' || !families.some(family => cuts(members, family.members)))
  return allowed.toSorted((a, b) => b.members.length - a.members.length)[0]?.members
}

/** The one dwelling in the outermost pid or user namespace of nested ones: the room around the others is its room. */
function landlord(members: readonly Dwelling[], around: Surroundings, parents: ReadonlyMap<NsId, NsId>): Dwelling | undefined {
  for (const type of ['user', 'pid'] as const) {
    const tops = new Set(members.map(dwelling => wallOf(type, dwelling.ns[type], around, parents)))
    const [top] = tops
    const owners = members.filter(dwelling => dwelling.ns[type] === top)
    if (tops.size === 1 && top !== undefined && owners.length === 1) return owners[0]
  }
  return undefined
}

/** Answers the host with everything inside it. */
export function nest(world: World): Nest {
  const parents = new Map<NsId, NsId>()
  for (const namespace of world.namespaces) {
    if (namespace.parent !== undefined) parents.set(namespace.id, namespace.parent)
  }

  const build = (around: Surroundings, walls: readonly NsType[], all: readonly Dwelling[]): Nest => {
    const here = all.filter(dwelling => WALL_ORDER.every(type => dwelling.ns[type] === around[type]))
    let rest = all.filter(dwelling => !here.includes(dwelling))
    const inner: Nest[] = []
    const enclose = (members: readonly Dwelling[]): void => {
      const next: Record<NsType, NsId> = { ...around }
      const layers: NsType[] = []
      for (const type of WALL_ORDER) {
        const keys = new Set(members.map(dwelling => wallOf(type, dwelling.ns[type], around, parents)))
        const only = keys.size === 1 ? [...keys][0] : keys.has(undefined) ? undefined : landlord(members, around, parents)?.ns[type]
        if (only === undefined) continue
        next[type] = only
        layers.push(type)
      }
      inner.push(build(next, layers, members))
      rest = rest.filter(dwelling => !members.includes(dwelling))
    }
    for (let best = biggest(rest, around, parents); best; best = biggest(rest, around, parents)) enclose(best)
    const held = here.find(dwelling => dwelling.held)?.held
    return { around, walls, processes: here.flatMap(dwelling => dwelling.processes), inner, ...(held ? { held } : {}) }
  }
  return build(world.initial, [], dwellings(world))
}
