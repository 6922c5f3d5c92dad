import { describe, expect, it } from 'vitest'
import { compileRegex, type RegexOptions } from './regex.ts'

function groups(pattern: string, text: string, options: RegexOptions = { syntax: 'extended' }): readonly (string | undefined)[] | undefined {
  const regex = compileRegex(pattern, options)
  if ('error' in regex) throw new Error(regex.error)
  const match = regex.exec(text)
  return match && [text.slice(match.start, match.end), ...match.groups]
}
const problem = (pattern: string, options: RegexOptions): string | undefined => {
  const regex = compileRegex(pattern, options)
  return 'error' in regex ? regex.error : undefined
}
const basic: RegexOptions = { syntax: 'basic' }

describe('POSIX regular expressions', () => {
  it('take the longest of the leftmost matches', () => {
    expect(groups('ab|abcd', 'abcd')).toEqual(['abcd'])
    expect(groups('(foo|foobar)(bar)?', 'foobar')).toEqual(['foobar', 'foo', 'bar'])
  })
  it('stay fast where backtracking would explode', () => {
    expect(groups('(a*)*b', 'a'.repeat(200))).toBeUndefined()
    expect(groups('(x+x+)+y', 'x'.repeat(200))).toBeUndefined()
  })
  it('know where a basic operator is an ordinary character', () => {
    expect(groups('\\(*y\\)', 'x*y', basic)).toEqual(['*y', '*y'])
    expect(groups('a^b$c', 'a^b$c', basic)).toEqual(['a^b$c'])
    expect(groups('a+b', 'a+b', basic)).toEqual(['a+b'])
    expect(groups('\\(a*\\)b\\1', 'aabaa', basic)).toEqual(['aabaa', 'aa'])
  })
  it('read brackets as POSIX does', () => {
    expect(groups('[]]b', 'a]b')).toEqual([']b'])
    expect(groups('[\\]b', 'a\\b')).toEqual(['\\b'])
    expect(groups('[[:upper:]]+', 'fooBAR')).toEqual(['BAR'])
  })
  it("explain errors in glibc's words", () => {
    expect(problem('a\\(b', basic)).toBe('Unmatched ( or \\(')
    expect(problem('a[b', basic)).toBe('Unmatched [, [^, [:, [., or [=')
    expect(problem('*a', { syntax: 'extended' })).toBe('Invalid preceding regular expression')
    expect(problem('*a', { syntax: 'extended', dialect: 'grep' })).toBeUndefined()
    expect(problem('a)', { syntax: 'extended', dialect: 'sed' })).toBe('Unmatched ) or \\)')
  })
})
