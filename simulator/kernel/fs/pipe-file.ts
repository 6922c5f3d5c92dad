// The two ends of a pipe, and FIFOs (fs/pipe.c: fifo_open): opening one end for blocking waits for the other.
import { Errno } from '../../abi/errno.ts'
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY, POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { makedev, S_IFIFO } from '../../abi/stat.ts'
import { FIONREAD } from '../../abi/termios.ts'
import { PIPEFS_MAGIC } from '../../abi/fs-flags.ts'
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import type { Path } from '../vfs/path.ts'
import { now } from '../vfs/time.ts'
import type { KFlow, Sleepable, WaitQueue } from '../wait-queue.ts'
import { anonPath, internalMount, MNT_ID_PIPEFS } from './anon.ts'
import { Pipe } from './pipe.ts'

export class PipeFile extends File {
  readonly #pipe: Pipe
  readonly #waitsForPartner: boolean

  constructor(path: Path, flags: number, pipe: Pipe, waitsForPartner = false) {
    super(path, flags)
    this.#pipe = pipe
    this.#waitsForPartner = waitsForPartner
    if (this.canRead) pipe.addReader()
    if (this.canWrite) pipe.addWriter()
  }

  get pipe(): Pipe {
    return this.#pipe
  }
  get #nonblock(): boolean {
    return (this.flags & O_NONBLOCK) !== 0
  }

  protected override onRelease(): void {
    const pipe = this.#pipe
    if (this.canRead) pipe.removeReader()
    if (this.canWrite) pipe.removeWriter()
    if (pipe.readers === 0 && pipe.writers === 0) this.inode.pipe = undefined
  }

  override afterOpen(): Sleepable<void> {
    const pipe = this.#pipe
    if (!this.#waitsForPartner || (this.canRead ? pipe.writers : pipe.readers) > 0) return undefined
    return this.#waitForPartner()
  }
  *#waitForPartner(): KFlow<void> {
    const pipe = this.#pipe
    const opens = (): number => (this.canRead ? pipe.writerOpens : pipe.readerOpens)
    const before = opens()
    while (opens() === before) yield pipe.opened
  }

  override read(_task: Task, count: number): Sleepable<Uint8Array> {
    this.inode.atime = now(this.inode.sb.kernel)
    return this.#pipe.read(count, this.#nonblock)
  }
  override write(task: Task, data: Uint8Array): Sleepable<number> {
    this.inode.mtime = this.inode.ctime = now(this.inode.sb.kernel)
    return data.length === 0 ? 0 : this.#pipe.write(task, data, this.#nonblock)
  }
  override pread(): never {
    throw Errno.ESPIPE
  }
  override pwrite(): never {
    throw Errno.ESPIPE
  }
  override seek(): never {
    throw Errno.ESPIPE
  }
  override ioctl(task: Task, request: number, arg: unknown): unknown {
    return request === FIONREAD ? this.#pipe.length : super.ioctl(task, request, arg)
  }
  override poll(): number {
    const pipe = this.#pipe
    let events = 0
    if (this.canRead) {
      if (pipe.length > 0) events |= POLLIN
      if (pipe.writers === 0 && pipe.writerOpens > 0) events |= POLLHUP
    }
    if (this.canWrite) {
      if (pipe.free >= 4096) events |= POLLOUT
      if (pipe.readers === 0) events |= POLLERR
    }
    return events
  }
  override pollQueues(): readonly WaitQueue[] {
    return this.canRead ? (this.canWrite ? [this.#pipe.readable, this.#pipe.writable] : [this.#pipe.readable]) : [this.#pipe.writable]
  }
}

/** pipe2(2): the read end and the write end. */
export function makePipe(task: Task, flags: number): readonly [PipeFile, PipeFile] {
  const { kernel, cred } = task
  const mount = internalMount(kernel, { name: 'pipefs', mountId: MNT_ID_PIPEFS, dev: makedev(0, 13), magic: PIPEFS_MAGIC })
  const path = anonPath(mount, { mode: S_IFIFO | 0o600, uid: cred.fsuid, gid: cred.fsgid }, (ino) => `pipe:[${ino}]`)
  const pipe = new Pipe()
  path.dentry.inode.pipe = pipe
  const kept = flags & O_NONBLOCK
  return [new PipeFile(path, O_RDONLY | kept, pipe), new PipeFile(path, O_WRONLY | kept, pipe)]
}

/** fifo_open, for named FIFOs and for /proc/PID/fd links to pipes. Throws ENXIO for a non-blocking writer without a reader. */
export function openFifo(_task: Task, path: Path, flags: number): PipeFile {
  const { inode } = path.dentry
  const mode = flags & O_ACCMODE
  const nonblock = (flags & O_NONBLOCK) !== 0
  if (mode === O_WRONLY && nonblock && (inode.pipe === undefined || inode.pipe.readers === 0)) throw Errno.ENXIO
  inode.pipe ??= new Pipe()
  // A pipe that is opened again has had its partner: its open doesn't wait.
  const anonymous = path.mount.id === MNT_ID_PIPEFS
  return new PipeFile(path, flags, inode.pipe, !anonymous && !nonblock && mode !== O_RDWR)
}
