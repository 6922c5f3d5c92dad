// epoll (fs/eventpoll.c, epoll(7)): watches many files and tells which have become ready, in the order they did. An item belongs to an open file and the number it was
// added by: it stays when the number is closed but the file is not. EPOLLEXCLUSIVE and EPOLLWAKEUP change nothing here.
import { Errno } from '../../abi/errno.ts'
import { EPOLLET, EPOLLONESHOT, POLLERR, POLLHUP, POLLIN } from '../../abi/fcntl.ts'
import { isDir, isReg } from '../../abi/stat.ts'
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import { WaitQueue, type Waiter } from '../wait-queue.ts'

export interface EpollEvent {
  readonly fd: number
  readonly events: number
}

/** EP_MAX_NESTS: an epoll that watches an epoll, and so on. */
const MAX_NESTS = 4
/** EP_PRIVATE_BITS: how to report, not what (ET, ONESHOT, WAKEUP, EXCLUSIVE). */
const PRIVATE_BITS = 0xf000_0000

/** One watched descriptor (struct epitem). */
class Item implements Waiter {
  readonly fd: number
  readonly file: File
  #events: number
  readonly #task: Task
  readonly #owner: EventPoll
  readonly #forget: () => void
  #queues: readonly WaitQueue[] = []

  constructor(owner: EventPoll, task: Task, fd: number, file: File, events: number) {
    this.#owner = owner
    this.#task = task
    this.fd = fd
    this.file = file
    this.#events = events | POLLERR | POLLHUP
    this.#forget = () => owner.drop(this)
    file.addReleaseHook(this.#forget)
  }

  get pending(): number {
    return this.file.poll(this.#task) & this.#events & ~PRIVATE_BITS
  }
  get isEdgeTriggered(): boolean {
    return (this.#events & EPOLLET) !== 0
  }
  watchFor(events: number): void {
    this.#events = events | POLLERR | POLLHUP
  }
  /** EPOLLONESHOT: after one report nothing is waited for any more. */
  reported(): void {
    if ((this.#events & EPOLLONESHOT) !== 0) this.#events &= PRIVATE_BITS
  }
  get isDisabled(): boolean {
    return (this.#events & ~PRIVATE_BITS) === 0
  }
  arm(): void {
    this.#queues = this.file.pollQueues()
    for (const queue of this.#queues) queue.add(this)
  }
  disarm(): void {
    for (const queue of this.#queues) queue.remove(this)
    this.#queues = []
  }
  gone(): void {
    this.disarm()
    this.file.removeReleaseHook(this.#forget)
  }
  /** ep_poll_callback */
  wake(): void {
    this.disarm()
    if (this.pending !== 0) this.#owner.becomeReady(this)
    this.arm()
  }
}

export class EventPoll extends File {
  readonly #items = new Map<File, Map<number, Item>>()
  readonly #ready = new Set<Item>()
  readonly changed = new WaitQueue()

  becomeReady(item: Item): void {
    this.#ready.add(item)
    this.changed.wakeAll()
  }

  /** ep_find */
  #find(task: Task, fd: number): Item {
    const item = this.#items.get(task.files.require(fd))?.get(fd)
    if (item === undefined) throw Errno.ENOENT
    return item
  }
  /** Also called when the last reference to the file goes (eventpoll_release). */
  drop(item: Item): void {
    item.gone()
    this.#ready.delete(item)
    const ofFile = this.#items.get(item.file)
    ofFile?.delete(item.fd)
    if (ofFile?.size === 0) this.#items.delete(item.file)
  }

  /** ep_loop_check: would watching `file` from here close a ring, or nest too deep? */
  #leadsHere(file: File, depth = 0): boolean {
    if (!(file instanceof EventPoll)) return false
    if (file === this || depth > MAX_NESTS) return true
    for (const watched of file.#items.keys()) if (this.#leadsHere(watched, depth + 1)) return true
    return false
  }

  add(task: Task, fd: number, events: number): void {
    const file = task.files.require(fd)
    if (file === this) throw Errno.EINVAL
    if (isReg(file.inode.mode) || isDir(file.inode.mode)) throw Errno.EPERM
    if (this.#leadsHere(file)) throw Errno.ELOOP
    const ofFile = this.#items.get(file) ?? new Map<number, Item>()
    if (ofFile.has(fd)) throw Errno.EEXIST
    const item = new Item(this, task, fd, file, events)
    this.#items.set(file, ofFile.set(fd, item))
    item.arm()
    if (item.pending !== 0) this.becomeReady(item)
  }
  modify(task: Task, fd: number, events: number): void {
    const item = this.#find(task, fd)
    item.watchFor(events)
    item.disarm()
    item.arm()
    if (item.pending !== 0) this.becomeReady(item)
  }
  remove(task: Task, fd: number): void {
    this.drop(this.#find(task, fd))
  }

  /** What is ready now, first come first. What may stay ready goes to the end of the line, but for edge-triggered items. */
  take(most: number): readonly EpollEvent[] {
    const found: EpollEvent[] = []
    for (const item of [...this.#ready]) {
      if (found.length >= most) break
      this.#ready.delete(item)
      const events = item.pending
      if (events === 0) continue
      found.push({ fd: item.fd, events })
      item.reported()
      if (!item.isEdgeTriggered && !item.isDisabled) this.#ready.add(item)
    }
    return found
  }

  /** An item in line may have been read empty since. */
  override poll(): number {
    for (const item of this.#ready) {
      if (item.pending !== 0) return POLLIN
      this.#ready.delete(item)
    }
    return 0
  }
  override pollQueues(): readonly WaitQueue[] {
    return [this.changed]
  }
  protected override onRelease(): void {
    for (const ofFile of this.#items.values()) for (const item of ofFile.values()) item.gone()
    this.#items.clear()
    this.#ready.clear()
  }
}
