// top(1) of procps 4.0.2: batch mode, and a plain screen refreshed every few seconds that ends with q. Its other keys are not simulated.
import { isErr } from '../../../abi/errno.ts'
import { POLLIN } from '../../../abi/fcntl.ts'
import { ECHO, ICANON, TCGETS, TCSETS, type Termios } from '../../../abi/termios.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { getpwent } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { isatty, readFile } from '../../libc/unistd.ts'
import { HERTZ, PAGE_SIZE, type Process, readMeminfo, readProcesses, readUptime, requireProc } from './read-proc.ts'
import { terminalSize } from '../../libc/terminal-size.ts'
import { uptimeLine } from './uptime.ts'
import { TOP_USAGE } from './usages.ts'

export const TOP_SHORT = 'bcd:E:e:Hhin:Oo:p:SsU:u:Vw::1'
export const TOP_LONG: readonly LongOption[] = [
  { name: 'batch-mode', arg: 'none', is: 'b' }, { name: 'cmdline-toggle', arg: 'none', is: 'c' }, { name: 'delay', arg: 'required', is: 'd' },
  { name: 'iterations', arg: 'required', is: 'n' }, { name: 'sort-override', arg: 'required', is: 'o' }, { name: 'pid', arg: 'required', is: 'p' },
  { name: 'filter-only-euser', arg: 'required', is: 'u' }, { name: 'filter-any-user', arg: 'required', is: 'U' }, { name: 'width', arg: 'optional', is: 'w' },
  { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' }, { name: 'idle-toggle', arg: 'none', is: 'i' },
]
export const TOP_UNSIMULATED = 'EeHOSs1'

interface Options {
  readonly flags: ReadonlySet<string>
  readonly delay: number
  readonly iterations: number
  readonly sort: string
  readonly pids: ReadonlySet<number> | undefined
  readonly uid: number | undefined
  readonly width: number
}

export function* top(c: Crt): Flow<number> {
  yield* requireProc(c)
  const o = yield* parse(c)
  if (typeof o === 'number') return o
  const batch = o.flags.has('b')
  if (!batch && (!(yield* isatty(0)) || !(yield* isatty(1)))) {
    yield* c.stderr.write('top: failed tty get\n')
    return 1
  }
  const saved = batch ? undefined : ((yield* call('ioctl', 0, TCGETS)) as Termios)
  if (saved !== undefined) yield* call('ioctl', 0, TCSETS, { ...saved, lflag: saved.lflag & ~(ICANON | ECHO) })
  let before = new Map<number, number>()
  let last = 0
  for (let i = 0; i < o.iterations; i++) {
    const size = batch ? { rows: Infinity, cols: o.width } : yield* terminalSize({ rows: 24, cols: 80 })
    const uptime = yield* readUptime()
    const lines = yield* frame(o, size.cols, before, i === 0 ? uptime : uptime - last)
    last = uptime
    before = new Map((yield* readProcesses()).map((p) => [p.pid, p.utime + p.stime]))
    if (batch) yield* c.stdout.write(`${i > 0 ? '\n' : ''}${lines.join('\n')}\n`)
    else yield* c.stdout.write(`\x1b[H\x1b[J${lines.slice(0, size.rows - 1).join('\r\n')}`)
    yield* c.stdout.flush()
    if (i + 1 >= o.iterations) break
    if (batch) yield* call('clock_nanosleep', 1, 0, { sec: Math.floor(o.delay), nsec: (o.delay % 1) * 1e9 })
    else if (yield* quitPressed(o.delay)) break
  }
  if (saved !== undefined) {
    yield* call('ioctl', 0, TCSETS, saved)
    yield* c.stdout.write('\r\n')
  }
  return 0
}

function* quitPressed(delay: number): Flow<boolean> {
  const ready = yield* call('poll', [{ fd: 0, events: POLLIN }], delay * 1000)
  if (isErr(ready)) return true
  if ((ready[0] ?? 0) === 0) return false
  const key = yield* call('read', 0, 16)
  return isErr(key) || key.length === 0 || key.includes(0x71) || key.includes(3)
}

function* parse(c: Crt): Flow<Options | number> {
  const parsed = getoptLong(c.argv, TOP_SHORT, TOP_LONG, TOP_UNSIMULATED)
  const flags = new Set<string>()
  let [delay, iterations, sort, width] = [3, Infinity, '%CPU', 0]
  let pids: Set<number> | undefined
  let uid: number | undefined
  const refuse = function* (message: string): Flow<number> {
    yield* c.stderr.write(`top: ${message}\n`)
    return 1
  }
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* refuse(event.error)
      return 0
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    const arg = event.arg ?? ''
    switch (event.opt) {
      case 'h':
        yield* c.stdout.write(TOP_USAGE)
        return 0
      case 'V':
        yield* c.stdout.write('top from procps-ng 4.0.2\n')
        return 0
      case 'n':
        if (!/^[1-9]\d*$/.test(arg)) return yield* refuse(`bad iterations argument '${arg}'`)
        iterations = Number(arg)
        break
      case 'd':
        if (!/^\d*\.?\d+$/.test(arg)) return yield* refuse(`bad delay interval '${arg}'`)
        delay = Number(arg)
        break
      case 'o': sort = arg; break
      case 'p':
        pids ??= new Set()
        for (const word of arg.split(',')) {
          if (!/^\d+$/.test(word)) return yield* refuse(`bad pid '${word}'`)
          pids.add(Number(word))
        }
        break
      case 'u': case 'U': {
        const user = (yield* getpwent()).find((x) => x.name === arg)
        if (user === undefined && !/^\d+$/.test(arg)) return yield* refuse('Invalid user')
        uid = user?.uid ?? Number(arg)
        break
      }
      case 'w': width = arg === '' ? 512 : Number(arg); break
      default: flags.add(event.opt)
    }
  }
  const columns = Number(c.env.get('COLUMNS') ?? '') || 80
  return { flags, delay, iterations, sort: sort.replace(/^[-+]/, ''), pids, uid, width: width > 0 ? width : columns - 1 }
}

