import { describe, expect, it } from 'vitest'
import { fnmatch, hasGlob, matchPrefix } from './fnmatch.ts'

describe('fnmatch', () => {
  it('matches *, ? and bracket expressions', () => {
    expect(fnmatch('*.t[ab]?', 'x.tac')).toBe(true)
    expect(fnmatch('[!0-9]*', '7x')).toBe(false)
    expect(fnmatch('[[:upper:]]x', 'Bx')).toBe(true)
    expect(fnmatch('[]-]', ']')).toBe(true)
    expect(fnmatch('a\\*b', 'a*b')).toBe(true)
  })

  it('keeps wildcards away from slashes and leading periods when asked', () => {
    expect(fnmatch('a*b', 'a/b', { pathname: true })).toBe(false)
    expect(fnmatch('*', '.hidden', { period: true })).toBe(false)
  })

  it('knows extended patterns', () => {
    expect(fnmatch('+(ab|c)', 'ababc', { extglob: true })).toBe(true)
    expect(fnmatch('!(file*)', 'file1', { extglob: true })).toBe(false)
    expect(fnmatch('!(file*)', 'c.log', { extglob: true })).toBe(true)
  })

  it('finds the shortest and the longest match at a place', () => {
    expect(matchPrefix('*/', '/usr/bin', 0, false)).toBe(1)
    expect(matchPrefix('*/', '/usr/bin', 0, true)).toBe(5)
    expect(matchPrefix('x', 'abc', 0, true)).toBe(-1)
  })

  it('tells patterns from plain words', () => {
    expect(hasGlob('a*', false)).toBe(true)
    expect(hasGlob('a\\*', false)).toBe(false)
    expect(hasGlob('[', false)).toBe(false)
  })
})
