// Commands on keys and values: name, how many arguments (negative: at least), and what they do. Manual: redis.io/commands.
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { OK, RedisError, type Reply, Status } from './resp.ts'
import type { Database, Store, Value } from './store.ts'

export interface Context {
  readonly store: Store
  readonly db: Database
}
export interface Command {
  /** As COMMAND INFO shows it: the command's name counts. */
  readonly arity: number
  /** Refused when memory is used up. */
  readonly grows?: boolean
  readonly run: (context: Context, args: readonly string[]) => Reply
}

const SYNTAX = 'ERR syntax error'
const NOT_INTEGER = 'ERR value is not an integer or out of range'
const INT64_MAX = 9223372036854775807n, INT64_MIN = -9223372036854775808n

/** @throws {RedisError} */
export function integer(text: string): number {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) throw new RedisError(NOT_INTEGER)
  return Number(text)
}

function increment({ store, db }: Context, key: string, by: bigint): Reply {
  const old = store.get(db, key, 'string')
  if (old !== undefined && !/^(0|-?[1-9]\d{0,18})$/.test(old.text)) throw new RedisError(NOT_INTEGER)
  const sum = BigInt(old?.text ?? '0') + by
  if (sum > INT64_MAX || sum < INT64_MIN) throw new RedisError('ERR increment or decrement would overflow')
  store.ensure(db, key, { type: 'string', text: '' }).text = String(sum)
  return Number(sum)
}

function expireAt({ store, db }: Context, key: string, at: number, flags: readonly string[]): number {
  if (store.peek(db, key) === undefined) return 0
  const old = db.expires.get(key)
  for (const flag of flags.map((f) => f.toUpperCase())) {
    if (!['NX', 'XX', 'GT', 'LT'].includes(flag)) throw new RedisError(`ERR Unsupported option ${flag.toLowerCase()}`)
    if ((flag === 'NX' && old !== undefined) || (flag === 'XX' && old === undefined) || (flag === 'GT' && (old === undefined || at <= old)) || (flag === 'LT' && old !== undefined && at >= old)) return 0
  }
  if (at <= store.now) store.remove(db, key)
  else db.expires.set(key, at)
  store.dirty++
  return 1
}
function timeToLive({ store, db }: Context, key: string): number {
  if (store.peek(db, key) === undefined) return -2
  const at = db.expires.get(key)
  return at === undefined ? -1 : at - store.now
}

/** SET key value [NX | XX] [GET] [EX s | PX ms | EXAT t | PXAT t | KEEPTTL] */
function set({ store, db }: Context, [key, text, ...options]: readonly string[]): Reply {
  let at: number | undefined
  let condition = ''
  let keeps = false
  let gets = false
  for (let i = 0; i < options.length; i++) {
    const option = options[i].toUpperCase()
    if (option === 'NX' || option === 'XX') {
      if (condition !== '' && condition !== option) throw new RedisError(SYNTAX)
      condition = option
    } else if (option === 'KEEPTTL') keeps = true
    else if (option === 'GET') gets = true
    else if (['EX', 'PX', 'EXAT', 'PXAT'].includes(option) && at === undefined && options[i + 1] !== undefined) {
      const n = integer(options[++i])
      if (n <= 0) throw new RedisError("ERR invalid expire time in 'set' command")
      at = option === 'EX' ? store.now + n * 1000 : option === 'PX' ? store.now + n : option === 'EXAT' ? n * 1000 : n
    } else throw new RedisError(SYNTAX)
  }
  const old = gets ? store.get(db, key, 'string') : store.peek(db, key)
  const answer = gets ? (old?.type === 'string' ? old.text : null) : OK
  if ((condition === 'NX' && old !== undefined) || (condition === 'XX' && old === undefined)) return gets ? answer : null
  store.set(db, key, { type: 'string', text })
  if (at !== undefined) db.expires.set(key, at)
  else if (!keeps) db.expires.delete(key)
  return answer
}

