// C to a tree: functions, declarations, statements and expressions with their precedence (C11 6.5 to 6.9). Left out: typedef, enum, union, goto, function pointers' types.
import type { CFunction, CProgram, CType, Declarator, Expr, Initializer, Statement } from './c-ast.ts'
import { CError, type CToken } from './c-lexer.ts'

const TYPE_WORDS: ReadonlySet<string> = new Set(`void char short int long unsigned signed float double const static volatile extern inline register struct size_t ssize_t pid_t uid_t gid_t
  mode_t off_t dev_t ino_t time_t bool FILE int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t uintptr_t intptr_t scmp_filter_ctx __u8 __u16 __u32 __u64 __s32
  socklen_t sigset_t cap_t DIR`.split(/\s+/))
const QUALIFIERS: ReadonlySet<string> = new Set(['const', 'static', 'volatile', 'extern', 'inline', 'register', 'unsigned', 'signed', 'restrict'])
const BINARY: readonly (readonly string[])[] = [['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<', '>', '<=', '>='], ['<<', '>>'], ['+', '-'], ['*', '/', '%']]
const ASSIGNMENTS: ReadonlySet<string> = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='])
const END: CToken = { kind: 'end', text: '', value: 0, line: 0 }

export class CParser {
  readonly #tokens: readonly CToken[]
  readonly #structs = new Map<string, readonly Declarator[]>()
  #at = 0

  constructor(tokens: readonly CToken[]) {
    this.#tokens = tokens
  }

