// Inodes of an overlay (fs/overlayfs/inode.c, namei.c, dir.c, readdir.c, copy_up.c): each stands for a name in the upper layer, in lower ones, or in
// several if it is a merged directory. The first change copies it up; what is deleted is covered by a whiteout.
import { Errno } from '../../abi/errno.ts'
import { O_ACCMODE, O_RDONLY } from '../../abi/fcntl.ts'
import { type Dirent, DT_CHR, isChr, isDir, isLnk, isReg } from '../../abi/stat.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import type { Kgid, Kuid } from '../cred/ids.ts'
import type { Task } from '../task.ts'
import { addDentry, type Dentry, dropDentry, lookupChild, moveDentry } from '../vfs/dentry.ts'
import { DirFile } from '../vfs/dir-file.ts'
import type { File } from '../vfs/file.ts'
import { Inode } from '../vfs/inode.ts'
import type { Path } from '../vfs/path.ts'
import type { SuperBlock } from '../vfs/super-block.ts'
import { OverlayFile } from './overlay-file.ts'

/** What inodes need of their overlay. */
export interface OverlayFs extends SuperBlock {
  readonly opaqueXattr: string
  /** False where the upper file system refuses the overlay's attributes: what needs an opaque directory then fails with EIO. */
  readonly hasXattrs: boolean
  /** Covers a name of the upper layer; `fresh` as rename does it (RENAME_WHITEOUT), else with a link to the shared whiteout. */
  makeWhiteout(task: Task, dir: Dentry, name: string, fresh: boolean): void
}

const OPAQUE = encodeUtf8('y')
const COPY_CHUNK = 1 << 20
/** Fields that are the real inode's. */
const MIRRORED = ['mode', 'uid', 'gid', 'rdev', 'mtime', 'ctime', 'attrFlags'] as const

export const isWhiteout = (inode: Inode): boolean => isChr(inode.mode) && inode.rdev === 0

export class OverlayInode extends Inode {
  declare readonly sb: OverlayFs
  upper: Path | undefined
  /** One file, or the directories that merge, topmost first. */
  lowers: readonly Path[]
  /** Where it is: the directory it was found in, undefined at the root. */
  parent: OverlayDirectory | undefined
  name: string

  constructor(sb: OverlayFs, upper: Path | undefined, lowers: readonly Path[], parent: OverlayDirectory | undefined, name: string) {
    const real = (upper ?? lowers[0]).dentry.inode
    super(sb, { ino: real.ino, mode: real.mode, uid: real.uid, gid: real.gid, rdev: real.rdev, time: real.btime })
    this.upper = upper
    this.lowers = lowers
    this.parent = parent
    this.name = name
    for (const key of MIRRORED) {
      Object.defineProperty(this, key, { get: () => this.real[key], set: (value: never) => (this.real[key] = value) })
    }
    Object.defineProperty(this, 'nlink', { get: () => (this.isMerged ? 1 : this.real.nlink), set: (n: number) => (this.real.nlink = n) })
    Object.defineProperty(this, 'atime', { get: () => this.real.atime, set: (time: number) => this.setAccessTime(time) })
  }

  get realPath(): Path {
    return this.upper ?? this.lowers[0]
  }
  get real(): Inode {
    return this.realPath.dentry.inode
  }
  get isMerged(): boolean {
    return this.isDir && this.lowers.length + (this.upper === undefined ? 0 : 1) > 1
  }
  /** Reading a file of a lower layer leaves no trace there. */
  setAccessTime(time: number): void {
    if (this.upper !== undefined) this.upper.dentry.inode.atime = time
  }

