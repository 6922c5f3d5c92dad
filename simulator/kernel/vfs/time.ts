// Time stamps of inodes: milliseconds since 1970 with the granularity of the kernel's tick (ktime_get_coarse_real_ts64), and relatime.
import { MS_NOATIME, MS_NODIRATIME, MS_RDONLY, MS_RELATIME } from '../../abi/mount.ts'
import type { Kernel } from '../kernel.ts'
import type { Inode } from './inode.ts'
import type { Path } from './path.ts'

const DAY_MS = 86_400_000

/** current_time */
export const now = (kernel: Kernel): number => Math.floor(kernel.clock.realtimeMs * 4) / 4

/** Contents changed. */
export function touchModified(inode: Inode): void {
  inode.mtime = inode.ctime = now(inode.sb.kernel)
}
export function touchChanged(inode: Inode): void {
  inode.ctime = now(inode.sb.kernel)
}

/** touch_atime: the file was read through `path`. */
export function touchAccessed(path: Path): void {
  const inode = path.dentry.inode
  const flags = path.mount.flags
  if ((flags & (MS_NOATIME | MS_RDONLY)) !== 0 || (inode.sb.flags & (MS_NOATIME | MS_RDONLY)) !== 0) return
  if ((flags & MS_NODIRATIME) !== 0 && inode.isDir) return
  const time = now(inode.sb.kernel)
  if ((flags & MS_RELATIME) !== 0 && inode.atime > inode.mtime && inode.atime > inode.ctime && time - inode.atime < DAY_MS) return
  inode.atime = time
}
