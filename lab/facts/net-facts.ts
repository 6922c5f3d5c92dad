// Facts about networks: interfaces, routes, chains of the packet filter. Where: the host, a room with a name in /run/netns, or any room.
import type { NsId, World } from '../world.ts'
import type { ChainFact, LinkFact, RouteFact, Verdict } from './fact.ts'
import { thereIs } from './nearest.ts'
import type { Condition } from './nearest.ts'

/** `host`, the name in /run/netns, or `own` for a room without a name. */
export function netPlace(world: World, ns: NsId): string {
  if (ns === world.initial.net) return 'host'
  const named = world.namespaces.find((each) => each.id === ns)?.mountedAt?.find((path) => path.startsWith('/run/netns/'))
  return named?.slice('/run/netns/'.length) ?? 'own'
}

/** The network namespace with a name in /run/netns. */
export function namedNet(world: World, name: string): NsId | undefined {
  return world.namespaces.find(({ type, mountedAt }) => type === 'net' && mountedAt?.includes(`/run/netns/${name}`) === true)?.id
}

function placeWords(world: World, ns: NsId): string {
  const place = netPlace(world, ns)
  return place === 'host' ? 'on the host' : place === 'own' ? 'in a room' : `in ${place}`
}

function inPlace(world: World, ns: NsId, netns: string | undefined): Condition[] {
  if (netns === undefined) return []
  const place = netPlace(world, ns)
  return [{ holds: place === netns || (netns === 'own' && place !== 'host'), otherwise: `is not ${netns === 'own' ? 'in a room' : netns === 'host' ? 'on the host' : `in ${netns}`}` }]
}

/** The things of all network namespaces, with the namespace. */
function everywhere<T>(things: Readonly<Record<NsId, readonly T[]>>): { readonly ns: NsId; readonly thing: T }[] {
  return Object.entries(things).flatMap(([id, list]) => list.map((thing) => ({ ns: Number(id), thing })))
}

export function linkVerdict(world: World, fact: LinkFact): Verdict {
  return thereIs({
    candidates: everywhere(world.links).filter(({ thing }) => thing.name === fact.link),
    none: `there is no link ${fact.link}`,
    name: ({ ns, thing }) => `${thing.name} ${placeWords(world, ns)}`,
    conditions: ({ ns, thing }) => [
      ...inPlace(world, ns, fact.netns),
      ...(fact.address === undefined ? [] : [{ holds: thing.addresses.some(({ address }) => address === fact.address), otherwise: thing.addresses.length === 0 ? 'has no address' : `has ${thing.addresses.map(({ address }) => address).join(', ')}, not ${fact.address}` }]),
      ...(fact.up === undefined ? [] : [{ holds: thing.flags.includes('UP') === fact.up, otherwise: fact.up ? 'is down' : 'is up' }]),
    ],
  })
}

export function routeVerdict(world: World, fact: RouteFact): Verdict {
  return thereIs({
    candidates: everywhere(world.routes).filter(({ ns, thing }) => thing.dst === fact.route && inPlace(world, ns, fact.netns).every(({ holds }) => holds)),
    none: `there is no route ${fact.route === 'default' ? 'to everywhere else (default)' : `to ${fact.route}`}${fact.netns === undefined ? '' : fact.netns === 'own' ? ' in a room' : fact.netns === 'host' ? ' on the host' : ` in ${fact.netns}`}`,
    name: ({ ns, thing }) => `${thing.dst}${thing.via === undefined ? '' : ` via ${thing.via}`}${thing.dev === undefined ? '' : ` dev ${thing.dev}`} ${placeWords(world, ns)}`,
    conditions: ({ thing }) => [
      ...(fact.via === undefined ? [] : [{ holds: thing.via === fact.via, otherwise: thing.via === undefined ? 'goes straight onto the cable' : `goes by ${thing.via}` }]),
      ...(fact.dev === undefined ? [] : [{ holds: thing.dev === fact.dev, otherwise: `leaves by ${thing.dev ?? 'no interface'}` }]),
    ],
  })
}

export function chainVerdict(world: World, fact: ChainFact): Verdict {
  return thereIs({
    candidates: everywhere(world.chains).filter(({ thing }) => thing.chain.toLowerCase() === fact.chain.toLowerCase()),
    none: `there is no chain ${fact.chain}: nothing is filtered there`,
    name: ({ ns, thing }) => `${thing.table} ${thing.chain} ${placeWords(world, ns)}`,
    conditions: ({ ns, thing }) => [
      ...inPlace(world, ns, fact.netns),
      ...(fact.table === undefined ? [] : [{ holds: thing.table === fact.table, otherwise: `is in table ${thing.table}` }]),
      ...(fact.policy === undefined ? [] : [{ holds: thing.policy === fact.policy, otherwise: thing.policy === 'accept' ? 'lets through what no rule has judged' : 'drops what no rule has judged' }]),
      ...(fact.rules === undefined ? [] : [{ holds: thing.rules >= fact.rules, otherwise: thing.rules === 0 ? 'has no rules' : `has ${thing.rules} of ${fact.rules} rules` }]),
    ],
  })
}
