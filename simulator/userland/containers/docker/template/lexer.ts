// The words of a Go template (text/template/parse/lex.go): text, and between `{{` and `}}` fields, variables, names, constants and signs.
export type TokenKind = 'text' | 'left' | 'right' | 'field' | 'variable' | 'identifier' | 'keyword' | 'string' | 'char' | 'number' | 'bool' | 'dot' | 'nil' | 'pipe' | 'declare' | 'assign' | 'comma' | '(' | ')' | 'space' | 'eof'
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly at: number
}

/** Anything wrong with a template; the message is Go's, with `template: NAME:LINE…`. */
export class TemplateError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

const KEYWORDS = new Set(['if', 'else', 'end', 'range', 'with', 'define', 'template', 'block', 'break', 'continue'])
export const lineOf = (source: string, at: number): number => source.slice(0, at).split('\n').length
export const parseError = (source: string, at: number, message: string): TemplateError => new TemplateError(`template: :${lineOf(source, at)}: ${message}`)

const RULES: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['declare', /:=/y], ['assign', /=/y], ['pipe', /\|/y], ['comma', /,/y], ['(', /\(/y], [')', /\)/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['char', /'(?:[^'\\\n]|\\.)*'/y],
  ['number', /[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)/y],
  ['field', /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ['dot', /\./y],
  ['variable', /\$[\p{L}\p{N}_]*/uy],
  ['identifier', /[\p{L}_][\p{L}\p{N}_]*/uy],
]

function word(token: Token): Token {
  if (token.kind !== 'identifier') return token
  if (token.text === 'true' || token.text === 'false') return { ...token, kind: 'bool' }
  if (token.text === 'nil') return { ...token, kind: 'nil' }
  return KEYWORDS.has(token.text) ? { ...token, kind: 'keyword' } : token
}

/** All tokens of a template. Throws a TemplateError. */
export function lex(source: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let trimNext = false
  while (at < source.length) {
    const open = source.indexOf('{{', at)
    const end = open < 0 ? source.length : open
    const trims = open >= 0 && /^-[ \t\r\n]/.test(source.slice(open + 2, open + 4))
    let text = source.slice(at, end)
    if (trimNext) text = text.trimStart()
    if (trims) text = text.trimEnd()
    if (text !== '') tokens.push({ kind: 'text', text, at })
    if (open < 0) break
    at = open + 2 + (trims ? 2 : 0)
    const comment = /\/\*[\s\S]*?\*\//y
    comment.lastIndex = at
    if (source.startsWith('/*', at)) {
      const found = comment.exec(source)
      if (found === null) throw parseError(source, at, 'unclosed comment')
      at += found[0].length
      const close = /(?:[ \t\r\n]-)?\}\}/y
      close.lastIndex = at
      const closed = close.exec(source)
      if (closed === null) throw parseError(source, at, 'comment ends before closing delimiter')
      trimNext = closed[0].length > 2
      at += closed[0].length
      continue
    }
    tokens.push({ kind: 'left', text: '{{', at: open })
    const closed = lexAction(source, at, tokens)
    at = closed.at
    trimNext = closed.trims
  }
  tokens.push({ kind: 'eof', text: '', at: source.length })
  return tokens
}

function lexAction(source: string, start: number, tokens: Token[]): { readonly at: number; readonly trims: boolean } {
  let at = start
  let parens = 0
  for (;;) {
    const close = /^(?:[ \t\r\n]-)?\}\}/.exec(source.slice(at, at + 4))
    if (close !== null) {
      if (parens > 0) throw parseError(source, at, 'unclosed left paren')
      tokens.push({ kind: 'right', text: '}}', at })
      return { at: at + close[0].length, trims: close[0].length > 2 }
    }
    if (at >= source.length) throw parseError(source, at, 'unclosed action')
    const token = next(source, at)
    if (token.kind === '(') parens += 1
    if (token.kind === ')') parens -= 1
    if (parens < 0) throw parseError(source, at, 'unexpected right paren U+0029 \')\'')
    tokens.push(word(token))
    at += token.text.length
  }
}

function next(source: string, at: number): Token {
  for (const [kind, pattern] of RULES) {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match !== null) return { kind, text: match[0], at }
  }
  const c = source[at]
  if (c === '"') throw parseError(source, at, 'unterminated quoted string')
  if (c === '`') throw parseError(source, at, 'unterminated raw quoted string')
  if (c === '\'') throw parseError(source, at, 'unterminated character constant')
  const code = (source.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  throw parseError(source, at, `unrecognized character in action: U+${code} '${c}'`)
}
