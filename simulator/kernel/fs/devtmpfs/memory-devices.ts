// /dev/null, zero, full, random, urandom, kmsg and console (drivers/char/mem.c, random.c; kernel/printk; null(4), random(4)).
import { Errno } from '../../../abi/errno.ts'
import { O_ACCMODE, O_NONBLOCK, O_WRONLY, POLLIN, POLLOUT } from '../../../abi/fcntl.ts'
import { SYSLOG_ACTION_READ_ALL } from '../../../abi/syslog.ts'
import { DEFAULT_TERMIOS, TCGETS, TIOCGWINSZ } from '../../../abi/termios.ts'
import { decodeUtf8, EMPTY_BYTES, encodeUtf8 } from '../../../lib/bytes.ts'
import { NSEC_PER_USEC } from '../../clock.ts'
import { checkSyslog } from '../../cred/syslog-access.ts'
import type { KernelLog } from '../../printk.ts'
import type { Task } from '../../task.ts'
import { File } from '../../vfs/file.ts'
import type { Path } from '../../vfs/path.ts'
import { type KFlow, WaitQueue } from '../../wait-queue.ts'

/** The C library reads at most this much of a device at once. */
const MAX_READ = 1 << 20
/** What the bytes cost that nobody has to fetch: two gigabytes of zeros a second, or 400 megabytes of ChaCha20. */
const ZERO_NS_PER_BYTE = 0.5, RANDOM_NS_PER_BYTE = 2.5

class DeviceFile extends File {
  override seek(): number {
    return 0
  }
  override pread(task: Task, count: number): Uint8Array {
    return this.read(task, count) as Uint8Array
  }
  override write(_task: Task, data: Uint8Array): number {
    return data.length
  }
}
export class NullFile extends DeviceFile {
  override read(): Uint8Array {
    return EMPTY_BYTES
  }
}
export class ZeroFile extends DeviceFile {
  override read(task: Task, count: number): Uint8Array {
    const size = Math.min(count, MAX_READ)
    task.kernel.scheduler.charge(task, Math.ceil(size * ZERO_NS_PER_BYTE))
    return new Uint8Array(size)
  }
}
export class FullFile extends ZeroFile {
  override write(): never {
    throw Errno.ENOSPC
  }
}
export class RandomFile extends DeviceFile {
  override read(task: Task, count: number): Uint8Array {
    const size = Math.min(count, MAX_READ)
    task.kernel.scheduler.charge(task, Math.ceil(size * RANDOM_NS_PER_BYTE))
    return task.kernel.random.bytes(size)
  }
}

const LOG_USER = 1 << 3
/** /dev/kmsg: one record of the log for each read; writing adds one. */
class KmsgFile extends DeviceFile {
  readonly #log: KernelLog
  #next: number

  constructor(log: KernelLog, path: Path, flags: number) {
    super(path, flags)
    this.#log = log
    this.#next = log.first
  }
  override *read(): KFlow<Uint8Array> {
    const log = this.#log
    for (;;) {
      const record = log.record(this.#next)
      if (record !== undefined) return encodeUtf8(`${record.priority},${this.#next++},${Math.floor(record.time / NSEC_PER_USEC)},-;${record.text}\n`)
      if (this.#next < log.first) {
        this.#next = log.first
        throw Errno.EPIPE
      }
      if ((this.flags & O_NONBLOCK) !== 0) throw Errno.EAGAIN
      yield log.more
    }
  }
  override write(_task: Task, data: Uint8Array): number {
    const log = this.#log
    const match = /^(?:<(\d+)>)?([\s\S]*?)\n?$/.exec(decodeUtf8(data))
    const given = match?.[1] === undefined ? log.levels[1] : Number(match[1])
    // Nobody but the kernel itself speaks as the kernel.
    log.append(given >> 3 === 0 ? LOG_USER | given : given, match?.[2] ?? '')
    return data.length
  }
  override poll(): number {
    return POLLOUT | (this.#next < this.#log.next ? POLLIN : 0)
  }
  override pollQueues(): readonly WaitQueue[] {
    return [this.#log.more]
  }
}
/** devkmsg_open: writing needs no leave but the file's own. */
export function openKmsg(task: Task, path: Path, flags: number): File {
  if ((flags & O_ACCMODE) !== O_WRONLY) checkSyslog(task, SYSLOG_ACTION_READ_ALL)
  return new KmsgFile(task.kernel.log, path, flags)
}

/** /dev/console: the serial line nobody looks at. */
export class ConsoleFile extends DeviceFile {
  readonly #never = new WaitQueue()
  override *read(): KFlow<Uint8Array> {
    for (;;) yield this.#never
  }
  override ioctl(_task: Task, request: number): unknown {
    if (request === TCGETS) return DEFAULT_TERMIOS
    if (request === TIOCGWINSZ) return { rows: 0, cols: 0 }
    throw Errno.ENOTTY
  }
}
