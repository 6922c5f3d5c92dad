// AWK's grammar as mawk reads it, by recursive descent. Locals of functions become slot numbers; function calls are checked at the end.
import { type ArrayName, type AwkFunction, type AwkProgram, AwkSyntaxError, type Expr, type Lvalue, type Redirect, type Rule, type Statement } from './ast.ts'
import { type Token, tokenize } from './lexer.ts'

/** Least and greatest number of arguments of the built-in functions. */
const ARITY = new Map<string, readonly [number, number]>([
  ['length', [0, 1]], ['substr', [2, 3]], ['index', [2, 2]], ['split', [2, 3]], ['sub', [2, 3]], ['gsub', [2, 3]], ['match', [2, 2]], ['sprintf', [1, 255]],
  ['sin', [1, 1]], ['cos', [1, 1]], ['atan2', [2, 2]], ['exp', [1, 1]], ['log', [1, 1]], ['sqrt', [1, 1]], ['int', [1, 1]], ['rand', [0, 0]], ['srand', [0, 1]],
  ['tolower', [1, 1]], ['toupper', [1, 1]], ['system', [1, 1]], ['close', [1, 1]], ['fflush', [0, 1]], ['systime', [0, 0]], ['strftime', [0, 3]], ['mktime', [1, 1]],
])

