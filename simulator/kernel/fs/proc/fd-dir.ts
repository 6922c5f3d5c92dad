// /proc/PID/fd and fdinfo (fs/proc/fd.c): a magic link and a description for every open descriptor.
import { Errno } from '../../../abi/errno.ts'
import { O_CLOEXEC } from '../../../abi/fcntl.ts'
import { type Dirent, DT_LNK, DT_REG, isDir, isReg } from '../../../abi/stat.ts'
import { ptraceMayAccess } from '../../cred/ptrace-access.ts'
import type { PidNamespace } from '../../ns/pid-namespace.ts'
import type { Pid } from '../../pid.ts'
import type { Task } from '../../task.ts'
import type { File } from '../../vfs/file.ts'
import type { Inode } from '../../vfs/inode.ts'
import { pathString } from '../../vfs/path-string.ts'
import { MAY_EXEC } from '../../vfs/permissions.ts'
import { PidFile as PidFd } from '../pidfd.ts'
import { PidFile, PidMagicLink, PidSubDir, taskOf } from './proc-inode.ts'
import type { ProcSuperBlock } from './proc-super-block.ts'

const O_LARGEFILE = 0o100000
const LINK_SIZE = 64

const isFdName = (name: string): boolean => /^(0|[1-9]\d{0,8})$/.test(name)

function openFiles(pid: Pid): Iterable<readonly [number, File]> {
  const task = taskOf(pid)
  return task === undefined || !task.isAlive ? [] : task.files.entries()
}
function openFile(pid: Pid, name: string): File | undefined {
  const task = taskOf(pid)
  return task === undefined || !task.isAlive || !isFdName(name) ? undefined : task.files.get(Number(name))
}
function requireFile(task: Task, name: string): File {
  const file = task.isAlive ? task.files.get(Number(name)) : undefined
  if (file === undefined) throw Errno.ENOENT
  return file
}

/** r-x for reading, -wx for writing: what the descriptor is open for. */
const linkMode = (file: File): number => (file.canRead ? 0o500 : 0) | (file.canWrite ? 0o300 : 0)

abstract class PerDescriptorDir extends PidSubDir {
  readonly #made = new Map<string, { readonly file: File; readonly inode: Inode }>()
  protected abstract make(name: string, file: File): Inode
  protected abstract readonly entryType: number

  #child(name: string, file: File): Inode {
    const made = this.#made.get(name)
    if (made !== undefined && made.file === file) return made.inode
    const inode = this.make(name, file)
    this.#made.set(name, { file, inode })
    return inode
  }
  override lookup(_task: Task, name: string): Inode | undefined {
    const file = openFile(this.pid, name)
    return file === undefined ? undefined : this.#child(name, file)
  }
  protected override stillValid(name: string, child: Inode): boolean {
    const file = openFile(this.pid, name)
    const made = this.#made.get(name)
    return file !== undefined && made?.file === file && made.inode === child
  }
  override *entries(_task: Task): Iterable<Dirent> {
    for (const [fd, file] of openFiles(this.pid)) yield { ino: this.#child(String(fd), file).ino, name: String(fd), type: this.entryType }
  }
}

/** /proc/PID/fd */
export class FdDir extends PerDescriptorDir {
  protected readonly entryType = DT_LNK
  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, 0o500)
  }
  protected make(name: string, file: File): Inode {
    return new PidMagicLink(this.sb, this.pid, linkMode(file), {
      text: (target, reader) => pathString(requireFile(target, name).path, reader.fs.root),
      path: (target) => requireFile(target, name).path,
    }, LINK_SIZE)
  }
  /** proc_fd_permission: a process may always look at its own, whatever its ids have become. */
  override overridePermission(task: Task): boolean | undefined {
    return taskOf(this.pid) === task ? true : undefined
  }
}

/** /proc/PID/fdinfo */
export class FdInfoDir extends PerDescriptorDir {
  protected readonly entryType = DT_REG
  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, 0o555)
  }
  protected make(name: string): Inode {
    return new PidFile(this.sb, this.pid, 0o444, (target) => showFdInfo(target, this.sb.pidNs, Number(name), requireFile(target, name)))
  }
  override extraPermission(task: Task, mask: number): void {
    const target = taskOf(this.pid)
    if (target === undefined) throw Errno.ESRCH
    if (mask !== MAY_EXEC && !ptraceMayAccess(task, target)) throw Errno.EACCES
  }
}

function showFdInfo(task: Task, ns: PidNamespace, fd: number, file: File): string {
  const { inode, path } = file
  let flags = file.flags
  if (isReg(inode.mode) || isDir(inode.mode)) flags |= O_LARGEFILE
  if (task.files.isCloexec(fd)) flags |= O_CLOEXEC
  const process = file instanceof PidFd ? `Pid:\t${file.pid.numberIn(ns) || -1}\n` : ''
  return `pos:\t${file.pos}\nflags:\t0${flags.toString(8)}\nmnt_id:\t${path.mount.id}\nino:\t${inode.ino}\n${process}`
}
