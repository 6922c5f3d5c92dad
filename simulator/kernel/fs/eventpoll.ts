// epoll (fs/eventpoll.c, epoll(7)): watches many files and tells which have become ready, in the order they did. Level-triggered only.
import { Errno } from '../../abi/errno.ts'
import { POLLERR, POLLHUP, POLLIN } from '../../abi/fcntl.ts'
import { isDir, isReg } from '../../abi/stat.ts'
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import { WaitQueue, type Waiter } from '../wait-queue.ts'

export interface EpollEvent {
  readonly fd: number
  readonly events: number
}

/** One watched descriptor (struct epitem). */
class Item implements Waiter {
  readonly fd: number
  readonly file: File
  events: number
  readonly #task: Task
  readonly #owner: EventPoll
  #queues: readonly WaitQueue[] = []

  constructor(owner: EventPoll, task: Task, fd: number, file: File, events: number) {
    this.#owner = owner
    this.#task = task
    this.fd = fd
    this.file = file
    this.events = events
  }

  get pending(): number {
    return this.file.poll(this.#task) & (this.events | POLLERR | POLLHUP)
  }
  arm(): void {
    this.#queues = this.file.pollQueues()
    for (const queue of this.#queues) queue.add(this)
  }
  disarm(): void {
    for (const queue of this.#queues) queue.remove(this)
    this.#queues = []
  }
  /** ep_poll_callback */
  wake(): void {
    this.disarm()
    if (this.pending !== 0) this.#owner.becomeReady(this)
    this.arm()
  }
}

export class EventPoll extends File {
  readonly #items = new Map<number, Item>()
  readonly #ready = new Set<Item>()
  readonly changed = new WaitQueue()

  becomeReady(item: Item): void {
    this.#ready.add(item)
    this.changed.wakeAll()
  }

  /** The item of a descriptor, unless it stands for another file by now: closing takes a file out. */
  #find(task: Task, fd: number): Item | undefined {
    const item = this.#items.get(fd)
    if (item === undefined || task.files.get(fd) === item.file) return item
    this.#drop(item)
    return undefined
  }
  #drop(item: Item): void {
    item.disarm()
    this.#items.delete(item.fd)
    this.#ready.delete(item)
  }

  add(task: Task, fd: number, events: number): void {
    const file = task.files.require(fd)
    if (file === this) throw Errno.EINVAL
    if (isReg(file.inode.mode) || isDir(file.inode.mode)) throw Errno.EPERM
    if (this.#find(task, fd) !== undefined) throw Errno.EEXIST
    const item = new Item(this, task, fd, file, events)
    this.#items.set(fd, item)
    item.arm()
    if (item.pending !== 0) this.becomeReady(item)
  }
  modify(task: Task, fd: number, events: number): void {
    task.files.require(fd)
    const item = this.#find(task, fd)
    if (item === undefined) throw Errno.ENOENT
    item.events = events
    item.disarm()
    item.arm()
    if (item.pending !== 0) this.becomeReady(item)
  }
  remove(task: Task, fd: number): void {
    task.files.require(fd)
    const item = this.#find(task, fd)
    if (item === undefined) throw Errno.ENOENT
    this.#drop(item)
  }

  /** What is ready now, first come first. What stays ready goes to the end of the line. */
  take(task: Task, most: number): readonly EpollEvent[] {
    const found: EpollEvent[] = []
    for (const item of [...this.#ready]) {
      if (found.length >= most) break
      this.#ready.delete(item)
      if (this.#find(task, item.fd) !== item) continue
      const events = item.pending
      if (events === 0) continue
      found.push({ fd: item.fd, events })
      this.#ready.add(item)
    }
    return found
  }

  override poll(): number {
    return this.#ready.size > 0 ? POLLIN : 0
  }
  override pollQueues(): readonly WaitQueue[] {
    return [this.changed]
  }
  protected override onRelease(): void {
    for (const item of this.#items.values()) item.disarm()
    this.#items.clear()
    this.#ready.clear()
  }
}
