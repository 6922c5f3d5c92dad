// AWK's expressions as mawk reads them, by recursive descent, over a stream of tokens. parser.ts adds statements.
import { type ArrayName, AwkSyntaxError, type Expr, type Lvalue } from './ast.ts'
import type { Token } from './lexer.ts'

/** Least and greatest number of arguments of the built-in functions. */
const ARITY = new Map<string, readonly [number, number]>([
  ['length', [0, 1]], ['substr', [2, 3]], ['index', [2, 2]], ['split', [2, 3]], ['sub', [2, 3]], ['gsub', [2, 3]], ['match', [2, 2]], ['sprintf', [1, 255]],
  ['sin', [1, 1]], ['cos', [1, 1]], ['atan2', [2, 2]], ['exp', [1, 1]], ['log', [1, 1]], ['sqrt', [1, 1]], ['int', [1, 1]], ['rand', [0, 0]], ['srand', [0, 1]],
  ['tolower', [1, 1]], ['toupper', [1, 1]], ['system', [1, 1]], ['close', [1, 1]], ['fflush', [0, 1]], ['systime', [0, 0]], ['strftime', [0, 3]], ['mktime', [1, 1]],
])

export class ExpressionParser {
  protected readonly tokens: readonly Token[]
  protected at = 0
  /** parameters of the function being read */
  protected locals: readonly string[] = []
  protected readonly calls: { readonly name: string; readonly line: number }[] = []
  /** What a global name has been used as. */
  protected readonly uses = new Map<string, 'scalar' | 'array'>()
  /** inside print without parentheses `>` redirects */
  protected noGreater = false
  protected noIn = false

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  protected get token(): Token {
    return this.tokens[this.at]
  }

  protected is(text: string): boolean {
    const t = this.token
    return (t.type === 'operator' || t.type === 'keyword') && t.text === text
  }

