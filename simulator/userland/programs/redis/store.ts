// The data of redis-server: numbered databases of keys with values of four types, and when keys expire.
import { RedisError } from './resp.ts'

export type Value =
  | { readonly type: 'string'; text: string }
  | { readonly type: 'list'; items: string[] }
  | { readonly type: 'hash'; readonly fields: Map<string, string> }
  | { readonly type: 'set'; readonly members: Set<string> }
type Kind = Value['type']
export const DATABASES = 16
const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value'
/** What a key takes besides its bytes: entry, key and value objects. */
const OVERHEAD = 72

export interface Database {
  readonly values: Map<string, Value>
  /** ms since 1970 */
  readonly expires: Map<string, number>
}

export class Store {
  readonly databases: readonly Database[] = Array.from({ length: DATABASES }, () => ({ values: new Map(), expires: new Map() }))
  /** Changes since the last save. */
  dirty = 0
  hits = 0
  misses = 0
  expired = 0
  /** ms since 1970, set before each command. */
  now = 0

  /** The value of a key that hasn't expired. */
  peek(db: Database, key: string): Value | undefined {
    const expires = db.expires.get(key)
    if (expires !== undefined && expires <= this.now) {
      this.remove(db, key)
      this.expired++
    }
    return db.values.get(key)
  }
  read(db: Database, key: string): Value | undefined {
    const value = this.peek(db, key)
    if (value === undefined) this.misses++
    else this.hits++
    return value
  }
  /** @throws {RedisError} for a value of another type */
  get<K extends Kind>(db: Database, key: string, type: K): Extract<Value, { type: K }> | undefined {
    const value = this.read(db, key)
    if (value !== undefined && value.type !== type) throw new RedisError(WRONG_TYPE)
    return value as Extract<Value, { type: K }> | undefined
  }
  set(db: Database, key: string, value: Value): void {
    db.values.set(key, value)
    this.dirty++
  }
  /** The value to change, made if there is none. */
  ensure<K extends Kind>(db: Database, key: string, made: Extract<Value, { type: K }>): Extract<Value, { type: K }> {
    const there = this.peek(db, key)
    if (there === undefined) db.values.set(key, made)
    else if (there.type !== made.type) throw new RedisError(WRONG_TYPE)
    this.dirty++
    return (there ?? made) as Extract<Value, { type: K }>
  }
  remove(db: Database, key: string): boolean {
    db.expires.delete(key)
    return db.values.delete(key)
  }
  /** Collections that have become empty are gone. */
  prune(db: Database, key: string): void {
    const value = db.values.get(key)
    if (value === undefined) return
    const size = value.type === 'list' ? value.items.length : value.type === 'hash' ? value.fields.size : value.type === 'set' ? value.members.size : 1
    if (size === 0) this.remove(db, key)
  }
  /** Drops what has expired; answers when the next key does. */
  expire(): number {
    let next = Infinity
    for (const db of this.databases) {
      for (const [key, time] of [...db.expires]) {
        if (time > this.now) next = Math.min(next, time)
        else this.peek(db, key)
      }
    }
    return next
  }
}

/** Bytes a value takes, about. */
export function sizeOf(key: string, value: Value): number {
  const parts = value.type === 'string' ? [value.text] : value.type === 'list' ? value.items : value.type === 'hash' ? [...value.fields].flat() : [...value.members]
  return OVERHEAD + key.length + parts.reduce((sum, part) => sum + part.length + 11, 0)
}
