// The columns of ss: as wide as their content, spread over the terminal where there is one (misc/ss.c, render).
import type { Flow } from '../../../../abi/syscalls.ts'
import type { Winsize } from '../../../../abi/termios.ts'
import { TIOCGWINSZ } from '../../../../abi/termios.ts'
import { isErr } from '../../../../abi/errno.ts'
import type { Crt } from '../../../libc/crt.ts'
import { call } from '../../../libc/syscall.ts'
import { isatty } from '../../../libc/unistd.ts'

interface Column {
  readonly header: string
  readonly isRight: boolean
  readonly delimiter: string
}
const COLUMNS: readonly Column[] = [
  { header: 'Netid', isRight: false, delimiter: '' }, { header: 'State', isRight: false, delimiter: ' ' }, { header: 'Recv-Q', isRight: false, delimiter: ' ' },
  { header: 'Send-Q', isRight: false, delimiter: ' ' }, { header: 'Local Address:', isRight: true, delimiter: ' ' }, { header: 'Port', isRight: false, delimiter: '' },
  { header: 'Peer Address:', isRight: true, delimiter: ' ' }, { header: 'Port', isRight: false, delimiter: '' }, { header: 'Process', isRight: false, delimiter: '' },
]
const STDOUT = 1

/** One socket: Netid, State, Recv-Q, Send-Q, local address and port, peer address and port, and the rest. */
export type Row = readonly [string, string, string, string, string, string, string, string, string]

function* screenWidth(): Flow<number | undefined> {
  if (!(yield* isatty(STDOUT))) return undefined
  const size = yield* call('ioctl', STDOUT, TIOCGWINSZ)
  const cols = isErr(size) ? 0 : (size as Winsize).cols
  return cols > 0 ? cols : undefined
}

/** Spreads what room is left on each line of the screen over the columns that stand on it. */
function spread(widths: number[], screen: number): void {
  let onLine: number[] = []
  let length = 0
  const used = widths.map((w, i) => (w > 0 ? i : -1)).filter((i) => i >= 0)
  for (let k = 0; k < used.length; k++) {
    onLine.push(used[k])
    length += widths[used[k]]
    const isLast = k === used.length - 1
    if (!isLast && length < screen) continue
    if (length > screen && onLine.length > 1) {
      length -= widths[used[k]]
      onLine.pop()
      k--
    }
    if (length !== screen) {
      const room = Math.max(0, screen - length)
      let rest = room % onLine.length
      for (const i of [...onLine].reverse()) {
        widths[i] += Math.floor(room / onLine.length) + (rest > 0 ? 1 : 0)
        rest--
      }
    }
    onLine = []
    length = 0
  }
}

export function* printRows(c: Crt, rows: readonly Row[], options: { readonly header: boolean; readonly netid: boolean; readonly state: boolean }): Flow<void> {
  const lines = options.header ? [COLUMNS.map((column) => column.header), ...rows] : rows
  if (lines.length === 0) return
  const shown = COLUMNS.map((_, i) => (i !== 0 || options.netid) && (i !== 1 || options.state))
  const longest = COLUMNS.map((_, i) => (shown[i] ? Math.max(...lines.map((line) => line[i].length)) : 0))
  const first = longest.findIndex((length) => length > 0)
  const screen = yield* screenWidth()
  const widths = longest.map((length, i) => (length === 0 ? 0 : Math.min(i === first ? length : length + COLUMNS[i].delimiter.length, screen ?? Infinity)))
  if (screen !== undefined) spread(widths, screen)
  for (const line of lines) {
    let text = ''
    COLUMNS.forEach(({ isRight, delimiter }, i) => {
      if (!shown[i]) return
      const before = text === '' ? '' : delimiter
      const room = Math.max(0, widths[i] - before.length - line[i].length)
      text += before + (isRight ? ' '.repeat(room) + line[i] : line[i] + ' '.repeat(room))
    })
    yield* c.stdout.write(`${text}\n`)
  }
}
