// An open directory of any file system: getdents64(2) from Inode.entries.
import { Errno } from '../../abi/errno.ts'
import { DT_DIR, type Dirent } from '../../abi/stat.ts'
import type { Task } from '../task.ts'
import { File } from './file.ts'
import { touchAccessed } from './time.ts'

/** Entries per call: about what the C library's 32 KiB buffer takes. */
const BATCH = 1000

export class DirFile extends File {
  /** The entries as they were when reading began, so that unlinking while reading skips nothing. */
  #entries: readonly Dirent[] | undefined

  override read(): never {
    throw Errno.EISDIR
  }
  override pread(): never {
    throw Errno.EISDIR
  }

  override readdir(task: Task): readonly Dirent[] {
    if (this.pos === 0 || this.#entries === undefined) {
      const { dentry, mount } = this.path
      const up = dentry === mount.root && mount.hasParent ? mount.mountpoint.parent : dentry.parent
      if (dentry.isUnlinked) throw Errno.ENOENT
      touchAccessed(this.path)
      this.#entries = [...this.inode.listing(task, [{ ino: dentry.inode.ino, name: '.', type: DT_DIR }, { ino: up.inode.ino, name: '..', type: DT_DIR }])]
    }
    const batch = this.#entries.slice(this.pos, this.pos + BATCH)
    this.pos += batch.length
    return batch
  }

  override seek(_task: Task, offset: number, whence: number): number {
    const base = whence === 0 ? 0 : whence === 1 ? this.pos : -1
    if (base < 0 || base + offset < 0) throw Errno.EINVAL
    this.pos = base + offset
    return this.pos
  }
}
