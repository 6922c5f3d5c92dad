// Takes the World of a simulated machine: reads kernel objects, changes nothing.
import { NetNamespace } from '../kernel/net/net-namespace.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { MountNamespace } from '../kernel/mount/mount-namespace.ts'
import { initialNamespaces, snapshotNamespace, snapshotProcesses } from './snapshot-processes.ts'
import { snapshotChains, snapshotLinks, snapshotRoutes } from './snapshot-net.ts'
import { snapshotCgroups } from './snapshot-cgroups.ts'
import { nsMountPoints, snapshotMounts } from './snapshot-mounts.ts'
import type { NsId, World, WorldChain, WorldLink, WorldMount, WorldRoute } from './world.ts'

/** Names of users, from the host's /etc/passwd: `learner:x:1000:…` lines. */
export function usersOf(passwd: string): Readonly<Record<number, string>> {
  const users: Record<number, string> = {}
  for (const line of passwd.split('\n')) {
    const [name, , uid] = line.split(':')
    if (uid !== undefined && /^\d+$/.test(uid) && users[Number(uid)] === undefined) users[Number(uid)] = name
  }
  return users
}

export function takeWorld(kernel: Kernel, users: World['users']): World {
  const mounts: Record<NsId, readonly WorldMount[]> = {}
  const links: Record<NsId, readonly WorldLink[]> = {}
  const routes: Record<NsId, readonly WorldRoute[]> = {}
  const chains: Record<NsId, readonly WorldChain[]> = {}
  const mountedAt = nsMountPoints(kernel)
  const namespaces = [...kernel.namespaces.values()].sort((a, b) => a.ino - b.ino)
  for (const ns of namespaces) {
    if (ns instanceof MountNamespace) mounts[ns.ino] = snapshotMounts(ns)
    if (ns instanceof NetNamespace) {
      links[ns.ino] = snapshotLinks(ns)
      routes[ns.ino] = snapshotRoutes(ns)
      const hooked = snapshotChains(ns)
      if (hooked.length > 0) chains[ns.ino] = hooked
    }
  }
  return {
    time: kernel.clock.now, initial: initialNamespaces(kernel),
    namespaces: namespaces.map((ns) => {
      const at = mountedAt.get(ns.ino)
      return at === undefined ? snapshotNamespace(ns) : { ...snapshotNamespace(ns), mountedAt: at }
    }),
    processes: snapshotProcesses(kernel),
    mounts, links, routes, chains, cgroups: snapshotCgroups(kernel), users,
  }
}
