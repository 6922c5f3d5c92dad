// The root disk, ext4 on /dev/vda as programs see it (statfs, inode numbers, directory sizes); the content lives in memory.
import { Errno } from '../../abi/errno.ts'
import { AT_FDCWD } from '../../abi/fcntl.ts'
import { MS_RDONLY } from '../../abi/mount.ts'
import { EXT4_SUPER_MAGIC } from '../../abi/fs-flags.ts'
import { isBlk, makedev, S_IFDIR, type Statfs } from '../../abi/stat.ts'
import { IdAllocator } from '../../lib/id-allocator.ts'
import { GLOBAL_ROOT_GID, GLOBAL_ROOT_UID } from '../cred/ids.ts'
import { BlockDeviceFile } from './block-device.ts'
import { registerBlockDevice } from '../vfs/devices.ts'
import { checkDevice } from '../cgroup/device-filter.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../task.ts'
import { Dentry } from '../vfs/dentry.ts'
import { LOOKUP_FOLLOW, pathLookup } from '../vfs/path-walk.ts'
import { isNodev } from '../vfs/permissions.ts'
import type { FileSystemType } from '../vfs/super-block.ts'
import { now } from '../vfs/time.ts'
import { directoryHash } from './disk-hash.ts'
import { MemoryDirectory, MemorySuperBlock } from './tmpfs-inode.ts'
import { Room } from '../rooms.ts'

export const DISK_DEV = makedev(254, 0)
export const DISK_SOURCE = '/dev/vda'
const ROOT_INO = 2
const LOST_FOUND_INO = 11
const TOTAL_BLOCKS = 1268648
const RESERVED_BLOCKS = 69632
const TOTAL_INODES = 327680
/** What a Debian system takes; the image leaves most of it out. */
const INSTALLED_BLOCKS = 315992
const INSTALLED_INODES = 22508
/** Holes among the inodes of the installed system, then the first number never used. */
const FREED_INODES = [4424, 4425, 17654]
const NEXT_INODE = 22504
const BLOCK = 4096
/** Bytes of short symbolic links fit into the inode. */
const FAST_SYMLINK = 60

export class Disk extends MemorySuperBlock {
  readonly root: Dentry
  #inos = new IdAllocator(LOST_FOUND_INO + 1)
  #usedBlocks = 0
  #usedInodes = LOST_FOUND_INO

  constructor(kernel: Kernel) {
    super(kernel, DiskType, DISK_DEV, kernel.initUserNs)
    const owner = { uid: GLOBAL_ROOT_UID, gid: GLOBAL_ROOT_GID, time: now(kernel) }
    const root = new MemoryDirectory(this, { ino: ROOT_INO, mode: S_IFDIR | 0o755, ...owner })
    const lostFound = new MemoryDirectory(this, { ino: LOST_FOUND_INO, mode: S_IFDIR | 0o700, ...owner })
    root.nlink = lostFound.nlink = 2
    root.add('lost+found', lostFound)
    this.root = new Dentry('', undefined, root)
  }
  override remount(_task: Task, data: string): void {
    checkOptions(data)
  }

