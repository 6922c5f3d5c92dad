import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { encodeFields, encodeFrame, FRAME, FrameReader, ProtocolError, textOf } from './protocol.ts'

describe('frames', () => {
  it('come out as they went in, wherever the stream is cut', () => {
    const frame = fc.record({ type: fc.integer({ min: 1, max: 255 }), id: fc.nat(0xffffffff), payload: fc.uint8Array({ maxLength: 300 }) })
    fc.assert(fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 50 }), (frames, cuts) => {
      const stream = frames.flatMap(({ type, id, payload }) => [...encodeFrame(type, id, payload)])
      const reader = new FrameReader()
      const got = []
      for (let at = 0, i = 0; at < stream.length; i++) {
        const length = cuts[i % cuts.length] ?? 1
        got.push(...reader.push(Uint8Array.from(stream.slice(at, at + length))))
        at += length
      }
      expect(got).toEqual(frames)
      expect(reader.isAtBoundary).toBe(true)
    }))
  })

  it('are refused when their length can’t be right', () => {
    expect(() => new FrameReader().push(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toThrow(ProtocolError)
    expect(() => new FrameReader().push(Uint8Array.of(1, 0, 0, 0))).toThrow(ProtocolError)
  })

  it('carry fields separated by NUL, the last of them as it is', () => {
    expect(textOf(encodeFields('root', 24, 'a\0b'))).toBe('root\x0024\x00a\0b')
    expect(encodeFields()).toHaveLength(0)
    expect([...encodeFrame(FRAME.resize, 258, encodeFields(1, 2))]).toEqual([8, 0, 0, 0, 6, 2, 1, 0, 0, 49, 0, 50])
  })
})