function range(length: number, from: string, to: string): readonly [number, number] {
  const [a, b] = [integer(from), integer(to)]
  return [Math.max(0, a < 0 ? length + a : a), Math.min(length, (b < 0 ? length + b : b) + 1)]
}
function push({ store, db }: Context, key: string, items: readonly string[], front: boolean): number {
  const list = store.ensure(db, key, { type: 'list', items: [] })
  for (const item of items) if (front) list.items.unshift(item)
  else list.items.push(item)
  return list.items.length
}
function pop({ store, db }: Context, key: string, count: string | undefined, front: boolean): Reply {
  const list = store.get(db, key, 'list')
  if (list === undefined) return null
  const n = count === undefined ? 1 : integer(count)
  const taken: string[] = []
  while (taken.length < n && list.items.length > 0) taken.push((front ? list.items.shift() : list.items.pop()) ?? '')
  store.dirty += taken.length
  store.prune(db, key)
  return count === undefined ? (taken[0] ?? null) : taken
}
const keysOf = ({ store, db }: Context): string[] => [...db.values.keys()].filter((key) => store.peek(db, key) !== undefined)
const matching = (names: readonly string[], pattern: string): string[] => names.filter((name) => fnmatch(pattern, name))

function scan(context: Context, [cursor, ...options]: readonly string[]): Reply {
  if (!/^\d+$/.test(cursor)) throw new RedisError('ERR invalid cursor')
  let names = keysOf(context)
  for (let i = 0; i < options.length; i += 2) {
    const option = options[i].toUpperCase()
    if (options[i + 1] === undefined || !['MATCH', 'COUNT', 'TYPE'].includes(option)) throw new RedisError(SYNTAX)
    if (option === 'MATCH') names = matching(names, options[i + 1])
    if (option === 'COUNT' && integer(options[i + 1]) < 1) throw new RedisError(SYNTAX)
    if (option === 'TYPE') names = names.filter((name) => context.db.values.get(name)?.type === options[i + 1].toLowerCase())
  }
  // all of it in one turn: a cursor of 0 says that nothing is left
  return ['0', names]
}

function encodingOf(value: Value): string {
  switch (value.type) {
    case 'string': return /^(0|-?[1-9]\d{0,18})$/.test(value.text) ? 'int' : encodeUtf8(value.text).length <= 44 ? 'embstr' : 'raw'
    case 'list': return 'quicklist'
    case 'hash': return value.fields.size > 128 || [...value.fields].flat().some((s) => s.length > 64) ? 'hashtable' : 'listpack'
    case 'set': return [...value.members].every((m) => /^-?\d+$/.test(m)) ? 'intset' : 'hashtable'
  }
}

const hashPairs = (name: string, words: readonly string[]): void => {
  if (words.length % 2 !== 0) throw new RedisError(`ERR wrong number of arguments for '${name}' command`)
}
function rename({ store, db }: Context, from: string, to: string, isCareful: boolean): Reply {
  const value = store.peek(db, from)
  if (value === undefined) throw new RedisError('ERR no such key')
  if (isCareful && store.peek(db, to) !== undefined) return 0
  const at = db.expires.get(from)
  store.remove(db, from)
  store.remove(db, to)
  store.set(db, to, value)
  if (at !== undefined) db.expires.set(to, at)
  return isCareful ? 1 : OK
}
function setMany({ store, db }: Context, words: readonly string[]): Reply {
  hashPairs('mset', words)
  for (let i = 0; i < words.length; i += 2) {
    store.set(db, words[i], { type: 'string', text: words[i + 1] })
    db.expires.delete(words[i])
  }
  return OK
}
function removeKeys({ store, db }: Context, keys: readonly string[]): number {
  const removed = keys.filter((key) => store.peek(db, key) !== undefined && store.remove(db, key)).length
  store.dirty += removed
  return removed
}
function setFields({ store, db }: Context, key: string, words: readonly string[]): number {
  const { fields } = store.ensure(db, key, { type: 'hash', fields: new Map() })
  const before = fields.size
  for (let i = 0; i < words.length; i += 2) fields.set(words[i], words[i + 1])
  return fields.size - before
}

