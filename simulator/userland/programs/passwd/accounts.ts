// The account files as tables that programs change line by line: /etc/passwd, shadow, group, gshadow, subuid, subgid.
// Simpler: files are rewritten in place, without lock files and backups.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import { O_RDWR, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import type { LongOption } from '../../../lib/getopt.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, readFile, writeFile } from '../../libc/unistd.ts'

export type Line = string[]

export function* die(c: Crt, status: number, message: string): Flow<never> {
  yield* warn(c, message)
  return exit(status)
}

/** Only root may write the files; says so as the lock would fail. */
export function* requireRoot(c: Crt, file: string, status = 1): Flow<void> {
  const fd = yield* open(file, O_RDWR)
  if (isErr(fd)) {
    if ((yield* call('geteuid')) !== 0) yield* warn(c, 'Permission denied.')
    return yield* die(c, status, `cannot lock ${file}; try again later.`)
  }
  yield* close(fd)
}

/** A file of colon-separated lines. */
export class Table {
  readonly #file: string
  lines: Line[] = []
  #changed = false

  constructor(file: string) {
    this.#file = file
  }

  *load(): Flow<boolean> {
    const text = yield* readFile(this.#file)
    if (isErr(text)) return false
    this.lines = text.split('\n').filter((line) => line !== '').map((line) => line.split(':'))
    return true
  }

  find(name: string): Line | undefined {
    return this.lines.find((line) => line[0] === name)
  }

  add(line: Line): void {
    this.lines.push(line)
    this.#changed = true
  }

  touch(): void {
    this.#changed = true
  }

  remove(test: (line: Line) => boolean): void {
    const kept = this.lines.filter((line) => !test(line))
    if (kept.length !== this.lines.length) this.#changed = true
    this.lines = kept
  }

  *save(): Flow<void> {
    if (this.#changed) yield* writeFile(this.#file, this.lines.map((line) => `${line.join(':')}\n`).join(''), O_WRONLY | O_TRUNC)
  }
}

export interface Accounts {
  readonly passwd: Table
  readonly shadow: Table
  readonly group: Table
  readonly gshadow: Table
  readonly subuid: Table
  readonly subgid: Table
}

export function* loadAccounts(): Flow<Accounts> {
  const make = (name: string): Table => new Table(`/etc/${name}`)
  const a = { passwd: make('passwd'), shadow: make('shadow'), group: make('group'), gshadow: make('gshadow'), subuid: make('subuid'), subgid: make('subgid') }
  for (const table of Object.values(a)) yield* table.load()
  return a
}

export function* saveAccounts(a: Accounts): Flow<void> {
  for (const table of Object.values(a) as Table[]) yield* table.save()
}

/** Adds a user to a group's members, or takes him out. */
export function setMember(a: Accounts, group: string, user: string, member: boolean): void {
  for (const [table, field] of [[a.group, 3], [a.gshadow, 3]] as const) {
    const line = table.find(group)
    if (!line) continue
    const members = (line[field] ?? '').split(',').filter((m) => m !== '' && m !== user)
    line[field] = [...members, ...(member ? [user] : [])].join(',')
    table.touch()
  }
}

export const findGroup = (a: Accounts, text: string): Line | undefined => a.group.find(text) ?? a.group.lines.find((line) => /^\d+$/.test(text) && line[2] === text)

/** The id above the highest used one in the range, or for system accounts the one below the lowest. */
export function freeId(table: Table, min: number, max: number, down: boolean): number {
  const used = table.lines.map((line) => Number(line[2])).filter((id) => id >= min && id <= max)
  if (used.length === 0) return down ? max : min
  if (!down && Math.max(...used) < max) return Math.max(...used) + 1
  if (down && Math.min(...used) > min && used.includes(max)) return Math.min(...used) - 1
  let id = down ? max : min
  while (used.includes(id)) id += down ? -1 : 1
  return id
}

/** The lowest free range of subordinate ids. */
export function freeRange(table: Table, min: number, count: number): number {
  const ranges = table.lines.map((line) => [Number(line[1]), Number(line[2])]).sort((x, y) => x[0] - y[0])
  let start = min
  for (const [first, size] of ranges) {
    if (first >= start + count) break
    start = Math.max(start, first + size)
  }
  return start
}

/** Days since 1970, as shadow(5) counts. */
export function* today(): Flow<number> {
  const now = yield* call('clock_gettime', CLOCK_REALTIME)
  return isErr(now) ? 0 : Math.floor(now.sec / 86400)
}

export interface ShadowOptions { readonly flags: ReadonlySet<string>; readonly values: ReadonlyMap<string, string>; readonly operands: readonly string[] }

/** The command line of a shadow tool: a bad option shows the whole usage and ends with `status`. */
export function* shadowOptions(c: Crt, short: string, long: readonly LongOption[], help: string, status = 2): Flow<ShadowOptions> {
  const parsed = getoptLong(c.argv, short, long)
  const flags = new Set<string>()
  const values = new Map<string, string>()
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* warn(c, event.error)
      yield* c.stderr.write(help)
      return exit(status)
    }
    if ('unsimulated' in event) return exit(yield* unsimulated(c, `option ${event.unsimulated}`))
    if (event.opt === 'h') {
      yield* c.stdout.write(help)
      return exit(0)
    }
    flags.add(event.opt)
    if (event.arg !== undefined) values.set(event.opt, event.arg)
  }
  return { flags, values, operands: parsed.operands }
}

export function* usage(c: Crt, help: string, status = 2): Flow<never> {
  yield* c.stderr.write(help)
  return exit(status)
}

/** is_valid_name() of Debian: no odd separators, not only digits or dots. */
export const isValidName = (name: string): boolean => /^[^-+~:,/\s\x00-\x1f][^:,/\s\x00-\x1f]*$/.test(name) && name.length <= 32 && name !== '.' && name !== '..'