export function parseAwk(source: string): AwkProgram {
  return new Parser(tokenize(source)).program()
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #locals: readonly string[] = []
  readonly #functions = new Map<string, AwkFunction>()
  readonly #calls: { readonly name: string; readonly line: number }[] = []
  /** What a global name has been used as. */
  readonly #uses = new Map<string, 'scalar' | 'array'>()
  #inFunction = false
  #inLoop = 0
  #mainRule = false
  /** inside print without parentheses `>` redirects */
  #noGreater = false
  #noIn = false

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get #token(): Token {
    return this.#tokens[this.#at]
  }

  #is(text: string): boolean {
    const t = this.#token
    return (t.type === 'operator' || t.type === 'keyword') && t.text === text
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false
    this.#at++
    return true
  }

  #fail(token = this.#token): never {
    if (token.type === 'end') throw new AwkSyntaxError(`line ${token.line}: syntax error at or near end of file`)
    throw new AwkSyntaxError(`line ${token.line}: syntax error at or near ${token.type === 'newline' ? 'end of line' : token.text}`)
  }

  #expect(text: string): void {
    if (this.#take(text)) return
    const t = this.#token
    const near = t.type === 'newline' ? 'end of line' : t.text
    if (text === '}' || text === ')' || text === ']') throw new AwkSyntaxError(`line ${t.line}: missing ${text} near ${near}`)
    this.#fail()
  }

  #skipNewlines(): void {
    while (this.#token.type === 'newline') this.#at++
  }

  #skipTerminators(): void {
    while (this.#token.type === 'newline' || this.#is(';')) this.#at++
  }

  program(): AwkProgram {
    const rules: Rule[] = []
    this.#skipTerminators()
    while (this.#token.type !== 'end') {
      if (this.#is('function')) this.#function()
      else rules.push(this.#rule())
      this.#skipTerminators()
    }
    for (const call of this.#calls) {
      if (!this.#functions.has(call.name)) throw new AwkSyntaxError(`line ${this.#token.line}: function ${call.name} never defined`)
    }
    return { rules, functions: this.#functions }
  }

  #function(): void {
    this.#at++
    const name = this.#token
    if (name.type !== 'name' && name.type !== 'funcname') this.#fail()
    this.#at++
    this.#expect('(')
    const params: string[] = []
    while (!this.#is(')')) {
      const param = this.#token
      if (param.type !== 'name' || param.text === name.text) this.#fail()
      params.push(param.text)
      this.#at++
      if (!this.#take(',')) break
      this.#skipNewlines()
    }
    this.#expect(')')
    this.#skipNewlines()
    this.#locals = params
    this.#inFunction = true
    const body = this.#block()
    this.#locals = []
    this.#inFunction = false
    this.#functions.set(name.text, { params, body })
  }

  #rule(): Rule {
    if (this.#is('BEGIN') || this.#is('END')) {
      const pattern = this.#token.text === 'BEGIN' ? 'begin' : 'end'
      this.#at++
      if (!this.#is('{')) this.#fail()
      return { pattern, body: this.#block() }
    }
    this.#mainRule = true
    let rule: Rule
    if (this.#is('{')) rule = { pattern: 'always', body: this.#block() }
    else {
      const test = this.#expression()
      if (this.#take(',')) {
        this.#skipNewlines()
        const to = this.#expression()
        rule = { pattern: 'range', from: test, to, ...(this.#is('{') ? { body: this.#block() } : {}) }
      } else rule = { pattern: 'test', test, ...(this.#is('{') ? { body: this.#block() } : {}) }
      if (!('body' in rule) && this.#token.type !== 'newline' && this.#token.type !== 'end' && !this.#is(';')) this.#fail()
    }
    this.#mainRule = false
    return rule
  }

  #block(): Statement {
    this.#expect('{')
    const body: Statement[] = []
    for (;;) {
      this.#skipTerminators()
      if (this.#is('}') || this.#token.type === 'end') break
      body.push(this.#statement())
    }
    this.#expect('}')
    return { kind: 'block', body }
  }

  /** The end of a simple statement: `;`, a newline, or what closes the block. */
  #terminate(): void {
    if (this.#take(';')) return
    if (this.#token.type === 'newline') this.#at++
    else if (!this.#is('}') && this.#token.type !== 'end') this.#fail()
  }

  #body(loop: boolean): Statement {
    if (loop) this.#inLoop++
    this.#skipNewlines()
    const statement: Statement = this.#take(';') ? { kind: 'block', body: [] } : this.#statement()
    if (loop) this.#inLoop--
    return statement
  }

  #condition(): Expr {
    this.#expect('(')
    const test = this.#expression()
    this.#expect(')')
    return test
  }

  #statement(): Statement {
    const t = this.#token
    if (this.#is('{')) return this.#block()
    if (t.type === 'keyword') {
      switch (t.text) {
        case 'if': {
          this.#at++
          const test = this.#condition()
          const yes = this.#body(false)
          const before = this.#at
          this.#skipTerminators()
          if (this.#take('else')) return { kind: 'if', test, yes, no: this.#body(false) }
          this.#at = before
          return { kind: 'if', test, yes }
        }
        case 'while': {
          this.#at++
          const test = this.#condition()
          return { kind: 'while', test, body: this.#body(true) }
        }
        case 'do': {
          this.#at++
          const body = this.#body(true)
          this.#skipTerminators()
          if (!this.#take('while')) this.#fail()
          const test = this.#condition()
          this.#terminate()
          return { kind: 'do', test, body }
        }
        case 'for': return this.#for()
        case 'break': case 'continue':
          if (this.#inLoop === 0) throw new AwkSyntaxError(`line ${t.line}: ${t.text} statement outside of loop`)
          break
        case 'next': case 'nextfile':
          if (!this.#mainRule && !this.#inFunction) throw new AwkSyntaxError(`line ${t.line}: improper use of ${t.text}`)
          break
        case 'return':
          if (!this.#inFunction) throw new AwkSyntaxError(`line ${t.line}: return outside function body`)
          break
      }
    }
    const statement = this.#simple()
    this.#terminate()
    return statement
  }

  #simple(): Statement {
    const t = this.#token
    if (t.type === 'keyword') {
      switch (t.text) {
        case 'print': case 'printf': return this.#print(t.text)
        case 'next': case 'nextfile': case 'break': case 'continue':
          this.#at++
          return { kind: t.text }
        case 'exit': case 'return': {
          this.#at++
          const ended = this.#token.type === 'newline' || this.#token.type === 'end' || this.#is(';') || this.#is('}')
          return { kind: t.text, ...(ended ? {} : { value: this.#expression() }) }
        }
        case 'delete': {
          this.#at++
          const array = this.#arrayName()
          if (!this.#take('[')) return { kind: 'delete', array }
          const subscripts = this.#list(']')
          this.#expect(']')
          return { kind: 'delete', array, subscripts }
        }
      }
    }
    return { kind: 'expression', value: this.#expression() }
  }

  #for(): Statement {
    this.#at++
    this.#expect('(')
    if (this.#isForIn()) {
      const target = this.#lvalueOf(this.#primary())
      this.#at++
      const array = this.#arrayName()
      this.#expect(')')
      return { kind: 'forin', target, array, body: this.#body(true) }
    }
    const init = this.#is(';') ? undefined : this.#simple()
    this.#expect(';')
    this.#skipNewlines()
    const test = this.#is(';') ? undefined : this.#expression()
    this.#expect(';')
    this.#skipNewlines()
    const step = this.#is(')') ? undefined : this.#simple()
    this.#expect(')')
    return { kind: 'for', ...(init === undefined ? {} : { init }), ...(test === undefined ? {} : { test }), ...(step === undefined ? {} : { step }), body: this.#body(true) }
  }

  #isForIn(): boolean {
    const [name, inWord, array, close] = this.#tokens.slice(this.#at, this.#at + 4)
    return name.type === 'name' && inWord.text === 'in' && inWord.type === 'keyword' && array.type === 'name' && close?.text === ')'
  }

  #print(kind: 'print' | 'printf'): Statement {
    this.#at++
    const args: Expr[] = []
    const ended = (): boolean => this.#token.type === 'newline' || this.#token.type === 'end' || [';', '}', '>', '>>', '|'].some((o) => this.#is(o))
    this.#noGreater = true
    if (!ended()) {
      args.push(this.#expression())
      while (this.#take(',')) {
        this.#skipNewlines()
        args.push(this.#expression())
      }
    }
    const list = args.length === 1 && args[0].kind === 'group' ? args[0].items : args
    let redirect: Redirect | undefined
    for (const op of ['>>', '>', '|'] as const) {
      if (redirect === undefined && this.#take(op)) redirect = { kind: op, target: this.#concatenation() }
    }
    this.#noGreater = false
    if (kind === 'printf' && list.length === 0) this.#fail()
    return { kind, args: list, ...(redirect === undefined ? {} : { redirect }) }
  }

  #arrayName(): ArrayName {
    const t = this.#token
    if (t.type !== 'name') this.#fail()
    this.#at++
    return this.#array(t)
  }

  #array(t: Token): ArrayName {
    const local = this.#locals.indexOf(t.text)
    if (local >= 0) return { name: t.text, local }
    if (this.#uses.get(t.text) === 'scalar') throw new AwkSyntaxError(`line ${t.line}: illegal reference to variable ${t.text}`)
    this.#uses.set(t.text, 'array')
    return { name: t.text }
  }

  /** Expressions separated by commas up to a closing bracket. */
  #list(close: string): Expr[] {
    const saved = this.#noGreater
    const savedIn = this.#noIn
    this.#noGreater = false
    this.#noIn = false
    const items: Expr[] = []
    this.#skipNewlines()
    while (!this.#is(close) && !this.#is('}')) {
      items.push(this.#expression())
      this.#skipNewlines()
      if (!this.#take(',')) break
      this.#skipNewlines()
    }
    this.#noGreater = saved
    this.#noIn = savedIn
    return items
  }

  #expression(): Expr {
    const left = this.#conditional()
    const op = ['=', '+=', '-=', '*=', '/=', '%=', '^='].find((o) => this.#is(o))
    if (op === undefined) return left
    if (left.kind !== 'variable' && left.kind !== 'field' && left.kind !== 'element') {
      // `a ~ b = c` and `$1 == x = 2` assign to the right operand
      if (left.kind === 'binary' && isLvalue(left.right)) {
        this.#at++
        this.#skipNewlines()
        return { ...left, right: { kind: 'assign', op: op.slice(0, -1), target: this.#lvalueOf(left.right), value: this.#expression() } }
      }
      this.#fail()
    }
    this.#at++
    this.#skipNewlines()
    return { kind: 'assign', op: op.slice(0, -1), target: this.#lvalueOf(left), value: this.#expression() }
  }

  #conditional(): Expr {
    const test = this.#or()
    if (!this.#take('?')) return test
    this.#skipNewlines()
    const yes = this.#expression()
    this.#skipNewlines()
    this.#expect(':')
    this.#skipNewlines()
    return { kind: 'conditional', test, yes, no: this.#expression() }
  }

  #or(): Expr {
    let left = this.#and()
    while (this.#take('||')) {
      this.#skipNewlines()
      left = { kind: 'logical', op: '||', left, right: this.#and() }
    }
    return left
  }

  #and(): Expr {
    let left = this.#membership()
    while (this.#take('&&')) {
      this.#skipNewlines()
      left = { kind: 'logical', op: '&&', left, right: this.#membership() }
    }
    return left
  }

  #membership(): Expr {
    let left = this.#matching()
    while (!this.#noIn && this.#take('in')) left = { kind: 'in', array: this.#arrayName(), subscripts: left.kind === 'group' ? left.items : [left] }
    return left
  }

  #matching(): Expr {
    let left = this.#comparison()
    while (this.#is('~') || this.#is('!~')) {
      const negated = this.#token.text === '!~'
      this.#at++
      left = { kind: 'match', negated, text: left, pattern: this.#comparison() }
    }
    return left
  }

  #comparison(): Expr {
    let left = this.#concatenation()
    for (;;) {
      const op = ['<=', '<', '==', '!=', '>=', '>'].find((o) => this.#is(o))
      if (op !== undefined && !(op === '>' && this.#noGreater)) {
        this.#at++
        left = { kind: 'binary', op, left, right: this.#concatenation() }
      } else return left
    }
  }

  #concatenation(): Expr {
    let left = this.#additive()
    while (this.#startsOperand()) left = { kind: 'binary', op: ' ', left, right: this.#additive() }
    return left
  }

  #startsOperand(): boolean {
    const t = this.#token
    if (t.type === 'operator') return ['(', '$', '!', '++', '--', '-', '+'].includes(t.text) && t.text !== '-' && t.text !== '+'
    if (t.type === 'keyword') return false
    return t.type !== 'newline' && t.type !== 'end'
  }

  #additive(): Expr {
    let left = this.#multiplicative()
    while (this.#is('+') || this.#is('-')) {
      const op = this.#token.text
      this.#at++
      left = { kind: 'binary', op, left, right: this.#multiplicative() }
    }
    return left
  }

  #multiplicative(): Expr {
    let left = this.#unary()
    while (this.#is('*') || this.#is('/') || this.#is('%')) {
      const op = this.#token.text
      this.#at++
      left = { kind: 'binary', op, left, right: this.#unary() }
    }
    return left
  }

  #unary(): Expr {
    for (const op of ['!', '-', '+'] as const) if (this.#take(op)) return { kind: 'unary', op, operand: this.#unary() }
    return this.#power()
  }

  #power(): Expr {
    const base = this.#postfix()
    if (!this.#take('^')) return base
    const exponent: Expr = this.#is('-') || this.#is('+') || this.#is('!') ? this.#unary() : this.#power()
    return { kind: 'binary', op: '^', left: base, right: exponent }
  }

  #postfix(): Expr {
    let operand = this.#primary()
    // only the operand right before the bar is the command
    while (this.#is('|') && this.#tokens[this.#at + 1].text === 'getline') {
      this.#at += 2
      const target = this.#optionalLvalue()
      operand = { kind: 'getline', from: 'command', source: operand, ...(target === undefined ? {} : { target }) }
    }
    if ((this.#is('++') || this.#is('--')) && isLvalue(operand)) {
      const delta = this.#token.text === '++' ? 1 : -1
      this.#at++
      return { kind: 'step', delta, prefix: false, target: this.#lvalueOf(operand) }
    }
    return operand
  }

  #lvalueOf(expr: Expr): Lvalue {
    if (expr.kind === 'variable' || expr.kind === 'field' || expr.kind === 'element') return expr
    return this.#fail()
  }

  #optionalLvalue(): Lvalue | undefined {
    if (this.#is('$') || this.#token.type === 'name') return this.#lvalueOf(this.#primary())
    return undefined
  }

  #primary(): Expr {
    const t = this.#token
    switch (t.type) {
      case 'number':
        this.#at++
        return { kind: 'number', value: t.value ?? 0 }
      case 'string':
        this.#at++
        return { kind: 'string', value: t.text }
      case 'regex':
        this.#at++
        return { kind: 'regex', source: t.text }
      case 'name':
        this.#at++
        return this.#nameOrElement(t)
      case 'funcname': {
        this.#at += 2
        const args = this.#list(')')
        this.#expect(')')
        this.#calls.push({ name: t.text, line: t.line })
        return { kind: 'call', name: t.text, args, line: t.line }
      }
      case 'builtin':
        return this.#builtin(t)
      default:
        return this.#operatorPrimary(t)
    }
  }

  #operatorPrimary(t: Token): Expr {
    if (this.#take('$')) {
      if (this.#is('++') || this.#is('--')) {
        const delta = this.#token.text === '++' ? 1 : -1
        this.#at++
        return { kind: 'field', index: { kind: 'step', delta, prefix: true, target: this.#lvalueOf(this.#primary()) } }
      }
      if (this.#is('-') || this.#is('+')) return { kind: 'field', index: this.#unary() }
      return { kind: 'field', index: this.#primary() }
    }
    if (this.#is('++') || this.#is('--')) {
      const delta = t.text === '++' ? 1 : -1
      this.#at++
      return { kind: 'step', delta, prefix: true, target: this.#lvalueOf(this.#primary()) }
    }
    if (this.#take('(')) {
      const items = this.#list(')')
      this.#expect(')')
      if (items.length === 0) this.#fail()
      return { kind: 'group', items }
    }
    if (this.#take('getline')) {
      const target = this.#optionalLvalue()
      if (!this.#take('<')) return { kind: 'getline', from: 'main', ...(target === undefined ? {} : { target }) }
      return { kind: 'getline', from: 'file', source: this.#primary(), ...(target === undefined ? {} : { target }) }
    }
    if (this.#is('-') || this.#is('+') || this.#is('!')) return this.#unary()
    return this.#fail()
  }

  #nameOrElement(t: Token): Expr {
    if (this.#is('[')) {
      const array = this.#array(t)
      this.#at++
      const subscripts = this.#list(']')
      this.#expect(']')
      return { kind: 'element', array, subscripts }
    }
    const local = this.#locals.indexOf(t.text)
    if (local >= 0) return { kind: 'variable', name: t.text, local }
    const next = this.#token
    const mayBeArgument = next.type === 'operator' && (next.text === ',' || next.text === ')')
    if (!mayBeArgument) {
      if (this.#uses.get(t.text) === 'array') throw new AwkSyntaxError(`line ${t.line}: illegal reference to array ${t.text}`)
      this.#uses.set(t.text, 'scalar')
    }
    return { kind: 'variable', name: t.text }
  }

  #builtin(t: Token): Expr {
    this.#at++
    const arity = ARITY.get(t.text) ?? [0, 255]
    let args: Expr[] = []
    if (this.#take('(')) {
      args = this.#list(')')
      this.#expect(')')
    } else if (t.text !== 'length') this.#fail()
    if (args.length < arity[0] || args.length > arity[1]) throw new AwkSyntaxError(`line ${t.line}: wrong number of arguments in call to ${t.text}`)
    return { kind: 'builtin', name: t.text, args }
  }
}

const isLvalue = (expr: Expr): boolean => expr.kind === 'variable' || expr.kind === 'field' || expr.kind === 'element'
