// An open terminal: the slave end of a pty, through /dev/pts/N or /dev/tty. Its ioctls are those of ioctl_tty(2).
import { Errno } from '../../abi/errno.ts'
import { O_NONBLOCK } from '../../abi/fcntl.ts'
import { SIGTTOU } from '../../abi/signal.ts'
import {
  FIONREAD, TCFLSH, TCGETS, TCSBRK, TCSETS, TCSETSF, TCSETSW, type Termios, TIOCGPGRP, TIOCGSID, TIOCGWINSZ, TIOCNOTTY, TIOCSCTTY, TIOCSPGRP, TIOCSWINSZ,
  type Winsize,
} from '../../abi/termios.ts'
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import type { Path } from '../vfs/path.ts'
import type { KFlow, Sleepable, WaitQueue } from '../wait-queue.ts'
import { checkForeground, getForeground, getTtySession, giveUpTty, setControllingTty, setForeground } from './job-control.ts'
import type { Tty } from './tty.ts'

function* setTermios(task: Task, tty: Tty, termios: Termios, flush: boolean): KFlow<0> {
  yield* checkForeground(task, tty, SIGTTOU)
  tty.setTermios(termios, flush)
  return 0
}
function* flushInput(task: Task, tty: Tty): KFlow<0> {
  yield* checkForeground(task, tty, SIGTTOU)
  tty.flushInput()
  return 0
}

/** The ioctls that both ends of a pty answer alike. undefined: not one of them. */
export function commonIoctl(task: Task, tty: Tty, request: number, arg: unknown): Sleepable<unknown> {
  switch (request) {
    case TCGETS:
      return tty.termios
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
      return setTermios(task, tty, arg as Termios, request === TCSETSF)
    case TIOCGWINSZ:
      return tty.winsize
    case TIOCSWINSZ:
      tty.setWinsize(arg as Winsize)
      return 0
    case TCSBRK:
      return 0
    default:
      return undefined
  }
}

export class TtyFile extends File {
  readonly tty: Tty
  readonly #onClose: () => void

  /** `onClose` runs when the last descriptor of this open file is gone. */
  constructor(path: Path, flags: number, tty: Tty, onClose: () => void) {
    super(path, flags)
    this.tty = tty
    this.#onClose = onClose
  }
  protected override onRelease(): void {
    this.#onClose()
  }
  get #nonBlocking(): boolean {
    return (this.flags & O_NONBLOCK) !== 0
  }

  override read(task: Task, count: number): Sleepable<Uint8Array> {
    return this.tty.read(task, count, this.#nonBlocking)
  }
  override write(task: Task, data: Uint8Array): Sleepable<number> {
    return this.tty.write(task, data, this.#nonBlocking)
  }
  override seek(): never {
    throw Errno.ESPIPE
  }
  override poll(): number {
    return this.tty.poll()
  }
  override pollQueues(): readonly WaitQueue[] {
    return [this.tty.readable, this.tty.writable]
  }

  override ioctl(task: Task, request: number, arg: unknown): Sleepable<unknown> {
    const { tty } = this
    if (tty.isHungUp) throw request === TIOCSPGRP ? Errno.ENOTTY : Errno.EIO
    switch (request) {
      case TIOCSCTTY:
        return setControllingTty(task, tty, arg === 1)
      case TIOCNOTTY:
        return giveUpTty(task, tty)
      case TIOCGPGRP:
        return getForeground(task, tty)
      case TIOCSPGRP:
        return setForeground(task, tty, arg as number)
      case TIOCGSID:
        return getTtySession(task, tty)
      case FIONREAD:
        return tty.available
      case TCFLSH:
        return arg === 1 ? 0 : flushInput(task, tty)
      default: {
        const answer = commonIoctl(task, tty, request, arg)
        if (answer === undefined) throw Errno.ENOTTY
        return answer
      }
    }
  }
}
