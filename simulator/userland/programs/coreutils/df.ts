// df(1): free space of mounted file systems, from /proc/self/mountinfo and statfs(2).
import type { Flow } from '../../../abi/syscalls.ts'
import type { Statfs } from '../../../abi/stat.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { type BlockSize, inBlocks, parseBlockSize } from '../../../lib/human.ts'
import { quote, quotef } from '../../../lib/quote.ts'
import { textWidth } from '../../../lib/width.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { type MountEntry, readMountinfo } from '../../libc/mountinfo.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { call } from '../../libc/syscall.ts'
import { stat } from '../../libc/unistd.ts'
import { type Option, command, parseArgs } from './command.ts'

const options = {
  short: 'aB:iF:hHklmPTt:vx:',
  long: [
    { name: 'all', arg: 'none', is: 'a' }, { name: 'block-size', arg: 'required', is: 'B' }, { name: 'inodes', arg: 'none', is: 'i' },
    { name: 'human-readable', arg: 'none', is: 'h' }, { name: 'si', arg: 'none', is: 'H' }, { name: 'local', arg: 'none', is: 'l' },
    { name: 'output', arg: 'optional' }, { name: 'portability', arg: 'none', is: 'P' }, { name: 'print-type', arg: 'none', is: 'T' },
    { name: 'sync', arg: 'none' }, { name: 'no-sync', arg: 'none' }, { name: 'total', arg: 'none' }, { name: 'type', arg: 'required', is: 't' },
    { name: 'exclude-type', arg: 'required', is: 'x' },
  ],
} as const

type Mount = Pick<MountEntry, 'dev' | 'root' | 'target' | 'fstype' | 'source'>

const FIELDS = ['source', 'fstype', 'itotal', 'iused', 'iavail', 'ipcent', 'size', 'used', 'avail', 'pcent', 'file', 'target'] as const
type Field = (typeof FIELDS)[number]
const LEFT: readonly Field[] = ['source', 'fstype', 'file', 'target']
const DUMMY = /^(autofs|proc|subfs|debugfs|devpts|fusectl|fuse\.portal|mqueue|rpc_pipefs|sysfs|devfs|kernfs|ignore)$/
const MIN_WIDTH: Readonly<Partial<Record<Field, number>>> = { source: 14, fstype: 4, size: 5, used: 5, avail: 5, pcent: 4, itotal: 5, iused: 5, iavail: 5, ipcent: 4 }

interface Row {
  readonly mount: Mount
  readonly fs: Statfs
  readonly file: string
}

export const df = command('df', 'show free disk space', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const size = yield* blockSize(c, given)
  const fields = yield* chosenFields(c, given)
  const table = yield* readMountinfo()
  if (isErr(table)) return yield* fail(c, 1, 'cannot read table of mounted file systems', table)
  const mounts: readonly Mount[] = table
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const rows: Row[] = []
  let status = 0
  for (const path of operands) {
    const found = yield* mountOf(path, mounts)
    if (isErr(found)) {
      yield* warn(c, quotef(path), found)
      status = 1
    } else rows.push({ ...found, file: path })
  }
  if (operands.length === 0) rows.push(...(yield* visibleMounts(mounts, has('a'))))
  const types = (opt: string): readonly string[] => given.filter((o) => o.opt === opt).map((o) => o.arg ?? '')
  const shown = rows.filter((r) => (types('t').length === 0 || types('t').includes(r.mount.fstype)) && !types('x').includes(r.mount.fstype))
  if (shown.length === 0) return status === 0 ? yield* fail(c, 1, 'no file systems processed') : status
  const cells = shown.map((row) => fields.map((f) => cell(f, row, size)))
  if (has('total')) cells.push(fields.map((f) => cell(f, totalOf(shown, fields.includes('source')), size)))
  const header = fields.map((f) => title(f, size, given))
  const lines = [header, ...cells]
  const widths = fields.map((f, i) => Math.max(MIN_WIDTH[f] ?? 0, ...lines.map((line) => textWidth(line[i]))))
  for (const line of lines) {
    const text = line.map((value, i) => {
      const blanks = ' '.repeat(Math.max(0, widths[i] - textWidth(value)))
      return LEFT.includes(fields[i]) ? (i === line.length - 1 ? value : value + blanks) : blanks + value
    })
    yield* c.stdout.write(`${text.join(' ')}\n`)
  }
  return status
})

function* blockSize(c: Crt, given: readonly Option[]): Flow<BlockSize> {
  let size: BlockSize = { unit: 1024, suffix: '' }
  for (const { opt, arg } of given) {
    if (opt === 'h') size = { unit: 1, human: 1024, suffix: '' }
    else if (opt === 'H') size = { unit: 1, human: 1000, suffix: '' }
    else if (opt === 'k') size = { unit: 1024, suffix: '' }
    else if (opt === 'm') size = { unit: 1048576, suffix: '' }
    else if (opt === 'B') {
      const parsed = parseBlockSize(arg ?? '')
      if (parsed === undefined) exit(yield* fail(c, 1, `invalid -B argument '${arg}'`))
      size = parsed
    }
  }
  return size
}

