// crypt(3) with the SHA-512 method ($6$), the one login.defs names here: makes and checks the password hashes of /etc/shadow.
// A hash of another method matches no password.
import type { Flow } from '../../abi/syscalls.ts'
import { concatBytes, encodeUtf8 } from '../../lib/bytes.ts'
import { sha512 } from '../../lib/sha512.ts'
import { call } from './syscall.ts'

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ROUNDS = 5000
/** What one hash costs on the machine we imitate. */
const MICROSECONDS = 5000

function repeat(block: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  for (let i = 0; i < length; i++) out[i] = block[i % block.length]
  return out
}

/** Drepper's SHA-crypt with the default 5,000 rounds. */
export function sha512crypt(password: string, salt: string): string {
  const key = encodeUtf8(password)
  const saltBytes = encodeUtf8(salt.slice(0, 16))
  const b = sha512(concatBytes([key, saltBytes, key]))
  const parts: Uint8Array[] = [key, saltBytes, repeat(b, key.length)]
  for (let n = key.length; n > 0; n >>= 1) parts.push((n & 1) !== 0 ? b : key)
  let a = sha512(concatBytes(parts))
  const p = repeat(sha512(concatBytes(Array.from({ length: key.length }, () => key))), key.length)
  const s = repeat(sha512(concatBytes(Array.from({ length: 16 + a[0] }, () => saltBytes))), saltBytes.length)
  for (let i = 0; i < ROUNDS; i++) {
    a = sha512(concatBytes([(i & 1) !== 0 ? p : a, ...(i % 3 !== 0 ? [s] : []), ...(i % 7 !== 0 ? [p] : []), (i & 1) !== 0 ? a : p]))
  }
  return `$6$${salt.slice(0, 16)}$${encodeDigest(a)}`
}

/** The digest's bytes in SHA-crypt's own order, six bits a letter. */
function encodeDigest(digest: Uint8Array): string {
  let out = ''
  const emit = (x: number, y: number, z: number, letters: number): void => {
    let word = (x << 16) | (y << 8) | z
    for (let i = 0; i < letters; i++) {
      out += ALPHABET[word & 63]
      word >>= 6
    }
  }
  let [x, y, z] = [0, 21, 42]
  for (let i = 0; i < 21; i++) {
    emit(digest[x], digest[y], digest[z], 4)
    ;[x, y, z] = [y + 1, z + 1, x + 1]
  }
  emit(0, 0, digest[63], 2)
  return out
}

/** A new hash with random salt. */
export function* hashPassword(password: string): Flow<string> {
  const random = yield* call('getrandom', 16)
  const salt = random instanceof Uint8Array ? [...random].map((byte) => ALPHABET[byte & 63]).join('') : 'salt'
  yield* call('cpu', MICROSECONDS)
  return sha512crypt(password, salt)
}

export function* checkPassword(password: string, hash: string): Flow<boolean> {
  if (hash === '') return password === ''
  const m = /^\$6\$([^$]{0,16})\$/.exec(hash)
  if (m === null) return false
  yield* call('cpu', MICROSECONDS)
  return sha512crypt(password, m[1]) === hash
}
