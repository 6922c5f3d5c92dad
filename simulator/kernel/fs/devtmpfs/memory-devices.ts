// /dev/null, zero, full, random, urandom, kmsg and console (drivers/char/mem.c, random.c; kernel/printk; null(4), random(4)).
import { Errno } from '../../../abi/errno.ts'
import { O_NONBLOCK } from '../../../abi/fcntl.ts'
import { DEFAULT_TERMIOS, TCGETS, TIOCGWINSZ } from '../../../abi/termios.ts'
import { decodeUtf8, EMPTY_BYTES, encodeUtf8 } from '../../../lib/bytes.ts'
import { NSEC_PER_USEC } from '../../clock.ts'
import type { Task } from '../../task.ts'
import { File } from '../../vfs/file.ts'
import { type KFlow, WaitQueue } from '../../wait-queue.ts'

/** The C library reads at most this much of a device at once. */
const MAX_READ = 1 << 20

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
  override read(_task: Task, count: number): Uint8Array {
    return new Uint8Array(Math.min(count, MAX_READ))
  }
}
export class FullFile extends ZeroFile {
  override write(): never {
    throw Errno.ENOSPC
  }
}
export class RandomFile extends DeviceFile {
  override read(task: Task, count: number): Uint8Array {
    return task.kernel.random.bytes(Math.min(count, MAX_READ))
  }
}

/** /dev/kmsg: one record of the log for each read; writing adds one. */
export class KmsgFile extends DeviceFile {
  #next = 0
  readonly #more = new WaitQueue()
  override *read(task: Task): KFlow<Uint8Array> {
    const { log } = task.kernel
    while (this.#next >= log.length) {
      if ((this.flags & O_NONBLOCK) !== 0) throw Errno.EAGAIN
      yield this.#more
    }
    const record = log[this.#next++]
    return encodeUtf8(`${record.level},${this.#next - 1},${Math.floor(record.time / NSEC_PER_USEC)},-;${record.text}\n`)
  }
  override write(task: Task, data: Uint8Array): number {
    const match = /^(?:<(\d+)>)?([\s\S]*?)\n?$/.exec(decodeUtf8(data))
    task.kernel.printk(Number(match?.[1] ?? 12) & 7, match?.[2] ?? '')
    return data.length
  }
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
