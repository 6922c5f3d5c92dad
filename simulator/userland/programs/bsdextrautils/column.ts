// column(1) of bsdextrautils 2.38: fills columns, or makes a table (-t) of lines of words, or JSON of it (-J).
// Simpler: a table may become wider than the terminal (no -T -W -E), and there are no trees.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { textWidth } from '../../../lib/width.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, unsimulated, usageError } from '../../libc/err.ts'
import { readFile, readToEnd } from '../../libc/unistd.ts'
import { terminalSize } from '../../libc/terminal-size.ts'
import { COLUMN_HELP } from './help.ts'

export const COLUMN_SHORT = 'tc:s:o:xN:R:H:O:n:l:deJLhVE:T:W:i:p:r:'
export const COLUMN_UNSIMULATED = 'ETWipr'
export const COLUMN_LONG: readonly LongOption[] = [
  { name: 'table', arg: 'none', is: 't' }, { name: 'output-width', arg: 'required', is: 'c' }, { name: 'separator', arg: 'required', is: 's' }, { name: 'output-separator', arg: 'required', is: 'o' },
  { name: 'fillrows', arg: 'none', is: 'x' }, { name: 'table-columns', arg: 'required', is: 'N' }, { name: 'table-right', arg: 'required', is: 'R' }, { name: 'json', arg: 'none', is: 'J' },
  { name: 'table-hide', arg: 'required', is: 'H' }, { name: 'table-order', arg: 'required', is: 'O' }, { name: 'table-name', arg: 'required', is: 'n' },
  { name: 'table-columns-limit', arg: 'required', is: 'l' }, { name: 'table-noheadings', arg: 'none', is: 'd' }, { name: 'table-header-repeat', arg: 'none', is: 'e' },
  { name: 'keep-empty-lines', arg: 'none', is: 'L' }, { name: 'table-noextreme', arg: 'required', unsimulated: true }, { name: 'table-truncate', arg: 'required', unsimulated: true },
  { name: 'table-wrap', arg: 'required', unsimulated: true }, { name: 'tree', arg: 'required', unsimulated: true }, { name: 'tree-id', arg: 'required', unsimulated: true },
  { name: 'tree-parent', arg: 'required', unsimulated: true }, { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' },
]

export function* column(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, COLUMN_SHORT, COLUMN_LONG, COLUMN_UNSIMULATED)
  const options = new Map<string, string>()
  for (const event of parsed.options) {
    if ('error' in event) return yield* usageError(c, 1, event.error)
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'h' || event.opt === 'V') {
      yield* c.stdout.write(event.opt === 'h' ? COLUMN_HELP : 'column from util-linux 2.38.1\n')
      return 0
    }
    if (event.opt === 'c' && !/^\s*\+?\d+$/.test(event.arg ?? '')) return yield* fail(c, 1, `invalid columns argument: '${event.arg}'`)
    if (event.opt === 'l' && !/^\s*\+?\d+$/.test(event.arg ?? '')) return yield* fail(c, 1, `invalid columns limit argument: '${event.arg}'`)
    if (event.opt === 'l' && Number(event.arg) === 0) return yield* fail(c, 1, 'columns limit must be greater than zero')
    options.set(event.opt, event.arg ?? '')
  }
  const isTable = options.has('t') || options.has('J')
  if (!isTable && ['N', 'O', 'n', 'H', 'R'].some((o) => options.has(o))) return yield* fail(c, 1, 'option --table required for all --table-*')
  if (options.has('J') && !options.has('N')) return yield* fail(c, 1, 'option --table-columns required for --json')
  let text = ''
  let status = 0
  for (const name of parsed.operands.length > 0 ? parsed.operands : ['-']) {
    const data = yield* name === '-' ? readToEnd(0) : readFile(name)
    if (isErr(data)) {
      yield* c.stderr.write(`column: ${name}: ${data.message}\n`)
      status = 1
    } else text += typeof data === 'string' ? data : decodeUtf8(data)
  }
  const lines = text.replace(/\n$/, '').split('\n').map((line) => line.trimStart()).filter((line) => line !== '' || (options.has('L') && text !== ''))
  const width = options.has('c') ? Number(options.get('c')) : (yield* terminalSize({ rows: 24, cols: 80 })).cols
  const out = isTable ? yield* table(c, lines, options) : fill(lines, width, options.has('x'))
  for (const line of out) yield* c.stdout.write(`${line}\n`)
  return status
}

