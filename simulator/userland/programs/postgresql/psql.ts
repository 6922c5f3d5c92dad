// psql(1): statements from the command line, a file, standard input or a prompt, and the backslash commands that list what there is.
import { isErr } from '../../../abi/errno.ts'
import { O_RDWR } from '../../../abi/fcntl.ts'
import { ECHO, TCGETS, TCSETS, type Termios } from '../../../abi/termios.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, execvpe, isatty, open, readFile, waitpid, writeAll } from '../../libc/unistd.ts'
import { Connection, NeedsPassword, type ResultSet, severityAndText, type Target, targetOf } from './client.ts'
import { long, type PgOptionTable, readOptions } from './options.ts'
import { describe, type Listing, LISTINGS } from './psql-listings.ts'
import { type Style, tableText } from './psql-table.ts'
import { VERSION } from './settings.ts'
import { TYPE_OIDS } from './sql-values.ts'

export const PSQL_OPTIONS: PgOptionTable = {
  short: 'c:d:f:h:p:U:tAqXxwWlF:v:1be', unsimulatedShort: 'aEHLnoPRszS1beW',
  long: [
    long('command', 'c'), long('dbname', 'd'), long('file', 'f'), long('host', 'h'), long('port', 'p'), long('username', 'U'), long('tuples-only', 't', false), long('no-align', 'A', false),
    long('quiet', 'q', false), long('no-psqlrc', 'X', false), long('expanded', 'x', false), long('no-password', 'w', false), { name: 'password', arg: 'none', unsimulated: true }, long('list', 'l', false),
    long('field-separator', 'F'), long('set', 'v'), long('variable', 'v'), { name: 'csv', arg: 'none', unsimulated: true }, { name: 'html', arg: 'none', unsimulated: true },
  ],
}
const CONNECTION_BAD = 2, SCRIPT_ERROR = 3

class Quit {
  readonly status: number
  constructor(status: number) {
    this.status = status
  }
}

class Psql {
  readonly #c: Crt
  #link: Connection
  #style: Style
  readonly #isQuiet: boolean
  readonly #stops: boolean
  #prefix = ''

  constructor(c: Crt, link: Connection, style: Style, isQuiet: boolean, stops: boolean) {
    this.#c = c
    this.#link = link
    this.#style = style
    this.#isQuiet = isQuiet
    this.#stops = stops
  }

  /** Where messages come from: `psql:file:line: `. */
  set prefix(text: string) {
    this.#prefix = text
  }

