// One or several patterns as one matcher over lines: leftmost match, and of those the longest.
import { compileRegex, type RegexOptions } from '../../../lib/regex.ts'
import type { GrepOptions } from './options.ts'
import { translatePerl } from './perl-regex.ts'

export interface Span {
  readonly start: number
  readonly end: number
}
export interface Matcher {
  find(line: string, from: number): Span | undefined
  readonly warnings: readonly string[]
}

export function makeMatcher(patterns: readonly string[], o: GrepOptions): Matcher | { readonly error: string } {
  const finders: ((line: string, from: number) => Span | undefined)[] = []
  const warnings: string[] = []
  const whole = o.flags.has('x') ? 'line' : o.flags.has('w') ? 'word' : undefined
  for (const pattern of patterns) {
    if (o.matcher === 'perl') {
      const perl = translatePerl(pattern)
      if ('error' in perl) return perl
      const body = whole === 'line' ? `^(?:${perl.source})$` : whole === 'word' ? `(?<!\\w)(?:${perl.source})(?!\\w)` : perl.source
      const regex = perlRegExp(body, `g${o.flags.has('i') || perl.flags.includes('i') ? 'i' : ''}`)
      if (regex === undefined) return { error: 'unrecognized character follows \\' }
      finders.push((line, from) => {
        regex.lastIndex = from
        const m = regex.exec(line)
        return m === null ? undefined : { start: m.index, end: m.index + m[0].length }
      })
      continue
    }
    const options: RegexOptions = { syntax: o.matcher, dialect: 'grep', ignoreCase: o.flags.has('i'), ...(whole === undefined ? {} : { whole }) }
    const regex = compileRegex(pattern, options)
    if ('error' in regex) return regex
    warnings.push(...regex.warnings)
    finders.push((line, from) => regex.exec(line, from))
  }
  const find = (line: string, from: number): Span | undefined => {
    let best: Span | undefined
    for (const finder of finders) {
      const m = finder(line, from)
      if (m !== undefined && (best === undefined || m.start < best.start || (m.start === best.start && m.end > best.end))) best = m
    }
    return best
  }
  return { find, warnings }
}

function perlRegExp(source: string, flags: string): RegExp | undefined {
  for (const mode of ['u', '']) {
    try {
      return new RegExp(source, flags + mode)
    } catch (thrown) {
      if (!(thrown instanceof SyntaxError)) throw thrown
    }
  }
  return undefined
}
