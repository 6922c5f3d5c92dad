import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CaseResult } from './pool.ts'
import { extended, lost, parseRanges, ranges } from './report.ts'

const difference = (index: number): CaseResult['differences'][number] => ({ index, command: '', want: [], got: [], wantStatus: 0, gotStatus: 1 })
const result = (id: string, commands: number, differing: readonly number[]): CaseResult => ({ id, commands, differences: differing.map(difference), milliseconds: 0 })

describe('the ratchet', () => {
  test('keeps what agrees and never lets it go', () => {
    const first = extended({}, [result('process/a.t', 4, [2])])
    expect(first).toEqual({ 'process/a.t': '0-1,3' })
    expect(extended(first, [result('process/a.t', 4, [0, 1, 3])])).toEqual({ 'process/a.t': 'all' })
    expect(extended(first, [result('process/a.t', 4, [0, 1, 2, 3])])).toEqual(first)
  })
  test('names what is lost', () => {
    expect(lost({ 'process/a.t': '0-1,3' }, [result('process/a.t', 4, [1, 2])])).toEqual([{ id: 'process/a.t', commands: [1] }])
  })
  test('ranges are read back as they were written', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat(60)), (numbers) => {
      const sorted = numbers.toSorted((a, b) => a - b)
      expect(parseRanges(ranges(sorted), 61)).toEqual(sorted)
    }))
  })
})
