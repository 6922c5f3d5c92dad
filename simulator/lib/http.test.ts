import { describe, expect, it } from 'vitest'
import { concatBytes, decodeUtf8, encodeUtf8 } from './bytes.ts'
import { formatChunk, formatRequest, formatResponse, httpHeader, LAST_CHUNK, MessageReader } from './http.ts'

describe('HTTP messages', () => {
  it('come out as they went in, byte by byte, chunk by chunk', () => {
    const head = { version: 'HTTP/1.1', status: 200, reason: 'OK', headers: [['Transfer-Encoding', 'chunked']] } as const
    const wire = concatBytes([formatResponse(head), formatChunk(encodeUtf8('hello ')), formatChunk(encodeUtf8('world')), LAST_CHUNK, encodeUtf8('NEXT')])
    const reader = MessageReader.response()
    let body = ''
    for (const byte of wire.slice(0, -4)) {
      expect(reader.isComplete).toBe(false)
      reader.push(Uint8Array.of(byte))
      body += decodeUtf8(reader.takeBody())
    }
    reader.push(encodeUtf8('NEXT'))
    expect([reader.head, body, reader.isComplete, decodeUtf8(reader.rest)]).toEqual([head, 'hello world', true, 'NEXT'])
  })

  it('end by length, and what follows is another message', () => {
    const post = formatRequest({ method: 'POST', target: '/x', version: 'HTTP/1.1', headers: [['Content-Length', '3']] })
    const reader = MessageReader.request()
    reader.push(concatBytes([post, encodeUtf8('abcGET / HTTP/1.0\r\n\r\n')]))
    expect(decodeUtf8(reader.takeBody())).toBe('abc')
    const next = MessageReader.request()
    next.push(reader.rest)
    expect(next.head?.method).toBe('GET')
    expect(next.isComplete).toBe(true)
  })

  it('end with the connection, where nothing else says so', () => {
    const reader = MessageReader.response()
    reader.push(encodeUtf8('HTTP/1.0 404 Not Found\r\nSERVER: x\r\n\r\nnope'))
    expect([reader.isComplete, httpHeader(reader.head?.headers ?? [], 'server')]).toEqual([false, 'x'])
    reader.end()
    expect([reader.isComplete, decodeUtf8(reader.takeBody())]).toEqual([true, 'nope'])
  })

  it('cut short are errors, and so is another protocol', () => {
    const cut = MessageReader.response()
    cut.push(encodeUtf8('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'))
    cut.end()
    expect(cut.error).toBe('truncated')
    const other = MessageReader.response()
    other.push(encodeUtf8('SSH-2.0-OpenSSH\r\n'))
    expect([other.error, decodeUtf8(other.rest)]).toEqual(['malformed', 'SSH-2.0-OpenSSH\r\n'])
  })
})
