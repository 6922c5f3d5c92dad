// What both halves of the compiler stand on: the words, and the instructions made so far.
import type { Code, Instruction, Op } from './py-code.ts'
import { PySyntaxError, type PyToken } from './py-lexer.ts'

export const KEYWORDS: ReadonlySet<string> = new Set(`False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal
  not or pass raise return try while with yield`.split(/\s+/))

export class CompilerBase {
  protected readonly tokens: readonly PyToken[]
  at: number
  code: Instruction[] = []
    protected globals = new Set<string>()
  protected locals = new Set<string>()
  protected readonly isFunction: boolean

  constructor(tokens: readonly PyToken[], at: number, isFunction: boolean) {
    this.tokens = tokens
    this.at = at
    this.isFunction = isFunction
  }

  finish(name: string, parameters: readonly string[], defaults: number): Code {
    return { name, parameters, defaults, globals: this.globals, locals: this.isFunction ? new Set([...this.locals, ...parameters].filter((n) => !this.globals.has(n))) : new Set(), body: this.code }
  }

  protected peek(ahead = 0): PyToken {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]
  }
  protected is(text: string): boolean {
    const token = this.peek()
    return (token.kind === 'mark' || token.kind === 'name') && token.text === text
  }
  protected take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }
  protected need(text: string): void {
    if (!this.take(text)) this.fail(text === ':' ? "expected ':'" : 'invalid syntax')
  }
  protected fail(message = 'invalid syntax', isUnsimulated = false): never {
    throw new PySyntaxError(message, this.peek().line, isUnsimulated)
  }
  protected name(): string {
    const token = this.peek()
    if (token.kind !== 'name' || KEYWORDS.has(token.text)) this.fail()
    this.at++
    return token.text
  }

  protected emit(op: Op, arg?: Instruction['arg'], start: PyToken = this.peek(-1)): number {
    const last = this.tokens[Math.max(0, this.at - 1)]
    const { line } = start
    this.code.push({ op, ...(arg === undefined ? {} : { arg }), line, from: start.column, to: last.line === line ? last.end : start.end })
    return this.code.length - 1
  }
  protected patch(...places: readonly number[]): void {
    for (const place of places) this.code[place] = { ...this.code[place], arg: this.code.length }
  }
  protected store(name: string, start?: PyToken): void {
    if (this.isFunction && !this.globals.has(name)) this.locals.add(name)
    this.emit('store', name, start)
  }
}