interface Column {
  readonly name: string | undefined
  /** Which word of a line it shows. */
  readonly source: number
  right: boolean
  hidden: boolean
}

function splitter(options: ReadonlyMap<string, string>): (line: string) => string[] {
  const separators = options.get('s')
  const limit = Number(options.get('l') ?? Infinity)
  const cut = separators === undefined ? /[ \t]+/ : new RegExp(`[${separators.replace(/[\]\\^-]/g, '\\$&')}]`)
  return (line) => {
    const words: string[] = []
    let rest = separators === undefined ? line.replace(/[ \t]+$/, '') : line
    for (let m = cut.exec(rest); m !== null && words.length + 1 < limit && separators !== ''; m = cut.exec(rest)) {
      words.push(rest.slice(0, m.index))
      rest = rest.slice(m.index + m[0].length)
    }
    return line === '' ? [] : [...words, rest]
  }
}

function* table(c: Crt, lines: readonly string[], options: ReadonlyMap<string, string>): Flow<readonly string[]> {
  const names = options.get('N')?.split(',') ?? []
  const rows = lines.map(splitter(options))
  if (rows.length === 0) return []
  if (options.has('J')) {
    const row = rows.findIndex((words) => words.length > names.length)
    if (row >= 0) exit(yield* fail(c, 1, `line ${row + 1}: for JSON the name of the column ${names.length + 1} is required`))
  }
  const columns: Column[] = Array.from({ length: Math.max(names.length, ...rows.map((r) => r.length)) }, (_x, i) => ({ name: names[i], source: i, right: false, hidden: false }))
  const listed = function* (opt: string): Flow<readonly Column[]> {
    const found: Column[] = []
    for (const word of options.get(opt)?.split(',') ?? []) {
      if (word === '0') found.push(...columns)
      else if (word === '-') found.push(...columns.filter((col) => col.name === undefined))
      else if (/^\d+$/.test(word)) found.push(...columns.slice(Number(word) - 1, Number(word)))
      else {
        const named = columns.find((col) => col.name?.toLowerCase() === word.toLowerCase())
        if (named === undefined) exit(yield* fail(c, 1, `undefined column name '${word}'`))
        else found.push(named)
      }
    }
    return found
  }
  for (const col of yield* listed('R')) col.right = true
  for (const col of yield* listed('H')) col.hidden = true
  const first = yield* listed('O')
  const shown = [...first, ...columns.filter((col) => !first.includes(col))].filter((col) => !col.hidden)
  if (options.has('J')) return json(options.get('n') ?? 'table', shown, rows)
  const cells = rows.map((words) => shown.map((col) => words[col.source] ?? ''))
  if (options.has('N') && !options.has('d')) cells.unshift(shown.map((col) => col.name ?? ''))
  const widths = shown.map((_col, i) => Math.max(...cells.map((row) => textWidth(row[i]))))
  return cells.map((row) =>
    row.map((cell, i) => {
      const pad = ' '.repeat(widths[i] - textWidth(cell))
      return shown[i].right ? pad + cell : i === row.length - 1 ? cell : cell + pad
    }).join(options.get('o') ?? '  '),
  )
}

function json(name: string, columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const objects = rows.map((words) => {
    const members = columns.map((col) => `         ${JSON.stringify((col.name ?? '').toLowerCase())}: ${words[col.source] === undefined ? 'null' : JSON.stringify(words[col.source])}`)
    return `{\n${members.join(',\n')}\n      }`
  })
  return ['{', `   ${JSON.stringify(name.toLowerCase())}: [`, `      ${objects.join(',')}`, '   ]', '}']
}

/** Columns as wide as the longest entry, in steps of a tab. */
function fill(entries: readonly string[], width: number, byRows: boolean): string[] {
  const longest = Math.max(0, ...entries.map((e) => textWidth(e)))
  const cell = (Math.floor(longest / 8) + 1) * 8
  if (longest >= width) return [...entries]
  const columns = Math.max(1, Math.floor(width / cell))
  const rows = Math.ceil(entries.length / columns)
  return Array.from({ length: rows }, (_x, r) => {
    const row = byRows ? entries.slice(r * columns, (r + 1) * columns) : entries.filter((_e, i) => i % rows === r)
    return row.map((entry, i) => (i === row.length - 1 ? entry : entry + '\t'.repeat(Math.ceil((cell - textWidth(entry)) / 8)))).join('')
  })
}
