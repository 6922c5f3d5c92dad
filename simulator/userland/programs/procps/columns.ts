// The columns of ps(1): procps' format_array. Each knows its heading, width, side, what of /proc it needs beyond stat and status, and its text.
import { timeText, utilization, startSeconds } from './process-times.ts'
import { PAGE_SIZE, type Process } from './read-proc.ts'
import { strftime } from '../../libc/time.ts'

/** Files read per process only when a column asks for them. */
export type Need = 'wchan' | 'environ' | 'exe' | 'label' | 'cgroup' | 'ns' | 'smaps'

/** What all rows share. */
export interface PsContext {
  /** seconds since boot, and seconds since 1970 */
  readonly uptime: number
  readonly now: number
  readonly memTotal: number
  readonly userNames: (uid: number) => string | undefined
  readonly groupNames: (gid: number) => string | undefined
  /** option n: ids instead of names */
  readonly numeric: boolean
  /** option e: the environment after the command */
  readonly environment: boolean
  /** option c: the command's name instead of its arguments */
  readonly commandName: boolean
  /** option S: children's time is added */
  readonly cumulative: boolean
  /** what was read for this process's needs */
  readonly extra: (p: Process, need: Need | `ns:${string}`) => string
  /** the tree drawn before a command */
  readonly prefix: string
}

export type Side = 'left' | 'right' | 'unlimited' | 'user'

export interface Column {
  readonly header: string
  readonly width: number
  readonly side: Side
  readonly needs?: readonly Need[]
  /** Whose names it shows. */
  readonly names?: 'users' | 'groups'
  /** `width` is the room to the right edge for unlimited columns, else the column's width. */
  readonly text: (p: Process, x: PsContext, width: number) => string
  /** For --sort; the text when missing. */
  readonly key?: (p: Process, x: PsContext) => number | bigint | string
}

/** Names longer than the column end in `+`; ids are shown where there is no name. */
function nameText(name: string | undefined, id: number, numeric: boolean, width: number): string {
  if (numeric || name === undefined) return String(id)
  return name.length > width ? `${name.slice(0, width - 1)}+` : name
}

const isZombie = (p: Process): boolean => p.state === 'Z' || p.state === 'X'
const printable = (text: string): string => text.replace(/\n/g, ' ').replace(/[\u0000-\u001f\u007f]/g, '?')

/** The command as typed, or its name in brackets where there is no command line, with `<defunct>` for a zombie. */
export function argsText(p: Process, x: PsContext): string {
  if (x.commandName) return commText(p)
  const command = p.cmdline.length > 0 ? p.cmdline.join(' ') : `[${p.comm}]${isZombie(p) ? ' <defunct>' : ''}`
  const environment = x.environment ? x.extra(p, 'environ') : ''
  return printable(environment === '' ? command : `${command} ${environment}`)
}

const commText = (p: Process): string => printable(p.comm)

function statText(p: Process): string {
  let s = p.state
  if (p.nice < 0) s += '<'
  if (p.nice > 0) s += 'N'
  const locked = p.status.get('VmLck') ?? ''
  if (/^[1-9]/.test(locked)) s += 'L'
  if (p.session === p.pid) s += 's'
  if (p.threads > 1) s += 'l'
  if (p.tpgid > 0 && p.pgrp === p.tpgid) s += '+'
  return s
}

const CLASSES = new Map([[0, 'TS'], [1, 'FF'], [2, 'RR'], [3, 'B'], [4, 'ISO'], [5, 'IDL'], [6, 'DLN']])
const hex = (p: Process, name: string): string => p.status.get(name) ?? '-'
const kb = (bytes: number): string => String(Math.floor(bytes / 1024))
const ticks = (p: Process, x: PsContext): number => p.utime + p.stime + (x.cumulative ? p.cutime + p.cstime : 0)