  /** Answers false after an error. */
  *query(text: string): Flow<boolean> {
    const answer = yield* this.#link.query(text)
    if (answer === undefined) {
      yield* this.#c.stdout.flush()
      yield* this.#c.stderr.write('server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\nconnection to server was lost\n')
      throw new Quit(CONNECTION_BAD)
    }
    for (const notice of answer.notices) yield* this.#c.stderr.write(`${this.#prefix}${notice}\n`)
    for (const result of answer.results) yield* this.#print(result)
    if (answer.error === undefined) return true
    yield* this.#c.stdout.flush()
    yield* this.#c.stderr.write(`${this.#prefix}${errorText(answer.error, text)}`)
    if (answer.error.get('S') === 'FATAL') {
      yield* this.#c.stderr.write('server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\nconnection to server was lost\n')
      throw new Quit(CONNECTION_BAD)
    }
    if (this.#stops) throw new Quit(SCRIPT_ERROR)
    return false
  }
  *#print(result: ResultSet): Flow<void> {
    if (result.columns.length > 0) yield* this.#c.stdout.write(tableText(result, this.#style))
    else if (!this.#isQuiet) yield* this.#c.stdout.write(`${result.tag}\n`)
  }

  /** A backslash command. Answers false if it failed. */
  *command(line: string): Flow<boolean> {
    const [, name = '', rest = ''] = /^\\(\?|!|[^\s]*)\s*(.*)$/s.exec(line.trim()) ?? []
    const argument = rest.trim().replace(/;$/, '')
    const { target } = this.#link
    const say = (text: string): Flow<void> => this.#c.stdout.write(text)
    switch (name.replace(/\+$/, '')) {
      case 'q': case 'quit': throw new Quit(0)
      case 'conninfo':
        yield* say(`You are connected to database "${target.database}" as user "${target.user}" ${this.#link.isLocal ? `via socket in "${target.host}" at` : `on host "${target.host}" at`} port "${target.port}".\n`)
        return true
      case 'x': return yield* this.#toggle({ ...this.#style, isExpanded: !this.#style.isExpanded }, `Expanded display is ${this.#style.isExpanded ? 'off' : 'on'}.`)
      case 't': return yield* this.#toggle({ ...this.#style, isBare: !this.#style.isBare }, `Tuples only is ${this.#style.isBare ? 'off' : 'on'}.`)
      case 'a': return yield* this.#toggle({ ...this.#style, isAligned: !this.#style.isAligned }, `Output format is ${this.#style.isAligned ? 'unaligned' : 'aligned'}.`)
      case 'echo': yield* say(`${argument.replaceAll("'", '')}\n`); return true
      case '!': return yield* this.#shell(rest)
      case 'c': case 'connect': return yield* this.#reconnect(argument)
      case 'i': return yield* this.file(argument)
      case 'd': if (argument !== '') return yield* this.#describe(argument)
    }
    const listing = LISTINGS.get(name.replace(/\+$/, ''))
    if (listing !== undefined && argument === '' && !name.endsWith('+')) return yield* this.#list(listing)
    yield* this.#c.stdout.flush()
    const isReal = listing !== undefined || /^(d[a-zA-Z]*|h|help|\?|timing|e|g|gx|copy|password|set|unset|pset|s|o|r|p|w|z|watch|encoding|errverbose|sf|sv|prompt|if|else|endif)\+?$/.test(name)
    yield* this.#c.stderr.write(isReal ? `\\${name} is real, but not simulated here\n` : `invalid command \\${name}\n`)
    return false
  }
  *#toggle(style: Style, words: string): Flow<boolean> {
    this.#style = style
    if (!this.#isQuiet) yield* this.#c.stdout.write(`${words}\n`)
    return true
  }
  *#shell(command: string): Flow<boolean> {
    yield* this.#c.stdout.flush()
    const env = envStrings(this.#c.env)
    const pid = yield* forkChild(this.#c, function* () {
      yield* execvpe('/bin/sh', command === '' ? ['sh'] : ['sh', '-c', command], env)
      return 127
    })
    if (!isErr(pid)) yield* waitpid(pid)
    return true
  }
  *#reconnect(database: string): Flow<boolean> {
    const target: Target = { ...this.#link.target, database: database === '' ? this.#link.target.database : database }
    const link = new Connection(target)
    const why = yield* link.open(target.password)
    if (why !== undefined) {
      yield* this.#c.stdout.flush()
      yield* this.#c.stderr.write(`${why instanceof NeedsPassword ? link.noPassword() : why}\nPrevious connection kept\n`)
      return false
    }
    yield* this.#link.close()
    this.#link = link
    if (!this.#isQuiet) yield* this.#c.stdout.write(`You are now connected to database "${target.database}" as user "${target.user}".\n`)
    return true
  }
  *#rows(sql: string): Flow<(string | null)[][]> {
    const answer = yield* this.#link.query(sql)
    return answer?.results[0]?.rows ?? []
  }
  *#list({ title, columns, sql, row, none }: Listing): Flow<boolean> {
    const rows = (yield* this.#rows(sql)).map((cells) => row(cells))
    if (rows.length === 0 && none !== undefined) {
      if (!this.#isQuiet) yield* this.#c.stderr.write(`${none}\n`)
      return true
    }
    const roles = title === 'List of roles'
    yield* this.#c.stdout.write(tableText({ columns: columns.map((name) => ({ name, oid: TYPE_OIDS.text })), rows }, this.#style, this.#style.isAligned ? title : undefined, roles ? [] : undefined))
    return true
  }
  *#describe(name: string): Flow<boolean> {
    const bare = name.replace(/^public\./, '')
    const rows = yield* this.#rows(`select column_name, data_type, is_nullable, column_default, is_key, character_maximum_length from information_schema.columns where table_name = '${bare.replaceAll("'", "''")}'`)
    if (rows.length === 0) {
      yield* this.#c.stdout.flush()
      yield* this.#c.stderr.write(`Did not find any relation named "${name}".\n`)
      return false
    }
    const { columns, cells, footers } = describe(bare, rows)
    yield* this.#c.stdout.write(tableText({ columns: columns.map((column) => ({ name: column, oid: TYPE_OIDS.text })), rows: cells }, this.#style, `Table "public.${bare}"`, footers))
    return true
  }

  // ---- where commands come from

