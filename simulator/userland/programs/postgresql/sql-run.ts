// Runs statements of the small SQL: SELECT from one table, INSERT, UPDATE, DELETE, TRUNCATE, CREATE and DROP of tables and databases, roles with passwords, SHOW, COPY … PROGRAM.
// Other statements of PostgreSQL say that they are not simulated.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Database, Role, Table } from './catalog.ts'
import { SqlError } from './protocol.ts'
import { denied, holds, notSimulated, owns, type Result, scopeOf, type Surroundings, tableFor } from './sql-context.ts'
import { evaluate, type Expression, parseExpression, parseType, TokenStream } from './sql-expression.ts'
import { tokenize } from './sql-lexer.ts'
import { select } from './sql-select.ts'
import { type Cell, type Column, compareCells, shownCell, stored } from './sql-values.ts'

const REAL = new Set('abort alter analyze begin call checkpoint close cluster comment commit copy create deallocate declare discard do drop end execute explain fetch grant import listen load lock merge move notify prepare reassign refresh reindex release reset revoke rollback savepoint security set start table unlisten vacuum values with'.split(' '))

/** One statement. @throws {SqlError} */
export function* runStatement(source: string, around: Surroundings): Flow<Result | undefined> {
  const tokens = new TokenStream(tokenize(source))
  if (tokens.isAtEnd) return undefined
  const first = tokens.next()
  const result = yield* dispatch(first.text, tokens, around)
  if (result !== undefined) return result
  if (first.kind === 'word' && REAL.has(first.text)) throw notSimulated(`this use of ${first.text.toUpperCase()}`)
  throw tokens.error(first)
}

function* dispatch(word: string, tokens: TokenStream, around: Surroundings): Flow<Result | undefined> {
  switch (word) {
    case 'select': return yield* select(tokens, around)
    case 'show': {
      const name = tokens.name()
      tokens.finish()
      const value = around.setting(name)
      if (value === undefined) throw new SqlError('42704', `unrecognized configuration parameter "${name}"`)
      return { tag: 'SHOW', columns: [{ name, type: 'text' }], rows: [[value]] }
    }
    case 'insert': return yield* insert(tokens, around)
    case 'update': return yield* update(tokens, around)
    case 'delete': {
      tokens.expect('from')
      const table = tableNamed(tokens, around)
      const condition = tokens.take('where') ? parseExpression(tokens) : undefined
      tokens.finish()
      let count = 0
      yield* around.cluster.changeRows(around.database, table, (rows) => {
        const kept = rows.filter((row) => !holds(condition, table.columns, row, around))
        count = rows.length - kept.length
        return kept
      })
      return { tag: `DELETE ${count}` }
    }
    case 'truncate': {
      tokens.take('table')
      const table = tableNamed(tokens, around)
      tokens.finish()
      yield* around.cluster.changeRows(around.database, table, () => [])
      return { tag: 'TRUNCATE TABLE' }
    }
    case 'create': return yield* create(tokens, around)
    case 'drop': return yield* drop(tokens, around)
    case 'alter': return tokens.take('role') || tokens.take('user') ? yield* changeRole(tokens, around, false) : undefined
    case 'copy': return yield* copy(tokens, around)
    default: return undefined
  }
}

function tableNamed(tokens: TokenStream, around: Surroundings): Table {
  const at = tokens.peek.at
  const name = tokens.qualified()
  const table = tableFor(name, around)
  if (table === undefined) throw new SqlError('42P01', `relation "${name}" does not exist`, { position: at + 1 })
  return table
}

/** One that is known to be there. */
function tableCalled(name: string, database: Database): Table {
  const table = database.tables.get(name)
  if (table === undefined) throw new SqlError('42P01', `relation "${name}" does not exist`)
  return table
}

// ---- changes

function fill(table: Table, given: ReadonlyMap<string, Cell>): Cell[] {
  return table.columns.map((column): Cell => {
    const value = given.get(column.name)
    if (value !== undefined) return stored(value, column)
    return column.isSerial === true ? table.serial++ : column.default ?? null
  })
}
/** The rows with more, each of which the table's constraints allow beside those before it. */
function withMore(table: Table, rows: readonly Cell[][], added: readonly Cell[][]): Cell[][] {
  const all = [...rows]
  for (const row of added) {
    check(table, all, row, undefined)
    all.push(row)
  }
  return all
}
function check(table: Table, rows: readonly (readonly Cell[])[], row: readonly Cell[], self: readonly Cell[] | undefined): void {
  for (const [i, column] of table.columns.entries()) {
    if (row[i] === null && (column.isNotNull === true || column.isKey === true)) throw new SqlError('23502', `null value in column "${column.name}" of relation "${table.name}" violates not-null constraint`, { detail: `Failing row contains (${row.map((cell) => shownCell(cell) ?? 'null').join(', ')}).` })
    if (column.isKey === true && rows.some((other) => other !== self && compareCells(other[i], row[i]) === 0)) throw new SqlError('23505', `duplicate key value violates unique constraint "${table.name}_pkey"`, { detail: `Key (${column.name})=(${String(row[i])}) already exists.` })
  }
}

