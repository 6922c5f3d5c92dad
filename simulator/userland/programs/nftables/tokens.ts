// Reading tokens: what the parts of the parser share.
import { isKeyword, type Token, tokenName } from './lexer.ts'
import { NftError, type Span } from './source.ts'
import type { Expr, Named } from './ast.ts'

export class Tokens {
  readonly #tokens: readonly Token[]
  at = 0
  /** `define name = …` */
  readonly variables = new Map<string, Expr>()

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }
  get current(): Token {
    return this.#tokens[Math.min(this.at, this.#tokens.length - 1)]
  }
  peek(ahead = 1): Token {
    return this.#tokens[Math.min(this.at + ahead, this.#tokens.length - 1)]
  }
  next(): Token {
    const t = this.current
    this.at++
    return t
  }
  get isEnd(): boolean {
    return this.current.kind === 'end'
  }
  get last(): Token {
    return this.#tokens[Math.max(0, this.at - 1)]
  }
  from(start: number): Span {
    return { start, end: this.last.end }
  }
  is(text: string): boolean {
    const t = this.current
    return t.text === text && t.kind !== 'quoted' && t.kind !== 'newline'
  }
  take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }
  takeWord(...texts: readonly string[]): string | undefined {
    return texts.find((text) => this.take(text))
  }
  unexpected(expecting?: string): NftError {
    const t = this.current
    return new NftError(`syntax error, unexpected ${tokenName(t)}${expecting === undefined ? '' : `, expecting ${expecting}`}`, t)
  }
  expect(text: string, expecting?: string): Token {
    if (!this.is(text)) throw this.unexpected(expecting ?? text)
    return this.next()
  }
  skipNewlines(): void {
    while (this.current.kind === 'newline') this.at++
  }
  get isSeparator(): boolean {
    return this.current.kind === 'newline' || this.is(';')
  }
  /** A name: a word that is no keyword. */
  name(expecting: string | undefined = 'string'): Named {
    const t = this.current
    if ((t.kind !== 'word' && t.kind !== 'quoted') || (t.kind === 'word' && isKeyword(t.text))) throw this.unexpected(expecting)
    this.at++
    return { name: t.text, start: t.start, end: t.end }
  }
  number(): { readonly value: number } & Span {
    const t = this.current
    if (t.kind !== 'number') throw this.unexpected('number')
    this.at++
    return { value: Number(t.text), start: t.start, end: t.end }
  }
  quoted(expecting = 'string'): string {
    const t = this.current
    if (t.kind !== 'quoted' && t.kind !== 'word') throw this.unexpected(expecting)
    this.at++
    return t.text
  }
}
