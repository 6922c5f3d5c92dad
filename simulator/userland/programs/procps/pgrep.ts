// pgrep(1) and pkill(1) of procps 4.0.2: processes by name, command line and other properties, to be listed or signalled.
import { Errno, isErr } from '../../../abi/errno.ts'
import { SIGTERM } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { compileRegex } from '../../../lib/regex.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { getgrent, getpwent } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { kill, readFile, readlink } from '../../libc/unistd.ts'
import { type PgrepName, pgrepUsage } from './pgrep-help.ts'
import { startSeconds } from './process-times.ts'
import { type Process, readProcesses, readUptime } from './read-proc.ts'
import { signalNumber } from './signals.ts'

const EXIT_USAGE = 2
const NAMESPACES = ['ipc', 'mnt', 'net', 'pid', 'user', 'uts', 'cgroup', 'time']

export const PGREP_OPTIONS: readonly LongOption[] = [
  ...([['delimiter', 'd'], ['pgroup', 'g'], ['group', 'G'], ['older', 'O'], ['parent', 'P'], ['session', 's'], ['terminal', 't'], ['euid', 'u'], ['uid', 'U'],
    ['pidfile', 'F'], ['runstates', 'r'], ['signal', 'signal'], ['ns', 'ns'], ['nslist', 'nslist'], ['cgroup', 'cgroup']] as const
  ).map(([name, is]) => ({ name, arg: 'required' as const, is })),
  { name: 'queue', arg: 'required', unsimulated: true }, { name: 'logpidfile', arg: 'none', unsimulated: true },
  ...([['list-name', 'l'], ['list-full', 'a'], ['inverse', 'v'], ['lightweight', 'w'], ['count', 'c'], ['full', 'f'], ['ignore-case', 'i'], ['newest', 'n'],
    ['oldest', 'o'], ['exact', 'x'], ['ignore-ancestors', 'A'], ['echo', 'e'], ['help', 'h'], ['version', 'V']] as const
  ).map(([name, is]) => ({ name, arg: 'none' as const, is })),
]
export const PGREP_SHORT = 'lad:vwLF:cfinoxP:O:Ag:s:u:U:G:t:r:Vh'
export const PKILL_SHORT = 'eq:LF:cfinoxP:O:Ag:s:u:U:G:t:r:Vh'

type Test = (p: Process) => boolean

/** Everything the command line asked for. */
interface Query {
  readonly options: ReadonlyMap<string, string>
  readonly tests: readonly Test[]
  readonly pattern: string | undefined
}

export function* pgrep(c: Crt): Flow<number> {
  return yield* main(c, 'pgrep')
}
export function* pkill(c: Crt): Flow<number> {
  return yield* main(c, 'pkill')
}

