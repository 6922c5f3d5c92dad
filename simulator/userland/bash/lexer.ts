// Tokens of the shell grammar, for the reader of commands (grammar.ts). It finds where words end and what is left open; what is inside a word is
// the parser's business (syntax.ts). Aliases and dialect differences are spliced into the source text, as bash's own lexer does.

export type Dialect = 'bash' | 'dash' | 'ash'

export interface Token {
  readonly kind: 'word' | 'operator' | 'number' | 'newline' | 'eof'
  readonly text: string
  readonly start: number
  readonly end: number
}

/** The input ended inside something: `wanted` is the closing character, 'heredoc', or undefined when a command is unfinished. */
export class Incomplete {
  readonly wanted: string | undefined
  readonly at: number
  readonly hereDoc: PendingHereDoc | undefined
  constructor(wanted: string | undefined, at: number, hereDoc?: PendingHereDoc) {
    this.wanted = wanted
    this.at = at
    this.hereDoc = hereDoc
  }
}

/** The grammar doesn't allow this token here. */
export class Unexpected {
  readonly token: Token
  readonly expecting: string | undefined
  /** The whole message (several lines, perhaps) when it is not the usual one. */
  readonly message: string | undefined
  /** Where the parser has its own ways: inside [[ ]], and in NAME=(…). */
  readonly within: 'conditional' | 'array' | undefined
  constructor(token: Token, expecting?: string, message?: string, within?: 'conditional' | 'array') {
    this.within = within
    this.token = token
    this.expecting = expecting
    this.message = message
  }
}

export interface PendingHereDoc {
  readonly delimiter: string
  readonly strip: boolean
  readonly at: number
}

const OPERATORS = ['&>>', '<<-', '<<<', ';;&', '&&', '||', ';;', ';&', '|&', '<<', '>>', '<&', '>&', '<>', '>|', '&>', '\n', ';', '&', '|', '(', ')', '<', '>']
const NOT_IN_DASH = new Set(['&>>', '<<<', ';;&', ';&', '|&', '&>'])
/** Stands for a single quote that is no quote, inside "${x-…}" of dash and ash, where the parser would take it for one. */
export const PLAIN_QUOTE = '\ue027'
const META = /[ \t\n;&|()<>]/
const ARRAY_START = /^[A-Za-z_][A-Za-z_0-9]*(\[[^\n]*\])?\+?=$/

export class Lexer {
  src: string
  pos: number
  /** How much longer `src` is than the original input up to `pos`. */
  delta = 0
  readonly dialect: Dialect
  extglob: boolean
  /** No more input can come: an open here-document ends at the end of the input. */
  readonly final: boolean
  readonly warnings: PendingHereDoc[] = []
  /** Parses a command list up to its closing parenthesis; given by the grammar. */
  listUntilParenthesis: () => void = () => undefined
  /** May `name=(` begin an array here? */
  arrayAllowed = true
  #pending: PendingHereDoc[] = []
  #peeked: Token | undefined

  constructor(src: string, pos: number, dialect: Dialect, extglob: boolean, final: boolean) {
    this.src = src
    this.pos = pos
    this.dialect = dialect
    this.extglob = extglob
    this.final = final
  }

  /** Replaces src[start,end) by text; reading goes on at `resume`. */
  splice(start: number, end: number, text: string, resume: number): void {
    this.src = this.src.slice(0, start) + text + this.src.slice(end)
    this.delta += text.length - (end - start)
    this.pos = resume
    this.#peeked = undefined
  }

  peek(): Token {
    return (this.#peeked ??= this.#read())
  }

  next(): Token {
    const token = this.peek()
    this.#peeked = undefined
    return token
  }

  hereDoc(word: Token, strip: boolean): void {
    this.#pending.push({ delimiter: unquote(word.text), strip, at: word.start })
  }

  #blanks(): void {
    for (;;) {
      const c = this.src[this.pos]
      if (c === ' ' || c === '\t') this.pos++
      else if (c === '\\' && this.src[this.pos + 1] === '\n') this.pos += 2
      else break
    }
    if (this.src[this.pos] === '#') while (this.pos < this.src.length && this.src[this.pos] !== '\n') this.pos++
  }

