// What is in /proc/PID, in the kernel's order (fs/proc/base.c: tgid_base_stuff), with the modes of Linux 6.1. proc(5) describes each.
import { CAP_SYS_RESOURCE } from '../../../abi/capability.ts'
import { Errno } from '../../../abi/errno.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { oldMemberships } from '../../cgroup/cgroup1.ts'
import { cgroupPathFrom } from '../../cgroup/cgroup-path.ts'
import { isFrozen } from '../../cgroup/freezer.ts'
import { oomScore } from '../../cgroup/oom.ts'
import { capable } from '../../cred/ns-capable.ts'
import { ptraceMayAccess } from '../../cred/ptrace-access.ts'
import type { Pid } from '../../pid.ts'
import { changeProfile } from '../../security/apparmor/domain.ts'
import { labelText } from '../../security/apparmor/policy.ts'
import type { Task } from '../../task.ts'
import type { Inode } from '../../vfs/inode.ts'
import type { Path } from '../../vfs/path.ts'
import { pathString } from '../../vfs/path-string.ts'
import { PseudoFile, TableDir } from '../pseudo/pseudo-inode.ts'
import { FdDir, FdInfoDir } from './fd-dir.ts'
import { idMapFile, setgroupsFile } from './id-map-files.ts'
import { showLimits } from './limits-file.ts'
import { showMaps } from './maps-file.ts'
import { showMounts, showMountinfo, showMountstats } from './mounts-files.ts'
import { NetDir } from './net-dir.ts'
import { NsDir } from './ns-dir.ts'
import { hasMemory, PidFile, type PidFileOptions, PidMagicLink, type PidShow, PidSubDir } from './proc-inode.ts'
import type { ProcSuperBlock } from './proc-super-block.ts'
import { stateLetter } from './process-state.ts'
import { showStat, showStatm } from './stat-file.ts'
import { showStatus } from './status-file.ts'
import { timensOffsetsFile } from './timens-file.ts'

export interface PidEntry {
  make(sb: ProcSuperBlock, pid: Pid): Inode
  /** Not in /proc/PID/task/TID. */
  readonly onlyProcess?: boolean
  /** Only there. */
  readonly onlyThread?: boolean
}
const TASK_COMM_LEN = 16
const NO_ID = '4294967295'

/** Throws EACCES at open(2) unless the opener may look into the process. */
const ifMayAccess = (target: Task, opener: Task): undefined => {
  if (!ptraceMayAccess(opener, target)) throw Errno.EACCES
}
const file = (mode: number, show: PidShow, options?: PidFileOptions, onlyProcess?: boolean): PidEntry => ({ make: (sb, pid) => new PidFile(sb, pid, mode, show, options), onlyProcess })
const secret = (show: PidShow): PidEntry => file(0o400, show, { onOpen: ifMayAccess })
/** What a process has in memory: the file looks at the memory there was when it was opened, which is gone after an exec (`tr … < /proc/self/environ` reads nothing). */
const memory = (mode: number, show: PidShow): PidEntry => file(mode, (t, reader, f) => (f.target === t.mm ? show(t, reader, f) : ''), {
  onOpen: (target, opener) => ifMayAccess(target, opener) ?? target.mm,
})
const fixed = (mode: number, text: string): PidEntry => file(mode, () => text, mode === 0o644 || mode === 0o666 ? { store: (_t, _w, data) => data.length } : undefined)
const withSb = (mode: number, show: (sb: ProcSuperBlock, target: Task, reader: Task) => string): PidEntry => ({
  make: (sb, pid) => new PidFile(sb, pid, mode, (target, reader) => show(sb, target, reader)),
})
const withOptions = (mode: number, { show, options }: { readonly show: PidShow; readonly options: PidFileOptions }): PidEntry => file(mode, show, options)

function pathLink(find: (target: Task) => Path | undefined): PidEntry {
  const require = (target: Task): Path => {
    const path = find(target)
    if (path === undefined) throw Errno.ENOENT
    return path
  }
  return {
    make: (sb, pid) => new PidMagicLink(sb, pid, 0o777, { text: (target, reader) => pathString(require(target), reader.fs.root), path: require }),
  }
}

function writeComm(target: Task, writer: Task, data: Uint8Array): number {
  if (target !== writer) throw Errno.EINVAL
  target.comm = decodeUtf8(data.subarray(0, TASK_COMM_LEN - 1)).split('\0')[0]
  return data.length
}

