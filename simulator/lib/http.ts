// HTTP/1.1 messages (RFC 9112): heads to text and back, bodies by length, by chunks or to the end of the connection. Knows bytes only, not where they come from.
// Reading: make a MessageReader, `push` what arrives, `end` at end of file, and look at `head`, `takeBody()`, `isComplete`, `rest` after each.
// Simpler: no trailers (read and forgotten), no folded header lines.
import { concatBytes, decodeUtf8, EMPTY_BYTES, encodeUtf8 } from './bytes.ts'

/** Fields in the order they came, names as they were spelled. */
export type HttpHeaders = readonly (readonly [name: string, value: string])[]
export interface HttpRequest {
  readonly method: string
  /** As in the request line: `/path?query`, or a whole URL to a proxy. */
  readonly target: string
  /** `HTTP/1.1` */
  readonly version: string
  readonly headers: HttpHeaders
}
export interface HttpResponse {
  readonly version: string
  readonly status: number
  readonly reason: string
  readonly headers: HttpHeaders
}

const CRLF = '\r\n'
const CR = 13, LF = 10
const MAX_HEAD = 65536

/** The value of the first field of that name, whatever its spelling. */
export function httpHeader(headers: HttpHeaders, name: string): string | undefined {
  const wanted = name.toLowerCase()
  return headers.find(([n]) => n.toLowerCase() === wanted)?.[1]
}

const formatFields = (headers: HttpHeaders): string => headers.map(([name, value]) => `${name}: ${value}${CRLF}`).join('') + CRLF
/** Request line and fields, with the empty line behind them. */
export const formatRequest = ({ method, target, version, headers }: HttpRequest): Uint8Array => encodeUtf8(`${method} ${target} ${version}${CRLF}${formatFields(headers)}`)
export const formatResponse = ({ version, status, reason, headers }: HttpResponse): Uint8Array => encodeUtf8(`${version} ${status} ${reason}${CRLF}${formatFields(headers)}`)

/** One chunk of a body with `Transfer-Encoding: chunked`; nothing for no bytes, since an empty chunk would end it. */
export const formatChunk = (data: Uint8Array): Uint8Array =>
  data.length === 0 ? EMPTY_BYTES : concatBytes([encodeUtf8(data.length.toString(16) + CRLF), data, encodeUtf8(CRLF)])
export const LAST_CHUNK: Uint8Array = encodeUtf8(`0${CRLF}${CRLF}`)

function parseFields(lines: readonly string[]): HttpHeaders | undefined {
  const headers: [string, string][] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) return undefined
    headers.push([line.slice(0, colon), line.slice(colon + 1).trim()])
  }
  return headers
}

/** Text up to the empty line (without it). */
export function parseRequest(text: string): HttpRequest | undefined {
  const [first, ...lines] = text.split(/\r?\n/)
  const match = /^(\S+) (\S+) (HTTP\/\d\.\d)$/.exec(first)
  const headers = parseFields(lines)
  return match === null || headers === undefined ? undefined : { method: match[1], target: match[2], version: match[3], headers }
}
export function parseResponse(text: string): HttpResponse | undefined {
  const [first, ...lines] = text.split(/\r?\n/)
  const match = /^(HTTP\/\d(?:\.\d)?) (\d{3})(?: (.*))?$/.exec(first)
  const headers = parseFields(lines)
  return match === null || headers === undefined ? undefined : { version: match[1], status: Number(match[2]), reason: match[3] ?? '', headers }
}

/** How a body ends: after so many bytes, with the last chunk, or when the connection does. */
type Framing = { readonly kind: 'length'; left: number } | { readonly kind: 'chunked'; phase: 'size' | 'data' | 'line' | 'trailer'; left: number } | { readonly kind: 'close' }

function framingOf(head: HttpRequest | HttpResponse, isBodiless: boolean): Framing {
  const isRequest = 'method' in head
  const hasNone = isBodiless || (!isRequest && (head.status < 200 || head.status === 204 || head.status === 304))
  if (hasNone) return { kind: 'length', left: 0 }
  if (httpHeader(head.headers, 'transfer-encoding')?.toLowerCase().endsWith('chunked') === true) return { kind: 'chunked', phase: 'size', left: 0 }
  const length = httpHeader(head.headers, 'content-length')
  if (length !== undefined && /^\d+$/.test(length)) return { kind: 'length', left: Number(length) }
  return isRequest ? { kind: 'length', left: 0 } : { kind: 'close' }
}

