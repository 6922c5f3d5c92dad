// The standard streams of one process of a container: FIFOs between daemon and shim, whoever is attached, and the log.
import { isErr } from '../../../../abi/errno.ts'
import { O_CLOEXEC, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from '../../../../abi/fcntl.ts'
import { S_IFIFO } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import type { ShimStdio } from '../../shim-protocol.ts'
import { type GoRuntime, Signal } from '../../../libc/goroutine.ts'
import { call } from '../../../libc/syscall.ts'
import { close, open, unlink } from '../../../libc/unistd.ts'
import { serverError } from './api-error.ts'
import { mkdirAll } from './util.ts'

export type StreamName = 'stdout' | 'stderr'
/** Somebody who sees the output as it comes. */
export interface Watcher {
  readonly take: (stream: StreamName, data: Uint8Array) => Flow<void>
}

export class ProcessStreams {
  readonly #rt: GoRuntime
  readonly #directory: string
  readonly #name: string
  readonly isTerminal: boolean
  readonly hasStdin: boolean
  readonly watchers = new Set<Watcher>()
  /** Both outputs have ended. */
  isDrained = false
  readonly drained = new Signal()
  #stdin = -1
  #left = 0

  /** `name` is `init` or an exec's id; the FIFOs are made in /var/run/docker/containerd/ID. */
  constructor(rt: GoRuntime, directory: string, name: string, isTerminal: boolean, hasStdin: boolean) {
    this.#rt = rt
    this.#directory = directory
    this.#name = name
    this.isTerminal = isTerminal
    this.hasStdin = hasStdin
  }

  #path(stream: string): string {
    return `${this.#directory}/${this.#name}-${stream}`
  }
  get stdio(): ShimStdio {
    return {
      terminal: this.isTerminal, stdout: this.#path('stdout'),
      ...(this.hasStdin ? { stdin: this.#path('stdin') } : {}),
      ...(this.isTerminal ? {} : { stderr: this.#path('stderr') }),
    }
  }

  get #streams(): readonly ('stdin' | StreamName)[] {
    return (['stdin', 'stdout', 'stderr'] as const).filter((s) => (s !== 'stdin' || this.hasStdin) && (s !== 'stderr' || !this.isTerminal))
  }

  /** Makes the FIFOs and starts reading. */
  *open(): Flow<void> {
    yield* mkdirAll(this.#directory, 0o755)
    for (const stream of this.#streams) {
      const made = yield* call('mknodat', -100, this.#path(stream), S_IFIFO | 0o700, 0)
      if (isErr(made)) throw serverError(`mkfifo ${this.#path(stream)}: ${made.message.toLowerCase()}`)
    }
    yield* this.reopen()
  }
  /** Starts reading from FIFOs that are there: what came while nobody read is still in them. */
  *reopen(): Flow<void> {
    for (const stream of this.#streams) {
      if (stream === 'stdin') {
        const fd = yield* open(this.#path(stream), O_RDWR | O_NONBLOCK | O_CLOEXEC)
        if (!isErr(fd)) this.#stdin = fd
        continue
      }
      const fd = yield* open(this.#path(stream), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      if (isErr(fd)) throw serverError(`open ${this.#path(stream)}: ${fd.message.toLowerCase()}`)
      this.#left += 1
      this.#rt.go(this.#copy(stream, fd))
    }
  }

  *#copy(stream: StreamName, fd: number): Flow<void> {
    for (;;) {
      const data = yield* this.#rt.read(fd)
      if (isErr(data)) {
        if (data.name === 'EAGAIN' || data.name === 'EINTR') continue
        break
      }
      if (data.length === 0) break
      for (const watcher of [...this.watchers]) yield* watcher.take(stream, data)
    }
    yield* close(fd)
    this.#left -= 1
    if (this.#left > 0) return
    this.isDrained = true
    this.drained.wake()
  }

  *writeStdin(data: Uint8Array): Flow<boolean> {
    return this.#stdin >= 0 && !isErr(yield* this.#rt.write(this.#stdin, data))
  }
  *closeStdin(): Flow<void> {
    if (this.#stdin >= 0) yield* this.#rt.close(this.#stdin)
    this.#stdin = -1
  }

  /** The process never came to be: nobody will write. A writer comes and goes, so that the readers see the end. */
  *abandon(): Flow<void> {
    for (const stream of ['stdout', 'stderr']) {
      const fd = yield* open(this.#path(stream), O_WRONLY | O_NONBLOCK | O_CLOEXEC)
      if (!isErr(fd)) yield* close(fd)
    }
    yield* this.remove()
  }
  *remove(): Flow<void> {
    yield* this.closeStdin()
    for (const stream of ['stdin', 'stdout', 'stderr']) yield* unlink(this.#path(stream))
  }
  *waitDrained(): Flow<void> {
    while (!this.isDrained) yield* this.#rt.wait(this.drained)
  }
}