function writeOomScoreAdj(target: Task, writer: Task, data: Uint8Array): number {
  const text = decodeUtf8(data).trim()
  if (!/^[+-]?\d+$/.test(text)) throw Errno.EINVAL
  const value = Number(text)
  if (value < -1000 || value > 1000) throw Errno.EINVAL
  if (value < target.oomScoreAdjMin && !capable(writer, CAP_SYS_RESOURCE)) throw Errno.EACCES
  target.oomScoreAdj = value
  if (capable(writer, CAP_SYS_RESOURCE)) target.oomScoreAdjMin = value
  return data.length
}

/** The kernel function a process sleeps in, by the call it made. */
const WAIT_CHANNELS: ReadonlyMap<string, string> = new Map([
  ['clock_nanosleep', 'hrtimer_nanosleep'], ['wait4', 'do_wait'], ['read', 'pipe_read'], ['write', 'pipe_write'], ['poll', 'do_sys_poll'], ['rt_sigsuspend', 'sigsuspend'],
  ['pause', '__x64_sys_pause'], ['rt_sigtimedwait', 'do_sigtimedwait'], ['recvmsg', 'wait_woken'], ['accept4', 'unix_wait_for_peer'], ['flock', 'flock_lock_inode_wait'],
])
const waitChannel = (task: Task): string => (isFrozen(task.cgroup) ? 'get_signal' : task.state === 'stopped' ? 'do_signal_stop' : task.state === 'sleeping' ? (WAIT_CHANNELS.get(task.request?.nr ?? '') ?? '0') : '0')
const zeroTerminated = (words: readonly string[]): Uint8Array => encodeUtf8(words.map((w) => `${w}\0`).join(''))

/** proc_pid_attr_write: a task changes only its own. */
const changesProfile = (atExec: boolean): PidFileOptions => ({
  store: (target, writer, data) => {
    if (target !== writer) throw Errno.EACCES
    changeProfile(target, decodeUtf8(data), atExec)
    return data.length
  },
})
function nothing(): never {
  throw Errno.EINVAL
}

/** attr/: AppArmor's label is all there is. */
class AttrDir extends PidSubDir {
  readonly #table: TableDir
  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, 0o555)
    const add = (dir: TableDir): TableDir => dir
      .add('current', () => new PidFile(sb, pid, 0o666, (t) => `${labelText(t)}\n`, changesProfile(false)))
      .add('prev', () => new PidFile(sb, pid, 0o444, nothing))
      .add('exec', () => new PidFile(sb, pid, 0o666, (t) => (t.apparmor?.onExec === undefined ? nothing() : `${t.apparmor.onExec === 'unconfined' ? 'unconfined' : t.apparmor.onExec.name}\n`), changesProfile(true)))
    this.#table = add(new TableDir(sb, 0o555)).add('apparmor', () => add(new TableDir(sb)))
    for (const name of ['fscreate', 'keycreate', 'sockcreate']) this.#table.add(name, () => new PseudoFile(sb, 0o666, nothing))
  }
  override lookup(task: Task, name: string): Inode | undefined {
    return this.#table.lookup(task, name)
  }
  override entries(task: Task): ReturnType<TableDir['entries']> {
    return this.#table.entries(task)
  }
}

/** map_files/ is always empty: nothing is mapped. */
class EmptyDir extends PidSubDir {
  override lookup(): undefined {
    return undefined
  }
  override entries(): readonly never[] {
    return []
  }
}

