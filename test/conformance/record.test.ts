import { expect, test } from 'vitest'
import { parseCase } from './case.ts'
import { recordedText } from './record.ts'

const CASE = `# title: T
Prose.

  $ cat <<X
  > several
  > X
  old
  [3]
Between.
  $ true
  $ last`

test('outputs are replaced, commands and prose stay', () => {
  const text = recordedText(CASE, [{ lines: ['several', '', '  > indented'], status: 0 }, { lines: [], status: 1 }, undefined])
  expect(text).toBe(`# title: T
Prose.

  $ cat <<X
  > several
  > X
  several
  
    > indented
Between.
  $ true
  [1]
  $ last
  [999]`)
  expect(parseCase('a/b.t', text).commands.map(({ output, status }) => [output, status])).toEqual([[['several', '', '  > indented'], 0], [[], 1], [[], 999]])
})

test('recording twice is recording once', () => {
  const results = [{ lines: ['a'], status: 0 }, { lines: ['b', 'c'], status: 2 }, { lines: ['d'], status: undefined }]
  expect(recordedText(recordedText(CASE, results), results)).toBe(recordedText(CASE, results))
})
