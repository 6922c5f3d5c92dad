// Inodes that live in memory (mm/shmem.c): directories, regular files, symbolic links, special nodes. The root disk uses them too;
// what differs between tmpfs and a disk is asked of the superblock.
import { Errno } from '../../abi/errno.ts'
import { type Dirent, isDir, isReg } from '../../abi/stat.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import type { Kgid, Kuid } from '../cred/ids.ts'
import type { Task } from '../task.ts'
import { DirFile } from '../vfs/dir-file.ts'
import type { File } from '../vfs/file.ts'
import { Inode, type InodeInit } from '../vfs/inode.ts'
import type { Path } from '../vfs/path.ts'
import { SuperBlock } from '../vfs/super-block.ts'
import { touchChanged, touchModified } from '../vfs/time.ts'
import { DirtyPages } from '../mm/dirty-pages.ts'
import { PageCache } from '../mm/page-cache.ts'
import { PAGE_SIZE, PageData } from './page-data.ts'
import { MemoryFile } from './tmpfs-file.ts'

/** Pages charged at once. */
const CHARGE_BATCH = 64

/** What memory inodes need of their file system. */
export abstract class MemorySuperBlock extends SuperBlock {
  /** Files with bytes that are not on the disk yet. */
  readonly dirtyFiles = new Set<MemoryRegular>()
  abstract allocIno(): number
  abstract freeIno(ino: number): void
  /** Charges a further name of an inode. Throws ENOSPC. */
  countLink(): void {}
  uncountLink(): void {}
  /** Charges pages; answers how many of them were free to take. */
  abstract takePages(count: number): number
  abstract givePages(count: number): void
  /** Size and disk use of a directory with `entries` entries. */
  abstract dirSize(entries: number): number
  abstract dirBlocks(): number
  abstract symlinkBlocks(length: number): number
  /** Directory order, as getdents64 answers; `.` and `..` may be among the names, first. */
  abstract order(names: string[]): string[]
  /** Does a xattr of this name space work here? */
  abstract acceptsXattr(name: string): boolean
}

export abstract class MemoryInode extends Inode {
  declare readonly sb: MemorySuperBlock

  override acceptsXattr(name: string): boolean {
    return this.sb.acceptsXattr(name)
  }
  override get hasAttrFlags(): boolean {
    return true
  }
  override onEvict(): void {
    this.sb.freeIno(this.ino)
  }
  open(_task: Task, _path: Path, _flags: number): File {
    throw Errno.ENXIO
  }
}

export class MemoryNode extends MemoryInode {}

export class MemorySymlink extends MemoryInode {
  readonly #target: string
  readonly #length: number
  constructor(sb: SuperBlock, init: InodeInit, target: string) {
    super(sb, init)
    this.#target = target
    this.#length = encodeUtf8(target).length
  }
  override get size(): number {
    return this.#length
  }
  override get blocks(): number {
    return this.sb.symlinkBlocks(this.#length)
  }
  override readlink(): string {
    return this.#target
  }
}

export class MemoryRegular extends MemoryInode {
  readonly data: PageData
  /** What has been written lately and is not on the disk yet; none on tmpfs. */
  readonly dirty = new DirtyPages()
  /** Who is charged for its pages; nobody for what the image brought. */
  #cache: PageCache | undefined