export const PID_ENTRIES: ReadonlyMap<string, PidEntry> = new Map<string, PidEntry>([
  ['fd', { make: (sb, pid) => new FdDir(sb, pid) }],
  ['map_files', { make: (sb, pid) => new EmptyDir(sb, pid, 0o500), onlyProcess: true }],
  ['fdinfo', { make: (sb, pid) => new FdInfoDir(sb, pid) }],
  ['ns', { make: (sb, pid) => new NsDir(sb, pid) }],
  ['net', { make: (sb, pid) => new NetDir(sb, pid) }],
  ['environ', memory(0o400, (t) => (hasMemory(t) ? zeroTerminated(t.env) : ''))],
  ['auxv', secret(() => '')],
  ['status', withSb(0o444, (sb, t, reader) => showStatus(t, sb.pidNs, reader.userNs))],
  ['personality', secret(() => '00000000\n')],
  ['limits', file(0o444, showLimits)],
  ['sched', withSb(0o644, (sb, t) => `${t.comm} (${t.numberIn(sb.pidNs)}, #threads: 1)\n${'-'.repeat(67)}\npolicy                                       :                    0\nprio                                         :${String(120 + t.nice).padStart(21)}\n`)],
  ['autogroup', fixed(0o644, '/autogroup-2 nice 0\n')],
  ['timens_offsets', withOptions(0o644, timensOffsetsFile)],
  ['comm', file(0o644, (t) => `${t.comm}\n`, { store: writeComm })],
  ['syscall', secret((t) => (t.state === 'ready' ? 'running\n' : '0\n'))],
  ['cmdline', file(0o444, (t) => (hasMemory(t) ? zeroTerminated(t.argv) : ''))],
  ['stat', withSb(0o444, (sb, t, reader) => showStat(t, sb.pidNs, reader.nsproxy.time.boottimeOffset, ptraceMayAccess(reader, t)))],
  ['statm', file(0o444, showStatm)],
  ['maps', memory(0o444, showMaps)],
  ['numa_maps', file(0o444, () => '', { onOpen: ifMayAccess })],
  ['mem', file(0o600, () => '', { onOpen: ifMayAccess })],
  ['cwd', pathLink((t) => (t.isAlive ? t.fs.cwd : undefined))],
  ['root', pathLink((t) => (t.isAlive ? t.fs.root : undefined))],
  ['exe', pathLink((t) => (hasMemory(t) ? t.exe : undefined))],
  ['mounts', file(0o444, showMounts)],
  ['mountinfo', file(0o444, showMountinfo)],
  ['mountstats', file(0o400, showMountstats)],
  ['clear_refs', file(0o200, () => '', { store: (_t, _w, data) => data.length })],
  ['smaps', memory(0o444, showMaps)],
  ['smaps_rollup', file(0o444, () => '', { onOpen: ifMayAccess })],
  ['pagemap', secret(() => '')],
  ['attr', { make: (sb, pid) => new AttrDir(sb, pid) }],
  ['wchan', file(0o444, (t, reader) => (ptraceMayAccess(reader, t) ? waitChannel(t) : '0'))],
  ['stack', secret(() => '')],
  ['schedstat', file(0o444, (t) => `${t.utime + t.stime} 0 1\n`)],
  ['cpuset', file(0o444, () => '/\n')],
  ['cgroup', file(0o444, (t, reader) => `${oldMemberships(t)}0::${cgroupPathFrom(reader.nsproxy.cgroup.root, t.cgroup.path)}${t.cgroup.isRemoved ? ' (deleted)' : ''}\n`)],
  ['cpu_resctrl_groups', fixed(0o444, '')],
  ['oom_score', file(0o444, (t) => `${oomScore(t)}\n`)],
  ['oom_adj', file(0o644, (t) => `${Math.trunc((t.oomScoreAdj * 17) / 1000)}\n`)],
  ['oom_score_adj', file(0o644, (t) => `${t.oomScoreAdj}\n`, { store: writeOomScoreAdj })],
  ['loginuid', fixed(0o644, NO_ID)],
  ['sessionid', fixed(0o444, NO_ID)],
  ['coredump_filter', fixed(0o644, '00000033\n')],
  ['io', secret(() => 'rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n')],
  ['uid_map', withOptions(0o644, idMapFile('uid'))],
  ['gid_map', withOptions(0o644, idMapFile('gid'))],
  ['projid_map', withOptions(0o644, idMapFile('projid'))],
  ['setgroups', withOptions(0o644, setgroupsFile)],
  ['timers', file(0o444, () => '', undefined, true)],
  ['timerslack_ns', { ...fixed(0o666, '50000\n'), onlyProcess: true }],
  ['patch_state', secret(() => '-1\n')],
  ['ksm_merging_pages', secret(() => '0\n')],
  ['ksm_stat', secret(() => 'ksm_rmap_items 0\n')],
  ['arch_status', fixed(0o444, '')],
  ['children', { ...withSb(0o444, (sb, t) => [...t.children].filter((c) => stateLetter(c) !== 'X').map((c) => `${c.numberIn(sb.pidNs)} `).join('')), onlyThread: true }],
])
