// One request and its answer (http.c, transfer.c): what goes out, what comes back, where it is written.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_TRUNC, O_WRONLY, POLLIN } from '../../../abi/fcntl.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { MSG_NOSIGNAL } from '../../../abi/inet-message.ts'
import { concatBytes, decodeUtf8, EMPTY_BYTES, encodeUtf8 } from '../../../lib/bytes.ts'
import { gunzip } from '../../../lib/gzip.ts'
import { formatRequest, httpHeader, type HttpResponse, MessageReader } from '../../../lib/http.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, writeAll } from '../../libc/unistd.ts'
import { milliseconds } from './clock.ts'
import { type Connection, connectTo, CurlError, type Limits } from './connect.ts'
import type { CurlOptions } from './options.ts'
import type { Progress } from './progress.ts'
import type { Trace } from './trace.ts'
import { hostHeader, type Url } from './url.ts'

const CHUNK = 16384
const STDOUT = 1
const VERSION = '7.88.1'
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export interface RequestPlan {
  readonly url: Url
  readonly method: string
  readonly body: Uint8Array | undefined
  /** The server is known to speak no more than HTTP/1.0. */
  readonly isOld?: boolean
}
/** What -w can tell of a transfer. */
export interface Outcome {
  error: CurlError | undefined
  head: HttpResponse | undefined
  headerBytes: number
  requestBytes: number
  downloaded: number
  uploaded: number
  peer: SockAddr | undefined
  local: SockAddr | undefined
  connectMs: number
  firstByteMs: number
}
export interface Sink {
  /** Where the body goes. */
  write(data: Uint8Array): Flow<CurlError | undefined>
  head(data: Uint8Array): Flow<CurlError | undefined>
}
export interface Context {
  readonly c: Crt
  readonly options: CurlOptions
  readonly limits: Limits
  readonly trace: Trace
  readonly progress: Progress
  readonly sink: Sink
}

function base64(text: string): string {
  const bytes = encodeUtf8(text)
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const n = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    out += [18, 12, 6, 0].map((shift, k) => (i + k > bytes.length && k > 1 ? '=' : BASE64[(n >> shift) & 63])).join('')
  }
  return out
}
/** The head: curl's own fields, each of them replaced or taken away by -H, then -H's others. */
export function requestHead({ url, method, body, isOld }: RequestPlan, options: CurlOptions): Uint8Array {
  const own = new Map<string, string | undefined>()
  const extra: [string, string][] = []
  for (const line of options.headers) {
    const match = /^([^:;]+)([:;])\s*(.*)$/.exec(line)
    if (match === null) continue
    const isEmpty = match[2] === ':' && match[3] === ''
    own.set(match[1].toLowerCase(), isEmpty ? undefined : match[3])
    if (!isEmpty && !['host'].includes(match[1].toLowerCase())) extra.push([match[1], match[3]])
  }
  const headers: [string, string][] = []
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && !own.has(name.toLowerCase())) headers.push([name, value])
  }
  if (!own.has('host')) headers.push(['Host', hostHeader(url)])
  else if (own.get('host') !== undefined) headers.push(['Host', own.get('host') ?? ''])
  const user = options.get('user') ?? url.user
  add('Authorization', user === undefined ? undefined : `Basic ${base64(user.includes(':') ? user : `${user}:`)}`)
  add('Range', options.has('range') ? `bytes=${options.get('range')}` : undefined)
  if (options.get('user-agent') !== '') add('User-Agent', options.get('user-agent') ?? `curl/${VERSION}`)
  add('Accept', options.isJson ? undefined : '*/*')
  add('Accept-Encoding', options.has('compressed') ? 'deflate, gzip, br, zstd' : undefined)
  add('Referer', options.get('referer'))
  add('Cookie', options.get('cookie'))
  if (options.isJson) {
    add('Content-Type', 'application/json')
    add('Accept', 'application/json')
  }
  headers.push(...extra)
  if (body !== undefined) {
    add('Content-Length', String(body.length))
    if (options.data !== undefined && !options.isJson) add('Content-Type', 'application/x-www-form-urlencoded')
  }
  return formatRequest({ method, target: url.target, version: options.has('http1.0') || isOld === true ? 'HTTP/1.0' : 'HTTP/1.1', headers })
}

