// The conditional command [[ … ]] for the reader of commands, with the messages of bash's cond_term.
import { Incomplete, type Lexer, type Token, Unexpected } from './lexer.ts'

const TEST_BINARY = new Set(['=', '==', '!=', '=~', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef'])

function skipNewlines(lex: Lexer): void {
  while (lex.peek().kind === 'newline') lex.next()
}

/** Reads up to and with the closing `]]`. */
export function readTest(lex: Lexer): void {
  const extglob = lex.extglob
  lex.extglob = true
  lex.arrayAllowed = false
  const last = readOr(lex)
  const end = lex.next()
  // Told at the line of the last term.
  if (end.text !== ']]') fail(lex, end.kind === 'eof' ? end : { ...end, start: last }, 'syntax error in conditional expression')
  lex.extglob = extglob
  lex.arrayAllowed = true
}

function fail(lex: Lexer, t: Token, text?: string): never {
  if (t.kind === 'eof' && !lex.final) throw new Incomplete(undefined, t.start)
  const shown = t.kind === 'eof' ? 'EOF' : t.kind === 'newline' ? 'newline' : t.text
  // A bracket that comes too early is wrong without a word.
  throw new Unexpected(t, undefined, text ?? (t.text === ']]' ? '' : `unexpected token \`${shown}' in conditional command`), 'conditional')
}

/** Answers where the last term begins. */
function readOr(lex: Lexer): number {
  for (;;) {
    skipNewlines(lex)
    const { start } = lex.peek()
    readTerm(lex)
    skipNewlines(lex)
    const t = lex.peek()
    if (t.kind !== 'operator' || (t.text !== '&&' && t.text !== '||')) return start
    lex.next()
  }
}

function readTerm(lex: Lexer): void {
  skipNewlines(lex)
  const t = lex.next()
  if (t.kind === 'operator' && t.text === '(') {
    readOr(lex)
    const close = lex.next()
    if (close.text !== ')') fail(lex, close, `unexpected token \`${close.kind === 'newline' ? 'newline' : close.text}', expected \`)'`)
    return
  }
  if (t.kind !== 'word' || t.text === ']]') fail(lex, t)
  if (t.text === '!') return readTerm(lex)
  const after = lex.peek()
  const ends = after.text === ']]' || (after.kind === 'operator' && ['&&', '||', ')'].includes(after.text))
  if (/^-[a-zA-Z]$/.test(t.text) && !TEST_BINARY.has(after.text)) {
    const operand = lex.next()
    if (operand.kind !== 'word' || operand.text === ']]') fail(lex, operand, `unexpected argument \`${operand.kind === 'newline' ? 'newline' : operand.text}' to conditional unary operator`)
    return
  }
  if (ends) return
  if (!TEST_BINARY.has(after.text) && !(after.kind === 'operator' && (after.text === '<' || after.text === '>'))) {
    if (after.kind === 'word') fail(lex, after, 'conditional binary operator expected')
    if (after.kind === 'eof' && !lex.final) throw new Incomplete(undefined, after.start)
    fail(lex, after, `unexpected token \`${after.kind === 'newline' ? 'newline' : after.text}', conditional binary operator expected`)
  }
  lex.next()
  if (after.text === '=~') return readRegex(lex)
  const right = lex.next()
  if (right.kind !== 'word' || right.text === ']]') fail(lex, right, `unexpected argument \`${right.kind === 'newline' ? 'newline' : right.text}' to conditional binary operator`)
}

/** The right side of =~: parentheses and bars belong to it. */
function readRegex(lex: Lexer): void {
  while (lex.src[lex.pos] === ' ' || lex.src[lex.pos] === '\t') lex.pos++
  for (;;) {
    const c = lex.src[lex.pos]
    if (c === undefined || /\s/.test(c)) return
    if (c === '(') lex.balanced()
    else if ('|<>&;'.includes(c)) lex.pos++
    else {
      const before = lex.pos
      lex.word()
      if (lex.pos === before) lex.pos++
    }
  }
}
