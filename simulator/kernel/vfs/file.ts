// Open file descriptions (struct file, open(2)): what descriptors point at; shared by dup and fork, with one position and one set of flags.
import { Errno } from '../../abi/errno.ts'
import { O_ACCMODE, O_PATH, O_RDONLY, O_RDWR, O_WRONLY, POLLIN, POLLOUT, SEEK_CUR, SEEK_END, SEEK_SET } from '../../abi/fcntl.ts'
import type { Dirent } from '../../abi/stat.ts'
import type { Task } from '../task.ts'
import type { Sleepable, WaitQueue } from '../wait-queue.ts'
import type { Inode } from './inode.ts'
import type { Path } from './path.ts'

export abstract class File {
  readonly path: Path
  /** O_… as F_GETFL shows them; F_SETFL changes O_APPEND and O_NONBLOCK. */
  flags: number
  pos = 0
  #refs = 1
  #onRelease: Set<() => void> | undefined

  constructor(path: Path, flags: number) {
    this.path = path
    this.flags = flags
    path.mount.pin()
    path.dentry.inode.hold('open-file')
  }

  get inode(): Inode {
    return this.path.dentry.inode
  }
  /** O_PATH: names a place, can't be read or written. */
  get isPathOnly(): boolean {
    return (this.flags & O_PATH) !== 0
  }
  get canRead(): boolean {
    const mode = this.flags & O_ACCMODE
    return !this.isPathOnly && (mode === O_RDONLY || mode === O_RDWR)
  }
  get canWrite(): boolean {
    const mode = this.flags & O_ACCMODE
    return mode === O_WRONLY || mode === O_RDWR
  }

  hold(): this {
    this.#refs++
    return this
  }
  /** close: the last reference releases what the file holds. */
  release(): void {
    if (--this.#refs > 0) return
    for (const forget of [...(this.#onRelease ?? [])]) forget()
    this.onRelease()
    this.inode.locks?.releaseFile(this)
    if (this.countsAsWriter) {
      this.inode.writeCount--
      this.path.mount.writers--
      this.path.mount.sb.writers--
    }
    this.inode.drop('open-file')
    this.path.mount.unpin()
  }
  protected onRelease(): void {}
  /** For who watches the file without holding it. */
  addReleaseHook(forget: () => void): void {
    this.#onRelease ??= new Set()
    this.#onRelease.add(forget)
  }
  removeReleaseHook(forget: () => void): void {
    this.#onRelease?.delete(forget)
  }
  /** Set by open(2) when this file is counted in the inode's writeCount. */
  countsAsWriter = false
  get refs(): number {
    return this.#refs
  }
  /** What open(2) still waits for once the file exists (the other end of a FIFO). */
  afterOpen(_task: Task): Sleepable<void> {}

  /** read(2) at the file's position. An empty array is the end of the file. Access mode was checked. */
  read(_task: Task, _count: number): Sleepable<Uint8Array> {
    throw Errno.EINVAL
  }
  pread(_task: Task, _count: number, _offset: number): Sleepable<Uint8Array> {
    throw Errno.ESPIPE
  }
  write(_task: Task, _data: Uint8Array): Sleepable<number> {
    throw Errno.EINVAL
  }
  pwrite(_task: Task, _data: Uint8Array, _offset: number): Sleepable<number> {
    throw Errno.ESPIPE
  }
  seek(_task: Task, offset: number, whence: number): number {
    const base = whence === SEEK_SET ? 0 : whence === SEEK_CUR ? this.pos : whence === SEEK_END ? this.inode.size : undefined
    if (base === undefined || base + offset < 0) throw Errno.EINVAL
    this.pos = base + offset
    return this.pos
  }
  /** getdents64(2): the next batch, empty at the end. */
  readdir(_task: Task): readonly Dirent[] {
    throw Errno.ENOTDIR
  }
  ioctl(_task: Task, _request: number, _arg: unknown): Sleepable<unknown> {
    throw Errno.ENOTTY
  }
  /** fallocate(2) */
  allocate(_task: Task, _mode: number, _offset: number, _length: number): void {
    throw Errno.ENODEV
  }
  /** Ready events (POLL…) now. */
  poll(_task: Task): number {
    return POLLIN | POLLOUT
  }
  /** What to sleep on until poll() may answer differently. */
  pollQueues(): readonly WaitQueue[] {
    return []
  }
}
