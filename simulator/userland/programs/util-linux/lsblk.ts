// lsblk(8) of util-linux 2.38.1: the block devices of /sys/block, and where they are mounted. No udev runs here, so file system names and labels stay empty.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { isBlk, minor, major } from '../../../abi/stat.ts'
import type { Column } from '../../../lib/columns.ts'
import { modeString } from '../../../lib/filemode.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { parseMountinfo } from '../../libc/mountinfo.ts'
import { IdNames } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { readDir, readFile, stat } from '../../libc/unistd.ts'
import { die, option } from './common.ts'
import { LSBLK_HELP } from './help/lsblk.ts'
import { sizeString } from './size-string.ts'
import { chooseColumns, printTable } from './table-output.ts'

const flag = (name: string, is: string): { readonly name: string; readonly arg: 'none'; readonly is: string } => ({ name, arg: 'none', is })
export const LSBLK_OPTIONS: OptionTable = {
  short: 'AabdDzE:e:fhJlNnMmo:OpPiI:rstvVST:w:x:y',
  unsimulatedShort: 'DzEeJMNOISsvTwx',
  long: [
    flag('all', 'a'), flag('bytes', 'b'), flag('nodeps', 'd'), { name: 'discard', arg: 'none', unsimulated: true }, flag('fs', 'f'), flag('help', 'h'), { name: 'json', arg: 'none', unsimulated: true },
    flag('list', 'l'), flag('noheadings', 'n'), flag('perms', 'm'), { name: 'output', arg: 'required', is: 'o' }, { name: 'output-all', arg: 'none', unsimulated: true },
    flag('paths', 'p'), flag('pairs', 'P'), flag('ascii', 'i'), flag('raw', 'r'), flag('topology', 't'), flag('version', 'V'), flag('shell', 'y'), flag('noempty', 'A'),
    { name: 'scsi', arg: 'none', unsimulated: true }, { name: 'inverse', arg: 'none', unsimulated: true }, { name: 'sort', arg: 'required', unsimulated: true },
    { name: 'tree', arg: 'optional', unsimulated: true }, { name: 'width', arg: 'required', unsimulated: true },
  ],
}

const left = (name: string): Column => ({ name })
const right = (name: string, json?: 'number' | 'boolean'): Column => ({ name, right: true, ...(json === undefined ? {} : { json }) })
const COLUMNS: readonly Column[] = [
  { name: 'NAME', tree: true }, left('KNAME'), left('PATH'), left('MAJ:MIN'), right('FSAVAIL'), right('FSSIZE'), left('FSTYPE'), right('FSUSED'), right('FSUSE%'), left('FSVER'),
  left('MOUNTPOINT'), left('MOUNTPOINTS'), left('LABEL'), left('UUID'), right('RA', 'number'), right('RO', 'boolean'), right('RM', 'boolean'), right('SIZE'), left('STATE'),
  left('OWNER'), left('GROUP'), left('MODE'), right('ALIGNMENT', 'number'), right('MIN-IO', 'number'), right('OPT-IO', 'number'), right('PHY-SEC', 'number'),
  right('LOG-SEC', 'number'), right('ROTA', 'boolean'), left('SCHED'), right('RQ-SIZE', 'number'), left('TYPE'), right('WSAME'), left('PKNAME'),
]
const DEFAULTS = ['NAME', 'MAJ:MIN', 'RM', 'SIZE', 'RO', 'TYPE', 'MOUNTPOINTS']
const FORMATS = new Map([
  ['f', ['NAME', 'FSTYPE', 'FSVER', 'LABEL', 'UUID', 'FSAVAIL', 'FSUSE%', 'MOUNTPOINTS']], ['m', ['NAME', 'SIZE', 'OWNER', 'GROUP', 'MODE']],
  ['t', ['NAME', 'ALIGNMENT', 'MIN-IO', 'OPT-IO', 'PHY-SEC', 'LOG-SEC', 'ROTA', 'SCHED', 'RQ-SIZE', 'RA', 'WSAME']],
])

