// The snapshot file dump.rdb (rdb.c, version 10): plain encodings only, which every Redis reads, and no checksum (zero means: not computed).
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { DATABASES, type Store, type Value } from './store.ts'

const MAGIC = 'REDIS0010'
const OP_AUX = 0xfa, OP_RESIZE = 0xfb, OP_EXPIRE_MS = 0xfc, OP_SELECT = 0xfe, OP_EOF = 0xff
const TYPES = { string: 0, list: 1, set: 2, hash: 4 } as const
const CHECKSUM_SIZE = 8

function encodeLength(n: number): Uint8Array {
  if (n < 64) return Uint8Array.of(n)
  if (n < 16384) return Uint8Array.of(0x40 | (n >> 8), n & 0xff)
  return Uint8Array.of(0x80, n >>> 24, (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff)
}
const encodeText = (text: string): Uint8Array => {
  const bytes = encodeUtf8(text)
  return concatBytes([encodeLength(bytes.length), bytes])
}
function little(n: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, n, true)
  return bytes
}
function encodeValue(value: Value): readonly Uint8Array[] {
  switch (value.type) {
    case 'string': return [encodeText(value.text)]
    case 'list': return [encodeLength(value.items.length), ...value.items.map(encodeText)]
    case 'set': return [encodeLength(value.members.size), ...[...value.members].map(encodeText)]
    case 'hash': return [encodeLength(value.fields.size), ...[...value.fields].flat().map(encodeText)]
  }
}

export interface Aux { readonly version: string; readonly time: number; readonly memory: number }

export function dumpStore(store: Store, { version, time, memory }: Aux): Uint8Array {
  const parts: Uint8Array[] = [encodeUtf8(MAGIC)]
  for (const [name, value] of [['redis-ver', version], ['redis-bits', '64'], ['ctime', String(time)], ['used-mem', String(memory)], ['aof-base', '0']]) {
    parts.push(Uint8Array.of(OP_AUX), encodeText(name), encodeText(value))
  }
  for (const [n, { values, expires }] of store.databases.entries()) {
    if (values.size === 0) continue
    parts.push(Uint8Array.of(OP_SELECT), encodeLength(n), Uint8Array.of(OP_RESIZE), encodeLength(values.size), encodeLength(expires.size))
    for (const [key, value] of values) {
      const at = expires.get(key)
      if (at !== undefined) parts.push(Uint8Array.of(OP_EXPIRE_MS), little(BigInt(at)))
      parts.push(Uint8Array.of(TYPES[value.type]), encodeText(key), ...encodeValue(value))
    }
  }
  parts.push(Uint8Array.of(OP_EOF), new Uint8Array(CHECKSUM_SIZE))
  return concatBytes(parts)
}

export interface Loaded { readonly aux: ReadonlyMap<string, string>; readonly keys: number; readonly expired: number }
/** Thrown at bytes that are no such file, or that only a bigger Redis writes. */
export class BadDump {}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }
  take(n: number): Uint8Array {
    if (this.#at + n > this.#bytes.length) throw new BadDump()
    this.#at += n
    return this.#bytes.subarray(this.#at - n, this.#at)
  }
  byte(): number {
    return this.take(1)[0]
  }
  length(): number {
    const first = this.byte()
    if (first < 64) return first
    if (first < 128) return ((first & 63) << 8) | this.byte()
    if (first !== 0x80) throw new BadDump()
    return this.take(4).reduce((n, byte) => n * 256 + byte, 0)
  }
  text(): string {
    return decodeUtf8(this.take(this.length()))
  }
  texts(n: number): string[] {
    return Array.from({ length: n }, () => this.text())
  }
}

function readValue(reader: Reader, type: number): Value {
  switch (type) {
    case TYPES.string: return { type: 'string', text: reader.text() }
    case TYPES.list: return { type: 'list', items: reader.texts(reader.length()) }
    case TYPES.set: return { type: 'set', members: new Set(reader.texts(reader.length())) }
    case TYPES.hash: {
      const words = reader.texts(2 * reader.length())
      return { type: 'hash', fields: new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]] as const] : []))) }
    }
    default: throw new BadDump()
  }
}

/** Fills the store. @throws {BadDump} */
export function loadStore(store: Store, bytes: Uint8Array): Loaded {
  const reader = new Reader(bytes)
  if (!decodeUtf8(reader.take(MAGIC.length)).startsWith('REDIS')) throw new BadDump()
  const aux = new Map<string, string>()
  let db = store.databases[0]
  let expires: number | undefined
  let keys = 0
  let expired = 0
  for (;;) {
    const op = reader.byte()
    if (op === OP_EOF) return { aux, keys, expired }
    if (op === OP_AUX) aux.set(reader.text(), reader.text())
    else if (op === OP_SELECT) db = store.databases[Math.min(DATABASES - 1, reader.length())]
    else if (op === OP_RESIZE) {
      reader.length()
      reader.length()
    } else if (op === OP_EXPIRE_MS) {
      const data = reader.take(8)
      expires = Number(new DataView(data.buffer, data.byteOffset).getBigUint64(0, true))
    } else {
      const key = reader.text()
      const value = readValue(reader, op)
      if (expires !== undefined && expires <= store.now) expired++
      else {
        db.values.set(key, value)
        if (expires !== undefined) db.expires.set(key, expires)
        keys++
      }
      expires = undefined
    }
  }
}
