import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gunzip, gzip } from './gzip.ts'

const bytes = fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.array(fc.constantFrom(97, 98, 10), { maxLength: 5000 }).map((a) => Uint8Array.from(a)))

test('what we pack, zlib unpacks, and the other way round', () => {
  fc.assert(
    fc.property(bytes, (data) => {
      expect(Uint8Array.from(gunzipSync(gzip(data)))).toEqual(data)
      expect(gunzip(Uint8Array.from(gzipSync(data)))).toEqual(data)
    }),
  )
})

test('damaged data is refused', () => {
  const packed = gzip(Uint8Array.of(1, 2, 3, 4))
  expect(gunzip(packed.subarray(0, packed.length - 1))).toBeUndefined()
  expect(gunzip(Uint8Array.of(1, 2, 3))).toBeUndefined()
})
