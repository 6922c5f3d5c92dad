// The shell grammar, recognised as bash's parser does (parse.y of bash 5.2): how far a command reaches and which token is wrong. The tree comes from
// syntax.ts. For dash and BusyBox ash the expected token is kept.
import { readTest } from './grammar-test.ts'
import { Incomplete, type Lexer, type Token, Unexpected } from './lexer.ts'

const RESERVED = new Set(['if', 'then', 'else', 'elif', 'fi', 'do', 'done', 'case', 'esac', 'while', 'until', 'for', '{', '}', '!'])
const RESERVED_BASH = new Set([...RESERVED, 'select', 'function', 'time', '[[', 'coproc', 'in'])
const CLOSERS = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}'])
const DECLARERS = new Set(['declare', 'typeset', 'local', 'export', 'readonly', 'alias', 'eval'])
export const REDIRECT = new Set(['<', '>', '>>', '<<', '<<-', '<<<', '<&', '>&', '<>', '>|', '&>', '&>>'])

export class Grammar {
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
    if (t.kind === 'word' && (this.bash ? RESERVED_BASH : RESERVED).has(t.text)) {
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
        readTest(this.lex)
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
      // The word after an alias that ends in a blank is looked at too, also when that alias began with another one.
      if (this.#aliasNext >= t.end) this.#aliasNext += value.length - t.text.length
      else this.#aliasNext = -1
      if (/[ \t]$/.test(value)) this.#aliasNext = start + value.length
      this.lex.arrayAllowed = true
    }
  }
}
