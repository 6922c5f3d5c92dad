// lslocks(8) of util-linux 2.38.1: who holds which file locks, from /proc/locks; the path is looked for among the holder's descriptors.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { major, minor, type Stat } from '../../../abi/stat.ts'
import type { Column } from '../../../lib/columns.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { readDir, readFile, readlink, stat } from '../../libc/unistd.ts'
import { die, option, unsignedNumber } from './common.ts'
import { LSLOCKS_HELP } from './help/lslocks.ts'
import { sizeString } from './size-string.ts'
import { chooseColumns, printTable } from './table-output.ts'

export const LSLOCKS_OPTIONS: OptionTable = {
  short: 'biJp:o:nruhV',
  long: [
    { name: 'bytes', arg: 'none', is: 'b' }, { name: 'json', arg: 'none', is: 'J' }, { name: 'pid', arg: 'required', is: 'p' }, { name: 'help', arg: 'none', is: 'h' },
    { name: 'output', arg: 'required', is: 'o' }, { name: 'output-all', arg: 'none' }, { name: 'notruncate', arg: 'none', is: 'u' }, { name: 'version', arg: 'none', is: 'V' },
    { name: 'noheadings', arg: 'none', is: 'n' }, { name: 'raw', arg: 'none', is: 'r' }, { name: 'noinaccessible', arg: 'none', is: 'i' },
  ],
}

const COLUMNS: readonly Column[] = [
  { name: 'COMMAND' }, { name: 'PID', right: true, json: 'number' }, { name: 'TYPE', right: true }, { name: 'SIZE', right: true }, { name: 'INODE', right: true, json: 'number' },
  { name: 'MAJ:MIN' }, { name: 'MODE' }, { name: 'M', right: true, json: 'boolean' }, { name: 'START', right: true, json: 'number' }, { name: 'END', right: true, json: 'number' },
  { name: 'PATH', trunc: true }, { name: 'BLOCKER', right: true, json: 'number' },
]
const DEFAULTS = ['COMMAND', 'PID', 'TYPE', 'SIZE', 'MODE', 'M', 'START', 'END', 'PATH']

interface Lock {
  readonly id: string
  readonly type: string
  readonly mandatory: boolean
  readonly mode: string
  readonly pid: number
  readonly dev: string
  readonly inode: number
  readonly start: string
  readonly end: string
  /** It waits for the lock with the same id. */
  readonly isBlocked: boolean
}

function parseLocks(text: string): Lock[] {
  return text.split('\n').flatMap((line) => {
    const m = /^(\d+): (-> )?(\w+) +(\w+) +(\w+) +(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) (\d+) (\w+)/.exec(line)
    if (m === null) return []
    const dev = `${Number.parseInt(m[7], 16)}:${Number.parseInt(m[8], 16)}`
    return [{ id: m[1], isBlocked: m[2] !== undefined, type: m[3], mandatory: m[4] === 'MANDATORY', mode: m[5], pid: Number(m[6]), dev, inode: Number(m[9]), start: m[10], end: m[11] === 'EOF' ? '0' : m[11] }]
  })
}

export function* lslocks(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, LSLOCKS_OPTIONS.short, LSLOCKS_OPTIONS.long)
  const flags = new Set<string>()
  let output: string | undefined
  let pid: number | undefined
  for (const event of parsed.options) {
    const { opt, arg } = yield* option(c, event, LSLOCKS_HELP)
    if (opt === 'o') output = arg
    else if (opt === 'p') pid = yield* unsignedNumber(c, arg ?? '', 'invalid PID argument')
    else flags.add(opt)
  }
  const all = flags.has('output-all') ? COLUMNS.map((col) => col.name).join(',') : output
  const columns = yield* chooseColumns(c, COLUMNS, DEFAULTS, all)
  const text = yield* readFile('/proc/locks')
  if (isErr(text)) return yield* die(c, 1, '/proc/locks', text)
  const locks = parseLocks(text)
  const rows = []
  for (const lock of locks) {
    if (pid !== undefined && lock.pid !== pid) continue
    const found = yield* lockedFile(lock)
    const comm = yield* readFile(`/proc/${lock.pid}/comm`)
    const blocker = lock.isBlocked ? locks.find((other) => other.id === lock.id && !other.isBlocked)?.pid : undefined
    const values = new Map<string, string | undefined>([
      ['COMMAND', isErr(comm) ? '(unknown)' : comm.trim()], ['PID', String(lock.pid)], ['TYPE', lock.type], ['MODE', lock.isBlocked ? `${lock.mode}*` : lock.mode],
      ['SIZE', found === undefined ? undefined : flags.has('b') ? String(found.st.size) : sizeString(found.st.size)], ['INODE', String(lock.inode)], ['MAJ:MIN', lock.dev],
      ['M', lock.mandatory ? '1' : '0'], ['START', lock.start], ['END', lock.end], ['PATH', found?.path], ['BLOCKER', blocker === undefined ? undefined : String(blocker)],
    ])
    rows.push({ cells: columns.map((col) => values.get(col.name)), children: [] })
  }
  const format = flags.has('J') ? 'json' : flags.has('r') ? 'raw' : 'table'
  yield* printTable(c, columns, rows, { format, noHeadings: flags.has('n'), jsonName: 'locks' })
  return 0
}

/** The holder's descriptor for the locked inode. */
function* lockedFile(lock: Lock): Flow<{ readonly path: string; readonly st: Stat } | undefined> {
  const dir = `/proc/${lock.pid}/fd`
  const entries = yield* readDir(dir)
  for (const { name } of isErr(entries) ? [] : entries) {
    const st = yield* stat(`${dir}/${name}`)
    if (isErr(st) || st.ino !== lock.inode || `${major(st.dev)}:${minor(st.dev)}` !== lock.dev) continue
    const path = yield* readlink(`${dir}/${name}`)
    if (!isErr(path)) return { path, st }
  }
  return undefined
}
