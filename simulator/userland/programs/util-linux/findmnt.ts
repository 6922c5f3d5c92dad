// findmnt(8) of util-linux 2.38.1: looks up mounts by mount point, source, type or options and prints them, as the tree they are if nothing narrows the search to one place.
// Simpler: no --poll, no --verify, no tags (LABEL=, UUID=).
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import type { Column, Row } from '../../../lib/columns.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { matchesOptions, matchesType, parseFstab, parseMountinfo } from '../../libc/mountinfo.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { call } from '../../libc/syscall.ts'
import { readFile, stat } from '../../libc/unistd.ts'
import { die, option, unsignedNumber } from './common.ts'
import { type AnyMount, FINDMNT_COLUMNS, findmntCells, isMounted } from './findmnt-columns.ts'
import { FINDMNT_HELP } from './help/findmnt.ts'
import { chooseColumns, printTable, shellColumns } from './table-output.ts'

export const FINDMNT_OPTIONS: OptionTable = {
  short: 'AabCcDd:ehiJfF:o:O:p::PklmM:nN:rst:uvRS:T:Uw:Vxy',
  unsimulatedShort: 'epw',
  long: [
    { name: 'all', arg: 'none', is: 'A' }, { name: 'ascii', arg: 'none', is: 'a' }, { name: 'bytes', arg: 'none', is: 'b' },
    { name: 'canonicalize', arg: 'none', is: 'c' }, { name: 'nocanonicalize', arg: 'none', is: 'C' }, { name: 'direction', arg: 'required', is: 'd' },
    { name: 'df', arg: 'none', is: 'D' }, { name: 'evaluate', arg: 'none', unsimulated: true }, { name: 'first-only', arg: 'none', is: 'f' },
    { name: 'fstab', arg: 'none', is: 's' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'invert', arg: 'none', is: 'i' },
    { name: 'json', arg: 'none', is: 'J' }, { name: 'kernel', arg: 'none', is: 'k' }, { name: 'list', arg: 'none', is: 'l' },
    { name: 'mountpoint', arg: 'required', is: 'M' }, { name: 'mtab', arg: 'none', is: 'm' }, { name: 'noheadings', arg: 'none', is: 'n' },
    { name: 'notruncate', arg: 'none', is: 'u' }, { name: 'options', arg: 'required', is: 'O' }, { name: 'output', arg: 'required', is: 'o' },
    { name: 'output-all', arg: 'none' }, { name: 'poll', arg: 'optional', unsimulated: true }, { name: 'pairs', arg: 'none', is: 'P' },
    { name: 'raw', arg: 'none', is: 'r' }, { name: 'types', arg: 'required', is: 't' }, { name: 'nofsroot', arg: 'none', is: 'v' },
    { name: 'submounts', arg: 'none', is: 'R' }, { name: 'source', arg: 'required', is: 'S' }, { name: 'tab-file', arg: 'required', is: 'F' },
    { name: 'target', arg: 'required', is: 'T' }, { name: 'task', arg: 'required', is: 'N' }, { name: 'timeout', arg: 'required', unsimulated: true },
    { name: 'uniq', arg: 'none', is: 'U' }, { name: 'verify', arg: 'none', is: 'x' }, { name: 'version', arg: 'none', is: 'V' },
    { name: 'verbose', arg: 'none' }, { name: 'pseudo', arg: 'none' }, { name: 'real', arg: 'none' }, { name: 'shadowed', arg: 'none' },
    { name: 'shell', arg: 'none', is: 'y' }, { name: 'tree', arg: 'none' }, { name: 'vfs-all', arg: 'none', unsimulated: true },
  ],
}

const PSEUDO = new Set([
  'apparmorfs', 'autofs', 'bdev', 'binfmt_misc', 'bpf', 'cgroup', 'cgroup2', 'configfs', 'cpuset', 'debugfs', 'devpts', 'devtmpfs', 'efivarfs', 'fusectl',
  'hugetlbfs', 'mqueue', 'none', 'nsfs', 'overlay', 'pipefs', 'proc', 'pstore', 'ramfs', 'rootfs', 'securityfs', 'selinuxfs', 'sockfs', 'sysfs', 'tmpfs', 'tracefs',
])
const DF_COLUMNS = ['SOURCE', 'FSTYPE', 'SIZE', 'USED', 'AVAIL', 'USE%', 'TARGET']

