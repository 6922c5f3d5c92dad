// A control group as a directory (kernel/cgroup/cgroup.c: cgroup_mkdir, cgroup_rmdir, cgroup_file_write), the same for both versions: files that the kernel puts there, and a
// directory for each group below.
import { Errno } from '../../abi/errno.ts'
import { type Dirent, DT_DIR, DT_REG, S_IFDIR, S_IFMT, S_IFREG } from '../../abi/stat.ts'
import { decodeUtf8 } from '../../lib/bytes.ts'
import type { Cred } from '../cred/cred.ts'
import type { Kgid, Kuid } from '../cred/ids.ts'
import type { Task } from '../task.ts'
import type { Inode } from '../vfs/inode.ts'
import { type Owner, PseudoDir, PseudoFile } from './pseudo/pseudo-inode.ts'
import type { PseudoSuperBlock } from './pseudo/pseudo-super-block.ts'

export interface Group<G> {
  readonly parent: G | undefined
  readonly children: ReadonlyMap<string, G>
  readonly isRemoved: boolean
  makeChild(name: string): G
  /** Throws EBUSY while anything is in it. */
  remove(): void
}

/** What a file shows and takes (struct cftype); a store gets the text as written and the credentials of whoever opened it. */
export interface GroupFile {
  readonly mode: number
  show(reader: Task): string
  readonly store: ((writer: Task, text: string, opener: Cred) => void) | undefined
}

export abstract class GroupDir<G extends Group<G>> extends PseudoDir {
  readonly group: G
  readonly #files = new Map<string, Inode>()
  readonly #dirs = new Map<G, GroupDir<G>>()
  readonly #owner: Owner | undefined
  /** Owners of files that somebody else than the directory's maker brought about. */
  readonly #fileOwners = new Map<string, Owner>()

  constructor(sb: PseudoSuperBlock, group: G, owner?: Owner) {
    super(sb, group.parent === undefined ? 0o555 : 0o755, owner)
    this.group = group
    this.#owner = owner
  }

  /** Names of all files that a group may have. */
  protected abstract fileNames(): Iterable<string>
  /** The file of that name, where this group has it now. */
  protected abstract fileOf(name: string): GroupFile | undefined
  protected abstract makeDir(group: G, owner: Owner | undefined): GroupDir<G>

  /** A removed group has no names any more; who has a file of it open gets ENODEV. */
  protected file(name: string): Inode | undefined {
    const file = this.group.isRemoved ? undefined : this.fileOf(name)
    return file === undefined ? undefined : (this.#files.get(name) ?? this.#makeFile(name, file))
  }
  #makeFile(name: string, { mode, show, store }: GroupFile): Inode {
    const checkAlive = (): void => {
      if (this.group.isRemoved) throw Errno.ENODEV
    }
    const read = (reader: Task): string => {
      checkAlive()
      return show(reader)
    }
    const write = store === undefined ? undefined : (writer: Task, data: Uint8Array, open: { readonly openerCred: Cred }): number => {
      checkAlive()
      // a C string: what is behind a zero byte isn't part of it
      store(writer, decodeUtf8(data).split('\0', 1)[0], open.openerCred)
      return data.length
    }
    const made = new PseudoFile(this.sb, mode, read, write, { owner: this.#fileOwners.get(name) ?? this.#owner })
    this.#files.set(name, made)
    return made
  }
  /** Files that go, and come back as new ones: whoever makes them come owns them (cgroup_kn_set_ugid). */
  protected renewFiles(names: Iterable<string>, owner: Owner): void {
    for (const name of names) {
      this.#files.delete(name)
      this.#fileOwners.set(name, owner)
    }
  }
  /** The directories of the groups below, as far as anybody has seen them. */
  protected get directories(): Iterable<GroupDir<G>> {
    return this.#dirs.values()
  }
  #dir(group: G, owner?: Owner): GroupDir<G> {
    const known = this.#dirs.get(group)
    if (known !== undefined) return known
    const made = this.makeDir(group, owner)
    this.#dirs.set(group, made)
    return made
  }

  override lookup(_task: Task, name: string): Inode | undefined {
    const group = this.group.children.get(name)
    return group === undefined ? this.file(name) : this.#dir(group)
  }
  override isStale(task: Task, name: string, child: Inode): boolean {
    return this.lookup(task, name) !== child
  }
  override *entries(): Iterable<Dirent> {
    for (const name of this.fileNames()) {
      const inode = this.file(name)
      if (inode !== undefined) yield { ino: inode.ino, name, type: DT_REG }
    }
    for (const [name, group] of this.group.children) yield { ino: this.#dir(group).ino, name, type: DT_DIR }
  }

  /** mkdir makes a group; nothing else can be made. */
  override create(_task: Task, name: string, mode: number, _rdev: number, uid: Kuid, gid: Kgid): Inode {
    if ((mode & S_IFMT) !== S_IFDIR) throw (mode & S_IFMT) === S_IFREG ? Errno.EACCES : Errno.EPERM
    if (name.includes('\n')) throw Errno.EINVAL
    this.nlink++
    return this.#dir(this.group.makeChild(name), { uid, gid })
  }
  override rmdir(_task: Task, _name: string, child: Inode): void {
    if (!(child instanceof GroupDir)) throw Errno.EPERM
    const dir = child as GroupDir<G>
    dir.group.remove()
    dir.nlink = 0
    this.#dirs.delete(dir.group)
    this.nlink--
  }
}
