// Putting mounts into the tree (fs/namespace.c: attach_recursive_mnt, commit_tree, lock_mnt_tree; fs/pnode.c: propagate_mnt).
import { Errno } from '../../abi/errno.ts'
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_NOATIME, MS_RDONLY } from '../../abi/mount.ts'
import type { Task } from '../task.ts'
import type { Dentry } from '../vfs/dentry.ts'
import type { Path } from '../vfs/path.ts'
import { pathString } from '../vfs/path-string.ts'
import { sysctlNumber } from '../vfs/vfs-sysctl.ts'
import { copyTree } from './mount-copy.ts'
import { discardTree } from './mount-detach.ts'
import type { MountNamespace } from './mount-namespace.ts'
import { arePeers, leaveGroup, makeShared, nextGroup, nextPeer } from './mount-propagation.ts'
import { topOf } from './mount-reach.ts'
import { type Mount, mountTree } from './mount.ts'

const LOCKABLE = MS_RDONLY | MS_NODEV | MS_NOSUID | MS_NOEXEC

/** lock_mount: where a mount on `path` goes, on top of what is mounted there already. Throws ENOENT for a removed directory. */
export function mountpointOf(path: Path): Path {
  const top = topOf(path)
  if (top.dentry.isUnlinked) throw Errno.ENOENT
  return top
}

/** graft_tree: attaches a new tree. On failure the tree is thrown away. */
export function graftTree(task: Task, tree: Mount, at: Path): void {
  try {
    if (at.dentry.inode.isDir !== tree.root.inode.isDir) throw Errno.ENOTDIR
    attachMount(task, tree, at, false)
  } catch (error) {
    discardTree(tree)
    throw error
  }
}

/** attach_recursive_mnt: attaches `tree` at a place and at the corresponding places of everything that hears of it. `moving`: it was attached before. */
export function attachMount(task: Task, tree: Mount, at: Path, moving: boolean): void {
  const { kernel } = task
  const pending = new Map<MountNamespace, number>()
  if (!moving) mustHaveRoom(task, at.mount.ns, tree, pending)
  let copies: Mount[] = []
  if (at.mount.isShared) {
    const before = [...mountTree(tree)].filter((m) => !m.isShared)
    for (const mount of before) makeSharedKeepingFlag(task, mount)
    try {
      copies = propagateMount(task, at.mount, at.dentry, tree, pending)
    } catch (error) {
      for (const mount of before) leaveGroup(mount)
      throw error
    }
    for (const mount of mountTree(tree)) mount.isUnbindable = false
  }
  if (moving) {
    tree.detachFromParent()
    tree.attachTo(at.mount, at.dentry)
  } else {
    tree.attachTo(at.mount, at.dentry)
    commitTree(tree)
  }
  for (const copy of copies.reverse()) {
    const { parent, mountpoint } = copy
    const covered = parent.childAt(mountpoint)
    if (covered !== undefined) {
      covered.detachFromParent()
      covered.attachTo(copy, copy.root)
    }
    copy.attachTo(parent, mountpoint)
    if (parent.ns?.owner !== task.nsproxy.mnt.owner) lockTree(copy)
    copy.isLocked = false
    commitTree(copy)
  }
  announce(task, tree, copies, moving)
  if (kernel.trace.enabled && copies.length > 0) kernel.trace.emit('mount.propagate', task, { mount: tree.id, to: copies.map((c) => ({ mount: c.id, ns: c.ns?.ino })) })
}

function announce(task: Task, tree: Mount, copies: readonly Mount[], moving: boolean): void {
  const { trace } = task.kernel
  if (!trace.enabled) return
  const at = pathString({ mount: tree, dentry: tree.root }, task.fs.root)
  trace.emit(moving ? 'mount.move' : 'mount.add', task, {
    mount: tree.id, ns: tree.ns?.ino, at, fstype: tree.sb.type.name, source: tree.source, flags: tree.flags, propagated: copies.length,
  })
}

/** invent_group_ids before the tree is known to attach: a group is made, the unbindable mark stays until it does. */
function makeSharedKeepingFlag(task: Task, mount: Mount): void {
  const { isUnbindable } = mount
  makeShared(task.kernel, mount)
  mount.isUnbindable = isUnbindable
}

/** commit_tree: the mounts now belong to their parent's namespace, listed after all others. */
function commitTree(tree: Mount): void {
  const { ns } = tree.parent
  if (ns === undefined) return
  for (const mount of mountTree(tree)) {
    mount.ns = ns
    ns.mounts.add(mount)
  }
}

/** count_mounts: fs.mount-max for each namespace; `pending` holds what has been counted but not yet committed. */
function mustHaveRoom(task: Task, ns: MountNamespace | undefined, tree: Mount, pending: Map<MountNamespace, number>): void {
  if (ns === undefined) return
  let count = pending.get(ns) ?? 0
  for (const _ of mountTree(tree)) count++
  if (ns.mounts.size + count > sysctlNumber(task.kernel, 'fs.mount-max')) throw Errno.ENOSPC
  pending.set(ns, count)
}

/** lock_mnt_tree: what a more privileged namespace has set up may not be taken apart, revealed or loosened here. */
export function lockTree(tree: Mount): void {
  for (const mount of mountTree(tree)) {
    mount.lockedFlags |= MS_NOATIME | (mount.flags & LOCKABLE)
    mount.isLocked = true
  }
}

/** propagate_mnt: copies for all peers of `dest` and all slaves below, in Linux's order; copies of copies keep the shape of the propagation tree. */
function propagateMount(task: Task, dest: Mount, mountpoint: Dentry, source: Mount, pending: Map<MountNamespace, number>): Mount[] {
  const copies: Mount[] = []
  const marked = new Set<Mount>()
  let lastDest = dest
  let lastSource = source
  const propagateTo = (m: Mount): void => {
    if (m.ns === undefined || !mountpoint.isBelow(m.root)) return
    const isPeer = arePeers(m, lastDest)
    if (!isPeer) lastSource = sourceFor(m, dest, source, lastSource, marked)
    const copy = copyTree(task.kernel, lastSource, lastSource.root, isPeer ? { makeShared: true } : { slave: true, makeShared: m.isShared })
    copy.parent = m
    copy.mountpoint = mountpoint
    lastDest = m
    lastSource = copy
    if (m.master !== undefined && m.master !== dest.master) marked.add(m.master)
    copies.push(copy)
    mustHaveRoom(task, m.ns, copy, pending)
  }
  try {
    for (let m = nextPeer(dest); m !== dest; m = nextPeer(m)) propagateTo(m)
    for (let group = nextGroup(dest, dest); group !== undefined; group = nextGroup(group, dest)) {
      let m = group
      do {
        propagateTo(m)
        m = nextPeer(m)
      } while (m !== group)
    }
  } catch (error) {
    for (const copy of copies) {
      copy.parent = copy
      copy.mountpoint = copy.root
      discardTree(copy)
    }
    throw error
  }
  return copies
}

/** Which of the copies made so far the copy for `m` is a slave of. */
function sourceFor(m: Mount, dest: Mount, source: Mount, last: Mount, marked: ReadonlySet<Mount>): Mount {
  let n = m
  let p = n.master
  while (p !== undefined && p !== dest.master && !marked.has(p)) {
    n = p
    p = n.master
  }
  let from = last
  for (;;) {
    if (arePeers(from, source)) return from
    const { parent } = from
    const done = parent.master === p
    if (done && arePeers(n, parent)) return from
    if (from.master === undefined) return from
    from = from.master
    if (done) return from
  }
}
