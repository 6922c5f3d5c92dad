// lsipc(1) of util-linux 2.38.1: the tables of System V IPC, and its limits, with columns to choose.
import type { Flow } from '../../../../abi/syscalls.ts'
import type { Column, Row } from '../../../../lib/columns.ts'
import { getoptLong } from '../../../../lib/getopt.ts'
import type { Crt } from '../../../libc/crt.ts'
import { getgrgid } from '../../../libc/pwd.ts'
import { readFile } from '../../../libc/unistd.ts'
import { isErr } from '../../../../abi/errno.ts'
import { warn } from '../../../libc/err.ts'
import { strftime } from '../../../libc/time.ts'
import type { OptionTable } from '../../../program-table.ts'
import { die, option } from '../common.ts'
import { LSIPC_HELP } from '../help/lsipc.ts'
import { sizeString } from '../size-string.ts'
import { chooseColumns, printTable } from '../table-output.ts'
import { userName } from './ipcs-tables.ts'
import { LIMIT_COLUMNS, limitRows } from './lsipc-limits.ts'
import { ID_COLUMN, type IpcEntry, type IpcKind, keyText, readTable } from './tables.ts'

export const LSIPC_OPTIONS: OptionTable = {
  short: 'bceghi:Jlmno:PqrstyuV',
  unsimulatedShort: 'uy',
  long: [
    { name: 'bytes', arg: 'none', is: 'b' }, { name: 'creator', arg: 'none', is: 'c' }, { name: 'export', arg: 'none', is: 'e' }, { name: 'global', arg: 'none', is: 'g' },
    { name: 'help', arg: 'none', is: 'h' }, { name: 'id', arg: 'required', is: 'i' }, { name: 'json', arg: 'none', is: 'J' }, { name: 'list', arg: 'none', is: 'l' },
    { name: 'shmems', arg: 'none', is: 'm' }, { name: 'newline', arg: 'none', is: 'n' }, { name: 'noheadings', arg: 'none' }, { name: 'notruncate', arg: 'none' },
    { name: 'numeric-perms', arg: 'none', is: 'P' }, { name: 'output', arg: 'required', is: 'o' }, { name: 'queues', arg: 'none', is: 'q' }, { name: 'raw', arg: 'none', is: 'r' },
    { name: 'semaphores', arg: 'none', is: 's' }, { name: 'time', arg: 'none', is: 't' }, { name: 'time-format', arg: 'required', unsimulated: true },
    { name: 'shell', arg: 'none', is: 'y', unsimulated: true }, { name: 'version', arg: 'none', is: 'V' },
  ],
}

/** excl[]: options that don't go together, in the order in which they are named. */
const EXCLUSIVE: readonly Readonly<Record<string, string>>[] = [
  { J: '--json', e: '--export', n: '--newline', r: '--raw' }, { g: '--global', i: '--id' }, { c: '--creator', o: '--output', t: '--time' }, { m: '--shmems', q: '--queues', s: '--semaphores' },
]

const right = (name: string): Column => ({ name, right: true })
const left = (name: string): Column => ({ name })
const GENERIC = [left('KEY'), left('ID'), right('OWNER'), right('PERMS'), right('CUID'), right('CUSER'), right('CGID'), right('CGROUP'), right('UID'), right('USER'), right('GID'), right('GROUP'), right('CTIME')]
const COLUMNS: Readonly<Record<IpcKind, readonly Column[]>> = {
  shm: [...GENERIC, right('SIZE'), right('NATTCH'), left('STATUS'), right('ATTACH'), right('DETACH'), left('COMMAND'), right('CPID'), right('LPID')],
  msg: [...GENERIC, right('USEDBYTES'), left('MSGS'), right('SEND'), right('RECV'), right('LSPID'), right('LRPID')],
  sem: [...GENERIC, right('NSEMS'), right('OTIME')],
}
const JSON_NAMES: Readonly<Record<IpcKind, string>> = { shm: '', msg: 'messages', sem: 'semaphores' }

function defaults(kind: IpcKind, creator: boolean, time: boolean): readonly string[] {
  const own = creator ? ['CUID', 'CGID', 'UID', 'GID'] : []
  const start = ['KEY', 'ID', 'PERMS', 'OWNER']
  if (kind === 'shm') return [...start, 'SIZE', 'NATTCH', 'STATUS', 'CTIME', 'CPID', 'LPID', ...(time ? ['ATTACH', 'DETACH'] : []), 'COMMAND', ...own]
  if (kind === 'msg') return [...start, 'USEDBYTES', 'MSGS', ...(time ? ['SEND', 'RECV'] : []), 'LSPID', 'LRPID', ...own]
  return [...start, 'NSEMS', ...(time ? ['OTIME'] : []), ...own]
}

const rwx = (mode: number): string => [6, 3, 0].map((shift) => ['r', 'w', 'x'].map((letter, i) => ((mode >> shift) & (4 >> i)) !== 0 ? letter : '-').join('')).join('')
const clock = (seconds: number): string | undefined => (seconds === 0 ? undefined : strftime('%H:%M', seconds))