export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>(Object.entries<Command>({
  get: { arity: 2, run: ({ store, db }, [key]) => store.get(db, key, 'string')?.text ?? null },
  set: { arity: -3, grows: true, run: set },
  setnx: { arity: 3, grows: true, run: (c, [key, text]) => (set(c, [key, text, 'NX']) === null ? 0 : 1) },
  setex: { arity: 4, grows: true, run: (c, [key, time, text]) => set(c, [key, text, 'EX', time]) },
  psetex: { arity: 4, grows: true, run: (c, [key, time, text]) => set(c, [key, text, 'PX', time]) },
  getset: { arity: 3, grows: true, run: (c, [key, text]) => set(c, [key, text, 'GET']) },
  getdel: { arity: 2, run: (c, [key]) => {
    const value = c.store.get(c.db, key, 'string')
    removeKeys(c, [key])
    return value?.text ?? null
  } },
  mget: { arity: -2, run: ({ store, db }, keys) => keys.map((key) => {
    const value = store.read(db, key)
    return value?.type === 'string' ? value.text : null
  }) },
  mset: { arity: -3, grows: true, run: setMany },
  append: { arity: 3, grows: true, run: ({ store, db }, [key, text]) => {
    const value = store.ensure(db, key, { type: 'string', text: '' })
    value.text += text
    return encodeUtf8(value.text).length
  } },
  strlen: { arity: 2, run: ({ store, db }, [key]) => encodeUtf8(store.get(db, key, 'string')?.text ?? '').length },
  incr: { arity: 2, grows: true, run: (c, [key]) => increment(c, key, 1n) },
  decr: { arity: 2, grows: true, run: (c, [key]) => increment(c, key, -1n) },
  incrby: { arity: 3, grows: true, run: (c, [key, by]) => increment(c, key, BigInt(integer(by))) },
  decrby: { arity: 3, grows: true, run: (c, [key, by]) => increment(c, key, -BigInt(integer(by))) },
  del: { arity: -2, run: removeKeys },
  unlink: { arity: -2, run: removeKeys },
  exists: { arity: -2, run: ({ store, db }, keys) => keys.filter((key) => store.peek(db, key) !== undefined).length },
  keys: { arity: 2, run: (c, [pattern]) => matching(keysOf(c), pattern) },
  scan: { arity: -2, run: scan },
  randomkey: { arity: 1, run: (c) => keysOf(c)[0] ?? null },
  type: { arity: 2, run: ({ store, db }, [key]) => new Status(store.peek(db, key)?.type ?? 'none') },
  rename: { arity: 3, run: (c, [from, to]) => rename(c, from, to, false) },
  renamenx: { arity: 3, run: (c, [from, to]) => rename(c, from, to, true) },
  ttl: { arity: 2, run: (c, [key]) => {
    const left = timeToLive(c, key)
    return left < 0 ? left : Math.floor((left + 500) / 1000)
  } },
  pttl: { arity: 2, run: (c, [key]) => timeToLive(c, key) },
  expire: { arity: -3, run: (c, [key, time, ...flags]) => expireAt(c, key, c.store.now + integer(time) * 1000, flags) },
  pexpire: { arity: -3, run: (c, [key, time, ...flags]) => expireAt(c, key, c.store.now + integer(time), flags) },
  expireat: { arity: -3, run: (c, [key, time, ...flags]) => expireAt(c, key, integer(time) * 1000, flags) },
  persist: { arity: 2, run: ({ store, db }, [key]) => {
    const had = store.peek(db, key) !== undefined && db.expires.delete(key)
    if (had) store.dirty++
    return had ? 1 : 0
  } },
  dbsize: { arity: 1, run: ({ db }) => db.values.size },
  flushdb: { arity: -1, run: ({ store, db }) => {
    store.dirty += db.values.size
    db.values.clear()
    db.expires.clear()
    return OK
  } },
  flushall: { arity: -1, run: ({ store }) => {
    for (const db of store.databases) {
      store.dirty += db.values.size
      db.values.clear()
      db.expires.clear()
    }
    return OK
  } },
  object: { arity: -2, run: ({ store, db }, [what, key = '']) => {
    if (what.toLowerCase() !== 'encoding') throw new RedisError(`ERR OBJECT ${what} is real, but not simulated here`)
    const value = store.peek(db, key)
    return value === undefined ? null : encodingOf(value)
  } },
  lpush: { arity: -3, grows: true, run: (c, [key, ...items]) => push(c, key, items, true) },
  rpush: { arity: -3, grows: true, run: (c, [key, ...items]) => push(c, key, items, false) },
  lpop: { arity: -2, run: (c, [key, count]) => pop(c, key, count, true) },
  rpop: { arity: -2, run: (c, [key, count]) => pop(c, key, count, false) },
  llen: { arity: 2, run: ({ store, db }, [key]) => store.get(db, key, 'list')?.items.length ?? 0 },
  lindex: { arity: 3, run: ({ store, db }, [key, at]) => store.get(db, key, 'list')?.items.at(integer(at)) ?? null },
  lrange: { arity: 4, run: ({ store, db }, [key, from, to]) => {
    const items = store.get(db, key, 'list')?.items ?? []
    return items.slice(...range(items.length, from, to))
  } },
  ltrim: { arity: 4, run: ({ store, db }, [key, from, to]) => {
    const list = store.get(db, key, 'list')
    if (list !== undefined) list.items = list.items.slice(...range(list.items.length, from, to))
    store.dirty++
    store.prune(db, key)
    return OK
  } },
  hset: { arity: -4, grows: true, run: (c, [key, ...words]) => {
    hashPairs('hset', words)
    return setFields(c, key, words)
  } },
  hmset: { arity: -4, grows: true, run: (c, [key, ...words]) => {
    hashPairs('hmset', words)
    setFields(c, key, words)
    return OK
  } },
  hget: { arity: 3, run: ({ store, db }, [key, field]) => store.get(db, key, 'hash')?.fields.get(field) ?? null },
  hmget: { arity: -3, run: ({ store, db }, [key, ...names]) => names.map((name) => store.get(db, key, 'hash')?.fields.get(name) ?? null) },
  hgetall: { arity: 2, run: ({ store, db }, [key]) => [...(store.get(db, key, 'hash')?.fields ?? [])].flat() },
  hkeys: { arity: 2, run: ({ store, db }, [key]) => [...(store.get(db, key, 'hash')?.fields.keys() ?? [])] },
  hvals: { arity: 2, run: ({ store, db }, [key]) => [...(store.get(db, key, 'hash')?.fields.values() ?? [])] },
  hlen: { arity: 2, run: ({ store, db }, [key]) => store.get(db, key, 'hash')?.fields.size ?? 0 },
  hexists: { arity: 3, run: ({ store, db }, [key, field]) => (store.get(db, key, 'hash')?.fields.has(field) === true ? 1 : 0) },
  hdel: { arity: -3, run: ({ store, db }, [key, ...names]) => {
    const hash = store.get(db, key, 'hash')
    const removed = names.filter((name) => hash?.fields.delete(name) === true).length
    store.dirty += removed
    store.prune(db, key)
    return removed
  } },
  sadd: { arity: -3, grows: true, run: ({ store, db }, [key, ...words]) => {
    const { members } = store.ensure(db, key, { type: 'set', members: new Set() })
    const before = members.size
    for (const word of words) members.add(word)
    return members.size - before
  } },
  srem: { arity: -3, run: ({ store, db }, [key, ...words]) => {
    const found = store.get(db, key, 'set')
    const removed = words.filter((word) => found?.members.delete(word) === true).length
    store.dirty += removed
    store.prune(db, key)
    return removed
  } },
  smembers: { arity: 2, run: ({ store, db }, [key]) => [...(store.get(db, key, 'set')?.members ?? [])] },
  sismember: { arity: 3, run: ({ store, db }, [key, word]) => (store.get(db, key, 'set')?.members.has(word) === true ? 1 : 0) },
  scard: { arity: 2, run: ({ store, db }, [key]) => store.get(db, key, 'set')?.members.size ?? 0 },
}))
