// SELECT of the small SQL: from one table or none, with WHERE, ORDER BY, LIMIT and aggregates over all rows.
import type { Flow } from '../../../abi/syscalls.ts'
import { SqlError } from './protocol.ts'
import { holds, notSimulated, type Result, scopeOf, type Surroundings, tableFor } from './sql-context.ts'
import { evaluate, type Expression, headingOf, parseExpression, type TokenStream } from './sql-expression.ts'
import { type Cell, type Column, compareCells, type TypeName } from './sql-values.ts'

const AGGREGATES = ['count', 'sum', 'min', 'max', 'avg']

interface Item { readonly expression: Expression; readonly name: string }

function typeOf(expression: Expression, columns: readonly Column[], around: Surroundings): TypeName {
  switch (expression.kind) {
    case 'value': return expression.type === 'unknown' ? 'text' : expression.type
    case 'column': return columns.find((column) => column.name === expression.name)?.type ?? 'text'
    case 'cast': return expression.type
    case 'call': return expression.name === 'count' ? 'bigint' : AGGREGATES.includes(expression.name) && expression.args.length > 0 ? typeOf(expression.args[0], columns, around) : around.functions.get(expression.name)?.type ?? 'text'
    case 'null-test': case 'in': return 'boolean'
    case 'unary': return expression.operator === 'not' ? 'boolean' : typeOf(expression.operand, columns, around)
    case 'binary':
      if (['+', '-', '*', '/', '%'].includes(expression.operator)) return [expression.left, expression.right].some((side) => typeOf(side, columns, around) === 'double precision') ? 'double precision' : 'integer'
      return expression.operator === '||' ? 'text' : 'boolean'
  }
}

function parseItems(tokens: TokenStream): (Item | '*')[] {
  const items: (Item | '*')[] = []
  if (tokens.is('distinct', 'all')) throw notSimulated(`SELECT ${tokens.peek.text.toUpperCase()}`)
  if (tokens.is('from') || tokens.isAtEnd) return items
  do {
    if (tokens.take('*')) {
      items.push('*')
      continue
    }
    const expression = parseExpression(tokens)
    const isNamed = tokens.take('as') || (['word', 'quoted'].includes(tokens.peek.kind) && !tokens.is('from', 'where', 'order', 'limit', 'group', 'offset', 'union'))
    items.push({ expression, name: isNamed ? tokens.name() : headingOf(expression) })
  } while (tokens.take(','))
  return items
}

function* source(tokens: TokenStream, around: Surroundings): Flow<{ readonly columns: readonly Column[]; readonly rows: readonly Cell[][] }> {
  if (!tokens.take('from')) return { columns: [], rows: [[]] }
  const at = tokens.peek.at
  const name = tokens.qualified()
  if (tokens.is(',', 'join', 'inner', 'left', 'right', 'cross')) throw notSimulated('a join')
  return tableFor(name, around) ?? (yield* around.view(name)) ?? raise(new SqlError('42P01', `relation "${name}" does not exist`, { position: at + 1 }))
}
function raise(error: SqlError): never {
  throw error
}

export function* select(tokens: TokenStream, around: Surroundings): Flow<Result> {
  const given = parseItems(tokens)
  const { columns, rows } = yield* source(tokens, around)
  const condition = tokens.take('where') ? parseExpression(tokens) : undefined
  if (tokens.is('group', 'having', 'union', 'window')) throw notSimulated(tokens.peek.text.toUpperCase())
  const order: { readonly by: Expression; readonly isDown: boolean }[] = []
  if (tokens.take('order')) {
    tokens.expect('by')
    do order.push({ by: parseExpression(tokens), isDown: tokens.take('desc') || (tokens.take('asc') && false) })
    while (tokens.take(','))
  }
  const limit = parseLimit(tokens)
  if (tokens.is('offset', 'fetch', 'for', 'nulls')) throw notSimulated(`SELECT … ${tokens.peek.text.toUpperCase()}`)
  tokens.finish()
  const items = given.flatMap((item): readonly Item[] => (item === '*' ? columns.map(({ name }) => ({ expression: { kind: 'column', name, at: 0 }, name })) : [item]))
  const headings = items.map(({ expression, name }) => ({ name, type: typeOf(expression, columns, around) }))
  let found = rows.filter((row) => holds(condition, columns, row, around))
  const aggregates = items.filter(({ expression }) => expression.kind === 'call' && AGGREGATES.includes(expression.name))
  if (aggregates.length > 0) {
    if (aggregates.length < items.length) throw notSimulated('an aggregate beside other columns')
    return { tag: 'SELECT 1', columns: headings, rows: [items.map(({ expression }) => aggregate(expression, columns, found, around))] }
  }
  if (order.length > 0) {
    const sources = order.map(({ by }) => sortedBy(by, items))
    const keyed = found.map((row) => ({ row, keys: sources.map((by) => evaluate(by, scopeOf(columns, row, around))) }))
    keyed.sort((a, b) => {
      for (const [i, { isDown }] of order.entries()) {
        const [x, y] = [a.keys[i], b.keys[i]]
        const by = x === null || y === null ? Number(x === null) - Number(y === null) : compareCells(x, y) ?? 0
        if (by !== 0) return isDown ? -by : by
      }
      return 0
    })
    found = keyed.map(({ row }) => row)
  }
  const pause = items.find(({ expression }) => expression.kind === 'call' && expression.name === 'pg_sleep')?.expression
  if (pause?.kind === 'call' && pause.args.length === 1) yield* around.sleep(Number(evaluate(pause.args[0], scopeOf([], [], around))))
  const out = found.slice(0, limit).map((row) => items.map(({ expression }) => evaluate(expression, scopeOf(columns, row, around))))
  return { tag: `SELECT ${out.length}`, columns: headings, rows: out }
}

function parseLimit(tokens: TokenStream): number {
  if (!tokens.take('limit') || tokens.take('all')) return Infinity
  const token = tokens.next()
  if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw token.kind === 'end' ? tokens.error(token) : notSimulated('a LIMIT that is not a number')
  return Number(token.text)
}
/** ORDER BY names a result column, counts to one, or computes. */
function sortedBy(by: Expression, items: readonly Item[]): Expression {
  if (by.kind === 'column') return items.find(({ name }) => name === by.name)?.expression ?? by
  if (by.kind !== 'value' || typeof by.value !== 'number') return by
  return items[by.value - 1]?.expression ?? raise(new SqlError('42P10', `ORDER BY position ${by.value} is not in select list`))
}

function aggregate(expression: Expression, columns: readonly Column[], rows: readonly (readonly Cell[])[], around: Surroundings): Cell {
  if (expression.kind !== 'call') return null
  if (expression.isStar) return rows.length
  const values = rows.map((row) => evaluate(expression.args[0], scopeOf(columns, row, around))).filter((value) => value !== null)
  if (expression.name === 'count') return values.length
  if (values.length === 0) return null
  if (expression.name === 'min' || expression.name === 'max') return values.reduce((best, value) => ((compareCells(value, best) ?? 0) < 0 === (expression.name === 'min') ? value : best))
  const sum = values.reduce((total: number, value) => total + Number(value), 0)
  return expression.name === 'sum' ? sum : sum / values.length
}
