// Directory entries (include/linux/dcache.h): the tree of names, shared by all mounts of a file system. Negative entries are not kept.
import type { Inode } from './inode.ts'
import type { SuperBlock } from './super-block.ts'

export class Dentry {
  name: string
  /** Itself at a file system's root. */
  parent: Dentry
  readonly inode: Inode
  readonly sb: SuperBlock
  /** Known children, by name. */
  readonly children = new Map<string, Dentry>()
  /** How many mounts in any namespace sit on it: a quick no for path walks. */
  mountedHere = 0
  /** Taken out of the tree by unlink, rmdir or because its object died; shown with ` (deleted)` or `//deleted`. */
  isUnlinked = false

  constructor(name: string, parent: Dentry | undefined, inode: Inode) {
    this.name = name
    this.parent = parent ?? this
    this.inode = inode
    this.sb = inode.sb
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
