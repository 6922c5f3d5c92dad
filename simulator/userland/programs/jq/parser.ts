// jq's filter language: tokens and grammar.

export type Filter =
  | { readonly kind: 'identity' | 'recurse' | 'breakpoint' }
  | { readonly kind: 'literal'; readonly value: number | string | boolean | null }
  | { readonly kind: 'string'; readonly parts: readonly (string | Filter)[]; readonly format: string | undefined }
  | { readonly kind: 'format'; readonly name: string }
  | { readonly kind: 'index'; readonly of: Filter; readonly key: Filter }
  | { readonly kind: 'slice'; readonly of: Filter; readonly from: Filter | undefined; readonly to: Filter | undefined }
  | { readonly kind: 'iterate'; readonly of: Filter }
  | { readonly kind: 'try'; readonly body: Filter; readonly handler: Filter | undefined }
  | { readonly kind: 'pipe' | 'comma' | 'and' | 'or' | 'alternative'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'operator'; readonly op: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'update'; readonly op: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'negate'; readonly of: Filter }
  | { readonly kind: 'if'; readonly test: Filter; readonly yes: Filter; readonly no: Filter }
  | { readonly kind: 'reduce'; readonly source: Filter; readonly name: string; readonly init: Filter; readonly step: Filter }
  | { readonly kind: 'foreach'; readonly source: Filter; readonly name: string; readonly init: Filter; readonly step: Filter; readonly extract: Filter }
  | { readonly kind: 'as'; readonly source: Filter; readonly name: string; readonly body: Filter }
  | { readonly kind: 'def'; readonly name: string; readonly params: readonly string[]; readonly body: Filter; readonly rest: Filter }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Filter[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'array'; readonly of: Filter | undefined }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [Filter, Filter])[] }

export class FilterError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

type Token = { readonly type: 'op' | 'name' | 'field' | 'number' | 'format' | 'variable' | 'end'; readonly text: string } | { readonly type: 'string'; readonly text: string; readonly parts: readonly (string | Filter)[] }

const OPERATORS = ['?//', '|=', '+=', '-=', '*=', '/=', '%=', '//=', '==', '!=', '<=', '>=', '//', '..', 'and', 'or', '|', ',', '.', '[', ']', '(', ')', '{', '}', ':', ';', '=', '<', '>', '+', '-', '*', '/', '%', '?']
const KEYWORDS = new Set(['if', 'then', 'elif', 'else', 'end', 'as', 'def', 'reduce', 'foreach', 'try', 'catch', 'and', 'or', 'label', 'import', 'include'])
const IDENTITY: Filter = { kind: 'identity' }

export function parseFilter(source: string): Filter {
  const parser = new Parser(source)
  const filter = parser.pipe()
  parser.expectEnd()
  return filter
}

