// Expressions and what can be assigned to, as instructions (Grammar, "expressions").
import type { Constant } from './py-code.ts'
import { CompilerBase, KEYWORDS } from './py-compile-base.ts'
import { closing, encodeLatin, numberOf, produced } from './py-compile-helpers.ts'
import { type PyToken, tokenize, unescape } from './py-lexer.ts'

const LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '//', '%', '@']]
const COMPARISONS: ReadonlySet<string> = new Set(['<', '>', '==', '>=', '<=', '!='])

/** Where an assignment goes; what it needs has been put on the stack. */
export type Target = { readonly kind: 'name'; readonly name: string } | { readonly kind: 'attribute'; readonly name: string } | { readonly kind: 'index' } | { readonly kind: 'unpack'; readonly targets: readonly (() => void)[] }

export abstract class ExpressionCompiler extends CompilerBase {
  /** A compiler of the same kind for other words, or for a function's body. */
  abstract fresh(tokens: readonly PyToken[], at: number, isFunction: boolean): ExpressionCompiler

  /** Parses targets up to a word; answers what stores the value on the stack into them. */
  protected targetList(end: string): () => void {
    const targets: (() => void)[] = []
    let isMany = false
    for (;;) {
      targets.push(this.oneTarget())
      if (!this.take(',')) break
      isMany = true
      if (this.is(end)) break
    }
    if (!isMany) return targets[0]
    return () => {
      this.emit('unpack', targets.length)
      for (const store of targets) store()
    }
  }
  protected oneTarget(): () => void {
    if (this.is('(') || this.is('[')) {
      const close = this.is('(') ? ')' : ']'
      this.at++
      const inner = this.targetList(close)
      this.need(close)
      return inner
    }
    const start = this.at
    const before = this.code.length
    const target = this.target()
    const end = this.at
    const parts = this.code.splice(before)
    return () => {
      if (target.kind === 'name') this.store(target.name, this.tokens[start])
      else {
        const here = this.at
        this.at = end
        this.code.push(...parts)
        this.emit('rotate', target.kind === 'index' ? -2 : -1)
        this.storeTo(target)
        this.at = here
      }
    }
  }
  protected storeTo(target: Target): void {
    if (target.kind === 'name') this.store(target.name)
    else if (target.kind === 'attribute') this.emit('store-attribute', target.name)
    else this.emit('store-index')
  }
  /** Emits what a target needs below its value and takes its last step back. */
  protected target(): Target {
    this.postfix()
    const last = this.code.pop()
    if (last?.op === 'load') return { kind: 'name', name: String(last.arg) }
    if (last?.op === 'attribute') return { kind: 'attribute', name: String(last.arg) }
    if (last?.op === 'index') return { kind: 'index' }
    return this.fail('cannot assign to expression')
  }

  protected expressionList(): void {
    const start = this.peek()
    this.expression()
    if (!this.is(',')) return
    let count = 1
    while (this.take(',')) {
      const token = this.peek()
      if (token.kind === 'newline' || this.is('=') || this.is(')') || this.is(':') || this.is(';')) break
      this.expression()
      count++
    }
    this.emit('tuple', count, start)
  }
  protected expression(): void {
    if (this.is('lambda')) return this.lambda()
    const start = this.code.length
    this.or()
    if (!this.take('if')) return
    const value = this.code.splice(start)
    this.or()
    const no = this.emit('jump-if-false', 0)
    const shift = this.code.length - start
    this.code.push(...value.map((i) => (i.op.startsWith('jump') || i.op === 'next' ? { ...i, arg: Number(i.arg) + shift } : i)))
    const end = this.emit('jump', 0)
    this.patch(no)
    this.need('else')
    this.expression()
    this.patch(end)
  }
  protected lambda(): void {
    const start = this.peek()
    this.at++
    const { parameters, defaults } = this.parameters(':')
    this.need(':')
    const inner = this.fresh(this.tokens, this.at, true)
    inner.expression()
    inner.emit('return')
    this.at = inner.at
    this.emit('function', inner.finish('<lambda>', parameters, defaults), start)
  }
  protected parameters(end: string): { readonly parameters: string[]; readonly defaults: number } {
    const parameters: string[] = []
    let defaults = 0
    while (!this.is(end)) {
      if (this.is('*') || this.is('**')) this.fail('parameters with a star', true)
      parameters.push(this.name())
      if (end === ')' && this.take(':')) {
        const before = this.code.length
        this.expression()
        this.code.length = before
      }
      if (this.take('=')) {
        this.expression()
        defaults++
      }
      if (!this.take(',')) break
    }
    return { parameters, defaults }
  }

