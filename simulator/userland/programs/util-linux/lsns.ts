// lsns(8) of util-linux 2.38.1: lists namespaces with the processes that lead them, as a tree of these processes, of owners or of parents.
// Simpler: namespaces without a process do not appear as the missing links of -T.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { NS_TYPES, type NsType } from '../../../abi/sched.ts'
import type { Column, Row } from '../../../lib/columns.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { readMountinfo } from '../../libc/mountinfo.ts'
import { IdNames } from '../../libc/pwd.ts'
import { die, option, signedNumber, unsignedNumber } from './common.ts'
import { LSNS_HELP } from './help/lsns.ts'
import { type Namespace, type NsProcess, readNamespaces } from './lsns-namespaces.ts'
import { chooseColumns, printTable } from './table-output.ts'

export const LSNS_OPTIONS: OptionTable = {
  short: 'Jlp:o:nruhVt:T::W',
  long: [
    { name: 'json', arg: 'none', is: 'J' }, { name: 'task', arg: 'required', is: 'p' }, { name: 'help', arg: 'none', is: 'h' },
    { name: 'output', arg: 'required', is: 'o' }, { name: 'output-all', arg: 'none' }, { name: 'notruncate', arg: 'none', is: 'u' },
    { name: 'version', arg: 'none', is: 'V' }, { name: 'noheadings', arg: 'none', is: 'n' }, { name: 'nowrap', arg: 'none', is: 'W' },
    { name: 'list', arg: 'none', is: 'l' }, { name: 'raw', arg: 'none', is: 'r' }, { name: 'type', arg: 'required', is: 't' },
    { name: 'tree', arg: 'optional', is: 'T' },
  ],
}

const COLUMNS: readonly Column[] = [
  { name: 'NS', hint: 10, right: true, json: 'number' }, { name: 'TYPE', hint: 5 }, { name: 'PATH' }, { name: 'NPROCS', hint: 5, right: true, json: 'number' },
  { name: 'PID', hint: 5, right: true, json: 'number' }, { name: 'PPID', hint: 5, right: true, json: 'number' }, { name: 'COMMAND', trunc: true },
  { name: 'UID', right: true, json: 'number' }, { name: 'USER' }, { name: 'NETNSID', right: true }, { name: 'NSFS' },
  { name: 'PNS', hint: 10, right: true, json: 'number' }, { name: 'ONS', hint: 10, right: true, json: 'number' },
]

type Tree = 'none' | 'process' | 'owner' | 'parent'

/** A line of the table: a namespace, or one process of a single namespace. */
interface Item {
  readonly ns: Namespace
  readonly process: NsProcess
}
interface MutableRow extends Row { readonly children: MutableRow[] }

export function* lsns(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, LSNS_OPTIONS.short, LSNS_OPTIONS.long)
  const flags = new Set<string>()
  const types = new Set<NsType>()
  let output: string | undefined
  let task = 0
  let tree: Tree = 'process'
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, LSNS_HELP)
    flags.add(opt)
    if (opt === 'o') output = arg
    else if (opt === 'output-all') output = COLUMNS.map((col) => col.name).join(',')
    else if (opt === 'p') task = yield* signedNumber(c, arg, 'invalid PID argument')
    else if (opt === 't') types.add(NS_TYPES.find((t) => t === arg) ?? (yield* die(c, 1, `unknown namespace type: ${arg}`)))
    else if (opt === 'T') tree = yield* treeType(c, arg.replace(/^=/, ''))
    else if ((opt === 'l' || opt === 'r') && tree === 'process') tree = 'none'
  }
  const [only, ...more] = parsed.operands
  if (only !== undefined && task !== 0) yield* die(c, 1, '--task is mutually exclusive with <namespace>')
  const ino = only === undefined ? undefined : yield* unsignedNumber(c, only, 'invalid namespace argument')
  if (more.length > 0) yield* die(c, 1, `unexpected argument: ${more[0]}`)

  const world = yield* readNamespaces(types.size === 0 ? new Set(NS_TYPES) : types)
  const single = world.namespaces.find((ns) => ns.ino === ino)
  if (ino !== undefined && !single) return yield* die(c, 1, `not found namespace: ${ino}`)
  const shown = world.namespaces.filter((ns) => task === 0 || ns.processes.some((p) => p.pid === task))
  const items: Item[] = single ? single.processes.map((process) => ({ ns: single, process })) : shown.map((ns) => ({ ns, process: ns.leader }))

  const netOnly = types.size === 1 && types.has('net')
  const defaults = single ? ['PID', 'PPID', 'USER', 'COMMAND'] : ['NS', 'TYPE', 'NPROCS', 'PID', 'USER', ...(netOnly ? ['NETNSID', 'NSFS'] : []), 'COMMAND']
  const chosen = yield* chooseColumns(c, COLUMNS, defaults, output)
  const treeColumn = tree === 'process' || single ? 'COMMAND' : 'NS'
  const columns = chosen.map((col) => (tree !== 'none' && col.name === treeColumn ? { ...col, tree: true, right: false } : col)).map((col) => ({ ...col, trunc: col.trunc && !flags.has('u') }))
  const rows = arrange(items, single ? 'process' : tree, yield* cells(items, columns))
  yield* printTable(c, columns, rows, { format: flags.has('J') ? 'json' : flags.has('r') ? 'raw' : 'table', noHeadings: flags.has('n'), jsonName: 'namespaces' })
  return 0
}