/** `NAME: message`, the hint, and out. */
function* refuse(c: Crt, name: PgrepName, message: string, hint: boolean, status = EXIT_USAGE): Flow<never> {
  yield* c.stderr.write(`${name}: ${message}\n${hint ? `Try \`${name} --help' for more information.\n` : ''}`)
  return exit(status)
}

function* main(c: Crt, name: PgrepName): Flow<number> {
  const argv = [...c.argv]
  let signal = SIGTERM
  if (name === 'pkill') {
    const at = argv.findIndex((w, i) => i > 0 && /^-[^-]/.test(w) && signalNumber(w.slice(1)) !== undefined)
    if (at > 0) signal = signalNumber(argv.splice(at, 1)[0].slice(1)) ?? SIGTERM
  }
  const parsed = getoptLong(argv, name === 'pgrep' ? PGREP_SHORT : PKILL_SHORT, PGREP_OPTIONS, 'Lq')
  const options = new Map<string, string>()
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`${name}: ${event.error}\n${pgrepUsage(name)}`)
      return EXIT_USAGE
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (conflicts(event.opt, options)) {
      yield* c.stderr.write(pgrepUsage(name))
      return EXIT_USAGE
    }
    options.set(event.opt, event.arg ?? '')
    if (event.opt === 'h' || event.opt === 'V') {
      yield* c.stdout.write(event.opt === 'h' ? pgrepUsage(name) : `${name} from procps-ng 4.0.2\n`)
      return 0
    }
  }
  const wantedSignal = options.get('signal')
  if (wantedSignal !== undefined) signal = signalNumber(wantedSignal) ?? -1
  const query = yield* buildQuery(c, name, options, parsed.operands)
  const matches = yield* select(c, name, query)
  if (name === 'pkill') return yield* signalAll(c, matches, signal, options)
  yield* print(c, matches, options)
  return matches.length > 0 ? 0 : 1
}

/** One of -n and -o, once, and not with -v. */
function conflicts(opt: string, before: ReadonlyMap<string, string>): boolean {
  const picked = before.has('n') || before.has('o')
  return opt === 'v' ? picked : (opt === 'n' || opt === 'o') && (picked || before.has('v'))
}

/** Options that by themselves are a criterion. */
const CRITERIA = ['g', 'G', 'n', 'o', 'O', 'P', 's', 't', 'u', 'U', 'F', 'r', 'ns', 'cgroup']

function* buildQuery(c: Crt, name: PgrepName, options: ReadonlyMap<string, string>, operands: readonly string[]): Flow<Query> {
  if (operands.length === 0 && !CRITERIA.some((o) => options.has(o))) yield* refuse(c, name, 'no matching criteria specified', true)
  if (operands.length > 1) yield* refuse(c, name, 'only one pattern can be provided', true)
  const tests: Test[] = []
  const self = yield* call('getpid')
  const numbers = function* (option: string, own: number | undefined, kind: string): Flow<Set<number>> {
    const set = new Set<number>()
    for (const word of (options.get(option) ?? '').split(',')) {
      if (!/^[-+]?\d+$/.test(word)) {
        if (kind === 'number') yield* refuse(c, name, `not a number: ${word}`, false)
        yield* c.stderr.write(`${name}: invalid ${kind}: ${word}\n${pgrepUsage(name)}`)
        exit(EXIT_USAGE)
      }
      set.add(Number(word) === 0 && own !== undefined ? own : Number(word))
    }
    return set
  }
  const ownId = function* (nr: 'getpgid' | 'getsid'): Flow<number | undefined> {
    const id = yield* call(nr, 0)
    return isErr(id) ? undefined : id
  }
  if (options.has('P')) tests.push(inSet(yield* numbers('P', undefined, 'number'), (p) => p.ppid))
  if (options.has('g')) tests.push(inSet(yield* numbers('g', yield* ownId('getpgid'), 'process group'), (p) => p.pgrp))
  if (options.has('s')) tests.push(inSet(yield* numbers('s', yield* ownId('getsid'), 'session id'), (p) => p.session))
  const users = yield* getpwent()
  const groups = yield* getgrent()
  const uids = (list: string): (number | string)[] => list.split(',').map((w) => (/^\d+$/.test(w) ? Number(w) : users.find((u) => u.name === w)?.uid ?? w))
  const gids = (list: string): (number | string)[] => list.split(',').map((w) => (/^\d+$/.test(w) ? Number(w) : groups.find((g) => g.name === w)?.gid ?? w))
  for (const [option, resolve, what, field] of [
    ['u', uids, 'user', (p: Process) => p.uids[1]], ['U', uids, 'user', (p: Process) => p.uids[0]], ['G', gids, 'group', (p: Process) => p.gids[0]],
  ] as const) {
    const list = options.get(option)
    if (list === undefined) continue
    const ids = resolve(list)
    const unknown = ids.find((id) => typeof id === 'string')
    if (unknown !== undefined) yield* refuse(c, name, `invalid ${what} name: ${unknown}`, false)
    tests.push(inSet(new Set(ids.map(Number)), field))
  }
  const terminals = options.get('t')
  if (terminals !== undefined) {
    const wanted = new Set(terminals.split(',').map((t) => t.replace(/^\/dev\//, '').replace(/^-$/, '?')))
    tests.push((p) => wanted.has(p.tty))
  }
  const states = options.get('r')
  if (states !== undefined) tests.push((p) => states.includes(p.state))
  const older = options.get('O')
  if (older !== undefined) {
    const uptime = yield* readUptime()
    tests.push((p) => uptime - startSeconds(p) >= Number(older))
  }
  const pidfile = options.get('F')
  if (pidfile !== undefined) {
    const text = pidfile === '-' ? Errno.ENOENT : yield* readFile(pidfile)
    const pid = isErr(text) ? NaN : parseInt(text, 10)
    if (Number.isNaN(pid)) yield* refuse(c, name, 'pidfile not valid', true, 1)
    tests.push((p) => p.pid === pid)
  }
  if (options.has('ns')) tests.push(yield* sameNamespaces(options))
  const cgroups = options.get('cgroup')
  if (cgroups !== undefined) tests.push(inSet(yield* membersOf(cgroups.split(',')), (p) => p.pid))
  if (!isErr(self)) tests.push((p) => p.pid !== self)
  return { options, tests, pattern: operands[0] }
}

const inSet = (set: ReadonlySet<number>, field: (p: Process) => number): Test => (p) => set.has(field(p))

/** --cgroup: who is in one of these groups of version 2, by their full paths. */
function* membersOf(paths: readonly string[]): Flow<ReadonlySet<number>> {
  const members = new Set<number>()
  for (const { pid } of yield* readProcesses()) {
    const text = yield* readFile(`/proc/${pid}/cgroup`)
    if (!isErr(text) && text.split('\n').some((line) => line.startsWith('0::') && paths.includes(line.slice(3)))) members.add(pid)
  }
  return members
}

/** --ns PID: links in /proc/PID/ns that read the same. */
function* sameNamespaces(options: ReadonlyMap<string, string>): Flow<Test> {
  const list = options.get('nslist')
  const kinds = list === undefined ? NAMESPACES : list.split(',')
  if (kinds.some((k) => !NAMESPACES.includes(k))) return () => false
  const of = function* (pid: number | string): Flow<string> {
    const links: string[] = []
    for (const kind of kinds) {
      const link = yield* readlink(`/proc/${pid}/ns/${kind}`)
      links.push(isErr(link) ? '' : link)
    }
    return links.join()
  }
  const target = yield* of(options.get('ns') ?? '')
  if (target.includes(',,') || target === '') return () => false
  const same = new Set<number>()
  for (const p of yield* readProcesses()) if ((yield* of(p.pid)) === target) same.add(p.pid)
  return (p) => same.has(p.pid)
}

const commandLine = (p: Process): string => (p.cmdline.length > 0 ? p.cmdline.join(' ') : `[${p.comm}]`)

function* select(c: Crt, name: PgrepName, query: Query): Flow<readonly Process[]> {
  const { options, pattern } = query
  let matchesPattern: Test = () => true
  if (pattern !== undefined) {
    const regex = compileRegex(options.has('x') ? `^(${pattern})$` : pattern, { syntax: 'extended', ignoreCase: options.has('i') })
    if ('error' in regex) return yield* refuse(c, name, `regex error: ${regex.error}`, false)
    matchesPattern = (p) => regex.test(options.has('f') ? commandLine(p) : p.comm)
  }
  const self = yield* call('getpid')
  const all = yield* readProcesses()
  const ancestors = options.has('A') && !isErr(self) ? ancestorsOf(self, all) : new Set<number>()
  const inverse = options.has('v')
  let found = all.filter((p) => p.pid !== self && !ancestors.has(p.pid) && (query.tests.every((t) => t(p)) && matchesPattern(p)) !== inverse)
  if (options.has('n')) found = found.filter((p) => found.every((q) => q.starttime < p.starttime || (q.starttime === p.starttime && q.pid <= p.pid)))
  else if (options.has('o')) found = found.filter((p) => found.every((q) => q.starttime > p.starttime || (q.starttime === p.starttime && q.pid >= p.pid)))
  if (found.length === 0 && pattern !== undefined && pattern.length > 15 && !options.has('f')) {
    yield* c.stderr.write(`${name}: pattern that searches for process name longer than 15 characters will result in zero matches\n`)
    yield* c.stderr.write(`Try \`${name} -f' option to match against the complete command line.\n`)
  }
  return found
}