  protected or(): void {
    this.and()
    while (this.take('or')) {
      const skip = this.emit('jump-if-true-keep', 0)
      this.and()
      this.patch(skip)
    }
  }
  protected and(): void {
    this.not()
    while (this.take('and')) {
      const skip = this.emit('jump-if-false-keep', 0)
      this.not()
      this.patch(skip)
    }
  }
  protected not(): void {
    if (!this.take('not')) return this.comparison()
    this.not()
    this.emit('unary', 'not')
  }
  protected comparison(): void {
    const start = this.peek()
    this.binary(0)
    const ends: number[] = []
    for (;;) {
      const op = this.comparisonOp()
      if (op === undefined) break
      this.binary(0)
      const token = this.peek()
      const goesOn = (token.kind === 'mark' && COMPARISONS.has(token.text)) || this.is('in') || this.is('is')
      if (goesOn) this.fail('chained comparisons', true)
      this.emit('compare', op, start)
    }
    this.patch(...ends)
  }
  protected comparisonOp(): string | undefined {
    const token = this.peek()
    if (token.kind === 'mark' && COMPARISONS.has(token.text)) {
      this.at++
      return token.text
    }
    if (this.take('in')) return 'in'
    if (this.take('is')) return this.take('not') ? 'is not' : 'is'
    if (this.is('not') && this.peek(1).text === 'in') {
      this.at += 2
      return 'not in'
    }
    return undefined
  }
  protected binary(level: number): void {
    if (level === LEVELS.length) return this.unary()
    const start = this.peek()
    this.binary(level + 1)
    for (;;) {
      const token = this.peek()
      if (token.kind !== 'mark' || !LEVELS[level].includes(token.text)) return
      this.at++
      this.binary(level + 1)
      this.emit('binary', token.text, start)
    }
  }
  protected unary(): void {
    const start = this.peek()
    for (const op of ['-', '+', '~']) {
      if (!this.take(op)) continue
      this.unary()
      this.emit('unary', op, start)
      return
    }
    this.postfix()
    if (!this.take('**')) return
    this.unary()
    this.emit('binary', '**', start)
  }
  protected postfix(): void {
    const start = this.peek()
    this.atom()
    for (;;) {
      if (this.take('.')) this.emit('attribute', this.name(), start)
      else if (this.take('(')) this.call(start)
      else if (this.take('[')) this.subscript(start)
      else return
    }
  }
  protected call(start: PyToken): void {
    const names: string[] = []
    let count = 0
    while (!this.is(')')) {
      if (this.is('*') || this.is('**')) this.fail('arguments with a star', true)
      if (this.peek().kind === 'name' && this.peek(1).text === '=' && this.peek(1).kind === 'mark') {
        names.push(this.name())
        this.at++
      } else if (names.length > 0) this.fail('positional argument follows keyword argument')
      this.expression()
      if (this.is('for')) this.comprehension('list', count === 0 ? start : this.peek())
      count++
      if (!this.take(',')) break
    }
    this.need(')')
    this.emit('call', [String(count), ...names], start)
  }
  protected subscript(start: PyToken): void {
    const none = (): void => void this.emit('const', { value: null })
    if (this.is(':')) none()
    else this.expressionList()
    if (this.take(':')) {
      if (this.is(']') || this.is(':')) none()
      else this.expression()
      if (this.take(':') && !this.is(']')) this.expression()
      else none()
      this.need(']')
      this.emit('slice', undefined, start)
      return
    }
    this.need(']')
    this.emit('index', undefined, start)
  }

