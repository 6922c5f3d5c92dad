// How psql prints a result: aligned columns under a centred heading, or bare values; numbers stand to the right.
import { textWidth } from '../../../lib/width.ts'
import type { ResultSet } from './client.ts'
import { TYPE_OIDS } from './sql-values.ts'

export interface Style { readonly isAligned: boolean; readonly isBare: boolean; readonly isExpanded: boolean; readonly separator: string }

const NUMERIC = new Set([TYPE_OIDS.integer, TYPE_OIDS.bigint, TYPE_OIDS['double precision']])
const pad = (text: string, width: number, isRight: boolean): string => (isRight ? ' '.repeat(Math.max(0, width - textWidth(text))) + text : text + ' '.repeat(Math.max(0, width - textWidth(text))))
const centred = (text: string, width: number): string => {
  const room = width - textWidth(text)
  return ' '.repeat(Math.floor(room / 2)) + text + ' '.repeat(Math.ceil(room / 2))
}

export function tableText({ columns, rows }: Pick<ResultSet, 'columns' | 'rows'>, style: Style, title?: string, footers?: readonly string[]): string {
  if (style.isExpanded) return expanded({ columns, rows }, style)
  if (!style.isAligned) return unaligned({ columns, rows }, style, footers)
  const cells = rows.map((row) => row.map((cell) => (cell ?? '').split('\n')))
  const widths = columns.map(({ name }, i) => Math.max(textWidth(name), ...cells.map((row) => Math.max(...row[i].map(textWidth)))))
  const lines: string[] = []
  const total = widths.reduce((sum, width) => sum + width + 3, -1)
  if (title !== undefined) lines.push(textWidth(title) >= total ? title : ' '.repeat(Math.floor((total - textWidth(title)) / 2)) + title)
  if (!style.isBare) {
    lines.push(columns.map(({ name }, i) => ` ${centred(name, widths[i])} `).join('|'))
    lines.push(widths.map((width) => '-'.repeat(width + 2)).join('+'))
  }
  for (const row of cells) {
    const height = Math.max(1, ...row.map((parts) => parts.length))
    for (let n = 0; n < height; n++) {
      lines.push(row.map((parts, i) => {
        const text = parts[n] ?? ''
        const isContinued = n + 1 < parts.length
        const isLast = i === row.length - 1
        const right = NUMERIC.has(columns[i].oid)
        const shown = isLast && !isContinued && !right ? text : pad(text, widths[i], right)
        return ` ${shown}${isContinued ? '+' : isLast ? '' : ' '}`
      }).join('|'))
    }
  }
  if (!style.isBare) lines.push(...(footers ?? [`(${rows.length} row${rows.length === 1 ? '' : 's'})`]))
  return `${lines.join('\n')}\n\n`
}

function unaligned({ columns, rows }: Pick<ResultSet, 'columns' | 'rows'>, { isBare, separator }: Style, footers: readonly string[] | undefined): string {
  const lines = rows.map((row) => row.map((cell) => cell ?? '').join(separator))
  if (!isBare) {
    lines.unshift(columns.map(({ name }) => name).join(separator))
    lines.push(...(footers ?? [`(${rows.length} row${rows.length === 1 ? '' : 's'})`]))
  }
  return lines.map((line) => `${line}\n`).join('')
}

function expanded({ columns, rows }: Pick<ResultSet, 'columns' | 'rows'>, { isBare }: Style): string {
  if (rows.length === 0) return '(0 rows)\n\n'
  const width = Math.max(...columns.map(({ name }) => textWidth(name)))
  const values = Math.max(...rows.flat().map((cell) => textWidth(cell ?? '')))
  const records = rows.map((row, n) => {
    const head = `-[ RECORD ${n + 1} ]`
    const rule = `${'-'.repeat(width + 1)}+${'-'.repeat(values + 1)}`
    const heading = head.length <= width + 1 ? head + '-'.repeat(width + 1 - head.length) + rule.slice(width + 1) : head + rule.slice(Math.min(rule.length, head.length))
    return `${isBare ? '' : `${heading}\n`}${row.map((cell, i) => `${pad(columns[i].name, width, false)} | ${cell ?? ''}\n`).join('')}`
  })
  return `${records.join(isBare ? '\n' : '')}\n`
}
