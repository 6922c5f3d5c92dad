import { expect, test } from 'vitest'
import { encodeUtf8 } from '../../lib/bytes.ts'
import { sha512 } from '../../lib/sha512.ts'
import { sha512crypt } from './crypt.ts'

const hex = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')

test('SHA-512 of the standard example', () => {
  expect(hex(sha512(encodeUtf8('abc')))).toBe(
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  )
})

test('SHA-crypt of the specification\'s first example', () => {
  expect(sha512crypt('Hello world!', 'saltstring')).toBe(
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  )
})
