// Pseudo terminals (drivers/tty/pty.c, pty(7)): a terminal whose other end, the master, is a program, or a person outside the simulation.
// The object here is that master; PtyMasterFile puts it behind an open /dev/ptmx.
import { Errno } from '../../abi/errno.ts'
import { makedev } from '../../abi/stat.ts'
import type { Winsize } from '../../abi/termios.ts'
import type { Kgid, Kuid } from '../cred/ids.ts'
import type { DevptsSuperBlock } from '../fs/devpts/devpts.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../task.ts'
import type { Path } from '../vfs/path.ts'
import { WaitQueue } from '../wait-queue.ts'
import { adoptOnOpen } from './job-control.ts'
import { Tty } from './tty.ts'
import { TtyFile } from './tty-file.ts'

export const UNIX98_PTY_SLAVE_MAJOR = 136

/** Who opens a pty: owner of the new /dev/pts/N. */
export interface PtyOwner { readonly uid: Kuid; readonly gid: Kgid }

export class PtyMaster {
  readonly kernel: Kernel
  readonly devpts: DevptsSuperBlock
  /** N of /dev/pts/N: the lowest free one of the devpts instance. */
  readonly index: number
  readonly tty: Tty
  /** Called when output has been added; take it with drain(). */
  onOutput: (() => void) | undefined
  /** Called when the last open slave has been closed. */
  onSlavesClosed: (() => void) | undefined
  /** Woken when there is output, or the slaves have gone. */
  readonly readable = new WaitQueue()
  #slaves = 0
  #wasOpened = false
  #isLocked: boolean
  #isClosed = false

  /** Allocates a pty in a devpts instance. `locked`: a slave can't be opened before unlockpt(3). */
  constructor(kernel: Kernel, devpts: DevptsSuperBlock, owner: PtyOwner, locked = false) {
    this.kernel = kernel
    this.devpts = devpts
    this.#isLocked = locked
    this.index = devpts.allocate(this, owner)
    this.tty = new Tty(kernel, `pts/${this.index}`, makedev(UNIX98_PTY_SLAVE_MAJOR, this.index), (path, flags) => this.newFile(path, flags))
    this.tty.queue.onOutput = () => {
      this.readable.wakeAll()
      this.onOutput?.()
    }
  }

  /** Bytes typed at the terminal. */
  input(bytes: Uint8Array): void {
    this.tty.receive(bytes)
  }
  /** Takes what has been printed. Writers sleep while 64 KiB wait here. */
  drain(count?: number): Uint8Array {
    return this.tty.queue.take(count)
  }
  get pending(): number {
    return this.tty.queue.length
  }
  resize(rows: number, cols: number): void {
    this.tty.setWinsize({ rows, cols })
  }
  get winsize(): Winsize {
    return this.tty.winsize
  }
  /** The master is closed: SIGHUP for the session, end of file for readers; the name disappears. */
  hangup(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.tty.hangUp()
    this.devpts.remove(this.index)
    if (this.#slaves === 0) this.devpts.release(this.index)
  }

  unlock(locked: boolean): void {
    this.#isLocked = locked
  }
  /** No slave is open any more, though one was: reading the master then fails with EIO. */
  get slavesGone(): boolean {
    return this.#wasOpened && this.#slaves === 0
  }

  /** Opens the slave for `task`; `path` is the node it was opened by. With `adopt` it may become the controlling terminal of the task's session. */
  openSlave(task: Task, path: Path, flags: number, adopt: boolean): TtyFile {
    if (this.#isLocked || this.#isClosed) throw Errno.EIO
    const file = this.newFile(path, flags)
    if (adopt && file.canRead) adoptOnOpen(task, this.tty)
    return file
  }
  /** An open file of the slave without asking who opens it. */
  newFile(path: Path, flags: number): TtyFile {
    this.#slaves++
    this.#wasOpened = true
    return new TtyFile(path, flags, this.tty, () => this.#slaveClosed())
  }
  #slaveClosed(): void {
    if (--this.#slaves > 0) return
    this.readable.wakeAll()
    if (this.#isClosed) this.devpts.release(this.index)
    this.onSlavesClosed?.()
  }
}