function number(header: string, width: number, value: (p: Process, x: PsContext) => number): Column {
  return { header, width, side: 'right', text: (p, x) => String(value(p, x)), key: value }
}
function left(header: string, width: number, text: Column['text'], key?: Column['key']): Column {
  return { header, width, side: 'left', text, ...(key === undefined ? {} : { key }) }
}
function right(header: string, width: number, text: Column['text'], key?: Column['key']): Column {
  return { header, width, side: 'right', text, ...(key === undefined ? {} : { key }) }
}
const user = (header: string, id: (p: Process) => number): Column => ({
  header, width: 8, side: 'user', names: 'users', text: (p, x, width) => nameText(x.userNames(id(p)), id(p), x.numeric, width), key: (p, x) => x.userNames(id(p)) ?? String(id(p)),
})
const group = (header: string, id: (p: Process) => number): Column => ({
  header, width: 8, side: 'user', names: 'groups', text: (p, x, width) => nameText(x.groupNames(id(p)), id(p), x.numeric, width), key: (p, x) => x.groupNames(id(p)) ?? String(id(p)),
})
const command = (header: string, text: (p: Process, x: PsContext) => string, width: number): Column => ({
  header, width, side: 'unlimited', text: (p, x, room) => (x.prefix + text(p, x)).slice(0, room), key: (p, x) => text(p, x),
})
const args = (header: string): Column => ({ ...command(header, argsText, 27), needs: ['environ'] })
const comm = (header: string): Column => command(header, commText, 15)
const signals = (header: string, name: string): Column => right(header, 16, (p) => hex(p, name))
const namespace = (name: string): Column => ({
  header: `${name.toUpperCase()}NS`, width: 10, side: 'right', needs: ['ns'],
  text: (p, x) => x.extra(p, `ns:${name}`) || '-', key: (p, x) => Number(x.extra(p, `ns:${name}`)),
})
const absent = (header: string, width: number, side: Side = 'left'): Column => ({ header, width, side, text: () => '-' })
const wchan = (header: string): Column => ({
  header, width: 6, side: 'left', needs: ['wchan'], text: (p, x) => (x.extra(p, 'wchan') === '0' || x.extra(p, 'wchan') === '' ? '-' : x.extra(p, 'wchan').slice(0, 6)),
})

const percentOfTime = (p: Process, x: PsContext): number => utilization(ticks(p, x), startSeconds(p), x.uptime)
const cpu = (): Column => right('%CPU', 4, (p, x) => {
  const value = percentOfTime(p, x)
  return value > 99.9 ? value.toFixed(0) : value.toFixed(1)
}, percentOfTime)
const mem = (): Column => right('%MEM', 4, (p, x) => {
  const value = x.memTotal === 0 ? 0 : (p.rss * (PAGE_SIZE / 1024) * 1000) / x.memTotal
  return `${Math.floor(value / 10)}.${Math.floor(value) % 10}`
}, (p) => p.rss)
const elapsed = (p: Process, x: PsContext): number => Math.max(0, Math.floor(x.uptime - startSeconds(p)))
const begun = (p: Process, x: PsContext): number => Math.floor(x.now - x.uptime + startSeconds(p))
const stateLetter = (): Column => left('S', 1, (p) => p.state)
const tty = (header: string): Column => left(header, 8, (p) => p.tty, (p) => p.ttyNr)
const startTime = (header: string): Column => right(header, 5, (p, x) => {
  const start = begun(p, x)
  if (strftime('%Y%j', start) === strftime('%Y%j', x.now)) return strftime('%H:%M', start)
  return strftime(strftime('%Y', start) === strftime('%Y', x.now) ? '%b%d' : '%Y', start)
}, (p) => p.starttime)
const supplementary = (p: Process): number[] => (p.status.get('Groups') ?? '').split(/\s+/).filter((g) => g !== '').map(Number)
const flags = (): Column => right('F', 1, (p) => ((p.flags >> 6) & 7).toString(8))
/** Only where it has a meaning: SCHED_OTHER and SCHED_BATCH. */
const niceness = (): Column => right('NI', 3, (p) => (p.policy === 0 || p.policy === 3 ? String(p.nice) : '-'), (p) => p.nice)
const pid = (header: string, value: (p: Process) => number): Column => number(header, 5, value)
const ids = (header: string, of: 'uids' | 'gids', index: number): Column => number(header, 5, (p) => p[of][index] ?? 0)

