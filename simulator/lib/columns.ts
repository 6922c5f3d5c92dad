// Tables as libsmartcols prints them (findmnt, lsns, lsblk, prlimit …): aligned columns, trees, raw, key="value" pairs, JSON.
// Content decides the widths; only on a terminal is a table shrunk to fit. Simpler: no multi-line cells, no column groups.
import { shrinkToTerminal } from './columns-width.ts'
import { textWidth } from './width.ts'

export interface Column {
  readonly name: string
  readonly right?: boolean
  /** Carries the branches if the rows have children. */
  readonly tree?: boolean
  /** May be cut off on a terminal. */
  readonly trunc?: boolean
  /** A few very long cells need not widen it on a terminal. */
  readonly noExtremes?: boolean
  /** The share of the terminal's width (below 1) or the width it would like to have. */
  readonly hint?: number
  /** In JSON: without quotes. */
  readonly json?: 'number' | 'boolean'
}

export interface Row {
  /** One per column; undefined is an empty cell, null in JSON. */
  readonly cells: readonly (string | undefined)[]
  readonly children: readonly Row[]
}

export interface TableOptions {
  readonly format: 'table' | 'raw' | 'pairs' | 'json'
  readonly noHeadings?: boolean
  /** Branches of |- and `-. */
  readonly ascii?: boolean
  /** The terminal's width; undefined if the output is no terminal. */
  readonly terminal?: number
  /** Pairs: each on a line of its own. */
  readonly newlines?: boolean
  /** Name of the array in JSON. */
  readonly jsonName?: string
}

/** A row in output order with the branches in front of its tree cell. */
interface Line {
  readonly cells: readonly (string | undefined)[]
  readonly branches: string
}

export function formatTable(columns: readonly Column[], rows: readonly Row[], options: TableOptions): string {
  if (options.format === 'json') return formatJson(columns, rows, options.jsonName ?? 'table')
  if (rows.length === 0) return ''
  const lines = flatten(rows, options.ascii === true)
  if (options.format === 'raw') return formatRaw(columns, lines, options)
  if (options.format === 'pairs') return formatPairs(columns, lines, options.newlines === true ? '\n' : ' ')
  return formatAligned(columns, lines, options)
}

function flatten(rows: readonly Row[], ascii: boolean): Line[] {
  const [vertical, branch, last] = ascii ? ['| ', '|-', '`-'] : ['│ ', '├─', '└─']
  const lines: Line[] = []
  const visit = (row: Row, branches: string, below: string): void => {
    lines.push({ cells: row.cells, branches })
    row.children.forEach((child, i) => {
      const isLast = i === row.children.length - 1
      visit(child, below + (isLast ? last : branch), below + (isLast ? '  ' : vertical))
    })
  }
  for (const row of rows) visit(row, '', '')
  return lines
}

const hex = (char: string): string => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`

/** Control characters as \x09. */
const printable = (text: string): string => text.replace(/[\x00-\x1f\x7f]/g, hex)

function formatRaw(columns: readonly Column[], lines: readonly Line[], options: TableOptions): string {
  const head = options.noHeadings === true ? [] : [columns.map((c) => c.name).join(' ')]
  const body = lines.map((line) => columns.map((_, i) => (line.cells[i] ?? '').replace(/[\x00-\x20\x7f\\]/g, hex)).join(' '))
  return [...head, ...body].map((line) => `${line}\n`).join('')
}

function formatPairs(columns: readonly Column[], lines: readonly Line[], separator: string): string {
  return lines.map((line) => `${columns.map((c, i) => `${c.name}="${(line.cells[i] ?? '').replace(/[\x00-\x1f\x7f"\\`$]/g, hex)}"`).join(separator)}\n`).join('')
}

function formatAligned(columns: readonly Column[], lines: readonly Line[], options: TableOptions): string {
  const tree = columns.findIndex((c) => c.tree)
  const text = (line: Line, i: number): string => (i === tree ? line.branches : '') + printable(line.cells[i] ?? '')
  const cells = lines.map((line) => columns.map((_, i) => text(line, i)))
  const natural = columns.map((c, i) => naturalWidth(c, Math.max(0, ...cells.map((row) => textWidth(row[i])))))
  const widths = options.terminal === undefined ? natural : shrinkToTerminal(columns, natural, cells, options.terminal)
  const heading = options.noHeadings === true ? [] : [columns.map((c) => c.name)]
  return [...heading, ...cells].map((row) => formatLine(columns, row, widths, options.terminal)).join('')
}

/** At least the header's width; content that fills the header gets the width the column would like to have. */
function naturalWidth(column: Column, content: number): number {
  const header = Math.max(textWidth(column.name), 1)
  if (content < header) return header
  const hint = column.hint ?? 0
  return hint >= 1 && content < hint && header < hint ? hint : content
}

function formatLine(columns: readonly Column[], row: readonly string[], widths: readonly number[], terminal: number | undefined): string {
  let out = ''
  columns.forEach((column, i) => {
    const isLast = i === columns.length - 1
    const cut = terminal !== undefined && column.trunc === true ? cutToWidth(row[i], widths[i]) : row[i]
    const missing = widths[i] - textWidth(cut)
    if (missing < 0 && !isLast) {
      // Too long and not to be cut: the rest of the row goes on below.
      out += `${cut}\n${columns.slice(0, i + 1).map((_, k) => ' '.repeat(widths[k])).join(' ')}`
    } else if (column.right) out += ' '.repeat(Math.max(missing, 0)) + cut
    else out += isLast ? cut : cut + ' '.repeat(missing)
    if (!isLast) out += ' '
  })
  return `${out}\n`
}

function cutToWidth(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let out = ''
  let used = 0
  for (const char of text) {
    used += textWidth(char)
    if (used > width) break
    out += char
  }
  return out
}

const jsonString = (text: string): string => JSON.stringify(text)

function formatJson(columns: readonly Column[], rows: readonly Row[], name: string): string {
  const value = (column: Column, cell: string | undefined): string => {
    if (cell === undefined) return 'null'
    if (column.json === 'boolean') return cell === '0' || cell === 'no' ? 'false' : 'true'
    return column.json === 'number' ? (cell === '' ? 'null' : cell) : jsonString(cell)
  }
  const array = (list: readonly Row[], key: string, depth: number): string => {
    const pad = '   '.repeat(depth)
    const object = (row: Row): string => {
      const fields = columns.map((c, i) => `${pad}      "${c.name.toLowerCase()}": ${value(c, row.cells[i])}`)
      if (row.children.length > 0) fields.push(array(row.children, 'children', depth + 2))
      return `{\n${fields.join(',\n')}\n${pad}   }`
    }
    return `${pad}"${key}": [\n${pad}   ${list.map(object).join(',')}\n${pad}]`
  }
  return `{\n${array(rows, name, 1)}\n}\n`
}