  override get size(): number {
    return this.real.size
  }
  override get blocks(): number {
    return this.real.blocks
  }
  override open(task: Task, path: Path, flags: number): File {
    if ((flags & O_ACCMODE) !== O_RDONLY) this.copyUp(task)
    return new OverlayFile(task, path, flags, this)
  }
  override readlink(task: Task): string {
    return this.real.readlink(task)
  }
  override readBytes(offset: number, count: number): Uint8Array {
    return this.real.readBytes(offset, count)
  }
  override truncate(task: Task, length: number): void {
    this.copyUp(task, length)
    this.real.truncate(task, length)
  }
  override beforeSetAttr(task: Task): void {
    this.copyUp(task)
    this.real.beforeSetAttr(task)
  }
  override get hasAttrFlags(): boolean {
    return this.real.hasAttrFlags
  }
  override acceptsXattr(name: string): boolean {
    return this.real.acceptsXattr(name)
  }
  override getXattr(name: string): Uint8Array | undefined {
    return name.startsWith('trusted.overlay.') ? undefined : this.real.getXattr(name)
  }
  override setXattr(task: Task, name: string, value: Uint8Array | undefined): void {
    this.copyUp(task)
    this.real.setXattr(task, name, value)
  }
  override xattrNames(): readonly string[] {
    return this.real.xattrNames().filter((name) => !name.startsWith('trusted.overlay.'))
  }

  /** ovl_copy_up: the directories above first, then this with all its attributes; of a file's content at most `length` bytes, since the rest will be cut. */
  copyUp(task: Task, length = Infinity): void {
    if (this.upper !== undefined) return
    const { parent } = this
    if (parent === undefined) throw Errno.EROFS
    parent.copyUp(task)
    const dir = parent.upper
    if (dir === undefined) throw Errno.EROFS
    const lower = this.real
    const { mtime } = dir.dentry.inode
    const copy = copyInode(task, dir.dentry.inode, this.name, lower, length)
    dir.dentry.inode.mtime = mtime
    this.upper = { mount: dir.mount, dentry: addDentry(dir.dentry, this.name, copy) }
    task.kernel.trace.emit('overlay.copy-up', task, { name: this.name, ino: lower.ino, size: copy.size })
  }
}

/** Makes the upper twin of a lower inode. Throws ENOSPC with nothing left behind. */
function copyInode(task: Task, dir: Inode, name: string, lower: Inode, length: number): Inode {
  const { mode, uid, gid } = lower
  const copy = isLnk(mode) ? dir.symlink(task, name, lower.readlink(task), uid, gid) : dir.create(task, name, mode, lower.rdev, uid, gid)
  try {
    if (isReg(mode)) {
      for (let at = 0; at < Math.min(lower.size, length); at += COPY_CHUNK) copy.writeKernel(at, lower.readBytes(at, Math.min(COPY_CHUNK, length - at)))
    }
  } catch (error) {
    dir.unlink(task, name, copy)
    copy.evictIfUnused()
    throw error
  }
  for (const xattr of lower.xattrNames()) {
    const value = lower.getXattr(xattr)
    if (value !== undefined) copy.setXattr(task, xattr, value)
  }
  copy.atime = lower.atime
  copy.mtime = lower.mtime
  copy.ctime = lower.ctime
  return copy
}

export class OverlayDirectory extends OverlayInode {
  override open(_task: Task, path: Path, flags: number): File {
    return new DirFile(path, flags)
  }

