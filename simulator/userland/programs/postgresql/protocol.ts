// PostgreSQL's frontend/backend protocol 3.0 (manual, chapter 55): messages of a type, a length and fields, both ways. Only the simple query protocol.
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'

export const PROTOCOL = 196608
const SSL_REQUEST = 80877103
const HEADER = 5, LENGTH = 4

export const int16 = (n: number): Uint8Array => Uint8Array.of((n >> 8) & 0xff, n & 0xff)
export const int32 = (n: number): Uint8Array => Uint8Array.of((n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff)
export const cstring = (text: string): Uint8Array => encodeUtf8(`${text}\0`)

/** A message with its type; the first of a connection has none. */
export function message(type: string, ...fields: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(fields)
  return concatBytes([encodeUtf8(type), int32(body.length + LENGTH), body])
}
export const startup = (parameters: readonly (readonly [string, string])[]): Uint8Array =>
  message('', int32(PROTOCOL), ...parameters.flat().map(cstring), Uint8Array.of(0))

/** Reads fields off a message's body. */
export class Fields {
  readonly bytes: Uint8Array
  #at = 0
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
  int16(): number {
    const n = ((this.bytes[this.#at] ?? 0) << 8) | (this.bytes[this.#at + 1] ?? 0)
    this.#at += 2
    return n
  }
  int32(): number {
    const high = this.int16()
    return (high << 16) | this.int16()
  }
  cstring(): string {
    const end = this.bytes.indexOf(0, this.#at)
    const text = decodeUtf8(this.bytes.subarray(this.#at, end < 0 ? undefined : end))
    this.#at = end < 0 ? this.bytes.length : end + 1
    return text
  }
  take(n: number): Uint8Array {
    this.#at += n
    return this.bytes.subarray(this.#at - n, this.#at)
  }
  get isAtEnd(): boolean {
    return this.#at >= this.bytes.length
  }
}

export interface Message { readonly type: string; readonly body: Fields }

/** Messages as they come. */
export class MessageStream {
  #bytes = new Uint8Array(0)

  push(bytes: Uint8Array): void {
    this.#bytes = new Uint8Array(concatBytes([this.#bytes, bytes]))
  }
  next(): Message | undefined {
    if (this.#bytes.length < HEADER) return undefined
    const length = new Fields(this.#bytes.subarray(1)).int32() + 1
    if (this.#bytes.length < length) return undefined
    const type = String.fromCharCode(this.#bytes[0])
    const body = new Fields(this.#bytes.slice(HEADER, length))
    this.#bytes = this.#bytes.slice(length)
    return { type, body }
  }
  /** The first message: its code (PROTOCOL, or a request for encryption) and parameters. */
  nextStartup(): { readonly isSsl: boolean; readonly code: number; readonly parameters: ReadonlyMap<string, string> } | undefined {
    if (this.#bytes.length < 2 * LENGTH) return undefined
    const fields = new Fields(this.#bytes)
    const length = fields.int32()
    if (this.#bytes.length < length) return undefined
    const code = fields.int32()
    const parameters = new Map<string, string>()
    const words = new Fields(this.#bytes.slice(2 * LENGTH, length))
    while (!words.isAtEnd) {
      const name = words.cstring()
      if (name !== '') parameters.set(name, words.cstring())
    }
    this.#bytes = this.#bytes.slice(length)
    return { isSsl: code === SSL_REQUEST, code, parameters }
  }
}

/** Something the server refuses, as ErrorResponse carries it. */
export class SqlError {
  readonly code: string
  readonly text: string
  /** Counted from 1, in characters of the query. */
  readonly position: number | undefined
  readonly hint: string | undefined
  readonly detail: string | undefined
  readonly severity: 'ERROR' | 'FATAL'
  constructor(code: string, text: string, options: { readonly position?: number; readonly hint?: string; readonly detail?: string; readonly severity?: 'ERROR' | 'FATAL' } = {}) {
    this.code = code
    this.text = text
    this.position = options.position
    this.hint = options.hint
    this.detail = options.detail
    this.severity = options.severity ?? 'ERROR'
  }
}

export function errorResponse({ severity, code, text, position, hint, detail }: SqlError): Uint8Array {
  const fields: (readonly [string, string])[] = [['S', severity], ['V', severity], ['C', code], ['M', text]]
  if (detail !== undefined) fields.push(['D', detail])
  if (hint !== undefined) fields.push(['H', hint])
  if (position !== undefined) fields.push(['P', String(position)])
  return message('E', ...fields.map(([type, value]) => cstring(type + value)), Uint8Array.of(0))
}
/** What an ErrorResponse or NoticeResponse says, by field letter. */
export function readError(body: Fields): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  while (!body.isAtEnd) {
    const field = body.cstring()
    if (field === '') break
    fields.set(field[0], field.slice(1))
  }
  return fields
}