const SORTS = new Map<string, (a: Row, b: Row) => number>([
  ['%CPU', (a, b) => b.cpu - a.cpu], ['%MEM', (a, b) => b.p.rss - a.p.rss], ['PID', (a, b) => b.p.pid - a.p.pid], ['RES', (a, b) => b.p.rss - a.p.rss],
  ['VIRT', (a, b) => b.p.vsize - a.p.vsize], ['TIME+', (a, b) => b.p.utime + b.p.stime - a.p.utime - a.p.stime], ['USER', (a, b) => (a.user < b.user ? 1 : -1)],
  ['COMMAND', (a, b) => (a.p.comm < b.p.comm ? 1 : -1)],
])
interface Row {
  readonly p: Process
  readonly cpu: number
  readonly user: string
}

const fixed = (n: number, width: number): string => n.toFixed(1).padStart(width)
const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}+` : text)

function* frame(o: Options, width: number, before: ReadonlyMap<number, number>, seconds: number): Flow<string[]> {
  const users = new Map((yield* getpwent()).map((u) => [u.uid, u.name]))
  const all = (yield* readProcesses()).filter((p) => (o.pids === undefined || o.pids.has(p.pid)) && (o.uid === undefined || p.uids[1] === o.uid))
  const meminfo = yield* readMeminfo()
  const mib = (...names: readonly string[]): string => (names.reduce((n, name) => n + (meminfo.get(name) ?? 0), 0) / 1024).toFixed(1).padStart(8)
  const total = meminfo.get('MemTotal') ?? 0
  const used = ((total - (meminfo.get('MemAvailable') ?? 0)) / 1024).toFixed(1).padStart(8)
  const state = (letters: string): string => String(all.filter((p) => letters.includes(p.state)).length).padStart(3)
  const running = all.filter((p) => p.state === 'R').length
  const sleeping = all.length - running - Number(state('Tt')) - Number(state('Z'))
  const header = [
    `top -${(yield* uptimeLine()) ?? ''}`,
    `Tasks: ${String(all.length).padStart(3)} total, ${String(running).padStart(3)} running, ${String(sleeping).padStart(3)} sleeping, ${state('Tt')} stopped, ${state('Z')} zombie`,
    yield* cpuLine(),
    `MiB Mem : ${mib('MemTotal')} total, ${mib('MemFree')} free, ${used} used, ${mib('Buffers', 'Cached', 'SReclaimable')} buff/cache     `,
    `MiB Swap: ${mib('SwapTotal')} total, ${mib('SwapFree')} free, ${(((meminfo.get('SwapTotal') ?? 0) - (meminfo.get('SwapFree') ?? 0)) / 1024).toFixed(1).padStart(8)} used. ${mib('MemAvailable')} avail Mem `,
    '',
    '  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND',
  ]
  const rows = all.map((p): Row => ({
    p, user: users.get(p.uids[1]) ?? String(p.uids[1]), cpu: seconds <= 0 ? 0 : ((p.utime + p.stime - (before.get(p.pid) ?? 0)) / HERTZ / seconds) * 100,
  }))
  rows.sort((a, b) => (SORTS.get(o.sort)?.(a, b) ?? 0) || a.p.pid - b.p.pid)
  const lines: string[] = []
  for (const { p, cpu, user } of rows) {
    const shared = yield* sharedKb(p.pid)
    const ticks = p.utime + p.stime
    const minutes = Math.floor(ticks / HERTZ / 60)
    const time = `${minutes}:${String(Math.floor(ticks / HERTZ) % 60).padStart(2, '0')}.${String(ticks % HERTZ).padStart(2, '0')}`
    const resident = (p.rss * PAGE_SIZE) / 1024
    const command = o.flags.has('c') && p.cmdline.length > 0 ? p.cmdline.join(' ') : o.flags.has('c') ? `[${p.comm}]` : p.comm
    const priority = p.priority <= -100 ? 'rt' : String(p.priority)
    lines.push(
      `${String(p.pid).padStart(5)} ${cut(user, 8).padEnd(8)} ${priority.padStart(3)} ${String(p.nice).padStart(3)} ${String(Math.floor(p.vsize / 1024)).padStart(7)} ${String(resident).padStart(6)} ` +
        `${String(shared).padStart(6)} ${p.state} ${fixed(cpu, 5)} ${fixed(total === 0 ? 0 : (resident / total) * 100, 5)} ${time.padStart(9)} ${o.flags.has('c') ? command : cut(command, Math.max(width - 69, 1))}`,
    )
  }
  return [...header, ...lines].map((line) => line.slice(0, width))
}

function* sharedKb(pid: number): Flow<number> {
  const text = yield* readFile(`/proc/${pid}/statm`)
  return isErr(text) ? 0 : (Number(text.split(' ')[2] ?? 0) * PAGE_SIZE) / 1024
}

function* cpuLine(): Flow<string> {
  const stat = yield* readFile('/proc/stat')
  const values = isErr(stat) ? [] : (stat.split('\n')[0] ?? '').split(/\s+/).slice(1, 9).map(Number)
  const sum = values.reduce((a, b) => a + b, 0) || 1
  const percent = (i: number): string => fixed(((values[i] ?? 0) / sum) * 100, 4)
  return `%Cpu(s): ${percent(0)} us, ${percent(2)} sy, ${percent(1)} ni, ${percent(3)} id, ${percent(4)} wa, ${percent(5)} hi, ${percent(6)} si, ${percent(7)} st `
}
