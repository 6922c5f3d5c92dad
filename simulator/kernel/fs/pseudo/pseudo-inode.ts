// Directories, files and links of made-up file systems. A directory names its children as a table of makers; each child's inode is made once,
// at first need, and asked again only if the table says it depends on who looks.
import { Errno } from '../../../abi/errno.ts'
import { type Dirent, S_IFDIR, S_IFLNK, S_IFREG } from '../../../abi/stat.ts'
import { GLOBAL_ROOT_GID, GLOBAL_ROOT_UID, type Kgid, type Kuid } from '../../cred/ids.ts'
import type { Task } from '../../task.ts'
import { DirFile } from '../../vfs/dir-file.ts'
import type { File } from '../../vfs/file.ts'
import { Inode } from '../../vfs/inode.ts'
import type { Path } from '../../vfs/path.ts'
import type { Sleepable } from '../../wait-queue.ts'
import type { PseudoSuperBlock } from './pseudo-super-block.ts'
import { kernfsOrder } from './kernfs-order.ts'
import { SeqFile, type SeqOperations } from './seq-file.ts'

export interface Owner { readonly uid: Kuid; readonly gid: Kgid }
const ROOT: Owner = { uid: GLOBAL_ROOT_UID, gid: GLOBAL_ROOT_GID }

export abstract class PseudoInode extends Inode {
  declare readonly sb: PseudoSuperBlock
  constructor(sb: PseudoSuperBlock, mode: number, owner: Owner = ROOT, ino = sb.nextIno()) {
    super(sb, { ino, mode, uid: owner.uid, gid: owner.gid, time: Math.floor(sb.kernel.clock.realtimeMs) })
  }
  /** O_TRUNC means nothing here. */
  override truncate(_task: Task, _length: number): void {}
}

/** A directory whose children a subclass finds and lists. */
export abstract class PseudoDir extends PseudoInode {
  constructor(sb: PseudoSuperBlock, permissions = 0o555, owner?: Owner) {
    super(sb, S_IFDIR | permissions, owner)
    this.nlink = 2
  }
  override open(_task: Task, path: Path, flags: number): File {
    return new DirFile(path, flags)
  }
  override get missingNamesFail(): boolean {
    return this.sb.type.name === 'proc'
  }
  override create(task: Task, name: string, mode: number, rdev: number, uid: Kuid, gid: Kgid): Inode {
    if (this.missingNamesFail) throw Errno.ENOENT
    return super.create(task, name, mode, rdev, uid, gid)
  }
  override symlink(task: Task, name: string, target: string, uid: Kuid, gid: Kgid): Inode {
    if (this.missingNamesFail) throw Errno.ENOENT
    return super.symlink(task, name, target, uid, gid)
  }
  /** getdents64 of kernfs lists by hash. */
  override *listing(task: Task, dots: readonly Dirent[]): Iterable<Dirent> {
    yield* dots
    yield* this.sb.type.isKernfs === true ? kernfsOrder(this.entries(task)) : this.entries(task)
  }
}

/** A directory with a fixed table of children. */
export class TableDir extends PseudoDir {
  readonly #makers = new Map<string, () => Inode>()
  readonly #made = new Map<string, Inode>()

  /** Adds a child; `make` runs at the first lookup. */
  add(name: string, make: () => Inode): this {
    this.#makers.set(name, make)
    return this
  }
  remove(name: string): void {
    this.#makers.delete(name)
    this.#made.delete(name)
  }
  has(name: string): boolean {
    return this.#makers.has(name)
  }
  child(name: string): Inode | undefined {
    const made = this.#made.get(name)
    if (made !== undefined) return made
    const inode = this.#makers.get(name)?.()
    if (inode !== undefined) this.#made.set(name, inode)
    return inode
  }
  override lookup(_task: Task, name: string): Inode | undefined {
    return this.child(name)
  }
  override isStale(_task: Task, name: string, child: Inode): boolean {
    return this.#made.get(name) !== child
  }
  override *entries(_task: Task): Iterable<Dirent> {
    for (const name of [...this.#makers.keys()]) {
      const inode = this.child(name)
      if (inode !== undefined) yield { ino: inode.ino, name, type: inode.mode >> 12 }
    }
  }
}

/** A file made of two functions. Without `store` writing fails as Linux's does: EIO for proc, EINVAL elsewhere. */
export class PseudoFile extends PseudoInode implements SeqOperations {
  readonly #show: (task: Task, file: SeqFile) => string | Uint8Array
  readonly #store: ((task: Task, data: Uint8Array, file: SeqFile) => Sleepable<number>) | undefined
  readonly #size: number

  constructor(
    sb: PseudoSuperBlock, permissions: number, show: (task: Task, file: SeqFile) => string | Uint8Array,
    store?: (task: Task, data: Uint8Array, file: SeqFile) => Sleepable<number>, options: { readonly size?: number; readonly owner?: Owner } = {},
  ) {
    super(sb, S_IFREG | permissions, options.owner)
    this.#show = show
    this.#store = store
    this.#size = options.size ?? 0
  }
  override get size(): number {
    return this.#size
  }
  override get blocks(): number {
    return 0
  }
  override open(task: Task, path: Path, flags: number): File {
    return new SeqFile(task, path, flags, this)
  }
  show(task: Task, file: SeqFile): string | Uint8Array {
    return this.#show(task, file)
  }
  store(task: Task, data: Uint8Array, file: SeqFile): Sleepable<number> {
    if (this.#store === undefined) throw this.sb.type.name === 'proc' || this.sb.type.name === 'sysfs' ? Errno.EIO : Errno.EINVAL
    return this.#store(task, data, file)
  }
}

/** A symbolic link with a text that may depend on who reads it. */
export class PseudoLink extends PseudoInode {
  readonly #text: (task: Task) => string
  readonly #size: number
  constructor(sb: PseudoSuperBlock, text: string | ((task: Task) => string), size?: number) {
    super(sb, S_IFLNK | 0o777)
    this.#text = typeof text === 'string' ? () => text : text
    this.#size = size ?? (typeof text === 'string' ? text.length : 0)
  }
  override get size(): number {
    return this.#size
  }
  override get blocks(): number {
    return 0
  }
  override readlink(task: Task): string {
    return this.#text(task)
  }
  override open(): File {
    throw Errno.ELOOP
  }
}