interface Query {
  readonly flags: ReadonlySet<string>
  /** As typed, and resolved. */
  readonly source: readonly string[] | undefined
  readonly target: readonly string[] | undefined
  /** The only operand may be a source or a mount point. */
  readonly either: boolean
  readonly types: string | undefined
  readonly options: string | undefined
}

export function* findmnt(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, FINDMNT_OPTIONS.short, FINDMNT_OPTIONS.long, FINDMNT_OPTIONS.unsimulatedShort)
  const flags = new Set<string>()
  const args = new Map<string, string>()
  for (const event of parsed.options) {
    const { opt, arg } = yield* option(c, event, FINDMNT_HELP)
    flags.add(opt)
    if (arg !== undefined) args.set(opt, arg)
  }
  if (flags.has('x')) return yield* verify(c)
  const direction = args.get('d') ?? 'forward'
  if (direction !== 'forward' && direction !== 'backward') yield* die(c, 1, `unknown direction '${direction}'`)
  const tid = args.has('N') ? yield* unsignedNumber(c, args.get('N') ?? '', 'invalid TID argument') : ((yield* call('getpid')) as number)
  const narrowed = flags.has('S') || flags.has('T') || flags.has('M')
  if (parsed.operands.length > 0 && narrowed) yield* die(c, 1, "options --target and --source can't be used together with command line element that is not an option")

  const defaults = flags.has('D') ? DF_COLUMNS : ['TARGET', 'SOURCE', 'FSTYPE', 'OPTIONS']
  const all = flags.has('output-all') ? FINDMNT_COLUMNS.slice(1).map((col) => col.name).join(',') : args.get('o')
  const columns = (yield* chooseColumns(c, FINDMNT_COLUMNS, defaults, all)).map((col) => ({ ...col, trunc: col.trunc && !flags.has('u') }))
  const mounts = yield* readTable(c, flags, args, tid)

  const query = yield* makeQuery(flags, args, parsed.operands, mounts)
  const submounts = flags.has('R') && !isListAll(query)
  const list = flags.has('l') || flags.has('r') || flags.has('P') || flags.has('D') || flags.has('s')
  const tree = flags.has('tree') || (!list && (submounts || !(flags.has('f') || query.source || query.target)))
  const ordered = direction === 'backward' ? [...mounts].reverse() : mounts
  const rows = yield* buildRows(columns, ordered, query, { tree, submounts, tid })
  if (rows.length === 0 && (!tree || submounts)) return 1
  const format = flags.has('J') ? 'json' : flags.has('P') ? 'pairs' : flags.has('r') ? 'raw' : 'table'
  yield* printTable(c, flags.has('y') ? shellColumns(columns) : columns, rows, { format, noHeadings: flags.has('n'), ascii: flags.has('a'), jsonName: 'filesystems' })
  return 0
}

/** --verify: every entry of /etc/fstab has a target that is there. */
function* verify(c: Crt): Flow<number> {
  const text = yield* readFile('/etc/fstab')
  const lines = isErr(text) ? [] : parseFstab(text)
  let errors = 0
  for (const { target } of lines) {
    if (target === 'none' || target === 'swap' || !isErr(yield* stat(target))) continue
    yield* c.stdout.write(`${target}\n   [E] unreachable on boot required target: No such file or directory\n`)
    errors++
  }
  yield* c.stdout.write(errors === 0 ? 'Success, no errors or warnings detected\n' : `\n0 parse errors, ${errors} error${errors === 1 ? '' : 's'}, 0 warnings\n`)
  return errors === 0 ? 0 : 1
}

function* readTable(c: Crt, flags: ReadonlySet<string>, args: ReadonlyMap<string, string>, tid: number): Flow<readonly AnyMount[]> {
  const path = args.get('F') ?? (flags.has('s') ? '/etc/fstab' : args.has('N') ? `/proc/${tid}/mountinfo` : '/proc/self/mountinfo')
  const text = yield* readFile(path)
  if (isErr(text)) return yield* die(c, 1, `can't read ${path === '/proc/self/mountinfo' ? '/proc/mounts' : path}`, text)
  const mountinfo = parseMountinfo(text)
  return mountinfo.length > 0 ? mountinfo : parseFstab(text)
}