  override lookup(task: Task, name: string): OverlayInode | undefined {
    let upper: Path | undefined
    if (this.upper !== undefined) {
      const found = lookupChild(task, this.upper.dentry, name)
      if (found !== undefined) {
        if (isWhiteout(found.inode)) return undefined
        upper = { mount: this.upper.mount, dentry: found }
        if (!found.inode.isDir || this.#isOpaque(found.inode)) return this.#make(upper, [], name)
      }
    }
    const lowers = this.#lookupLowers(task, name, upper !== undefined)
    return upper === undefined && lowers.length === 0 ? undefined : this.#make(upper, lowers, name)
  }
  /** The lower layers' part of a name: one file, or the directories that merge. With `onlyDirs` a file hides nothing and is hidden. */
  #lookupLowers(task: Task, name: string, onlyDirs: boolean): Path[] {
    const found: Path[] = []
    for (const { mount, dentry } of this.lowers) {
      const child = lookupChild(task, dentry, name)
      if (child === undefined) continue
      if (isWhiteout(child.inode)) break
      if (!child.inode.isDir) {
        if (!onlyDirs && found.length === 0) found.push({ mount, dentry: child })
        break
      }
      found.push({ mount, dentry: child })
      if (this.#isOpaque(child.inode)) break
    }
    return found
  }
  #isOpaque(inode: Inode): boolean {
    return inode.getXattr(this.sb.opaqueXattr)?.[0] === OPAQUE[0]
  }
  #make(upper: Path | undefined, lowers: readonly Path[], name: string): OverlayInode {
    return (upper ?? lowers[0]).dentry.inode.isDir ? new OverlayDirectory(this.sb, upper, lowers, this, name) : new OverlayInode(this.sb, upper, lowers, this, name)
  }

  /** A name that was removed from a layer behind the overlay's back. */
  override isStale(_task: Task, _name: string, child: Inode): boolean {
    return child instanceof OverlayInode && child.realPath.dentry.isUnlinked
  }

  /** The names of the lowest layer come first, then those that only layers above have (ovl_dir_read_merged). */
  override *entries(task: Task): Iterable<Dirent> {
    const layers = [...(this.upper === undefined ? [] : [this.upper]), ...this.lowers]
    if (layers.length === 1) {
      for (const entry of layers[0].dentry.inode.entries(task)) if (!this.#isWhiteoutEntry(task, layers[0].dentry, entry)) yield entry
      return
    }
    /** undefined: covered by a whiteout */
    const seen = new Map<string, Dirent | undefined>()
    const lowest: Dirent[] = []
    for (const [index, { dentry }] of layers.entries()) {
      for (const entry of dentry.inode.entries(task)) {
        const isLowest = index === layers.length - 1
        if (!seen.has(entry.name)) {
          const shown = this.#isWhiteoutEntry(task, dentry, entry) ? undefined : entry
          if (!isLowest) seen.set(entry.name, shown)
          else if (shown !== undefined) lowest.push(shown)
        } else if (isLowest) {
          const above = seen.get(entry.name)
          if (above !== undefined) lowest.push(above)
          seen.delete(entry.name)
        }
      }
    }
    yield* lowest
    for (const entry of seen.values()) if (entry !== undefined) yield entry
  }
  #isWhiteoutEntry(task: Task, dir: Dentry, entry: Dirent): boolean {
    if (entry.type !== DT_CHR) return false
    const inode = lookupChild(task, dir, entry.name)?.inode
    return inode !== undefined && isWhiteout(inode)
  }
  #isEmpty(task: Task): boolean {
    for (const _ of this.entries(task)) return false
    return true
  }

  /** The upper directory, made if need be, with the whiteout of `name` gone; true if there was one. */
  #prepare(task: Task, name: string): { readonly dir: Path; readonly wasCovered: boolean } {
    this.copyUp(task)
    const dir = this.upper
    if (dir === undefined) throw Errno.EROFS
    const old = lookupChild(task, dir.dentry, name)
    if (old === undefined) return { dir, wasCovered: false }
    removeUpper(task, old)
    return { dir, wasCovered: true }
  }
  #isCovered(task: Task, name: string): boolean {
    return this.upper !== undefined && lookupChild(task, this.upper.dentry, name) !== undefined
  }
  #added(dir: Path, name: string, inode: Inode): OverlayInode {
    return this.#make({ mount: dir.mount, dentry: addDentry(dir.dentry, name, inode) }, [], name)
  }

  override create(task: Task, name: string, mode: number, rdev: number, uid: Kuid, gid: Kgid): Inode {
    if (isChr(mode) && rdev === 0) throw Errno.EPERM
    if (isDir(mode) && !this.sb.hasXattrs && this.#isCovered(task, name)) throw Errno.EIO
    const { dir, wasCovered } = this.#prepare(task, name)
    const inode = dir.dentry.inode.create(task, name, mode, rdev, uid, gid)
    if (inode.isDir && (wasCovered || this.isMerged) && this.sb.hasXattrs) inode.setXattr(task, this.sb.opaqueXattr, OPAQUE)
    return this.#added(dir, name, inode)
  }
  override symlink(task: Task, name: string, target: string, uid: Kuid, gid: Kgid): Inode {
    const { dir } = this.#prepare(task, name)
    return this.#added(dir, name, dir.dentry.inode.symlink(task, name, target, uid, gid))
  }
  override link(task: Task, name: string, inode: Inode): void {
    if (!(inode instanceof OverlayInode)) throw Errno.EXDEV
    inode.copyUp(task)
    const { dir } = this.#prepare(task, name)
    dir.dentry.inode.link(task, name, inode.real)
    addDentry(dir.dentry, name, inode.real)
  }
  override unlink(task: Task, name: string, child: Inode): void {
    if (!(child instanceof OverlayInode)) throw Errno.EXDEV
    this.#remove(task, name, child)
  }
  override rmdir(task: Task, name: string, child: Inode): void {
    if (!(child instanceof OverlayDirectory)) throw Errno.EXDEV
    if (!child.#isEmpty(task)) throw Errno.ENOTEMPTY
    if (!this.sb.hasXattrs && child.upper !== undefined && child.lowers.length > 0) throw Errno.EIO
    this.#remove(task, name, child)
  }
  /** Takes a name out of the upper layer and covers what lower layers have there. */
  #remove(task: Task, name: string, child: OverlayInode): void {
    const isBelow = this.#lookupLowers(task, name, false).length > 0
    if (isBelow) this.copyUp(task)
    const dir = this.upper
    if (dir === undefined) throw Errno.EROFS
    if (child.upper !== undefined) removeUpper(task, lookupChild(task, dir.dentry, name) ?? child.upper.dentry)
    if (isBelow) this.sb.makeWhiteout(task, dir.dentry, name, false)
  }

  override rename(task: Task, name: string, child: Inode, newDir: Inode, newName: string, target: Inode | undefined): void {
    if (!(child instanceof OverlayInode) || !(newDir instanceof OverlayDirectory)) throw Errno.EXDEV
    if (child.isDir && child.lowers.length > 0) throw Errno.EXDEV
    if (target instanceof OverlayDirectory && !target.#isEmpty(task)) throw Errno.ENOTEMPTY
    child.copyUp(task)
    newDir.copyUp(task)
    const isBelow = this.#lookupLowers(task, name, false).length > 0
    const coversLower = newDir.#lookupLowers(task, newName, false).length > 0
    const { dir: to } = newDir.#prepare(task, newName)
    const from = this.upper
    const moved = from === undefined ? undefined : lookupChild(task, from.dentry, name)
    if (from === undefined || moved === undefined) throw Errno.EROFS
    from.dentry.inode.rename(task, name, moved.inode, to.dentry.inode, newName, undefined)
    moveDentry(moved, to.dentry, newName)
    if (child.isDir && coversLower && this.sb.hasXattrs) moved.inode.setXattr(task, this.sb.opaqueXattr, OPAQUE)
    if (isBelow) this.sb.makeWhiteout(task, from.dentry, name, true)
    child.parent = newDir
    child.name = newName
    if (!child.isDir) child.lowers = []
  }
}

/** Removes a name from the upper layer; a directory that is empty in the merged view may still hold whiteouts. */
function removeUpper(task: Task, dentry: Dentry): void {
  const dir = dentry.parent.inode
  if (dentry.inode.isDir) {
    clearUpperDirectory(task, dentry)
    dir.rmdir(task, dentry.name, dentry.inode)
  } else dir.unlink(task, dentry.name, dentry.inode)
  dropDentry(dentry)
  dentry.inode.evictIfUnused()
}

/** Empties a directory of a layer. */
export function clearUpperDirectory(task: Task, dentry: Dentry): void {
  for (const { name } of [...dentry.inode.entries(task)]) {
    const child = lookupChild(task, dentry, name)
    if (child !== undefined) removeUpper(task, child)
  }
}
