// An open regular file in memory: read, write, seek, holes.
import { Errno } from '../../abi/errno.ts'
import { O_APPEND, O_DIRECT, O_DSYNC, SEEK_DATA, SEEK_HOLE } from '../../abi/fcntl.ts'
import { SIGXFSZ } from '../../abi/signal.ts'
import { FIONREAD } from '../../abi/termios.ts'
import { PSI_IOWAIT } from '../cgroup/psi.ts'
import { sendSignal } from '../signal-send.ts'
import type { Task } from '../task.ts'
import { removePrivileges } from '../vfs/attributes.ts'
import { File } from '../vfs/file.ts'
import type { Path } from '../vfs/path.ts'
import { touchAccessed } from '../vfs/time.ts'
import type { MemoryRegular } from './tmpfs-inode.ts'

/** Opened so that every write waits for the disk. */
const WRITE_THROUGH = O_DIRECT | O_DSYNC

/** fsync: what is dirty goes to the disk, as slowly as the limits of the groups that wrote it say. */
export function writeBack(task: Task, regular: MemoryRegular): void {
  regular.sb.dirtyFiles.delete(regular)
  const pause = regular.dirty.flush(regular.sb.dev)
  if (pause > 0) task.kernel.scheduler.delay(task, pause, PSI_IOWAIT)
}

export class MemoryFile extends File {
  readonly #regular: MemoryRegular

  constructor(path: Path, flags: number, inode: MemoryRegular) {
    super(path, flags)
    this.#regular = inode
  }

  override read(task: Task, count: number): Uint8Array {
    const bytes = this.pread(task, count, this.pos)
    this.pos += bytes.length
    return bytes
  }
  override pread(task: Task, count: number, offset: number): Uint8Array {
    touchAccessed(this.path)
    const bytes = this.#regular.data.read(offset, count)
    this.#regular.readAgain(task, bytes.length)
    return bytes
  }
  override write(task: Task, data: Uint8Array): number {
    const at = (this.flags & O_APPEND) !== 0 ? this.#regular.size : this.pos
    const written = this.#writeAt(task, data, at)
    this.pos = at + written
    return written
  }
  override pwrite(task: Task, data: Uint8Array, offset: number): number {
    return this.#writeAt(task, data, (this.flags & O_APPEND) !== 0 ? this.#regular.size : offset)
  }

  #writeAt(task: Task, data: Uint8Array, offset: number): number {
    if (data.length === 0) return 0
    const limit = task.rlimits.get('FSIZE')?.soft ?? Infinity
    if (offset >= limit) {
      sendSignal(task.kernel, task, SIGXFSZ)
      throw Errno.EFBIG
    }
    removePrivileges(task, this.#regular)
    const wanted = Math.min(data.length, limit - offset)
    const written = this.#regular.writeFor(task, offset, wanted === data.length ? data : data.subarray(0, wanted))
    if ((this.flags & WRITE_THROUGH) !== 0) writeBack(task, this.#regular)
    return written
  }

  override seek(task: Task, offset: number, whence: number): number {
    if (whence !== SEEK_DATA && whence !== SEEK_HOLE) return super.seek(task, offset, whence)
    if (offset < 0 || offset >= this.#regular.size) throw Errno.ENXIO
    const found = this.#regular.data.seek(offset, whence === SEEK_DATA)
    if (found === undefined) throw Errno.ENXIO
    this.pos = found
    return found
  }

  /** fallocate(2): mode 0 and FALLOC_FL_KEEP_SIZE reserve pages, FALLOC_FL_PUNCH_HOLE gives them back. */
  override allocate(task: Task, mode: number, offset: number, length: number): void {
    const { data, sb } = this.#regular
    if (mode === 3) {
      sb.givePages(data.punch(offset, length))
      this.#regular.shrinkCache()
      return
    }
    if (mode !== 0 && mode !== 1) throw Errno.EOPNOTSUPP
    const first = Math.floor(offset / 4096)
    const last = Math.ceil((offset + length) / 4096)
    let missing = 0
    for (let index = first; index < last; index++) if (!data.hasPage(index)) missing++
    const got = sb.takePages(missing)
    try {
      if (got < missing) throw Errno.ENOSPC
      this.#regular.withCharge(task, offset, length, (fitting) => {
        if (fitting < length) throw Errno.ENOMEM
        for (let index = first; index < last; index++) data.allocate(index)
      })
    } catch (error) {
      sb.givePages(got)
      throw error
    }
    if (mode === 0 && offset + length > data.size) data.setSize(offset + length)
  }

  override ioctl(task: Task, request: number, arg: unknown): unknown {
    if (request === FIONREAD) return Math.max(0, this.#regular.size - this.pos)
    return super.ioctl(task, request, arg)
  }
}
