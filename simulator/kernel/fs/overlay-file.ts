// An open file of an overlay (fs/overlayfs/file.c): reads and writes the real file; one opened before the copy-up goes over to the copy.
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import type { Inode } from '../vfs/inode.ts'
import type { Path } from '../vfs/path.ts'
import type { Sleepable } from '../wait-queue.ts'

/** What the file needs of its inode. */
interface OverlaidInode extends Inode {
  readonly realPath: Path
}

export class OverlayFile extends File {
  readonly #overlaid: OverlaidInode
  #real: File

  constructor(task: Task, path: Path, flags: number, inode: OverlaidInode) {
    super(path, flags)
    this.#overlaid = inode
    this.#real = this.#openReal(task)
  }

  #openReal(task: Task): File {
    const { realPath } = this.#overlaid
    return realPath.dentry.inode.open(task, realPath, this.flags)
  }
  #current(task: Task): File {
    if (this.#real.path.dentry !== this.#overlaid.realPath.dentry) {
      this.#real.release()
      this.#real = this.#openReal(task)
    }
    this.#real.flags = this.flags
    this.#real.pos = this.pos
    return this.#real
  }
  protected override onRelease(): void {
    this.#real.release()
  }

  override read(task: Task, count: number): Sleepable<Uint8Array> {
    const real = this.#current(task)
    const bytes = real.read(task, count)
    this.pos = real.pos
    return bytes
  }
  override pread(task: Task, count: number, offset: number): Sleepable<Uint8Array> {
    return this.#current(task).pread(task, count, offset)
  }
  override write(task: Task, data: Uint8Array): Sleepable<number> {
    const real = this.#current(task)
    const written = real.write(task, data)
    this.pos = real.pos
    return written
  }
  override pwrite(task: Task, data: Uint8Array, offset: number): Sleepable<number> {
    return this.#current(task).pwrite(task, data, offset)
  }
  override seek(task: Task, offset: number, whence: number): number {
    this.pos = this.#current(task).seek(task, offset, whence)
    return this.pos
  }
  override allocate(task: Task, mode: number, offset: number, length: number): void {
    this.#current(task).allocate(task, mode, offset, length)
  }
  override ioctl(task: Task, request: number, arg: unknown): Sleepable<unknown> {
    return this.#current(task).ioctl(task, request, arg)
  }
}
