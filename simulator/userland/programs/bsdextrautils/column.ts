// column(1) of bsdextrautils 2.38: fills columns, or makes a table (-t). The table options beyond -s -o -N -R -n are not simulated.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { textWidth } from '../../../lib/width.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated, usageError } from '../../libc/err.ts'
import { readFile, readToEnd } from '../../libc/unistd.ts'
import { terminalSize } from '../../libc/terminal-size.ts'

export const COLUMN_SHORT = 'tc:s:o:xN:R:JeLV'
export const COLUMN_LONG: readonly LongOption[] = [
  { name: 'table', arg: 'none', is: 't' }, { name: 'output-width', arg: 'required', is: 'c' }, { name: 'separator', arg: 'required', is: 's' }, { name: 'output-separator', arg: 'required', is: 'o' },
  { name: 'fillrows', arg: 'none', is: 'x' }, { name: 'table-columns', arg: 'required', is: 'N' }, { name: 'table-right', arg: 'required', is: 'R' }, { name: 'json', arg: 'none', unsimulated: true },
  { name: 'version', arg: 'none', is: 'V' },
]

export function* column(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, COLUMN_SHORT, COLUMN_LONG, 'JeL')
  const options = new Map<string, string>()
  for (const event of parsed.options) {
    if ('error' in event) return yield* usageError(c, 1, event.error)
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    options.set(event.opt, event.arg ?? '')
  }
  if (options.has('V')) {
    yield* c.stdout.write('column from util-linux 2.38.1\n')
    return 0
  }
  let text = ''
  let status = 0
  for (const name of parsed.operands.length > 0 ? parsed.operands : ['-']) {
    const data = yield* name === '-' ? readToEnd(0) : readFile(name)
    if (isErr(data)) {
      yield* c.stderr.write(`column: ${name}: ${data.message}\n`)
      status = 1
    } else text += typeof data === 'string' ? data : decodeUtf8(data)
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const out = options.has('t') ? table(lines, options) : fill(lines, options.has('c') ? Number(options.get('c')) : (yield* terminalSize({ rows: 24, cols: 80 })).cols, options.has('x'))
  for (const line of out) yield* c.stdout.write(`${line}\n`)
  return status
}

function table(lines: readonly string[], options: ReadonlyMap<string, string>): string[] {
  const separators = options.get('s')
  const split = (line: string): string[] => (separators === undefined ? line.trim().split(/[ \t]+/) : line.split(new RegExp(`[${separators.replace(/[\]\\^-]/g, '\\$&')}]`)))
  const rows = lines.map(split)
  const names = options.get('N')
  if (names !== undefined) rows.unshift(names.split(','))
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, textWidth(cell))))
  const right = new Set((options.get('R') ?? '').split(',').map((n) => Number(n) - 1))
  const gap = options.get('o') ?? '  '
  return rows.map((row) =>
    row.map((cell, i) => {
      const pad = ' '.repeat(Math.max(0, widths[i] - textWidth(cell)))
      return right.has(i) ? pad + cell : i === row.length - 1 && i === widths.length - 1 ? cell : cell + pad
    }).join(gap),
  )
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