/** Reads one message of either kind. `isBodiless`: the answer to a HEAD request, or what follows an upgrade. */
export class MessageReader<T extends HttpRequest | HttpResponse> {
  readonly #parse: (text: string) => T | undefined
  readonly #isBodiless: boolean
  #buffer: Uint8Array = EMPTY_BYTES
  #body: Uint8Array[] = []
  #framing: Framing | undefined
  /** Start line and fields, as soon as they are there. */
  head: T | undefined
  /** The head as it came, with the empty line behind it. */
  headBytes: Uint8Array = EMPTY_BYTES
  isComplete = false
  /** Not HTTP, or the connection ended within the message. */
  error: 'malformed' | 'truncated' | undefined

  private constructor(parse: (text: string) => T | undefined, isBodiless: boolean) {
    this.#parse = parse
    this.#isBodiless = isBodiless
  }
  static request(): MessageReader<HttpRequest> {
    return new MessageReader(parseRequest, false)
  }
  static response(isBodiless = false): MessageReader<HttpResponse> {
    return new MessageReader(parseResponse, isBodiless)
  }

  /** Nothing of a message has come yet. */
  get isEmpty(): boolean {
    return this.head === undefined && this.#buffer.length === 0
  }
  /** Bytes of the body still to come, where a length said so. */
  get bytesLeft(): number {
    return this.#framing?.kind === 'length' ? this.#framing.left : 0
  }
  /** What came behind the message: the next one, or another protocol's bytes after an upgrade. */
  get rest(): Uint8Array {
    return this.isComplete || this.error !== undefined ? this.#buffer : EMPTY_BYTES
  }

  push(data: Uint8Array): void {
    this.#buffer = this.#buffer.length === 0 ? data : concatBytes([this.#buffer, data])
    while (!this.isComplete && this.error === undefined && this.#step());
  }
  /** The peer sends no more. */
  end(): void {
    if (this.isComplete || this.error !== undefined) return
    if (this.#framing?.kind === 'close') this.isComplete = true
    else this.error = 'truncated'
  }
  /** The decoded body so far, each byte once. */
  takeBody(): Uint8Array {
    const body = this.#body.length === 0 ? EMPTY_BYTES : concatBytes(this.#body)
    this.#body = []
    return body
  }

  /** One thing more understood: is there more to do with what is buffered? */
  #step(): boolean {
    if (this.#framing === undefined) return this.#readHead()
    const framing = this.#framing
    if (framing.kind === 'close') return this.#take(this.#buffer.length) > 0
    if (framing.kind === 'length') {
      framing.left -= this.#take(framing.left)
      this.isComplete = framing.left === 0
      return false
    }
    if (framing.phase === 'data') {
      const taken = this.#take(framing.left)
      framing.left -= taken
      if (framing.left === 0) framing.phase = 'line'
      return taken > 0
    }
    const line = this.#line()
    if (line === undefined) return false
    if (framing.phase === 'line') framing.phase = 'size'
    else if (framing.phase === 'trailer') this.isComplete = line === ''
    else {
      framing.left = Number.parseInt(line, 16)
      if (Number.isNaN(framing.left)) this.error = 'malformed'
      framing.phase = framing.left === 0 ? 'trailer' : 'data'
    }
    return true
  }
  #readHead(): boolean {
    const end = headEnd(this.#buffer)
    if (end === undefined) {
      if (this.#buffer.length > MAX_HEAD || !couldBeHead(this.#buffer)) this.error = 'malformed'
      return false
    }
    this.headBytes = this.#buffer.subarray(0, end)
    this.head = this.#parse(decodeUtf8(this.headBytes).replace(/(?:\r?\n){2}$/, ''))
    this.#buffer = this.#buffer.subarray(end)
    if (this.head === undefined) {
      this.error = 'malformed'
      this.#buffer = concatBytes([this.headBytes, this.#buffer])
      return false
    }
    this.#framing = framingOf(this.head, this.#isBodiless)
    return true
  }
  #take(count: number): number {
    const part = this.#buffer.subarray(0, count)
    if (part.length > 0) this.#body.push(part)
    this.#buffer = this.#buffer.subarray(part.length)
    return part.length
  }
  #line(): string | undefined {
    const end = this.#buffer.indexOf(LF)
    if (end < 0) return undefined
    const line = decodeUtf8(this.#buffer.subarray(0, end)).replace(/\r$/, '')
    this.#buffer = this.#buffer.subarray(end + 1)
    return line
  }
}

/** Where the empty line ends. */
function headEnd(bytes: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3
  }
  return undefined
}
/** A whole first line without HTTP in it is somebody speaking another language. */
function couldBeHead(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(LF)
  return end < 0 || decodeUtf8(bytes.subarray(0, end)).includes('HTTP/')
}