function* insert(tokens: TokenStream, around: Surroundings): Flow<Result> {
  tokens.expect('into')
  const table = tableNamed(tokens, around)
  let names = table.columns.map(({ name }) => name)
  const isNamed = tokens.take('(')
  const places: number[] = []
  if (isNamed) {
    names = []
    do {
      const at = tokens.peek.at
      places.push(at)
      const name = tokens.name()
      if (!table.columns.some((column) => column.name === name)) throw new SqlError('42703', `column "${name}" of relation "${table.name}" does not exist`, { position: at + 1 })
      names.push(name)
    } while (tokens.take(','))
    tokens.expect(')')
  }
  if (tokens.is('select', 'default')) throw notSimulated(`INSERT … ${tokens.peek.text.toUpperCase()}`)
  tokens.expect('values')
  const given: ReadonlyMap<string, Cell>[] = []
  do {
    tokens.expect('(')
    const at: number[] = []
    const values: Cell[] = []
    do {
      at.push(tokens.peek.at)
      values.push(evaluate(parseExpression(tokens), scopeOf([], [], around)))
    } while (tokens.take(','))
    tokens.expect(')')
    if (values.length < names.length && isNamed) throw new SqlError('42601', 'INSERT has more target columns than expressions', { position: places[values.length] + 1 })
    if (values.length > names.length) throw new SqlError('42601', 'INSERT has more expressions than target columns', { position: at[names.length] + 1 })
    given.push(new Map(values.map((value, i) => [names[i], value])))
  } while (tokens.take(','))
  if (tokens.is('returning', 'on')) throw notSimulated(`INSERT … ${tokens.peek.text.toUpperCase()}`)
  tokens.finish()
  yield* around.cluster.changeRows(around.database, table, (rows) => withMore(table, rows, given.map((values) => fill(table, values))))
  if (table.columns.some((column) => column.isSerial === true)) yield* around.cluster.saveTables(around.database)
  return { tag: `INSERT 0 ${given.length}` }
}

function* update(tokens: TokenStream, around: Surroundings): Flow<Result> {
  const table = tableNamed(tokens, around)
  tokens.expect('set')
  const changes: { readonly index: number; readonly value: Expression }[] = []
  do {
    const at = tokens.peek.at
    const name = tokens.name()
    const index = table.columns.findIndex((column) => column.name === name)
    if (index < 0) throw new SqlError('42703', `column "${name}" of relation "${table.name}" does not exist`, { position: at + 1 })
    tokens.expect('=')
    changes.push({ index, value: parseExpression(tokens) })
  } while (tokens.take(','))
  const condition = tokens.take('where') ? parseExpression(tokens) : undefined
  tokens.finish()
  let count = 0
  yield* around.cluster.changeRows(around.database, table, (rows) => rows.map((row) => {
    if (!holds(condition, table.columns, row, around)) return row
    const changed = [...row]
    for (const { index, value } of changes) changed[index] = stored(evaluate(value, scopeOf(table.columns, row, around)), table.columns[index])
    check(table, rows, changed, row)
    count++
    return changed
  }))
  return { tag: `UPDATE ${count}` }
}

// ---- tables, databases, roles

