// Column lists of -o as util-linux reads them, and where a table goes: to the width of a terminal or as it is.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Column, formatTable, type Row, type TableOptions } from '../../../lib/columns.ts'
import type { Crt } from '../../libc/crt.ts'
import { terminalWidth } from '../../libc/tty.ts'
import { die } from './common.ts'

/** `a,b` replaces the default columns, `+a,b` adds to them. Names in any case. */
export function* chooseColumns(c: Crt, known: readonly Column[], defaults: readonly string[], list: string | undefined): Flow<readonly Column[]> {
  const add = list?.startsWith('+') ?? false
  const names = list === undefined ? [] : (add ? list.slice(1) : list).split(',')
  const chosen: Column[] = []
  const wanted = [...(list === undefined || add ? defaults : []), ...names]
  for (const [i, name] of wanted.entries()) {
    const column = known.find((k) => k.name === name.toUpperCase())
    // The name isn't cut out of the list, so the message runs to the list's end.
    chosen.push(column ?? (yield* die(c, 1, `unknown column: ${wanted.slice(i).join(',')}`)))
  }
  return chosen
}

export function* printTable(c: Crt, columns: readonly Column[], rows: readonly Row[], options: TableOptions): Flow<void> {
  const terminal = options.format === 'table' ? yield* terminalWidth(1, c.env) : undefined
  yield* c.stdout.write(formatTable(columns, rows, { ...options, terminal }))
}

/** Pairs with NAMEs that a shell takes as variables: `USE%` becomes `USE_PCT`, other odd letters `_`. */
export const shellColumns = (columns: readonly Column[]): Column[] => columns.map((col) => ({ ...col, name: col.name.replace(/%/g, '_PCT').replace(/[^A-Z0-9_]/gi, '_') }))
