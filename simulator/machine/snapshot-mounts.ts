// The World's mounts: each namespace's tree as paths from its own root.
import { MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_RELATIME } from '../abi/mount.ts'
import { major, minor } from '../abi/stat.ts'
import { NsInode } from '../kernel/fs/nsfs.ts'
import { ProcSuperBlock } from '../kernel/fs/proc/proc-super-block.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Mount } from '../kernel/mount/mount.ts'
import type { MountNamespace } from '../kernel/mount/mount-namespace.ts'
import { namespaceRootPath } from '../kernel/mount/namespace-root.ts'
import { dentryPath, pathFromRoot } from '../kernel/vfs/path-string.ts'
import type { NsId, WorldMount } from './world.ts'

const OPTIONS: readonly (readonly [number, string])[] = [
  [MS_NOSUID, 'nosuid'], [MS_NODEV, 'nodev'], [MS_NOEXEC, 'noexec'], [MS_NOATIME, 'noatime'], [MS_NODIRATIME, 'nodiratime'], [MS_RELATIME, 'relatime'],
]

function propagation(mount: Mount): WorldMount['propagation'] {
  if (mount.isUnbindable) return 'unbindable'
  if (mount.master !== undefined) return mount.isShared ? 'shared,slave' : 'slave'
  return mount.isShared ? 'shared' : 'private'
}

function snapshotMount(mount: Mount, target: string): WorldMount {
  const isReadOnly = ((mount.flags | mount.sb.flags) & MS_RDONLY) !== 0
  return {
    id: mount.id, parent: mount.parent.id, target, source: mount.source, fstype: mount.sb.type.name, dev: `${major(mount.sb.dev)}:${minor(mount.sb.dev)}`, root: dentryPath(mount.root),
    options: [isReadOnly ? 'ro' : 'rw', ...OPTIONS.filter(([flag]) => (mount.flags & flag) !== 0).map(([, name]) => name)],
    propagation: propagation(mount), peerGroup: mount.peerGroup?.id, master: mount.master?.peerGroup?.id,
    pidns: mount.sb instanceof ProcSuperBlock ? mount.sb.pidNs.ino : undefined,
  }
}

/** Mounts of a namespace that can be reached from its root, in mountinfo's order. */
export function snapshotMounts(ns: MountNamespace): readonly WorldMount[] {
  if (ns.root === undefined) return []
  const root = namespaceRootPath(ns)
  const mounts: WorldMount[] = []
  for (const mount of ns.mounts) {
    const { text, end } = pathFromRoot({ mount, dentry: mount.root }, root)
    if (end === 'root') mounts.push(snapshotMount(mount, text))
  }
  return mounts
}

/** Paths of nsfs bind mounts in the initial mount namespace, by the namespace they hold. */
export function nsMountPoints(kernel: Kernel): ReadonlyMap<NsId, readonly string[]> {
  const found = new Map<NsId, string[]>()
  const ns = kernel.initTask?.nsproxy.mnt
  if (ns?.root === undefined) return found
  const root = namespaceRootPath(ns)
  for (const mount of ns.mounts) {
    const { inode } = mount.root
    if (!(inode instanceof NsInode)) continue
    const path = pathFromRoot({ mount, dentry: mount.root }, root).text
    const paths = found.get(inode.ns.ino) ?? []
    if (!paths.includes(path)) paths.push(path)
    found.set(inode.ns.ino, paths)
  }
  return found
}
