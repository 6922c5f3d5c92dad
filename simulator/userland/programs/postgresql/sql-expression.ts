// Expressions of the small SQL: parsed by precedence, then evaluated for one row.
import { SqlError } from './protocol.ts'
import { type Cell, castTo, compareCells, OTHER_TYPES, shownCell, type TypeName, typeNamed, type TypeOf } from './sql-values.ts'
import type { Token } from './sql-lexer.ts'

export type Expression =
  | { readonly kind: 'value'; readonly value: Cell; readonly type: TypeName }
  | { readonly kind: 'column'; readonly name: string; readonly at: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly isStar: boolean; readonly at: number }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'null-test'; readonly operand: Expression; readonly isNot: boolean }
  | { readonly kind: 'in'; readonly operand: Expression; readonly list: readonly Expression[]; readonly isNot: boolean }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: TypeName; readonly limit?: number }

/** Names that are calls without parentheses. */
const BARE_CALLS = ['current_user', 'session_user', 'user', 'current_date', 'current_timestamp', 'current_catalog']
const BINDING: Readonly<Record<string, number>> = {
  or: 1, and: 2, '=': 4, '<>': 4, '!=': 4, '<': 4, '>': 4, '<=': 4, '>=': 4, like: 5, ilike: 5, '||': 6, '+': 7, '-': 7, '*': 8, '/': 8, '%': 8,
}
const NOT_BINDING = 3, NULL_TEST_BINDING = 4, UNARY_BINDING = 9

export class TokenStream {
  readonly #tokens: readonly Token[]
  #at = 0
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }
  get peek(): Token {
    return this.#tokens[this.#at]
  }
  get isAtEnd(): boolean {
    return this.peek.kind === 'end' || this.peek.text === ';'
  }
  next(): Token {
    const token = this.peek
    if (token.kind !== 'end') this.#at++
    return token
  }
  is(...texts: readonly string[]): boolean {
    return (this.peek.kind === 'word' || this.peek.kind === 'operator') && texts.includes(this.peek.text)
  }
  take(text: string): boolean {
    const found = this.is(text)
    if (found) this.#at++
    return found
  }
  /** Nothing may follow. */
  finish(): void {
    if (!this.isAtEnd) throw this.error()
  }
  expect(text: string): void {
    if (!this.take(text)) throw this.error()
  }
  name(): string {
    const token = this.next()
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.error(token)
    return token.text
  }
  /** `schema.name`: public and pg_catalog are where everything is. */
  qualified(): string {
    const first = this.name()
    return this.take('.') ? this.name() : first
  }
  error(token = this.peek): SqlError {
    if (token.kind === 'end') return new SqlError('42601', 'syntax error at end of input', { position: token.at + 1 })
    return new SqlError('42601', `syntax error at or near "${token.kind === 'string' ? `'${token.text}'` : token.text}"`, { position: token.at + 1 })
  }
}

export function parseExpression(tokens: TokenStream, least = 0): Expression {
  let left = parseOperand(tokens)
  for (;;) {
    if (tokens.peek.kind === 'operator' && tokens.peek.text === '::') {
      tokens.next()
      left = { kind: 'cast', operand: left, ...parseType(tokens) }
      continue
    }
    if (tokens.is('is') && least <= NULL_TEST_BINDING) {
      tokens.next()
      const isNot = tokens.take('not')
      tokens.expect('null')
      left = { kind: 'null-test', operand: left, isNot }
      continue
    }
    const negated = tokens.is('not')
    if ((negated || tokens.is('in')) && least <= NULL_TEST_BINDING) {
      if (negated) tokens.next()
      if (tokens.take('in')) {
        tokens.expect('(')
        left = { kind: 'in', operand: left, list: parseList(tokens), isNot: negated }
        continue
      }
      const like = tokens.next()
      if (like.text !== 'like' && like.text !== 'ilike') throw tokens.error(like)
      left = { kind: 'unary', operator: 'not', operand: { kind: 'binary', operator: like.text, left, right: parseExpression(tokens, BINDING.like + 1) } }
      continue
    }
    const { kind, text } = tokens.peek
    const binding = kind === 'word' || kind === 'operator' ? BINDING[text] : undefined
    if (binding === undefined || binding < least) return left
    tokens.next()
    left = { kind: 'binary', operator: text, left, right: parseExpression(tokens, binding + 1) }
  }
}
function parseList(tokens: TokenStream): Expression[] {
  const list: Expression[] = []
  if (tokens.take(')')) return list
  do list.push(parseExpression(tokens))
  while (tokens.take(','))
  tokens.expect(')')
  return list
}
export function parseType(tokens: TokenStream): TypeOf {
  const token = tokens.peek
  let word = tokens.name()
  if (word === 'double' && tokens.take('precision')) word = 'double precision'
  if (word === 'character' && tokens.take('varying')) word = 'character varying'
  if (word === 'timestamp' && tokens.take('with')) {
    tokens.expect('time')
    tokens.expect('zone')
    word = 'timestamp with time zone'
  }
  if (OTHER_TYPES.has(word)) throw new SqlError('0A000', `the type ${word} is real, but not simulated here`)
  const type = typeNamed(word)
  if (type === undefined) throw new SqlError('42704', `type "${word}" does not exist`, { position: token.at + 1 })
  if (!tokens.take('(')) return { type }
  if (type !== 'character varying') throw new SqlError('42601', `type modifier is not allowed for type "${word}"`, { position: token.at + 1 })
  const limit = tokens.next()
  if (limit.kind !== 'number' || !/^\d+$/.test(limit.text)) throw tokens.error(limit)
  tokens.expect(')')
  if (Number(limit.text) < 1) throw new SqlError('22023', 'length for type varchar must be at least 1', { position: token.at + 1 })
  return { type, limit: Number(limit.text) }
}
function parseOperand(tokens: TokenStream): Expression {
  const token = tokens.next()
  if (token.kind === 'number') return { kind: 'value', value: Number(token.text), type: /^\d+$/.test(token.text) ? 'integer' : 'double precision' }
  if (token.kind === 'string') return { kind: 'value', value: token.text, type: 'unknown' }
  if (token.kind === 'operator') {
    if (token.text === '(') {
      const inner = parseExpression(tokens)
      tokens.expect(')')
      return inner
    }
    if (token.text === '-' || token.text === '+') return { kind: 'unary', operator: token.text, operand: parseExpression(tokens, UNARY_BINDING) }
    throw tokens.error(token)
  }
  if (token.kind === 'end') throw tokens.error(token)
  if (token.kind === 'word') {
    if (token.text === 'not') return { kind: 'unary', operator: 'not', operand: parseExpression(tokens, NOT_BINDING) }
    if (token.text === 'null') return { kind: 'value', value: null, type: 'unknown' }
    if (token.text === 'true' || token.text === 'false') return { kind: 'value', value: token.text === 'true', type: 'boolean' }
    if (BARE_CALLS.includes(token.text)) return { kind: 'call', name: token.text, args: [], isStar: false, at: token.at }
    if (['select', 'from', 'where', 'order', 'limit', 'group', 'values'].includes(token.text)) throw tokens.error(token)
  }
  const name = tokens.take('.') ? tokens.name() : token.text
  if (!tokens.take('(')) return { kind: 'column', name, at: token.at }
  const isStar = tokens.take('*')
  if (isStar) tokens.expect(')')
  return { kind: 'call', name, args: isStar ? [] : parseList(tokens), isStar, at: token.at }
}