function ancestorsOf(pid: number, all: readonly Process[]): Set<number> {
  const parents = new Map(all.map((p) => [p.pid, p.ppid]))
  const out = new Set<number>()
  for (let at = parents.get(pid); at !== undefined && at !== 0 && !out.has(at); at = parents.get(at)) out.add(at)
  return out
}

function* print(c: Crt, matches: readonly Process[], options: ReadonlyMap<string, string>): Flow<void> {
  if (options.has('c')) return yield* c.stdout.write(`${matches.length}\n`)
  const line = (p: Process): string => (options.has('a') ? `${p.pid} ${commandLine(p)}` : options.has('l') ? `${p.pid} ${p.comm}` : String(p.pid))
  if (matches.length > 0) yield* c.stdout.write(`${matches.map(line).join(options.get('d') ?? '\n')}\n`)
}

function* signalAll(c: Crt, matches: readonly Process[], signal: number, options: ReadonlyMap<string, string>): Flow<number> {
  let killed = 0
  for (const p of matches) {
    const sent = yield* kill(p.pid, signal)
    if (!isErr(sent)) {
      if (options.has('e')) yield* c.stdout.write(`${p.comm} killed (pid ${p.pid})\n`)
      killed++
    } else if (sent !== Errno.ESRCH) yield* c.stderr.write(`pkill: killing pid ${p.pid} failed: ${sent.message}\n`)
  }
  if (options.has('c')) yield* c.stdout.write(`${matches.length}\n`)
  return killed > 0 ? 0 : 1
}
