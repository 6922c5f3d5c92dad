// column(1) of util-linux 2.38.1 (Debian's bsdextrautils): fills a list into columns with tabs, or aligns the fields of lines (-t).
// Simpler: of the options for tables only separators, names, right alignment and JSON.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import { formatTable } from '../../../lib/columns.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { textWidth } from '../../../lib/width.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { InStream } from '../../libc/stdio.ts'
import { terminalWidth } from '../../libc/tty.ts'
import { close, open } from '../../libc/unistd.ts'
import { die, option, unsignedNumber } from './common.ts'
import { COLUMN_HELP } from './help/column.ts'

export const COLUMN_OPTIONS: OptionTable = {
  short: 'c:dE:eH:hi:Jl:LN:n:O:o:p:R:r:s:T:tVW:x',
  unsimulatedShort: 'dEeHilnOprTW',
  long: [
    { name: 'columns', arg: 'required', is: 'c' }, { name: 'output-width', arg: 'required', is: 'c' }, { name: 'fillrows', arg: 'none', is: 'x' }, { name: 'help', arg: 'none', is: 'h' },
    { name: 'json', arg: 'none', is: 'J' }, { name: 'keep-empty-lines', arg: 'none', is: 'L' }, { name: 'output-separator', arg: 'required', is: 'o' },
    { name: 'separator', arg: 'required', is: 's' }, { name: 'table', arg: 'none', is: 't' }, { name: 'table-columns', arg: 'required', is: 'N' },
    { name: 'table-right', arg: 'required', is: 'R' }, { name: 'table-name', arg: 'required', unsimulated: true }, { name: 'table-truncate', arg: 'required', unsimulated: true },
    { name: 'tree', arg: 'required', unsimulated: true }, { name: 'version', arg: 'none', is: 'V' },
  ],
}

const TAB = 8

export function* column(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, COLUMN_OPTIONS.short, COLUMN_OPTIONS.long, COLUMN_OPTIONS.unsimulatedShort)
  const args = new Map<string, string>()
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, COLUMN_HELP)
    args.set(opt, arg)
  }
  const width = args.has('c') ? yield* unsignedNumber(c, args.get('c') ?? '', 'invalid columns argument') : ((yield* terminalWidth(1, c.env)) ?? 80)
  if (args.has('J') && !args.has('t')) yield* die(c, 1, 'option --table required for all --table-*')
  const { lines, status } = yield* readLines(c, parsed.operands, args.has('L'))
  if (args.has('t') || args.has('J')) yield* c.stdout.write(table(lines, args))
  else if (lines.length > 0) yield* c.stdout.write(fill(lines, width, args.has('x')))
  return status
}

function* readLines(c: Crt, paths: readonly string[], keepEmpty: boolean): Flow<{ lines: string[]; status: number }> {
  const lines: string[] = []
  let status = 0
  for (const path of paths.length > 0 ? paths : [undefined]) {
    const fd = path === undefined ? 0 : yield* open(path, O_RDONLY)
    if (isErr(fd)) {
      yield* warn(c, path ?? '', fd)
      status = 1
      continue
    }
    const input = path === undefined ? c.stdin : new InStream(fd)
    for (let line = yield* input.line(); line !== undefined; line = yield* input.line()) {
      const text = line.replace(/\n$/, '')
      if (keepEmpty || text.trim() !== '') lines.push(text)
    }
    if (path !== undefined) yield* close(fd)
  }
  return { lines, status }
}

/** Columns of equal width, a multiple of the tab stops; down the columns first, or with `acrossFirst` along the rows. */
function fill(entries: readonly string[], width: number, acrossFirst: boolean): string {
  const longest = Math.max(...entries.map((e) => textWidth(e)))
  const cell = (longest + TAB) & ~(TAB - 1)
  const columns = Math.floor(width / cell)
  if (longest >= width || columns <= 1) return entries.map((e) => `${e}\n`).join('')
  const rows = Math.ceil(entries.length / columns)
  let out = ''
  for (let row = 0; row < rows; row++) {
    const picked = acrossFirst ? entries.slice(row * columns, (row + 1) * columns) : entries.filter((_, i) => i % rows === row)
    picked.forEach((entry, i) => {
      out += entry
      if (i < picked.length - 1) out += '\t'.repeat(Math.ceil((cell - textWidth(entry)) / TAB))
    })
    out += '\n'
  }
  return out
}

function table(lines: readonly string[], args: ReadonlyMap<string, string>): string {
  const separators = args.get('s')
  const split = (line: string): string[] => {
    if (separators === undefined) return line.trim().split(/[ \t]+/)
    return line.split(new RegExp(`[${separators.replace(/[\\\]^-]/g, '\\$&')}]`))
  }
  const rows = lines.map(split)
  const names = args.get('N')?.split(',') ?? []
  const count = Math.max(names.length, ...rows.map((r) => r.length), 0)
  if (count === 0) return ''
  if (args.has('J')) {
    const columns = Array.from({ length: count }, (_, i) => ({ name: names[i] ?? `COL${i + 1}` }))
    return formatTable(columns, rows.map((cells) => ({ cells, children: [] })), { format: 'json', jsonName: 'table' })
  }
  const all = names.length > 0 ? [names, ...rows] : rows
  const widths = Array.from({ length: count }, (_, i) => Math.max(...all.map((r) => textWidth(r[i] ?? ''))))
  const right = new Set((args.get('R') ?? '').split(',').filter((w) => w !== '').map((w) => (/^\d+$/.test(w) ? Number(w) - 1 : names.indexOf(w))))
  const gap = args.get('o') ?? '  '
  return all.map((row) => `${widths.map((w, i) => {
    const text = row[i] ?? ''
    const pad = ' '.repeat(w - textWidth(text))
    return right.has(i) ? pad + text : i === count - 1 ? text : text + pad
  }).join(gap)}\n`).join('')
}
