// The client's side of the API: requests over the daemon's socket, its errors in docker's words.
import { type Errno, Errno as E, isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../../lib/bytes.ts'
import { formatRequest, type HttpResponse, MessageReader } from '../../../../lib/http.ts'
import type { GoRuntime } from '../../../libc/goroutine.ts'
import { call } from '../../../libc/syscall.ts'
import { close } from '../../../libc/unistd.ts'
import { API_VERSION } from '../api.ts'

const NOT_IMPLEMENTED = 501

/** A request that failed: the whole message as docker prints it. */
export class RequestError {
  readonly message: string
  /** 0: the daemon couldn't be reached. */
  readonly status: number
  constructor(message: string, status: number) {
    this.message = message
    this.status = status
  }
  /** The daemon's answer to what is real, but not simulated. */
  get isUnsimulated(): boolean {
    return this.status === NOT_IMPLEMENTED
  }
  get isNotFound(): boolean {
    return this.status === 404
  }
}

export interface Reply {
  readonly status: number
  readonly text: string
  readonly bytes: Uint8Array
}
/** An answer whose body is read as it comes. */
export interface StreamingReply {
  readonly head: HttpResponse
  /** The next bytes, undefined at the end. */
  readonly next: () => Flow<Uint8Array | undefined>
  readonly close: () => Flow<void>
}
/** A connection that has become a plain stream. */
export interface Hijacked {
  readonly fd: number
  readonly rest: Uint8Array
}

export class Connection {
  readonly rt: GoRuntime
  /** `unix:///var/run/docker.sock` */
  readonly host: string

  constructor(rt: GoRuntime, host: string) {
    this.rt = rt
    this.host = host
  }

  #unreachable(errno: Errno, method: string, path: string): RequestError {
    const socket = this.host.replace(/^unix:\/\//, '')
    if (errno === E.EACCES) {
      const verb = method[0] + method.slice(1).toLowerCase()
      const url = `http://${encodeURIComponent(socket)}/v1.24${path}`
      return new RequestError(`permission denied while trying to connect to the Docker daemon socket at ${this.host}: ${verb} "${url}": dial unix ${socket}: connect: permission denied`, 0)
    }
    return new RequestError(`Cannot connect to the Docker daemon at ${this.host}. Is the docker daemon running?`, 0)
  }

  *#open(method: string, path: string, body: Uint8Array | undefined, headers: readonly (readonly [string, string])[], type: string): Flow<number> {
    if (!this.host.startsWith('unix://')) throw new RequestError(`Cannot connect to the Docker daemon at ${this.host}. Is the docker daemon running?`, 0)
    const fd = yield* call('socket', 'unix', 'stream|cloexec', 0)
    if (isErr(fd)) throw this.#unreachable(fd, method, path)
    const connected = yield* call('connect', fd, { family: 'unix', path: this.host.slice('unix://'.length) })
    if (isErr(connected)) {
      yield* close(fd)
      throw this.#unreachable(connected, method, path)
    }
    const lines: [string, string][] = [['Host', 'docker'], ['User-Agent', 'Docker-Client/20.10.24+dfsg1 (linux)'], ...headers.map(([k, v]): [string, string] => [k, v])]
    if (body !== undefined) lines.push(['Content-Length', String(body.length)], ['Content-Type', type])
    else if (method === 'POST') lines.push(['Content-Length', '0'], ['Content-Type', 'text/plain'])
    const head = formatRequest({ method, target: `/v${API_VERSION}${path}`, version: 'HTTP/1.1', headers: lines })
    yield* this.rt.write(fd, body === undefined ? head : concatBytes([head, body]))
    return fd
  }

  /** A request and its whole answer. Throws a RequestError for a status of 400 and above. */
  *request(method: string, path: string, body?: unknown): Flow<Reply> {
    return yield* this.send(method, path, body === undefined ? undefined : encodeUtf8(`${JSON.stringify(body)}\n`), 'application/json')
  }
  *send(method: string, path: string, body: Uint8Array | undefined, type: string): Flow<Reply> {
    const stream = yield* this.#stream(method, path, body, type)
    const parts: Uint8Array[] = []
    for (let part = yield* stream.next(); part !== undefined; part = yield* stream.next()) parts.push(part)
    yield* stream.close()
    const bytes = concatBytes(parts)
    const reply = { status: stream.head.status, text: '', bytes }
    return { ...reply, text: decodeUtf8(bytes) }
  }

  /** A request whose answer is read piece by piece. Throws a RequestError as `request` does. */
  *stream(method: string, path: string, body?: unknown): Flow<StreamingReply> {
    return yield* this.#stream(method, path, body === undefined ? undefined : encodeUtf8(`${JSON.stringify(body)}\n`), 'application/json')
  }
  *streamWith(method: string, path: string, body: Uint8Array, type: string): Flow<StreamingReply> {
    return yield* this.#stream(method, path, body, type)
  }
  *#stream(method: string, path: string, body: Uint8Array | undefined, type: string): Flow<StreamingReply> {
    const fd = yield* this.#open(method, path, body, [], type)
    const reader = MessageReader.response(method === 'HEAD')
    const { rt } = this
    const fill = function* (): Flow<void> {
      const data = yield* rt.read(fd)
      if (isErr(data) || data.length === 0) reader.end()
      else reader.push(data)
    }
    while (reader.head === undefined && reader.error === undefined) yield* fill()
    const { head } = reader
    if (head === undefined) {
      yield* close(fd)
      throw new RequestError('error during connect: EOF', 0)
    }
    const next = function* (): Flow<Uint8Array | undefined> {
      for (;;) {
        const part = reader.takeBody()
        if (part.length > 0) return part
        if (reader.isComplete || reader.error !== undefined) return undefined
        yield* fill()
      }
    }
    if (head.status < 400) {
      return {
        head, next, *close() {
          yield* close(fd)
        },
      }
    }
    const parts: Uint8Array[] = []
    for (let part = yield* next(); part !== undefined; part = yield* next()) parts.push(part)
    yield* close(fd)
    throw new RequestError(`Error response from daemon: ${messageOf(decodeUtf8(concatBytes(parts)))}`, head.status)
  }

  /** POST that takes the connection over. Throws a RequestError. */
  *hijack(path: string, body?: unknown): Flow<Hijacked> {
    const fd = yield* this.#open('POST', path, body === undefined ? undefined : encodeUtf8(`${JSON.stringify(body)}\n`), [['Connection', 'Upgrade'], ['Upgrade', 'tcp']], 'application/json')
    const reader = MessageReader.response()
    while (reader.head === undefined && reader.error === undefined) {
      const data = yield* this.rt.read(fd)
      if (isErr(data) || data.length === 0) reader.end()
      else reader.push(data)
    }
    const { head } = reader
    if (head === undefined) throw new RequestError('error during connect: EOF', 0)
    if (head.status < 400) return { fd, rest: head.status === 101 ? reader.rest : reader.takeBody() }
    while (!reader.isComplete && reader.error === undefined) {
      const data = yield* this.rt.read(fd)
      if (isErr(data) || data.length === 0) reader.end()
      else reader.push(data)
    }
    yield* close(fd)
    throw new RequestError(`Error response from daemon: ${messageOf(decodeUtf8(reader.takeBody()))}`, head.status)
  }
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string }
    return (message ?? text).trim()
  } catch {
    return text.trim()
  }
}

/** `?a=b&c=d` of what is set; '' if nothing is. */
export function query(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const parts = Object.entries(values).filter(([, v]) => v !== undefined && v !== '' && v !== false).sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${k}=${encodeURIComponent(v === true ? '1' : String(v)).replace(/%20/g, '+')}`)
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}
