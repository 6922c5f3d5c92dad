// stat(2), statx(2), statfs(2) and access(2) of a path.
import { Errno } from '../../abi/errno.ts'
import { W_OK } from '../../abi/fcntl.ts'
import { MS_MANDLOCK, MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_RELATIME, MS_SYNCHRONOUS } from '../../abi/mount.ts'
import { isReg, type Stat, type Statfs, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../abi/stat.ts'
import { SECBIT_NO_SETUID_FIXUP } from '../../abi/sched.ts'
import type { Cred } from '../cred/cred.ts'
import { fromKgidMunged, fromKuid, fromKuidMunged } from '../cred/ids.ts'
import type { Task } from '../task.ts'
import type { Path } from './path.ts'
import { isNoexec, isReadOnly, MAY_EXEC, MAY_WRITE, permission, refuse } from './permissions.ts'

const BLKSIZE = 4096

/** Ids are those of the caller's user namespace; unmapped ones read 65534. */
export function statPath(task: Task, { mount, dentry }: Path): Stat {
  const { inode } = dentry
  const ns = task.cred.userNs
  inode.beforeStat(task)
  return {
    dev: inode.sb.dev, ino: inode.ino, mode: inode.mode, nlink: inode.nlink, uid: fromKuidMunged(ns, inode.uid), gid: fromKgidMunged(ns, inode.gid),
    rdev: inode.rdev, size: inode.size, blksize: BLKSIZE, blocks: inode.blocks,
    atime: inode.atime, mtime: inode.mtime, ctime: inode.ctime, btime: inode.btime, mntId: mount.id,
  }
}

const ST_VALID = 0x20
const ST_FLAGS: readonly (readonly [number, number])[] = [
  [MS_RDONLY, 1], [MS_NOSUID, 2], [MS_NODEV, 4], [MS_NOEXEC, 8], [MS_SYNCHRONOUS, 16], [MS_MANDLOCK, 64], [MS_NOATIME, 1024], [MS_NODIRATIME, 2048], [MS_RELATIME, 4096],
]

export function statfsPath({ mount, dentry }: Path): Statfs {
  const flags = mount.flags | dentry.sb.flags
  let shown = ST_VALID
  for (const [ms, st] of ST_FLAGS) if ((flags & ms) !== 0) shown |= st
  return { ...dentry.sb.statfs(), flags: shown }
}

/** access(2)'s credentials: the real ids, with the capabilities these would have (access_override_creds). */
export function realIdCred(cred: Cred): Cred {
  const isRoot = fromKuid(cred.userNs, cred.uid) === 0
  const effective = (cred.securebits & SECBIT_NO_SETUID_FIXUP) !== 0 ? cred.effective : isRoot ? cred.permitted : 0n
  return { ...cred, fsuid: cred.uid, fsgid: cred.gid, effective }
}

/** faccessat2(2) once the path is known. `mode`: R_OK, W_OK, X_OK bits. */
export function checkAccess(task: Task, path: Path, mode: number, cred: Cred): void {
  const { inode } = path.dentry
  if ((mode & MAY_EXEC) !== 0 && isReg(inode.mode) && isNoexec(path.mount)) refuse(task, path, 'noexec', Errno.EACCES, mode)
  permission(task, path, mode, cred)
  const format = inode.mode & S_IFMT
  const isSpecial = format !== S_IFREG && format !== S_IFDIR && format !== S_IFLNK
  if ((mode & W_OK) !== 0 && !isSpecial && isReadOnly(path.mount)) refuse(task, path, 'read-only', Errno.EROFS, MAY_WRITE)
}
