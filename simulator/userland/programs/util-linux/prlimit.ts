// prlimit(1) of util-linux 2.38.1: shows and sets resource limits of a process or for a program.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { RLIM_INFINITY, type Rlimit, type RlimitName } from '../../../abi/sched.ts'
import type { Column } from '../../../lib/columns.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { die, execute, option, signedNumber } from './common.ts'
import { PRLIMIT_HELP } from './help/prlimit.ts'
import { chooseColumns, printTable } from './table-output.ts'

/** Option name, letter, description and unit of each resource, in the order in which all are shown. */
const RESOURCES: readonly { readonly name: RlimitName; readonly letter: string; readonly text: string; readonly unit: string }[] = [
  { name: 'AS', letter: 'v', text: 'address space limit', unit: 'bytes' }, { name: 'CORE', letter: 'c', text: 'max core file size', unit: 'bytes' },
  { name: 'CPU', letter: 't', text: 'CPU time', unit: 'seconds' }, { name: 'DATA', letter: 'd', text: 'max data size', unit: 'bytes' },
  { name: 'FSIZE', letter: 'f', text: 'max file size', unit: 'bytes' }, { name: 'LOCKS', letter: 'x', text: 'max number of file locks held', unit: 'locks' },
  { name: 'MEMLOCK', letter: 'l', text: 'max locked-in-memory address space', unit: 'bytes' },
  { name: 'MSGQUEUE', letter: 'q', text: 'max bytes in POSIX mqueues', unit: 'bytes' },
  { name: 'NICE', letter: 'e', text: 'max nice prio allowed to raise', unit: '' }, { name: 'NOFILE', letter: 'n', text: 'max number of open files', unit: 'files' },
  { name: 'NPROC', letter: 'u', text: 'max number of processes', unit: 'processes' }, { name: 'RSS', letter: 'm', text: 'max resident set size', unit: 'bytes' },
  { name: 'RTPRIO', letter: 'r', text: 'max real-time priority', unit: '' }, { name: 'RTTIME', letter: 'y', text: 'timeout for real-time tasks', unit: 'microsecs' },
  { name: 'SIGPENDING', letter: 'i', text: 'max number of pending signals', unit: 'signals' }, { name: 'STACK', letter: 's', text: 'max stack size', unit: 'bytes' },
]

export const PRLIMIT_OPTIONS: OptionTable = {
  short: `+${RESOURCES.map((r) => `${r.letter}::`).join('')}p:o:hV`,
  long: [
    ...RESOURCES.map((r) => ({ name: r.name.toLowerCase(), arg: 'optional' as const, is: `=${r.name}` })),
    { name: 'pid', arg: 'required', is: 'p' }, { name: 'output', arg: 'required', is: 'o' }, { name: 'noheadings', arg: 'none' },
    { name: 'raw', arg: 'none' }, { name: 'verbose', arg: 'none' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' },
  ],
}

const COLUMNS: readonly Column[] = [
  { name: 'DESCRIPTION', trunc: true }, { name: 'RESOURCE', trunc: true, hint: 0.25 }, { name: 'SOFT', right: true, hint: 0.1 }, { name: 'HARD', right: true, hint: 1 },
  { name: 'UNITS', trunc: true, hint: 0.1 },
]
const DEFAULTS = ['RESOURCE', 'DESCRIPTION', 'SOFT', 'HARD', 'UNITS']

export function* prlimit(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, PRLIMIT_OPTIONS.short, PRLIMIT_OPTIONS.long)
  const flags = new Set<string>()
  const wanted: { name: RlimitName; value: string | undefined }[] = []
  let pid = 0
  let output: string | undefined
  for (const event of parsed.options) {
    const { opt, arg } = yield* option(c, event, PRLIMIT_HELP)
    const resource = RESOURCES.find((r) => r.letter === opt || opt === `=${r.name}`)
    if (opt === 'p') pid = yield* signedNumber(c, arg ?? '', 'invalid PID argument')
    else if (opt === 'o') output = arg
    else if (resource) wanted.push({ name: resource.name, value: arg?.replace(/^=/, '') })
    else flags.add(opt)
  }
  if (parsed.operands.length > 0 && pid !== 0) yield* die(c, 1, 'options --pid and COMMAND are mutually exclusive')
  const columns = yield* chooseColumns(c, COLUMNS, DEFAULTS, output)
  const shown: RlimitName[] = []
  for (const { name, value } of wanted) {
    if (value === undefined) shown.push(name)
    else yield* setLimit(c, pid, name, value, flags.has('verbose'))
  }
  if (wanted.length === 0) shown.push(...RESOURCES.map((r) => r.name))
  if (shown.length > 0) yield* show(c, pid, shown, columns, flags)
  return parsed.operands.length > 0 ? yield* execute(c, parsed.operands) : 0
}

function* getLimit(c: Crt, pid: number, name: RlimitName): Flow<Rlimit> {
  const limit = yield* call('prlimit64', pid, name, undefined)
  return isErr(limit) ? yield* die(c, 1, `failed to get the ${name} resource limit`, limit) : limit
}

/** `soft:hard`, `soft:`, `:hard` or one value for both. */
function* setLimit(c: Crt, pid: number, name: RlimitName, text: string, verbose: boolean): Flow<void> {
  const value = (word: string): number => (word === 'unlimited' || word === 'infinity' ? RLIM_INFINITY : Number(word))
  const m = /^(unlimited|infinity|\d+)?(:)?(unlimited|infinity|\d+)?$/.exec(text)
  if (m === null || text === '' || text === ':') return yield* die(c, 1, `failed to parse ${name} limit`)
  const old = m[2] !== undefined && (m[1] === undefined || m[3] === undefined) ? yield* getLimit(c, pid, name) : { soft: 0, hard: 0 }
  const soft = m[1] === undefined ? old.soft : value(m[1])
  const hard = m[2] === undefined ? soft : m[3] === undefined ? old.hard : value(m[3])
  if (soft > hard) yield* die(c, 1, `the soft limit ${name} cannot exceed the hard limit`)
  if (verbose) yield* c.stdout.write(`New ${name} limit for pid ${pid}: <${limitText(soft)}:${limitText(hard)}>\n`)
  const set = yield* call('prlimit64', pid, name, { soft, hard })
  if (isErr(set)) yield* die(c, 1, `failed to set the ${name} resource limit`, set)
}

const limitText = (n: number): string => (n === RLIM_INFINITY ? 'unlimited' : String(n))

function* show(c: Crt, pid: number, names: readonly RlimitName[], columns: readonly Column[], flags: ReadonlySet<string>): Flow<void> {
  const rows = []
  for (const resource of names.flatMap((name) => RESOURCES.filter((r) => r.name === name))) {
    const limit = yield* getLimit(c, pid, resource.name)
    const text = new Map([['RESOURCE', resource.name], ['DESCRIPTION', resource.text], ['SOFT', limitText(limit.soft)], ['HARD', limitText(limit.hard)], ['UNITS', resource.unit]])
    rows.push({ cells: columns.map((col) => text.get(col.name)), children: [] })
  }
  yield* printTable(c, columns, rows, { format: flags.has('raw') ? 'raw' : 'table', noHeadings: flags.has('noheadings') })
}
