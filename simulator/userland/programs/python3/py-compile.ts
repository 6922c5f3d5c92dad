// Python source to instructions, in one pass (Parser, Lib/compiler): the statements and expressions small scripts use. Left out: classes, decorators, generators, async.
import type { Code } from './py-code.ts'
import { ExpressionCompiler } from './py-compile-expressions.ts'
import { type PyToken, tokenize } from './py-lexer.ts'

const AUGMENTED: ReadonlySet<string> = new Set(['+=', '-=', '*=', '/=', '//=', '%=', '**=', '&=', '|=', '^=', '<<=', '>>='])


class Loop {
  readonly breaks: number[] = []
  readonly start: number
  readonly isFor: boolean
  readonly tries: number
  constructor(start: number, isFor: boolean, tries: number) {
    this.start = start
    this.isFor = isFor
    this.tries = tries
  }
}

class Compiler extends ExpressionCompiler {
  protected loops: Loop[] = []
  protected tries = 0

  override fresh(tokens: readonly PyToken[], at: number, isFunction: boolean): Compiler {
    return new Compiler(tokens, at, isFunction)
  }

  module(): Code {
    while (this.peek().kind !== 'end') this.statement()
    this.emit('const', { value: null })
    this.emit('return')
    return this.finish('<module>', [], 0)
  }
  protected block(): void {
    this.need(':')
    if (this.peek().kind !== 'newline') return this.simpleLine()
    this.at++
    if (this.peek().kind !== 'indent') this.fail('expected an indented block')
    this.at++
    while (this.peek().kind !== 'dedent') this.statement()
    this.at++
  }
  protected simpleLine(): void {
    this.simple()
    while (this.take(';')) if (this.peek().kind !== 'newline') this.simple()
    if (this.peek().kind !== 'newline') this.fail()
    this.at++
  }

  protected statement(): void {
    const token = this.peek()
    if (token.kind === 'indent') this.fail('unexpected indent')
    if (token.kind === 'mark' && token.text === '@') this.fail('decorators', true)
    if (token.kind !== 'name') return this.simpleLine()
    switch (token.text) {
      case 'if': return this.if()
      case 'while': return this.while()
      case 'for': return this.for()
      case 'def': return this.def()
      case 'try': return this.try()
      case 'with': return this.with()
      case 'class': case 'async': return this.fail(`the statement ${token.text}`, true)
      default: return this.simpleLine()
    }
  }

  protected if(): void {
    const ends: number[] = []
    do {
      this.at++
      this.expression()
      const skip = this.emit('jump-if-false', 0)
      this.block()
      ends.push(this.emit('jump', 0))
      this.patch(skip)
    } while (this.is('elif'))
    if (this.take('else')) this.block()
    this.patch(...ends)
  }
  protected while(): void {
    this.at++
    const loop = new Loop(this.code.length, false, this.tries)
    this.expression()
    const out = this.emit('jump-if-false', 0)
    this.body(loop)
    this.emit('jump', loop.start)
    this.patch(out)
    if (this.take('else')) this.block()
    this.patch(...loop.breaks)
  }
  protected for(): void {
    this.at++
    const target = this.targetList('in')
    this.need('in')
    this.expressionList()
    this.emit('iterate')
    const loop = new Loop(this.code.length, true, this.tries)
    const next = this.emit('next', 0)
    target()
    this.body(loop)
    this.emit('jump', loop.start)
    this.patch(next)
    if (this.take('else')) this.block()
    this.patch(...loop.breaks)
  }
  protected body(loop: Loop): void {
    this.loops.push(loop)
    this.block()
    this.loops.pop()
  }

  protected def(): void {
    const start = this.peek()
    this.at++
    const name = this.name()
    this.need('(')
    const { parameters, defaults } = this.parameters(')')
    this.need(')')
    if (this.take('->')) {
      this.expression()
      this.code.pop()
    }
    const inner = this.fresh(this.tokens, this.at, true)
    inner.block()
    inner.emit('const', { value: null })
    inner.emit('return')
    this.at = inner.at
    this.emit('function', inner.finish(name, parameters, defaults), start)
    this.store(name)
  }
  protected try(): void {
    this.at++
    const handler = this.emit('try', 0)
    this.tries++
    this.block()
    this.tries--
    this.emit('end-try')
    const ends: number[] = []
    const noError = this.emit('jump', 0)
    this.patch(handler)
    let hasExcept = false
    while (this.take('except')) {
      hasExcept = true
      let skip: number | undefined
      if (!this.is(':')) {
        this.expression()
        skip = this.emit('match', 0)
        if (this.take('as')) {
          this.emit('dup')
          this.store(this.name())
        }
      }
      this.emit('pop')
      this.emit('clear-exception')
      this.block()
      ends.push(this.emit('jump', 0))
      if (skip !== undefined) this.patch(skip)
    }
    if (hasExcept) this.emit('reraise')
    const finallyAfterError = hasExcept ? undefined : this.code.length
    if (this.is('else')) {
      this.patch(noError)
      this.at++
      this.block()
    } else if (finallyAfterError === undefined) this.patch(noError)
    this.patch(...ends)
    if (!this.take('finally')) return
    const start = this.at
    this.block()
    if (finallyAfterError === undefined) return
    // Without except: once more for the way without an error.
    this.emit('reraise')
    this.patch(noError)
    this.at = start
    this.block()
  }
  protected with(): void {
    this.at++
    this.expression()
    this.emit('enter')
    if (this.take('as')) this.store(this.name())
    else this.emit('pop')
    if (this.is(',')) this.fail('several with items', true)
    this.block()
    this.emit('leave')
  }

