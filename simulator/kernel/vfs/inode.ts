// Inodes (include/linux/fs.h). A file system subclasses Inode; the VFS checks permissions before it calls, so methods only do the deed.
// A method that a kind of inode doesn't have throws what Linux answers there.
import { Errno } from '../../abi/errno.ts'
import { S_IFDIR, S_IFMT, S_IFREG, type Dirent } from '../../abi/stat.ts'
import type { Kgid, Kuid } from '../cred/ids.ts'
import type { Task } from '../task.ts'
import type { Pipe } from '../fs/pipe.ts'
import type { FileLocks } from './file-locks.ts'
import type { File } from './file.ts'
import type { Path } from './path.ts'
import type { SuperBlock } from './super-block.ts'

export interface InodeInit {
  readonly ino: number
  readonly mode: number
  readonly uid: Kuid
  readonly gid: Kgid
  readonly rdev?: number
  /** milliseconds since 1970 */
  readonly time: number
}

/** Why an inode without a name stays: an open file, or a mount that shows it (or sits on it). */
export type InodeHolder = 'open-file' | 'bind-mount'

export abstract class Inode {
  readonly sb: SuperBlock
  readonly ino: number
  /** file type and permission bits */
  mode: number
  uid: Kuid
  gid: Kgid
  nlink = 1
  rdev: number
  atime: number
  mtime: number
  ctime: number
  readonly btime: number
  /** `security.capability`, `user.*`, `trusted.overlay.*` …; undefined until the first is set */
  xattrs: Map<string, Uint8Array> | undefined
  /** chattr(1)'s flags: FS_IMMUTABLE_FL, FS_APPEND_FL */
  attrFlags = 0
  /** flock(2) and fcntl(2) locks; undefined until the first is taken */
  locks: FileLocks | undefined
  /** i_writecount: open files that may write; below 0 it is being executed and may not be opened for writing (ETXTBSY). */
  writeCount = 0
  /** The pipe behind a FIFO while somebody has it open. */
  pipe: Pipe | undefined
  #holds = 0
  #evicted = false

  constructor(sb: SuperBlock, init: InodeInit) {
    this.sb = sb
    this.ino = init.ino
    this.mode = init.mode
    this.uid = init.uid
    this.gid = init.gid
    this.rdev = init.rdev ?? 0
    this.atime = this.mtime = this.ctime = this.btime = init.time
  }

  /** is_empty_dir_inode: a directory that exists only to be mounted on (/proc/sys/fs/binfmt_misc, /sys/fs/cgroup). */
  get isPermanentlyEmpty(): boolean {
    return false
  }
  get isDir(): boolean {
    return (this.mode & S_IFMT) === S_IFDIR
  }
  get size(): number {
    return 0
  }
  /** 512-byte units */
  get blocks(): number {
    return 0
  }

  /** Makes the open file for open(2); `flags` are O_…. Truncation has been done. `path` is pinned by the File. */
  abstract open(task: Task, path: Path, flags: number): File