  protected take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }

  protected fail(token = this.token): never {
    if (token.type === 'end') throw new AwkSyntaxError(`line ${token.line}: syntax error at or near end of file`)
    throw new AwkSyntaxError(`line ${token.line}: syntax error at or near ${token.type === 'newline' ? 'end of line' : token.text}`)
  }

  protected expect(text: string): void {
    if (this.take(text)) return
    const t = this.token
    const near = t.type === 'newline' ? 'end of line' : t.text
    if (text === '}' || text === ')' || text === ']') throw new AwkSyntaxError(`line ${t.line}: missing ${text} near ${near}`)
    this.fail()
  }

  protected skipNewlines(): void {
    while (this.token.type === 'newline') this.at++
  }

  protected arrayName(): ArrayName {
    const t = this.token
    if (t.type !== 'name') this.fail()
    this.at++
    return this.array(t)
  }

  protected array(t: Token): ArrayName {
    const local = this.locals.indexOf(t.text)
    if (local >= 0) return { name: t.text, local }
    if (this.uses.get(t.text) === 'scalar') throw new AwkSyntaxError(`line ${t.line}: illegal reference to variable ${t.text}`)
    this.uses.set(t.text, 'array')
    return { name: t.text }
  }

  /** Expressions separated by commas up to a closing bracket. */
  protected list(close: string): Expr[] {
    const saved = this.noGreater
    const savedIn = this.noIn
    this.noGreater = false
    this.noIn = false
    const items: Expr[] = []
    this.skipNewlines()
    while (!this.is(close) && !this.is('}')) {
      items.push(this.expression())
      this.skipNewlines()
      if (!this.take(',')) break
      this.skipNewlines()
    }
    this.noGreater = saved
    this.noIn = savedIn
    return items
  }

  protected expression(): Expr {
    const left = this.conditional()
    const op = ['=', '+=', '-=', '*=', '/=', '%=', '^='].find((o) => this.is(o))
    if (op === undefined) return left
    if (left.kind !== 'variable' && left.kind !== 'field' && left.kind !== 'element') {
      // `a ~ b = c` and `$1 == x = 2` assign to the right operand
      if (left.kind === 'binary' && isLvalue(left.right)) {
        this.at++
        this.skipNewlines()
        return { ...left, right: { kind: 'assign', op: op.slice(0, -1), target: this.lvalueOf(left.right), value: this.expression() } }
      }
      this.fail()
    }
    this.at++
    this.skipNewlines()
    return { kind: 'assign', op: op.slice(0, -1), target: this.lvalueOf(left), value: this.expression() }
  }

  protected conditional(): Expr {
    const test = this.or()
    if (!this.take('?')) return test
    this.skipNewlines()
    const yes = this.expression()
    this.skipNewlines()
    this.expect(':')
    this.skipNewlines()
    return { kind: 'conditional', test, yes, no: this.expression() }
  }

  protected or(): Expr {
    let left = this.and()
    while (this.take('||')) {
      this.skipNewlines()
      left = { kind: 'logical', op: '||', left, right: this.and() }
    }
    return left
  }

  protected and(): Expr {
    let left = this.membership()
    while (this.take('&&')) {
      this.skipNewlines()
      left = { kind: 'logical', op: '&&', left, right: this.membership() }
    }
    return left
  }

  protected membership(): Expr {
    let left = this.matching()
    while (!this.noIn && this.take('in')) left = { kind: 'in', array: this.arrayName(), subscripts: left.kind === 'group' ? left.items : [left] }
    return left
  }

  protected matching(): Expr {
    let left = this.comparison()
    while (this.is('~') || this.is('!~')) {
      const negated = this.token.text === '!~'
      this.at++
      left = { kind: 'match', negated, text: left, pattern: this.comparison() }
    }
    return left
  }

  protected comparison(): Expr {
    let left = this.concatenation()
    for (;;) {
      const op = ['<=', '<', '==', '!=', '>=', '>'].find((o) => this.is(o))
      if (op !== undefined && !(op === '>' && this.noGreater)) {
        this.at++
        left = { kind: 'binary', op, left, right: this.concatenation() }
      } else return left
    }
  }

  protected concatenation(): Expr {
    let left = this.additive()
    while (this.startsOperand()) left = { kind: 'binary', op: ' ', left, right: this.additive() }
    return left
  }

  protected startsOperand(): boolean {
    const t = this.token
    if (t.type === 'operator') return ['(', '$', '!', '++', '--', '-', '+'].includes(t.text) && t.text !== '-' && t.text !== '+'
    if (t.type === 'keyword') return false
    return t.type !== 'newline' && t.type !== 'end'
  }

  protected additive(): Expr {
    let left = this.multiplicative()
    while (this.is('+') || this.is('-')) {
      const op = this.token.text
      this.at++
      left = { kind: 'binary', op, left, right: this.multiplicative() }
    }
    return left
  }

  protected multiplicative(): Expr {
    let left = this.unary()
    while (this.is('*') || this.is('/') || this.is('%')) {
      const op = this.token.text
      this.at++
      left = { kind: 'binary', op, left, right: this.unary() }
    }
    return left
  }

  protected unary(): Expr {
    for (const op of ['!', '-', '+'] as const) if (this.take(op)) return { kind: 'unary', op, operand: this.unary() }
    return this.power()
  }

  protected power(): Expr {
    const base = this.postfix()
    if (!this.take('^')) return base
    const exponent: Expr = this.is('-') || this.is('+') || this.is('!') ? this.unary() : this.power()
    return { kind: 'binary', op: '^', left: base, right: exponent }
  }

  protected postfix(): Expr {
    let operand = this.primary()
    // only the operand right before the bar is the command
    while (this.is('|') && this.tokens[this.at + 1].text === 'getline') {
      this.at += 2
      const target = this.optionalLvalue()
      operand = { kind: 'getline', from: 'command', source: operand, ...(target === undefined ? {} : { target }) }
    }
    if ((this.is('++') || this.is('--')) && isLvalue(operand)) {
      const delta = this.token.text === '++' ? 1 : -1
      this.at++
      return { kind: 'step', delta, prefix: false, target: this.lvalueOf(operand) }
    }
    return operand
  }

  protected lvalueOf(expr: Expr): Lvalue {
    if (expr.kind === 'variable' || expr.kind === 'field' || expr.kind === 'element') return expr
    return this.fail()
  }

  protected optionalLvalue(): Lvalue | undefined {
    if (this.is('$') || this.token.type === 'name') return this.lvalueOf(this.primary())
    return undefined
  }

  protected primary(): Expr {
    const t = this.token
    switch (t.type) {
      case 'number':
        this.at++
        return { kind: 'number', value: t.value ?? 0 }
      case 'string':
        this.at++
        return { kind: 'string', value: t.text }
      case 'regex':
        this.at++
        return { kind: 'regex', source: t.text }
      case 'name':
        this.at++
        return this.nameOrElement(t)
      case 'funcname': {
        this.at += 2
        const args = this.list(')')
        this.expect(')')
        this.calls.push({ name: t.text, line: t.line })
        return { kind: 'call', name: t.text, args, line: t.line }
      }
      case 'builtin':
        return this.builtin(t)
      default:
        return this.operatorPrimary(t)
    }
  }

  protected operatorPrimary(t: Token): Expr {
    if (this.take('$')) {
      if (this.is('++') || this.is('--')) {
        const delta = this.token.text === '++' ? 1 : -1
        this.at++
        return { kind: 'field', index: { kind: 'step', delta, prefix: true, target: this.lvalueOf(this.primary()) } }
      }
      if (this.is('-') || this.is('+')) return { kind: 'field', index: this.unary() }
      return { kind: 'field', index: this.primary() }
    }
    if (this.is('++') || this.is('--')) {
      const delta = t.text === '++' ? 1 : -1
      this.at++
      return { kind: 'step', delta, prefix: true, target: this.lvalueOf(this.primary()) }
    }
    if (this.take('(')) {
      const items = this.list(')')
      this.expect(')')
      if (items.length === 0) this.fail()
      return { kind: 'group', items }
    }
    if (this.take('getline')) {
      const target = this.optionalLvalue()
      if (!this.take('<')) return { kind: 'getline', from: 'main', ...(target === undefined ? {} : { target }) }
      return { kind: 'getline', from: 'file', source: this.primary(), ...(target === undefined ? {} : { target }) }
    }
    if (this.is('-') || this.is('+') || this.is('!')) return this.unary()
    return this.fail()
  }

  protected nameOrElement(t: Token): Expr {
    if (this.is('[')) {
      const array = this.array(t)
      this.at++
      const subscripts = this.list(']')
      this.expect(']')
      return { kind: 'element', array, subscripts }
    }
    const local = this.locals.indexOf(t.text)
    if (local >= 0) return { kind: 'variable', name: t.text, local }
    const next = this.token
    const mayBeArgument = next.type === 'operator' && (next.text === ',' || next.text === ')')
    if (!mayBeArgument) {
      if (this.uses.get(t.text) === 'array') throw new AwkSyntaxError(`line ${t.line}: illegal reference to array ${t.text}`)
      this.uses.set(t.text, 'scalar')
    }
    return { kind: 'variable', name: t.text }
  }

  protected builtin(t: Token): Expr {
    this.at++
    const arity = ARITY.get(t.text) ?? [0, 255]
    let args: Expr[] = []
    if (this.take('(')) {
      args = this.list(')')
      this.expect(')')
    } else if (t.text !== 'length') this.fail()
    if (args.length < arity[0] || args.length > arity[1]) throw new AwkSyntaxError(`line ${t.line}: wrong number of arguments in call to ${t.text}`)
    return { kind: 'builtin', name: t.text, args }
  }
}

const isLvalue = (expr: Expr): boolean => expr.kind === 'variable' || expr.kind === 'field' || expr.kind === 'element'
