// nsfs (fs/nsfs.c, namespaces(7)): each namespace is an inode; opening it gives a handle for setns(2), a bind mount of it keeps it alive.
import { Errno } from '../../abi/errno.ts'
import { FS_IMMUTABLE_FL, NSFS_MAGIC } from '../../abi/fs-flags.ts'
import { O_RDONLY } from '../../abi/fcntl.ts'
import { NS_GET_NSTYPE, NS_GET_OWNER_UID, NS_GET_PARENT, NS_GET_USERNS } from '../../abi/termios.ts'
import { makedev, S_IFREG } from '../../abi/stat.ts'
import { fromKuidMunged, GLOBAL_ROOT_GID, GLOBAL_ROOT_UID } from '../cred/ids.ts'
import type { Kernel } from '../kernel.ts'
import { MountNamespace } from '../mount/mount-namespace.ts'
import type { Namespace } from '../ns/ns-common.ts'
import { PidNamespace } from '../ns/pid-namespace.ts'
import { UserNamespace } from '../ns/user-namespace.ts'
import type { Task } from '../task.ts'
import { Dentry } from '../vfs/dentry.ts'
import { File } from '../vfs/file.ts'
import { installFile } from '../vfs/file-open.ts'
import type { InodeHolder } from '../vfs/inode.ts'
import type { Path } from '../vfs/path.ts'
import type { SuperBlock } from '../vfs/super-block.ts'
import { now } from '../vfs/time.ts'
import { AnonInode, internalMount, MNT_ID_NSFS } from './anon.ts'

/** The inode of a namespace. Files and mounts of it are holders of the namespace. */
export class NsInode extends AnonInode {
  readonly ns: Namespace

  constructor(sb: SuperBlock, ns: Namespace) {
    super(sb, { ino: ns.ino, mode: S_IFREG | 0o444, uid: GLOBAL_ROOT_UID, gid: GLOBAL_ROOT_GID, time: now(sb.kernel) })
    this.ns = ns
    this.attrFlags = FS_IMMUTABLE_FL
  }
  override hold(reason: InodeHolder): void {
    super.hold(reason)
    this.ns.hold(reason)
  }
  override drop(reason: InodeHolder): void {
    super.drop(reason)
    this.ns.release(reason)
  }
  override open(task?: Task, path?: Path, flags?: number): File {
    if (task === undefined || path === undefined) throw Errno.ENXIO
    return new NsFile(path, flags ?? O_RDONLY, this.ns)
  }
}

/** ioctl_ns(2)'s argument-free requests answer a new descriptor or a number. */
export class NsFile extends File {
  readonly ns: Namespace

  constructor(path: Path, flags: number, ns: Namespace) {
    super(path, flags)
    this.ns = ns
  }

  override ioctl(task: Task, request: number): unknown {
    switch (request) {
      case NS_GET_USERNS: return openNs(task, this.#ownerFor(task))
      case NS_GET_PARENT: return openNs(task, this.#parentFor(task))
      case NS_GET_NSTYPE: return this.ns.flag
      case NS_GET_OWNER_UID:
        if (!(this.ns instanceof UserNamespace)) throw Errno.EINVAL
        return fromKuidMunged(task.cred.userNs, this.ns.ownerUid)
      default: throw Errno.ENOTTY
    }
  }

  /** ns_get_owner: only what lies in the caller's own user namespace or below. */
  #ownerFor(task: Task): Namespace {
    const { owner } = this.ns
    if (owner === undefined || !task.cred.userNs.contains(owner)) throw Errno.EPERM
    return owner
  }
  #parentFor(task: Task): Namespace {
    if (this.ns instanceof UserNamespace) return this.#ownerFor(task)
    if (!(this.ns instanceof PidNamespace)) throw Errno.EINVAL
    const { parent } = this.ns
    if (parent === undefined || !task.pidNs.contains(parent)) throw Errno.EPERM
    return parent
  }
}

function openNs(task: Task, ns: Namespace): number {
  return installFile(task, new NsFile(nsPath(task.kernel, ns), O_RDONLY, ns), true)
}

/** Where /proc/PID/ns links lead: the namespace's dentry on the kernel's nsfs mount. */
export function nsPath(kernel: Kernel, ns: Namespace): Path {
  const mount = internalMount(kernel, { name: 'nsfs', mountId: MNT_ID_NSFS, dev: makedev(0, 4), magic: NSFS_MAGIC })
  let dentry = ns.dentry
  if (dentry === undefined) {
    dentry = new Dentry('', undefined, new NsInode(mount.sb, ns))
    dentry.displayName = ns.link
    ns.dentry = dentry
  }
  return { mount, dentry }
}

export const isNsDentry = (dentry: Dentry): boolean => dentry.inode instanceof NsInode

/** is_mnt_ns_file: the dentry of a mount namespace; copies of trees leave such mounts out. */
export const isMountNsFile = (dentry: Dentry): boolean => dentry.inode instanceof NsInode && dentry.inode.ns instanceof MountNamespace

/** mnt_ns_loop: a mount namespace may be mounted only in one older than itself, so that none keeps itself alive. */
export function isMountNsLoop(task: Task, dentry: Dentry): boolean {
  const { inode } = dentry
  return inode instanceof NsInode && inode.ns instanceof MountNamespace && task.nsproxy.mnt.seq >= inode.ns.seq
}
