// Python source to words: indentation as words of its own, strings of all kinds, lines joined inside brackets (Lib/tokenize).

export interface PyToken {
  readonly kind: 'number' | 'string' | 'bytes' | 'format' | 'name' | 'mark' | 'newline' | 'indent' | 'dedent' | 'end'
  readonly text: string
  readonly line: number
  readonly column: number
  readonly end: number
}

/** What Python calls a SyntaxError, or what isn't simulated. */
export class PySyntaxError extends Error {
  readonly line: number
  readonly isUnsimulated: boolean
  constructor(message: string, line: number, isUnsimulated = false) {
    super(message)
    this.line = line
    this.isUnsimulated = isUnsimulated
  }
}

const MARKS = ['**=', '//=', '<<=', '>>=', '...', ':=', '->', '**', '//', '<<', '>>', '<=', '>=', '==', '!=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '@=',
  '(', ')', '[', ']', '{', '}', ',', ':', ';', '.', '=', '+', '-', '*', '/', '%', '<', '>', '&', '|', '^', '~', '@']
const STRING = /^([rRbBuUfF]{0,2})("""|'''|"|')/
const ESCAPES: ReadonlyMap<string, string> = new Map([['n', '\n'], ['t', '\t'], ['r', '\r'], ['a', '\x07'], ['b', '\b'], ['f', '\f'], ['v', '\v'], ['\\', '\\'], ["'", "'"], ['"', '"']])

export function unescape(text: string): string {
  return text.replace(/\\(\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|[\s\S])/g, (all, code: string) => {
    if (code === '\n') return ''
    if (/^[xuU]/.test(code) && code.length > 1) return String.fromCodePoint(parseInt(code.slice(1), 16))
    if (/^[0-7]+$/.test(code)) return String.fromCharCode(parseInt(code, 8))
    return ESCAPES.get(code) ?? all
  })
}

export function tokenize(source: string): PyToken[] {
  const tokens: PyToken[] = []
  const indents = [0]
  let at = 0
  let line = 1
  let lineStart = 0
  let depth = 0
  let fresh = true
  const add = (kind: PyToken['kind'], text: string, start = at, end = at + text.length): void => {
    tokens.push({ kind, text, line, column: start - lineStart, end: end - lineStart })
  }
  while (at < source.length) {
    if (fresh && depth === 0) {
      const blank = /^[ \t]*(#[^\n]*)?(\n|$)/.exec(source.slice(at))
      if (blank !== null) {
        at += blank[0].length
        line++
        lineStart = at
        continue
      }
      const width = (/^[ \t]*/.exec(source.slice(at))?.[0] ?? '').replace(/\t/g, '        ').length
      at += /^[ \t]*/.exec(source.slice(at))?.[0].length ?? 0
      if (width > indents[indents.length - 1]) {
        indents.push(width)
        add('indent', '')
      }
      while (width < indents[indents.length - 1]) {
        indents.pop()
        add('dedent', '')
      }
      if (width !== indents[indents.length - 1]) throw new PySyntaxError('unindent does not match any outer indentation level', line)
      fresh = false
    }
    const rest = source.slice(at, at + 4096)
    const c = source[at]
    if (c === '\n') {
      if (depth === 0) {
        add('newline', '')
        fresh = true
      }
      at++
      line++
      lineStart = at
    } else if (c === ' ' || c === '\t' || c === '\r') at++
    else if (c === '\\' && source[at + 1] === '\n') {
      at += 2
      line++
      lineStart = at
    } else if (c === '#') while (at < source.length && source[at] !== '\n') at++
    else if (STRING.test(rest)) {
      const [whole, prefix, quote] = STRING.exec(rest) ?? ['', '', '']
      let end = at + whole.length
      while (end < source.length && !source.startsWith(quote, end)) {
        if (quote.length === 1 && source[end] === '\n') break
        end += source[end] === '\\' ? 2 : 1
      }
      if (!source.startsWith(quote, end)) throw new PySyntaxError(quote.length === 3 ? 'unterminated triple-quoted string literal' : `unterminated string literal (detected at line ${line})`, line)
      const body = source.slice(at + whole.length, end)
      const kind = /[bB]/.test(prefix) ? 'bytes' : /[fF]/.test(prefix) ? 'format' : 'string'
      add(kind, /[rR]/.test(prefix) || kind === 'format' ? body : unescape(body), at, end + quote.length)
      for (const ch of body) if (ch === '\n') line++
      at = end + quote.length
    } else {
      const word = /^(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/.exec(rest)?.[0]
      const name = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(rest)?.[0]
      const mark = word === undefined && name === undefined ? MARKS.find((m) => rest.startsWith(m)) : undefined
      const text = word ?? name ?? mark
      if (text === undefined) throw new PySyntaxError('invalid syntax', line)
      if (mark !== undefined && '([{'.includes(mark)) depth++
      if (mark !== undefined && ')]}'.includes(mark)) depth--
      add(word !== undefined ? 'number' : name !== undefined ? 'name' : 'mark', text)
      at += text.length
    }
  }
  if (!fresh) add('newline', '')
  while (indents.length > 1) {
    indents.pop()
    add('dedent', '')
  }
  add('end', '')
  return tokens
}