function* create(tokens: TokenStream, around: Surroundings): Flow<Result | undefined> {
  if (tokens.take('database')) {
    const name = tokens.name()
    const owner = tokens.take('owner') ? (tokens.take('='), tokens.name()) : around.role.name
    tokens.finish()
    if (!around.role.isSuper) throw denied('permission denied to create database')
    if (!around.cluster.roles.has(owner)) throw new SqlError('42704', `role "${owner}" does not exist`)
    yield* around.cluster.createDatabase(name, owner)
    return { tag: 'CREATE DATABASE' }
  }
  if (tokens.is('role', 'user')) {
    const isUser = tokens.next().text === 'user'
    return yield* changeRole(tokens, around, true, isUser)
  }
  if (!tokens.take('table')) return undefined
  const isCareful = tokens.take('if')
  if (isCareful) {
    tokens.expect('not')
    tokens.expect('exists')
  }
  const { at } = tokens.peek
  const name = tokens.qualified()
  tokens.expect('(')
  const columns: Column[] = []
  do columns.push(parseColumn(tokens))
  while (tokens.take(','))
  tokens.expect(')')
  tokens.finish()
  if (around.database.tables.has(name)) {
    if (isCareful) return { tag: 'CREATE TABLE', notice: `relation "${name}" already exists, skipping` }
    throw new SqlError('42P07', `relation "${name}" already exists`)
  }
  // public belongs to the database's owner
  if (!owns(around, around.database)) throw new SqlError('42501', 'permission denied for schema public', { position: at + 1 })
  const table: Table = { name, oid: around.cluster.newOid(), owner: around.role.name, columns, rows: [], serial: 1 }
  yield* around.cluster.changeRows(around.database, table, () => [])
  around.database.tables.set(name, table)
  yield* around.cluster.saveTables(around.database)
  return { tag: 'CREATE TABLE' }
}
function parseColumn(tokens: TokenStream): Column {
  if (tokens.is('primary', 'unique', 'foreign', 'check', 'constraint')) throw notSimulated('a constraint of its own line')
  const name = tokens.name()
  const isSerial = tokens.is('serial', 'bigserial')
  const type = parseType(tokens)
  let column: Column = { name, ...type, ...(isSerial ? { isSerial, isNotNull: true } : {}) }
  for (;;) {
    if (tokens.take('not')) {
      tokens.expect('null')
      column = { ...column, isNotNull: true }
    } else if (tokens.take('primary')) {
      tokens.expect('key')
      column = { ...column, isKey: true, isNotNull: true }
    } else if (tokens.take('default')) {
      const value = parseExpression(tokens, 5)
      if (value.kind !== 'value') throw notSimulated('a default that is not a constant')
      column = { ...column, default: stored(value.value, type) }
    } else if (tokens.take('null')) continue
    else if (tokens.is('unique', 'references', 'check', 'generated')) throw notSimulated(`${tokens.peek.text.toUpperCase()} of a column`)
    else return column
  }
}

function* drop(tokens: TokenStream, around: Surroundings): Flow<Result | undefined> {
  const kind = tokens.is('table', 'database', 'role', 'user') ? tokens.next().text : ''
  if (kind === '') return undefined
  const isCareful = tokens.take('if')
  if (isCareful) tokens.expect('exists')
  const name = tokens.qualified()
  tokens.finish()
  const what = kind === 'table' ? 'table' : kind === 'database' ? 'database' : 'role'
  const known = kind === 'table' ? around.database.tables.has(name) : kind === 'database' ? around.cluster.databases.has(name) : around.cluster.roles.has(name)
  const tag = `DROP ${kind === 'user' ? 'ROLE' : kind.toUpperCase()}`
  if (!known) {
    if (isCareful) return { tag, notice: `${what} "${name}" does not exist, skipping` }
    throw new SqlError(kind === 'table' ? '42P01' : kind === 'database' ? '3D000' : '42704', `${what} "${name}" does not exist`)
  }
  if (kind === 'table') yield* dropTable(name, around)
  else if (kind === 'database') yield* dropDatabase(name, around)
  else yield* dropRole(name, around)
  return { tag }
}

function* dropTable(name: string, around: Surroundings): Flow<void> {
  const table = tableCalled(name, around.database)
  if (!owns(around, table)) throw denied(`must be owner of table ${name}`)
  yield* around.cluster.dropTable(around.database, table)
}
function* dropDatabase(name: string, around: Surroundings): Flow<void> {
  const database = around.cluster.databases.get(name)
  if (database !== undefined && !owns(around, database)) throw denied(`must be owner of database ${name}`)
  if (name === around.database.name) throw new SqlError('55006', 'cannot drop the currently open database')
  if (/^template[01]$/.test(name)) throw new SqlError('42809', 'cannot drop a template database')
  const others = around.others(name)
  if (others > 0) throw new SqlError('55006', `database "${name}" is being accessed by other users`, { detail: others === 1 ? 'There is 1 other session using the database.' : `There are ${others} other sessions using the database.` })
  yield* around.cluster.dropDatabase(name)
}
function* dropRole(name: string, around: Surroundings): Flow<void> {
  const { cluster } = around
  if (!around.role.isSuper) throw denied('permission denied to drop role')
  if (name === around.role.name) throw new SqlError('55006', 'current user cannot be dropped')
  const mine = ({ owner }: { readonly owner: string }): boolean => owner === name
  const owned = [...cluster.databases.values()].flatMap((database) => {
    const tables = [...database.tables.values()].filter(mine)
    const inside = database === around.database ? tables.map((table) => `owner of table ${table.name}`) : tables.length === 0 ? [] : [`${tables.length} object${tables.length === 1 ? '' : 's'} in database ${database.name}`]
    return mine(database) ? [`owner of database ${database.name}`, ...inside] : inside
  })
  if (owned.length > 0) throw new SqlError('2BP01', `role "${name}" cannot be dropped because some objects depend on it`, { detail: owned.join('\n') })
  cluster.roles.delete(name)
  yield* cluster.saveRoles()
}

