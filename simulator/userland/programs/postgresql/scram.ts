// SCRAM-SHA-256 (RFC 5802, 7677): how a password is proved without being sent, and what the server keeps of it.
import { BASE64, decode, encode } from '../../../lib/base64.ts'
import { concatBytes, encodeUtf8 } from '../../../lib/bytes.ts'
import { sha256 } from '../../../lib/digest.ts'

const BLOCK = 64
const ITERATIONS = 4096

export const base64 = (bytes: Uint8Array): string => encode(bytes, BASE64)
export const unbase64 = (text: string): Uint8Array => decode(text, BASE64).bytes

function hash(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = sha256()
  for (const part of parts) digest.update(part)
  return Uint8Array.from(digest.hex().match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
function hmac(key: Uint8Array, text: Uint8Array): Uint8Array {
  const padded = new Uint8Array(BLOCK)
  padded.set(key.length > BLOCK ? hash(key) : key)
  return hash(padded.map((byte) => byte ^ 0x5c), hash(padded.map((byte) => byte ^ 0x36), text))
}
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ b[i])

function saltedPassword(password: string, salt: Uint8Array, iterations: number): Uint8Array {
  const key = encodeUtf8(password)
  let block = hmac(key, concatBytes([salt, Uint8Array.of(0, 0, 0, 1)]))
  let sum = block
  for (let i = 1; i < iterations; i++) {
    block = hmac(key, block)
    sum = xor(sum, block)
  }
  return sum
}

/** What pg_authid keeps: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`. */
export function scramSecret(password: string, salt: Uint8Array): string {
  const salted = saltedPassword(password, salt, ITERATIONS)
  return `SCRAM-SHA-256$${ITERATIONS}:${base64(salt)}$${base64(hash(hmac(salted, encodeUtf8('Client Key'))))}:${base64(hmac(salted, encodeUtf8('Server Key')))}`
}

interface Secret { readonly iterations: number; readonly salt: string; readonly storedKey: Uint8Array; readonly serverKey: Uint8Array }
export function readSecret(secret: string): Secret {
  const [, iterations = '', salt = '', stored = '', server = ''] = /^SCRAM-SHA-256\$(\d+):([^$]*)\$([^:]*):(.*)$/.exec(secret) ?? []
  return { iterations: Number(iterations), salt, storedKey: unbase64(stored), serverKey: unbase64(server) }
}

/** The client's last message and the signature it expects. `exchange`: its first message bare, the server's first, its own without proof. */
export function clientProof(password: string, salt: string, iterations: number, exchange: string): { readonly proof: string; readonly signature: string } {
  const salted = saltedPassword(password, unbase64(salt), iterations)
  const key = hmac(salted, encodeUtf8('Client Key'))
  return {
    proof: base64(xor(key, hmac(hash(key), encodeUtf8(exchange)))),
    signature: base64(hmac(hmac(salted, encodeUtf8('Server Key')), encodeUtf8(exchange))),
  }
}
/** The server's answer to a proof; undefined if it is wrong. */
export function serverSignature({ storedKey, serverKey }: Secret, proof: string, exchange: string): string | undefined {
  const given = unbase64(proof)
  if (given.length !== storedKey.length) return undefined
  const key = xor(given, hmac(storedKey, encodeUtf8(exchange)))
  return base64(hash(key)) === base64(storedKey) ? base64(hmac(serverKey, encodeUtf8(exchange))) : undefined
}