function* timedOut({ limits }: Context, outcome: Outcome, expected: number | undefined): Flow<CurlError> {
  const elapsed = Math.floor((yield* milliseconds()) - limits.start)
  return new CurlError(28, `Operation timed out after ${elapsed} milliseconds with ${outcome.downloaded}${expected === undefined ? '' : ` out of ${expected}`} bytes received`)
}
function* sendAll(fd: number, data: Uint8Array): Flow<Errno | 0> {
  for (let at = 0; at < data.length; ) {
    const n = yield* call('sendto', fd, data.subarray(at), MSG_NOSIGNAL, undefined)
    if (n === Errno.EAGAIN) {
      const ready = yield* call('poll', [{ fd, events: 4 }], -1)
      if (isErr(ready)) return ready
    } else if (isErr(n)) return n
    else at += n
  }
  return 0
}

/** Reads the answer to its end, writing as it comes. */
function* readAnswer(context: Context, fd: number, isHead: boolean, outcome: Outcome): Flow<CurlError | undefined> {
  const { options, trace, progress, sink, limits } = context
  let reader = MessageReader.response(isHead)
  let seenHead = false
  const packed: Uint8Array[] = []
  for (;;) {
    const left = Math.min(1000, limits.total - (yield* milliseconds()))
    if (left <= 0) return yield* timedOut(context, outcome, progress.downloadSize === 0 ? undefined : progress.downloadSize)
    const ready = yield* call('poll', [{ fd, events: POLLIN }], Math.ceil(left))
    yield* progress.update()
    if (!isErr(ready) && ready[0] === 0) continue
    const data = yield* call('read', fd, CHUNK)
    if (data === Errno.EAGAIN) continue
    if (isErr(data)) return new CurlError(56, `Recv failure: ${data.message}`)
    if (data.length === 0) reader.end()
    else {
      if (outcome.firstByteMs === 0) outcome.firstByteMs = yield* milliseconds()
      reader.push(data)
    }
    if (reader.head !== undefined && !seenHead) {
      outcome.headerBytes += reader.headBytes.length
      if (reader.head.status < 200) {
        yield* trace.header('<', decodeUtf8(reader.headBytes))
        const { rest } = reader
        reader = MessageReader.response(isHead)
        reader.push(rest)
      }
    }
    if (reader.head !== undefined && !seenHead) {
      seenHead = true
      const refused = yield* headArrived(context, reader.head, reader.headBytes, outcome)
      if (refused !== undefined) return refused
    }
    const body = reader.takeBody()
    if (body.length > 0 && !isHead) {
      outcome.downloaded += body.length
      progress.downloaded = outcome.downloaded
      yield* trace.data('{', body.length)
      const isFollowed = (options.has('location') || options.has('location-trusted')) && isRedirect(reader.head)
      const isPacked = options.has('compressed') && reader.head !== undefined && httpHeader(reader.head.headers, 'content-encoding') === 'gzip'
      if (isPacked) packed.push(body)
      const failure = isFollowed || isPacked ? undefined : yield* sink.write(body)
      if (failure !== undefined) return failure
    }
    if (reader.isComplete && packed.length > 0) {
      const unpacked = gunzip(concatBytes(packed))
      return unpacked === undefined ? new CurlError(61, 'Error while processing content unencoding: incorrect header check') : yield* sink.write(unpacked)
    }
    if (reader.isComplete) return undefined
    if (reader.error === 'malformed') {
      yield* trace.remark('Received HTTP/0.9 when not allowed')
      return new CurlError(1, 'Received HTTP/0.9 when not allowed')
    }
    if (reader.error === 'truncated') return reader.isEmpty ? new CurlError(52, 'Empty reply from server') : seenHead ? cutShort(reader.bytesLeft) : new CurlError(52, 'Empty reply from server')
  }
}
const cutShort = (left: number): CurlError => new CurlError(18, left > 0 ? `transfer closed with ${left} bytes remaining to read` : 'transfer closed with outstanding read data remaining')

export const isRedirect = (head: HttpResponse | undefined): boolean => head !== undefined && head.status >= 300 && head.status < 400 && httpHeader(head.headers, 'location') !== undefined

function* headArrived({ options, trace, progress, sink }: Context, head: HttpResponse, bytes: Uint8Array, outcome: Outcome): Flow<CurlError | undefined> {
  outcome.head = head
  const isFailure = head.status >= 400 && options.has('fail')
  if (isFailure) yield* trace.remark(`The requested URL returned error: ${head.status}`)
  if (head.version === 'HTTP/1.0') yield* trace.remark('HTTP 1.0, assume close after body')
  yield* trace.header('<', decodeUtf8(bytes))
  const length = httpHeader(head.headers, 'content-length')
  if (length !== undefined) progress.downloadSize = Number(length)
  const failure = yield* sink.head(bytes)
  if (failure !== undefined) return failure
  return isFailure ? new CurlError(22, `The requested URL returned error: ${head.status}`) : undefined
}

