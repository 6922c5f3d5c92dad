import { expect, test } from 'vitest'
import { directoryHash } from './disk-hash.ts'

// The order in which find(1) listed these names on the reference machine.
const LISTED = [
  'd', 'two', 'c', 'six', 'three', 'four', 'f', 'notes', 'five', 'g', 'gamma', 'a', 'beta', 'e', 'delta', 'b',
  'a-very-long-file-name-that-exceeds-thirty-two-bytes.txt', 'readme.txt', 'alpha', 'one',
]

test('names come in the order of an ext4 directory', () => {
  const sorted = LISTED.toSorted().map((name) => ({ name, hash: directoryHash(name) })).sort((a, b) => a.hash.major - b.hash.major)
  expect(sorted.map(({ name }) => name)).toEqual(LISTED)
})
