// struct files_struct: descriptor numbers and their close-on-exec flags.
import { Errno } from '../../abi/errno.ts'
import type { File } from './file.ts'

interface Slot { readonly file: File; cloexec: boolean }

export class FdTable {
  readonly #slots: (Slot | undefined)[] = []

  get(fd: number): File | undefined {
    return this.#slots[fd]?.file
  }
  /** Throws EBADF. */
  require(fd: number): File {
    const file = this.#slots[fd]?.file
    if (file === undefined) throw Errno.EBADF
    return file
  }
  isCloexec(fd: number): boolean {
    return this.#slots[fd]?.cloexec ?? false
  }
  setCloexec(fd: number, on: boolean): void {
    const slot = this.#slots[fd]
    if (slot === undefined) throw Errno.EBADF
    slot.cloexec = on
  }

  /** The lowest free number from `from`; throws EMFILE at `limit` (RLIMIT_NOFILE). */
  lowestFree(limit: number, from = 0): number {
    let fd = from
    while (this.#slots[fd] !== undefined) fd++
    if (fd >= limit) throw Errno.EMFILE
    return fd
  }
  /** Takes over the caller's reference to `file`; whatever was at `fd` is closed. */
  install(fd: number, file: File, cloexec: boolean): number {
    const old = this.#slots[fd]
    this.#slots[fd] = { file, cloexec }
    if (old !== undefined) this.#drop(old.file)
    return fd
  }
  close(fd: number): void {
    const slot = this.#slots[fd]
    if (slot === undefined) throw Errno.EBADF
    this.#slots[fd] = undefined
    this.#drop(slot.file)
  }
  /** Closing any descriptor of a file gives up the process's record locks on it (fcntl(2)). */
  #drop(file: File): void {
    file.inode.locks?.clearRecords(this, 0, Infinity)
    file.release()
  }
  *entries(): Iterable<readonly [number, File]> {
    for (let fd = 0; fd < this.#slots.length; fd++) {
      const slot = this.#slots[fd]
      if (slot !== undefined) yield [fd, slot.file]
    }
  }

  /** fork: a new table on the same open files. */
  copy(): FdTable {
    const table = new FdTable()
    for (const [fd, file] of this.entries()) table.#slots[fd] = { file: file.hold(), cloexec: this.isCloexec(fd) }
    return table
  }
  closeOnExec(): void {
    for (const [fd] of [...this.entries()]) if (this.isCloexec(fd)) this.close(fd)
  }
  release(): void {
    for (const [fd] of [...this.entries()]) this.close(fd)
  }
}