  /** The element's code has just been emitted: it goes behind the loop's head. */
  protected comprehension(kind: 'list', from: PyToken): void {
    void from
    let start = this.code.length
    for (let depth = 0; start > 0; start--) {
      const { op, arg } = this.code[start - 1]
      depth += produced(op, arg)
      if (depth === 1) {
        start--
        break
      }
    }
    const element = this.code.splice(start)
    this.emit(kind, 0)
    this.need('for')
    const target = this.targetList('in')
    this.need('in')
    this.or()
    this.emit('iterate')
    const head = this.code.length
    const next = this.emit('next', 0)
    target()
    const skips: number[] = []
    while (this.take('if')) {
      this.or()
      skips.push(this.emit('jump-if-false', 0))
    }
    if (this.is('for')) this.fail('nested comprehensions', true)
    const shift = this.code.length - start
    this.code.push(...element.map((i) => (i.op.startsWith('jump') || i.op === 'next' ? { ...i, arg: Number(i.arg) + shift } : i)))
    this.emit('append')
    this.patch(...skips)
    this.emit('jump', head)
    this.patch(next)
  }

  protected atom(): void {
    const token = this.peek()
    this.at++
    switch (token.kind) {
      case 'number': return void this.emit('const', { value: numberOf(token.text) })
      case 'bytes': return void this.emit('const', { value: encodeLatin(token.text) })
      case 'string': case 'format': {
        this.at--
        return this.strings()
      }
      case 'name': return this.nameAtom(token)
      case 'mark': return this.bracket(token)
      default: this.at--
    }
    return this.fail()
  }
  protected nameAtom(token: PyToken): void {
    const known = new Map<string, Constant>([['None', { value: null }], ['True', { value: true }], ['False', { value: false }]]).get(token.text)
    if (known !== undefined) this.emit('const', known)
    else if (KEYWORDS.has(token.text)) {
      this.at--
      this.fail()
    } else this.emit('load', token.text)
  }
  protected strings(): void {
    let parts = 0
    const start = this.peek()
    while (this.peek().kind === 'string' || this.peek().kind === 'format') {
      const token = this.peek()
      this.at++
      if (token.kind === 'format') this.format(token)
      else this.emit('const', { value: token.text })
      parts++
    }
    if (parts > 1) this.emit('join', parts, start)
  }
  protected format(token: PyToken): void {
    let parts = 0
    const { text } = token
    for (let at = 0; at < text.length; parts++) {
      if (text[at] === '{' && text[at + 1] !== '{') {
        const end = closing(text, at)
        const found = /^([\s\S]*?)(=?)(?:!([rsa]))?(?::([^{}]*))?$/.exec(text.slice(at + 1, end)) ?? ['', '', '', undefined, undefined]
        if (found[2] === '=') this.fail('f-strings with =', true)
        const inner = this.fresh(tokenize(found[1]), 0, this.isFunction)
        inner.expressionList()
        const shift = this.code.length
        this.code.push(...inner.code.map((i) => ({ ...i, line: token.line, ...(i.op.startsWith('jump') ? { arg: Number(i.arg) + shift } : {}) })))
        this.emit('format', [found[3] ?? '', found[4] ?? ''])
        at = end + 1
        continue
      }
      const stop = /\{(?!\{)|$/.exec(text.slice(at).replace(/\{\{|\}\}/g, '\0\0'))?.index ?? text.length - at
      this.emit('const', { value: unescape(text.slice(at, at + stop).replace(/\{\{/g, '{').replace(/\}\}/g, '}')) })
      at += stop
    }
    this.emit('join', parts)
  }
  protected bracket(token: PyToken): void {
    if (token.text === '(') {
      if (this.take(')')) return void this.emit('tuple', 0)
      this.expressionList()
      if (this.is('for')) this.comprehension('list', token)
      return this.need(')')
    }
    if (token.text === '[') {
      let count = 0
      while (!this.is(']')) {
        this.expression()
        if (this.is('for')) {
          this.comprehension('list', token)
          return this.need(']')
        }
        count++
        if (!this.take(',')) break
      }
      this.need(']')
      return void this.emit('list', count, token)
    }
    if (token.text === '{') {
      let count = 0
      let isSet = false
      while (!this.is('}')) {
        this.expression()
        if (count === 0 && !this.is(':')) isSet = true
        if (!isSet) {
          this.need(':')
          this.expression()
        }
        if (this.is('for')) this.fail('this comprehension', true)
        count++
        if (!this.take(',')) break
      }
      this.need('}')
      return void this.emit(isSet ? 'set' : 'dict', count, token)
    }
    this.at--
    return this.fail()
  }
}
