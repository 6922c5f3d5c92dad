// The daemon's side of HTTP over its unix socket: one goroutine a connection, requests one after the other, hijacking for streams in both directions.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { concatBytes, decodeUtf8, EMPTY_BYTES, encodeUtf8 } from '../../../../lib/bytes.ts'
import { formatChunk, formatResponse, httpHeader, type HttpHeaders, type HttpRequest, LAST_CHUNK, MessageReader } from '../../../../lib/http.ts'
import type { GoRuntime } from '../../../libc/goroutine.ts'
import { ApiError, badRequest } from './api-error.ts'
import { API_VERSION, DOCKER_VERSION } from '../api.ts'

const REASONS: Readonly<Record<number, string>> = {
  101: 'UPGRADED', 200: 'OK', 201: 'Created', 204: 'No Content', 304: 'Not Modified', 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 409: 'Conflict', 500: 'Internal Server Error', 501: 'Not Implemented',
}
const SERVER: HttpHeaders = [['Api-Version', API_VERSION], ['Docker-Experimental', 'false'], ['Ostype', 'linux'], ['Server', `Docker/${DOCKER_VERSION} (linux)`]]

/** One request and the ways to answer it. */
export class Exchange {
  readonly rt: GoRuntime
  readonly fd: number
  readonly method: string
  readonly path: string
  readonly query: ReadonlyMap<string, readonly string[]>
  readonly headers: HttpHeaders
  readonly body: Uint8Array
  /** Bytes behind the request: the start of a hijacked stream. */
  readonly rest: Uint8Array
  /** What the pattern of the route matched. */
  params: readonly string[] = []
  /** More fields for the answer's head. */
  readonly extraHeaders: [string, string][] = []
  isAnswered = false
  isHijacked = false
  /** The peer has gone. */
  isBroken = false
  #isStreaming = false

  constructor(rt: GoRuntime, fd: number, request: HttpRequest, body: Uint8Array, rest: Uint8Array) {
    this.rt = rt
    this.fd = fd
    this.method = request.method
    const [path, query = ''] = request.target.split('?')
    this.path = path
    this.query = parseQuery(query)
    this.headers = request.headers
    this.body = body
    this.rest = rest
  }

  get(name: string): string {
    return this.query.get(name)?.[0] ?? ''
  }
  flag(name: string): boolean {
    const value = this.get(name).toLowerCase()
    return !(value === '' || value === '0' || value === 'no' || value === 'false' || value === 'none')
  }
  /** The filters of a list: `{"name":{"x":true}}` or `{"name":["x"]}`. */
  filters(): ReadonlyMap<string, readonly string[]> {
    const text = this.get('filters')
    if (text === '') return new Map()
    const parsed = parseJson(text) as Record<string, readonly string[] | Record<string, boolean>>
    return new Map(Object.entries(parsed).map(([k, v]) => [k, Array.isArray(v) ? (v as readonly string[]) : Object.keys(v)]))
  }
  /** The JSON body. Throws an ApiError. */
  json(): unknown {
    const text = decodeUtf8(this.body)
    if (text.trim() === '') return {}
    const type = httpHeader(this.headers, 'content-type')
    if (type !== undefined && !type.startsWith('application/json')) throw badRequest(`Content-Type specified (${type}) must be 'application/json'`)
    return parseJson(text)
  }

  *#send(data: Uint8Array): Flow<void> {
    if (this.isBroken) return
    if (isErr(yield* this.rt.write(this.fd, data))) this.isBroken = true
  }
  *send(status: number, body: Uint8Array, type?: string): Flow<void> {
    this.isAnswered = true
    const headers: [string, string][] = [...SERVER.map(([k, v]): [string, string] => [k, v])]
    if (type !== undefined) headers.push(['Content-Type', type])
    headers.push(...this.extraHeaders)
    if (status !== 204 && status !== 304) headers.push(['Content-Length', String(body.length)])
    const head = formatResponse({ version: 'HTTP/1.1', status, reason: REASONS[status] ?? '', headers })
    yield* this.#send(this.method === 'HEAD' ? head : concatBytes([head, body]))
  }
  *sendJson(status: number, value: unknown): Flow<void> {
    yield* this.send(status, encodeUtf8(`${JSON.stringify(value)}\n`), 'application/json')
  }
  *sendText(text: string): Flow<void> {
    yield* this.send(200, encodeUtf8(text), 'text/plain; charset=utf-8')
  }
  *sendEmpty(status = 204): Flow<void> {
    yield* this.send(status, EMPTY_BYTES)
  }
  *sendError(error: ApiError): Flow<void> {
    yield* this.sendJson(error.status, { message: error.message })
  }

  /** Starts an answer of unknown length. */
  *startStream(type = 'application/json'): Flow<void> {
    this.isAnswered = true
    this.#isStreaming = true
    yield* this.#send(formatResponse({ version: 'HTTP/1.1', status: 200, reason: 'OK', headers: [...SERVER, ['Content-Type', type], ['Transfer-Encoding', 'chunked']] }))
  }
  *stream(data: Uint8Array): Flow<void> {
    for (let at = 0; at < data.length; at += 32768) yield* this.#send(formatChunk(data.subarray(at, at + 32768)))
  }
  *endStream(): Flow<void> {
    if (this.#isStreaming) yield* this.#send(LAST_CHUNK)
    this.#isStreaming = false
  }

  /** The connection is a plain stream from now on; the caller closes it. */
  *hijack(): Flow<void> {
    this.isAnswered = true
    this.isHijacked = true
    const upgrades = httpHeader(this.headers, 'upgrade') !== undefined
    const headers: [string, string][] = [['Content-Type', 'application/vnd.docker.raw-stream']]
    if (upgrades) headers.push(['Connection', 'Upgrade'], ['Upgrade', 'tcp'])
    yield* this.#send(formatResponse({ version: 'HTTP/1.1', status: upgrades ? 101 : 200, reason: upgrades ? 'UPGRADED' : 'OK', headers }))
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw badRequest(text.trim() === '' ? 'EOF' : 'invalid character in JSON input')
  }
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '))
  } catch {
    return text
  }
}
function parseQuery(text: string): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const [key, value = ''] = pair.split('=')
    const name = decode(key)
    map.set(name, [...(map.get(name) ?? []), decode(value)])
  }
  return map
}

export type Handle = (exchange: Exchange) => Flow<void>

/** Serves one connection until it ends or is hijacked. */
export function* serveConnection(rt: GoRuntime, fd: number, handle: Handle): Flow<void> {
  let pending: Uint8Array = EMPTY_BYTES
  for (;;) {
    const reader = MessageReader.request()
    const parts: Uint8Array[] = []
    reader.push(pending)
    while (!reader.isComplete && reader.error === undefined) {
      const data = yield* rt.read(fd)
      if (isErr(data) || data.length === 0) reader.end()
      else reader.push(data)
      parts.push(reader.takeBody())
    }
    parts.push(reader.takeBody())
    if (!reader.isComplete || reader.head === undefined) break
    const exchange = new Exchange(rt, fd, reader.head, concatBytes(parts), reader.rest)
    try {
      yield* handle(exchange)
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown
      if (!exchange.isAnswered) yield* exchange.sendError(thrown)
    }
    yield* exchange.endStream()
    if (exchange.isHijacked) return
    if (exchange.isBroken || httpHeader(reader.head.headers, 'connection')?.toLowerCase() === 'close') break
    pending = reader.rest
  }
  yield* rt.close(fd)
}