/** The heading a result column gets. */
export function headingOf(expression: Expression): string {
  switch (expression.kind) {
    case 'column': return expression.name
    case 'call': return expression.name
    case 'cast': {
      const inner = headingOf(expression.operand)
      return inner !== '?column?' ? inner : ({ 'integer': 'int4', 'bigint': 'int8', 'boolean': 'bool', 'double precision': 'float8', 'timestamp with time zone': 'timestamptz', 'character varying': 'varchar' } as Readonly<Record<string, string>>)[expression.type] ?? expression.type
    }
    case 'value': return typeof expression.value === 'boolean' ? 'bool' : '?column?'
    default: return '?column?'
  }
}

export interface Scope {
  readonly column: (name: string, at: number) => Cell
  readonly call: (name: string, args: readonly Cell[], at: number) => Cell
}

export function evaluate(expression: Expression, scope: Scope): Cell {
  switch (expression.kind) {
    case 'value': return expression.value
    case 'column': return scope.column(expression.name, expression.at)
    case 'call': return scope.call(expression.name, expression.args.map((arg) => evaluate(arg, scope)), expression.at)
    case 'cast': {
      const value = castTo(evaluate(expression.operand, scope), expression.type)
      return typeof value === 'string' && expression.limit !== undefined ? [...value].slice(0, expression.limit).join('') : value
    }
    case 'null-test': return (evaluate(expression.operand, scope) === null) !== expression.isNot
    case 'in': {
      const value = evaluate(expression.operand, scope)
      if (value === null) return null
      return expression.list.some((item) => compareCells(value, evaluate(item, scope)) === 0) !== expression.isNot
    }
    case 'unary': {
      const value = evaluate(expression.operand, scope)
      if (value === null) return null
      if (expression.operator === 'not') return castTo(value, 'boolean') === false
      return expression.operator === '-' ? -Number(castTo(value, 'double precision')) : value
    }
    case 'binary': return binary(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope))
  }
}

function binary(operator: string, left: Cell, right: Cell): Cell {
  if (operator === 'and' || operator === 'or') {
    const [a, b] = [left === null ? null : castTo(left, 'boolean'), right === null ? null : castTo(right, 'boolean')]
    const decisive = operator === 'or'
    return a === decisive || b === decisive ? decisive : a === null || b === null ? null : !decisive
  }
  if (left === null || right === null) return null
  const order = compareCells(left, right)
  switch (operator) {
    case '=': return order === 0
    case '<>': case '!=': return order !== 0
    case '<': return order !== null && order < 0
    case '>': return order !== null && order > 0
    case '<=': return order !== null && order <= 0
    case '>=': return order !== null && order >= 0
    case '||': return `${shownCell(left) ?? ''}${shownCell(right) ?? ''}`
    case 'like': case 'ilike': {
      const source = (shownCell(right) ?? '').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%', '.*').replaceAll('_', '.')
      return new RegExp(`^${source}$`, operator === 'ilike' ? 'is' : 's').test(shownCell(left) ?? '')
    }
  }
  const [a, b] = [Number(castTo(left, 'double precision')), Number(castTo(right, 'double precision'))]
  const whole = Number.isInteger(a) && Number.isInteger(b)
  switch (operator) {
    case '+': return a + b
    case '-': return a - b
    case '*': return a * b
    default:
      if (b === 0) throw new SqlError('22012', 'division by zero')
      return operator === '%' ? a % b : whole ? Math.trunc(a / b) : a / b
  }
}
