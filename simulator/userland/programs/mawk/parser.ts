// AWK's grammar as mawk reads it: rules, functions and statements. Locals of functions become slot numbers; function calls are checked at the end.
import { type AwkFunction, type AwkProgram, AwkSyntaxError, type Expr, type Redirect, type Rule, type Statement } from './ast.ts'
import { ExpressionParser } from './expression-parser.ts'
import { tokenize } from './lexer.ts'

export function parseAwk(source: string): AwkProgram {
  return new Parser(tokenize(source)).program()
}

class Parser extends ExpressionParser {
  readonly #functions = new Map<string, AwkFunction>()
  #inFunction = false
  #inLoop = 0
  #mainRule = false

  #skipTerminators(): void {
    while (this.token.type === 'newline' || this.is(';')) this.at++
  }

  program(): AwkProgram {
    const rules: Rule[] = []
    this.#skipTerminators()
    while (this.token.type !== 'end') {
      if (this.is('function')) this.#function()
      else rules.push(this.#rule())
      this.#skipTerminators()
    }
    for (const call of this.calls) {
      if (!this.#functions.has(call.name)) throw new AwkSyntaxError(`line ${this.token.line}: function ${call.name} never defined`)
    }
    return { rules, functions: this.#functions }
  }

  #function(): void {
    this.at++
    const name = this.token
    if (name.type !== 'name' && name.type !== 'funcname') this.fail()
    this.at++
    this.expect('(')
    const params: string[] = []
    while (!this.is(')')) {
      const param = this.token
      if (param.type !== 'name' || param.text === name.text) this.fail()
      params.push(param.text)
      this.at++
      if (!this.take(',')) break
      this.skipNewlines()
    }
    this.expect(')')
    this.skipNewlines()
    this.locals = params
    this.#inFunction = true
    const body = this.#block()
    this.locals = []
    this.#inFunction = false
    this.#functions.set(name.text, { params, body })
  }

  #rule(): Rule {
    if (this.is('BEGIN') || this.is('END')) {
      const pattern = this.token.text === 'BEGIN' ? 'begin' : 'end'
      this.at++
      if (!this.is('{')) this.fail()
      return { pattern, body: this.#block() }
    }
    this.#mainRule = true
    let rule: Rule
    if (this.is('{')) rule = { pattern: 'always', body: this.#block() }
    else {
      const test = this.expression()
      if (this.take(',')) {
        this.skipNewlines()
        const to = this.expression()
        rule = { pattern: 'range', from: test, to, ...(this.is('{') ? { body: this.#block() } : {}) }
      } else rule = { pattern: 'test', test, ...(this.is('{') ? { body: this.#block() } : {}) }
      if (!('body' in rule) && this.token.type !== 'newline' && this.token.type !== 'end' && !this.is(';')) this.fail()
    }
    this.#mainRule = false
    return rule
  }

  #block(): Statement {
    this.expect('{')
    const body: Statement[] = []
    for (;;) {
      this.#skipTerminators()
      if (this.is('}') || this.token.type === 'end') break
      body.push(this.#statement())
    }
    this.expect('}')
    return { kind: 'block', body }
  }

  /** The end of a simple statement: `;`, a newline, or what closes the block. */
  #terminate(): void {
    if (this.take(';')) return
    if (this.token.type === 'newline') this.at++
    else if (!this.is('}') && this.token.type !== 'end') this.fail()
  }

  #body(loop: boolean): Statement {
    if (loop) this.#inLoop++
    this.skipNewlines()
    const statement: Statement = this.take(';') ? { kind: 'block', body: [] } : this.#statement()
    if (loop) this.#inLoop--
    return statement
  }

  #condition(): Expr {
    this.expect('(')
    const test = this.expression()
    this.expect(')')
    return test
  }

  #statement(): Statement {
    const t = this.token
    if (this.is('{')) return this.#block()
    if (t.type === 'keyword') {
      switch (t.text) {
        case 'if': {
          this.at++
          const test = this.#condition()
          const yes = this.#body(false)
          const before = this.at
          this.#skipTerminators()
          if (this.take('else')) return { kind: 'if', test, yes, no: this.#body(false) }
          this.at = before
          return { kind: 'if', test, yes }
        }
        case 'while': {
          this.at++
          const test = this.#condition()
          return { kind: 'while', test, body: this.#body(true) }
        }
        case 'do': {
          this.at++
          const body = this.#body(true)
          this.#skipTerminators()
          if (!this.take('while')) this.fail()
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
    const t = this.token
    if (t.type === 'keyword') {
      switch (t.text) {
        case 'print': case 'printf': return this.#print(t.text)
        case 'next': case 'nextfile': case 'break': case 'continue':
          this.at++
          return { kind: t.text }
        case 'exit': case 'return': {
          this.at++
          const ended = this.token.type === 'newline' || this.token.type === 'end' || this.is(';') || this.is('}')
          return { kind: t.text, ...(ended ? {} : { value: this.expression() }) }
        }
        case 'delete': {
          this.at++
          const array = this.arrayName()
          if (!this.take('[')) return { kind: 'delete', array }
          const subscripts = this.list(']')
          this.expect(']')
          return { kind: 'delete', array, subscripts }
        }
      }
    }
    return { kind: 'expression', value: this.expression() }
  }

  #for(): Statement {
    this.at++
    this.expect('(')
    if (this.#isForIn()) {
      const target = this.lvalueOf(this.primary())
      this.at++
      const array = this.arrayName()
      this.expect(')')
      return { kind: 'forin', target, array, body: this.#body(true) }
    }
    const init = this.is(';') ? undefined : this.#simple()
    this.expect(';')
    this.skipNewlines()
    const test = this.is(';') ? undefined : this.expression()
    this.expect(';')
    this.skipNewlines()
    const step = this.is(')') ? undefined : this.#simple()
    this.expect(')')
    return { kind: 'for', ...(init === undefined ? {} : { init }), ...(test === undefined ? {} : { test }), ...(step === undefined ? {} : { step }), body: this.#body(true) }
  }

  #isForIn(): boolean {
    const [name, inWord, array, close] = this.tokens.slice(this.at, this.at + 4)
    return name.type === 'name' && inWord.text === 'in' && inWord.type === 'keyword' && array.type === 'name' && close?.text === ')'
  }

  #print(kind: 'print' | 'printf'): Statement {
    this.at++
    const args: Expr[] = []
    const ended = (): boolean => this.token.type === 'newline' || this.token.type === 'end' || [';', '}', '>', '>>', '|'].some((o) => this.is(o))
    this.noGreater = true
    if (!ended()) {
      args.push(this.expression())
      while (this.take(',')) {
        this.skipNewlines()
        args.push(this.expression())
      }
    }
    const list = args.length === 1 && args[0].kind === 'group' ? args[0].items : args
    let redirect: Redirect | undefined
    for (const op of ['>>', '>', '|'] as const) {
      if (redirect === undefined && this.take(op)) redirect = { kind: op, target: this.concatenation() }
    }
    this.noGreater = false
    if (kind === 'printf' && list.length === 0) this.fail()
    return { kind, args: list, ...(redirect === undefined ? {} : { redirect }) }
  }
}