  /** Finds a child. undefined: no such entry. `task` matters only to file systems whose view depends on the reader (proc). */
  lookup(_task: Task, _name: string): Inode | undefined {
    throw Errno.ENOTDIR
  }
  /** Looking up a name that isn't there is an error in itself (proc): making it then fails with ENOENT, whatever the permissions. */
  get missingNamesFail(): boolean {
    return false
  }
  /** False when a cached child of this directory must be looked up again (proc): see Dentry. */
  isStale(_task: Task, _name: string, _child: Inode): boolean {
    return false
  }
  /** All entries but `.` and `..`, in directory order. */
  entries(_task: Task): Iterable<Dirent> {
    throw Errno.ENOTDIR
  }
  /** What getdents64 lists: `dots` are the entries `.` and `..`. */
  *listing(task: Task, dots: readonly Dirent[]): Iterable<Dirent> {
    yield* dots
    yield* this.entries(task)
  }
  /** Makes a regular file, directory, device, fifo or socket node; mode has the type and the umask applied; owner is given. */
  create(_task: Task, _name: string, mode: number, _rdev: number, _uid: Kuid, _gid: Kgid): Inode {
    throw (mode & S_IFMT) === S_IFREG ? Errno.EACCES : Errno.EPERM
  }
  /** O_TMPFILE: a regular file that has no name yet. */
  createUnnamed(_task: Task, _mode: number, _uid: Kuid, _gid: Kgid): Inode {
    throw Errno.EOPNOTSUPP
  }
  symlink(_task: Task, _name: string, _target: string, _uid: Kuid, _gid: Kgid): Inode {
    throw Errno.EPERM
  }
  link(_task: Task, _name: string, _inode: Inode): void {
    throw Errno.EPERM
  }
  unlink(_task: Task, _name: string, _child: Inode): void {
    throw Errno.EPERM
  }
  rmdir(_task: Task, _name: string, _child: Inode): void {
    throw Errno.EPERM
  }
  /** Moves `name` to `newName` in `newDir` (same superblock), replacing `target`. */
  rename(_task: Task, _name: string, _child: Inode, _newDir: Inode, _newName: string, _target: Inode | undefined): void {
    throw Errno.EPERM
  }
  /** RENAME_EXCHANGE: the two names swap what they mean. */
  exchange(_task: Task, _name: string, _child: Inode, _newDir: Inode, _newName: string, _other: Inode): void {
    throw Errno.EINVAL
  }
  /** readlink(2)'s text. */
  readlink(_task: Task): string {
    throw Errno.EINVAL
  }
  /** Magic links (proc) jump to an object instead of walking their text. */
  magicTarget(_task: Task): Path | undefined {
    return undefined
  }
  /** Content of a regular file for the kernel's own reading (execve). */
  readBytes(_offset: number, _count: number): Uint8Array {
    throw Errno.EINVAL
  }
  /** Content written by the kernel itself (copy-up). Throws ENOSPC. */
  writeKernel(_offset: number, _data: Uint8Array): void {
    throw Errno.EINVAL
  }
  truncate(_task: Task, _length: number): void {
    throw Errno.EINVAL
  }
  /** Permission check beyond mode bits: throws to refuse (proc's ptrace checks, sysctl files). `mask` of MAY_… in permissions.ts. */
  extraPermission(_task: Task, _mask: number): void {}
  /** True where the file system decides permission itself and mode bits must not (sysctl's per-namespace root). */
  overridePermission(_task: Task, _mask: number): boolean | undefined {
    return undefined
  }
  /** May extended attributes of this name be set? */
  acceptsXattr(_name: string): boolean {
    return false
  }
  getXattr(name: string): Uint8Array | undefined {
    return this.xattrs?.get(name)
  }
  /** undefined removes it. */
  setXattr(_task: Task, name: string, value: Uint8Array | undefined): void {
    this.xattrs ??= new Map()
    if (value === undefined) this.xattrs.delete(name)
    else this.xattrs.set(name, value)
  }
  xattrNames(): readonly string[] {
    return [...(this.xattrs?.keys() ?? [])]
  }
  /** Does chattr(1) work here? */
  get hasAttrFlags(): boolean {
    return false
  }
  /** Called before stat(2) reads the fields, for inodes whose owner or times follow something else (proc). */
  beforeStat(_task: Task): void {}
  /** chmod/chown/utimes apply directly to the fields after the VFS checks; file systems that refuse throw here. */
  beforeSetAttr(_task: Task): void {}
  hold(_reason: InodeHolder): void {
    this.#holds++
  }
  drop(_reason: InodeHolder): void {
    this.#holds--
    this.evictIfUnused()
  }
  /** Called when a link or a holder has gone. */
  evictIfUnused(): void {
    if (this.nlink > 0 || this.#holds > 0 || this.#evicted) return
    this.#evicted = true
    this.onEvict()
  }
  /** The last link and the last open file are gone. */
  onEvict(): void {}
}