  #read(): Token {
    this.#blanks()
    const start = this.pos
    if (start >= this.src.length) {
      // The newline was quoted away: the line goes on.
      if (!this.final && /(?:^|[^\\])(?:\\\\)*\\\n$/.test(this.src)) throw new Incomplete(undefined, start)
      if (this.#pending.length > 0) this.#readHereDocs()
      return { kind: 'eof', text: '', start, end: start }
    }
    const operator = this.#operator()
    if (operator !== undefined) {
      this.pos += operator.length
      if (operator === '\n') {
        if (this.#pending.length > 0) this.#readHereDocs()
        return { kind: 'newline', text: '\n', start, end: start + 1 }
      }
      return { kind: 'operator', text: operator, start, end: this.pos }
    }
    const number = /^(?:[0-9]+|\{[A-Za-z_][A-Za-z_0-9]*\})(?=[<>])/.exec(this.src.slice(start, start + 40))
    if (number && (number[0][0] !== '{' || this.dialect === 'bash')) {
      this.pos += number[0].length
      return { kind: 'number', text: number[0], start, end: this.pos }
    }
    this.word()
    return { kind: 'word', text: this.src.slice(start, this.pos), start, end: this.pos }
  }

  #operator(): string | undefined {
    const c = this.src[this.pos]
    if (!META.test(c)) return undefined
    if ((c === '<' || c === '>') && this.src[this.pos + 1] === '(' && this.dialect === 'bash') return undefined
    const found = OPERATORS.find((o) => this.src.startsWith(o, this.pos) && !(this.dialect !== 'bash' && NOT_IN_DASH.has(o) && !(this.dialect === 'ash' && o === '&>')))
    // What is `&` and `>` here would be one operator to the parser.
    if (found === '&' && this.dialect === 'dash' && this.src[this.pos + 1] === '>') {
      this.src = `${this.src.slice(0, this.pos + 1)} ${this.src.slice(this.pos + 1)}`
      this.delta++
    }
    return found
  }

  /** Moves past one word. */
  word(): void {
    const start = this.pos
    while (this.pos < this.src.length) {
      const c = this.src[this.pos]
      if (c === '\\') this.pos += this.pos + 1 < this.src.length ? 2 : 1
      else if (c === '(' && this.dialect === 'bash' && this.#parenthesisInWord(start)) continue
      else if ((c === '<' || c === '>') && this.src[this.pos + 1] === '(' && this.dialect === 'bash') this.#substitution(this.pos + 2)
      else if (META.test(c)) break
      else if (!this.#quoted(c)) this.pos++
    }
  }

  /** At a quote or an expansion: moves past it. */
  #quoted(c: string): boolean {
    const at = this.pos
    if (c === "'") {
      const end = this.src.indexOf("'", at + 1)
      if (end < 0) throw new Incomplete("'", at)
      this.pos = end + 1
    } else if (c === '"') this.#double()
    else if (c === '`') this.#backtick()
    else if (c === '$') this.#dollar(false)
    else return false
    return true
  }

  #double(): void {
    const start = this.pos++
    for (;;) {
      const c = this.src[this.pos]
      if (c === undefined) throw new Incomplete('"', start)
      if (c === '"') break
      if (c === '\\') this.pos += 2
      else if (c === '`') this.#backtick()
      else if (c === '$') this.#dollar(true)
      else this.pos++
    }
    this.pos++
  }