const isListAll = (q: Query): boolean => !q.source && !q.target && q.types === undefined && q.options === undefined

function* names(text: string): Flow<readonly string[]> {
  const real = yield* canonicalize(text)
  return isErr(real) || real === text ? [text] : [text, real]
}

function* makeQuery(flags: ReadonlySet<string>, args: ReadonlyMap<string, string>, operands: readonly string[], mounts: readonly AnyMount[]): Flow<Query> {
  const [first, second] = operands
  const source = args.get('S') ?? first
  const target = args.get('M') ?? second
  const path = args.get('T')
  return {
    flags, types: args.get('t'), options: args.get('O'), either: first !== undefined && second === undefined,
    source: source === undefined ? undefined : yield* names(source),
    target: path !== undefined ? yield* mountPointOf(path, mounts) : target === undefined ? undefined : yield* names(target),
  }
}

/** -T: the path itself if it is a mount point, else the directory above it where the device changes. */
function* mountPointOf(path: string, mounts: readonly AnyMount[]): Flow<readonly string[]> {
  const real = yield* canonicalize(path)
  if (isErr(real)) return []
  let here = real
  const st = yield* stat(here)
  while (here !== '/' && !isErr(st) && !mounts.some((m) => m.target === here)) here = here.slice(0, here.lastIndexOf('/')) || '/'
  return [here]
}

function matches(m: AnyMount, q: Query): boolean {
  const found = matchesAll(m, q)
  return q.flags.has('i') ? !found : found
}

function matchesAll(m: AnyMount, q: Query): boolean {
  if (q.target && !q.target.includes(m.target)) return false
  if (q.source && !q.source.includes(m.source) && !(isMounted(m) && q.source.includes(m.dev)) && !(q.either && q.source.includes(m.target))) return false
  if (!matchesType(m.fstype, q.types) || !matchesOptions(m.options, q.options)) return false
  const isPseudo = PSEUDO.has(m.fstype)
  if (q.flags.has('pseudo') && !isPseudo) return false
  if (q.flags.has('real') && isPseudo) return false
  return !(q.flags.has('D') && !q.flags.has('A') && isPseudo && m.fstype !== 'tmpfs')
}

interface Layout { readonly tree: boolean; readonly submounts: boolean; readonly tid: number }
interface MutableRow extends Row { readonly children: MutableRow[] }

function* buildRows(columns: readonly Column[], mounts: readonly AnyMount[], q: Query, { tree, submounts, tid }: Layout): Flow<MutableRow[]> {
  const style = { bytes: q.flags.has('b'), noRoot: q.flags.has('v'), tid }
  const roots: MutableRow[] = []
  const seen = new Set<AnyMount>()
  const targets = new Set<string>()
  const children = new Map<number, AnyMount[]>()
  for (const m of mounts) if (isMounted(m)) children.set(m.parent, [...(children.get(m.parent) ?? []), m])
  const isShadowed = (m: AnyMount): boolean => isMounted(m) && (children.get(m.id) ?? []).some((child) => child.target === m.target)

  function* add(m: AnyMount, above: MutableRow[]): Flow<MutableRow[]> {
    seen.add(m)
    const row: MutableRow = { cells: yield* findmntCells(m, columns, style), children: [] }
    above.push(row)
    return tree ? row.children : roots
  }
  function* visit(m: AnyMount, above: MutableRow[], all: boolean): Flow<void> {
    if (seen.has(m)) return
    const wanted = all || matches(m, q)
    const below = wanted ? yield* add(m, above) : above
    if (!wanted) seen.add(m)
    if (isMounted(m)) for (const child of children.get(m.id) ?? []) if (child !== m) yield* visit(child, below, all)
  }

  const ids = new Set(mounts.filter(isMounted).map((m) => m.id))
  for (const m of mounts) {
    if (submounts) {
      if (matches(m, q)) yield* visit(m, roots, true)
    } else if (tree) {
      if (!isMounted(m) || !ids.has(m.parent) || m.parent === m.id) yield* visit(m, roots, false)
    } else if (matches(m, q) && !(q.flags.has('U') && targets.has(m.target)) && !(q.flags.has('shadowed') && !isShadowed(m))) {
      targets.add(m.target)
      yield* add(m, roots)
      if (q.flags.has('f')) break
    }
  }
  return roots
}
