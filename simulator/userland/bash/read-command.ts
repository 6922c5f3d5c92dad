// Reads one complete command from shell input: its text, whether more lines are needed (PS2), or what is wrong with it.
import { Grammar, REDIRECT } from './grammar.ts'
import { type Dialect, Incomplete, Lexer, type PendingHereDoc, type Token, Unexpected } from './lexer.ts'

export interface ReadOptions {
  readonly dialect: Dialect
  readonly final: boolean
  readonly extglob: boolean
  readonly aliases: ReadonlyMap<string, string> | undefined
}

export type ReadResult =
  /** `source` is the command's text with aliases replaced; `end` where the next one starts in the input. */
  | { readonly kind: 'command'; readonly source: string; readonly end: number; readonly unclosed: readonly PendingHereDoc[] }
  | { readonly kind: 'nothing'; readonly end: number }
  | { readonly kind: 'incomplete'; readonly hereDoc: PendingHereDoc | undefined }
  | { readonly kind: 'error'; readonly error: SyntaxFailure; readonly end: number }

export interface SyntaxFailure {
  readonly type: 'token' | 'eof' | 'unclosed' | 'message' | 'conditional'
  /** The token, or the character that was looked for. */
  readonly text: string
  readonly tokenKind: 'word' | 'redirection' | 'newline' | 'operator' | 'eof'
  readonly expecting: string | undefined
  /** Offset into the input. */
  readonly at: number
  /** In an array value: an error of the assignment, with its status. */
  readonly inArray?: boolean
}

const kindOf = (t: Token): SyntaxFailure['tokenKind'] =>
  t.kind === 'operator' && REDIRECT.has(t.text) ? 'redirection' : t.kind === 'number' ? 'redirection' : t.kind

/** Reads the next complete command of `input` from `from` on. */
export function readCommand(input: string, from: number, options: ReadOptions): ReadResult {
  const lex = new Lexer(input, from, options.dialect, options.extglob, options.final)
  const grammar = new Grammar(lex, options.aliases)
  try {
    if (!grammar.top()) return { kind: 'nothing', end: lex.pos - lex.delta }
    return { kind: 'command', source: lex.src.slice(from, lex.pos), end: lex.pos - lex.delta, unclosed: lex.warnings }
  } catch (e) {
    const lineEnd = lex.src.indexOf('\n', lex.pos)
    const end = (lineEnd < 0 ? lex.src.length : lineEnd + 1) - lex.delta
    if (e instanceof Incomplete) {
      if (!options.final) return { kind: 'incomplete', hereDoc: e.hereDoc }
      const error: SyntaxFailure = e.wanted === undefined
        ? { type: 'eof', text: '', tokenKind: 'eof', expecting: undefined, at: input.length }
        : { type: 'unclosed', text: e.wanted, tokenKind: 'eof', expecting: undefined, at: e.at }
      return { kind: 'error', error, end: input.length }
    }
    if (!(e instanceof Unexpected)) throw e
    const { token } = e
    if (e.message !== undefined) return { kind: 'error', error: { type: e.within === 'conditional' ? 'conditional' : 'message', text: e.message, tokenKind: kindOf(token), expecting: undefined, at: token.kind === 'eof' ? input.length : token.start - lex.delta }, end }
    if (token.kind === 'eof') return { kind: 'error', error: { type: 'eof', text: '', tokenKind: 'eof', expecting: e.expecting, at: input.length }, end: input.length }
    const text = token.kind === 'newline' ? 'newline' : token.text
    return { kind: 'error', error: { type: 'token', text, tokenKind: kindOf(token), expecting: e.expecting, at: token.start - lex.delta, inArray: e.within === 'array' }, end }
  }
}
