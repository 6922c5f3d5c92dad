// An open directory of a file system that can list its entries at once: everything is handed out in batches after `.` and `..`.
import { Errno } from '../../../abi/errno.ts'
import { type Dirent, DT_DIR } from '../../../abi/stat.ts'
import type { Task } from '../../task.ts'
import { File } from '../../vfs/file.ts'

const BATCH = 1024

export class DirFile extends File {
  #list: readonly Dirent[] | undefined

  override read(): Uint8Array {
    throw Errno.EISDIR
  }

  override readdir(task: Task): readonly Dirent[] {
    if (this.pos === 0 || this.#list === undefined) {
      const { dentry } = this.path
      this.#list = [
        { ino: dentry.inode.ino, name: '.', type: DT_DIR },
        { ino: dentry.parent.inode.ino, name: '..', type: DT_DIR },
        ...this.inode.entries(task),
      ]
    }
    const batch = this.#list.slice(this.pos, this.pos + BATCH)
    this.pos += batch.length
    return batch
  }

  override seek(_task: Task, offset: number, whence: number): number {
    const base = whence === 0 ? 0 : whence === 1 ? this.pos : undefined
    if (base === undefined || base + offset < 0) throw Errno.EINVAL
    this.pos = base + offset
    return this.pos
  }
}
