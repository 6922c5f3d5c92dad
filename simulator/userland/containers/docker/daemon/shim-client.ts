// The daemon's end of a container's shim: starts it, sends requests over its socket, hears of exits.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { decodeUtf8, encodeUtf8 } from '../../../../lib/bytes.ts'
import type { ShimExit, ShimMessage, ShimMethod, ShimParams, ShimResult } from '../../shim-protocol.ts'
import { type GoRuntime, Signal } from '../../../libc/goroutine.ts'
import { call } from '../../../libc/syscall.ts'
import { close, readFile } from '../../../libc/unistd.ts'
import { ApiError, serverError } from './api-error.ts'
import { runProgram } from './util.ts'

interface Waiting {
  readonly signal: Signal
  message: ShimMessage | undefined
}
export interface ShimEvents {
  readonly onExit: (execId: string | undefined, exit: ShimExit) => void
  readonly onOom: () => void
}

export class ShimClient {
  readonly #rt: GoRuntime
  readonly #fd: number
  readonly #events: ShimEvents
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #isClosed = false

  private constructor(rt: GoRuntime, fd: number, events: ShimEvents) {
    this.#rt = rt
    this.#fd = fd
    this.#events = events
  }

  /** Starts the shim of a bundle and connects to it. */
  static *start(rt: GoRuntime, id: string, bundle: string, address: string, events: ShimEvents): Flow<ShimClient> {
    const started = yield* runProgram(['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', id, '-address', address, 'start'], { cwd: bundle, dropsErrors: true })
    const socket = /^unix:\/\/(\S+)\s*$/.exec(started.output)?.[1]
    if (started.status !== 0 || socket === undefined) throw serverError(`failed to start shim: start failed: ${started.output.trim()}: exit status ${started.status}: unknown`)
    const fd = yield* call('socket', 'unix', 'stream|cloexec', 0)
    if (isErr(fd)) throw serverError(`socket: ${fd.message.toLowerCase()}`)
    const connected = yield* call('connect', fd, { family: 'unix', path: socket })
    if (isErr(connected)) throw serverError(`failed to connect to shim: dial unix ${socket}: connect: ${connected.message.toLowerCase()}: unknown`)
    const client = new ShimClient(rt, fd, events)
    rt.go(client.#read())
    return client
  }

  /** To the shim that an earlier daemon left in a bundle; undefined if it is gone. */
  static *connect(rt: GoRuntime, bundle: string, events: ShimEvents): Flow<ShimClient | undefined> {
    const address = yield* readFile(`${bundle}/address`)
    const path = isErr(address) ? undefined : /^unix:\/\/(\S+)\s*$/.exec(address)?.[1]
    const fd = path === undefined ? undefined : yield* call('socket', 'unix', 'stream|cloexec', 0)
    if (path === undefined || fd === undefined || isErr(fd)) return undefined
    if (isErr(yield* call('connect', fd, { family: 'unix', path }))) {
      yield* close(fd)
      return undefined
    }
    const client = new ShimClient(rt, fd, events)
    rt.go(client.#read())
    return client
  }

  *#read(): Flow<void> {
    let text = ''
    for (;;) {
      const data = yield* this.#rt.read(this.#fd)
      if (isErr(data) || data.length === 0) break
      text += decodeUtf8(data)
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) this.#take(JSON.parse(line) as ShimMessage)
    }
    this.#isClosed = true
    yield* close(this.#fd)
    for (const waiting of this.#waiting.values()) waiting.signal.wake()
  }
  #take(message: ShimMessage): void {
    if ('event' in message) {
      if (message.event === 'oom') this.#events.onOom()
      else this.#events.onExit(message.execId, message)
      return
    }
    const waiting = this.#waiting.get(message.id)
    if (waiting === undefined) return
    waiting.message = message
    waiting.signal.wake()
  }

  /** One request and its answer. Throws an ApiError with the shim's message. */
  *ask<M extends ShimMethod>(method: M, params: ShimParams<M>): Flow<ShimResult<M>> {
    const id = this.#nextId
    this.#nextId += 1
    const waiting: Waiting = { signal: new Signal(), message: undefined }
    this.#waiting.set(id, waiting)
    yield* this.#rt.write(this.#fd, encodeUtf8(`${JSON.stringify({ id, method, params })}\n`))
    while (waiting.message === undefined && !this.#isClosed) yield* this.#rt.wait(waiting.signal)
    this.#waiting.delete(id)
    const answer = waiting.message
    if (answer === undefined || !('id' in answer)) throw serverError('ttrpc: closed: unknown')
    if ('error' in answer) throw new ApiError(500, answer.error)
    return answer.result as ShimResult<M>
  }
}
