// How libsmartcols fits a table to a terminal: first columns with a few extreme cells give way, then columns that may be cut, one cell at a time.
import type { Column } from './columns.ts'
import { textWidth } from './width.ts'

interface State {
  readonly column: Column
  readonly min: number
  readonly max: number
  /** The width without extreme cells, if the column may ignore them and they are rare. */
  readonly usual: number | undefined
  width: number
}

/** Cells much longer than the average, in a column that does not insist on them, count as extremes. */
function usualWidth(column: Column, header: number, cells: readonly string[]): number | undefined {
  if (!column.noExtremes || cells.length === 0) return undefined
  const lengths = cells.map((cell) => textWidth(cell))
  const average = Math.floor(lengths.reduce((a, b) => a + b, 0) / lengths.length)
  if (!lengths.some((n) => n > average * 2)) return undefined
  return Math.max(header, ...lengths.filter((n) => n <= average * 2))
}

export function shrinkToTerminal(columns: readonly Column[], natural: readonly number[], rows: readonly (readonly string[])[], terminal: number): number[] {
  const states: State[] = columns.map((column, i) => {
    const min = textWidth(column.name)
    return { column, min, max: natural[i], usual: usualWidth(column, min, rows.map((row) => row[i])), width: natural[i] }
  })
  const total = (): number => states.reduce((sum, s) => sum + s.width, 0) + states.length - 1
  if (total() > terminal) {
    for (const s of states) if (s.usual !== undefined) s.width = s.usual
    for (const s of states) if (s.usual !== undefined && total() < terminal) s.width += Math.min(terminal - total(), s.max - s.width)
  }
  for (let stage = 0; stage < STAGES.length && total() > terminal; ) {
    let changed = false
    for (const s of states) {
      if (total() > terminal && s.width > s.min && STAGES[stage](s, terminal)) {
        s.width--
        changed = true
      }
    }
    if (!changed) stage++
  }
  return states.map((s) => s.width)
}

const isRelative = (s: State): boolean => s.column.hint !== undefined && s.column.hint > 0 && s.column.hint < 1
const aboveHint = (s: State, terminal: number): boolean => isRelative(s) && s.width > Math.floor((s.column.hint ?? 0) * terminal)

/** Who may lose a cell: columns to be cut that are above their share, then all columns to be cut, then any above its share. */
const STAGES: readonly ((s: State, terminal: number) => boolean)[] = [
  (s, terminal) => s.column.trunc === true && aboveHint(s, terminal),
  (s) => s.column.trunc === true,
  (s, terminal) => aboveHint(s, terminal),
]
