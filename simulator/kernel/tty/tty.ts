// A terminal (struct tty_struct, tty(4)): attributes, window size, a line discipline towards its readers, and an output queue towards whoever shows it.
// Only pseudo terminals exist here; the machine's own console is one whose other end is outside the simulation.
import { Errno } from '../../abi/errno.ts'
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { SIGTTIN, SIGTTOU, SIGWINCH } from '../../abi/signal.ts'
import { DEFAULT_TERMIOS, ICANON, type Termios, TOSTOP, type Winsize } from '../../abi/termios.ts'
import { EMPTY_BYTES } from '../../lib/bytes.ts'
import type { Kernel } from '../kernel.ts'
import type { Pid } from '../pid.ts'
import type { ControllingTty, Session } from '../session.ts'
import { hasDeliverableSignal } from '../signal-deliver.ts'
import { signalGroup } from '../signal-send.ts'
import type { Task } from '../task.ts'
import type { File } from '../vfs/file.ts'
import type { Path } from '../vfs/path.ts'
import { type KFlow, WaitQueue } from '../wait-queue.ts'
import { checkForeground, hangUpSession } from './job-control.ts'
import { LineDiscipline, type LineDisciplineHost } from './line-discipline.ts'
import { OutputProcessor } from './output-processor.ts'
import { OutputQueue } from './output-queue.ts'

const NSEC_PER_DECISECOND = 1e8

export class Tty implements ControllingTty, LineDisciplineHost {
  readonly kernel: Kernel
  /** `pts/0` */
  readonly name: string
  readonly dev: number
  termios: Termios = DEFAULT_TERMIOS
  winsize: Winsize = { rows: 0, cols: 0 }
  foreground: Pid | undefined
  session: Session | undefined
  /** What has been printed and not yet been taken by the other side. */
  readonly queue = new OutputQueue()
  readonly output: OutputProcessor
  /** Woken when there is something to read, or the terminal hangs up. */
  readonly readable = new WaitQueue()
  readonly writable = new WaitQueue()
  readonly #discipline: LineDiscipline
  readonly #open: (path: Path, flags: number) => File
  #isStopped = false
  #isHungUp = false

  /** `open` makes an open file of this terminal for whoever comes by another name (/dev/tty). */
  constructor(kernel: Kernel, name: string, dev: number, open: (path: Path, flags: number) => File) {
    this.kernel = kernel
    this.#open = open
    this.name = name
    this.dev = dev
    this.output = new OutputProcessor(() => this.termios, (byte) => this.queue.push(byte))
    this.#discipline = new LineDiscipline(this)
    this.queue.whenTaken(() => this.writable.wakeAll())
  }

  open(path: Path, flags: number): File {
    return this.#open(path, flags)
  }
  get isHungUp(): boolean {
    return this.#isHungUp
  }
  get available(): number {
    return this.#discipline.available
  }
  /** True while output is held back by ^S. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  // What the line discipline asks for.
  signal(sig: number): void {
    if (this.foreground !== undefined) signalGroup(this.kernel, this.foreground, sig)
  }
  flushOutput(): void {
    this.queue.flush()
  }
  setStopped(stopped: boolean): void {
    this.#isStopped = stopped
    if (!stopped) this.writable.wakeAll()
  }
  inputReady(): void {
    this.readable.wakeAll()
  }

  /** Bytes from the keyboard. */
  receive(bytes: Uint8Array): void {
    if (this.#isHungUp) return
    this.#discipline.receive(bytes)
    this.queue.notify()
  }

  *read(task: Task, count: number, nonBlocking: boolean): KFlow<Uint8Array> {
    for (;;) {
      if (this.#isHungUp) return EMPTY_BYTES
      yield* checkForeground(task, this, SIGTTIN)
      if ((this.termios.lflag & ICANON) !== 0) {
        if (this.#discipline.hasLine) return this.#discipline.take(count)
      } else if (yield* this.#rawReady(task, count)) return this.#discipline.take(count)
      if (nonBlocking) throw Errno.EAGAIN
      yield this.readable
    }
  }

  /** MIN and TIME of raw mode: true when a read may return, perhaps with nothing. */
  *#rawReady(task: Task, count: number): KFlow<boolean> {
    const { min, time } = this.termios.cc
    const length = this.#discipline.rawLength
    if (length >= Math.max(1, Math.min(min, count))) return true
    if (min > 0) return false
    if (time === 0) return true
    const deadline = (task.restart as number | undefined) ?? this.kernel.clock.now + time * NSEC_PER_DECISECOND
    task.restart = deadline
    if (this.kernel.clock.now >= deadline) return true
    yield { queues: [this.readable], deadline }
    return this.kernel.clock.now >= deadline || this.#discipline.rawLength > 0
  }

  /** Writes as much as there is room for, and at least one byte; nothing more once a signal has come. */
  *write(task: Task, data: Uint8Array, nonBlocking: boolean): KFlow<number> {
    for (;;) {
      if ((this.termios.lflag & TOSTOP) !== 0) yield* checkForeground(task, this, SIGTTOU)
      if (this.#isHungUp) throw Errno.EIO
      if (data.length === 0) return 0
      if (!this.#isStopped && this.queue.room > 0) {
        let done = 0
        while (done < data.length && this.queue.room > 0) this.output.raw(data[done++])
        this.queue.notify()
        return done
      }
      if (nonBlocking) throw Errno.EAGAIN
      do yield this.writable
      while (hasDeliverableSignal(task))
    }
  }

  poll(): number {
    if (this.#isHungUp) return POLLIN | POLLOUT | POLLERR | POLLHUP
    const ready = (this.termios.lflag & ICANON) !== 0 ? this.#discipline.hasLine : this.#discipline.rawLength > 0
    return (ready ? POLLIN : 0) | (!this.#isStopped && this.queue.room > 0 ? POLLOUT : 0)
  }

  setTermios(termios: Termios, flushInput: boolean): void {
    const wasCanonical = (this.termios.lflag & ICANON) !== 0
    if (flushInput) this.#discipline.flushInput()
    this.termios = termios
    this.#discipline.modeChanged(wasCanonical)
  }
  flushInput(): void {
    this.#discipline.flushInput()
  }

  setWinsize(winsize: Winsize): void {
    if (winsize.rows === this.winsize.rows && winsize.cols === this.winsize.cols) return
    this.winsize = { rows: winsize.rows, cols: winsize.cols }
    this.signal(SIGWINCH)
  }

  /** The other side has gone: readers get the end of file, writers EIO, the session SIGHUP. */
  hangUp(): void {
    if (this.#isHungUp) return
    this.#isHungUp = true
    hangUpSession(this)
    this.readable.wakeAll()
    this.writable.wakeAll()
  }
}
