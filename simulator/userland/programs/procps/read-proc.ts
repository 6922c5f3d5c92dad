// Processes as procps reads them: /proc/PID/stat, status, cmdline (proc(5)). What a process list shows is what these files say.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { makedev } from '../../../abi/stat.ts'
import type { Crt } from '../../libc/crt.ts'
import { exit } from '../../libc/crt.ts'
import { readDir, readFile, stat } from '../../libc/unistd.ts'

/** Clock ticks a second (sysconf _SC_CLK_TCK) and bytes a page. */
export const HERTZ = 100
export const PAGE_SIZE = 4096

/** One line of /proc/PID/stat under proc(5)'s names, plus the fields of status. Times are in clock ticks. */
export interface Process {
  readonly pid: number
  readonly comm: string
  readonly state: string
  readonly ppid: number
  readonly pgrp: number
  readonly session: number
  readonly ttyNr: number
  /** `pts/0`, or `?`. */
  readonly tty: string
  readonly tpgid: number
  readonly flags: number
  readonly minflt: number
  readonly majflt: number
  readonly utime: number
  readonly stime: number
  readonly cutime: number
  readonly cstime: number
  readonly priority: number
  readonly nice: number
  readonly threads: number
  readonly starttime: number
  readonly vsize: number
  /** pages */
  readonly rss: number
  readonly startcode: number
  readonly endcode: number
  readonly startstack: string
  readonly esp: string
  readonly eip: string
  readonly processor: number
  readonly rtprio: number
  readonly policy: number
  /** Name and value of each line of /proc/PID/status. */
  readonly status: ReadonlyMap<string, string>
  /** real, effective, saved and file system ids */
  readonly uids: readonly number[]
  readonly gids: readonly number[]
  /** Arguments; empty for kernel threads and zombies. */
  readonly cmdline: readonly string[]
}

/** The numbers in /proc, in the order it lists them. */
export function* listPids(): Flow<readonly number[]> {
  const entries = yield* readDir('/proc')
  if (isErr(entries)) return []
  return entries.filter((e) => /^\d+$/.test(e.name)).map((e) => Number(e.name))
}

/** One process, or undefined if it is gone. */
export function* readProcess(pid: number, ttys: Map<number, string> = new Map()): Flow<Process | undefined> {
  const statText = yield* readFile(`/proc/${pid}/stat`)
  if (isErr(statText)) return undefined
  const statusText = yield* readFile(`/proc/${pid}/status`)
  if (isErr(statusText)) return undefined
  const cmdline = yield* readFile(`/proc/${pid}/cmdline`)
  const process = parseProcess(statText, statusText, isErr(cmdline) ? '' : cmdline)
  return { ...process, tty: yield* ttyOf(process.ttyNr, ttys) }
}

export function* readProcesses(): Flow<readonly Process[]> {
  const all: Process[] = []
  const ttys = new Map<number, string>()
  for (const pid of yield* listPids()) {
    const process = yield* readProcess(pid, ttys)
    if (process !== undefined) all.push(process)
  }
  return all
}

/** dev_to_tty: a terminal's name without /dev/, if there is such a file here; `?` for none. */
function* ttyOf(device: number, known: Map<number, string>): Flow<string> {
  const cached = known.get(device)
  if (cached !== undefined) return cached
  const name = ttyName(device)
  const st = name === '?' ? undefined : yield* stat(`/dev/${name}`)
  const shown = st !== undefined && !isErr(st) && st.rdev === makedev(majorOf(device), minorOf(device)) ? name : '?'
  known.set(device, shown)
  return shown
}

function parseProcess(stat: string, statusText: string, cmdline: string): Omit<Process, 'tty'> {
  const open = stat.indexOf('(')
  const close = stat.lastIndexOf(')')
  const f = stat.slice(close + 2).trim().split(' ')
  // f[0] is field 3 of proc(5)
  const field = (n: number): number => Number(f[n - 3] ?? 0)
  const text = (n: number): string => f[n - 3] ?? '0'
  const status = new Map<string, string>()
  for (const line of statusText.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) status.set(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const ids = (name: string): number[] => (status.get(name) ?? '').split(/\s+/).map(Number)
  return {
    pid: Number(stat.slice(0, open)), comm: stat.slice(open + 1, close), state: f[0], ppid: field(4), pgrp: field(5), session: field(6), ttyNr: field(7),
    tpgid: field(8), flags: field(9), minflt: field(10), majflt: field(12), utime: field(14), stime: field(15), cutime: field(16), cstime: field(17),
    priority: field(18), nice: field(19), threads: field(20), starttime: field(22), vsize: field(23), rss: field(24), startcode: field(26),
    endcode: field(27), startstack: text(28), esp: text(29), eip: text(30), processor: field(39), rtprio: field(40), policy: field(41), status,
    uids: ids('Uid'), gids: ids('Gid'), cmdline: cmdline === '' ? [] : cmdline.replace(/\0+$/, '').split('\0'),
  }
}

/** Seconds since boot and the wall clock at boot, as the tools work them out of /proc. */
export function* readUptime(): Flow<number> {
  const text = yield* readFile('/proc/uptime')
  return isErr(text) ? 0 : Number(text.split(' ')[0])
}

/** The values of /proc/meminfo in kB. */
export function* readMeminfo(): Flow<ReadonlyMap<string, number>> {
  const text = yield* readFile('/proc/meminfo')
  const values = new Map<string, number>()
  if (isErr(text)) return values
  for (const line of text.split('\n')) {
    const m = /^([^:]+):\s+(\d+)/.exec(line)
    if (m !== null) values.set(m[1], Number(m[2]))
  }
  return values
}

/** procps refuses to work on a /proc that does not show the caller itself: exit status 47. */
export function* requireProc(c: Crt): Flow<void> {
  if (!isErr(yield* readFile('/proc/self/stat'))) return
  yield* c.stdout.flush()
  yield* c.stderr.write('Error, do this: mount -t proc proc /proc\n')
  exit(47)
}

/** Digits of the largest PID: the width of PID columns. */
export function* pidDigits(): Flow<number> {
  const max = yield* readFile('/proc/sys/kernel/pid_max')
  return isErr(max) ? 5 : String(Number(max) - 1).length
}

/** The number in stat has the kernel's old encoding (new_encode_dev). */
const majorOf = (device: number): number => (device >> 8) & 0xfff
const minorOf = (device: number): number => (device & 0xff) | ((device >> 12) & 0xfff00)
/** What a terminal with the number in stat is called; `?` for none. */
function ttyName(device: number): string {
  const [major, minor] = [majorOf(device), minorOf(device)]
  if (device === 0) return '?'
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`
  if (major === 5) return minor === 1 ? 'console' : '?'
  if (major >= 136 && major <= 143) return `pts/${minor + (major - 136) * 256}`
  return '?'
}