/** The whole of one exchange on a connection of its own. */
export function* exchange(context: Context, plan: RequestPlan): Flow<Outcome> {
  const { options, limits, trace, progress } = context
  const outcome: Outcome = {
    error: undefined, head: undefined, headerBytes: 0, requestBytes: 0, downloaded: 0, uploaded: 0, peer: undefined, local: undefined, connectMs: 0, firstByteMs: 0,
  }
  const connection: Connection | CurlError = yield* connectTo(plan.url, options, limits, trace)
  if (connection instanceof CurlError) {
    outcome.error = connection
    yield* progress.finish()
    yield* trace.remark('Closing connection 0')
    return outcome
  }
  outcome.peer = connection.peer
  outcome.local = connection.local
  outcome.connectMs = yield* milliseconds()
  const user = options.get('user') ?? plan.url.user
  if (user !== undefined) yield* trace.remark(`Server auth using Basic with user '${user.replace(/:.*/, '')}'`)
  const head = requestHead(plan, options)
  const body = plan.body ?? EMPTY_BYTES
  outcome.requestBytes = head.length + body.length
  outcome.uploaded = body.length
  progress.uploadSize = progress.uploaded = body.length
  yield* trace.header('>', decodeUtf8(head))
  if (body.length > 0) yield* trace.data('}', body.length)
  const sent = yield* sendAll(connection.fd, concatBytes([head, body]))
  outcome.error = isErr(sent) ? new CurlError(55, `Send failure: ${sent.message}`) : yield* readAnswer(context, connection.fd, plan.method === 'HEAD', outcome)
  if (outcome.error !== undefined && (outcome.error.status === 28 || outcome.error.status === 52)) yield* trace.remark(outcome.error.message)
  yield* progress.finish()
  const staysOpen = outcome.error === undefined && outcome.head?.version === 'HTTP/1.1' && httpHeader(outcome.head.headers, 'connection')?.toLowerCase() !== 'close'
  yield* trace.remark(staysOpen ? `Connection #0 to host ${plan.url.host} left intact` : 'Closing connection 0')
  yield* close(connection.fd)
  return outcome
}

/** A file that is made when the first byte is written to it, or standard output. */
export class FileSink implements Sink {
  readonly #c: Crt
  readonly #path: string | undefined
  readonly #withHeads: boolean
  readonly #headFile: string | undefined
  #fd: number | undefined
  readonly #isUnbuffered: boolean
  constructor(c: Crt, path: string | undefined, options: CurlOptions) {
    this.#c = c
    this.#path = path
    this.#withHeads = options.has('include') || options.has('head')
    this.#headFile = options.get('dump-header')
    this.#isUnbuffered = options.has('no-buffer')
  }
  *#open(): Flow<CurlError | undefined> {
    if (this.#path === undefined || this.#path === '-') {
      this.#fd = STDOUT
      return undefined
    }
    const fd = yield* open(this.#path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    if (!isErr(fd)) {
      this.#fd = fd
      return undefined
    }
    yield* this.#c.stderr.write(`Warning: Failed to open the file ${this.#path}: ${fd.message}\n`)
    return new CurlError(23, 'Failure writing output to destination')
  }
  *write(data: Uint8Array): Flow<CurlError | undefined> {
    const failure = this.#fd === undefined ? yield* this.#open() : undefined
    if (failure !== undefined) return failure
    if (this.#fd === STDOUT) return yield* this.#print(data)
    const n = yield* writeAll(this.#fd ?? STDOUT, data)
    return isErr(n) ? new CurlError(23, 'Failure writing output to destination') : undefined
  }
  /** Standard output is a stream with a buffer, unless -N. */
  *#print(data: Uint8Array): Flow<CurlError | undefined> {
    const { stdout } = this.#c
    yield* stdout.write(data)
    if (this.#isUnbuffered) yield* stdout.flush()
    return stdout.error === undefined ? undefined : new CurlError(23, 'Failure writing output to destination')
  }
  *head(data: Uint8Array): Flow<CurlError | undefined> {
    if (this.#headFile === '-') yield* this.#print(data)
    else if (this.#headFile !== undefined) {
      const fd = yield* open(this.#headFile, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
      if (!isErr(fd)) {
        yield* writeAll(fd, data)
        yield* close(fd)
      }
    }
    return this.#withHeads ? yield* this.write(data) : undefined
  }
  /** An empty body makes an empty file, too. */
  *finish(isSuccess: boolean): Flow<void> {
    if (isSuccess && this.#fd === undefined && this.#path !== undefined) yield* this.#open()
    if (this.#fd !== undefined && this.#fd !== STDOUT) yield* close(this.#fd)
  }
}
