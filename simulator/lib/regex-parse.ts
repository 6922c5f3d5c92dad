// POSIX regular expressions with the GNU extensions (regex(7), glibc's regcomp.c): text to syntax tree, with glibc's error texts.
// A set of characters is kept as the source of a JavaScript class: one truth for the two matchers in regex.ts.

export type RegexNode =
  | { readonly kind: 'char'; readonly source: string; readonly literal?: string }
  | { readonly kind: 'assert'; readonly source: string }
  | { readonly kind: 'backref'; readonly index: number }
  | { readonly kind: 'group'; readonly index: number; readonly body: RegexNode }
  | { readonly kind: 'repeat'; readonly body: RegexNode; readonly min: number; readonly max: number }
  | { readonly kind: 'cat'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'alt'; readonly choices: readonly RegexNode[] }

export interface RegexOptions {
  readonly syntax: 'basic' | 'extended' | 'fixed'
  readonly ignoreCase?: boolean
  /** `^` and `$` also match at newlines inside the text (sed's M). */
  readonly multiline?: boolean
  /** Who asks, where syntaxes differ: grep forgives misplaced operators, sed refuses a lone `)`, mawk has no intervals, \w or back-references. */
  readonly dialect?: 'posix' | 'grep' | 'sed' | 'mawk'
  /** Match only whole words or whole lines (grep -w, -x). */
  readonly whole?: 'word' | 'line'
}

export class RegexSyntaxError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

const WORD = '[\\p{L}\\p{N}_]'
const ANY = '[^]'
const RE_DUP_MAX = 32767
const CLASSES = new Map<string, string>([
  ['alpha', '\\p{L}\\p{Nl}'], ['digit', '0-9'], ['alnum', '\\p{L}\\p{Nl}\\p{Nd}'], ['upper', '\\p{Lu}'], ['lower', '\\p{Ll}'],
  ['space', '\\u0009-\\u000d\\u0020\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000'], ['blank', '\\u0009\\u0020'],
  ['punct', '!-\\/:-@\\[-`\\{-~\\p{P}\\p{S}'], ['xdigit', '0-9A-Fa-f'], ['cntrl', '\\p{Cc}'],
  ['graph', '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}'], ['print', ' \\p{L}\\p{M}\\p{N}\\p{P}\\p{S}'],
])
const SPACE = `[${CLASSES.get('space') ?? ''}]`