/** Columns by every name ps knows them under. Widths of the PID columns grow with pid_max in ps.ts. */
export const COLUMNS: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['%cpu', cpu()], ['pcpu', cpu()], ['%mem', mem()], ['pmem', mem()],
  ['args', args('COMMAND')], ['command', args('COMMAND')], ['cmd', args('CMD')], ['comm', comm('COMMAND')], ['ucomm', comm('COMMAND')], ['ucmd', comm('CMD')],
  ['fname', left('COMMAND', 8, (p) => p.comm.slice(0, 8))],
  ['pid', pid('PID', (p) => p.pid)], ['tgid', pid('TGID', (p) => p.pid)], ['tid', pid('TID', (p) => p.pid)], ['lwp', pid('LWP', (p) => p.pid)],
  ['spid', pid('SPID', (p) => p.pid)], ['ppid', pid('PPID', (p) => p.ppid)], ['pgid', pid('PGID', (p) => p.pgrp)], ['pgrp', pid('PGRP', (p) => p.pgrp)],
  ['sid', pid('SID', (p) => p.session)], ['sess', pid('SESS', (p) => p.session)], ['session', pid('SESS', (p) => p.session)], ['tpgid', pid('TPGID', (p) => p.tpgid)],
  ['uid', ids('UID', 'uids', 1)], ['euid', ids('EUID', 'uids', 1)], ['ruid', ids('RUID', 'uids', 0)], ['suid', ids('SUID', 'uids', 2)],
  ['svuid', ids('SVUID', 'uids', 2)], ['fuid', ids('FUID', 'uids', 3)], ['fsuid', ids('FSUID', 'uids', 3)],
  ['gid', ids('GID', 'gids', 1)], ['egid', ids('EGID', 'gids', 1)], ['rgid', ids('RGID', 'gids', 0)], ['sgid', ids('SGID', 'gids', 2)],
  ['svgid', ids('SVGID', 'gids', 2)], ['fgid', ids('FGID', 'gids', 3)], ['fsgid', ids('FSGID', 'gids', 3)],
  ['user', user('USER', (p) => p.uids[1])], ['uname', user('USER', (p) => p.uids[1])], ['euser', user('EUSER', (p) => p.uids[1])],
  ['ruser', user('RUSER', (p) => p.uids[0])], ['suser', user('SUSER', (p) => p.uids[2])], ['svuser', user('SVUSER', (p) => p.uids[2])],
  ['fuser', user('FUSER', (p) => p.uids[3])], ['uid_hack', user('UID', (p) => p.uids[1])],
  ['group', group('GROUP', (p) => p.gids[1])], ['egroup', group('EGROUP', (p) => p.gids[1])], ['rgroup', group('RGROUP', (p) => p.gids[0])],
  ['sgroup', group('SGROUP', (p) => p.gids[2])], ['svgroup', group('SVGROUP', (p) => p.gids[2])], ['fgroup', group('FGROUP', (p) => p.gids[3])],
  ['supgid', left('SUPGID', 20, (p, _x, room) => (supplementary(p).join(',') || '-').slice(0, room))],
  ['supgrp', { ...left('SUPGRP', 40, (p, x, room) => (supplementary(p).map((g) => x.groupNames(g) ?? String(g)).join(',') || '-').slice(0, room)), names: 'groups' }],
  ['stat', left('STAT', 4, statText)], ['state', stateLetter()], ['s', stateLetter()],
  ['tty', tty('TT')], ['tt', tty('TT')], ['tname', tty('TTY')],
  ['time', right('TIME', 8, (p, x) => timeText(ticks(p, x)), (p) => p.utime + p.stime)],
  ['cputime', right('TIME', 8, (p, x) => timeText(ticks(p, x)), (p) => p.utime + p.stime)],
  ['atime', right('TIME', 8, (p, x) => timeText(ticks(p, x)), (p) => p.utime + p.stime)],
  ['times', number('TIME', 8, (p, x) => Math.floor(ticks(p, x) / 100))], ['cputimes', number('TIME', 8, (p, x) => Math.floor(ticks(p, x) / 100))],
  ['bsdtime', right('TIME', 6, (p, x) => {
    const seconds = Math.floor(ticks(p, x) / 100)
    return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}`
  }, (p) => p.utime + p.stime)],
  ['etime', right('ELAPSED', 11, (p, x) => timeText(elapsed(p, x) * 100, true), (p) => -p.starttime)], ['etimes', number('ELAPSED', 7, elapsed)],
  ['start', right('STARTED', 8, (p, x) => strftime(x.now - begun(p, x) > 86400 ? '  %b %d' : '%H:%M:%S', begun(p, x)), (p) => p.starttime)],
  ['lstart', right('STARTED', 24, (p, x) => strftime('%a %b %e %H:%M:%S %Y', begun(p, x)), (p) => p.starttime)],
  ['stime', startTime('STIME')], ['start_time', startTime('START')],
  ['bsdstart', right('START', 6, (p, x) => strftime(x.now - begun(p, x) > 86400 ? '%b %e' : ' %H:%M', begun(p, x)), (p) => p.starttime)],
  ['c', number('C', 2, (p, x) => Math.min(99, Math.floor(percentOfTime(p, x))))], ['cp', number('CP', 3, (p, x) => Math.min(999, Math.floor(percentOfTime(p, x) * 10)))],
  ['ni', niceness()], ['nice', niceness()], ['pri', number('PRI', 3, (p) => 39 - p.priority)],
  ['opri', number('PRI', 3, (p) => 60 + p.priority)], ['intpri', number('PRI', 3, (p) => 60 + p.priority)], ['priority', number('PRI', 3, (p) => p.priority)],
  ['psr', number('PSR', 3, (p) => p.processor)], ['sgi_p', right('P', 1, (p) => (p.state === 'R' ? String(p.processor) : '*'))], ['nlwp', number('NLWP', 4, (p) => p.threads)], ['thcount', number('THCNT', 5, (p) => p.threads)],
  ['cls', right('CLS', 3, (p) => CLASSES.get(p.policy) ?? '?')], ['class', right('CLS', 3, (p) => CLASSES.get(p.policy) ?? '?')],
  ['policy', left('POL', 3, (p) => CLASSES.get(p.policy) ?? '?')], ['sched', number('SCH', 3, (p) => p.policy)],
  ['rtprio', right('RTPRIO', 6, (p) => (p.policy === 0 ? '-' : String(p.rtprio)))],
  ['vsz', right('VSZ', 6, (p) => kb(p.vsize), (p) => p.vsize)], ['vsize', right('VSZ', 6, (p) => kb(p.vsize), (p) => p.vsize)],
  ['rss', number('RSS', 5, (p) => p.rss * (PAGE_SIZE / 1024))], ['rssize', number('RSS', 5, (p) => p.rss * (PAGE_SIZE / 1024))],
  ['rsz', number('RSZ', 5, (p) => p.rss * (PAGE_SIZE / 1024))], ['sz', number('SZ', 5, (p) => Math.floor(p.vsize / PAGE_SIZE))],
  ['size', number('SIZE', 5, (p) => ['VmData', 'VmStk'].reduce((sum, name) => sum + parseInt(p.status.get(name) ?? '0', 10), 0))],
  ['trs', number('TRS', 4, (p) => Math.floor((p.endcode - p.startcode) / 1024))],
  ['drs', number('DRS', 5, (p) => Math.max(0, Math.floor((p.vsize - (p.endcode - p.startcode)) / 1024)))],
  ['min_flt', number('MINFL', 6, (p) => p.minflt)], ['minflt', number('MINFLT', 6, (p) => p.minflt)],
  ['maj_flt', number('MAJFL', 6, (p) => p.majflt)], ['majflt', number('MAJFLT', 6, (p) => p.majflt)],
  ['f', flags()], ['flag', flags()], ['flags', flags()], ['addr', absent('ADDR', 4, 'right')], ['addr_1', absent('ADDR', 1)],
  ['wchan', wchan('WCHAN')], ['wname', wchan('WCHAN')], ['nwchan', absent('WCHAN', 6, 'right')],
  ['sig', signals('PENDING', 'ShdPnd')], ['pending', signals('PENDING', 'ShdPnd')], ['blocked', signals('BLOCKED', 'SigBlk')], ['sigmask', signals('BLOCKED', 'SigBlk')],
  ['ignored', signals('IGNORED', 'SigIgn')], ['sigignore', signals('IGNORED', 'SigIgn')], ['caught', signals('CAUGHT', 'SigCgt')], ['sigcatch', signals('CAUGHT', 'SigCgt')],
  ['label', { header: 'LABEL', width: 31, side: 'left', needs: ['label'], text: (p, x, room) => (x.extra(p, 'label') || '-').slice(0, room) }],
  ['context', { header: 'CONTEXT', width: 31, side: 'left', needs: ['label'], text: (p, x, room) => (x.extra(p, 'label') || '-').slice(0, room) }],
  ['cgroup', { header: 'CGROUP', width: 27, side: 'unlimited', needs: ['cgroup'], text: (p, x, room) => (x.extra(p, 'cgroup') || '-').slice(0, room) }],
  ['cgname', { header: 'CGNAME', width: 27, side: 'unlimited', needs: ['cgroup'], text: (p, x, room) => (x.extra(p, 'cgroup') || '-').slice(0, room) }],
  ['exe', { header: 'EXE', width: 27, side: 'unlimited', needs: ['exe'], text: (p, x, room) => (x.extra(p, 'exe') || '-').slice(0, room) }],
  ['environ', { header: 'ENVIRONMENT', width: 11, side: 'unlimited', needs: ['environ'], text: (p, x, room) => (x.extra(p, 'environ') || '-').slice(0, room) }],
  ...['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'].map((name) => [`${name}ns`, namespace(name)] as const),
  ['stackp', right('STACKP', 16, (p) => BigInt(p.startstack).toString(16).padStart(16, '0'))], ['esp', right('ESP', 16, (p) => BigInt(p.esp).toString(16).padStart(16, '0'))],
  ['eip', right('EIP', 16, (p) => BigInt(p.eip).toString(16).padStart(16, '0'))], ['tmout', absent('TMOUT', 5, 'right')], ['alarm', absent('ALARM', 5, 'right')],
  ['numa', right('NUMA', 4, () => '-1')], ['luid', absent('LUID', 5, 'right')], ['ouid', absent('OWNER', 5)], ['lsession', absent('SESSION', 11)], ['seat', absent('SEAT', 11)],
  ['machine', absent('MACHINE', 31)], ['unit', absent('UNIT', 31)], ['uunit', absent('UUNIT', 31)], ['slice', left('SLICE', 31, () => '-.slice')],
])

/** Columns that are as wide as the largest PID. */
export const PID_COLUMNS: ReadonlySet<string> = new Set(['pid', 'tgid', 'tid', 'lwp', 'spid', 'ppid', 'pgid', 'pgrp', 'sid', 'sess', 'session', 'tpgid'])
