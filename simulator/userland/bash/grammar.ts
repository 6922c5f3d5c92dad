// Reads one complete command from shell input, as bash's parser consumes it: how far it reaches, whether more lines are needed (PS2), or which
// token is wrong. Recognition only; the tree comes from syntax.ts. Follows parse.y of bash 5.2; for dash and BusyBox ash the expected token is kept.
import { type Dialect, Incomplete, Lexer, type PendingHereDoc, type Token, Unexpected } from './lexer.ts'

export interface ReadOptions {
  readonly dialect: Dialect
  readonly final: boolean
  readonly extglob: boolean
  readonly aliases: ReadonlyMap<string, string> | undefined
}

export type ReadResult =
  /** `source` is the command's text with aliases replaced; `end` where the next one starts in the input. */
  | { readonly kind: 'command'; readonly source: string; readonly end: number; readonly unclosed: readonly PendingHereDoc[] }
  | { readonly kind: 'nothing'; readonly end: number }
  | { readonly kind: 'incomplete'; readonly hereDoc: PendingHereDoc | undefined }
  | { readonly kind: 'error'; readonly error: SyntaxFailure; readonly end: number }

export interface SyntaxFailure {
  readonly type: 'token' | 'eof' | 'unclosed' | 'message'
  /** The token, or the character that was looked for. */
  readonly text: string
  readonly tokenKind: 'word' | 'redirection' | 'newline' | 'operator' | 'eof'
  readonly expecting: string | undefined
  /** Offset into the input. */
  readonly at: number
}

