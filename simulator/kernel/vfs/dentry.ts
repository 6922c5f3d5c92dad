// Directory entries (include/linux/dcache.h): the tree of names, shared by all mounts of a file system. Negative entries are not kept.
import { Errno } from '../../abi/errno.ts'
import type { Mount } from '../mount/mount.ts'
import type { Task } from '../task.ts'
import type { Inode } from './inode.ts'
import type { SuperBlock } from './super-block.ts'

const NO_CHILDREN: ReadonlyMap<string, Dentry> = new Map<string, Dentry>()

export class Dentry {
  name: string
  /** Itself at a file system's root. */
  parent: Dentry
  readonly inode: Inode
  readonly sb: SuperBlock
  /** Files have none. */
  #children: Map<string, Dentry> | undefined
  /** The mounts in all namespaces that sit on it. */
  mountsHere: Set<Mount> | undefined
  /** Taken out of the tree by unlink, rmdir or because its object died; shown with ` (deleted)` or `//deleted`. */
  isUnlinked = false
  /** What d_path shows for objects outside any tree: `pipe:[42]`, `net:[4026531840]`, `/memfd:x (deleted)`. */
  displayName: string | undefined

  constructor(name: string, parent: Dentry | undefined, inode: Inode) {
    this.name = name
    this.parent = parent ?? this
    this.inode = inode
    this.sb = inode.sb
  }

  /** Known children, by name. */
  get children(): ReadonlyMap<string, Dentry> {
    return this.#children ?? NO_CHILDREN
  }
  /** Makes a child known, or one by this name unknown. */
  setChild(name: string, child: Dentry | undefined): void {
    if (child === undefined) this.#children?.delete(name)
    else (this.#children ??= new Map()).set(name, child)
  }
  /** How many mounts sit on it: a quick no for path walks. */
  get mountedHere(): number {
    return this.mountsHere?.size ?? 0
  }
  get isRoot(): boolean {
    return this.parent === this
  }
  isBelow(ancestor: Dentry): boolean {
    let d: Dentry = this
    while (d !== ancestor) {
      if (d.isRoot) return false
      d = d.parent
    }
    return true
  }
}

/** The child `name` of a directory, from the cache or from the file system; undefined if there is none. */
export function lookupChild(task: Task, dir: Dentry, name: string): Dentry | undefined {
  const cached = dir.children.get(name)
  if (cached !== undefined) {
    if (!dir.inode.isStale(task, name, cached.inode)) return cached
    dropDentry(cached)
  }
  const inode = dir.inode.lookup(task, name)
  if (inode === undefined && dir.inode.missingNamesFail) throw Errno.ENOENT
  return inode === undefined ? undefined : addDentry(dir, name, inode)
}

/** d_instantiate: a name that has just been made. */
export function addDentry(dir: Dentry, name: string, inode: Inode): Dentry {
  const dentry = new Dentry(name, dir, inode)
  dir.setChild(name, dentry)
  return dentry
}

/** d_drop: forgets a name that is no more. Who still holds the dentry sees it as deleted. */
export function dropDentry(dentry: Dentry): void {
  dentry.isUnlinked = true
  if (dentry.parent.children.get(dentry.name) === dentry) dentry.parent.setChild(dentry.name, undefined)
}

/** d_move: gives a dentry another name and parent. Nothing may be there. */
export function moveDentry(dentry: Dentry, parent: Dentry, name: string): void {
  dentry.parent.setChild(dentry.name, undefined)
  dentry.parent = parent
  dentry.name = name
  parent.setChild(name, dentry)
}