function* groupName(gid: number): Flow<string> {
  return (yield* getgrgid(gid))?.name ?? String(gid)
}
function* commandOf(pid: number): Flow<string | undefined> {
  const text = yield* readFile(`/proc/${pid}/cmdline`)
  return isErr(text) || text === '' ? undefined : text.replaceAll('\0', ' ').trimEnd()
}

interface Style { readonly bytes: boolean; readonly numericPerms: boolean }

function* cell(kind: IpcKind, e: IpcEntry, name: string, style: Style): Flow<string | undefined> {
  const bytes = (n: number): string => (style.bytes ? String(n) : sizeString(n))
  switch (name) {
    case 'KEY': return keyText(e.key)
    case 'ID': return String(e[ID_COLUMN[kind]])
    case 'OWNER': case 'USER': return yield* userName(e.uid)
    case 'PERMS': return style.numericPerms ? `0${(e.perms & 0o777).toString(8)}` : rwx(e.perms)
    case 'CUSER': return yield* userName(e.cuid)
    case 'GROUP': return yield* groupName(e.gid)
    case 'CGROUP': return yield* groupName(e.cgid)
    case 'CTIME': return clock(e.ctime)
    case 'SIZE': return bytes(e.size)
    case 'STATUS': return [(e.perms & 0o1000) !== 0 ? 'dest' : '', (e.perms & 0o2000) !== 0 ? 'locked' : ''].filter((w) => w !== '').join(',') || undefined
    case 'ATTACH': return clock(e.atime)
    case 'DETACH': return clock(e.dtime)
    case 'COMMAND': return yield* commandOf(e.cpid)
    case 'USEDBYTES': return bytes(e.cbytes)
    case 'MSGS': return String(e.qnum)
    case 'SEND': return clock(e.stime)
    case 'RECV': return clock(e.rtime)
    case 'OTIME': return clock(e.otime)
    default: return String(e[name.toLowerCase()])
  }
}

export function* lsipc(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, LSIPC_OPTIONS.short, LSIPC_OPTIONS.long, LSIPC_OPTIONS.unsimulatedShort)
  const flags = new Set<string>()
  const seen = new Set<string>()
  let output: string | undefined
  let id: number | undefined
  for (const event of parsed.options) {
    const { opt, arg } = yield* option(c, event, LSIPC_HELP)
    seen.add(opt)
    for (const group of EXCLUSIVE) {
      const chosen = Object.keys(group).filter((o) => seen.has(o))
      if (chosen.length > 1 && chosen.includes(opt)) yield* die(c, 1, `mutually exclusive arguments: ${Object.values(group).join(' ')}`)
    }
    if (opt === 'o') output = arg
    else if (opt === 'i') id = /^\d+$/.test(arg ?? '') ? Number(arg) : yield* die(c, 1, `failed to parse IPC identifier: '${arg ?? ''}'`)
    else flags.add(opt)
  }
  const kind: IpcKind | undefined = flags.has('m') ? 'shm' : flags.has('q') ? 'msg' : flags.has('s') ? 'sem' : undefined
  const format = flags.has('J') ? 'json' : flags.has('r') ? 'raw' : flags.has('e') || flags.has('n') ? 'pairs' : 'table'
  const table = { format, noHeadings: flags.has('noheadings'), newlines: flags.has('n') } as const
  if (kind === undefined || flags.has('g')) {
    if (kind === undefined && (id !== undefined || flags.has('c') || flags.has('t'))) yield* die(c, 1, '--global is mutually exclusive with --creator, --id and --time')
    const columns = yield* chooseColumns(c, LIMIT_COLUMNS, LIMIT_COLUMNS.map((k) => k.name), output)
    yield* printTable(c, columns, yield* limitRows(columns, kind, flags.has('b')), { ...table, jsonName: 'ipclimits' })
    return 0
  }
  const columns = yield* chooseColumns(c, COLUMNS[kind], defaults(kind, flags.has('c'), flags.has('t')), output)
  const entries = (yield* readTable(kind)).filter((e) => id === undefined || e[ID_COLUMN[kind]] === id)
  if (id !== undefined && entries.length === 0) {
    yield* warn(c, `id ${id} not found`)
    return 0
  }
  const rows: Row[] = []
  for (const e of entries) {
    const cells: (string | undefined)[] = []
    for (const column of columns) cells.push(yield* cell(kind, e, column.name, { bytes: flags.has('b'), numericPerms: flags.has('P') }))
    rows.push({ cells, children: [] })
  }
  if (rows.length === 0 && format === 'table') return 0
  if (flags.has('n')) {
    for (const r of rows) yield* c.stdout.write(`${columns.map((column, i) => `${column.name}="${r.cells[i] ?? ''}"\n`).join('')}`)
    return 0
  }
  yield* printTable(c, columns, rows, { ...table, jsonName: JSON_NAMES[kind] })
  return 0
}
