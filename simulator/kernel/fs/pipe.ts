// The buffer of a pipe or FIFO (fs/pipe.c, pipe(7)): 64 KiB, writes up to PIPE_BUF atomic.
import { Errno } from '../../abi/errno.ts'
import { SIGPIPE } from '../../abi/signal.ts'
import { EMPTY_BYTES } from '../../lib/bytes.ts'
import { sendSignal } from '../signal-send.ts'
import type { Task } from '../task.ts'
import { type KFlow, type Sleepable, WaitQueue } from '../wait-queue.ts'

export const PIPE_CAPACITY = 65536
export const PIPE_BUF = 4096

/** How far a write that a signal broke off has come; kept with the call until it ends. */
class WriteProgress {
  done = 0
}
function partialWrite(task: Task): WriteProgress {
  if (task.restart instanceof WriteProgress) return task.restart
  const progress = new WriteProgress()
  task.restart = progress
  return progress
}

export class Pipe {
  capacity = PIPE_CAPACITY
  readers = 0
  writers = 0
  /** How often the ends were opened: lets the open of a FIFO notice a partner that has gone again. */
  readerOpens = 0
  writerOpens = 0
  readonly readable = new WaitQueue()
  readonly writable = new WaitQueue()
  /** Woken when an end is opened. */
  readonly opened = new WaitQueue()
  readonly #chunks: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }
  get free(): number {
    return this.capacity - this.#length
  }

  addReader(): void {
    this.readers++
    this.readerOpens++
    this.opened.wakeAll()
  }
  addWriter(): void {
    this.writers++
    this.writerOpens++
    this.opened.wakeAll()
  }
  removeReader(): void {
    if (--this.readers === 0) this.writable.wakeAll()
  }
  removeWriter(): void {
    if (--this.writers === 0) this.readable.wakeAll()
  }

  /** read(2): what is there, at most `count`; empty once all writers have gone. */
  read(count: number, nonblock: boolean): Sleepable<Uint8Array> {
    if (count === 0) return EMPTY_BYTES
    if (this.#length > 0) return this.#take(count)
    if (this.writers === 0) return EMPTY_BYTES
    if (nonblock) throw Errno.EAGAIN
    return this.#waitAndRead(count)
  }
  *#waitAndRead(count: number): KFlow<Uint8Array> {
    while (this.#length === 0) {
      if (this.writers === 0) return EMPTY_BYTES
      yield this.readable
    }
    return this.#take(count)
  }

  /** write(2): all of `data`, sleeping for room; EPIPE and SIGPIPE without readers. A non-blocking write takes what fits. */
  write(task: Task, data: Uint8Array, nonblock: boolean): Sleepable<number> {
    this.#mustHaveReaders(task)
    if (data.length <= this.free) {
      this.#put(data)
      return data.length
    }
    if (!nonblock) return this.#waitAndWrite(task, data)
    if (this.free === 0 || data.length <= PIPE_BUF) throw Errno.EAGAIN
    const part = data.subarray(0, this.free)
    this.#put(part)
    return part.length
  }
  *#waitAndWrite(task: Task, data: Uint8Array): KFlow<number> {
    const progress = partialWrite(task)
    while (progress.done < data.length) {
      const rest = data.length - progress.done
      if (this.readers === 0 && progress.done > 0) break
      this.#mustHaveReaders(task)
      const fits = rest <= PIPE_BUF ? this.free >= rest : this.free > 0
      if (!fits) {
        yield this.writable
        continue
      }
      const part = data.subarray(progress.done, progress.done + Math.min(rest, this.free))
      this.#put(part)
      progress.done += part.length
    }
    return progress.done
  }
  #mustHaveReaders(task: Task): void {
    if (this.readers > 0) return
    sendSignal(task.kernel, task, SIGPIPE)
    throw Errno.EPIPE
  }

  #put(data: Uint8Array): void {
    if (data.length === 0) return
    this.#chunks.push(data.slice())
    this.#length += data.length
    this.readable.wakeAll()
  }
  #take(count: number): Uint8Array {
    const size = Math.min(count, this.#length)
    const first = this.#chunks[0]
    let out: Uint8Array
    if (first.length === size) {
      out = first
      this.#chunks.shift()
    } else {
      out = new Uint8Array(size)
      for (let at = 0; at < size; ) {
        const chunk = this.#chunks[0]
        const part = chunk.subarray(0, size - at)
        out.set(part, at)
        at += part.length
        if (part.length === chunk.length) this.#chunks.shift()
        else this.#chunks[0] = chunk.subarray(part.length)
      }
    }
    this.#length -= size
    this.writable.wakeAll()
    return out
  }
}
