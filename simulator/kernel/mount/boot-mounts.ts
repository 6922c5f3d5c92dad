// The mounts of the host, made in the order its init makes them, so that ids and peer groups come out as on a booted Debian.
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_REC, MS_RELATIME, MS_SHARED } from '../../abi/mount.ts'
import { makedev } from '../../abi/stat.ts'
import { DISK_SOURCE, diskOf } from '../fs/disk.ts'
import { Tmpfs, RootfsType } from '../fs/tmpfs.ts'
import { GLOBAL_ROOT_GID, GLOBAL_ROOT_UID } from '../cred/ids.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../task.ts'
import { makeDirectory } from '../vfs/name-create.ts'
import { isErr } from '../../abi/errno.ts'
import { AT_FDCWD } from '../../abi/fcntl.ts'
import { changePropagationOf } from './mount-change.ts'
import { mountNew } from './mount-create.ts'
import { MountNamespace } from './mount-namespace.ts'
import { Mount } from './mount.ts'

const ROOTFS_MOUNT_ID = 1

/** The initial namespace: the kernel's own rootfs with the disk mounted over it. */
export function mountRoot(kernel: Kernel, ino: number): MountNamespace {
  const ns = new MountNamespace(kernel, kernel.initUserNs, ino)
  const rootfs = new Tmpfs(kernel, RootfsType, kernel.initUserNs, { uid: GLOBAL_ROOT_UID, gid: GLOBAL_ROOT_GID }, { mode: 0o755 }, false, makedev(0, 2))
  const bottom = new Mount(kernel, rootfs, rootfs.root, 'none', 0, ROOTFS_MOUNT_ID)
  const disk = diskOf(kernel)
  disk.finishInstallation()
  const early = kernel.mountIds.alloc()
  const root = new Mount(kernel, disk, disk.root, DISK_SOURCE, MS_RELATIME)
  kernel.mountIds.free(early)
  root.attachTo(bottom, bottom.root)
  ns.root = bottom
  for (const mount of [bottom, root]) {
    mount.ns = ns
    ns.mounts.add(mount)
  }
  return ns
}

const SAFE = MS_NOSUID | MS_NODEV | MS_NOEXEC
interface BootMount { readonly source: string; readonly target: string; readonly type: string; readonly flags: number; readonly data?: string }
const MOUNTS: readonly BootMount[] = [
  { source: 'proc', target: '/proc', type: 'proc', flags: SAFE },
  { source: 'sysfs', target: '/sys', type: 'sysfs', flags: SAFE },
  { source: 'udev', target: '/dev', type: 'devtmpfs', flags: MS_NOSUID, data: 'mode=755' },
  { source: 'devpts', target: '/dev/pts', type: 'devpts', flags: MS_NOSUID | MS_NOEXEC, data: 'gid=5,mode=620' },
  { source: 'tmpfs', target: '/dev/shm', type: 'tmpfs', flags: MS_NOSUID | MS_NODEV },
  { source: 'tmpfs', target: '/run', type: 'tmpfs', flags: MS_NOSUID | MS_NODEV, data: 'mode=755' },
  { source: 'cgroup2', target: '/sys/fs/cgroup', type: 'cgroup2', flags: SAFE, data: 'nsdelegate,memory_recursiveprot' },
  { source: 'securityfs', target: '/sys/kernel/security', type: 'securityfs', flags: SAFE },
  { source: 'mqueue', target: '/dev/mqueue', type: 'mqueue', flags: SAFE },
]

/** Mounts everything whose file system type is registered, then makes all of it shared. Directories in /dev are made as udev would. */
export function bootMounts(init: Task): void {
  for (const { source, target, type, flags, data } of MOUNTS) {
    if (!init.kernel.fsTypes.has(type)) continue
    ensureDirectory(init, target)
    mountNew(init, source, target, type, flags, data ?? '')
    if (target === '/run') ensureDirectory(init, '/run/lock')
  }
  changePropagationOf(init, '/', MS_SHARED | MS_REC)
}

function ensureDirectory(init: Task, path: string): void {
  try {
    makeDirectory(init, AT_FDCWD, path, 0o755)
  } catch (thrown) {
    if (!isErr(thrown)) throw thrown
  }
}