  /** Throws CError at what isn't understood. */
  parse(): CProgram {
    const functions: CFunction[] = []
    const globals: Declarator[] = []
    while (this.#peek().kind !== 'end') {
      if (this.#structDefinition()) continue
      const base = this.#type()
      const first = this.#declaratorName(base)
      if (this.#is('(')) {
        const parameters = this.#parameters()
        if (this.#take(';')) continue
        functions.push({ name: first.name, parameters, body: this.#block() })
      } else globals.push(...this.#declarators(base, first))
    }
    return { functions, globals, structs: this.#structs }
  }

  #peek(ahead = 0): CToken {
    return this.#tokens[this.#at + ahead] ?? { ...END, line: this.#tokens.at(-1)?.line ?? 1 }
  }
  #is(text: string, ahead = 0): boolean {
    const token = this.#peek(ahead)
    return (token.kind === 'mark' || token.kind === 'name') && token.text === text
  }
  #take(text: string): boolean {
    if (!this.#is(text)) return false
    this.#at++
    return true
  }
  #need(text: string): void {
    if (!this.#take(text)) this.#fail(`expected '${text}' before '${this.#peek().text}'`)
  }
  #fail(message: string): never {
    throw new CError(message, this.#peek().line)
  }
  #name(): string {
    const token = this.#peek()
    if (token.kind !== 'name') this.#fail(`expected identifier before '${token.text}'`)
    this.#at++
    return token.text
  }

  #isType(ahead = 0): boolean {
    const token = this.#peek(ahead)
    return token.kind === 'name' && TYPE_WORDS.has(token.text)
  }
  /** The words of a type, without stars. */
  #type(): string {
    if (!this.#isType()) this.#fail(`unknown type name '${this.#peek().text}'`)
    let base = ''
    while (this.#isType()) {
      const word = this.#name()
      if (word === 'struct') base = `struct ${this.#name()}`
      else if (!QUALIFIERS.has(word) || base === '') base = QUALIFIERS.has(word) ? base : base === 'long' || base === '' ? word : base
    }
    return base === '' ? 'int' : base
  }
  #stars(): number {
    let stars = 0
    for (;;) {
      if (this.#take('*')) stars++
      else if (!this.#take('const') && !this.#take('restrict') && !this.#take('volatile')) return stars
    }
  }
  /** `struct NAME { … };` */
  #structDefinition(): boolean {
    if (!this.#is('struct') || this.#peek(1).kind !== 'name' || !this.#is('{', 2)) return false
    this.#at += 1
    const name = this.#name()
    this.#need('{')
    const fields: Declarator[] = []
    while (!this.#take('}')) {
      const base = this.#type()
      fields.push(...this.#declarators(base, this.#declaratorName(base)))
    }
    this.#structs.set(name, fields)
    this.#need(';')
    return true
  }

  #declaratorName(base: string): { readonly name: string; readonly type: CType } {
    const pointers = this.#stars()
    if (this.#take('(')) {
      this.#need('*')
      const name = this.#name()
      this.#need(')')
      this.#parameters()
      return { name, type: { base, pointers: 1 } }
    }
    return { name: this.#name(), type: { base, pointers } }
  }
  #declarators(base: string, first: { readonly name: string; readonly type: CType }): Declarator[] {
    const all: Declarator[] = []
    let next = first
    for (;;) {
      let array: Declarator['array']
      while (this.#take('[')) {
        array = { length: this.#is(']') ? undefined : this.#expression() }
        this.#need(']')
      }
      all.push({ ...next, array, init: this.#take('=') ? this.#initializer() : undefined })
      if (this.#take(';')) return all
      this.#need(',')
      next = this.#declaratorName(base)
    }
  }
  #initializer(): Expr {
    return this.#is('{') ? this.#list(undefined, false) : this.#assignment()
  }
  #list(type: CType | undefined, isArray: boolean): Expr {
    this.#need('{')
    const items: Initializer[] = []
    while (!this.#take('}')) {
      if (this.#take('.')) {
        const field = this.#name()
        this.#need('=')
        items.push({ field, value: this.#initializer() })
      } else if (this.#take('[')) {
        const index = this.#expression()
        this.#need(']')
        this.#need('=')
        items.push({ index, value: this.#initializer() })
      } else items.push({ value: this.#initializer() })
      if (!this.#take(',') && !this.#is('}')) this.#fail(`expected '}' before '${this.#peek().text}'`)
    }
    return { kind: 'list', type, isArray, items }
  }

  #parameters(): string[] {
    this.#need('(')
    const names: string[] = []
    while (!this.#take(')')) {
      if (this.#take('...')) continue
      const base = this.#type()
      if (this.#is(')') || this.#is(',')) {
        if (base !== 'void') names.push('')
      } else {
        const pointers = this.#stars()
        if (this.#is('(')) {
          this.#at--
          names.push(this.#declaratorName(base).name)
        } else names.push(this.#peek().kind === 'name' ? this.#name() : '')
        void pointers
        while (this.#take('[')) while (!this.#take(']')) this.#at++
      }
      this.#take(',')
    }
    return names
  }

  #block(): Statement {
    this.#need('{')
    const body: Statement[] = []
    while (!this.#take('}')) {
      if (this.#peek().kind === 'end') this.#fail('expected declaration or statement at end of input')
      body.push(this.#statement())
    }
    return { kind: 'block', body }
  }

  #statement(): Statement {
    if (this.#is('{')) return this.#block()
    if (this.#take(';')) return { kind: 'block', body: [] }
    if (this.#structDefinition()) return { kind: 'block', body: [] }
    if (this.#isType()) {
      const base = this.#type()
      return { kind: 'declare', declarators: this.#declarators(base, this.#declaratorName(base)) }
    }
    if (this.#take('if')) {
      const test = this.#parenthesis()
      const yes = this.#statement()
      return { kind: 'if', test, yes, no: this.#take('else') ? this.#statement() : undefined }
    }
    if (this.#take('while')) return { kind: 'while', test: this.#parenthesis(), body: this.#statement(), first: true }
    if (this.#take('do')) {
      const body = this.#statement()
      this.#need('while')
      const test = this.#parenthesis()
      this.#need(';')
      return { kind: 'while', test, body, first: false }
    }
    if (this.#take('for')) return this.#for()
    if (this.#take('switch')) return this.#switch()
    if (this.#take('return')) {
      const e = this.#is(';') ? undefined : this.#expression()
      this.#need(';')
      return { kind: 'return', e }
    }
    for (const kind of ['break', 'continue'] as const) {
      if (!this.#take(kind)) continue
      this.#need(';')
      return { kind }
    }
    const e = this.#expression()
    this.#need(';')
    return { kind: 'expression', e }
  }
  #parenthesis(): Expr {
    this.#need('(')
    const e = this.#expression()
    this.#need(')')
    return e
  }
  #for(): Statement {
    this.#need('(')
    const init = this.#take(';') ? undefined : this.#statement()
    const test = this.#is(';') ? undefined : this.#expression()
    this.#need(';')
    const step = this.#is(')') ? undefined : this.#expression()
    this.#need(')')
    return { kind: 'for', init, test, step, body: this.#statement() }
  }
  #switch(): Statement {
    const e = this.#parenthesis()
    this.#need('{')
    const cases: { value: Expr | undefined; body: Statement[] }[] = []
    while (!this.#take('}')) {
      if (this.#take('case')) {
        cases.push({ value: this.#condition(), body: [] })
        this.#need(':')
      } else if (this.#take('default')) {
        cases.push({ value: undefined, body: [] })
        this.#need(':')
      } else if (cases.length === 0) this.#fail('statement before the first case')
      else cases[cases.length - 1].body.push(this.#statement())
    }
    return { kind: 'switch', e, cases }
  }

  #expression(): Expr {
    let e = this.#assignment()
    while (this.#take(',')) e = { kind: 'binary', op: ',', l: e, r: this.#assignment() }
    return e
  }
  #assignment(): Expr {
    const l = this.#condition()
    const token = this.#peek()
    if (token.kind !== 'mark' || !ASSIGNMENTS.has(token.text)) return l
    this.#at++
    return { kind: 'assign', op: token.text.slice(0, -1), l, r: this.#assignment() }
  }
  #condition(): Expr {
    const test = this.#binary(0)
    if (!this.#take('?')) return test
    const yes = this.#expression()
    this.#need(':')
    return { kind: 'condition', test, yes, no: this.#condition() }
  }
  #binary(level: number): Expr {
    if (level === BINARY.length) return this.#unary()
    let l = this.#binary(level + 1)
    for (;;) {
      const token = this.#peek()
      if (token.kind !== 'mark' || !BINARY[level].includes(token.text)) return l
      this.#at++
      l = { kind: 'binary', op: token.text, l, r: this.#binary(level + 1) }
    }
  }
  #unary(): Expr {
    for (const op of ['++', '--', '-', '+', '!', '~', '*', '&'] as const) if (this.#take(op)) return { kind: 'unary', op, e: this.#unary() }
    if (this.#take('sizeof')) {
      if (!this.#is('(') || !this.#isType(1)) return { kind: 'sizeof', e: this.#unary() }
      this.#at++
      const type = { base: this.#type(), pointers: this.#stars() }
      const count = this.#take('[') ? this.#expression() : undefined
      if (count !== undefined) this.#need(']')
      this.#need(')')
      return { kind: 'sizeof-type', type, count }
    }
    if (this.#is('(') && this.#isType(1)) return this.#castOrLiteral()
    return this.#postfix(this.#primary())
  }
  #castOrLiteral(): Expr {
    this.#need('(')
    const type = { base: this.#type(), pointers: this.#stars() }
    let isArray = false
    while (this.#take('[')) {
      isArray = true
      while (!this.#take(']')) this.#at++
    }
    this.#need(')')
    if (this.#is('{')) return this.#postfix(this.#list(type, isArray))
    return { kind: 'cast', type, e: this.#unary() }
  }
  #postfix(start: Expr): Expr {
    let e = start
    for (;;) {
      const { line } = this.#peek()
      if (this.#take('(')) {
        const args: Expr[] = []
        while (!this.#take(')')) {
          args.push(this.#assignment())
          if (!this.#take(',') && !this.#is(')')) this.#fail(`expected ')' before '${this.#peek().text}'`)
        }
        e = { kind: 'call', callee: e, args, line }
      } else if (this.#take('[')) {
        e = { kind: 'index', e, at: this.#expression() }
        this.#need(']')
      } else if (this.#take('.')) e = { kind: 'member', e, name: this.#name(), arrow: false }
      else if (this.#take('->')) e = { kind: 'member', e, name: this.#name(), arrow: true }
      else if (this.#take('++')) e = { kind: 'postfix', op: '++', e }
      else if (this.#take('--')) e = { kind: 'postfix', op: '--', e }
      else return e
    }
  }
  #primary(): Expr {
    const token = this.#peek()
    if (token.kind === 'name' && token.text === 'offsetof') return this.#offsetof()
    if (this.#take('(')) {
      const e = this.#expression()
      this.#need(')')
      return e
    }
    this.#at++
    if (token.kind === 'number' || token.kind === 'char') return { kind: 'number', value: token.value }
    if (token.kind === 'string') {
      let value = token.text
      while (this.#peek().kind === 'string') value += this.#tokens[this.#at++].text
      return { kind: 'string', value }
    }
    if (token.kind === 'name') return { kind: 'name', name: token.text, line: token.line }
    this.#at--
    return this.#fail(`expected expression before '${token.text}'`)
  }
  /** offsetof(struct seccomp_data, …) is what seccomp programs need. */
  #offsetof(): Expr {
    this.#at++
    this.#need('(')
    const struct = this.#type()
    this.#need(',')
    const name = this.#name()
    let value = new Map([['nr', 0], ['arch', 4], ['instruction_pointer', 8], ['args', 16]]).get(name)
    if (struct !== 'struct seccomp_data' || value === undefined) return this.#fail(`offsetof(${struct}, ${name})`)
    if (this.#take('[')) {
      value += 8 * this.#peek().value
      this.#at++
      this.#need(']')
    }
    this.#need(')')
    return { kind: 'number', value }
  }
}
