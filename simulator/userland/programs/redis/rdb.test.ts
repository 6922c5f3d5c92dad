// A snapshot that is loaded holds what was saved.
import { expect, test } from 'vitest'
import { dumpStore, loadStore } from './rdb.ts'
import { encodeReply, RequestReader, splitWords, Status } from './resp.ts'
import { Store } from './store.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'

test('keys of every type, their times and databases survive a snapshot', () => {
  const store = new Store()
  store.now = 1000
  store.set(store.databases[0], 'text', { type: 'string', text: 'grüß\udc80' })
  store.set(store.databases[0], 'long', { type: 'string', text: 'x'.repeat(20000) })
  store.set(store.databases[3], 'list', { type: 'list', items: ['a', '', 'b'] })
  store.set(store.databases[3], 'hash', { type: 'hash', fields: new Map([['f', '1']]) })
  store.set(store.databases[3], 'set', { type: 'set', members: new Set(['m']) })
  store.databases[3].expires.set('list', 5000)
  const bytes = dumpStore(store, { version: '7.0.15', time: 1, memory: 2 })
  const again = new Store()
  again.now = 2000
  expect(loadStore(again, bytes)).toMatchObject({ keys: 5, expired: 0 })
  expect(again.databases).toEqual(store.databases)
  const late = new Store()
  late.now = 6000
  expect(loadStore(late, bytes)).toMatchObject({ keys: 4, expired: 1 })
})

test('requests come in pieces, as arrays or as lines', () => {
  const reader = new RequestReader()
  const bytes = encodeUtf8(`${encodeReply(['SET', 'a', 'b\r\nc'])}GET "a b"\r\n`)
  const seen: (readonly string[])[] = []
  for (const byte of bytes) {
    reader.push(Uint8Array.of(byte))
    for (let words = reader.next(); words !== undefined; words = reader.next()) seen.push(words)
  }
  expect(seen).toEqual([['SET', 'a', 'b\r\nc'], ['GET', 'a b']])
  expect(splitWords('a "b\\x41')).toBeUndefined()
  expect(encodeReply([1, null, new Status('OK'), []])).toBe('*4\r\n:1\r\n$-1\r\n+OK\r\n*0\r\n')
})

test('a request whose lengths make no sense ends the conversation', () => {
  const read = (text: string): unknown => {
    const reader = new RequestReader()
    reader.push(encodeUtf8(text))
    return reader.next()
  }
  for (const size of ['abc', '-5', '', '1e9']) expect(() => read(`*1\r\n$${size}\r\nx\r\n`)).toThrow(expect.objectContaining({ text: 'ERR Protocol error: invalid bulk length' }))
  expect(() => read('x'.repeat(70000))).toThrow(expect.objectContaining({ text: 'ERR Protocol error: too big inline request' }))
})
