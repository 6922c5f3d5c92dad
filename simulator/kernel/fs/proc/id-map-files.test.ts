import { describe, expect, it } from 'vitest'
import { parseMap } from './id-map-files.ts'

const one = (first: number, lowerFirst: number, count: number): object => ({ first, lowerFirst, count })

describe('parseMap', () => {
  it('reads lines of three numbers with any blanks between them', () => {
    expect(parseMap('0 1000 1\n')).toEqual([one(0, 1000, 1)])
    expect(parseMap('  0\t1000   1')).toEqual([one(0, 1000, 1)])
    expect(parseMap('0 100000 1000\n1000 1000 1\n')).toEqual([one(0, 100000, 1000), one(1000, 1000, 1)])
  })

  it('keeps the low 32 bits of a number', () => {
    expect(parseMap('4294967296 0 1')).toEqual([one(0, 0, 1)])
  })

  it('refuses what the kernel calls invalid', () => {
    for (const bad of ['', '\n', '0 1000', '0 1000 0', 'root learner 1', '0 1000 1 x', '0 1000 1x', '-1 0 1', '4294967295 0 1', '0 4294967295 1', '1 0 4294967295', '0 1 1\n\n1 2 1']) {
      expect(parseMap(bad), JSON.stringify(bad)).toBeUndefined()
    }
  })

  it('refuses ranges that overlap on either side', () => {
    expect(parseMap('0 1000 10\n5 2000 1')).toBeUndefined()
    expect(parseMap('0 1000 10\n20 1005 1')).toBeUndefined()
    expect(parseMap('0 1000 10\n10 1010 1')).toHaveLength(2)
  })

  it('takes 340 lines and not one more', () => {
    const map = (n: number): string => Array.from({ length: n }, (_, i) => `${i} ${i} 1\n`).join('')
    expect(parseMap(map(340))).toHaveLength(340)
    expect(parseMap(map(341))).toBeUndefined()
  })
})
