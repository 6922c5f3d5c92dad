// Why a mount(2) failed, in libmount's words. The same error number means different things for a new mount, a remount, a bind and a move.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, type Errno, isErr } from '../../../abi/errno.ts'
import { MS_BIND, MS_MOVE, MS_RDONLY, MS_REMOUNT } from '../../../abi/mount.ts'
import { isBlk, isDir, isReg } from '../../../abi/stat.ts'
import { readMountinfo } from '../../libc/mountinfo.ts'
import { call } from '../../libc/syscall.ts'
import { lstat, stat } from '../../libc/unistd.ts'

export interface FailedMount {
  readonly source: string | undefined
  readonly target: string
  readonly fstype: string | undefined
  readonly flags: number
  /** It was a call that changes propagation. */
  readonly propagation: boolean
  readonly errno: Errno
}

export function* explainMountError(f: FailedMount): Flow<string> {
  const { source, target, flags, errno } = f
  const generic = `mount(2) system call failed: ${errno.message}`
  switch (errno) {
    case E.EPERM:
      return (yield* call('geteuid')) === 0 ? 'permission denied' : 'must be superuser to use mount'
    case E.EBUSY:
      if ((flags & MS_REMOUNT) !== 0) return 'mount point is busy'
      return yield* explainBusy(source ?? 'none')
    case E.ENOENT:
      if (isErr(yield* lstat(target))) return 'mount point does not exist'
      if (isErr(yield* stat(target))) return 'mount point is a symbolic link to nowhere'
      return source !== undefined && isErr(yield* stat(source)) ? `special device ${source} does not exist` : generic
    case E.ENOTDIR: {
      const st = yield* stat(target)
      if (isErr(st) || !isDir(st.mode)) return 'mount point is not a directory'
      const tail = source === undefined ? undefined : yield* stat(source)
      return tail === E.ENOTDIR ? `special device ${source} does not exist (a path prefix is not a directory)` : generic
    }
    case E.EINVAL:
      if ((flags & MS_REMOUNT) !== 0) return 'mount point not mounted or bad option'
      if (f.propagation) return 'not mount point or bad option'
      if ((flags & MS_MOVE) !== 0 && (yield* isShared(source ?? ''))) return 'bad option; moving a mount residing under a shared mount is unsupported'
      return `wrong fs type, bad option, bad superblock on ${source}, missing codepage or helper program, or other error`
    case E.EMFILE:
      return 'mount table full'
    case E.EIO:
      return `can't read superblock on ${source}`
    case E.ENODEV:
      return f.fstype === undefined ? 'unknown filesystem type' : `unknown filesystem type '${f.fstype}'`
    case E.ENOTBLK:
      return yield* explainNoBlockDevice(source ?? '')
    case E.ENXIO:
      return `${source} is not a valid block device`
    case E.EACCES:
    case E.EROFS:
      if ((flags & MS_RDONLY) !== 0) return `cannot mount ${source} read-only`
      if ((flags & MS_REMOUNT) !== 0) return `cannot remount ${source} read-write, is write-protected`
      return (flags & MS_BIND) !== 0 ? `bind ${source} failed` : generic
    default:
      return generic
  }
}

function* explainBusy(source: string): Flow<string> {
  const mounts = yield* readMountinfo()
  const other = isErr(mounts) ? undefined : mounts.find((m) => m.source === source)
  return other ? `${source} already mounted on ${other.target}` : `${source} already mounted or mount point busy`
}

/** libmount looks at the mount itself; at the one it lies under only where that is another device. */
function* isShared(path: string): Flow<boolean> {
  const mounts = yield* readMountinfo()
  if (isErr(mounts)) return false
  const mount = mounts.findLast((m) => m.target === path) ?? mounts.filter((m) => path.startsWith(m.target === '/' ? '/' : `${m.target}/`)).sort((a, b) => a.target.length - b.target.length).at(-1)
  const parent = mounts.find((m) => m.id === mount?.parent)
  return (parent?.dev === mount?.dev ? mount : parent)?.optional.some((field) => field.startsWith('shared:')) ?? false
}

function* explainNoBlockDevice(source: string): Flow<string> {
  const st = yield* stat(source)
  if (isErr(st)) return `${source} is not a block device, and stat(2) fails?`
  if (isBlk(st.mode)) return `the kernel does not recognize ${source} as a block device; maybe "modprobe driver" is necessary`
  return isReg(st.mode) ? `${source} is not a block device; try "-o loop"` : `${source} is not a block device`
}