  protected simple(): void {
    const token = this.peek()
    if (token.kind === 'name') {
      switch (token.text) {
        case 'pass': return void this.at++
        case 'import': return this.import()
        case 'from': return this.importFrom()
        case 'return': {
          this.at++
          if (this.peek().kind === 'newline' || this.is(';')) this.emit('const', { value: null })
          else this.expressionList()
          this.emit('return')
          return
        }
        case 'break': case 'continue': return this.leaveLoop(token.text)
        case 'raise': {
          this.at++
          if (this.peek().kind === 'newline') this.emit('reraise')
          else {
            this.expression()
            if (this.take('from')) {
              this.expression()
              this.emit('pop')
            }
            this.emit('raise', undefined, token)
          }
          return
        }
        case 'global': {
          this.at++
          do this.globals.add(this.name())
          while (this.take(','))
          return
        }
        case 'del': return this.delete()
        case 'assert': return this.assert()
        case 'yield': case 'nonlocal': case 'await': return this.fail(`the statement ${token.text}`, true)
      }
    }
    this.assignment()
  }
  protected leaveLoop(word: string): void {
    this.at++
    const loop = this.loops.at(-1)
    if (loop === undefined) this.fail(`'${word}' ${word === 'break' ? 'outside loop' : 'not properly in loop'}`)
    for (let i = loop.tries; i < this.tries; i++) this.emit('end-try')
    if (word === 'continue') {
      this.emit('jump', loop.start)
      return
    }
    if (loop.isFor) this.emit('pop')
    loop.breaks.push(this.emit('jump', 0))
  }
  protected import(): void {
    this.at++
    do {
      const start = this.peek()
      let name = this.name()
      while (this.take('.')) name += `.${this.name()}`
      this.emit('import', name, start)
      this.store(this.take('as') ? this.name() : name.split('.')[0])
    } while (this.take(','))
  }
  protected importFrom(): void {
    const start = this.peek()
    this.at++
    let name = this.name()
    while (this.take('.')) name += `.${this.name()}`
    this.need('import')
    const hasBrackets = this.take('(')
    this.emit('import', name, start)
    do {
      const what = this.name()
      this.emit('import-from', what, start)
      this.store(this.take('as') ? this.name() : what)
    } while (this.take(','))
    if (hasBrackets) this.need(')')
    this.emit('pop')
  }
  protected delete(): void {
    this.at++
    do {
      const target = this.target()
      if (target.kind === 'name') this.emit('delete', target.name)
      else if (target.kind === 'index') this.emit('delete-index')
      else this.fail('this del', true)
    } while (this.take(','))
  }
  protected assert(): void {
    const start = this.peek()
    this.at++
    this.expression()
    const fine = this.emit('jump-if-true', 0)
    this.emit('load', 'AssertionError')
    if (this.take(',')) {
      this.expression()
      this.emit('call', ['1'])
    }
    this.emit('raise', undefined, start)
    this.patch(fine)
  }

  /** An expression, or an assignment to it: the code of the target is made again where it is stored. */
  protected assignment(): void {
    const start = this.at
    const before = this.code.length
    this.expressionList()
    const token = this.peek()
    if (token.kind === 'mark' && AUGMENTED.has(token.text)) return this.augmented(start, before, token.text.slice(0, -1))
    if (this.is(':') && this.peek(1).kind === 'name') {
      this.at++
      const noted = this.code.length
      this.expression()
      this.code.length = noted
    }
    if (!this.is('=')) {
      this.emit('pop')
      return
    }
    this.code.length = before
    const targets: number[] = [start]
    while (this.take('=')) {
      targets.push(this.at)
      this.expressionList()
      if (this.is('=')) this.code.length = before
    }
    const end = this.at
    targets.pop()
    for (const [i, place] of targets.entries()) {
      if (i < targets.length - 1) this.emit('dup')
      this.at = place
      this.targetList('=')()
    }
    this.at = end
  }
  protected augmented(start: number, before: number, op: string): void {
    this.at++
    this.code.length = before
    const valueAt = this.at
    this.at = start
    const first = this.peek()
    const target = this.target()
    if (target.kind === 'name') {
      this.emit('load', target.name)
      if (this.isFunction && !this.globals.has(target.name)) this.locals.add(target.name)
    } else this.emit('dup', target.kind === 'index' ? 2 : 1)
    if (target.kind === 'index') this.emit('index')
    else if (target.kind === 'attribute') this.emit('attribute', target.name)
    this.at = valueAt
    this.expressionList()
    this.emit('binary', op, first)
    if (target.kind !== 'name') this.emit('rotate', target.kind === 'index' ? 2 : 1)
    this.storeTo(target)
  }
}

/** Throws PySyntaxError. */
export const compile = (source: string): Code => new Compiler(tokenize(source), 0, false).module()
