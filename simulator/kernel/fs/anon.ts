// File systems that no one can mount and see: pipefs, nsfs, the one behind memfd_create(2) and other anonymous inodes (fs/libfs.c: pseudo file systems).
import { ANON_INODE_FS_MAGIC } from '../../abi/fs-flags.ts'
import { makedev, S_IFDIR, S_IFREG, type Statfs } from '../../abi/stat.ts'
import { Errno } from '../../abi/errno.ts'
import { GLOBAL_ROOT_GID, GLOBAL_ROOT_UID, type Kgid, type Kuid } from '../cred/ids.ts'
import type { Kernel } from '../kernel.ts'
import { Mount } from '../mount/mount.ts'
import type { Task } from '../task.ts'
import { Dentry } from '../vfs/dentry.ts'
import type { File } from '../vfs/file.ts'
import { Inode } from '../vfs/inode.ts'
import type { Path } from '../vfs/path.ts'
import { type FileSystemType, SuperBlock } from '../vfs/super-block.ts'
import { now } from '../vfs/time.ts'
import { Tmpfs, TmpfsType } from './tmpfs.ts'
import { MemoryRegular } from './tmpfs-inode.ts'
import { Room } from '../rooms.ts'

/** Mount ids these take at boot, as fdinfo shows them. */
export const MNT_ID_NSFS = 3, MNT_ID_SHM = 4, MNT_ID_SOCKFS = 9, MNT_ID_PIPEFS = 14, MNT_ID_ANON = 15

export interface InternalFs {
  readonly name: string
  readonly mountId: number
  readonly dev: number
  readonly magic: number
}

class InternalSuperBlock extends SuperBlock {
  readonly root: Dentry
  readonly #magic: number

  constructor(kernel: Kernel, { name, dev, magic }: InternalFs) {
    super(kernel, internalType(name), dev, kernel.initUserNs)
    this.#magic = magic
    this.root = new Dentry('', undefined, new AnonInode(this, { ino: 1, mode: S_IFDIR | 0o755, uid: GLOBAL_ROOT_UID, gid: GLOBAL_ROOT_GID, time: now(kernel) }))
    this.root.displayName = `${name}:`
  }
  statfs(): Statfs {
    return { type: this.#magic, bsize: 4096, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0, namelen: 255, flags: 0 }
  }
}

const internalType = (name: string): FileSystemType => ({
  name, requiresDevice: false, userNsMount: false,
  mount() {
    throw Errno.EINVAL
  },
})

/** An inode whose files are made by whoever made it, not by open(2). */
export class AnonInode extends Inode {
  override get blocks(): number {
    return 0
  }
  open(): File {
    throw Errno.ENXIO
  }
}

const INTERNAL_MOUNTS = new Room<Map<string, Mount>>('internal-mounts')
/** The internal mount of a pseudo file system, made at first use. */
export function internalMount(kernel: Kernel, fs: InternalFs): Mount {
  const mounts = kernel.rooms.open(INTERNAL_MOUNTS, () => new Map())
  let mount = mounts.get(fs.name)
  if (mount === undefined) {
    const sb = new InternalSuperBlock(kernel, fs)
    mount = new Mount(kernel, sb, sb.root, fs.name, 0, fs.mountId)
    mounts.set(fs.name, mount)
  }
  return mount
}

/** get_next_ino: numbers of inodes in pseudo file systems, shared by all of them. */
export function nextAnonIno(kernel: Kernel): number {
  return ++kernel.rooms.open(ANON_INO, () => ({ last: FIRST_ANON_INO })).last
}
const ANON_INO = new Room<{ last: number }>('anon-ino')
/** About where a booted Debian stands. */
const FIRST_ANON_INO = 10200

export interface AnonInit { readonly mode: number; readonly uid: Kuid; readonly gid: Kgid }

/** A new inode outside any tree; `display` makes what /proc/PID/fd shows of its number. */
export function anonPath(mount: Mount, init: AnonInit, display: (ino: number) => string): Path {
  const { kernel } = mount.sb
  const inode = new AnonInode(mount.sb, { ...init, ino: nextAnonIno(kernel), time: now(kernel) })
  const dentry = new Dentry('', undefined, inode)
  dentry.displayName = display(inode.ino)
  return { mount, dentry }
}

/** anon_inode_getfile: the shared inode of pidfds, epoll and the like; `name` as in `anon_inode:[pidfd]`. */
export function anonInodePath(kernel: Kernel, name: string): Path {
  const mount = internalMount(kernel, { name: 'anon_inodefs', mountId: MNT_ID_ANON, dev: makedev(0, 14), magic: ANON_INODE_FS_MAGIC })
  return anonPath(mount, { mode: 0o600, uid: GLOBAL_ROOT_UID, gid: GLOBAL_ROOT_GID }, () => `anon_inode:${name}`)
}

const SHM = new Room<{ readonly sb: Tmpfs; readonly mount: Mount }>('shm')
/** memfd_create(2): an unnamed regular file in the kernel's own tmpfs. */
export function memfdPath(task: Task, name: string): Path {
  const { kernel } = task
  const { sb, mount } = kernel.rooms.open(SHM, () => {
    const made = new Tmpfs(kernel, TmpfsType, kernel.initUserNs, { uid: GLOBAL_ROOT_UID, gid: GLOBAL_ROOT_GID }, {}, true, makedev(0, 1))
    return { sb: made, mount: new Mount(kernel, made, made.root, 'tmpfs', 0, MNT_ID_SHM) }
  })
  const inode = new MemoryRegular(sb, { ino: sb.allocIno(), mode: S_IFREG | 0o777, uid: task.cred.fsuid, gid: task.cred.fsgid, time: now(kernel) })
  inode.nlink = 0
  const dentry = new Dentry(`memfd:${name}`, undefined, inode)
  dentry.displayName = `/memfd:${name} (deleted)`
  return { mount, dentry }
}
