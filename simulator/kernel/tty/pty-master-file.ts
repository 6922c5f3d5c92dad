// An open /dev/ptmx (pts(4), ptmx): each open makes a new pty and is its master.
import { Errno } from '../../abi/errno.ts'
import { O_CLOEXEC, O_NOCTTY, O_NONBLOCK, POLLHUP, POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { FIONREAD, TIOCGPGRP, TIOCGPTN, TIOCGPTPEER, TIOCGSID, TIOCSPTLCK } from '../../abi/termios.ts'
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import { installFile } from '../vfs/file-open.ts'
import type { Mount } from '../mount/mount.ts'
import type { Path } from '../vfs/path.ts'
import type { KFlow, Sleepable, WaitQueue } from '../wait-queue.ts'
import type { PtyMaster } from './pty.ts'
import { commonIoctl } from './tty-file.ts'

export class PtyMasterFile extends File {
  readonly master: PtyMaster
  /** The mount of devpts that the pty is on. */
  readonly #ptsMount: Mount

  constructor(path: Path, flags: number, master: PtyMaster, ptsMount: Mount) {
    super(path, flags)
    this.master = master
    this.#ptsMount = ptsMount
  }
  protected override onRelease(): void {
    this.master.hangup()
  }

  override *read(_task: Task, count: number): KFlow<Uint8Array> {
    const { master } = this
    for (;;) {
      if (master.pending > 0) return master.drain(count)
      if (master.slavesGone) throw Errno.EIO
      if ((this.flags & O_NONBLOCK) !== 0) throw Errno.EAGAIN
      yield master.readable
    }
  }
  override write(_task: Task, data: Uint8Array): number {
    this.master.input(data)
    return data.length
  }
  override seek(): never {
    throw Errno.ESPIPE
  }
  override poll(): number {
    const { master } = this
    return POLLOUT | (master.pending > 0 ? POLLIN : 0) | (master.slavesGone ? POLLHUP : 0)
  }
  override pollQueues(): readonly WaitQueue[] {
    return [this.master.readable]
  }

  override ioctl(task: Task, request: number, arg: unknown): Sleepable<unknown> {
    const { master } = this
    switch (request) {
      case TIOCGPTN:
        return master.index
      case TIOCSPTLCK:
        master.unlock(arg !== 0)
        return 0
      case TIOCGPTPEER: {
        const flags = Number(arg)
        const file = master.openSlave(task, { mount: this.#ptsMount, dentry: master.devpts.slave(task, master.index) }, flags, (flags & O_NOCTTY) === 0)
        return installFile(task, file, (flags & O_CLOEXEC) !== 0)
      }
      case TIOCGPGRP:
        return master.tty.foreground?.numberIn(task.pidNs) ?? 0
      case TIOCGSID:
        return master.tty.session?.leader?.numberIn(task.pidNs) ?? 0
      case FIONREAD:
        return master.pending
      default: {
        const answer = commonIoctl(task, master.tty, request, arg)
        if (answer === undefined) throw Errno.ENOTTY
        return answer
      }
    }
  }
}