/** CREATE and ALTER ROLE with PASSWORD, LOGIN, SUPERUSER and their opposites. */
function* changeRole(tokens: TokenStream, around: Surroundings, isNew: boolean, isUser = false): Flow<Result> {
  const name = tokens.name()
  const known = around.cluster.roles.get(name)
  if (isNew && known !== undefined) throw new SqlError('42710', `role "${name}" already exists`)
  if (!isNew && known === undefined) throw new SqlError('42704', `role "${name}" does not exist`)
  const role: Role = known !== undefined ? { ...known } : { name, oid: around.cluster.newOid(), secret: null, isSuper: false, canLogin: isUser }
  tokens.take('with')
  const words = new Set<string>()
  while (!tokens.isAtEnd) {
    const word = tokens.next()
    words.add(word.text.replace(/^(no(?=login|superuser)|encrypted$)/, ''))
    if (word.text === 'password' || word.text === 'encrypted') {
      if (word.text === 'encrypted') tokens.expect('password')
      const value = tokens.next()
      if (value.kind !== 'string' && value.text !== 'null') throw tokens.error(value)
      role.secret = value.kind === 'string' ? yield* around.makeSecret(value.text) : null
    } else if (word.text === 'superuser' || word.text === 'nosuperuser') role.isSuper = word.text === 'superuser'
    else if (word.text === 'login' || word.text === 'nologin') role.canLogin = word.text === 'login'
    else throw ['createdb', 'createrole', 'inherit', 'replication', 'connection', 'valid', 'in', 'set'].includes(word.text) ? notSimulated(`${word.text.toUpperCase()} of a role`) : tokens.error(word)
  }
  if (!around.role.isSuper) {
    if (isNew) throw denied(words.has('superuser') ? 'must be superuser to create superusers' : 'permission denied to create role')
    if (words.has('superuser') || known?.isSuper === true) throw denied('must be superuser to alter superuser roles or change superuser attribute')
    // one's own password is one's own affair
    if (name !== around.role.name || words.has('login')) throw denied('permission denied')
  }
  // sessions of the role hold on to it
  around.cluster.roles.set(name, known === undefined ? role : Object.assign(known, role))
  yield* around.cluster.saveRoles()
  return { tag: isNew ? 'CREATE ROLE' : 'ALTER ROLE' }
}

/** COPY table FROM PROGRAM 'command' and TO PROGRAM: a line is a row of a table with one column. For superusers: the command runs as the server's user. */
function* copy(tokens: TokenStream, around: Surroundings): Flow<Result | undefined> {
  const table = tableNamed(tokens, around)
  const isFrom = tokens.is('from')
  if (!isFrom && !tokens.is('to')) return undefined
  tokens.next()
  if (!tokens.take('program')) throw notSimulated('COPY with anything but PROGRAM')
  const command = tokens.next()
  if (command.kind !== 'string') throw tokens.error(command)
  tokens.finish()
  if (!around.role.isSuper) throw new SqlError('42501', 'must be superuser or have privileges of the pg_execute_server_program role to COPY to or from an external program', { hint: "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone." })
  const lines = table.rows.map((row) => row.map((cell) => shownCell(cell) ?? '\\N').join('\t'))
  const output = yield* around.program(command.text, isFrom ? undefined : lines.map((line) => `${line}\n`).join(''))
  if (!isFrom) return { tag: `COPY ${lines.length}` }
  const added = output.replace(/\n$/, '').split('\n').filter((line, i, all) => line !== '' || all.length > 1 || i > 0)
  const rows = added.map((line) => {
    const cells = table.columns.length === 1 ? [line] : line.split('\t')
    if (cells.length > table.columns.length) throw new SqlError('22P04', 'extra data after last expected column')
    if (cells.length < table.columns.length) throw new SqlError('22P04', `missing data for column "${table.columns[cells.length].name}"`)
    return cells.map((cell, i) => (cell === '\\N' ? null : stored(cell, table.columns[i])))
  })
  yield* around.cluster.changeRows(around.database, table, (old) => withMore(table, old, rows))
  return { tag: `COPY ${added.length}` }
}
