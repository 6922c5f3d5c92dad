// How ps lays out rows: columns at their places where possible, what overflows pushes the next to the right (procps' show_one_proc).
import type { Column, PsContext } from './columns.ts'
import { COLUMNS, PID_COLUMNS } from './columns.ts'
import type { FormatItem } from './ps-options.ts'
import type { Process } from './read-proc.ts'
import { textWidth } from '../../../lib/width.ts'

/** A column as this listing shows it. */
export interface Shown {
  readonly column: Column
  readonly header: string
  readonly width: number
}

export function shownColumns(items: readonly FormatItem[], pidWidth: number): readonly Shown[] {
  const out: Shown[] = []
  for (const item of items) {
    const column = COLUMNS.get(item.name)
    if (column === undefined) continue
    const header = item.header ?? column.header
    const own = PID_COLUMNS.has(item.name) ? Math.max(pidWidth, column.header.length) : column.width
    const width = item.width ?? Math.max(own, item.header?.length ?? 0)
    out.push({ column, header, width })
  }
  return out
}

/** One line. `cell` gives a column's text for the room it has. */
function layOut(columns: readonly Shown[], screen: number, cell: (shown: Shown, room: number) => string, numeric: boolean): string {
  let line = ''
  let correct = 0
  let actual = 0
  columns.forEach((shown, i) => {
    const last = i === columns.length - 1
    const room = last ? Math.max(0, screen - Math.max(correct, actual)) : shown.width
    const text = cell(shown, room)
    const amount = textWidth(text)
    const alignRight = shown.column.side === 'right' || (shown.column.side === 'user' && numeric)
    const leftpad = alignRight ? Math.max(0, shown.width - amount) : 0
    const space = Math.max(correct - actual + leftpad, i === 0 ? 0 : 1)
    line += ' '.repeat(space) + text
    actual += space + amount
    correct += shown.width + 1
  })
  return line.length > screen ? line.slice(0, screen) : line
}

/** The heading, or undefined when every column's heading is empty. */
export function headingLine(columns: readonly Shown[], screen: number, numeric: boolean): string | undefined {
  if (columns.every((shown) => shown.header === '')) return undefined
  return layOut(columns, screen, (shown) => shown.header, numeric)
}

export function processLine(columns: readonly Shown[], screen: number, p: Process, x: PsContext): string {
  return layOut(columns, screen, (shown, room) => shown.column.text(p, x, shown.column.side === 'unlimited' ? room : shown.width), x.numeric)
}

/** A process with what is drawn before its command. */
export interface Placed {
  readonly process: Process
  readonly prefix: string
}

/** The order and prefixes of --forest and -H. With --forest the children of PID 1 stand at the left like roots. */
export function forest(all: readonly Process[], style: 'art' | 'indent'): readonly Placed[] {
  const byParent = new Map<number, Process[]>()
  const pids = new Set(all.map((p) => p.pid))
  for (const p of all) {
    const siblings = byParent.get(p.ppid)
    if (siblings === undefined) byParent.set(p.ppid, [p])
    else siblings.push(p)
  }
  const out: Placed[] = []
  const show = (p: Process, marks: string, level: number): void => {
    out.push({ process: p, prefix: style === 'indent' ? '  '.repeat(level) : drawn(marks) })
    const below = level === 0 ? '' : marks.slice(0, -1) + (marks.endsWith('+') ? '|' : ' ')
    const children = byParent.get(p.pid) ?? []
    children.forEach((child, i) => {
      if (child === p) return
      const more = i < children.length - 1
      if (p.pid === 1 && style === 'art') show(child, marks, level)
      else show(child, below + (more ? '+' : 'L'), level + 1)
    })
  }
  for (const p of all) if (!pids.has(p.ppid)) show(p, '', 0)
  return out
}

const drawn = (marks: string): string => Array.from(marks, (m) => (m === ' ' ? '    ' : m === '|' ? ' |  ' : ' \\_ ')).join('')
