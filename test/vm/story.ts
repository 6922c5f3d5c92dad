// What a World tells, without the numbers that differ from machine to machine: processes that are marked by their arguments, and the
// namespaces that are not the host's, under names given in the order of meeting them. Two machines on which the same was done tell the same.
import { innerPid, NS_TYPES } from '../../lab/world.ts'
import type { NsId, World, WorldMount, WorldNamespace, WorldProcess } from '../../lab/world.ts'

/** Reasons of which not every machine knows all. */
const REASONS: readonly string[] = ['task', 'bind-mount', 'open-file', 'child', 'owned']

export interface StoryOptions {
  /** Arguments that mark a process: `sleep 1001`. */
  readonly mark: RegExp
  /** Mounts that are looked at; proc file systems that show the host are not. */
  readonly mount: RegExp
  /** Capabilities that all machines to be compared have at all. */
  readonly capabilities: bigint
}

export function storyOf(world: World, { mark, mount, capabilities }: StoryOptions): unknown {
  const names = new Map<NsId | undefined, string>(NS_TYPES.map((type) => [world.initial[type], 'host']))
  const counts = new Map<string, number>()
  const nameOf = (id: NsId | undefined): string | undefined => {
    if (id === undefined) return undefined
    const known = names.get(id)
    if (known !== undefined) return known
    const type = world.namespaces.find((ns) => ns.id === id)?.type ?? 'unknown'
    const n = (counts.get(type) ?? 0) + 1
    counts.set(type, n)
    names.set(id, `${type} ${n}`)
    return `${type} ${n}`
  }
  const marked = world.processes.filter(({ argv }) => mark.test(argv.join(' '))).toSorted((a, b) => (a.argv.join(' ') < b.argv.join(' ') ? -1 : 1))
  const processes = marked.map((process) => processStory(process, nameOf, capabilities))
  const mine = new Set(marked.flatMap(({ ns, nsForChildren }) => [...Object.values(ns), ...Object.values(nsForChildren)]))
  // Those without processes are met by where they are mounted, then through others.
  const others = world.namespaces.filter((ns) => !mine.has(ns.id) && ns.mountedAt !== undefined).toSorted((a, b) => ((a.mountedAt ?? []).join() < (b.mountedAt ?? []).join() ? -1 : 1))
  for (const { id } of others) nameOf(id)
  for (let at = 0, all = [...names.keys()]; at < all.length; at++, all = [...names.keys()]) {
    const ns = world.namespaces.find(({ id }) => id === all[at])
    nameOf(ns?.owner)
    nameOf(ns?.parent)
  }
  const known = [...names].filter(([, name]) => name !== 'host')
  const spaces = known.flatMap(([id]) => world.namespaces.filter((ns) => ns.id === id))
  return {
    processes,
    namespaces: spaces.map((ns) => namespaceStory(ns, nameOf)),
    mounts: spaces.filter(({ type }) => type === 'mnt').map((ns) => [nameOf(ns.id), (world.mounts[ns.id] ?? []).filter(({ target, fstype, pidns }) => mount.test(target) && (fstype !== 'proc' || (pidns !== undefined && pidns !== world.initial.pid))).map((each) => mountStory(each, nameOf))]),
    nets: spaces.filter(({ type }) => type === 'net').map((ns) => ({
      name: nameOf(ns.id), links: (world.links[ns.id] ?? []).map((link) => linkStory(link, nameOf)), routes: world.routes[ns.id] ?? [], chains: world.chains[ns.id] ?? [],
    })),
  }
}

type Namer = (id: NsId | undefined) => string | undefined

function processStory(process: WorldProcess, nameOf: Namer, capabilities: bigint): unknown {
  const { comm, argv, state, uid, euid, gid, uidInside, gidInside, pids, ppidInside, ns, nsForChildren, tty, isKernelThread, caps, noNewPrivs, cgroup, cwd, root } = process
  return {
    comm, argv, state, uid, euid, gid, uidInside, gidInside, inner: pids.length > 1 ? innerPid(process) : 'host', levels: pids.length, hasParent: ppidInside > 0,
    ns: Object.fromEntries(NS_TYPES.map((type) => [type, nameOf(ns[type])])), pidForChildren: nameOf(nsForChildren.pid), timeForChildren: nameOf(nsForChildren.time),
    caps: Object.fromEntries(Object.entries(caps).map(([set, mask]) => [set, (BigInt(`0x${mask}`) & capabilities).toString(16)])),
    hasTerminal: tty !== undefined, isKernelThread, noNewPrivs, cgroup, cwd, root,
  }
}

function namespaceStory(ns: WorldNamespace, nameOf: Namer): unknown {
  const { id, parent, owner, holders, ...rest } = ns
  return { ...rest, name: nameOf(id), parent: nameOf(parent), owner: nameOf(owner), heldBy: REASONS.filter((reason) => (holders[reason] ?? 0) > 0) }
}

function mountStory({ target, source, fstype, root, options, propagation, pidns }: WorldMount, nameOf: Namer): unknown {
  return { target, source, fstype, root, options, propagation, pidns: nameOf(pidns) }
}

function linkStory({ name, kind, mtu, flags, operstate, addresses, master, peer }: World['links'][NsId][number], nameOf: Namer): unknown {
  // Made of random hardware addresses.
  return { name, kind, mtu, flags, operstate, addresses: addresses.filter(({ address }) => !address.startsWith('fe80')), master, peer: nameOf(peer?.netns) }
}
