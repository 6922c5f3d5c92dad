// Facts about namespaces and what is in them: hostnames, id maps, mounts.
import { levelOf, NS_WORD, occupants, processName } from '../world.ts'
import type { World, WorldNamespace } from '../world.ts'
import type { HostnameFact, MapFact, MountFact, NamespaceFact, Verdict } from './fact.ts'
import { thereIs } from './nearest.ts'
import type { Condition } from './nearest.ts'
import { uidOf } from './process-fact.ts'

const own = (world: World, type: WorldNamespace['type']): WorldNamespace[] => world.namespaces.filter((ns) => ns.type === type && ns.id !== world.initial[type])

export function namespaceVerdict(world: World, fact: NamespaceFact): Verdict {
  const word = `${NS_WORD[fact.namespace]} namespace`
  return thereIs({
    candidates: own(world, fact.namespace),
    none: `there is no ${word} but the host’s`,
    name: (ns) => `${word} ${ns.id}, ${inhabitants(world, ns)}`,
    count: fact.count,
    conditions: (ns) => {
      const list: Condition[] = []
      const lives = occupants(world, ns)
      if (fact.hostname !== undefined) list.push({ holds: ns.hostname === fact.hostname, otherwise: `is called ${ns.hostname ?? ''}` })
      if (fact.empty !== undefined) list.push({ holds: (lives.length === 0) === fact.empty, otherwise: fact.empty ? `is lived in by ${lives.map(processName).join(', ')}` : 'is empty' })
      if (fact['held-by'] !== undefined) list.push({ holds: (ns.holders[fact['held-by']] ?? 0) > 0, otherwise: `is held only by ${Object.keys(ns.holders).join(', ')}` })
      if (fact.owner !== undefined) list.push({ holds: ns.ownerUid === uidOf(world, fact.owner), otherwise: `belongs to uid ${ns.ownerUid ?? 'nobody'}` })
      if (fact.occupants !== undefined) list.push({ holds: lives.length >= fact.occupants, otherwise: `has ${lives.length} of ${fact.occupants} processes` })
      if (fact.level !== undefined) list.push({ holds: levelOf(world, ns) === fact.level, otherwise: `is at level ${levelOf(world, ns)}` })
      return list
    },
  })
}

function inhabitants(world: World, ns: WorldNamespace): string {
  const lives = occupants(world, ns)
  if (lives.length === 0) return `empty, held by ${Object.entries(ns.holders).map(([reason, count]) => `${count} ${reason}`).join(', ')}`
  return lives.length > 3 ? `home of ${lives.length} processes` : `home of ${lives.map(processName).join(', ')}`
}

export function hostnameVerdict(world: World, fact: HostnameFact): Verdict {
  const all = world.namespaces.filter((ns) => ns.type === 'uts' && (fact.uts === undefined || (ns.id === world.initial.uts) === (fact.uts === 'host')))
  const named = all.filter((ns) => ns.hostname === fact.hostname)
  if (named.length > 0) return { met: true, words: named[0].id === world.initial.uts ? `the host’s name is ${fact.hostname}` : `a room is called ${fact.hostname}` }
  if (all.length === 0) return { met: false, words: 'there is no room with a name of its own' }
  const names = [...new Set(all.map((ns) => ns.hostname ?? ''))].join(', ')
  return { met: false, words: fact.uts === 'host' ? `the host is called ${names}` : `${all.length === 1 ? 'the name is' : 'the names are'} ${names}` }
}

export function mapVerdict(world: World, fact: MapFact): Verdict {
  const kind = fact.ids ?? 'uid'
  const outside = fact.to === undefined ? undefined : uidOf(world, fact.to)
  const spaces = own(world, 'user')
  const maps = (ns: WorldNamespace): WorldNamespace['uidMap'] => (kind === 'uid' ? ns.uidMap : ns.gidMap)
  return thereIs({
    candidates: spaces.flatMap((ns) => (maps(ns) ?? []).filter((range) => range.inside === fact.map).map((range) => ({ ns, range }))),
    none: spaces.length === 0 ? 'there is no user namespace but the host’s' : `no user namespace maps ${kind} ${fact.map}: ${spaces.map((ns) => describeMap(maps(ns))).join('; ')}`,
    name: ({ range }) => `${kind} ${describeMap([range])}`,
    conditions: ({ ns, range }) => [
      ...(outside === undefined ? [] : [{ holds: range.outside === outside, otherwise: `is ${range.outside} outside, not ${outside}` }]),
      ...(fact.length === undefined ? [] : [{ holds: range.count === fact.length, otherwise: `maps ${range.count} ids` }]),
      ...(fact.setgroups === undefined ? [] : [{ holds: ns.setgroups === fact.setgroups, otherwise: `has setgroups on ${ns.setgroups ?? 'unknown'}` }]),
    ],
  })
}

function describeMap(ranges: WorldNamespace['uidMap']): string {
  if (ranges === undefined || ranges.length === 0) return 'its map is empty'
  return ranges.map(({ inside, outside, count }) => (count === 1 ? `${inside} is ${outside} outside` : `${inside} to ${inside + count - 1} are ${outside} to ${outside + count - 1} outside`)).join(', ')
}

export function mountVerdict(world: World, fact: MountFact): Verdict {
  const all = Object.entries(world.mounts).flatMap(([id, mounts]) => mounts.map((mount) => ({ ns: Number(id), mount })))
  return thereIs({
    candidates: all.filter(({ mount }) => mount.target === fact.mount),
    none: `nothing is mounted on ${fact.mount}`,
    name: ({ ns, mount }) => `${mount.fstype} on ${mount.target} ${ns === world.initial.mnt ? 'on the host' : 'in a room'}`,
    conditions: ({ ns, mount }) => [
      ...(fact.in === undefined ? [] : [{ holds: (ns === world.initial.mnt) === (fact.in === 'host'), otherwise: fact.in === 'host' ? 'is not the host’s' : 'is the host’s' }]),
      ...(fact.type === undefined ? [] : [{ holds: mount.fstype === fact.type, otherwise: `is ${mount.fstype}` }]),
      ...(fact.source === undefined ? [] : [{ holds: mount.source === fact.source, otherwise: `comes from ${mount.source}` }]),
      ...(fact.propagation === undefined ? [] : [{ holds: mount.propagation === fact.propagation, otherwise: `is ${mount.propagation}` }]),
      ...(fact.options ?? []).map((option) => ({ holds: mount.options.includes(option), otherwise: `lacks the option ${option}` })),
    ],
  })
}