  /** The installation is complete: from here on the figures are those of the whole system, and new files get numbers behind it. */
  finishInstallation(): void {
    const lowest = Math.max(NEXT_INODE, this.#inos.alloc() + 1)
    this.#inos = new IdAllocator(LOST_FOUND_INO + 1, lowest)
    for (const ino of FREED_INODES) if (lowest === NEXT_INODE) this.#inos.free(ino)
    this.#usedBlocks = INSTALLED_BLOCKS
    this.#usedInodes = INSTALLED_INODES
  }

  statfs(): Statfs {
    const free = TOTAL_BLOCKS - this.#usedBlocks
    return {
      type: EXT4_SUPER_MAGIC, bsize: BLOCK, namelen: 255, flags: 0, blocks: TOTAL_BLOCKS, bfree: free, bavail: Math.max(0, free - RESERVED_BLOCKS),
      files: TOTAL_INODES, ffree: TOTAL_INODES - this.#usedInodes,
    }
  }
  allocIno(): number {
    if (this.#usedInodes >= TOTAL_INODES) throw Errno.ENOSPC
    this.#usedInodes++
    return this.#inos.alloc()
  }
  freeIno(ino: number): void {
    this.#usedInodes--
    this.#inos.free(ino)
  }
  takePages(count: number): number {
    const got = Math.min(count, TOTAL_BLOCKS - RESERVED_BLOCKS - this.#usedBlocks)
    this.#usedBlocks += got
    return got
  }
  givePages(count: number): void {
    this.#usedBlocks -= count
  }
  dirSize(entries: number): number {
    return Math.max(1, Math.ceil(entries / 120)) * BLOCK
  }
  dirBlocks(): number {
    return BLOCK / 512
  }
  symlinkBlocks(length: number): number {
    return length < FAST_SYMLINK ? 0 : BLOCK / 512
  }
  /** By hash (dir_index); in directories of more than one block `.` and `..` come first. */
  order(names: string[]): string[] {
    if (names[0] === '.' && this.dirSize(names.length) > BLOCK) return ['.', '..', ...this.order(names.slice(2))]
    return names
      .map((name) => ({ name, hash: directoryHash(name) }))
      .sort((a, b) => a.hash.major - b.hash.major || a.hash.minor - b.hash.minor)
      .map(({ name }) => name)
  }
  acceptsXattr(name: string): boolean {
    return /^(user|trusted|security)\../.test(name)
  }
}

const DISK = new Room<Disk>('disk')
/** The disk's one superblock: mounting /dev/vda again shows the same one. */
export function diskOf(kernel: Kernel): Disk {
  return kernel.rooms.open(DISK, () => {
    const made = new Disk(kernel)
    registerBlockDevice(kernel, DISK_DEV, (_task, path, flags) => new BlockDeviceFile(path, flags, () => made.statfs()))
    return made
  })
}

/** Names that ext4 takes in a mount's options (ext4_param_specs); they change nothing here. */
const OPTION_NAMES: ReadonlySet<string> = new Set(`bsddf minixdf grpid bsdgroups nogrpid sysvgroups resgid resuid sb errors nouid32 debug user_xattr nouser_xattr acl noacl
  norecovery noload commit min_batch_time max_batch_time journal_dev journal_path journal_checksum nojournal_checksum journal_async_commit abort data data_err usrjquota
  grpjquota jqfmt grpquota quota noquota usrquota prjquota barrier nobarrier i_version dax stripe delalloc nodelalloc warn_on_error nowarn_on_error debug_want_extra_isize
  mblk_io_submit nomblk_io_submit block_validity noblock_validity inode_readahead_blks journal_ioprio auto_da_alloc noauto_da_alloc dioread_nolock nodioread_nolock
  dioread_lock discard nodiscard init_itable noinit_itable max_dir_size_kb mb_optimize_scan test_dummy_encryption inlinecrypt nombcache no_mbcache
  prefetch_block_bitmaps no_prefetch_block_bitmaps`.trim().split(/\s+/))

function checkOptions(data: string): void {
  for (const option of data.split(',')) if (option !== '' && !OPTION_NAMES.has(option.split('=')[0])) throw Errno.EINVAL
}

/** lookup_bdev: the number of the block device that `source` names. Throws ENOENT, ENOTBLK, EACCES. */
function blockDevice(task: Task, source: string, isReadOnly: boolean): number {
  const path = pathLookup(task, AT_FDCWD, source, LOOKUP_FOLLOW)
  const { inode } = path.dentry
  if (!isBlk(inode.mode)) throw Errno.ENOTBLK
  if (isNodev(path.mount)) throw Errno.EACCES
  checkDevice(task, inode.mode, inode.rdev, isReadOnly ? 'r' : 'rw')
  return inode.rdev
}

export const DiskType: FileSystemType = {
  name: 'ext4', requiresDevice: true, userNsMount: false,
  mount(task, source, flags, data) {
    const disk = diskOf(task.kernel)
    if (blockDevice(task, source, (flags & MS_RDONLY) !== 0) !== disk.dev) throw Errno.ENXIO
    checkOptions(data)
    if (disk.mounts > 0 && ((disk.flags ^ flags) & MS_RDONLY) !== 0) throw Errno.EBUSY
    return disk
  },
}