  constructor(sb: SuperBlock, init: InodeInit, content?: Uint8Array) {
    super(sb, init)
    this.data = new PageData(content)
  }
  /**
   * Charges the task's group for the pages that a range of bytes lacks, lets `fill` add them and takes back the charge for those it didn't.
   * `fill` gets how many bytes of the range fit into the group. Throws ENOMEM if none do.
   */
  withCharge<T>(task: Task, offset: number, length: number, fill: (fitting: number) => T): T {
    const cache = (this.#cache ??= new PageCache(!this.sb.type.requiresDevice))
    const before = this.data.pages
    let charged = 0
    let fitting = length
    for (let index = Math.floor(offset / PAGE_SIZE); index * PAGE_SIZE < offset + length; ) {
      let pages = 0
      while (pages < CHARGE_BATCH && (index + pages) * PAGE_SIZE < offset + length && !this.data.hasPage(index + pages)) pages++
      if (pages > 0 && !cache.grow(task, pages * PAGE_SIZE)) {
        fitting = Math.max(0, index * PAGE_SIZE - offset)
        break
      }
      charged += pages
      index += Math.max(1, pages)
    }
    try {
      if (fitting === 0) throw Errno.ENOMEM
      return fill(fitting)
    } finally {
      cache.giveBack(task.cgroup, (charged - (this.data.pages - before)) * PAGE_SIZE)
    }
  }
  /** write(2): what there is room for, in the group and in the file system. Throws ENOMEM, ENOSPC if that is nothing. */
  writeFor(task: Task, offset: number, data: Uint8Array): number {
    const written = this.withCharge(task, offset, data.length, (fitting) => this.writeBytes(offset, fitting === data.length ? data : data.subarray(0, fitting)))
    if (this.sb.type.requiresDevice) {
      this.dirty.add(task.cgroup, written)
      this.sb.dirtyFiles.add(this)
    }
    return written
  }
  override get size(): number {
    return this.data.size
  }
  override get blocks(): number {
    return this.data.pages * (PAGE_SIZE / 512)
  }
  override open(_task: Task, path: Path, flags: number): File {
    return new MemoryFile(path, flags, this)
  }
  override readBytes(offset: number, count: number): Uint8Array {
    return this.data.read(offset, count)
  }
  override truncate(_task: Task, length: number): void {
    this.sb.givePages(this.data.setSize(length))
    this.shrinkCache()
    touchModified(this)
  }
  /** Pages of the disk are needed in memory again. */
  readAgain(task: Task, bytes: number): void {
    this.#cache?.readAgain(task, bytes)
  }
  /** Pages were given back. */
  shrinkCache(): void {
    this.#cache?.shrinkTo(this.data.pages * PAGE_SIZE)
  }
  override onEvict(): void {
    this.sb.givePages(this.data.pages)
    this.#cache?.shrinkTo(0)
    this.dirty.clear()
    this.sb.dirtyFiles.delete(this)
    super.onEvict()
  }

  override writeKernel(offset: number, data: Uint8Array): void {
    if (this.writeBytes(offset, data) < data.length) throw Errno.ENOSPC
  }
  /** Writes what there is room for; throws ENOSPC if that is nothing. */
  writeBytes(offset: number, data: Uint8Array): number {
    let length = data.length
    for (let index = Math.floor(offset / PAGE_SIZE); index * PAGE_SIZE < offset + data.length; index++) {
      if (this.data.hasPage(index)) continue
      if (this.sb.takePages(1) === 0) {
        length = Math.max(0, index * PAGE_SIZE - offset)
        break
      }
      this.data.allocate(index)
    }
    if (length === 0 && data.length > 0) throw Errno.ENOSPC
    this.data.write(offset, length === data.length ? data : data.subarray(0, length))
    touchModified(this)
    return length
  }
}

export class MemoryDirectory extends MemoryInode {
  readonly #entries = new Map<string, MemoryInode>()