function* chosenFields(c: Crt, given: readonly Option[]): Flow<readonly Field[]> {
  const output = given.filter((o) => o.opt === 'output')
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  if (output.length > 0) {
    for (const opt of ['i', 'P', 'T']) if (has(opt)) exit(yield* usageError(c, 1, `options -${opt} and --output are mutually exclusive`))
    const names = output.flatMap((o) => (o.arg === undefined ? FIELDS : o.arg.split(',')))
    for (const name of names) if (!(FIELDS as readonly string[]).includes(name)) exit(yield* usageError(c, 1, `option --output: field ${quote(name)} unknown`))
    for (const name of names) if (names.indexOf(name) !== names.lastIndexOf(name)) exit(yield* usageError(c, 1, `option --output: field ${quote(name)} used more than once`))
    return names as Field[]
  }
  const numbers: readonly Field[] = has('i') ? ['itotal', 'iused', 'iavail', 'ipcent'] : ['size', 'used', 'avail', 'pcent']
  return ['source', ...(has('T') ? (['fstype'] as const) : []), ...numbers, 'target']
}

function title(field: Field, size: BlockSize, given: readonly Option[]): string {
  const posix = given.some((o) => o.opt === 'P')
  switch (field) {
    case 'source': return 'Filesystem'
    case 'fstype': return 'Type'
    case 'itotal': return 'Inodes'
    case 'iused': return 'IUsed'
    case 'iavail': return 'IFree'
    case 'ipcent': return 'IUse%'
    case 'size': return size.human !== undefined ? 'Size' : posix ? `${size.unit}-blocks` : `${blockName(size)}-blocks`
    case 'used': return 'Used'
    case 'avail': return size.human !== undefined || given.some((o) => o.opt === 'output') ? 'Avail' : 'Available'
    case 'pcent': return posix ? 'Capacity' : 'Use%'
    case 'file': return 'File'
    case 'target': return 'Mounted on'
  }
}

function blockName(size: BlockSize): string {
  for (const [base, tail] of [[1024, ''], [1000, 'B']] as const) {
    let [unit, power] = [size.unit, 0]
    while (unit % base === 0 && power < 6) {
      unit /= base
      power++
    }
    if (unit < base && power > 0) return `${unit}${base === 1000 && power === 1 ? 'k' : 'KMGTPE'[power - 1]}${tail}`
  }
  return `${size.unit}B`
}

const percent = (used: number, free: number): string => (used + free > 0 ? `${Math.ceil((used * 100) / (used + free))}%` : '-')

function cell(field: Field, { mount, fs, file }: Row, size: BlockSize): string {
  const bytes = (blocks: number): string => inBlocks(blocks * fs.bsize, size)
  const count = (n: number): string => (size.human === undefined ? String(n) : inBlocks(n, size))
  const used = fs.blocks - fs.bfree
  switch (field) {
    case 'source': return mount.source
    case 'fstype': return mount.fstype
    case 'itotal': return count(fs.files)
    case 'iused': return count(fs.files - fs.ffree)
    case 'iavail': return count(fs.ffree)
    case 'ipcent': return percent(fs.files - fs.ffree, fs.ffree)
    case 'size': return bytes(fs.blocks)
    case 'used': return bytes(used)
    case 'avail': return bytes(fs.bavail)
    case 'pcent': return percent(used, fs.bavail)
    case 'file': return file
    case 'target': return mount.target
  }
}

function totalOf(rows: readonly Row[], hasSource: boolean): Row {
  const sum = (of: (r: Row) => number): number => rows.reduce((n, r) => n + of(r), 0)
  const fs: Statfs = {
    type: 0, bsize: 1, blocks: sum((r) => r.fs.blocks * r.fs.bsize), bfree: sum((r) => r.fs.bfree * r.fs.bsize), bavail: sum((r) => r.fs.bavail * r.fs.bsize),
    files: sum((r) => r.fs.files), ffree: sum((r) => r.fs.ffree), namelen: 0, flags: 0,
  }
  return { mount: { dev: '', root: '', target: hasSource ? '-' : 'total', fstype: '-', source: 'total' }, fs, file: '-' }
}

/** What df shows without operands: one line for each device, the shortest mount point of it, no pseudo file systems. */
function* visibleMounts(mounts: readonly Mount[], all: boolean): Flow<readonly Row[]> {
  const rows: Row[] = []
  const byDevice = new Map<string, number>()
  for (const mount of mounts) {
    const fs = yield* call('statfs', mount.target)
    if (isErr(fs) || (!all && (DUMMY.test(mount.fstype) || fs.blocks === 0))) continue
    const known = byDevice.get(mount.dev)
    if (all || known === undefined) {
      byDevice.set(mount.dev, rows.length)
      rows.push({ mount, fs, file: '-' })
    } else if (mount.target.length < rows[known].mount.target.length && mount.root.length <= rows[known].mount.root.length) rows[known] = { mount, fs, file: '-' }
  }
  return rows
}

/** The mount that holds a path: by the mount id of statx(2), as the last one mounted on a prefix of it. */
function* mountOf(path: string, mounts: readonly Mount[]): Flow<{ readonly mount: Mount; readonly fs: Statfs } | Errno> {
  const st = yield* stat(path)
  if (isErr(st)) return st
  const fs = yield* call('statfs', path)
  if (isErr(fs)) return fs
  const real = yield* canonicalize(path)
  if (isErr(real)) return real
  const above = mounts.filter((m) => m.target === '/' || real === m.target || real.startsWith(`${m.target}/`))
  const mount = above.reduce<Mount | undefined>((best, m) => (best === undefined || m.target.length >= best.target.length ? m : best), undefined)
  return { mount: mount ?? { dev: '', root: '/', target: '-', fstype: '-', source: '-' }, fs }
}