export function* lsblk(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, LSBLK_OPTIONS.short, LSBLK_OPTIONS.long, LSBLK_OPTIONS.unsimulatedShort)
  const flags = new Set<string>()
  let output: string | undefined
  for (const event of parsed.options) {
    const { opt, arg } = yield* option(c, event, LSBLK_HELP)
    if (opt === 'o') output = arg
    else flags.add(opt)
  }
  const format = [...FORMATS].find(([letter]) => flags.has(letter))?.[1]
  const columns = yield* chooseColumns(c, COLUMNS, format ?? DEFAULTS, output)
  const names = yield* readDir('/sys/block')
  const all = (isErr(names) ? [] : names.map((n) => n.name)).filter((name) => name !== '.' && name !== '..').sort()
  let chosen = all
  let status = 0
  if (parsed.operands.length > 0) {
    chosen = []
    for (const path of parsed.operands) {
      const st = yield* stat(path)
      const name = path.replace(/^.*\//, '')
      if (!isErr(st) && isBlk(st.mode) && all.includes(name)) chosen.push(name)
      else {
        yield* warn(c, `${path}: not a block device`)
        status = 32
      }
    }
    if (chosen.length === 0) return status
  }
  const rows = []
  for (const name of chosen) rows.push({ cells: yield* cells(c, name, columns, flags), children: [] })
  const shape = flags.has('P') ? 'pairs' : flags.has('r') ? 'raw' : 'table'
  yield* printTable(c, columns, rows, { format: shape, noHeadings: flags.has('n'), ascii: flags.has('i') })
  return status
}

function* cells(c: Crt, name: string, columns: readonly Column[], flags: ReadonlySet<string>): Flow<(string | undefined)[]> {
  const st = yield* stat(`/dev/${name}`)
  if (isErr(st)) return yield* die(c, 1, `/dev/${name}`, st)
  const sectors = yield* readFile(`/sys/block/${name}/size`)
  const size = (isErr(sectors) ? 0 : Number(sectors)) * 512
  const mounts = yield* readFile('/proc/self/mountinfo')
  const dev = `${major(st.rdev)}:${minor(st.rdev)}`
  const targets = isErr(mounts) ? [] : parseMountinfo(mounts).filter((m) => m.dev === dev).map((m) => m.target)
  const fs = targets.length === 0 ? undefined : yield* call('statfs', targets[targets.length - 1])
  const ids = new IdNames()
  const bytes = (n: number): string => (flags.has('b') ? String(n) : sizeString(n))
  const space = (pick: (f: { blocks: number; bfree: number; bavail: number; bsize: number }) => number): string | undefined => (fs === undefined || isErr(fs) ? undefined : bytes(pick(fs) * fs.bsize))
  const text = new Map<string, string | undefined>([
    ['NAME', flags.has('p') ? `/dev/${name}` : name], ['KNAME', flags.has('p') ? `/dev/${name}` : name], ['PATH', `/dev/${name}`], ['MAJ:MIN', dev], ['SIZE', bytes(size)],
    ['MOUNTPOINT', targets.at(-1)], ['MOUNTPOINTS', targets.at(-1)], ['FSAVAIL', space((f) => f.bavail)], ['FSSIZE', space((f) => f.blocks)],
    ['FSUSED', space((f) => f.blocks - f.bfree)],
    ['FSUSE%', fs === undefined || isErr(fs) ? undefined : `${Math.round(((fs.blocks - fs.bfree) / fs.blocks) * 100)}%`],
    ['RA', '128'], ['RO', '0'], ['RM', '0'], ['OWNER', (yield* ids.user(st.uid)) ?? String(st.uid)], ['GROUP', (yield* ids.group(st.gid)) ?? String(st.gid)], ['MODE', modeString(st.mode)],
    ['ALIGNMENT', '0'], ['MIN-IO', '512'], ['OPT-IO', '0'], ['PHY-SEC', '512'], ['LOG-SEC', '512'], ['ROTA', '1'], ['SCHED', 'mq-deadline'], ['RQ-SIZE', '256'],
    ['TYPE', 'disk'], ['WSAME', '0B'],
  ])
  return columns.map((col) => text.get(col.name))
}
