// What execve(2) needs of the VFS: an executable found and allowed, its first bytes, its whole content (fs/exec.c: do_open_execat).
import { Errno } from '../../abi/errno.ts'
import { AT_FDCWD } from '../../abi/fcntl.ts'
import { isReg } from '../../abi/stat.ts'
import type { Task } from '../task.ts'
import type { Inode } from './inode.ts'
import type { Path } from './path.ts'
import { LOOKUP_EMPTY, LOOKUP_FOLLOW, pathLookup } from './path-walk.ts'
import { isNoexec, MAY_EXEC, permission, refuse } from './permissions.ts'
import { touchAccessed } from './time.ts'

/** BINPRM_BUF_SIZE: what the kernel looks at to tell a script from a binary. */
const HEAD_SIZE = 256

export interface Executable {
  readonly path: Path
  readonly inode: Inode
  readonly head: Uint8Array
}

/** Throws EACCES for anything but a regular file with an x bit on a mount without noexec, and what path lookup throws. */
export function openExecutable(task: Task, dirfd: number, path: string, flags = LOOKUP_FOLLOW): Executable {
  const found = pathLookup(task, dirfd, path, dirfd === AT_FDCWD ? flags : flags | LOOKUP_EMPTY)
  const { inode } = found.dentry
  if (!isReg(inode.mode)) throw Errno.EACCES
  if (isNoexec(found.mount)) refuse(task, found, 'noexec', Errno.EACCES, MAY_EXEC)
  permission(task, found, MAY_EXEC)
  if (inode.writeCount > 0) throw Errno.ETXTBSY
  touchAccessed(found)
  return { path: found, inode, head: inode.readBytes(0, HEAD_SIZE) }
}

/** The whole content of a regular file. */
export const readAll = (inode: Inode): Uint8Array => inode.readBytes(0, inode.size)

/** deny_write_access and allow_write_access: while a program runs, its file can't be opened for writing (ETXTBSY). Executions are counted. */
export function denyWriteAccess(inode: Inode): void {
  inode.writeCount--
}
export function allowWriteAccess(inode: Inode): void {
  inode.writeCount++
}