const RESERVED = new Set(['if', 'then', 'else', 'elif', 'fi', 'do', 'done', 'case', 'esac', 'while', 'until', 'for', '{', '}', '!'])
const RESERVED_BASH = new Set([...RESERVED, 'select', 'function', 'time', '[[', 'coproc', 'in'])
const CLOSERS = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}'])
const DECLARERS = new Set(['declare', 'typeset', 'local', 'export', 'readonly', 'alias', 'eval'])
const TEST_BINARY = new Set(['=', '==', '!=', '=~', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef'])
const REDIRECT = new Set(['<', '>', '>>', '<<', '<<-', '<<<', '<&', '>&', '<>', '>|', '&>', '&>>'])

class Grammar {
  readonly lex: Lexer
  readonly aliases: ReadonlyMap<string, string> | undefined
  /** Aliases being expanded, with the offset up to which each must not expand again. */
  #busy: { name: string; end: number }[] = []
  #aliasNext = -1

  constructor(lex: Lexer, aliases: ReadonlyMap<string, string> | undefined) {
    this.lex = lex
    this.aliases = aliases
    lex.listUntilParenthesis = () => {
      lex.arrayAllowed = true
      this.list(true)
      const close = lex.next()
      if (close.text !== ')' || close.kind !== 'operator') this.fail(close, ')')
    }
  }

  get bash(): boolean {
    return this.lex.dialect === 'bash'
  }

  fail(token: Token, expecting?: string): never {
    if (token.kind === 'eof' && !this.lex.final) throw new Incomplete(undefined, token.start)
    throw new Unexpected(token, expecting)
  }

  isOperator(text: string): boolean {
    const t = this.lex.peek()
    return t.kind === 'operator' && t.text === text
  }

  isReserved(text: string): boolean {
    const t = this.lex.peek()
    return t.kind === 'word' && t.text === text
  }

  expect(reserved: string): void {
    const t = this.lex.next()
    if (t.kind !== 'word' || t.text !== reserved) this.fail(t, reserved)
  }

  newlines(): void {
    while (this.lex.peek().kind === 'newline') this.lex.next()
  }

  closes(t: Token): boolean {
    if (t.kind === 'eof') return true
    if (t.kind === 'operator') return t.text === ')' || t.text.startsWith(';;') || t.text === ';&'
    return t.kind === 'word' && CLOSERS.has(t.text)
  }

  /** A compound list; empty ones are allowed only in substitutions and case items. */
  list(mayBeEmpty = false): void {
    this.lex.arrayAllowed = true
    this.newlines()
    if (this.closes(this.lex.peek())) {
      if (!mayBeEmpty && !(this.lex.dialect === 'dash' && this.lex.peek().kind === 'eof')) this.fail(this.lex.peek())
      return
    }
    for (;;) {
      this.andOr()
      const t = this.lex.peek()
      if (t.kind === 'newline' || (t.kind === 'operator' && (t.text === ';' || t.text === '&'))) {
        this.lex.arrayAllowed = true
        this.lex.next()
        this.newlines()
      } else return
      if (this.closes(this.lex.peek())) return
    }
  }

  /** One line's worth at the top level. Answers false at the end of the input. */
  top(): boolean {
    this.lex.arrayAllowed = true
    this.newlines()
    if (this.lex.peek().kind === 'eof') return false
    for (;;) {
      this.andOr()
      const t = this.lex.next()
      if (t.kind === 'newline' || t.kind === 'eof') return true
      if (t.kind !== 'operator' || (t.text !== ';' && t.text !== '&')) this.fail(t)
      this.lex.arrayAllowed = true
      const after = this.lex.peek()
      if (after.kind === 'newline' || after.kind === 'eof') {
        this.lex.next()
        return true
      }
    }
  }

  andOr(): void {
    this.pipeline()
    while (this.isOperator('&&') || this.isOperator('||')) {
      this.lex.arrayAllowed = true
      this.lex.next()
      this.newlines()
      this.pipeline()
    }
  }

  pipeline(): void {
    for (;;) {
      if (this.isReserved('!')) {
        this.lex.next()
        const t = this.lex.peek()
        if (this.bash && (t.kind === 'newline' || t.kind === 'eof' || t.text === ';')) return
      } else if (this.bash && this.isReserved('time')) {
        this.lex.next()
        if (this.isReserved('-p')) this.lex.next()
        const t = this.lex.peek()
        if (t.kind === 'newline' || t.kind === 'eof' || t.text === ';') return
      } else break
    }
    this.command()
    while (this.isOperator('|') || this.isOperator('|&')) {
      this.lex.arrayAllowed = true
      this.lex.next()
      this.newlines()
      this.command()
    }
  }

  command(): void {
    this.lex.arrayAllowed = true
    this.expandAlias()
    const t = this.lex.peek()
    if (t.kind === 'word' && (this.bash ? RESERVED_BASH : RESERVED).has(t.text) && t.text !== 'in') {
      this.lex.next()
      this.reserved(t)
    } else if (t.kind === 'word' && this.lex.dialect === 'ash' && (t.text === '[[' || t.text === 'function')) {
      this.lex.next()
      this.reserved(t)
    } else if (t.kind === 'operator' && t.text === '(') {
      this.lex.next()
      this.parenthesis(t)
    } else if (t.kind === 'word' || t.kind === 'number' || (t.kind === 'operator' && REDIRECT.has(t.text))) this.simple()
    else this.fail(t)
  }

  parenthesis(open: Token): void {
    const second = this.lex.peek()
    if (second.kind === 'operator' && second.text === '(' && second.start === open.end) {
      const end = this.bash ? this.lex.arithmeticEnd(second.end) : -1
      if (end >= 0) this.lex.splice(second.end, second.end, '', end)
      else {
        this.lex.splice(open.end, open.end, ' ', open.end)
        this.list()
        this.closeParenthesis()
      }
    } else {
      this.list()
      this.closeParenthesis()
    }
    this.redirects()
  }

  closeParenthesis(): void {
    const t = this.lex.next()
    if (t.kind !== 'operator' || t.text !== ')') this.fail(t, ')')
  }

  reserved(t: Token): void {
    switch (t.text) {
      case 'if':
        this.list()
        this.expect('then')
        this.list()
        while (this.isReserved('elif')) {
          this.lex.next()
          this.list()
          this.expect('then')
          this.list()
        }
        if (this.isReserved('else')) {
          this.lex.next()
          this.list()
        }
        this.expect('fi')
        break
      case 'while':
      case 'until':
        this.list()
        this.doGroup()
        break
      case 'for':
      case 'select': {
        if (this.bash && this.isOperator('(')) {
          this.lex.next()
          const second = this.lex.peek()
          if (second.text !== '(') this.fail(second)
          const end = this.lex.arithmeticEnd(second.end)
          const header = this.lex.src.slice(second.end, end < 0 ? second.end : end - 2)
          if (header.split(';').length !== 3) {
            const message = header.split(';').length < 3 ? 'syntax error: arithmetic expression required' : "syntax error: `;' unexpected"
            throw new Unexpected(second, undefined, `${message}\n${`syntax error: \`((${header}))'`}`)
          }
          this.lex.splice(second.end, second.end, '', end < 0 ? second.end : end)
          if (this.isOperator(';')) this.lex.next()
          this.newlines()
        } else this.forIn()
        this.doGroup()
        break
      }
      case 'case':
        this.caseItems()
        break
      case '{':
        this.list()
        this.expect('}')
        break
      case '[[':
        this.test()
        break
      case 'function': {
        const name = this.lex.next()
        if (name.kind !== 'word') this.fail(name)
        if (this.isOperator('(')) {
          this.lex.next()
          this.closeParenthesis()
        }
        this.functionBody()
        return
      }
      case 'coproc': {
        const name = this.lex.peek()
        if (name.kind === 'newline' || name.kind === 'eof') this.fail(name)
        if (name.kind === 'word' && !RESERVED_BASH.has(name.text)) this.lex.next()
        if (this.lex.peek().kind === 'word' || this.isOperator('(')) this.command()
        return
      }
      default: this.fail(t)
    }
    this.redirects()
  }

  doGroup(): void {
    if (this.bash && this.isReserved('{')) {
      this.lex.next()
      this.list()
      this.expect('}')
      return
    }
    this.expect('do')
    this.list()
    this.expect('done')
  }

  forIn(): void {
    const name = this.lex.next()
    const badName = name.kind !== 'word' || !/^[A-Za-z_][A-Za-z_0-9]*$/.test(name.text)
    if (this.lex.dialect === 'dash' && badName) throw new Unexpected(name, undefined, 'Bad for loop variable')
    if (name.kind !== 'word') this.fail(name)
    this.newlines()
    if (this.isReserved('in')) {
      this.lex.next()
      this.lex.arrayAllowed = false
      while (this.lex.peek().kind === 'word') this.lex.next()
      const end = this.lex.next()
      if (end.kind !== 'newline' && !(end.kind === 'operator' && end.text === ';')) this.fail(end)
    } else if (this.isOperator(';')) this.lex.next()
    this.newlines()
  }

  caseItems(): void {
    const word = this.lex.next()
    if (word.kind !== 'word') this.fail(word)
    this.newlines()
    this.expect('in')
    this.newlines()
    while (!this.isReserved('esac')) {
      if (this.isOperator('(')) this.lex.next()
      for (;;) {
        const pattern = this.lex.next()
        if (pattern.kind !== 'word') this.fail(pattern, pattern.kind === 'eof' ? ')' : undefined)
        if (!this.isOperator('|')) break
        this.lex.next()
      }
      this.closeParenthesis()
      this.list(true)
      const end = this.lex.peek()
      if (end.kind === 'operator' && (end.text.startsWith(';;') || end.text === ';&')) {
        this.lex.next()
        this.newlines()
      } else if (!this.isReserved('esac')) this.fail(end, ';;')
    }
    this.lex.next()
  }

  /** [[ … ]] */
  test(): void {
    const extglob = this.lex.extglob
    this.lex.extglob = true
    this.lex.arrayAllowed = false
    this.testOr()
    const end = this.lex.next()
    if (end.text !== ']]') this.testFail(end)
    this.lex.extglob = extglob
    this.lex.arrayAllowed = true
  }

  testFail(t: Token, text?: string): never {
    if (t.kind === 'eof' && !this.lex.final) throw new Incomplete(undefined, t.start)
    const shown = t.kind === 'eof' ? 'EOF' : t.kind === 'newline' ? 'newline' : t.text
    throw new Unexpected(t, undefined, text ?? `unexpected token \`${shown}' in conditional command`)
  }

  testOr(): void {
    for (;;) {
      this.testTerm()
      this.newlines()
      const t = this.lex.peek()
      if (t.kind !== 'operator' || (t.text !== '&&' && t.text !== '||')) return
      this.lex.next()
    }
  }

  testTerm(): void {
    this.newlines()
    const t = this.lex.next()
    if (t.kind === 'operator' && t.text === '(') {
      this.testOr()
      const close = this.lex.next()
      if (close.text !== ')') this.testFail(close, "expected `)'")
      return
    }
    if (t.kind !== 'word' || t.text === ']]') this.testFail(t)
    if (t.text === '!') return this.testTerm()
    const after = this.lex.peek()
    const ends = after.text === ']]' || (after.kind === 'operator' && ['&&', '||', ')'].includes(after.text))
    if (/^-[a-zA-Z]$/.test(t.text) && !TEST_BINARY.has(after.text)) {
      const operand = this.lex.next()
      if (operand.kind !== 'word' || operand.text === ']]') this.testFail(operand, `unexpected argument \`${operand.kind === 'newline' ? 'newline' : operand.text}' to conditional unary operator`)
      return
    }
    if (ends) return
    if (!TEST_BINARY.has(after.text) && !(after.kind === 'operator' && (after.text === '<' || after.text === '>'))) {
      if (after.kind === 'word') this.testFail(after, 'conditional binary operator expected')
      if (after.kind === 'eof' && !this.lex.final) throw new Incomplete(undefined, after.start)
      this.testFail(after, `unexpected token \`${after.kind === 'newline' ? 'newline' : after.text}', conditional binary operator expected`)
    }
    this.lex.next()
    if (after.text === '=~') return this.regexWord()
    const right = this.lex.next()
    if (right.kind !== 'word' || right.text === ']]') this.testFail(right, `unexpected argument \`${right.kind === 'newline' ? 'newline' : right.text}' to conditional binary operator`)
  }

  regexWord(): void {
    const { lex } = this
    while (lex.src[lex.pos] === ' ' || lex.src[lex.pos] === '\t') lex.pos++
    for (;;) {
      const c = lex.src[lex.pos]
      if (c === undefined || /\s/.test(c)) return
      if (c === '(') lex.balanced()
      else if ('|<>&;'.includes(c)) lex.pos++
      else {
        const before = lex.pos
        lex.word()
        if (lex.pos === before) lex.pos++
      }
    }
  }

  functionBody(): void {
    this.newlines()
    const t = this.lex.peek()
    const compound = (t.kind === 'operator' && t.text === '(') || (t.kind === 'word' && ['{', 'if', 'for', 'while', 'until', 'case', 'select', '[['].includes(t.text))
    if (!compound && this.bash) this.fail(t)
    this.command()
  }

  redirects(): void {
    for (;;) {
      const t = this.lex.peek()
      if (t.kind === 'number') this.lex.next()
      else if (!(t.kind === 'operator' && REDIRECT.has(t.text))) return
      this.redirect()
    }
  }

  redirect(): void {
    const operator = this.lex.next()
    const target = this.lex.next()
    if (target.kind !== 'word') this.fail(target)
    if (operator.text === '<<' || operator.text === '<<-') this.lex.hereDoc(target, operator.text === '<<-')
  }

  simple(): void {
    let words = 0
    let first: Token | undefined
    for (;;) {
      if (this.#aliasNext >= 0 && this.lex.peek().start >= this.#aliasNext) this.expandAlias()
      const t = this.lex.peek()
      if (t.kind === 'number' || (t.kind === 'operator' && REDIRECT.has(t.text))) {
        if (t.kind === 'number') this.lex.next()
        this.redirect()
      } else if (t.kind === 'word') {
        const assignment = first === undefined && /^[A-Za-z_][A-Za-z_0-9]*(\[[^\]]*\])?\+?=/.test(t.text)
        if (!assignment && first === undefined) {
          first = t
          this.lex.arrayAllowed = DECLARERS.has(t.text)
        }
        words++
        // What is a keyword to the parser but a plain word in this dialect gets quoted.
        if (words === 1 && !this.bash && RESERVED_BASH.has(t.text) && t.text !== 'in') this.lex.splice(t.start, t.end, `\\${t.text}`, t.end + 1)
        else this.lex.next()
      } else if (t.kind === 'operator' && t.text === '(' && words === 1 && first !== undefined) {
        this.lex.next()
        this.closeParenthesis()
        this.functionBody()
        return
      } else return
    }
  }

  /** Replaces the next word by its alias, as often as that gives another one. */
  expandAlias(): void {
    if (!this.aliases || this.aliases.size === 0) return
    for (;;) {
      const t = this.lex.peek()
      const start = t.start
      const value = t.kind === 'word' ? this.aliases.get(t.text) : undefined
      this.#busy = this.#busy.filter((b) => start < b.end)
      if (value === undefined || this.#busy.some((b) => b.name === t.text)) return
      this.lex.splice(start, t.end, value, start)
      for (const b of this.#busy) b.end += value.length - t.text.length
      this.#busy.push({ name: t.text, end: start + value.length })
      this.#aliasNext = /[ \t]$/.test(value) ? start + value.length : -1
      this.lex.arrayAllowed = true
    }
  }
}

const kindOf = (t: Token): SyntaxFailure['tokenKind'] =>
  t.kind === 'operator' && REDIRECT.has(t.text) ? 'redirection' : t.kind === 'number' ? 'redirection' : t.kind

/** Reads the next complete command of `input` from `from` on. */
export function readCommand(input: string, from: number, options: ReadOptions): ReadResult {
  const lex = new Lexer(input, from, options.dialect, options.extglob, options.final)
  const grammar = new Grammar(lex, options.aliases)
  try {
    if (!grammar.top()) return { kind: 'nothing', end: lex.pos - lex.delta }
    return { kind: 'command', source: lex.src.slice(from, lex.pos), end: lex.pos - lex.delta, unclosed: lex.warnings }
  } catch (e) {
    const lineEnd = lex.src.indexOf('\n', lex.pos)
    const end = (lineEnd < 0 ? lex.src.length : lineEnd + 1) - lex.delta
    if (e instanceof Incomplete) {
      if (!options.final) return { kind: 'incomplete', hereDoc: e.hereDoc }
      const error: SyntaxFailure = e.wanted === undefined
        ? { type: 'eof', text: '', tokenKind: 'eof', expecting: undefined, at: input.length }
        : { type: 'unclosed', text: e.wanted, tokenKind: 'eof', expecting: undefined, at: e.at }
      return { kind: 'error', error, end: input.length }
    }
    if (!(e instanceof Unexpected)) throw e
    const { token } = e
    if (e.message !== undefined) return { kind: 'error', error: { type: 'message', text: e.message, tokenKind: kindOf(token), expecting: undefined, at: token.kind === 'eof' ? input.length : token.start - lex.delta }, end }
    if (token.kind === 'eof') return { kind: 'error', error: { type: 'eof', text: '', tokenKind: 'eof', expecting: e.expecting, at: input.length }, end: input.length }
    const text = token.kind === 'newline' ? 'newline' : token.text
    return { kind: 'error', error: { type: 'token', text, tokenKind: kindOf(token), expecting: e.expecting, at: token.start - lex.delta }, end }
  }
}
