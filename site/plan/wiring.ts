// The network of a plan: which interfaces stand in a room's wall, which on its floor, and the cables between them. A veth end whose other end is in a room further
// in stands on the floor, as a port of its bridge or free; a bridge is a bar on the floor; everything else is a socket in the wall.
import type { NsId, World, WorldLink } from '../../simulator/machine/world.ts'
import type { Nest } from './nesting.ts'
import type { PlanBridge, PlanCable, PlanEnd, PlanGate, PlanSocket } from './room.ts'

export interface Wiring {
  readonly sockets: readonly PlanSocket[]
  readonly bridges: readonly PlanBridge[]
  readonly ends: readonly PlanEnd[]
  /** Cables both ends of which are in this room or further in, and not all in one room further in. */
  readonly cables: readonly PlanCable[]
  readonly gates: readonly PlanGate[]
}

export const NO_WIRING: Wiring = { sockets: [], bridges: [], ends: [], cables: [], gates: [] }

/** The same in every World: an interface by its namespace and number. */
export const deviceId = (netns: NsId, index: number): string => `${netns}:${index}`

/** A netfilter hook of a network namespace. */
export const gateId = (netns: NsId, hook: string): string => `${netns} ${hook}`

function addressOf(link: WorldLink): string | undefined {
  return (link.addresses.find(at => at.address.includes('.')) ?? link.addresses.find(at => at.scope !== 'link'))?.address
}
function label(link: WorldLink): string {
  const address = addressOf(link)
  return address !== undefined ? `${link.name} ${address}` : link.flags.includes('UP') ? link.name : `${link.name}, down`
}

/** The first room, outermost first, in whose wall each network namespace stands, with the rooms around it. */
function homes(host: Nest): Map<NsId, readonly Nest[]> {
  const found = new Map<NsId, readonly Nest[]>()
  const visit = (room: Nest, around: readonly Nest[]): void => {
    const path = [...around, room]
    if ((around.length === 0 || room.walls.includes('net')) && !found.has(room.around.net)) found.set(room.around.net, path)
    for (const inner of room.inner) visit(inner, path)
  }
  visit(host, [])
  return found
}

interface Hanging { readonly sockets: PlanSocket[]; readonly bridges: PlanBridge[]; readonly ends: PlanEnd[]; readonly cables: PlanCable[]; readonly gates: PlanGate[] }
const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const

/** The hooks at which some chain has rules or drops what it doesn't know, in the order packets meet them. */
function gates(world: World, netns: NsId): PlanGate[] {
  const chains = (world.chains[netns] ?? []).filter(chain => chain.rules > 0 || chain.policy === 'drop')
  return HOOKS.flatMap(hook => {
    const here = chains.filter(chain => chain.hook === hook)
    const words = here.map(chain => `${chain.table}: ${[...(chain.policy === 'drop' ? ['policy drop'] : []), ...(chain.rules > 0 ? [`${chain.rules} rule${chain.rules === 1 ? '' : 's'}`] : [])].join(', ')}`)
    return here.length === 0 ? [] : [{ id: gateId(netns, hook.toUpperCase()), hook: hook.toUpperCase(), words: words.join('; ') }]
  })
}

/** What hangs where, by room. */
export function wire(world: World, host: Nest, titles: (room: Nest) => string): ReadonlyMap<Nest, Wiring> {
  const at = homes(host)
  const wiring = new Map<Nest, Hanging>()
  const of = (room: Nest): Hanging => {
    let known = wiring.get(room)
    if (!known) wiring.set(room, known = { sockets: [], bridges: [], ends: [], cables: [], gates: [] })
    return known
  }
  for (const [netns, path] of at) {
    const room = path.at(-1)
    if (!room) continue
    of(room).gates.push(...gates(world, netns))
    // What has a cable or an address comes first, lo last: a narrow wall doesn't hold them all.
    const links = (world.links[netns] ?? []).toSorted((a, b) => Number(a.kind === 'loopback') - Number(b.kind === 'loopback'))
    for (const link of links) {
      const id = deviceId(netns, link.index)
      const peerPath = link.peer && at.get(link.peer.netns)
      const peerRoom = peerPath?.at(-1)
      const peer = link.peer && world.links[link.peer.netns]?.find(each => each.index === link.peer?.index)
      const isInward = peerRoom !== undefined && peerRoom !== room && (peerPath?.includes(room) ?? false)
      const cable = peer && peerRoom && peerRoom !== room ? `cable to \`${peer.name}\`${peer.master === undefined ? '' : ` on \`${peer.master}\``} in ${titles(peerRoom)}` : ''
      const isOn = link.flags.includes('LOWER_UP')
      if (link.kind === 'bridge') of(room).bridges.push({ id, name: link.name, label: addressOf(link) ?? (link.flags.includes('UP') ? '' : 'down'), ports: links.filter(each => each.master === link.name).length })
      else if (isInward) of(room).ends.push({ id, name: link.name, label: link.master === undefined ? label(link) : link.name, words: cable, ...(link.master === undefined ? {} : { bridge: deviceId(netns, links.find(each => each.name === link.master)?.index ?? 0) }) })
      else if (path.length > 1 || link.name !== 'lo') of(room).sockets.push({ id, name: link.name, label: label(link), words: cable })
      // Each cable once, from the room further in, or from the lower number.
      if (!link.peer || !peerRoom || peerRoom === room || isInward) continue
      const common = path.findLast(each => peerPath?.includes(each))
      const isBetween = common !== peerRoom
      if (!common || (isBetween && id > deviceId(link.peer.netns, link.peer.index))) continue
      of(common).cables.push({ from: id, to: deviceId(link.peer.netns, link.peer.index), isOn })
    }
  }
  return wiring
}
