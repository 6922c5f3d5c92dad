// ps(1) of procps 4.0.2: a snapshot of /proc. Threads are not simulated, so -L and -T show each process once.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { TIOCGWINSZ, type Winsize } from '../../../abi/termios.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { firstNames, getgrent, getpwent } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { isatty, readDir, readFile, readlink } from '../../libc/unistd.ts'
import { COLUMNS, type Need, type PsContext } from './columns.ts'
import { chooseFormat } from './ps-formats.ts'
import { psHelp } from './ps-help.ts'
import { type ListCheck, parsePsOptions, PsError, type PsOptions, type SortKey } from './ps-options.ts'
import { forest, headingLine, type Placed, processLine, type Shown, shownColumns } from './ps-output.ts'
import { selects } from './ps-select.ts'
import { pidDigits, type Process, readMeminfo, readProcess, readProcesses, readUptime, requireProc } from './read-proc.ts'

const UNLIMITED = 131072
const NAMESPACES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts']

/** The names that a list on the command line may give. */
interface Names {
  readonly uids: ReadonlyMap<string, number>
  readonly gids: ReadonlyMap<string, number>
  /** Terminals by all their names: pts/0, tty1, 1. */
  readonly ttys: ReadonlySet<string>
}

export function* ps(c: Crt): Flow<number> {
  yield* requireProc(c)
  const { options, names } = yield* readOptions(c)
  if ('error' in options) return yield* usage(c, options.error)
  if (options.unsimulated !== undefined) return yield* unsimulated(c, options.unsimulated)
  if (options.action !== undefined) return yield* act(c, options.action)
  let items
  try {
    items = chooseFormat(options)
  } catch (thrown) {
    if (!(thrown instanceof PsError)) throw thrown
    return yield* usage(c, thrown.message)
  }
  const shown = shownColumns(items, yield* pidDigits())
  const screen = yield* screenColumns(c, options)
  if (options.header !== 'none') {
    const heading = headingLine(shown, screen, options.numeric)
    if (heading !== undefined) yield* c.stdout.write(`${heading}\n`)
  }
  const extras = new Map<number, Map<string, string>>()
  const context: PsContext = {
    uptime: yield* readUptime(), now: yield* wallClock(), memTotal: (yield* readMeminfo()).get('MemTotal') ?? 0,
    ...(yield* idNames(shown, options.sort)), numeric: options.numeric, environment: options.environment,
    commandName: options.commandName, cumulative: options.cumulative, extra: (p, need) => extras.get(p.pid)?.get(need) ?? '', prefix: '',
  }
  const needs = new Set<Need>(shown.flatMap((s) => s.column.needs ?? []))
  if (!options.environment && !items.some((i) => i.name === 'environ')) needs.delete('environ')
  const processes = yield* selectProcesses(options, names)
  for (const p of processes) if (needs.size > 0) extras.set(p.pid, yield* readExtras(p, needs))
  for (const { process, prefix } of arrange(processes, options, context)) {
    yield* c.stdout.write(`${processLine(shown, screen, process, { ...context, prefix })}\n`)
  }
  return processes.length > 0 ? 0 : 1
}

function* usage(c: Crt, message: string): Flow<number> {
  yield* c.stderr.write(`error: ${message}\n${psHelp(undefined)}`)
  return 1
}

function* act(c: Crt, action: NonNullable<PsOptions['action']>): Flow<number> {
  if (action.kind === 'version') yield* c.stdout.write('ps from procps-ng 4.0.2\n')
  else if (action.kind === 'help') yield* c.stdout.write(psHelp(action.section))
  else for (const [name, column] of [...COLUMNS].sort(([a], [b]) => (a < b ? -1 : 1))) yield* c.stdout.write(`${name.padEnd(12)} ${column.header.padEnd(8)}\n`)
  return 0
}

/** Thrown where a list names somebody: who there is has to be read first. */
class NamesNeeded {}

function* readOptions(c: Crt): Flow<{ readonly options: PsOptions | { readonly error: string }; readonly names: Names | undefined }> {
  try {
    return { options: parsePsOptions(c.argv, checkList(undefined)), names: undefined }
  } catch (thrown) {
    if (!(thrown instanceof NamesNeeded)) throw thrown
  }
  const names = yield* readNames()
  return { options: parsePsOptions(c.argv, checkList(names)), names }
}

/** What the columns shown or sorted by need of the user and group databases. */
function* idNames(shown: readonly Shown[], sort: readonly SortKey[]): Flow<Pick<PsContext, 'userNames' | 'groupNames'>> {
  const wanted = new Set([...shown.map(({ column }) => column.names), ...sort.map(({ name }) => COLUMNS.get(name)?.names)])
  const users = wanted.has('users') ? firstNames((yield* getpwent()).map((u) => [u.uid, u.name])) : undefined
  const groups = wanted.has('groups') ? firstNames((yield* getgrent()).map((g) => [g.gid, g.name])) : undefined
  return { userNames: (uid) => users?.get(uid), groupNames: (gid) => groups?.get(gid) }
}

function* readNames(): Flow<Names> {
  const users = yield* getpwent()
  const groups = yield* getgrent()
  return {
    uids: new Map(users.map((u) => [u.name, u.uid])), gids: new Map(groups.map((g) => [g.name, g.gid])),
    ttys: new Set([...(yield* namesIn('/dev')), ...(yield* namesIn('/dev/pts')).map((name) => `pts/${name}`)].flatMap((name) => [name, name.replace(/^(tty|pts\/)/, '')])),
  }
}