function* treeType(c: Crt, name: string): Flow<Tree> {
  if (name === '' || name === 'owner') return 'owner'
  return name === 'process' || name === 'parent' ? name : yield* die(c, 1, `unknown tree type: ${name}`)
}

function* cells(items: readonly Item[], columns: readonly Column[]): Flow<(string | undefined)[][]> {
  const names = new IdNames()
  const nsfs = columns.some((col) => col.name === 'NSFS') ? yield* nsfsTargets() : new Map<string, string[]>()
  const all: (string | undefined)[][] = []
  for (const { ns, process } of items) {
    const user = (yield* names.user(process.uid)) ?? String(process.uid)
    all.push(columns.map((col) => cell(col.name, ns, process, user, nsfs)))
  }
  return all
}

function cell(column: string, ns: Namespace, p: NsProcess, user: string, nsfs: ReadonlyMap<string, readonly string[]>): string | undefined {
  switch (column) {
    case 'NS': return String(ns.ino)
    case 'TYPE': return ns.type
    case 'PATH': return `/proc/${p.pid}/ns/${ns.type}`
    case 'NPROCS': return String(ns.processes.length)
    case 'PID': return String(p.pid)
    case 'PPID': return String(p.ppid)
    case 'COMMAND': return p.command
    case 'UID': return String(p.uid)
    case 'USER': return user
    case 'NETNSID': return ns.type === 'net' ? p.netnsid : undefined
    case 'NSFS': return nsfs.get(`${ns.type}:[${ns.ino}]`)?.join(',')
    case 'PNS': return String(ns.parent)
    case 'ONS': return String(ns.owner)
    default: return undefined
  }
}

/** Where namespaces are bind-mounted, by `type:[inode]`. */
function* nsfsTargets(): Flow<Map<string, string[]>> {
  const mounts = yield* readMountinfo()
  const targets = new Map<string, string[]>()
  if (isErr(mounts)) return targets
  for (const m of mounts) {
    if (m.fstype !== 'nsfs') continue
    const known = targets.get(m.root) ?? []
    if (!known.includes(m.target)) targets.set(m.root, [...known, m.target])
  }
  return targets
}

/** Hangs each line below the line of its parent process, owner or parent namespace, if that has one already; of several lines of a process the latest counts. */
function arrange(items: readonly Item[], tree: Tree, texts: readonly (readonly (string | undefined)[])[]): MutableRow[] {
  const roots: MutableRow[] = []
  const byProcess = new Map<NsProcess, MutableRow>()
  const byNamespace = new Map<number, MutableRow>()
  const order = tree === 'owner' || tree === 'parent' ? parentsFirst(items, tree) : items.map((_, i) => i)
  for (const i of order) {
    const { ns, process } = items[i]
    const row: MutableRow = { cells: texts[i], children: [] }
    const above = tree === 'process' ? (process.parent && byProcess.get(process.parent)) : tree === 'owner' ? byNamespace.get(ns.owner) : tree === 'parent' ? byNamespace.get(ns.parent) : undefined
    ;(above?.children ?? roots).push(row)
    byProcess.set(process, row)
    byNamespace.set(ns.ino, row)
  }
  return roots
}

/** Namespaces in their order, each after the one it hangs below. */
function parentsFirst(items: readonly Item[], tree: 'owner' | 'parent'): number[] {
  const index = new Map(items.map((item, i) => [item.ns.ino, i]))
  const done = new Set<number>()
  const visit = (i: number): void => {
    if (done.has(i)) return
    done.add(i)
    const above = index.get(items[i].ns[tree])
    if (above !== undefined) visit(above)
    order.push(i)
  }
  const order: number[] = []
  items.forEach((_, i) => visit(i))
  return order
}
