import { describe, expect, it } from 'vitest'
import { type Change, editScript } from './edit-script.ts'

const changes = (a: string, b: string): readonly Change[] => editScript(a.length, b.length, (i, j) => a[i] === b[j])
const apply = (a: string, b: string): string => {
  let [out, at] = ['', 0]
  for (const c of changes(a, b)) {
    out += a.slice(at, c.aFrom) + b.slice(c.bFrom, c.bTo)
    at = c.aTo
  }
  return out + a.slice(at)
}

describe('the shortest edit script', () => {
  it('turns the first into the second', () => {
    for (const [a, b] of [['abcabba', 'cbabac'], ['', 'abc'], ['abc', ''], ['same', 'same'], ['aXbXc', 'abc'], ['abab', 'baba']]) expect(apply(a, b)).toBe(b)
  })
  it('needs no more changes than there are differences', () => {
    expect(changes('abc', 'aBcd')).toEqual([{ aFrom: 1, aTo: 2, bFrom: 1, bTo: 2 }, { aFrom: 3, aTo: 3, bFrom: 3, bTo: 4 }])
  })
  it('puts an insertion among equal lines after them', () => {
    expect(changes('aab', 'aaab')).toEqual([{ aFrom: 2, aTo: 2, bFrom: 2, bTo: 3 }])
  })
})
