// Buffered streams as in glibc's stdio(3): fully buffered on files and pipes, by line on a terminal, not at all for stderr.
// When output appears, and in which order with stderr, follows from that, so programs must write through these.
import type { Flow } from '../../abi/syscalls.ts'
import { type Errno, isErr } from '../../abi/errno.ts'
import { concatBytes, decodeUtf8, encodeUtf8, EMPTY_BYTES } from '../../lib/bytes.ts'
import { isatty, writeAll } from './unistd.ts'
import { call } from './syscall.ts'

const BUFSIZ = 4096
const NEWLINE = 10

/** An output FILE. The first failed write is kept in `error` (ferror) and later ones are dropped, as in C. */
export class OutStream {
  readonly fd: number
  error: Errno | undefined
  /** The program has said so itself (clearerr). */
  isErrorTold = false
  #mode: 'unknown' | 'full' | 'line' | 'none'
  #parts: Uint8Array[] = []
  #size = 0

  constructor(fd: number, mode: 'unknown' | 'full' | 'line' | 'none' = 'unknown') {
    this.fd = fd
    this.#mode = mode
  }

  setvbuf(mode: 'full' | 'line' | 'none'): void {
    this.#mode = mode
  }

  /** fputs/fwrite. Bytes leave when the buffer is full, at a newline on a terminal, or at once for stderr. */
  *write(data: string | Uint8Array): Flow<void> {
    const bytes = typeof data === 'string' ? encodeUtf8(data) : data
    if (bytes.length === 0) return
    if (this.#mode === 'unknown') this.#mode = (yield* isatty(this.fd)) ? 'line' : 'full'
    this.#parts.push(bytes)
    this.#size += bytes.length
    if (this.#mode === 'none' || this.#size >= BUFSIZ || (this.#mode === 'line' && bytes.includes(NEWLINE))) yield* this.flush()
  }

  *flush(): Flow<void> {
    if (this.#size === 0) return
    const bytes = concatBytes(this.#parts)
    this.#parts = []
    this.#size = 0
    const n = yield* writeAll(this.fd, bytes)
    if (isErr(n)) this.error ??= n
  }

  /** What a forked child inherits: a stream with the same unwritten bytes. */
  clone(): OutStream {
    const copy = new OutStream(this.fd, this.#mode)
    copy.#parts = [...this.#parts]
    copy.#size = this.#size
    return copy
  }

  /** Forgets unwritten bytes (as _exit does). */
  discard(): void {
    this.#parts = []
    this.#size = 0
  }
}

/** An input FILE: reads in blocks, gives lines or bytes. */
export class InStream {
  readonly fd: number
  error: Errno | undefined
  #buffer: Uint8Array = EMPTY_BYTES
  #at = 0
  #eof = false
  #blockSize = BUFSIZ * 16

  constructor(fd: number) {
    this.fd = fd
  }

  /** Reads byte by byte from now on, so that what isn't used stays for others. */
  setUnbuffered(): void {
    this.#blockSize = 1
  }

  *#fill(): Flow<boolean> {
    if (this.#eof) return false
    const part = yield* call('read', this.fd, this.#blockSize)
    if (isErr(part)) this.error = part
    if (isErr(part) || part.length === 0) {
      this.#eof = true
      return false
    }
    this.#buffer = part
    this.#at = 0
    return true
  }

  /** What is buffered, without taking it; reads a block if nothing is. Empty at the end. */
  *peek(): Flow<Uint8Array> {
    if (this.#at >= this.#buffer.length && !(yield* this.#fill())) return EMPTY_BYTES
    return this.#buffer.subarray(this.#at)
  }

  /** The next block of bytes, or undefined at the end. */
  *block(): Flow<Uint8Array | undefined> {
    if (this.#at >= this.#buffer.length && !(yield* this.#fill())) return undefined
    const rest = this.#buffer.subarray(this.#at)
    this.#at = this.#buffer.length
    return rest
  }

  /** getdelim(3): the next line as bytes with its delimiter (the last one may lack it), or undefined at the end. */
  *lineBytes(delimiter = NEWLINE): Flow<Uint8Array | undefined> {
    const parts: Uint8Array[] = []
    for (;;) {
      if (this.#at >= this.#buffer.length && !(yield* this.#fill())) return parts.length > 0 ? concatBytes(parts) : undefined
      const end = this.#buffer.indexOf(delimiter, this.#at)
      const stop = end < 0 ? this.#buffer.length : end + 1
      parts.push(this.#buffer.subarray(this.#at, stop))
      this.#at = stop
      if (end >= 0) return concatBytes(parts)
    }
  }

  /** getline(3) as text, with the newline. */
  *line(): Flow<string | undefined> {
    const bytes = yield* this.lineBytes()
    return bytes === undefined ? undefined : decodeUtf8(bytes)
  }
}