function* namesIn(dir: string): Flow<readonly string[]> {
  const entries = yield* readDir(dir)
  return isErr(entries) ? [] : entries.map((entry) => entry.name)
}

const isNumber = (text: string): boolean => /^\d+$/.test(text)

/** @throws {NamesNeeded} for a name if there are none to compare it with */
function checkList(names: Names | undefined): ListCheck {
  const known = (): Names => {
    if (names === undefined) throw new NamesNeeded()
    return names
  }
  return (kind, value) => {
    if (kind === 'tty' ? /^[?-]$/.test(value) : isNumber(value)) return
    if ((kind === 'euser' || kind === 'ruser') && !known().uids.has(value)) throw new PsError('user name does not exist')
    if ((kind === 'egroup' || kind === 'rgroup') && !known().gids.has(value)) throw new PsError('group name does not exist')
    if (kind === 'sessionOrGroup' && !known().gids.has(value)) throw new PsError('list of session leaders OR effective group IDs was invalid')
    if (kind === 'session') throw new PsError('session ID list syntax error')
    if (kind === 'tty' && !known().ttys.has(value.replace(/^\/dev\//, ''))) throw new PsError('TTY could not be found')
  }
}

/** Columns of the terminal, of COLUMNS, or no limit when standard output is no terminal. */
function* screenColumns(c: Crt, o: PsOptions): Flow<number> {
  if (o.wide >= 2) return UNLIMITED
  let columns = 80
  for (const fd of [1, 2, 0]) {
    const size = (yield* call('ioctl', fd, TIOCGWINSZ)) as Winsize | object
    if (isErr(size) || !('cols' in size) || size.cols <= 0) continue
    columns = size.cols
    break
  }
  if (!(yield* isatty(1))) columns = UNLIMITED
  const env = Number(c.env.get('COLUMNS') ?? '')
  if (Number.isInteger(env) && env > 0) columns = env
  if (o.cols !== undefined) columns = o.cols
  return o.wide === 1 ? Math.max(columns, 132) : columns
}

function* wallClock(): Flow<number> {
  const time = yield* call('clock_gettime', 0)
  return isErr(time) ? 0 : time.sec + time.nsec / 1e9
}

function* selectProcesses(o: PsOptions, names: Names | undefined): Flow<readonly Process[]> {
  if (o.quick) {
    const found: Process[] = []
    for (const pid of o.lists.filter((l) => l.kind === 'pid').flatMap((l) => l.values)) {
      const p = yield* readProcess(Number(pid))
      if (p !== undefined) found.push(p)
    }
    return found
  }
  const selfPid = yield* readlink('/proc/self')
  const all = yield* readProcesses()
  const self = isErr(selfPid) ? undefined : all.find(({ pid }) => pid === Number(selfPid))
  if (self === undefined) return all
  const uidOf = (user: string): number => names?.uids.get(user) ?? Number(user)
  const gidOf = (group: string): number => names?.gids.get(group) ?? Number(group)
  return all.filter(selects(o, { self, uidOf, gidOf }))
}

function* readExtras(p: Process, needs: ReadonlySet<Need>): Flow<Map<string, string>> {
  const out = new Map<string, string>()
  const file = function* (name: string): Flow<string> {
    const text = yield* readFile(`/proc/${p.pid}/${name}`)
    return isErr(text) ? '' : text
  }
  if (needs.has('wchan')) out.set('wchan', yield* file('wchan'))
  if (needs.has('environ')) out.set('environ', (yield* file('environ')).replace(/\0$/, '').replaceAll('\0', ' '))
  if (needs.has('label')) out.set('label', (yield* file('attr/current')).trim())
  if (needs.has('cgroup')) out.set('cgroup', (yield* file('cgroup')).split('\n').filter((line) => line !== '' && !line.endsWith(':/')).join(','))
  if (needs.has('exe')) {
    const exe = yield* readlink(`/proc/${p.pid}/exe`)
    out.set('exe', isErr(exe) ? '' : exe)
  }
  if (needs.has('ns')) {
    for (const ns of NAMESPACES) {
      const link = yield* readlink(`/proc/${p.pid}/ns/${ns}`)
      out.set(`ns:${ns}`, isErr(link) ? '' : link.replace(/^.*\[(\d+)\]$/, '$1'))
    }
  }
  return out
}

function arrange(processes: readonly Process[], o: PsOptions, x: PsContext): readonly Placed[] {
  const sorted = o.sort.length === 0 ? processes : [...processes].sort((a, b) => compare(a, b, o.sort, x))
  return o.forest === 'none' ? sorted.map((process) => ({ process, prefix: '' })) : forest(sorted, o.forest)
}

function compare(a: Process, b: Process, keys: readonly SortKey[], x: PsContext): number {
  for (const key of keys) {
    const column = COLUMNS.get(key.name)
    if (column === undefined) continue
    const value = column.key ?? ((p: Process) => column.text(p, x, column.width))
    const [left, right] = [value(a, x), value(b, x)]
    if (left !== right) return (left < right ? -1 : 1) * (key.descending ? -1 : 1)
  }
  return 0
}