class Parser {
  readonly #source: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(source: string) {
    this.#source = source
    this.#tokens = this.#tokenize()
  }

  #tokenize(): Token[] {
    const tokens: Token[] = []
    const s = this.#source
    for (let i = 0; i < s.length; ) {
      const rest = s.slice(i)
      const blank = /^(?:\s+|#[^\n]*)/.exec(rest)
      if (blank !== null) {
        i += blank[0].length
        continue
      }
      if (rest[0] === '"') {
        const { parts, end } = this.#string(i + 1)
        tokens.push({ type: 'string', text: s.slice(i, end), parts })
        i = end
        continue
      }
      const patterns: readonly (readonly [Token['type'], RegExp])[] = [
        ['field', /^\.[A-Za-z_]\w*/], ['number', /^(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/], ['variable', /^\$(?:__loc__|[A-Za-z_]\w*)/], ['format', /^@\w+/], ['name', /^[A-Za-z_]\w*(?:::\w+)*/],
      ]
      const found = patterns.map(([type, pattern]) => ({ type, match: pattern.exec(rest) })).find((p) => p.match !== null)
      if (found !== undefined && found.match !== null && found.type !== 'string') {
        tokens.push({ type: found.type, text: found.match[0] })
        i += found.match[0].length
        continue
      }
      const op = OPERATORS.filter((o) => rest.startsWith(o)).sort((a, b) => b.length - a.length)[0]
      if (op === undefined) throw new FilterError('syntax error, unexpected INVALID_CHARACTER')
      tokens.push({ type: 'op', text: op })
      i += op.length
    }
    tokens.push({ type: 'end', text: '$end' })
    return tokens
  }

  /** A string from behind its quote; `\(…)` holds a filter. */
  #string(start: number): { parts: (string | Filter)[]; end: number } {
    const s = this.#source
    const parts: (string | Filter)[] = []
    let text = ''
    for (let i = start; i < s.length; i++) {
      if (s[i] === '"') return { parts: [...parts, text], end: i + 1 }
      if (s[i] !== '\\') {
        text += s[i]
        continue
      }
      i++
      if (s[i] === '(') {
        let depth = 1
        let end = i + 1
        for (; end < s.length && depth > 0; end++) {
          if (s[end] === '(') depth++
          if (s[end] === ')') depth--
        }
        parts.push(text, parseFilter(s.slice(i + 1, end - 1)))
        text = ''
        i = end - 1
      } else if (s[i] === 'u') {
        text += String.fromCharCode(parseInt(s.slice(i + 1, i + 5), 16))
        i += 4
      } else text += new Map([['n', '\n'], ['t', '\t'], ['r', '\r'], ['b', '\b'], ['f', '\f']]).get(s[i]) ?? s[i]
    }
    throw new FilterError('syntax error, unexpected $end, expecting QQSTRING_TEXT or QQSTRING_INTERP_START or QQSTRING_END')
  }

  get #token(): Token {
    return this.#tokens[this.#at]
  }

  #is(text: string): boolean {
    return (this.#token.type === 'op' || this.#token.type === 'name') && this.#token.text === text
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false
    this.#at++
    return true
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail()
  }

  #fail(): never {
    const t = this.#token
    const shown = t.type === 'end' ? '$end' : t.type === 'name' ? 'IDENT' : t.type === 'number' ? 'LITERAL' : t.type === 'field' ? 'FIELD' : t.type === 'string' ? 'QQSTRING_START' : `'${t.text}'`
    throw new FilterError(`syntax error, unexpected ${shown}`)
  }

  expectEnd(): void {
    if (this.#token.type !== 'end') this.#fail()
  }

  pipe(): Filter {
    if (this.#take('def')) {
      const name = this.#word()
      const params: string[] = []
      if (this.#take('(')) {
        do params.push(this.#token.type === 'variable' ? this.#tokens[this.#at++].text : this.#word())
        while (this.#take(';'))
        this.#expect(')')
      }
      this.#expect(':')
      const body = this.pipe()
      this.#expect(';')
      return { kind: 'def', name: `${name}/${params.length}`, params, body, rest: this.#token.type === 'end' ? IDENTITY : this.pipe() }
    }
    const left = this.#comma()
    if (this.#take('as')) {
      const name = this.#variable()
      this.#expect('|')
      return { kind: 'as', source: left, name, body: this.pipe() }
    }
    return this.#take('|') ? { kind: 'pipe', left, right: this.pipe() } : left
  }

  #word(): string {
    const t = this.#token
    if (t.type !== 'name') this.#fail()
    this.#at++
    return t.text
  }

  #variable(): string {
    const t = this.#token
    if (t.type !== 'variable') this.#fail()
    this.#at++
    return t.text.slice(1)
  }

  #comma(): Filter {
    let left = this.#assignment()
    while (this.#take(',')) left = { kind: 'comma', left, right: this.#assignment() }
    return left
  }

  #assignment(): Filter {
    const left = this.#alternative()
    const op = ['=', '|=', '+=', '-=', '*=', '/=', '%=', '//='].find((o) => this.#is(o))
    if (op === undefined) return left
    this.#at++
    return { kind: 'update', op: op.slice(0, -1), left, right: this.#alternative() }
  }

  #alternative(): Filter {
    const left = this.#or()
    return this.#take('//') ? { kind: 'alternative', left, right: this.#alternative() } : left
  }

  #or(): Filter {
    let left = this.#and()
    while (this.#take('or')) left = { kind: 'or', left, right: this.#and() }
    return left
  }

  #and(): Filter {
    let left = this.#comparison()
    while (this.#take('and')) left = { kind: 'and', left, right: this.#comparison() }
    return left
  }

  #comparison(): Filter {
    const left = this.#additive()
    const op = ['==', '!=', '<=', '>=', '<', '>'].find((o) => this.#is(o))
    if (op === undefined) return left
    this.#at++
    return { kind: 'operator', op, left, right: this.#additive() }
  }

  #additive(): Filter {
    let left = this.#multiplicative()
    for (let op = ['+', '-'].find((o) => this.#is(o)); op !== undefined; op = ['+', '-'].find((o) => this.#is(o))) {
      this.#at++
      left = { kind: 'operator', op, left, right: this.#multiplicative() }
    }
    return left
  }

  #multiplicative(): Filter {
    let left = this.#postfix()
    for (let op = ['*', '/', '%'].find((o) => this.#is(o)); op !== undefined; op = ['*', '/', '%'].find((o) => this.#is(o))) {
      this.#at++
      left = { kind: 'operator', op, left, right: this.#postfix() }
    }
    return left
  }

  #postfix(): Filter {
    let term = this.#term()
    for (;;) {
      const t = this.#token
      if (t.type === 'field') {
        this.#at++
        term = { kind: 'index', of: term, key: { kind: 'literal', value: t.text.slice(1) } }
      } else if (this.#is('.') && this.#tokens[this.#at + 1].type === 'string') {
        this.#at++
        term = { kind: 'index', of: term, key: this.#term() }
      } else if (this.#is('.') && this.#tokens[this.#at + 1].text === '[') this.#at++
      else if (this.#take('[')) term = this.#bracket(term)
      else if (this.#take('?')) term = { kind: 'try', body: term, handler: undefined }
      else return term
    }
  }

  #bracket(of: Filter): Filter {
    if (this.#take(']')) return { kind: 'iterate', of }
    const from = this.#is(':') ? undefined : this.pipe()
    if (this.#take(':')) {
      const to = this.#is(']') ? undefined : this.pipe()
      this.#expect(']')
      return { kind: 'slice', of, from, to }
    }
    this.#expect(']')
    return { kind: 'index', of, key: from ?? IDENTITY }
  }

  #term(): Filter {
    const t = this.#token
    this.#at++
    switch (t.type) {
      case 'number': return { kind: 'literal', value: Number(t.text) }
      case 'string': return { kind: 'string', parts: t.parts, format: undefined }
      case 'format': {
        const next = this.#token
        if (next.type !== 'string') return { kind: 'format', name: t.text }
        this.#at++
        return { kind: 'string', parts: next.parts, format: t.text }
      }
      case 'variable': return { kind: 'variable', name: t.text.slice(1) }
      case 'field': return { kind: 'index', of: IDENTITY, key: { kind: 'literal', value: t.text.slice(1) } }
      case 'name': return this.#named(t.text)
      case 'op': {
        if (t.text === '..') return { kind: 'recurse' }
        if (t.text === '.') {
          const next = this.#token
          if (next.type !== 'string') return IDENTITY
          this.#at++
          return { kind: 'index', of: IDENTITY, key: { kind: 'string', parts: next.parts, format: undefined } }
        }
        if (t.text === '-') return { kind: 'negate', of: this.#postfix() }
        if (t.text === '(') {
          const inner = this.pipe()
          this.#expect(')')
          return inner
        }
        if (t.text === '[') {
          if (this.#take(']')) return { kind: 'array', of: undefined }
          const of = this.pipe()
          this.#expect(']')
          return { kind: 'array', of }
        }
        if (t.text === '{') return this.#object()
      }
    }
    this.#at--
    return this.#fail()
  }

  #named(name: string): Filter {
    switch (name) {
      case 'if': {
        const test = this.pipe()
        this.#expect('then')
        const yes = this.pipe()
        if (this.#is('elif')) {
          this.#at++
          return { kind: 'if', test, yes, no: this.#named('if') }
        }
        const no = this.#take('else') ? this.pipe() : IDENTITY
        this.#expect('end')
        return { kind: 'if', test, yes, no }
      }
      case 'try': {
        const body = this.#postfix()
        return { kind: 'try', body, handler: this.#take('catch') ? this.#postfix() : undefined }
      }
      case 'reduce': case 'foreach': {
        const source = this.#postfix()
        this.#expect('as')
        const variable = this.#variable()
        this.#expect('(')
        const init = this.pipe()
        this.#expect(';')
        const step = this.pipe()
        const extract = name === 'foreach' && this.#take(';') ? this.pipe() : IDENTITY
        this.#expect(')')
        return name === 'reduce' ? { kind: 'reduce', source, name: variable, init, step } : { kind: 'foreach', source, name: variable, init, step, extract }
      }
      case 'null': case 'true': case 'false': return { kind: 'literal', value: name === 'null' ? null : name === 'true' }
    }
    if (KEYWORDS.has(name)) {
      this.#at--
      this.#fail()
    }
    const args: Filter[] = []
    if (this.#take('(')) {
      do args.push(this.pipe())
      while (this.#take(';'))
      this.#expect(')')
    }
    return { kind: 'call', name, args }
  }

  #object(): Filter {
    const entries: (readonly [Filter, Filter])[] = []
    while (!this.#is('}')) {
      const t = this.#token
      this.#at++
      let key: Filter
      let short: Filter | undefined
      if (t.type === 'variable') {
        key = { kind: 'literal', value: t.text.slice(1) }
        short = { kind: 'variable', name: t.text.slice(1) }
      } else if (t.type === 'name' || t.type === 'number') key = { kind: 'literal', value: t.text }
      else if (t.type === 'string') key = { kind: 'string', parts: t.parts, format: undefined }
      else if (t.type === 'op' && t.text === '(') {
        key = this.pipe()
        this.#expect(')')
      } else {
        this.#at--
        return this.#fail()
      }
      if (this.#take(':')) {
        let value = this.#alternative()
        while (this.#take('|')) value = { kind: 'pipe', left: value, right: this.#alternative() }
        entries.push([key, value])
      } else entries.push([key, short ?? { kind: 'index', of: IDENTITY, key }])
      if (!this.#take(',')) break
    }
    this.#expect('}')
    return { kind: 'object', entries }
  }
}