  *file(path: string): Flow<boolean> {
    const text = yield* readFile(path)
    if (isErr(text)) {
      yield* this.#c.stdout.flush()
      yield* this.#c.stderr.write(`psql: error: ${path}: ${text.message}\n`)
      return false
    }
    let pending = ''
    for (const [i, line] of text.split('\n').entries()) {
      this.#prefix = `psql:${path}:${i + 1}: `
      pending = yield* this.line(line, pending)
    }
    if (pending.trim() !== '') yield* this.query(pending)
    this.#prefix = ''
    return true
  }
  /** Takes a line; answers what is begun and not ended yet. */
  *line(line: string, pending: string): Flow<string> {
    if (pending.trim() === '' && line.trimStart().startsWith('\\')) {
      yield* this.command(line)
      return ''
    }
    let rest = pending === '' ? line : `${pending}\n${line}`
    for (let end = endOfStatement(rest); end >= 0; end = endOfStatement(rest)) {
      const statement = rest.slice(0, end)
      rest = rest.slice(end + 1)
      if (statement.trim() !== '') yield* this.query(`${statement.trimStart()};`)
    }
    return rest.trim() === '' ? '' : rest
  }
  *interact(): Flow<number> {
    const isTerminal = yield* isatty(0)
    const { database } = this.#link.target
    if (isTerminal && !this.#isQuiet) yield* this.#c.stdout.write(`psql (${VERSION})\nType "help" for help.\n\n`)
    let pending = ''
    for (;;) {
      if (isTerminal) {
        yield* this.#c.stdout.write(`${this.#link.target.database || database}${pending === '' ? '=' : '-'}# `)
        yield* this.#c.stdout.flush()
      }
      const bytes = yield* this.#c.stdin.lineBytes()
      if (bytes === undefined) break
      const text = decodeUtf8(bytes).replace(/\n$/, '')
      if (isTerminal && ['quit', 'exit'].includes(text.trim())) return 0
      pending = yield* this.line(text, pending)
      yield* this.#c.stdout.flush()
    }
    if (isTerminal) yield* this.#c.stdout.write('\\q\n')
    else if (pending.trim() !== '') yield* this.query(pending)
    return 0
  }
  *close(): Flow<void> {
    yield* this.#link.close()
  }
}

/** Where the first statement's semicolon is, outside quotes and comments; -1 if it isn't there yet. */
function endOfStatement(text: string): number {
  for (const match of text.matchAll(/'(?:[^']|'')*'?|"(?:[^"]|"")*"?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;/g)) if (match[0] === ';') return match.index
  return -1
}

function errorText(fields: ReadonlyMap<string, string>, query: string): string {
  let text = `${severityAndText(fields)}\n`
  const position = Number(fields.get('P') ?? 0)
  if (position > 0) {
    const before = [...query].slice(0, position - 1).join('')
    const number = before.split('\n').length
    const column = before.length - (before.lastIndexOf('\n') + 1)
    const head = `LINE ${number}: `
    text += `${head}${query.split('\n')[number - 1] ?? ''}\n${' '.repeat(head.length + column)}^\n`
  }
  if (fields.has('D')) text += `DETAIL:  ${fields.get('D') ?? ''}\n`
  if (fields.has('H')) text += `HINT:  ${fields.get('H') ?? ''}\n`
  return text
}

/** Asks at the terminal, without echo. */
function* askPassword(user: string): Flow<string> {
  const terminal = yield* open('/dev/tty', O_RDWR)
  const [input, output] = isErr(terminal) ? [0, 2] : [terminal, terminal]
  const before = yield* call('ioctl', input, TCGETS)
  const isTerminal = !isErr(before)
  const mode = before as Termios
  if (isTerminal) yield* call('ioctl', input, TCSETS, { ...mode, lflag: mode.lflag & ~ECHO })
  yield* writeAll(output, encodeUtf8(`Password for user ${user}: `))
  let text = ''
  for (;;) {
    const bytes = yield* call('read', input, isErr(terminal) ? 1 : 1024)
    if (isErr(bytes) || bytes.length === 0) break
    text += decodeUtf8(bytes)
    if (text.endsWith('\n')) break
  }
  if (isTerminal) {
    yield* call('ioctl', input, TCSETS, mode)
    yield* writeAll(output, encodeUtf8('\n'))
  }
  if (!isErr(terminal)) yield* close(terminal)
  return text.replace(/\n$/, '')
}

export function* psql(c: Crt): Flow<number> {
  const read = yield* readOptions(c, PSQL_OPTIONS, 'psql: hint: Try "psql --help" for more information.\n')
  if (typeof read === 'number') return read
  const { values, all, operands } = read
  const target = yield* targetOf(c, { host: values.get('h'), port: values.get('p'), user: values.get('U') ?? operands[1], database: values.get('d') ?? operands[0] ?? (values.has('l') ? 'postgres' : undefined) })
  let link = new Connection(target)
  let why = yield* link.open(target.password)
  if (why instanceof NeedsPassword && !values.has('w')) {
    const password = yield* askPassword(target.user)
    link = new Connection({ ...target, password })
    why = yield* link.open(password)
  }
  if (why !== undefined) {
    yield* c.stderr.write(`psql: error: ${why instanceof NeedsPassword ? link.noPassword() : why}\n`)
    return CONNECTION_BAD
  }
  const style: Style = { isAligned: !values.has('A'), isBare: values.has('t'), isExpanded: values.has('x'), separator: values.get('F') ?? '|' }
  const stops = all.some(([name, arg]) => name === 'v' && /^ON_ERROR_STOP=(1|on|true)$/i.test(arg))
  const session = new Psql(c, link, style, values.has('q'), stops)
  try {
    if (values.has('l')) {
      yield* session.command('\\l')
      return 0
    }
    const actions = all.filter(([name]) => name === 'c' || name === 'f')
    let isFine = true
    for (const [name, arg] of actions) isFine = name === 'f' ? yield* session.file(arg) : arg.startsWith('\\') ? yield* session.command(arg) : yield* session.query(arg)
    return actions.length > 0 ? (isFine ? 0 : 1) : yield* session.interact()
  } catch (thrown) {
    if (!(thrown instanceof Quit)) throw thrown
    return thrown.status
  } finally {
    yield* session.close()
  }
}
