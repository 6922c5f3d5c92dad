// RESP 2, the protocol between redis-server and its clients (redis.io, protocol specification), both ways. Strings are text as lib/bytes.ts decodes it: any byte survives.
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'

export class Status {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
/** Also thrown by commands: the answer is the error. */
export class RedisError {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
/** A number is an integer, a string a bulk string, null nothing. */
export type Reply = Status | RedisError | number | string | null | readonly Reply[]

export const OK = new Status('OK')

export function encodeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n'
  if (typeof reply === 'number') return `:${reply}\r\n`
  if (typeof reply === 'string') return `$${encodeUtf8(reply).length}\r\n${reply}\r\n`
  if (reply instanceof Status) return `+${reply.text}\r\n`
  if (reply instanceof RedisError) return `-${reply.text}\r\n`
  return `*${reply.length}\r\n${reply.map(encodeReply).join('')}`
}

export const encodeCommand = (words: readonly string[]): Uint8Array => encodeUtf8(encodeReply(words))

const CR = 13, LF = 10
/** Bytes of a request typed by hand (PROTO_INLINE_MAX_SIZE), and of a string (proto-max-bulk-len). */
const INLINE_MAX = 65536, BULK_MAX = 536_870_912

/** Bytes that have come and are not taken yet. */
class Buffer {
  #bytes = new Uint8Array(0)
  #at = 0

  push(bytes: Uint8Array): void {
    this.#bytes = new Uint8Array(concatBytes([this.#bytes.subarray(this.#at), bytes]))
    this.#at = 0
  }
  get position(): number {
    return this.#at
  }
  back(position: number): void {
    this.#at = position
  }
  get length(): number {
    return this.#bytes.length - this.#at
  }
  /** A line without its end; undefined if it isn't there as a whole. */
  line(): string | undefined {
    const end = this.#bytes.indexOf(LF, this.#at)
    if (end < 0) return undefined
    const text = decodeUtf8(this.#bytes.subarray(this.#at, this.#bytes[end - 1] === CR ? end - 1 : end))
    this.#at = end + 1
    return text
  }
  /** So many bytes and the line end behind them. */
  bulk(length: number): string | undefined {
    if (this.#bytes.length - this.#at < length + 2) return undefined
    const text = decodeUtf8(this.#bytes.subarray(this.#at, this.#at + length))
    this.#at += length + 2
    return text
  }
}

/** Splits a line into words as redis does: quotes, and escapes within double ones. Undefined if a quote isn't closed. */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = []
  let i = 0
  for (;;) {
    while (i < line.length && /\s/.test(line[i])) i++
    if (i >= line.length) return words
    let word = ''
    let quote = ''
    for (; i < line.length || quote !== ''; i++) {
      const ch = line[i]
      if (ch === undefined) return undefined
      if (quote === '') {
        if (/\s/.test(ch)) break
        if (ch === '"' || ch === "'") quote = ch
        else word += ch
      } else if (quote === '"' && ch === '\\' && i + 1 < line.length) {
        const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(i + 1))
        word += hex === null ? ({ n: '\n', r: '\r', t: '\t', b: '\b', a: '\u0007' }[line[i + 1]] ?? line[i + 1]) : String.fromCharCode(Number.parseInt(hex[1], 16))
        i += hex === null ? 1 : 3
      } else if (quote === "'" && ch === '\\' && line[i + 1] === "'") word += line[++i]
      else if (ch === quote) {
        if (i + 1 < line.length && !/\s/.test(line[i + 1])) return undefined
        quote = ''
      } else word += ch
    }
    words.push(word)
  }
}

/** Requests as they come: arrays of bulk strings, or lines typed by hand. */
export class RequestReader {
  readonly #buffer = new Buffer()

  push(bytes: Uint8Array): void {
    this.#buffer.push(bytes)
  }
  /** The next request; undefined when there is none as a whole. @throws {RedisError} when the bytes are no request */
  next(): readonly string[] | undefined {
    const start = this.#buffer.position
    const words = this.#read()
    if (words === undefined) this.#buffer.back(start)
    return words
  }
  #read(): readonly string[] | undefined {
    const line = this.#line('inline request')
    if (line === undefined) return undefined
    if (!line.startsWith('*')) {
      const words = splitWords(line)
      if (words === undefined) throw new RedisError('ERR Protocol error: unbalanced quotes in request')
      return words
    }
    const count = Number(line.slice(1))
    if (!Number.isInteger(count) || count > 1048576) throw new RedisError('ERR Protocol error: invalid multibulk length')
    const words: string[] = []
    while (words.length < count) {
      const size = this.#line('bulk count string')
      if (size === undefined) return undefined
      if (!size.startsWith('$')) throw new RedisError(`ERR Protocol error: expected '$', got '${size[0] ?? ' '}'`)
      // digits only: a length that is none would lead nowhere, or back
      if (!/^\$\d+$/.test(size) || Number(size.slice(1)) > BULK_MAX) throw new RedisError('ERR Protocol error: invalid bulk length')
      const word = this.#buffer.bulk(Number(size.slice(1)))
      if (word === undefined) return undefined
      words.push(word)
    }
    return words
  }
  #line(what: string): string | undefined {
    const line = this.#buffer.line()
    if (line === undefined && this.#buffer.length > INLINE_MAX) throw new RedisError(`ERR Protocol error: too big ${what}`)
    return line
  }
}

/** Replies as they come to a client. */
export class ReplyReader {
  readonly #buffer = new Buffer()

  push(bytes: Uint8Array): void {
    this.#buffer.push(bytes)
  }
  /** The next reply; undefined when it isn't there as a whole. */
  next(): Reply | undefined {
    const start = this.#buffer.position
    const reply = this.#read()
    if (reply === undefined) this.#buffer.back(start)
    return reply
  }
  #read(): Reply | undefined {
    const line = this.#buffer.line()
    if (line === undefined) return undefined
    const rest = line.slice(1)
    switch (line[0]) {
      case '+': return new Status(rest)
      case '-': return new RedisError(rest)
      case ':': return Number(rest)
      case '$': return Number(rest) < 0 ? null : this.#buffer.bulk(Number(rest))
      default: {
        if (Number(rest) < 0) return null
        const items: Reply[] = []
        while (items.length < Number(rest)) {
          const item = this.#read()
          if (item === undefined) return undefined
          items.push(item)
        }
        return items
      }
    }
  }
}
