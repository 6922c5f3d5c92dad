// File system types and their instances (include/linux/fs.h: file_system_type, super_block).
import type { Statfs } from '../../abi/stat.ts'
import type { Kernel } from '../kernel.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import type { Task } from '../task.ts'
import type { Dentry } from './dentry.ts'

export abstract class SuperBlock {
  readonly kernel: Kernel
  readonly type: FileSystemType
  /** st_dev */
  readonly dev: number
  /** The user namespace it was mounted from: its capabilities rule it, its ids are valid in it. */
  readonly userNs: UserNamespace
  abstract readonly root: Dentry
  /** MS_RDONLY and friends that belong to the superblock, not to one mount of it. */
  flags = 0
  /** SB_I_NODEV: mounted from a user namespace, so device nodes in it don't work. */
  noDevices = false
  /** SB_I_USERNS_VISIBLE: proc and sysfs, which a user namespace may only mount if it sees them fully elsewhere (mount_too_revealing). */
  usernsVisible = false
  /** Files open for writing through any of its mounts: they forbid remount,ro. */
  writers = 0
  /** How many mounts show it; at 0 it is gone (`onLastUnmount`). */
  mounts = 0

  constructor(kernel: Kernel, type: FileSystemType, dev: number, userNs: UserNamespace) {
    this.kernel = kernel
    this.type = type
    this.dev = dev
    this.userNs = userNs
  }

  /** Options behind rw/ro at the end of a mountinfo line, without leading comma: `size=64k,mode=755`. */
  showOptions(_task: Task, _root: Dentry): string {
    return ''
  }
  /** What mountinfo shows as the root of a mount, where that isn't the path of its dentry (cgroup2). */
  showRoot(_task: Task, _root: Dentry): string | undefined {
    return undefined
  }
  abstract statfs(): Statfs
  /** mount -o remount: applies what the file system allows to change; `flags` are the call's. Throws EINVAL for unknown options. */
  remount(_task: Task, _data: string, _flags: number): void {}
  onLastUnmount(): void {}
}

export interface FileSystemType {
  readonly name: string
  /** Needs a block device as source (ext4 …): not listed as `nodev` in /proc/filesystems. */
  readonly requiresDevice: boolean
  /** FS_USERNS_MOUNT: may be mounted by the root of a user namespace. */
  readonly userNsMount: boolean
  /** Built on kernfs (sysfs, cgroup): directories are listed by a hash of the names. */
  readonly isKernfs?: boolean
  /** The user namespace that will own the superblock, where that isn't the caller's: the mounter needs CAP_SYS_ADMIN over it. */
  ownerOf?(task: Task): UserNamespace
  /** The directory that a new mount shows, where that isn't the superblock's root (cgroup2 in a cgroup namespace). */
  rootOf?(task: Task, sb: SuperBlock): Dentry
  /** Gives a new or the fitting existing superblock. Throws EPERM/EINVAL/ENODEV … as Linux does. */
  mount(task: Task, source: string, flags: number, data: string): SuperBlock
}