  #backtick(): void {
    const start = this.pos++
    for (;;) {
      const c = this.src[this.pos]
      if (c === undefined) throw new Incomplete('`', start)
      if (c === '`') break
      this.pos += c === '\\' ? 2 : 1
    }
    this.pos++
  }

  #dollar(inDouble: boolean): void {
    const next = this.src[this.pos + 1]
    if (next === '{') this.#brace(inDouble)
    else if (next === '(') {
      const at = this.pos
      const double = this.src[at + 2] === '('
      if (double && this.#arithmetic(at + 3)) return
      try {
        this.#substitution(at + 2)
      } catch (e) {
        throw double && e instanceof Incomplete && e.wanted === ')' ? new Incomplete(')', at) : e
      }
    } else if (next === "'" && !inDouble && this.dialect !== 'dash') {
      const start = this.pos
      for (this.pos += 2; this.src[this.pos] !== "'"; this.pos += this.src[this.pos] === '\\' ? 2 : 1) {
        if (this.pos >= this.src.length) throw new Incomplete("'", start)
      }
      this.pos++
    } else if (this.dialect === 'dash' && !inDouble && (next === "'" || next === '"')) {
      // An ordinary dollar, which the parser would take for the beginning of a quote.
      this.splice(this.pos, this.pos, '\\', this.pos + 2)
    } else this.pos++
  }

  #brace(inDouble: boolean): void {
    const start = this.pos
    this.pos += 2
    const plainQuotes = this.dialect !== 'bash' && inDouble && /^\$\{!?[A-Za-z_0-9@*#?!$-]+(\[[^\]]*\])?:?[-=+?]/.test(this.src.slice(start, start + 200))
    for (;;) {
      const c = this.src[this.pos]
      if (c === undefined) throw new Incomplete('}', start)
      if (c === '}') break
      if (c === '\\') this.pos += 2
      else if (c === "'" && plainQuotes) this.splice(this.pos, this.pos + 1, PLAIN_QUOTE, this.pos + 1)
      else if (!this.#quoted(c)) this.pos++
    }
    this.pos++
  }

  /** Tries to read `…))`; answers false (and stays) when the parentheses close singly, so that it was a nested subshell. */
  #arithmetic(from: number): boolean {
    const saved = this.pos
    const end = this.arithmeticEnd(from)
    if (end < 0) {
      this.pos = saved
      return false
    }
    this.pos = end
    return true
  }

  /** Position after the `))` that closes an arithmetic text starting at `from`, or -1 when a single parenthesis closes it. */
  arithmeticEnd(from: number): number {
    let depth = 0
    const saved = this.pos
    this.pos = from
    while (this.pos < this.src.length) {
      const c = this.src[this.pos]
      if (c === ')' && depth === 0) {
        const end = this.src[this.pos + 1] === ')' ? this.pos + 2 : -1
        this.pos = saved
        return end
      }
      if (c === '(') depth++
      if (c === ')') depth--
      if (c === '\\') this.pos += 2
      else if (c === "'" || !this.#quoted(c)) this.pos++
    }
    this.pos = saved
    throw new Incomplete(')', from)
  }

  #substitution(from: number): void {
    const saved = { peeked: this.#peeked, pending: this.#pending, array: this.arrayAllowed }
    this.#peeked = undefined
    this.#pending = []
    this.pos = from
    try {
      this.listUntilParenthesis()
    } catch (e) {
      const ended = (e instanceof Incomplete && e.wanted === undefined) || (e instanceof Unexpected && e.token.kind === 'eof')
      if (ended) throw new Incomplete(')', this.src.length)
      throw e
    }
    this.#peeked = saved.peeked
    this.#pending = saved.pending
    this.arrayAllowed = saved.array
  }

  /** `(` inside a word: an array value or an extended pattern. */
  #parenthesisInWord(start: number): boolean {
    const before = this.src.slice(start, this.pos)
    if (this.arrayAllowed && ARRAY_START.test(before)) {
      this.pos++
      for (;;) {
        const token = this.next()
        if (token.kind === 'operator' && token.text === ')') return true
        if (token.kind === 'eof') throw new Incomplete(')', start)
        if (token.kind === 'operator' || token.kind === 'number') throw new Unexpected(token, undefined, undefined, 'array')
      }
    }
    if (this.extglob && /[?*+@!]$/.test(before)) {
      this.balanced()
      return true
    }
    return false
  }

  /** Past a balanced pair of parentheses, the next character being the open one. */
  balanced(): void {
    const start = this.pos
    let depth = 0
    do {
      const c = this.src[this.pos]
      if (c === undefined) throw new Incomplete(')', start)
      if (c === '(') depth++
      if (c === ')') depth--
      if (c === '\\') this.pos += 2
      else if (!this.#quoted(c)) this.pos++
    } while (depth > 0)
  }

  #readHereDocs(): void {
    for (const doc of this.#pending) {
      for (;;) {
        if (this.pos >= this.src.length) {
          if (!this.final) throw new Incomplete('heredoc', doc.at, doc)
          this.warnings.push(doc)
          break
        }
        const newline = this.src.indexOf('\n', this.pos)
        const end = newline < 0 ? this.src.length : newline
        let line = this.src.slice(this.pos, end)
        this.pos = newline < 0 ? end : end + 1
        if (doc.strip) line = line.replace(/^\t+/, '')
        if (line === doc.delimiter) break
      }
    }
    this.#pending = []
  }
}

/** Quote removal of a here-document's delimiter. */
export function unquote(text: string): string {
  return text.replace(/\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/gs, (_, escaped: string | undefined, single: string | undefined, double: string | undefined) =>
    escaped ?? single ?? (double ?? '').replace(/\\(["\\$`])/g, '$1'))
}
