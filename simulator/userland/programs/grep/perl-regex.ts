// grep -P: PCRE patterns as JavaScript RegExps. What both share passes through; \K, \A, \z, \h, \Q…\E, classes, (?i) and possessive
// quantifiers are rewritten. Simpler than PCRE: no recursion, no conditionals, no callouts.

const CLASSES = new Map<string, string>([
  ['alpha', 'A-Za-z'], ['digit', '0-9'], ['alnum', 'A-Za-z0-9'], ['upper', 'A-Z'], ['lower', 'a-z'], ['space', '\\s'], ['blank', ' \\t'],
  ['punct', '!-\\/:-@\\[-`\\{-~'], ['xdigit', '0-9A-Fa-f'], ['cntrl', '\\x00-\\x1f\\x7f'], ['word', '\\w'], ['print', ' -~'], ['graph', '!-~'],
])
const ESCAPES = new Map<string, string>([
  ['A', '^'], ['z', '$'], ['Z', '$'], ['h', '[ \\t]'], ['H', '[^ \\t]'], ['e', '\\x1b'], ['a', '\\x07'], ['R', '(?:\\r\\n|[\\n-\\r])'], ['N', '.'], ['G', ''],
])
const IDENTITY = /[\^$\\.*+?()[\]{}|/-]/

export interface PerlRegex {
  readonly source: string
  readonly flags: string
}

/** The translated pattern, or PCRE's error text. */
export function translatePerl(pattern: string): PerlRegex | { readonly error: string } {
  let out = ''
  let flags = ''
  let depth = 0
  let repeatable = false
  for (let i = 0; i < pattern.length; ) {
    const c = pattern[i]
    if (c === '\\') {
      const e = pattern[i + 1]
      if (e === undefined) return { error: '\\ at end of pattern' }
      i += 2
      repeatable = true
      if (e === 'K') out = `(?<=${out})`
      else if (e === 'Q') {
        const end = pattern.indexOf('\\E', i)
        const text = pattern.slice(i, end < 0 ? undefined : end)
        out += text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&')
        i = end < 0 ? pattern.length : end + 2
      } else if (e === 'x' && pattern[i] === '{') {
        const end = pattern.indexOf('}', i)
        out += `\\u${pattern.slice(i, end + 1)}`
        i = end + 1
      } else out += ESCAPES.get(e) ?? (/[A-Za-z0-9]/.test(e) ? `\\${e}` : IDENTITY.test(e) ? `\\${e}` : e)
    } else if (c === '[') {
      const set = bracket(pattern, i)
      if (set === undefined) return { error: 'missing terminating ] for character class' }
      out += set.source
      i = set.end
      repeatable = true
    } else if (c === '(') {
      const option = /^\(\?([imsx]+)\)/.exec(pattern.slice(i))
      const comment = /^\(\?#[^)]*\)/.exec(pattern.slice(i))
      if (option !== null) flags += option[1].includes('i') ? 'i' : ''
      if (option !== null || comment !== null) {
        i += (option ?? comment ?? [''])[0].length
        continue
      }
      const named = /^\(\?P</.exec(pattern.slice(i))
      const atomic = pattern.startsWith('(?>', i)
      const opening = /^\(\?(?:[:=!]|<[=!]|<\w+>)/.exec(pattern.slice(i))?.[0] ?? '('
      out += named !== null ? '(?<' : atomic ? '(?:' : opening
      i += named !== null ? 4 : atomic ? 3 : opening.length
      depth++
      repeatable = false
    } else if (c === ')') {
      if (depth === 0) return { error: 'unmatched closing parenthesis' }
      depth--
      out += c
      i++
      repeatable = true
    } else {
      const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})([?+]?)/.exec(pattern.slice(i))
      if (quantifier !== null) {
        if (!repeatable) return { error: 'quantifier does not follow a repeatable item' }
        out += quantifier[1] === '+' ? quantifier[0].slice(0, -1) : quantifier[0]
        i += quantifier[0].length
        repeatable = false
        continue
      }
      out += '{}]/'.includes(c) ? `\\${c}` : c
      repeatable = c !== '|' && c !== '^'
      i++
    }
  }
  return depth > 0 ? { error: 'missing closing parenthesis' } : { source: out, flags }
}

function bracket(pattern: string, open: number): { source: string; end: number } | undefined {
  let i = open + 1
  let source = '['
  if (pattern[i] === '^') source += pattern[i++]
  for (let first = true; i < pattern.length; first = false) {
    if (pattern[i] === ']' && !first) return { source: `${source}]`, end: i + 1 }
    const named = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(i))
    if (named !== null) {
      source += CLASSES.get(named[2]) ?? ''
      i += named[0].length
    } else if (pattern[i] === '\\') {
      const e = pattern[i + 1] ?? ''
      source += e === 'h' ? ' \\t' : e === 'e' ? '\\x1b' : /[A-Za-z0-9]/.test(e) || IDENTITY.test(e) ? `\\${e}` : e
      i += 2
    } else {
      source += '[]/'.includes(pattern[i]) ? `\\${pattern[i]}` : pattern[i]
      i++
    }
  }
  return undefined
}
