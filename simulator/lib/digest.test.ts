import { describe, expect, it } from 'vitest'
import { encodeUtf8 } from './bytes.ts'
import { Cksum, type Digest, md5, sha1, sha224, sha256 } from './digest.ts'

const of = (make: () => Digest, text: string): string => {
  const digest = make()
  for (let i = 0; i < text.length; i += 7) digest.update(encodeUtf8(text.slice(i, i + 7)))
  return digest.hex()
}

describe('digests agree with the published examples', () => {
  it('md5', () => {
    expect(of(md5, '')).toBe('d41d8cd98f00b204e9800998ecf8427e')
    expect(of(md5, 'message digest')).toBe('f96b697d7cb7938d525a2f31aaf161d0')
  })
  it('sha1', () => expect(of(sha1, 'abc')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d'))
  it('sha224', () => expect(of(sha224, 'abc')).toBe('23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7'))
  it('sha256 over several blocks', () => {
    expect(of(sha256, 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe('248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1')
    expect(of(sha256, 'a'.repeat(1000))).toBe('41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3')
  })
  it('cksum counts the length too', () => {
    const crc = new Cksum()
    crc.update(encodeUtf8('hello\n'))
    expect([crc.value(), crc.length]).toEqual([3015617425, 6])
  })
})
