// How ls puts names in columns: the widest arrangement that fits the line, gaps of at least two cells filled with tabs where tab stops allow.

const MIN_COLUMN_WIDTH = 3

/** Column widths of the best arrangement of names with these widths; `down` fills columns first (-C), else rows (-x). */
export function chooseColumns(widths: readonly number[], lineLength: number, down: boolean): readonly number[] {
  const count = widths.length
  const most = Math.max(1, Math.min(Math.ceil(lineLength / MIN_COLUMN_WIDTH), count))
  for (let columns = most; columns > 1; columns--) {
    const arrangement = new Array<number>(columns).fill(MIN_COLUMN_WIDTH)
    const perColumn = Math.floor((count + columns - 1) / columns)
    for (let i = 0; i < count; i++) {
      const column = down ? Math.floor(i / perColumn) : i % columns
      arrangement[column] = Math.max(arrangement[column], widths[i] + (column === columns - 1 ? 0 : 2))
    }
    if (arrangement.reduce((a, b) => a + b, 0) < lineLength) return arrangement
  }
  return [widths.reduce((a, b) => Math.max(a, b), MIN_COLUMN_WIDTH)]
}

/** White space from one column to another; `tab` 0 means spaces only. */
export function indent(from: number, to: number, tab: number): string {
  let at = from
  let out = ''
  while (at < to) {
    if (tab > 0 && Math.floor(to / tab) > Math.floor((at + 1) / tab)) {
      out += '\t'
      at += tab - (at % tab)
    } else {
      out += ' '
      at++
    }
  }
  return out
}

export interface Cell {
  readonly text: string
  readonly width: number
}

/** The lines of a listing in columns. */
export function columnLines(cells: readonly Cell[], lineLength: number, down: boolean, tab: number): string[] {
  const columns = chooseColumns(cells.map((c) => c.width), lineLength, down)
  const rows = Math.ceil(cells.length / columns.length)
  const lines: string[] = []
  for (let row = 0; row < rows; row++) {
    let line = ''
    let position = 0
    for (let column = 0; column < columns.length; column++) {
      const index = down ? row + column * rows : row * columns.length + column
      if (index >= cells.length) break
      line += cells[index].text
      const next = down ? index + rows : column + 1 < columns.length ? index + 1 : cells.length
      if (next >= cells.length) break
      line += indent(position + cells[index].width, position + columns[column], tab)
      position += columns[column]
    }
    lines.push(line)
  }
  return lines
}

/** -m: names with commas, wrapped at the line length. */
export function commaText(cells: readonly Cell[], lineLength: number): string {
  let out = ''
  let position = 0
  cells.forEach((cell, i) => {
    if (i > 0) {
      const fits = lineLength === 0 || position + cell.width + 2 < lineLength
      out += fits ? ', ' : ',\n'
      position = fits ? position + 2 : 0
    }
    out += cell.text
    position += cell.width
  })
  return `${out}\n`
}

/** BusyBox's columns: all as wide as the widest name and two blanks, filled downwards. */
export function evenColumnLines(cells: readonly Cell[], lineLength: number): string[] {
  const wide = Math.max(...cells.map((cell) => cell.width)) + 2
  const columns = Math.max(1, Math.floor(lineLength / wide))
  const rows = Math.ceil(cells.length / columns)
  return Array.from({ length: rows }, (_, row) => {
    const line = cells.filter((_cell, i) => i % rows === row)
    return line.map((cell, i) => (i === line.length - 1 ? cell.text : cell.text + ' '.repeat(wide - cell.width))).join('')
  })
}
