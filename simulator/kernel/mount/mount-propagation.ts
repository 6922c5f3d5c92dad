// Shared subtrees (fs/pnode.c, mount_namespaces(7)): how mounts become peers and slaves, and in which order events visit them.
import { type MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE } from '../../abi/mount.ts'
import type { Kernel } from '../kernel.ts'
import type { MountNamespace } from './mount-namespace.ts'
import { type Mount, mountTree } from './mount.ts'
import { PeerGroup } from './peer-group.ts'
import { isReachable } from './mount-reach.ts'
import type { Path } from '../vfs/path.ts'

export type PropagationType = typeof MS_SHARED | typeof MS_PRIVATE | typeof MS_SLAVE | typeof MS_UNBINDABLE

export const nextPeer = (mount: Mount): Mount => mount.share.next.owner
const nextSlave = (mount: Mount): Mount => mount.slaveLink.next.owner
const firstSlave = (mount: Mount): Mount => mount.slaves.next.owner
/** Is this the last in its master's list? */
const isLastSlave = (mount: Mount, master: Mount): boolean => mount.slaveLink.next === master.slaves
/** IS_MNT_NEW: not part of a namespace yet. */
const isNew = (mount: Mount): boolean => mount.ns === undefined
export const arePeers = (a: Mount, b: Mount): boolean => a.peerGroup !== undefined && a.peerGroup === b.peerGroup

/** set_mnt_shared with invent_group_ids: a mount without peers starts a group. */
export function makeShared(kernel: Kernel, mount: Mount): void {
  mount.isUnbindable = false
  if (mount.peerGroup === undefined) joinGroup(mount, new PeerGroup(kernel))
}

export function joinGroup(mount: Mount, group: PeerGroup): void {
  mount.peerGroup = group
  group.join()
}
export function leaveGroup(mount: Mount): void {
  mount.peerGroup?.leave()
  mount.peerGroup = undefined
}

/** change_mnt_propagation */
export function changePropagation(kernel: Kernel, mount: Mount, type: PropagationType): void {
  if (type === MS_SHARED) {
    makeShared(kernel, mount)
    return
  }
  makeSlave(mount)
  if (type === MS_SLAVE) return
  mount.slaveLink.remove()
  mount.master = undefined
  mount.isUnbindable = type === MS_UNBINDABLE
}

/** A mount that goes: its peers and slaves go on without it. */
export function leavePropagation(mount: Mount): void {
  makeSlave(mount)
  mount.slaveLink.remove()
  mount.master = undefined
}

/** do_make_slave: a former peer, with the same root if there is one, becomes the master; a mount without peers and master just loses its slaves. */
function makeSlave(mount: Mount): void {
  let master: Mount
  if (mount.share.isEmpty) {
    leaveGroup(mount)
    if (mount.master === undefined) {
      for (const slave of mount.slaves) {
        slave.slaveLink.remove()
        slave.master = undefined
      }
      return
    }
    master = mount.master
  } else {
    master = nextPeer(mount)
    for (let m = master; m !== mount; m = nextPeer(m)) {
      if (m.root === mount.root) {
        master = m
        break
      }
    }
    mount.share.remove()
    leaveGroup(mount)
  }
  const slaves = [...mount.slaves]
  mount.slaveLink.remove()
  master.slaves.add(mount.slaveLink)
  for (const slave of slaves) {
    slave.slaveLink.remove()
    slave.master = master
    master.slaves.addTail(slave.slaveLink)
  }
  mount.master = master
}

/** propagation_next: the mounts that hear of an event on `origin`: peers, their slaves, and so on downwards. */
export function* propagation(origin: Mount): Iterable<Mount> {
  for (let m = propagationNext(origin, origin); m !== undefined; m = propagationNext(m, origin)) yield m
}

function propagationNext(from: Mount, origin: Mount): Mount | undefined {
  if (!isNew(from) && !from.slaves.isEmpty) return firstSlave(from)
  return skipPropagationSubtree(from, origin)
}

/** The same without going below `from`. */
function skipPropagationSubtree(from: Mount, origin: Mount): Mount | undefined {
  let m = from
  for (;;) {
    const { master } = m
    if (master === origin.master) {
      const next = nextPeer(m)
      return next === origin ? undefined : next
    }
    if (master === undefined) return undefined
    if (!isLastSlave(m, master)) return nextSlave(m)
    m = master
  }
}

/** next_group: the first member of the next slave group below `origin`, groups in the order propagation reaches them. */
export function nextGroup(from: Mount, origin: Mount): Mount | undefined {
  let m = from
  for (;;) {
    for (;;) {
      if (!isNew(m) && !m.slaves.isEmpty) return firstSlave(m)
      const next = nextPeer(m)
      if (m.peerGroup === origin.peerGroup) {
        if (next === origin) return undefined
      } else if (m.slaveLink.next !== next.slaveLink) break
      m = next
    }
    for (;;) {
      const { master } = m
      if (master === undefined) return undefined
      if (!isLastSlave(m, master)) return nextSlave(m)
      m = nextPeer(master)
      if (master.peerGroup === origin.peerGroup || master.slaveLink.next === m.slaveLink) break
      m = master
    }
    if (m === origin) return undefined
  }
}

/** get_dominating_id: the nearest group up the chain of masters that the reader can see; 0 if none. */
export function dominatingGroupId(mount: Mount, root: Path): number {
  for (let m = mount.master; m !== undefined; m = m.master) {
    const peer = peerUnderRoot(m, mount.ns, root)
    if (peer !== undefined) return peer.peerGroup?.id ?? 0
  }
  return 0
}

function peerUnderRoot(mount: Mount, ns: MountNamespace | undefined, root: Path): Mount | undefined {
  let m = mount
  do {
    if (m.ns === ns && isReachable(m, m.root, root)) return m
    m = nextPeer(m)
  } while (m !== mount)
  return undefined
}

/** tree_contains_unbindable */
export function containsUnbindable(root: Mount): boolean {
  for (const mount of mountTree(root)) if (mount.isUnbindable) return true
  return false
}