const sourceOf = (char: string): string => (/^[A-Za-z0-9_]$/.test(char) ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
export const literalNode = (char: string): RegexNode => ({ kind: 'char', source: sourceOf(char), literal: char })
const startOf = (multiline: boolean): RegexNode => ({ kind: 'assert', source: multiline ? '(?<![^\\n])' : '^' })
const endOf = (multiline: boolean): RegexNode => ({ kind: 'assert', source: multiline ? '(?![^\\n])' : '$' })
const GNU_ESCAPES = new Map<string, RegexNode>([
  ['w', { kind: 'char', source: WORD }],
  ['W', { kind: 'char', source: '[^\\p{L}\\p{N}_]' }],
  ['s', { kind: 'char', source: SPACE }],
  ['S', { kind: 'char', source: `[^${SPACE.slice(1)}` }],
  ['b', { kind: 'assert', source: `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))` }],
  ['B', { kind: 'assert', source: `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))` }],
  ['<', { kind: 'assert', source: `(?<!${WORD})(?=${WORD})` }],
  ['>', { kind: 'assert', source: `(?<=${WORD})(?!${WORD})` }],
  ['`', { kind: 'assert', source: '^' }],
  ["'", { kind: 'assert', source: '$' }],
])
const AWK_ESCAPES = new Map([['n', '\n'], ['t', '\t'], ['r', '\r'], ['f', '\f'], ['v', '\v'], ['a', '\x07'], ['b', '\b']])

export interface ParsedRegex {
  readonly node: RegexNode
  /** number of `( )` groups */
  readonly groups: number
  readonly backrefs: boolean
  /** What grep says about doubtful patterns, e.g. `* at start of expression`. */
  readonly warnings: readonly string[]
}

/** The syntax tree of `pattern`; throws RegexSyntaxError. */
export function parseRegex(pattern: string, options: RegexOptions): ParsedRegex {
  const parsed: ParsedRegex =
    options.syntax === 'fixed'
      ? { node: { kind: 'cat', parts: [...pattern].map(literalNode) }, groups: 0, backrefs: false, warnings: [] }
      : new RegexParser(pattern, options).parse()
  if (options.whole === undefined) return parsed
  const [before, after] = options.whole === 'word' ? [`(?<!${WORD})`, `(?!${WORD})`] : ['^', '$']
  return { ...parsed, node: { kind: 'cat', parts: [{ kind: 'assert', source: before }, parsed.node, { kind: 'assert', source: after }] } }
}

class RegexParser {
  readonly #chars: readonly string[]
  readonly #extended: boolean
  readonly #dialect: 'posix' | 'grep' | 'sed' | 'mawk'
  readonly #multiline: boolean
  #at = 0
  #groups = 0
  #backrefs = false
  readonly #closed = new Set<number>()
  readonly #warnings: string[] = []

  constructor(pattern: string, options: RegexOptions) {
    this.#chars = [...pattern]
    this.#extended = options.syntax === 'extended'
    this.#dialect = options.dialect ?? 'posix'
    this.#multiline = options.multiline ?? false
  }

  parse(): ParsedRegex {
    const node = this.#alternatives(0)
    return { node, groups: this.#groups, backrefs: this.#backrefs, warnings: this.#warnings }
  }

  /** Is the operator `op` (`(`, `|`, `{`, …) next? In basic syntax it is written with a backslash. */
  #isOperator(op: string, at = this.#at): boolean {
    return this.#extended ? this.#chars[at] === op : this.#chars[at] === '\\' && this.#chars[at + 1] === op
  }

  #width(): number {
    return this.#extended ? 1 : 2
  }

  #alternatives(depth: number): RegexNode {
    const choices: RegexNode[] = [this.#sequence(depth)]
    while (this.#isOperator('|')) {
      this.#at += this.#width()
      choices.push(this.#sequence(depth))
    }
    return choices.length === 1 ? choices[0] : { kind: 'alt', choices }
  }

  #sequence(depth: number): RegexNode {
    const parts: RegexNode[] = []
    let atStart = true
    while (this.#at < this.#chars.length && !this.#isOperator('|')) {
      if (this.#isOperator(')')) {
        if (depth > 0) break
        if (!this.#extended || this.#dialect === 'sed') throw new RegexSyntaxError('Unmatched ) or \\)')
      }
      const anchor = this.#anchor(atStart)
      if (anchor !== undefined) {
        parts.push(anchor)
        // a star after an anchor: literal in basic syntax, repeats the (idempotent) anchor in extended
        if (this.#extended) while ('*+?'.includes(this.#chars[this.#at] ?? '-')) this.#at++
        continue
      }
      if (atStart && this.#skipMisplaced()) continue
      const atom = this.#atom(depth, atStart)
      parts.push(this.#repeats(atom))
      atStart = false
    }
    return parts.length === 1 ? parts[0] : { kind: 'cat', parts }
  }

  #anchor(atStart: boolean): RegexNode | undefined {
    const c = this.#chars[this.#at]
    if (c === '^' && (this.#extended || (atStart && this.#chars[this.#at - 1] !== '^'))) {
      this.#at++
      return startOf(this.#multiline)
    }
    const next = this.#at + 1
    const last = next >= this.#chars.length || this.#isOperator(')', next) || this.#isOperator('|', next)
    if (c === '$' && (this.#extended || last)) {
      this.#at++
      return endOf(this.#multiline)
    }
    return undefined
  }

  /** An operator with nothing to repeat: an error in POSIX, skipped by grep -E. True when something was skipped. */
  #skipMisplaced(): boolean {
    const c = this.#chars[this.#at]
    if (!this.#extended) {
      if (this.#isOperator('{')) throw new RegexSyntaxError('Invalid preceding regular expression')
      return false
    }
    if (c === '*' || c === '+' || c === '?') {
      if (this.#dialect === 'mawk') throw new RegexSyntaxError('missing operand')
      if (this.#dialect !== 'grep') throw new RegexSyntaxError('Invalid preceding regular expression')
      this.#at++
      this.#warnings.push(`${c} at start of expression`)
      return true
    }
    if (c === '{' && this.#dialect !== 'grep' && this.#dialect !== 'mawk') throw new RegexSyntaxError('Invalid preceding regular expression')
    return false
  }

  #atom(depth: number, atStart: boolean): RegexNode {
    if (this.#isOperator('(')) return this.#group(depth)
    const c = this.#chars[this.#at++]
    if (c === '.') return { kind: 'char', source: ANY }
    if (c === '[') return this.#bracket()
    if (c !== '\\') return literalNode(c)
    if (this.#at >= this.#chars.length) {
      if (this.#dialect === 'mawk') return literalNode('\\')
      throw new RegexSyntaxError('Trailing backslash')
    }
    const e = this.#chars[this.#at++]
    if (this.#dialect === 'mawk') return this.#awkEscape(e)
    if (/[1-9]/.test(e)) {
      const index = Number(e)
      if (!this.#closed.has(index)) throw new RegexSyntaxError('Invalid back reference')
      this.#backrefs = true
      return { kind: 'backref', index }
    }
    if (!this.#extended && atStart && (e === '+' || e === '?')) return literalNode(e)
    return GNU_ESCAPES.get(e) ?? literalNode(e)
  }

  #awkEscape(e: string): RegexNode {
    if (/[0-7]/.test(e)) {
      let digits = e
      while (digits.length < 3 && /[0-7]/.test(this.#chars[this.#at] ?? '')) digits += this.#chars[this.#at++]
      return literalNode(String.fromCharCode(parseInt(digits, 8) & 0xff))
    }
    return literalNode(AWK_ESCAPES.get(e) ?? e)
  }

  #group(depth: number): RegexNode {
    this.#at += this.#width()
    const index = ++this.#groups
    const body = this.#alternatives(depth + 1)
    if (!this.#isOperator(')')) throw new RegexSyntaxError(this.#dialect === 'mawk' ? "missing ')'" : 'Unmatched ( or \\(')
    this.#at += this.#width()
    this.#closed.add(index)
    return { kind: 'group', index, body }
  }

  #repeats(atom: RegexNode): RegexNode {
    let node = atom
    for (;;) {
      const c = this.#chars[this.#at]
      if (c === '*') {
        this.#at++
        node = { kind: 'repeat', body: node, min: 0, max: Infinity }
      } else if (this.#isOperator('+') || this.#isOperator('?')) {
        const plus = this.#isOperator('+')
        this.#at += this.#width()
        node = { kind: 'repeat', body: node, min: plus ? 1 : 0, max: plus ? Infinity : 1 }
      } else if (this.#isOperator('{') && this.#dialect !== 'mawk') {
        const bounds = this.#interval()
        if (bounds === undefined) return node
        node = { kind: 'repeat', body: node, min: bounds.min, max: bounds.max }
      } else return node
    }
  }

  /** `{n}`, `{n,}`, `{,m}`, `{n,m}`; undefined when grep -E takes the brace as a character. */
  #interval(): { min: number; max: number } | undefined {
    const rest = this.#chars.slice(this.#at + this.#width()).join('')
    const match = (this.#extended ? /^(\d*)(,?)(\d*)\}/ : /^(\d*)(,?)(\d*)\\\}/).exec(rest)
    if (match === null || (match[1] === '' && match[2] === '')) {
      if (this.#extended && this.#dialect === 'grep') return undefined
      const ended = /^\d*,?\d*$/.test(rest)
      throw new RegexSyntaxError(ended ? 'Unmatched \\{' : 'Invalid content of \\{\\}')
    }
    const min = match[1] === '' ? 0 : Number(match[1])
    const max = match[2] === '' ? min : match[3] === '' ? Infinity : Number(match[3])
    if (max < min) throw new RegexSyntaxError('Invalid content of \\{\\}')
    if (min > RE_DUP_MAX || (max !== Infinity && max > RE_DUP_MAX)) throw new RegexSyntaxError('Regular expression too big')
    this.#at += this.#width() + [...match[0]].length
    return { min, max }
  }

  #bracket(): RegexNode {
    const start = this.#at
    let negated = false
    if (this.#chars[this.#at] === '^') {
      negated = true
      this.#at++
    }
    if (this.#at >= this.#chars.length) throw new RegexSyntaxError('Invalid regular expression')
    let source = ''
    for (let first = true; ; first = false) {
      if (this.#chars[this.#at] === ']' && !first) break
      source += this.#bracketItem()
    }
    this.#at++
    const text = this.#chars.slice(start, this.#at).join('')
    if (this.#dialect === 'grep' && /^:.*:\]$/s.test(text)) throw new RegexSyntaxError('character class syntax is [[:space:]], not [:space:]')
    return { kind: 'char', source: `[${negated ? '^' : ''}${source}]` }
  }

  #bracketItem(): string {
    const from = this.#bracketElement()
    if (from.isClass) return from.source
    const dash = this.#chars[this.#at] === '-' && this.#chars[this.#at + 1] !== ']'
    if (!dash) return sourceOf(from.source)
    if (this.#at + 1 >= this.#chars.length) throw new RegexSyntaxError('Unmatched [, [^, [:, [., or [=')
    this.#at++
    const to = this.#bracketElement()
    const low = from.source.codePointAt(0) ?? 0
    const high = to.source.codePointAt(0) ?? 0
    if (to.isClass || low > high) throw new RegexSyntaxError('Invalid range end')
    return `${sourceOf(from.source)}-${sourceOf(to.source)}`
  }

  #bracketElement(): { source: string; isClass: boolean } {
    const c = this.#chars[this.#at]
    if (c === undefined) throw new RegexSyntaxError('Unmatched [, [^, [:, [., or [=')
    this.#at++
    const kind = this.#chars[this.#at]
    if (c === '[' && (kind === ':' || kind === '.' || kind === '=')) {
      const end = this.#chars.findIndex((x, i) => i > this.#at && x === kind && this.#chars[i + 1] === ']')
      if (end >= 0) {
        const name = this.#chars.slice(this.#at + 1, end).join('')
        this.#at = end + 2
        if (kind === ':') {
          const set = CLASSES.get(name)
          if (set === undefined) throw new RegexSyntaxError('Invalid character class name')
          return { source: set, isClass: true }
        }
        if ([...name].length !== 1) throw new RegexSyntaxError('Invalid collation character')
        return { source: name, isClass: false }
      }
      if (this.#dialect !== 'mawk') throw new RegexSyntaxError('Unmatched [, [^, [:, [., or [=')
    }
    if (c === '\\' && this.#dialect === 'mawk' && this.#at < this.#chars.length) {
      const node = this.#awkEscape(this.#chars[this.#at++])
      return { source: node.kind === 'char' ? (node.literal ?? '\\') : '\\', isClass: false }
    }
    return { source: c, isClass: false }
  }
}
