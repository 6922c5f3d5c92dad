// Output by Go templates and in tables (cli/command/formatter): `table TEMPLATE`, plain templates, Go's tabwriter.
import type { Flow } from '../../../../abi/syscalls.ts'
import { Template } from '../template/execute.ts'
import { TemplateError } from '../template/lexer.ts'
import { GoMap, GoStruct, type GoValue } from '../template/value.ts'
import { type Cli, fail } from './cli.ts'

/** text/tabwriter with minimum width 10, padding 3, blanks: lines with the same number of cells. */
export function tabulate(text: string, minimum = 10, padding = 3): string {
  const lines = text.split('\n').map((line) => line.split('\t'))
  const widths: number[][] = lines.map(() => [])
  const columns = Math.max(...lines.map((l) => l.length))
  for (let column = 0; column < columns; column++) {
    for (let start = 0; start < lines.length;) {
      if (lines[start].length - 1 <= column) {
        start += 1
        continue
      }
      let end = start
      let width = minimum
      while (end < lines.length && lines[end].length - 1 > column) {
        width = Math.max(width, [...lines[end][column]].length + padding)
        end += 1
      }
      for (let i = start; i < end; i++) widths[i][column] = width
      start = end
    }
  }
  return lines.map((cells, i) => cells.map((cell, j) => (j < cells.length - 1 ? cell + ' '.repeat(Math.max(0, widths[i][j] - [...cell].length)) : cell)).join('')).join('\n')
}

/** A row for templates: fields by name, in the type's name for error messages. */
export const context = (type: string, fields: Readonly<Record<string, GoValue>>, labels?: Readonly<Record<string, string>> | null): GoStruct =>
  new GoStruct(`formatter.${type}`, new Map(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, value]) => [k, { value, json: k }])), true,
    new Map(labels === undefined ? [] : [['Label', (name: string) => new Map(Object.entries(labels ?? {})).get(name) ?? '']]))

export interface Listing {
  /** docker ps looks at the template before. */
  readonly isChecked?: boolean
  /** The user's --format, '' for the default. */
  readonly format: string
  /** Default: `table …`, or the template of --quiet. */
  readonly standard: string
  readonly headers: Readonly<Record<string, string>>
  readonly rows: readonly GoStruct[]
}

/** SubHeaderContext.Label: the last part of a label's name. */
const labelHeader = (name: string): string => (name.split('.').at(-1) ?? '').replace(/[-_]/g, ' ')

/** Prints a list. Ends the program with docker's message if the template is wrong. */
export function* printListing(cli: Cli, { format, standard, headers, rows, isChecked }: Listing): Flow<void> {
  const wanted = (format === '' || format === 'table' ? standard : format.trim() === 'raw' ? standard : format).replace(/^ +| +$/g, '').replace(/\\t/g, '\t').replace(/\\n/g, '\n')
  const isTable = wanted.startsWith('table')
  const source = isTable ? wanted.slice('table'.length).replace(/^ +/, '') : wanted
  let template: Template
  try {
    template = new Template(source)
  } catch (thrown) {
    if (thrown instanceof TemplateError) return yield* fail(cli, `${isChecked === true ? 'failed to parse template' : 'template parsing error'}: ${thrown.message}`)
    throw thrown
  }
  let text = ''
  try {
    for (const row of rows) text += `${template.execute(row)}\n`
    if (isTable) text = `${template.execute(new GoMap(new Map(Object.entries(headers)), 'formatter.SubHeaderContext', false, new Map([['Label', labelHeader]])))}\n${text}`
  } catch (thrown) {
    if (thrown instanceof TemplateError) return yield* fail(cli, `failed to execute template: ${thrown.message}`)
    throw thrown
  }
  yield* cli.c.stdout.write(isTable ? tabulate(text) : text)
}

/** units.HumanSizeWithPrecision(size, 3): powers of 1000, three digits. */
export function humanSize(size: number, digits = 3): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = size
  let i = 0
  while (value >= 1000 && i < units.length - 1) {
    value /= 1000
    i += 1
  }
  return `${trimNumber(value, digits)}${units[i]}`
}
/** units.BytesSize: powers of 1024, four digits. */
export function bytesSize(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let value = size
  let i = 0
  while (value >= 1024 && i < units.length - 1) {
    value /= 1024
    i += 1
  }
  return `${trimNumber(value, 4)}${units[i]}`
}
/** %.Ng */
const trimNumber = (value: number, digits: number): string => String(Number(value.toPrecision(digits)))

/** formatter.Ellipsis: at most `width` wide, the last one an ellipsis. */
export const ellipsis = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`)
export const truncateId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)
