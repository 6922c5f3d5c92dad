import { expect, test } from 'vitest'
import { TypedLine } from './typed-line.ts'

test.each([
  ['ls\r', ['ls']],
  ['lz\x7fs -l\r', ['ls -l']],
  ['oops\x15id\r', ['id']],
  ['sleep 9\r\x03', ['sleep 9', '^C']],
  ['who\t\r', [undefined]],
  ['\x1b[A\rls\r', [undefined, 'ls']],
  ['half', []],
])('%j is %j', (typed, lines) => {
  expect(new TypedLine().feed(typed)).toEqual(lines)
})