  override get size(): number {
    return this.sb.dirSize(this.#entries.size)
  }
  override get blocks(): number {
    return this.sb.dirBlocks()
  }
  override open(_task: Task, path: Path, flags: number): File {
    return new DirFile(path, flags)
  }
  override lookup(_task: Task, name: string): MemoryInode | undefined {
    return this.#entries.get(name)
  }
  override *entries(): Iterable<Dirent> {
    for (const name of this.sb.order([...this.#entries.keys()])) {
      const inode = this.#entries.get(name)
      if (inode !== undefined) yield { ino: inode.ino, name, type: inode.mode >> 12 }
    }
  }
  override *listing(_task: Task, dots: readonly Dirent[]): Iterable<Dirent> {
    for (const name of this.sb.order([...dots.map((d) => d.name), ...this.#entries.keys()])) {
      const inode = this.#entries.get(name)
      const entry = inode === undefined ? dots.find((d) => d.name === name) : { ino: inode.ino, name, type: inode.mode >> 12 }
      if (entry !== undefined) yield entry
    }
  }
  child(name: string): MemoryInode | undefined {
    return this.#entries.get(name)
  }
  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** Enters an inode made by the caller. */
  add(name: string, inode: MemoryInode): void {
    this.#entries.set(name, inode)
    if (inode.isDir) this.nlink++
  }
  #remove(name: string, inode: Inode): void {
    this.#entries.delete(name)
    if (inode.isDir) this.nlink--
    touchModified(this)
  }
  #add(name: string, inode: Inode): void {
    this.add(name, inode as MemoryInode)
    touchModified(this)
  }

  override create(_task: Task, name: string, mode: number, rdev: number, uid: Kuid, gid: Kgid): MemoryInode {
    const inode = makeMemoryInode(this.sb, { ino: this.sb.allocIno(), mode, uid, gid, rdev, time: this.#now() })
    this.#add(name, inode)
    return inode
  }
  override createUnnamed(_task: Task, mode: number, uid: Kuid, gid: Kgid): MemoryInode {
    return makeMemoryInode(this.sb, { ino: this.sb.allocIno(), mode, uid, gid, time: this.#now() })
  }
  override symlink(_task: Task, name: string, target: string, uid: Kuid, gid: Kgid): MemoryInode {
    const inode = new MemorySymlink(this.sb, { ino: this.sb.allocIno(), mode: 0o120777, uid, gid, time: this.#now() }, target)
    this.#add(name, inode)
    return inode
  }
  override link(_task: Task, name: string, inode: Inode): void {
    this.sb.countLink()
    inode.nlink++
    touchChanged(inode)
    this.#add(name, inode)
  }
  override unlink(_task: Task, name: string, child: Inode): void {
    this.#remove(name, child)
    if (child.nlink > 1) this.sb.uncountLink()
    child.nlink--
    touchChanged(child)
  }
  override rmdir(_task: Task, name: string, child: Inode): void {
    if (child instanceof MemoryDirectory && !child.isEmpty) throw Errno.ENOTEMPTY
    this.#remove(name, child)
    child.nlink = 0
    touchChanged(child)
  }
  override rename(task: Task, name: string, child: Inode, newDir: Inode, newName: string, target: Inode | undefined): void {
    if (!(newDir instanceof MemoryDirectory)) throw Errno.EXDEV
    if (target !== undefined) {
      if (target.isDir) newDir.rmdir(task, newName, target)
      else newDir.unlink(task, newName, target)
    }
    this.#remove(name, child)
    newDir.#add(newName, child)
    touchChanged(child)
  }
  override exchange(_task: Task, name: string, child: Inode, newDir: Inode, newName: string, other: Inode): void {
    if (!(newDir instanceof MemoryDirectory)) throw Errno.EXDEV
    this.#remove(name, child)
    newDir.#remove(newName, other)
    this.#add(name, other)
    newDir.#add(newName, child)
    touchChanged(child)
    touchChanged(other)
  }

  #now(): number {
    touchModified(this)
    return this.mtime
  }
}

/** The inode for a mode: everything but symbolic links. */
export function makeMemoryInode(sb: MemorySuperBlock, init: InodeInit, content?: Uint8Array): MemoryInode {
  if (isReg(init.mode)) return new MemoryRegular(sb, init, content)
  if (!isDir(init.mode)) return new MemoryNode(sb, init)
  const dir = new MemoryDirectory(sb, init)
  dir.nlink = 2
  return dir
}
