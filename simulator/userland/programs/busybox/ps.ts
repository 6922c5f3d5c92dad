// BusyBox's ps: the columns of Debian's build (PID, USER, COMMAND) and -o.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { IdNames } from '../../libc/pwd.ts'
import { isErr } from '../../../abi/errno.ts'
import { isatty, readDir } from '../../libc/unistd.ts'
import { PAGE_SIZE, type Process, readProcesses } from '../procps/read-proc.ts'
import { terminalSize } from '../../libc/terminal-size.ts'
import { BANNER } from './applet-names.ts'

interface Column {
  readonly header: string
  readonly width: number
  readonly right?: boolean
  readonly text: (p: Process, names: IdNames) => Flow<string>
}

const fixed = (text: (p: Process) => string) => function* (p: Process): Flow<string> {
  return text(p)
}
const user = (id: (p: Process) => number) => function* (p: Process, names: IdNames): Flow<string> {
  return (yield* names.user(id(p))) ?? String(id(p))
}
const group = (id: (p: Process) => number) => function* (p: Process, names: IdNames): Flow<string> {
  return (yield* names.group(id(p))) ?? String(id(p))
}

/** The command line, after {name} where the name differs from what was typed. */
function args(p: Process): string {
  const [argv0] = p.cmdline
  if (argv0 === undefined) return `[${p.comm}]`
  const base = (argv0.split(' ')[0] ?? '').replace(/^.*\//, '').replace(/^-/, '')
  const line = p.cmdline.join(' ').replace(/[\u0000-\u001f\u007f]/g, '?')
  return base.startsWith(p.comm) && (base.length === p.comm.length || p.comm.length >= 15) ? line : `{${p.comm}} ${line}`
}

/** Sizes in four columns: kilobytes, then megabytes with an m. */
const size = (kb: number): string => (kb < 10000 ? String(kb) : kb < 1024 * 1024 ? `${Math.floor(kb / 1024)}m` : `${(kb / 1024 / 1024).toFixed(1)}g`)
const stateText = (p: Process): string => `${p.state}${p.rss === 0 && p.state !== 'Z' ? 'W' : ' '}${p.nice < 0 ? '<' : p.nice > 0 ? 'N' : ' '}`

const COLUMNS = new Map<string, Column>([
  ['user', { header: 'USER', width: 8, text: user((p) => p.uids[1]) }], ['group', { header: 'GROUP', width: 8, text: group((p) => p.gids[1]) }],
  ['comm', { header: 'COMMAND', width: 16, text: fixed((p) => p.comm) }], ['args', { header: 'COMMAND', width: 256, text: fixed(args) }],
  ['pid', { header: 'PID', width: 5, right: true, text: fixed((p) => String(p.pid)) }], ['ppid', { header: 'PPID', width: 5, right: true, text: fixed((p) => String(p.ppid)) }],
  ['pgid', { header: 'PGID', width: 5, right: true, text: fixed((p) => String(p.pgrp)) }], ['nice', { header: 'NI', width: 5, right: true, text: fixed((p) => String(p.nice)) }],
  ['rgroup', { header: 'RGROUP', width: 8, text: group((p) => p.gids[0]) }], ['ruser', { header: 'RUSER', width: 8, text: user((p) => p.uids[0]) }],
  ['tty', { header: 'TT', width: 6, text: fixed((p) => (p.ttyNr === 0 ? '?' : `${(p.ttyNr >> 8) & 0xfff},${p.ttyNr & 0xff}`)) }],
  ['vsz', { header: 'VSZ', width: 4, right: true, text: fixed((p) => size(Math.floor(p.vsize / 1024))) }],
  ['sid', { header: 'SID', width: 5, right: true, text: fixed((p) => String(p.session)) }], ['stat', { header: 'STAT', width: 4, text: fixed(stateText) }],
  ['rss', { header: 'RSS', width: 4, right: true, text: fixed((p) => size((p.rss * PAGE_SIZE) / 1024)) }],
])

const USAGE = `${BANNER}

Usage: ps [-o COL1,COL2=HEADER] [-T]

Show list of processes

\t-o COL1,COL2=HEADER\tSelect columns for display
\t-T\t\t\tShow threads
`

export function* ps(c: Crt): Flow<number> {
  const wanted: string[] = []
  const parsed = getoptLong(c.argv, 'o:aAdefl' + 'T')
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`ps: ${event.error}\n${USAGE}`)
      return 1
    }
    if (!('unsimulated' in event) && event.opt === 'o') wanted.push(...splitColumns(event.arg ?? ''))
  }
  const columns: Column[] = []
  for (const word of wanted.length > 0 ? wanted : ['pid', 'user', 'args']) {
    const eq = word.indexOf('=')
    const column = COLUMNS.get(eq < 0 ? word : word.slice(0, eq))
    if (column === undefined) {
      yield* c.stderr.write(`ps: bad -o argument '${word}', supported arguments: ${[...COLUMNS.keys()].join(',')}\n`)
      return 1
    }
    columns.push(eq < 0 ? column : { ...column, header: word.slice(eq + 1), width: Math.max(column.width, word.length - eq - 1) })
  }
  const width = (yield* isatty(1)) ? (yield* terminalSize({ rows: 24, cols: 80 })).cols : Infinity
  const names = new IdNames()
  const row = function* (cell: (x: Column) => Flow<string>, heading: boolean): Flow<void> {
    let line = ''
    for (const [i, x] of columns.entries()) {
      const text = (yield* cell(x)).slice(0, Math.max(x.width, heading ? x.header.length : 0))
      if (i > 0) line += ' '
      line += x.right && !heading ? text.padStart(x.width) : i === columns.length - 1 ? text : text.padEnd(x.width)
    }
    yield* c.stdout.write(`${line.slice(0, width)}\n`)
  }
  if (columns.some((x) => x.header !== '')) yield* row(fixedHeader, true)
  const found = yield* readDir('/proc')
  if (isErr(found) || !found.some((entry) => entry.name === 'self')) {
    yield* c.stdout.flush()
    if (isErr(found)) yield* c.stderr.write(`ps: can't open '/proc': ${found.message}\n`)
    return isErr(found) ? 1 : 0
  }
  for (const p of yield* readProcesses()) yield* row((x) => x.text(p, names), false)
  return 0
}

function* fixedHeader(x: Column): Flow<string> {
  return x.header
}

/** A header runs to the end of the argument. */
function splitColumns(text: string): string[] {
  const out: string[] = []
  for (let rest = text; rest !== ''; ) {
    const m = /^([^,=]*)(=.*)?(?:,|$)/.exec(rest)
    if (m === null) break
    out.push(m[1] + (m[2] ?? ''))
    rest = m[2] !== undefined ? '' : rest.slice(m[0].length)
  }
  return out
}
